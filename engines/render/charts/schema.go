package charts

import (
	"bytes"
	"errors"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"helm.sh/helm/v3/pkg/chart"
)

// outside is asked for what a schema refers to and does not hold.
type outside struct{ first string }

func (o *outside) Load(address string) (any, error) {
	if o.first == "" {
		o.first = address
	}
	return nil, errors.New("the sandbox has no network and no files")
}

// foreignSchema gives the first address that the schemas of a chart and its dependencies need from outside of
// themselves, or nothing. Helm would fetch it.
func foreignSchema(loaded *chart.Chart) string {
	const name = "file:///values.schema.json"
	if schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(loaded.Schema)); err == nil {
		compiler, asked := jsonschema.NewCompiler(), &outside{}
		compiler.UseLoader(asked)
		if compiler.AddResource(name, schema) == nil {
			_, _ = compiler.Compile(name)
		}
		if asked.first != "" {
			return asked.first
		}
	}
	for _, dependency := range loaded.Dependencies() {
		if address := foreignSchema(dependency); address != "" {
			return address
		}
	}
	return ""
}
