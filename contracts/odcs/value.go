package odcs

import (
	"bytes"
	"encoding/json"
	"iter"

	"github.com/accordhq/accord/schema"
)

// Value is any value of a document. The zero Value is null.
type Value struct{ n *node }

// Kind says what sort of value it is.
func (v Value) Kind() Kind {
	if v.n == nil {
		return Null
	}
	return v.n.kind
}

// Text is a scalar as text: a text itself, a number as JSON spells it with all
// its digits, "true" or "false"; "" for null, lists and mappings.
func (v Value) Text() string {
	if v.n == nil {
		return ""
	}
	return v.n.text
}

// Position is where the value stands, unknown for one that is not written.
func (v Value) Position() schema.Position {
	if v.n == nil {
		return schema.Position{}
	}
	return v.n.at
}

// Items are the values of a list, nil for other values.
func (v Value) Items() []Value {
	if v.Kind() != List {
		return nil
	}
	out := make([]Value, len(v.n.slots))
	for i, s := range v.n.slots {
		out[i] = Value{s.value}
	}
	return out
}

// Members are the keys and values of a mapping in the order of the text, none
// for other values.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Mapping {
			return
		}
		for _, s := range v.n.slots {
			if !yield(s.key, Value{s.value}) {
				return
			}
		}
	}
}

// Member returns the value of a key of a mapping, null if there is none.
func (v Value) Member(key string) Value { return Value{v.n.value(key)} }

// MarshalJSON prints the value with the keys in the order of the text and
// numbers digit for digit. It never fails.
func (v Value) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, v.n), nil
}

// MarshalJSON prints the document as JSON: aliases and merge keys resolved,
// dates as strings, the keys in the order of the text and numbers digit for
// digit. It never fails.
func (d *Document) MarshalJSON() ([]byte, error) { return Value{d.root}.MarshalJSON() }

func appendJSON(out []byte, n *node) []byte {
	if n == nil {
		return append(out, "null"...)
	}
	switch n.kind {
	case Bool, Number:
		return append(out, n.text...)
	case Text:
		return appendJSONText(out, n.text)
	case List:
		out = append(out, '[')
		for i, s := range n.slots {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendJSON(out, s.value)
		}
		return append(out, ']')
	case Mapping:
		out = append(out, '{')
		for i, s := range n.slots {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendJSONText(out, s.key), ':')
			out = appendJSON(out, s.value)
		}
		return append(out, '}')
	}
	return append(out, "null"...)
}

func appendJSONText(out []byte, text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // an arrow in a description stays one
	_ = e.Encode(text)     // a text always encodes
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
