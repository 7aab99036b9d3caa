package charts

import (
	"fmt"
	"path"
	"strings"
	"text/template"

	_ "fairlead.dev/engines/render/methods" // What templates can call.
	"fairlead.dev/engines/render/refusal"
	"github.com/Masterminds/sprig/v3"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/releaseutil"
)

// Options says what to render; fields mean what the flags of `helm template` mean.
type Options struct {
	// Chart is the path of a folder or an archive, absolute.
	Chart string `json:"chart"`
	// ReleaseName gives way to NameTemplate.
	ReleaseName  string `json:"releaseName"`
	NameTemplate string `json:"nameTemplate"`
	Namespace    string `json:"namespace"`
	// BaseValues lie below those of ValuesFiles (absolute paths, later ones win), and Values above.
	BaseValues  map[string]any `json:"baseValues"`
	ValuesFiles []string       `json:"valuesFiles"`
	Values      map[string]any `json:"values"`
	Capabilities
	SkipCRDs  bool `json:"skipCRDs"`
	SkipHooks bool `json:"skipHooks"`
	SkipTests bool `json:"skipTests"`
}

// Document is one rendered manifest.
type Document struct {
	// Source is the template, as in helm's "# Source:" comments.
	Source string
	Text   string
}

const notesFile = "NOTES.txt"

// Render does what `helm template` does. It gives CRDs first, then objects in the order of installation, then hooks.
func Render(options Options) ([]Document, error) {
	loaded, err := load(options.Chart)
	if err != nil {
		return nil, err
	}
	if err := check(loaded); err != nil {
		return nil, err
	}
	scope, err := scopeOf(loaded, options)
	if err != nil {
		return nil, err
	}
	texts, err := engine.RenderWithClientProvider(loaded, scope, lookups{})
	if err != nil {
		return nil, err
	}
	// The notes of the chart itself, as helm shows them; those of its dependencies it leaves out.
	Observed.Notes = texts[path.Join(loaded.Name(), "templates", notesFile)]
	for name := range texts {
		if strings.HasSuffix(name, notesFile) {
			delete(texts, name)
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(texts, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	if mentionsCapabilities(loaded) {
		Observed.UsesCapabilities = true
	}
	if loaded.Metadata.Deprecated {
		Observed.Warnings = append(Observed.Warnings, fmt.Sprintf("chart %s is deprecated", loaded.Name()))
	}
	var documents []Document
	if !options.SkipCRDs {
		documents = definitions(loaded)
	}
	for _, manifest := range manifests {
		documents = append(documents, Document{Source: manifest.Name, Text: manifest.Content})
	}
	for _, hook := range hooks {
		if !options.SkipHooks && !(options.SkipTests && isTest(hook)) {
			documents = append(documents, Document{Source: hook.Path, Text: hook.Manifest})
		}
	}
	return documents, nil
}

// check refuses what cannot be installed: libraries, and charts whose dependencies are not in charts/.
func check(loaded *chart.Chart) error {
	if kind := loaded.Metadata.Type; kind != "" && kind != "application" {
		return fmt.Errorf("chart %s is a %s chart, which cannot be installed", loaded.Name(), kind)
	}
	there := map[string]bool{}
	for _, dependency := range loaded.Dependencies() {
		there[dependency.Name()] = true
	}
	var missing []string
	for _, dependency := range loaded.Metadata.Dependencies {
		if !there[dependency.Name] {
			missing = append(missing, dependency.Name)
		}
	}
	if len(missing) > 0 {
		names := strings.Join(missing, ", ")
		message := fmt.Sprintf("chart %s depends on %s, which its charts/ folder does not hold", loaded.Name(), names)
		return refusal.New("missing-dependency", names, message)
	}
	return nil
}

// scopeOf gives what templates see: values, release, chart, files and capabilities.
func scopeOf(loaded *chart.Chart, options Options) (chartutil.Values, error) {
	values, err := options.values()
	if err != nil {
		return nil, err
	}
	capabilities, err := options.forEngine()
	if err != nil {
		return nil, err
	}
	name, err := options.releaseName()
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependenciesWithMerge(loaded, values); err != nil {
		return nil, err
	}
	wants, has := loaded.Metadata.KubeVersion, capabilities.KubeVersion.String()
	if wants != "" && !chartutil.IsCompatibleRange(wants, has) {
		return nil, fmt.Errorf("chart %s wants a Kubernetes version %s, not %s", loaded.Name(), wants, has)
	}
	about := chartutil.ReleaseOptions{Name: name, Namespace: options.Namespace, Revision: 1, IsInstall: true}
	scope, err := chartutil.ToRenderValues(loaded, values, about, capabilities)
	if err != nil {
		if address := foreignSchema(loaded); address != "" {
			message := fmt.Sprintf("the schema of the values of chart %s refers to %s", loaded.Name(), address)
			return nil, refusal.New("remote", address, message)
		}
	}
	return scope, err
}

func (o *Options) releaseName() (string, error) {
	name := o.ReleaseName
	if o.NameTemplate != "" {
		parsed, err := template.New("nameTemplate").Funcs(sprig.TxtFuncMap()).Parse(o.NameTemplate)
		if err != nil {
			return "", err
		}
		var text strings.Builder
		if err := parsed.Execute(&text, nil); err != nil {
			return "", err
		}
		name = text.String()
	}
	if err := chartutil.ValidateReleaseName(name); err != nil {
		return "", fmt.Errorf("release name %q: %w", name, err)
	}
	return name, nil
}

// definitions are the CRDs of the chart and its dependencies, document by document.
func definitions(loaded *chart.Chart) []Document {
	var documents []Document
	for _, crd := range loaded.CRDObjects() {
		split := releaseutil.SplitManifests(string(crd.File.Data))
		for index := range len(split) {
			text := split[fmt.Sprintf("manifest-%d", index)]
			documents = append(documents, Document{Source: crd.Filename, Text: text})
		}
	}
	return documents
}

func isTest(hook *release.Hook) bool {
	for _, event := range hook.Events {
		if event == release.HookTest {
			return true
		}
	}
	return false
}
