package openlineage

import (
	"bytes"
	"encoding/json"
	"iter"
)

// value is a JSON value within a text that is known to be valid and to hold no
// white space between tokens. It is read where it lies: an event is mostly
// facets, which are cut out and kept as they are, and to build a tree of 16 MB
// of them would take many times that.
type value []byte

// object is the members of a JSON object. Of those with one name the last
// counts.
type object map[string]value

// get returns a member, nil if there is none or it is null.
func (o object) get(name string) value {
	if v := o[name]; !v.isNull() {
		return v
	}
	return nil
}

// text returns a member that is a string, else "".
func (o object) text(name string) string {
	s, _ := o[name].text()
	return s
}

func (v value) isNull() bool   { return len(v) == 0 || v[0] == 'n' }
func (v value) isObject() bool { return len(v) > 0 && v[0] == '{' }
func (v value) isArray() bool  { return len(v) > 0 && v[0] == '[' }
func (v value) isTrue() bool   { return len(v) > 0 && v[0] == 't' }

// kind names the sort of value for messages.
func (v value) kind() string {
	if len(v) == 0 {
		return "nothing"
	}
	switch v[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// text returns a string's content, and whether v is one.
func (v value) text() (string, bool) {
	if len(v) < 2 || v[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1]), true
	}
	var s string
	err := json.Unmarshal(v, &s)
	return s, err == nil
}

// object returns the members of an object, none if v is not one.
func (v value) object() object {
	o := object{}
	for name, member := range v.members() {
		o[name] = member
	}
	return o
}

// members yields the members of an object in the order of the text, none if v
// is not one.
func (v value) members() iter.Seq2[string, value] {
	return func(yield func(string, value) bool) {
		if !v.isObject() {
			return
		}
		for rest := v[1:]; len(rest) > 1; {
			if rest[0] == ',' {
				rest = rest[1:]
			}
			quoted := rest[:rest.size()]
			rest = rest[len(quoted)+1:] // and the colon
			member := rest[:rest.size()]
			rest = rest[len(member):]
			name, _ := quoted.text()
			if !yield(name, member) {
				return
			}
		}
	}
}

// elements yields the elements of an array with their index, none if v is not
// one.
func (v value) elements() iter.Seq2[int, value] {
	return func(yield func(int, value) bool) {
		if !v.isArray() {
			return
		}
		rest := v[1:]
		for i := 0; len(rest) > 1; i++ {
			if rest[0] == ',' {
				rest = rest[1:]
			}
			element := rest[:rest.size()]
			rest = rest[len(element):]
			if !yield(i, element) {
				return
			}
		}
	}
}

// size returns the length of the value that v begins with.
func (v value) size() int {
	switch v[0] {
	case '"':
		return v.stringSize()
	case '{', '[':
		return v.nestedSize()
	}
	if n := bytes.IndexAny(v, ",]}"); n >= 0 {
		return n
	}
	return len(v)
}

func (v value) stringSize() int {
	for i := 1; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(v)
}

func (v value) nestedSize() int {
	depth := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			i += v[i:].stringSize() - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(v)
}

// depth returns how deeply arrays and objects nest in v.
func (v value) depth() int {
	depth, deepest := 0, 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			i += v[i:].stringSize() - 1
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}
