package main

import (
	"fairlead.dev/engines/render/files"
	"fairlead.dev/engines/render/refusal"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

func renderKustomization(asked *Request, answer *Response) error {
	options := krusty.MakeDefaultOptions()
	// The tree is the boundary; nothing in it leads out.
	options.LoadRestrictions = types.LoadRestrictionsNone
	options.PluginConfig.HelmConfig = types.HelmConfig{Enabled: true, Command: "helm"}
	resources, err := krusty.MakeKustomizer(options).Run(files.Tree{}, asked.Path)
	if types.IsErrOnlyBuiltinPluginsAllowed(err) {
		return refusal.New("plugin", asked.Path, err.Error())
	}
	if err != nil {
		return err
	}
	size := 0
	for _, resource := range resources.Resources() {
		// By way of YAML, so that every scalar means what it means to whoever pipes the text into kubectl.
		text, err := resource.AsYAML()
		if err != nil {
			return err
		}
		object, err := yaml.YAMLToJSON(text)
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
