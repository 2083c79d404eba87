// Package jsontree reads JSON without losing anything a schema registry cares
// about: the order of members, the spelling of numbers, duplicate members, and
// where every value stands in the text. Avro and JSON Schema are parsed from it.
//
// A tree is never changed after Parse, so it may be shared between goroutines.
package jsontree

import "strings"

// Kind says which of JSON's six sorts of value a Node is.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String names the kind the way error messages do: "null", "boolean",
// "number", "string", "array", "object".
func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "boolean"
	case Number:
		return "number"
	case String:
		return "string"
	case Array:
		return "array"
	case Object:
		return "object"
	}
	return "unknown"
}

// Node is one JSON value.
type Node struct {
	Kind Kind
	// Bool is the value of a boolean.
	Bool bool
	// Text is a number's spelling as written, or a string's decoded value
	// (valid UTF-8; an unpaired surrogate escape reads as U+FFFD).
	Text string
	// Items are the values of an array.
	Items []*Node
	// Members are the members of an object in the order of the text,
	// duplicates included.
	Members []Member
	// Offset and End bound the value's bytes in the text: text[Offset:End].
	Offset, End int
}

// Member is one name and value of an object.
type Member struct {
	Name string
	// NameOffset is where the name's opening quote stands in the text.
	NameOffset int
	Value      *Node
}

// Member returns the value of the named member, nil if n is nil, not an object
// or has no such member. Of duplicates the last one counts, as in Jackson and
// encoding/json. It looks at every member: to read many names of a large
// object, range over Distinct.
func (n *Node) Member(name string) *Node {
	if n == nil {
		return nil
	}
	for i := len(n.Members) - 1; i >= 0; i-- {
		if n.Members[i].Name == name {
			return n.Members[i].Value
		}
	}
	return nil
}

// Is reports whether n is a value of the given kind. No value (nil) is of none.
func (n *Node) Is(k Kind) bool { return n != nil && n.Kind == k }

// StringValue returns the value of a string, and whether n is one.
func (n *Node) StringValue() (string, bool) {
	if !n.Is(String) {
		return "", false
	}
	return n.Text, true
}

// IsInteger reports whether n is a number written without fraction and
// exponent.
func (n *Node) IsInteger() bool {
	return n.Is(Number) && !strings.ContainsAny(n.Text, ".eE")
}

// Distinct returns the members of an object with duplicates resolved as
// Jackson does: the name keeps its first place and takes the last value.
func (n *Node) Distinct() []Member {
	if n == nil || !hasDuplicates(n.Members) {
		if n == nil {
			return nil
		}
		return n.Members
	}
	at := make(map[string]int, len(n.Members))
	out := make([]Member, 0, len(n.Members))
	for _, m := range n.Members {
		if i, seen := at[m.Name]; seen {
			out[i] = m
			continue
		}
		at[m.Name] = len(out)
		out = append(out, m)
	}
	return out
}

// hasDuplicates avoids the map for the usual small object.
func hasDuplicates(members []Member) bool {
	if len(members) > 16 {
		seen := make(map[string]struct{}, len(members))
		for _, m := range members {
			seen[m.Name] = struct{}{}
		}
		return len(seen) < len(members)
	}
	for i := range members {
		for j := range i {
			if members[i].Name == members[j].Name {
				return true
			}
		}
	}
	return false
}

var tokenEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer extends a JSON pointer (RFC 6901; "" is the root) by reference
// tokens, escaping "~" and "/" in them.
func Pointer(parent string, tokens ...string) string {
	var b strings.Builder
	b.WriteString(parent)
	for _, t := range tokens {
		b.WriteByte('/')
		b.WriteString(EscapeToken(t))
	}
	return b.String()
}

// EscapeToken writes a member name as one reference token of a JSON pointer.
func EscapeToken(token string) string {
	if !strings.ContainsAny(token, "~/") {
		return token
	}
	return tokenEscapes.Replace(token)
}
