package main

import (
	"reflect"
	"slices"
	"strings"
	"text/template"
	_ "unsafe" // For go:linkname.

	_ "helm.sh/helm/v3/pkg/engine"
	"sigs.k8s.io/kustomize/api/types"
)

// Vocabulary is what the engines understand, by their own word.
type Vocabulary struct {
	// Kustomization are the fields of a kustomization file, down to lists and mappings of free names, as `patches.path`.
	Kustomization []string `json:"kustomization"`
	// Functions are those that a chart's templates can call, beside those of Go's text/template.
	Functions []string `json:"functions"`
}

// The functions of templates, which Helm's engine keeps to itself.
//
//go:linkname helmFunctions helm.sh/helm/v3/pkg/engine.funcMap
func helmFunctions() template.FuncMap

// Those that the engine adds to each render.
var addedFunctions = []string{"include", "tpl", "required", "fail", "lookup", "getHostByName"}

func vocabulary() *Vocabulary {
	found := &Vocabulary{}
	fieldsOf(reflect.TypeFor[types.Kustomization](), "", 0, &found.Kustomization)
	for name := range helmFunctions() {
		found.Functions = append(found.Functions, name)
	}
	found.Functions = append(found.Functions, addedFunctions...)
	for _, names := range []*[]string{&found.Kustomization, &found.Functions} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return found
}

// maxFieldDepth ends at types that hold themselves.
const maxFieldDepth = 6

func fieldsOf(of reflect.Type, above string, depth int, found *[]string) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || depth > maxFieldDepth {
		return
	}
	for index := range of.NumField() {
		field := of.Field(index)
		if !field.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if name == "" || strings.Contains(options, "inline") {
			if field.Anonymous || strings.Contains(options, "inline") {
				fieldsOf(field.Type, above, depth, found)
			}
			continue
		}
		at := above + name
		*found = append(*found, at)
		fieldsOf(field.Type, at+".", depth+1, found)
	}
}
