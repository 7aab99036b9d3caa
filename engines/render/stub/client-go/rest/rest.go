// Package rest has what Helm's engine names of the Kubernetes client. The sandbox has no cluster to talk to.
package rest

// Config would say how to reach a cluster.
type Config struct{}
