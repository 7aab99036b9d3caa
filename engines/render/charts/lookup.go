package charts

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// Lookup is an object, or with an empty name a list, that a template asked the cluster for.
type Lookup struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name,omitempty"`
}

// lookups answers every question with "not there", as `helm template` does, and notes it.
type lookups struct{}

func (lookups) GetClientFor(apiVersion, kind string) (dynamic.NamespaceableResourceInterface, bool, error) {
	return client{Lookup{APIVersion: apiVersion, Kind: kind}}, true, nil
}

type client struct{ about Lookup }

func (c client) Namespace(name string) dynamic.ResourceInterface {
	c.about.Namespace = name
	return c
}

func (c client) Get(_ context.Context, name string, _ metav1.GetOptions, _ ...string) (*unstructured.Unstructured, error) {
	c.about.Name = name
	return nil, c.notFound()
}

func (c client) List(_ context.Context, _ metav1.ListOptions) (*unstructured.UnstructuredList, error) {
	return nil, c.notFound()
}

func (c client) notFound() error {
	if !slices.Contains(Observed.Lookups, c.about) {
		Observed.Lookups = append(Observed.Lookups, c.about)
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: c.about.Kind}, c.about.Name)
}
