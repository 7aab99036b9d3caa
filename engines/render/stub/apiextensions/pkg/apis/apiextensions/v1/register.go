// Package v1 has what Helm's engine names of the API of CustomResourceDefinitions, without the types.
package v1

import "k8s.io/apimachinery/pkg/runtime"

// AddToScheme adds nothing: which versions a cluster has by default is listed in charts/apiversions.txt.
func AddToScheme(*runtime.Scheme) error { return nil }
