// Package refusal has the errors that the sandbox adds to those of the engines.
//
// An engine may wrap an error into text, or try something else and report that. So each refusal is remembered as it
// is made, and the first one of a render is what the host is told.
package refusal

// Refusal is something that a render asked for and does not get.
type Refusal struct {
	// Kind is stable: what the host matches on.
	Kind string
	// About names the thing: an address, a plug-in, a chart, a path.
	About   string
	Message string
}

func (r *Refusal) Error() string { return r.Message }

var first *Refusal

// New makes and remembers a refusal.
func New(kind, about, message string) *Refusal {
	made := &Refusal{Kind: kind, About: about, Message: message}
	if first == nil {
		first = made
	}
	return made
}

// First gives the first refusal since Reset, or nil.
func First() *Refusal { return first }

// Reset forgets what an earlier render was refused.
func Reset() { first = nil }
