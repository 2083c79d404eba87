package schema

import "sort"

// Position is a place in a source text. Lines and columns count from 1,
// columns in bytes; the zero Position is unknown.
type Position struct {
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
}

// PositionOf converts a byte offset in text to a Position. Who looks up many
// makes Lines once.
func PositionOf(text string, offset int) Position {
	return NewLines(text).Position(max(0, min(offset, len(text))))
}

// Lines knows where the lines of a text begin.
type Lines struct{ starts []int }

// NewLines reads a text once, so that positions in it cost a search.
func NewLines(text string) Lines {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return Lines{starts}
}

// Position is the place of a byte offset in the text.
func (l Lines) Position(offset int) Position {
	line := sort.SearchInts(l.starts, offset+1)
	return Position{Line: line, Column: offset - l.starts[line-1] + 1}
}
