package methods

import (
	"reflect"
	_ "unsafe" // For go:linkname.
)

// chartFiles is `.Files` of a chart, whose type has no name outside of Helm's package.
type chartFiles interface {
	AsConfig() string
	AsSecrets() string
	Get(name string) string
	GetBytes(name string) []byte
	Lines(path string) []string
}

//go:linkname glob helm.sh/helm/v3/pkg/engine.files.Glob
func glob(files map[string][]byte, pattern string) map[string][]byte

func ofFiles(files chartFiles, name string) reflect.Value {
	switch name {
	case "AsConfig":
		return reflect.ValueOf(files.AsConfig)
	case "AsSecrets":
		return reflect.ValueOf(files.AsSecrets)
	case "Get":
		return reflect.ValueOf(files.Get)
	case "GetBytes":
		return reflect.ValueOf(files.GetBytes)
	case "Lines":
		return reflect.ValueOf(files.Lines)
	case "Glob":
		return reflect.ValueOf(func(pattern string) any {
			own, plain := reflect.Indirect(reflect.ValueOf(files)), reflect.TypeFor[map[string][]byte]()
			found := glob(own.Convert(plain).Interface().(map[string][]byte), pattern)
			// What was found has these methods, too.
			return reflect.ValueOf(found).Convert(own.Type()).Interface()
		})
	}
	return reflect.Value{}
}
