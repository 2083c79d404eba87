package report

import (
	"cmp"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/accordhq/accord/schema/finding"
)

const (
	// defaultWidth is how long the lines of Text are at most, words permitting.
	defaultWidth = 100
	// indent sets off what belongs to the line above.
	indent = "    "
	// maxPlace is the widest place that others are aligned with.
	maxPlace = 48
)

// Style says how Text prints.
type Style struct {
	// Colour is for terminals that take it.
	Colour bool
	// Width is where lines break; 0 is 100 columns.
	Width int
}

// Text returns the printer for people:
//
//	orders.avsc:4:5: error   AVRO_TYPE_MISMATCH  the message, which goes on
//	    below if it is long
//	    evidence, a line each
//	    hint: how to mend it
//
// A finding without a file begins with its subject and path. Findings of one
// file or subject stand together, their columns aligned; an empty line parts
// them from the next file's.
func Text(style Style) Printer {
	if style.Width <= 0 {
		style.Width = defaultWidth
	}
	return func(w io.Writer, findings []finding.Finding) error {
		var b strings.Builder
		for i, group := range groups(findings) {
			if i > 0 {
				b.WriteByte('\n')
			}
			style.group(&b, group)
		}
		_, err := io.WriteString(w, b.String())
		return err
	}
}

// groups parts findings where subject or file change.
func groups(findings []finding.Finding) [][]finding.Finding {
	var out [][]finding.Finding
	for i, f := range findings {
		if i == 0 || f.File != findings[i-1].File || f.Subject != findings[i-1].Subject {
			out = append(out, nil)
		}
		last := len(out) - 1
		out[last] = append(out[last], f)
	}
	return out
}

func (s Style) group(b *strings.Builder, group []finding.Finding) {
	places, widest := 0, 0
	for _, f := range group {
		if n := utf8.RuneCountInString(place(f)); n <= maxPlace {
			places = max(places, n)
		}
		widest = max(widest, len(f.Severity))
	}
	for _, f := range group {
		s.finding(b, f, places, widest)
	}
}

// finding prints one finding; places and severities are as wide as the widest
// of their group.
func (s Style) finding(b *strings.Builder, f finding.Finding, places, severities int) {
	at := place(f)
	if at != "" || places > 0 {
		b.WriteString(s.paint(bold, at) + pad(at, places) + " ")
	}
	severity := string(f.Severity)
	b.WriteString(s.paint(colours[f.Severity], severity) + pad(severity, severities) + " ")
	head := max(utf8.RuneCountInString(at), places) + 1 + max(len(severity), severities) + 1
	code := Printable(string(f.Code), false)
	s.wrap(b, code+" "+Printable(f.Message, false), head, indent)
	for _, fact := range facts(f) {
		in := min(len(fact)-len(strings.TrimLeft(fact, " ")), s.Width/2) // a caret stays below what it points at
		b.WriteString(indent + strings.Repeat(" ", in))
		s.wrap(b, Printable(fact, false), len(indent)+in, indent)
	}
	if f.Hint != "" {
		b.WriteString(indent + s.paint(dim, "hint:") + " ")
		s.wrap(b, Printable(f.Hint, false), len(indent)+len("hint: "), indent+"      ")
	}
}

// place is where a finding points to, with a colon behind, "" if nowhere.
func place(f finding.Finding) string {
	var parts []string
	if at := cmp.Or(f.File, f.Subject); at != "" {
		parts = append(parts, at)
	}
	if f.Line > 0 {
		parts = append(parts, strconv.Itoa(f.Line))
	}
	if f.Line > 0 && f.Column > 0 {
		parts = append(parts, strconv.Itoa(f.Column))
	}
	at := strings.Join(parts, ":")
	if f.Line == 0 && f.File == "" && f.Path != "" {
		at = strings.TrimPrefix(at+" "+f.Path, " ")
	}
	if at == "" {
		return ""
	}
	return Printable(at, false) + ":"
}

// wrap prints a text whose first line begins at a column, breaks it between
// words, and indents what follows. It ends the line.
func (s Style) wrap(b *strings.Builder, text string, column int, indent string) {
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > s.Width:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	b.WriteByte('\n')
}

func pad(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// The escape sequences of a terminal (ECMA-48 SGR).
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

var colours = map[finding.Severity]string{
	finding.Error:   "\x1b[1;31m",
	finding.Warning: "\x1b[1;33m",
	finding.Info:    "\x1b[1;36m",
}

func (s Style) paint(colour, text string) string {
	if !s.Colour || text == "" || colour == "" {
		return text
	}
	return colour + text + reset
}
