package rules

import (
	"cel.dev/cel-go/cel"

	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/jsontree"
)

// objectMark ends the names of the CEL types that stand for Avro records and
// JSON objects. No CEL expression can spell it, and no message of the type
// checker has it but for such a type: those are maps at run time, so what the
// checker has against them is not certain (see env.compile).
const objectMark = "{}"

// Properties of Avro and JSON Schema that rules look at.
const (
	tagsProperty  = "confluent:tags"
	rulesProperty = "confluent:rules"
)

// avroShapes builds the shapes of an Avro schema.
type avroShapes struct {
	of map[*avro.Type]*shape
	// symbols are those of enums by their full names, "acme.State.NEW".
	symbols map[string]string
}

// maxSymbols is how many symbols of enums rules may name.
const maxSymbols = 200

func (b avroShapes) shape(t *avro.Type) *shape {
	if known := b.of[t]; known != nil {
		return known
	}
	s := &shape{}
	b.of[t] = s
	switch t.Kind {
	case avro.Record:
		s.kind, s.typeName, s.object = record, "RECORD", b.record(t)
	case avro.Array:
		s.kind, s.typeName, s.elem = list, "ARRAY", b.shape(t.Element)
	case avro.Map:
		s.kind, s.typeName, s.elem = mapping, "MAP", b.shape(t.Element)
	case avro.Union:
		s.kind, s.typeName = union, "COMBINED"
		for _, branch := range t.Branches {
			s.alternatives = append(s.alternatives, b.shape(branch))
		}
	case avro.Enum:
		s.kind, s.typeName, s.cel = opaque, "ENUM", cel.StringType
		for _, symbol := range t.Symbols {
			if len(b.symbols) < maxSymbols {
				b.symbols[t.FullName()+"."+symbol] = symbol
			}
		}
	case avro.Fixed:
		s.kind, s.typeName, s.cel = opaque, "FIXED", cel.BytesType
	default:
		s.kind = leaf
		s.typeName, s.cel = avroLeaf(t.Kind)
	}
	if t.LogicalType != "" {
		// Codecs decode logical types to types of their own or leave them, as
		// they are configured.
		s.cel = cel.DynType
	}
	return s
}

func avroLeaf(k avro.Kind) (string, *cel.Type) {
	switch k {
	case avro.Boolean:
		return "BOOLEAN", cel.BoolType
	case avro.Int:
		return "INT", cel.IntType
	case avro.Long:
		return "LONG", cel.IntType
	case avro.Float:
		return "FLOAT", cel.DoubleType
	case avro.Double:
		return "DOUBLE", cel.DoubleType
	case avro.Bytes:
		return "BYTES", cel.BytesType
	case avro.String:
		return "STRING", cel.StringType
	}
	return "NULL", cel.NullType
}

func (b avroShapes) record(t *avro.Type) *object {
	o := newObject(t.FullName() + objectMark)
	o.rules, o.place, o.file = inlineRulesOf(t.Prop(rulesProperty)), t.Position, t.File
	for _, f := range t.Fields {
		o.add(&member{
			name: f.Name, fullName: t.FullName() + "." + f.Name, tags: textsOf(f.Prop(tagsProperty)), shape: b.shape(f.Type),
			rules: inlineRulesOf(f.Prop(rulesProperty)), place: f.Position, file: t.File,
		})
	}
	return o
}

// textsOf are the strings of a JSON array.
func textsOf(n *jsontree.Node) []string {
	if !n.Is(jsontree.Array) {
		return nil
	}
	var out []string
	for _, item := range n.Items {
		if text, ok := item.StringValue(); ok {
			out = append(out, text)
		}
	}
	return out
}

// inlineRulesOf reads a confluent:rules property: an array of objects with name
// and expr. Those that have only an SQL expression are not CEL's.
func inlineRulesOf(n *jsontree.Node) []inlineRule {
	if !n.Is(jsontree.Array) {
		return nil
	}
	var out []inlineRule
	for _, item := range n.Items {
		name, _ := item.Member("name").StringValue()
		if expr, ok := item.Member("expr").StringValue(); ok {
			out = append(out, inlineRule{name, expr})
		}
	}
	return out
}
