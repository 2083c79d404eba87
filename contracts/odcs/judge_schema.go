package odcs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// property judges a property, or the items of an array: which keys it may have
// depends on its logical type. Without one it may be an object or an array.
func (j *judge) property(typ, path string, n *node) {
	logical, options := n.value("logicalType"), n.value("logicalTypeOptions")
	known := logical != nil && logical.kind == Text && slices.Contains(enumerations["logicalType"], logical.text)
	fields := mappings[typ]
	if !j.want(path, n, Mapping) {
		return
	}
	for _, part := range []struct{ key, of string }{{"properties", "object"}, {"items", "array"}} {
		if s := n.member(part.key); s != nil && known && logical.text != part.of {
			j.fault(CodeUnknownKey, join(path, part.key), s.keyAt,
				fmt.Sprintf("%s is of logicalType %s and has %s", describe("property", n), logical.text, part.key),
				fmt.Sprintf("only logicalType %s has %s", part.of, part.key))
			fields = slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f.name == part.key })
			fields = append(fields, field{part.key, "any", false})
		}
	}
	j.mapping(typ, fields, path, n)
	if options == nil || options.kind != Mapping {
		return
	}
	path = join(path, "logicalTypeOptions")
	switch {
	case logical == nil && len(options.slots) > 0:
		j.fault(CodeMissingKey, path, options.at, describe("property", n)+" has logicalTypeOptions and no logicalType", "say which logicalType the options are for")
	case known && logical.text != "boolean":
		j.mapping("logicalTypeOptions", typeOptions[logical.text], path, options)
	}
}

// server judges a server by its type.
func (j *judge) server(path string, n *node) {
	kind := n.string("type")
	own, known := serverKeys[kind]
	fields := mappings["server"]
	switch {
	case known:
		fields = slices.Concat(fields, own)
	case n != nil && n.kind == Mapping:
		// What keys it has depends on a type that is missing or wrong: one
		// fault is enough.
		fields = slices.Clone(fields)
		for _, s := range n.slots {
			if !slices.ContainsFunc(fields, func(f field) bool { return f.name == s.key }) {
				fields = append(fields, field{s.key, "any", false})
			}
		}
	}
	word := "server"
	if known {
		word = kind + " server"
	}
	j.mapping(word, fields, path, n)
	formats := []string{"json", "avro", "protobuf", "xml"}
	if format := n.value("format"); kind == "kafka" && format != nil && format.kind == Text && !slices.Contains(formats, format.text) {
		j.warn(CodeBadValue, join(path, "format"), format.at, fmt.Sprintf("the format of a kafka server is json, avro, protobuf or xml, not %q", clip(format.text)), "")
	}
}

// quality judges a check. A metric makes it one of the library, whatever else
// it says it is.
func (j *judge) quality(path string, n *node) {
	if !j.want(path, n, Mapping) {
		return
	}
	kind := n.string("type")
	metric, rule := n.value("metric"), n.member("rule")
	bare := n.member("type") == nil && metric == nil
	library := kind == "library" || metric != nil && metric.kind == Text || bare && (rule != nil || hasOperator(n))
	fields := mappings["quality"]
	if library {
		fields = slices.Concat(fields, qualityKeys["library"])
	}
	if rule != nil && metric == nil {
		j.warn(CodeNotPortable, join(path, "rule"), rule.keyAt, "rule is the old name of metric", "write metric")
		fields = optional(fields)
	} else if rule != nil && library {
		j.say(finding.Info, CodeDeprecated, join(path, "rule"), rule.keyAt, "ODCS drops rule, the old name of metric", "keep metric alone")
	}
	if kind == "sql" || kind == "custom" {
		fields = slices.Concat(fields, qualityKeys[kind])
	}
	j.mapping("quality", dedupe(fields), path, n)
	if library || kind == "sql" {
		j.operator(path, n)
	}
}

// dedupe drops later fields of the same name.
func dedupe(fields []field) []field {
	var out []field
	for _, f := range fields {
		if !slices.ContainsFunc(out, func(o field) bool { return o.name == f.name }) {
			out = append(out, f)
		}
	}
	return out
}

func hasOperator(n *node) bool {
	return slices.ContainsFunc(n.slots, func(s slot) bool { return isOperator(s.key) })
}

// operator judges how a check compares: with one operator. The text of the
// standard lets two bounds stand for a range.
func (j *judge) operator(path string, n *node) {
	var found []*slot
	for _, f := range operators {
		if s := n.member(f.name); s != nil {
			found = append(found, s)
		}
	}
	switch {
	case len(found) == 0:
		j.fault(CodeMissingKey, path, n.at, describe("quality", n)+" compares with nothing", "add one of mustBe, mustBeLessThan, mustBeBetween and their kin")
	case len(found) == 2 && isBound(found[0].key, "Greater") && isBound(found[1].key, "Less"):
		j.warn(CodeNotPortable, path, found[1].keyAt, fmt.Sprintf("%s and %s together are a range in the text of the standard; its JSON Schema allows one of them", found[0].key, found[1].key),
			"write mustBeBetween: [low, high]")
	case len(found) > 1:
		j.fault(CodeBadValue, path, found[1].keyAt, fmt.Sprintf("%s has %d operators, such as %s and %s", describe("quality", n), len(found), found[0].key, found[1].key), "a check has one")
	}
}

func isOperator(key string) bool {
	return slices.ContainsFunc(operators, func(f field) bool { return f.name == key })
}

func isBound(key, side string) bool { return strings.HasPrefix(key, "mustBe"+side) }
