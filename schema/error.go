package schema

import (
	"fmt"
	"strings"
)

// Error is why a text is not a schema, with the place.
type Error struct {
	Format Format
	// File is the dependency at fault, "" for the text itself.
	File string
	// Position is where; zero if the fault has no single place.
	Position
	// Pointer is the JSON pointer of the faulty value (Avro, JSON Schema).
	Pointer string
	// Message says what is wrong, in one sentence without the place.
	Message string
}

// Errorf returns an Error of the given format and place.
func Errorf(f Format, at Position, format string, args ...any) *Error {
	return &Error{Format: f, Position: at, Message: fmt.Sprintf(format, args...)}
}

// Error prints "file:line:column: message (at pointer)", leaving out what is
// unknown.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ":")
	}
	switch {
	case e.Line > 0:
		fmt.Fprintf(&b, "%d:%d: ", e.Line, e.Column)
	case e.File != "":
		b.WriteByte(' ')
	}
	b.WriteString(e.Message)
	if e.Pointer != "" {
		b.WriteString(" (at " + e.Pointer + ")")
	}
	return b.String()
}
