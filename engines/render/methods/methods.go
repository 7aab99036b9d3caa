// Package methods knows what templates can call on the values that they come by.
//
// text/template finds a method by its name, at run time. As it might be any, the linker would have to keep every method
// of every type: a fifth of the module. The build lets text/template ask this package in its place
// (scripts/render/patch-template.ts).
package methods

import (
	"reflect"
	_ "unsafe" // For go:linkname.
)

// Set in text/template, as the build changes it.
//
//go:linkname methodOf text/template.methodOf
var methodOf func(value reflect.Value, name string) reflect.Value

func init() { methodOf = of }

// of gives a method bound to its receiver, as reflect.Value.MethodByName does; the zero value when there is none.
func of(value reflect.Value, name string) reflect.Value {
	if value.NumMethod() == 0 || !value.CanInterface() {
		return reflect.Value{}
	}
	receiver := value.Interface()
	if files, ok := receiver.(chartFiles); ok {
		return ofFiles(files, name)
	}
	return known(receiver, name)
}
