// Package scheme has what Helm's engine names of the Kubernetes client, without the types.
package scheme

import "k8s.io/apimachinery/pkg/runtime"

// Scheme is empty: which versions a cluster has by default is listed in charts/apiversions.txt.
var Scheme = runtime.NewScheme()
