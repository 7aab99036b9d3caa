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
	"runtime"
	"runtime/debug"
	_ "time/tzdata" // There is no machine to take the time zones from.
	"unsafe"
)

// collectAbove is the memory use from which on garbage is collected. Below it the host goes back to the start state
// now and then, which costs a fraction of what collecting does.
const collectAbove = 128 << 20

// Until it is settled, garbage is collected as it is made: what the heap once took it keeps.
func init() { debug.SetGCPercent(2) }

// Where the runtime's memory ends, and up to where it may go before it asks for more.
//
//go:linkname heapEnd runtime.bloc
var heapEnd uintptr

//go:linkname heapLimit runtime.blocMax
var heapLimit uintptr

// settle ends the preparation: it makes the state small that the build takes as the start state. Pools empty in two
// steps. From then on garbage is left alone.
//
//go:wasmexport fairlead_settle
func settle() {
	runtime.GC()
	runtime.GC()
	debug.SetGCPercent(-1)
	clearFree()
	runtime.GC()
	debug.SetMemoryLimit(collectAbove)
}

// clearFree takes all the memory that the heap has left, which clears it, and gives it back: zeros compress well.
func clearFree() {
	var taken [][]byte
	for end := heapEnd; heapEnd == end; {
		taken = append(taken, make([]byte, 8192))
	}
}

//go:wasmexport fairlead_heap_end
func heapEndAt() unsafe.Pointer { return unsafe.Pointer(&heapEnd) }

//go:wasmexport fairlead_heap_limit
func heapLimitAt() unsafe.Pointer { return unsafe.Pointer(&heapLimit) }

// moduleData is the beginning of what the linker tells the runtime about the module (runtime/symtab.go). Everything
// below noptrdata is constant: types, names, tables.
type moduleData struct {
	_         *byte
	_         [3][]byte
	_         [2][]byte
	_         []uint64
	_         uintptr
	_, _      uintptr
	_, _      uintptr
	noptrdata uintptr
}

//go:linkname firstModuleData runtime.firstmoduledata
var firstModuleData moduleData

// fairlead_constants_end is the address where memory begins that code writes to.
//
//go:wasmexport fairlead_constants_end
func constantsEnd() uint32 { return uint32(firstModuleData.noptrdata) }

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
