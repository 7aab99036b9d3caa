package files

import (
	"strings"
	"unsafe"

	"fairlead.dev/engines/render/refusal"
)

// What can be asked about a path.
const (
	askKind    = 0
	askContent = 1
	askMembers = 2
	askReal    = 3
)

// Answers that are no length.
const (
	absent = -1
	broken = -2
)

// hostAsk gives the length of the answer, which hostTake then copies; absent, or broken when the host could not read
// (it keeps the reason). For askKind the answer is the Kind itself.
//
//go:wasmimport fairlead ask
func hostAsk(what uint32, path unsafe.Pointer, size uint32) int32

//go:wasmimport fairlead take
func hostTake(into unsafe.Pointer)

func ask(what uint32, name string) (int32, error) {
	path, inside := strings.CutPrefix(clean(name), Root)
	if !inside || (path != "" && path[0] != '/') {
		// The first refusal of a render is what fails it, where it fails.
		refusal.New("remote", clean(name), Shown(name)+" lies outside of the repository")
		return absent, nil
	}
	if path == "" {
		path = "/"
	}
	answer := hostAsk(what, unsafe.Pointer(unsafe.StringData(path)), uint32(len(path)))
	if answer == broken {
		return broken, refusal.New("host", path, "the host could not read "+path)
	}
	return answer, nil
}

func askBytes(what uint32, name string) ([]byte, bool, error) {
	size, err := ask(what, name)
	if err != nil || size == absent {
		return nil, false, err
	}
	content := make([]byte, size+1)[:size]
	hostTake(unsafe.Pointer(unsafe.SliceData(content)))
	return content, true, nil
}
