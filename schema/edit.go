package schema

import (
	"slices"
	"strings"
)

// Edit replaces text[From:To].
type Edit struct {
	From, To int
	Text     string
}

// ApplyEdits makes edits that do not overlap; the rest of the text stays as it
// is. It sorts them.
func ApplyEdits(text string, edits []Edit) string {
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.From - b.From })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.From])
		b.WriteString(e.Text)
		at = e.To
	}
	b.WriteString(text[at:])
	return b.String()
}
