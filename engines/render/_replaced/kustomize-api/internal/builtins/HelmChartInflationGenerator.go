package builtins

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"fairlead.dev/engines/render/charts"
	"fairlead.dev/engines/render/files"
	"fairlead.dev/engines/render/refusal"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
	"sigs.k8s.io/yaml"
)

// HelmChartInflationGeneratorPlugin renders a chart of the source with the Helm engine in this module, where
// Kustomize starts the program `helm`. Fields mean what they mean there.
type HelmChartInflationGeneratorPlugin struct {
	types.HelmGlobals
	types.HelmChart
	h *resmap.PluginHelpers
}

func NewHelmChartInflationGeneratorPlugin() resmap.GeneratorPlugin {
	return &HelmChartInflationGeneratorPlugin{}
}

// Config reads the generator's fields and completes them.
func (p *HelmChartInflationGeneratorPlugin) Config(h *resmap.PluginHelpers, config []byte) error {
	p.h = h
	if err := yaml.Unmarshal(config, p); err != nil {
		return err
	}
	if p.Name == "" {
		return fmt.Errorf("helmCharts: a chart has no name")
	}
	if p.ChartHome == "" {
		p.ChartHome = types.HelmDefaultHome
	}
	if p.ValuesMerge == "" {
		p.ValuesMerge = "override"
	}
	if !slices.Contains([]string{"override", "merge", "replace"}, p.ValuesMerge) {
		return fmt.Errorf("helmCharts: valuesMerge of %s is none of override, merge and replace", p.Name)
	}
	return nil
}

// Generate renders the chart and marks what comes of it, as Kustomize does.
func (p *HelmChartInflationGeneratorPlugin) Generate() (resmap.ResMap, error) {
	chart, err := p.findChart()
	if err != nil {
		return nil, err
	}
	values, err := p.values(chart)
	if err != nil {
		return nil, err
	}
	release := p.ReleaseName
	if release == "" {
		// What `helm template` comes to when Kustomize asks it to generate a name.
		release = "release-name"
	}
	namespace := p.Namespace
	if namespace == "" {
		namespace = "default"
	}
	rendered, err := charts.Render(charts.Options{
		Chart:        chart,
		ReleaseName:  release,
		NameTemplate: p.NameTemplate,
		Namespace:    namespace,
		BaseValues:   values,
		ValuesFiles:  p.additionalFiles(),
		Capabilities: p.capabilities(),
		SkipCRDs:     !p.IncludeCRDs,
		SkipHooks:    p.SkipHooks,
		SkipTests:    p.SkipTests,
	})
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", p.Name, err)
	}
	var text strings.Builder
	for _, document := range rendered {
		fmt.Fprintf(&text, "---\n%s\n", document.Text)
	}
	resources, err := p.h.ResmapFactory().NewResMapFromBytes([]byte(text.String()))
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", p.Name, err)
	}
	for _, resource := range resources.Resources() {
		if err := resource.RNode.PipeE(kyaml.SetAnnotation(konfig.HelmGeneratedAnnotation, "true")); err != nil {
			return nil, err
		}
	}
	return resources, nil
}

// findChart looks where `helm pull` would have put it.
func (p *HelmChartInflationGeneratorPlugin) findChart() (string, error) {
	home := p.absolute(p.ChartHome)
	if p.Version != "" && p.Repo != "" {
		home = path.Join(home, p.Name+"-"+p.Version)
	}
	at := path.Join(home, p.Name)
	kind, err := files.KindOf(at)
	if err != nil {
		return "", err
	}
	if kind == files.Folder {
		return at, nil
	}
	if p.Repo == "" {
		return "", fmt.Errorf("helmCharts: there is no chart at %s", files.Shown(at))
	}
	about := strings.TrimSuffix(p.Repo, "/") + "/" + p.Name
	return "", refusal.New("remote-chart", about, fmt.Sprintf("chart %s of %s is not at %s, and the sandbox has no network", p.Name, p.Repo, files.Shown(at)))
}

// values are those of valuesFile, by default the chart's own, with valuesInline as valuesMerge says. They go through
// text as they do on the way to the program, so that numbers are of the type that templates expect.
func (p *HelmChartInflationGeneratorPlugin) values(chart string) (map[string]any, error) {
	merged, err := p.mergedValues(chart)
	if err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(merged)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	return values, yaml.Unmarshal(text, &values)
}

func (p *HelmChartInflationGeneratorPlugin) mergedValues(chart string) (map[string]any, error) {
	if len(p.ValuesInline) > 0 && p.ValuesMerge == "replace" {
		return p.ValuesInline, nil
	}
	name := p.ValuesFile
	if name == "" {
		name = path.Join(chart, "values.yaml")
	}
	content, err := p.h.Loader().Load(name)
	if err != nil {
		return nil, err
	}
	if len(p.ValuesInline) == 0 {
		values := map[string]any{}
		err := yaml.Unmarshal(content, &values)
		return values, err
	}
	below, err := kyaml.Parse(string(content))
	if err != nil {
		return nil, fmt.Errorf("values of chart %s: %w", p.Name, err)
	}
	above, err := kyaml.FromMap(p.ValuesInline)
	if err != nil {
		return nil, fmt.Errorf("valuesInline of chart %s: %w", p.Name, err)
	}
	if p.ValuesMerge == "merge" {
		below, above = above, below
	}
	merged, err := merge2.Merge(above, below, kyaml.MergeOptions{})
	if err != nil {
		return nil, fmt.Errorf("values of chart %s: %w", p.Name, err)
	}
	return merged.Map()
}

func (p *HelmChartInflationGeneratorPlugin) capabilities() charts.Capabilities {
	capabilities := charts.Defaults
	if p.KubeVersion != "" {
		capabilities.KubeVersion = p.KubeVersion
	}
	if len(p.ApiVersions) > 0 {
		capabilities.APIVersions = p.ApiVersions
	}
	return capabilities
}

func (p *HelmChartInflationGeneratorPlugin) additionalFiles() []string {
	names := make([]string, 0, len(p.AdditionalValuesFiles))
	for _, name := range p.AdditionalValuesFiles {
		names = append(names, p.absolute(name))
	}
	return names
}

func (p *HelmChartInflationGeneratorPlugin) absolute(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(p.h.Loader().Root(), name)
}
