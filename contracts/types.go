package contracts

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

// ODCS's logical types.
const (
	logicalString    = "string"
	logicalDate      = "date"
	logicalTimestamp = "timestamp"
	logicalTime      = "time"
	logicalNumber    = "number"
	logicalInteger   = "integer"
	logicalObject    = "object"
	logicalArray     = "array"
	logicalBoolean   = "boolean"
)

// What a contract may call the values of a type, the best name first. A bare
// number or text may well be a date: the contract says more than the schema
// then.
var (
	textual  = []string{logicalString, logicalDate, logicalTimestamp, logicalTime, logicalNumber, logicalInteger}
	whole    = []string{logicalInteger, logicalNumber, logicalTimestamp, logicalDate, logicalTime}
	decimals = []string{logicalNumber, logicalTimestamp}
	truth    = []string{logicalBoolean}
	moment   = []string{logicalTimestamp, logicalDate, logicalInteger, logicalString}
	day      = []string{logicalDate, logicalTimestamp, logicalInteger, logicalString}
	hours    = []string{logicalTime, logicalInteger, logicalString}
	exact    = []string{logicalNumber, logicalInteger, logicalString}
	binary   = []string{logicalString}
	record   = []string{logicalObject}
	list     = []string{logicalArray}
)

// plainTypes are the types of the three languages that need no look inside.
var plainTypes = map[string][]string{
	"string": textual, "enum": textual, "boolean": truth, "bool": truth, "bytes": binary, "fixed": binary,
	"int": whole, "long": whole, "integer": whole,
	"int32": whole, "int64": whole, "uint32": whole, "uint64": whole, "sint32": whole, "sint64": whole,
	"fixed32": whole, "fixed64": whole, "sfixed32": whole, "sfixed64": whole,
	"float": decimals, "double": decimals, "number": decimals,
	"object": record, "record": record, "message": record, "array": list, "map": record,
	".google.protobuf.Timestamp": moment, ".google.type.Date": {logicalDate, logicalObject},
	".google.type.TimeOfDay": {logicalTime, logicalObject}, ".google.type.DateTime": {logicalTimestamp, logicalObject},
	".google.protobuf.StringValue": textual, ".google.protobuf.BytesValue": binary, ".google.protobuf.BoolValue": truth,
	".google.protobuf.Int32Value": whole, ".google.protobuf.Int64Value": whole, ".google.protobuf.UInt32Value": whole,
	".google.protobuf.UInt64Value": whole, ".google.protobuf.FloatValue": decimals, ".google.protobuf.DoubleValue": decimals,
	".google.protobuf.Duration":  {logicalString, logicalNumber, logicalObject},
	".google.protobuf.ListValue": list,
}

// annotations are the logical types and formats that say what a value is.
var annotations = []struct {
	begins string
	names  []string
}{
	{"timestamp", moment}, {"local-timestamp", moment}, {"date-time", moment}, {"date", day}, {"time", hours}, {"decimal", exact},
}

// fits reports whether a contract may call a field by a logical type. What is
// not known fits.
func (e *elements) fits(f *schema.Field, logical string) bool {
	if !slices.Contains(odcs.LogicalTypes(), logical) {
		return true // none, or one that ODCS does not have
	}
	for _, alternative := range alternatives(f.Type) {
		names := e.names(f, alternative)
		if names == nil || slices.Contains(names, logical) {
			return true
		}
	}
	return false
}

// logicalType is the best name that ODCS has for a field's type: string where it
// has none.
func (e *elements) logicalType(f *schema.Field) string {
	for _, alternative := range alternatives(f.Type) {
		if names := e.names(f, alternative); names != nil {
			return names[0]
		}
	}
	return logicalString
}

// names are what one alternative of a type may be called; nil if that is
// unknown.
func (e *elements) names(f *schema.Field, alternative string) []string {
	if names := plainTypes[alternative]; names != nil {
		return names
	}
	switch {
	case strings.HasPrefix(alternative, "repeated "), strings.HasPrefix(alternative, "array<"):
		return list
	case strings.HasPrefix(alternative, "map<"):
		return record
	}
	if base, annotation, ok := strings.Cut(alternative, " ("); ok {
		for _, a := range annotations {
			if strings.HasPrefix(annotation, a.begins) {
				return a.names
			}
		}
		return plainTypes[base]
	}
	for _, path := range []string{f.Path, f.Path + "<" + strings.TrimPrefix(alternative, ".") + ">"} {
		if i, ok := e.types[path]; ok {
			if e.all[i].Kind == schema.KindEnum {
				return textual
			}
			return record
		}
	}
	return nil
}

// alternatives are the types a value may have, without null.
func alternatives(text string) []string {
	var out []string
	depth, start := 0, 0
	take := func(part string) {
		if part = strings.TrimSpace(part); part != "" && part != "null" {
			out = append(out, part)
		}
	}
	for i := range len(text) {
		switch text[i] {
		case '<', '(':
			depth++
		case '>', ')':
			depth--
		case '|':
			if depth == 0 {
				take(text[start:i])
				start = i + 1
			}
		}
	}
	take(text[start:])
	return out
}

// demanded reports whether a Protobuf schema itself requires a field, as proto2
// can.
func demanded(p schema.Parsed, f *schema.Field) bool {
	file, ok := p.(*protobuf.File)
	return ok && !f.Optional && file.Descriptor().Syntax().String() == "proto2" &&
		!strings.HasPrefix(f.Type, "repeated ") && !strings.HasPrefix(f.Type, "map<")
}
