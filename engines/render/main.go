// Command render is Helm's and Kustomize's own engines as one WebAssembly module (a WASI reactor).
//
// The host writes a request into fairlead_buffer(size) and calls fairlead_call, which returns the address of the
// response. Both are JSON; the response begins with its length as a 32-bit little-endian number. What a render
// reads it asks the host for, file by file, so the host knows all that the result depends on.
package main

// Templates may draw numbers from math/rand; seeding it makes them follow from the request.
//go:debug randseednop=0

import (
	"encoding/binary"
	"unsafe"
)

// The host reads and writes these, which the garbage collector cannot know.
var request, response []byte

//go:wasmexport fairlead_buffer
func buffer(size uint32) unsafe.Pointer {
	request = make([]byte, size+1)[:size]
	return unsafe.Pointer(unsafe.SliceData(request))
}

//go:wasmexport fairlead_call
func call() unsafe.Pointer {
	answer := handle(request)
	response = binary.LittleEndian.AppendUint32(make([]byte, 0, len(answer)+4), uint32(len(answer)))
	response = append(response, answer...)
	request = nil
	return unsafe.Pointer(unsafe.SliceData(response))
}

// A reactor has no main, but the compiler wants one.
func main() {}
