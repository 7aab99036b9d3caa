package charts

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
)

// The versions that Helm takes a cluster to have when it talks to none: those that its Kubernetes client knows.
//
//go:embed apiversions.txt
var apiVersions string

// Capabilities is what charts are told about the cluster.
type Capabilities struct {
	// KubeVersion of the cluster; empty for the one that the engine was made with.
	KubeVersion string `json:"kubeVersion"`
	// APIVersions that the cluster has beside those that the engine knows.
	APIVersions []string `json:"apiVersions"`
	// Served are all that a real cluster has, in place of those that the engine knows; empty: there is none.
	Served []string `json:"served"`
}

// Defaults are for charts of a kustomization that says nothing about the cluster.
var Defaults Capabilities

func (c *Capabilities) forEngine() (*chartutil.Capabilities, error) {
	capabilities := chartutil.DefaultCapabilities.Copy()
	if c.KubeVersion != "" {
		version, err := chartutil.ParseKubeVersion(c.KubeVersion)
		if err != nil {
			return nil, fmt.Errorf("invalid Kubernetes version %q: %w", c.KubeVersion, err)
		}
		capabilities.KubeVersion = *version
	}
	served := c.Served
	if len(served) == 0 {
		served = strings.Fields(apiVersions)
	}
	capabilities.APIVersions = slices.Concat(served, c.APIVersions)
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
