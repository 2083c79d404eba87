package openlineage

import (
	"fmt"
	"strconv"
)

// Fault says why an event is refused. Sending it again is of no use.
type Fault struct { //nolint:errname // what is wrong is the event, and its sender is told so
	// Path is the place in the event, such as "inputs[3].name"; empty for the
	// event as a whole.
	Path string
	// Reason says what is wrong there and what to send instead.
	Reason string
}

// Error prints the reason with its place.
func (f *Fault) Error() string {
	if f.Path == "" {
		return f.Reason
	}
	return f.Path + ": " + f.Reason
}

// maxNotes bounds the notes of one event; the rest is counted.
const maxNotes = 32

// notes collects what was mended.
type notes struct {
	texts []string
	more  int
}

func (n *notes) add(path, format string, args ...any) {
	if len(n.texts) == maxNotes {
		n.more++
		return
	}
	n.texts = append(n.texts, path+": "+fmt.Sprintf(format, args...))
}

func (n *notes) list() []string {
	if n.more > 0 {
		return append(n.texts, strconv.Itoa(n.more)+" more")
	}
	return n.texts
}
