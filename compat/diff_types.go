package compat

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema"
)

// maxTypeText is how long the text of a type may be to be understood; longer
// ones are compared as text.
const maxTypeText = 1 << 10

// repeated begins the type of a Protobuf list.
const repeated = "repeated "

// holding is what one alternative of a type can hold, in words that all
// languages share: "int64", "string", "array", "named", ….
type holding struct {
	name string
	// logical is the annotation in parentheses: "date-time", "decimal(9,2)".
	logical string
	// args are the types of items or values.
	args []string
}

// contains reports whether every value of the type inner, as f writes it, is
// one of the type outer, as g writes it.
func (d *differ) contains(g schema.Format, outer string, f schema.Format, inner string) bool {
	if outer == inner && f == g {
		return true
	}
	if len(outer) > maxTypeText || len(inner) > maxTypeText {
		return false
	}
	holders := map[string][]holding{}
	for _, alternative := range alternatives(outer) {
		h := d.read(g, alternative)
		holders[h.name] = append(holders[h.name], h)
	}
	for _, alternative := range alternatives(inner) {
		if h := d.read(f, alternative); h.name != "never" && !d.held(g, holders, f, h) {
			return false
		}
	}
	return true
}

// held reports whether one of the holders, by name, holds all of inner.
func (d *differ) held(g schema.Format, holders map[string][]holding, f schema.Format, inner holding) bool {
	if holders["any"] != nil {
		return true
	}
	if slices.ContainsFunc(holders[inner.name], func(h holding) bool { return d.holds(g, h, f, inner) }) {
		return true
	}
	names := wider[inner.name]
	if d.ordered {
		names = slices.Concat(names, promoted[inner.name])
	}
	for _, name := range names {
		if slices.ContainsFunc(holders[name], func(h holding) bool { return h.logical == inner.logical }) {
			return true
		}
	}
	return false
}

// holds is held for two types of one name.
func (d *differ) holds(g schema.Format, outer holding, f schema.Format, inner holding) bool {
	if inner.logical != outer.logical {
		// A format narrows a JSON value; Avro's logical types give it another
		// meaning.
		return g == schema.JSON && outer.logical == ""
	}
	if len(inner.args) != len(outer.args) {
		return len(outer.args) == 0
	}
	for i := range inner.args {
		if !d.contains(g, outer.args[i], f, inner.args[i]) {
			return false
		}
	}
	return true
}

// wider lists the types that hold every number of another, exactly.
var wider = map[string][]string{
	"int32":   {"int64", "float64", "integer", "number"},
	"uint32":  {"int64", "uint64", "float64", "integer", "number"},
	"int64":   {"integer", "number"},
	"uint64":  {"integer", "number"},
	"float32": {"float64", "number"},
	"float64": {"number"},
	"integer": {"number"},
}

// promoted lists what Avro's readers take for another type beyond that, though
// great numbers lose digits.
var promoted = map[string][]string{
	"int32": {"float32"},
	"int64": {"float32", "float64"},
}

// shared names the types of the languages in common words. What is not listed
// has its own name.
var shared = map[schema.Format]map[string]string{
	schema.Avro: {
		"boolean": "bool", "int": "int32", "long": "int64", "float": "float32", "double": "float64",
		"string": "string", "bytes": "bytes", "null": "null",
	},
	schema.Protobuf: {
		"bool": "bool", "float": "float32", "double": "float64", "string": "string", "bytes": "bytes",
		"int32": "int32", "sint32": "int32", "sfixed32": "int32", "uint32": "uint32", "fixed32": "uint32",
		"int64": "int64", "sint64": "int64", "sfixed64": "int64", "uint64": "uint64", "fixed64": "uint64",
	},
	schema.JSON: {
		"boolean": "bool", "string": "string", "integer": "integer", "number": "number", "null": "null",
		"any": "any", "never": "never",
	},
}

// moments are the types that say in several languages when something was.
var moments = map[string]string{
	"long (timestamp-millis)": "timestamp", "long (timestamp-micros)": "timestamp", "long (timestamp-nanos)": "timestamp",
	".google.protobuf.Timestamp": "timestamp", "string (date-time)": "timestamp",
	"int (date)": "date", "string (date)": "date", ".google.type.Date": "date",
	".google.protobuf.Duration": "duration", "string (duration)": "duration",
}

// read understands one alternative of a type. Across languages named types are
// all alike: what they hold is compared element by element.
func (d *differ) read(f schema.Format, text string) holding {
	if d.cross && moments[text] != "" {
		return holding{name: moments[text]}
	}
	if item, ok := strings.CutPrefix(text, repeated); ok && f == schema.Protobuf {
		return holding{name: "array", args: []string{item}}
	}
	name, logical := text, ""
	if open := strings.Index(text, " ("); open > 0 && strings.HasSuffix(text, ")") {
		name, logical = text[:open], text[open+2:len(text)-1]
	}
	if container, arg, ok := strings.Cut(name, "<"); ok && strings.HasSuffix(arg, ">") {
		arg = strings.TrimSuffix(arg, ">")
		switch container {
		case "array":
			return holding{name: container, args: []string{arg}}
		case "map":
			return holding{name: container, args: d.mapArgs(f, arg)}
		}
	}
	if word := shared[f][name]; word != "" {
		return holding{name: word, logical: logical}
	}
	if d.cross && name != "array" && name != "map" {
		return holding{name: "named"}
	}
	return holding{name: "named " + name, logical: logical}
}

// mapArgs are the types of a map's keys and values. Only Protobuf's keys may
// be other than strings, and they do not count across languages.
func (d *differ) mapArgs(f schema.Format, arg string) []string {
	key, value, ok := strings.Cut(arg, ", ")
	switch {
	case f != schema.Protobuf || !ok:
		return []string{arg}
	case d.cross:
		return []string{value}
	}
	return []string{key, value}
}

// alternatives splits a type at the bars outside of brackets.
func alternatives(text string) []string {
	var out []string
	depth, start := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '<', '(', '[', '{':
			depth++
		case '>', ')', ']', '}':
			depth--
		case '|':
			if depth == 0 && i > start && text[i-1] == ' ' {
				out = append(out, strings.TrimSpace(text[start:i]))
				start = i + 1
			}
		}
	}
	return append(out, strings.TrimSpace(text[start:]))
}

// withoutNull is a type without the alternative null: whether a value may be
// absent is said by Optional.
func withoutNull(text string) string {
	if !strings.Contains(text, "null") {
		return text
	}
	rest := slices.DeleteFunc(alternatives(text), func(a string) bool { return a == "null" })
	if len(rest) == 0 {
		return text
	}
	return strings.Join(rest, " | ")
}
