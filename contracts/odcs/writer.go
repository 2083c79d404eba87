package odcs

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Map is a mapping to write, its keys in this order.
type Map []Entry

// Entry is a key and value of a Map.
type Entry struct {
	Key   string
	Value any
}

// Seq is a list to write.
type Seq []any

func isCollection(value any) bool {
	switch value.(type) {
	case Map, Seq:
		return true
	}
	return false
}

// asNode is a value to write as the tree that reading it gives.
func asNode(value any) (*node, error) {
	switch v := value.(type) {
	case nil:
		return &node{kind: Null}, nil
	case string:
		return &node{kind: Text, text: v}, nil
	case bool:
		return &node{kind: Bool, text: strconv.FormatBool(v)}, nil
	case int:
		return &node{kind: Number, text: strconv.Itoa(v)}, nil
	case json.Number:
		if !jsonNumberForm.MatchString(v.String()) {
			return nil, fmt.Errorf("%w: %q is no number", ErrEdit, clip(v.String()))
		}
		return &node{kind: Number, text: v.String()}, nil
	case Seq:
		n := &node{kind: List}
		for _, item := range v {
			of, err := asNode(item)
			if err != nil {
				return nil, err
			}
			n.slots = append(n.slots, slot{value: of})
		}
		return n, nil
	case Map:
		n := &node{kind: Mapping}
		for _, e := range v {
			of, err := asNode(e.Value)
			if err != nil {
				return nil, err
			}
			n.slots = append(n.slots, slot{key: e.Key, value: of})
		}
		return n, nil
	}
	return nil, fmt.Errorf("%w: a %T cannot be written", ErrEdit, value)
}

// writer writes values as YAML.
type writer struct {
	eol string
	// flow writes lists and mappings in brackets, on one line.
	flow bool
	// style is how texts are quoted if they can be; literal writes those of
	// several lines as a block.
	style   style
	literal bool
	// listIndent is how far lists are indented below their key, dashWidth how
	// far the items are right of their dashes.
	listIndent, dashWidth int
}

// newline ends a line and indents the next.
func (w *writer) newline(column int) string { return w.eol + strings.Repeat(" ", column) }

// member is a key and its colon within braces.
func (w *writer) member(key string) string { return quote(key, w.style, true) + ": " }

// value writes what follows the colon of a key in some column: a space and a
// scalar, or the lines of a list or mapping.
func (w *writer) value(value any, column int) (string, error) {
	n, err := asNode(value)
	if err != nil {
		return "", err
	}
	return w.after(n, column, w.listIndent), nil
}

// item writes what follows the dash in some column.
func (w *writer) item(value any, column int) (string, error) {
	n, err := asNode(value)
	if err != nil {
		return "", err
	}
	return w.afterDash(n, column), nil
}

func (w *writer) after(n *node, column, listIndent int) string {
	switch {
	case n.kind <= Text || w.flow || len(n.slots) == 0:
		return " " + w.inline(n, column)
	case n.kind == Mapping:
		return w.newline(column+2) + w.block(n, column+2)
	}
	return w.newline(column+listIndent) + w.block(n, column+listIndent)
}

func (w *writer) afterDash(n *node, column int) string {
	if n.kind <= Text || len(n.slots) == 0 {
		return " " + w.inline(n, column)
	}
	return strings.Repeat(" ", w.dashWidth-1) + w.block(n, column+w.dashWidth)
}

// block writes a list or mapping whose first line is indented already.
func (w *writer) block(n *node, column int) string {
	lines := make([]string, len(n.slots))
	for i, s := range n.slots {
		if n.kind == List {
			lines[i] = "-" + w.afterDash(s.value, column)
			continue
		}
		lines[i] = quote(s.key, plain, false) + ":" + w.after(s.value, column, w.listIndent)
	}
	return strings.Join(lines, w.newline(column))
}

// inline writes a value on one line, or a text of several as a block.
func (w *writer) inline(n *node, column int) string {
	switch n.kind {
	case Null:
		return "null"
	case Bool, Number:
		return n.text
	case Text:
		if w.literal && !w.flow && fitsLiteral(n.text) {
			return w.literalBlock(n.text, column)
		}
		return quote(n.text, w.style, w.flow)
	}
	parts := make([]string, len(n.slots))
	for i, s := range n.slots {
		parts[i] = w.inline(s.value, column)
		if n.kind == Mapping {
			parts[i] = w.member(s.key) + parts[i]
		}
	}
	if n.kind == List {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// fitsLiteral reports whether a text can be a literal block as it is.
func fitsLiteral(text string) bool {
	if !strings.Contains(text, "\n") || strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\n") {
		return false
	}
	for _, r := range text {
		if r != '\n' && !printableRune(r) {
			return false
		}
	}
	return strings.TrimSpace(text) != ""
}

func (w *writer) literalBlock(text string, column int) string {
	body := strings.TrimRight(text, "\n")
	header := "|-"
	switch len(text) - len(body) {
	case 0:
	case 1:
		header = "|"
	default:
		return doubleQuoted(text)
	}
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = strings.Repeat(" ", column+2) + line
		}
	}
	return header + w.eol + strings.Join(lines, w.eol)
}
