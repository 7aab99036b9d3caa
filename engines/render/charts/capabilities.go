package charts

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
)

// The versions that Helm takes a cluster to have when it talks to none: those that its Kubernetes client knows.
//
//go:embed apiversions.txt
var apiVersions string

func capabilitiesFor(options Options) (*chartutil.Capabilities, error) {
	capabilities := chartutil.DefaultCapabilities.Copy()
	if options.KubeVersion != "" {
		version, err := chartutil.ParseKubeVersion(options.KubeVersion)
		if err != nil {
			return nil, fmt.Errorf("invalid kube version %q: %w", options.KubeVersion, err)
		}
		capabilities.KubeVersion = *version
	}
	capabilities.APIVersions = append(strings.Fields(apiVersions), options.APIVersions...)
	return capabilities, nil
}

// mentionsCapabilities errs on the side of yes: a template may reach them through a variable.
func mentionsCapabilities(loaded *chart.Chart) bool {
	if loaded.Metadata.KubeVersion != "" {
		return true
	}
	for _, file := range loaded.Raw {
		if bytes.Contains(file.Data, []byte("Capabilities")) {
			return true
		}
	}
	for _, dependency := range loaded.Dependencies() {
		if mentionsCapabilities(dependency) {
			return true
		}
	}
	return false
}
