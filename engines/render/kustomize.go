package main

import (
	"bytes"
	"path"
	"slices"

	"fairlead.dev/engines/render/charts"
	"fairlead.dev/engines/render/files"
	"fairlead.dev/engines/render/refusal"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/yaml"
)

func renderKustomization(asked *Request, answer *Response) error {
	options := krusty.MakeDefaultOptions()
	// The order that the program gives unless it is told.
	options.Reorder = krusty.ReorderOptionUnspecified
	// The tree is the boundary; nothing in it leads out.
	options.LoadRestrictions = types.LoadRestrictionsNone
	options.PluginConfig.HelmConfig = types.HelmConfig{Enabled: true, Command: "helm"}
	charts.Defaults = asked.Capabilities
	if choosesSchema(asked.Path) {
		// Kustomize keeps schemas in variables of the process. One that is chosen must not add to what is there, nor
		// be there for the next render.
		openapi.ResetOpenAPI()
		answer.Spent = true
	}
	tree := &schemaWatch{}
	resources, err := krusty.MakeKustomizer(options).Run(tree, asked.Path)
	if tree.choosesSchema && !answer.Spent {
		// A base or a component chooses one. Again, from where a process begins.
		openapi.ResetOpenAPI()
		answer.Spent = true
		begin(asked)
		resources, err = krusty.MakeKustomizer(options).Run(tree, asked.Path)
	}
	if types.IsErrOnlyBuiltinPluginsAllowed(err) {
		return refusal.New("plugin", asked.Path, err.Error())
	}
	if err != nil {
		return err
	}
	size := 0
	for _, resource := range resources.Resources() {
		// What the program prints is this, written as YAML.
		object, err := objectOf(resource)
		if err != nil {
			return err
		}
		if size += len(object); size > asked.MaxOutputBytes {
			return tooLarge(asked)
		}
		answer.Documents = append(answer.Documents, Document{Object: object})
	}
	return nil
}

// schemaWatch is the tree, and tells whether a kustomization file that was read chooses a schema.
type schemaWatch struct {
	files.Tree
	choosesSchema bool
}

func (w *schemaWatch) ReadFile(name string) ([]byte, error) {
	content, err := w.Tree.ReadFile(name)
	if err == nil && slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(name)) {
		w.choosesSchema = w.choosesSchema || namesSchema(content)
	}
	return content, err
}

// choosesSchema tells whether the kustomization in a folder has an `openapi` field. What is wrong with the file
// Kustomize tells.
func choosesSchema(folder string) bool {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if content, err := files.Read(path.Join(folder, name)); err == nil && namesSchema(content) {
			return true
		}
	}
	return false
}

func namesSchema(content []byte) bool {
	if !bytes.Contains(content, []byte("openapi")) {
		return false
	}
	var found struct {
		OpenAPI map[string]string `json:"openapi"`
	}
	return yaml.Unmarshal(content, &found) != nil || len(found.OpenAPI) > 0
}
