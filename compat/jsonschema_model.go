package compat

import (
	"slices"

	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/jsontree"
)

// jsonClass is what sort of schema Confluent's comparison sees (compatibility
// reference 4.2).
type jsonClass uint8

const (
	jsonEmpty jsonClass = iota
	jsonFalse
	jsonBoolean
	jsonNull
	jsonString
	jsonNumber
	jsonObject
	jsonArray
	jsonEnum
	jsonConst
	jsonNot
	jsonConditional
	jsonCombined
)

// plain: schemas of the class hold no others that are compared.
func (c jsonClass) plain() bool {
	switch c {
	case jsonBoolean, jsonNull, jsonString, jsonNumber:
		return true
	}
	return false
}

// The keywords that combine schemas.
const (
	allOf = "allOf"
	anyOf = "anyOf"
	oneOf = "oneOf"
)

// jsonType is a schema in the inner model. Identity is pointer equality.
type jsonType struct {
	class jsonClass
	// integer tells "integer" from "number".
	integer bool
	// part: the type is one part of what a single schema says, and the title
	// and its like are the whole's.
	part bool
	// node is where the keywords stand.
	node *jsonschema.Node
	// criterion and members are those of a combined schema.
	criterion string
	members   []jsonMember
}

// jsonMember is one member of a combined schema: a schema of the text, or a
// part of one. Schemas are looked up when they are compared, because they may
// lead back to where they stand.
type jsonMember struct {
	node *jsonschema.Node
	part *jsonType
}

// typeOf returns the inner model of a schema, which the schema keeps. A reference
// that stands alone is its target.
func typeOf(n *jsonschema.Node) *jsonType {
	if t, ok := n.Derived().(*jsonType); ok {
		return t
	}
	t, _ := n.Derive(newJSONType(n)).(*jsonType)
	return t
}

func newJSONType(n *jsonschema.Node) *jsonType {
	if value, ok := n.Boolean(); ok {
		if !value {
			return &jsonType{node: n, class: jsonFalse}
		}
		return &jsonType{node: n}
	}
	parts := partsOf(n)
	switch {
	case len(parts) == 0:
		return &jsonType{node: n}
	case len(parts) > 1:
	case n.Ref != nil:
		return typeOf(n.Ref)
	case parts[0].part != nil:
		t := parts[0].part
		t.part = false
		return t
	}
	return &jsonType{node: n, class: jsonCombined, criterion: allOf, members: parts}
}

// resolve is the member's type.
func (m jsonMember) resolve() *jsonType {
	if m.part != nil {
		return m.part
	}
	return typeOf(m.node)
}

// partsOf lists what a schema says, one part a class of keywords.
func partsOf(n *jsonschema.Node) []jsonMember {
	var parts []jsonMember
	add := func(t *jsonType) {
		t.node, t.part = n, true
		parts = append(parts, jsonMember{part: t})
	}
	for _, ref := range []*jsonschema.Node{n.Ref, n.DynamicRef} {
		if ref != nil {
			parts = append(parts, jsonMember{node: ref})
		}
	}
	if n.Ref != nil && n.Draft < jsonschema.Draft2019 {
		return parts
	}
	if n.Keyword("enum").Is(jsontree.Array) {
		add(&jsonType{class: jsonEnum})
	}
	if n.Keyword("const") != nil && n.Draft >= jsonschema.Draft6 {
		add(&jsonType{class: jsonConst})
	}
	if n.Not != nil {
		add(&jsonType{class: jsonNot})
	}
	for _, group := range []struct {
		criterion string
		nodes     []*jsonschema.Node
	}{{allOf, n.AllOf}, {anyOf, n.AnyOf}, {oneOf, n.OneOf}} {
		if len(group.nodes) > 0 {
			add(&jsonType{class: jsonCombined, criterion: group.criterion, members: membersOf(group.nodes)})
		}
	}
	if n.If != nil || n.Then != nil || n.Else != nil {
		add(&jsonType{class: jsonConditional})
	}
	types := typesOf(n)
	for i := range types {
		add(&types[i])
	}
	return parts
}

func membersOf(nodes []*jsonschema.Node) []jsonMember {
	members := make([]jsonMember, len(nodes))
	for i, n := range nodes {
		members[i].node = n
	}
	return members
}

// typesOf lists the classes that "type" names, several of them as one anyOf;
// without "type" those that the keywords belong to.
func typesOf(n *jsonschema.Node) []jsonType {
	if len(n.Types) > 0 {
		return namedTypes(n)
	}
	var types []jsonType
	for _, group := range classKeywords {
		if slices.ContainsFunc(group.keywords, func(k string) bool { return n.Keyword(k) != nil }) {
			types = append(types, jsonType{class: group.class})
		}
	}
	return types
}

func namedTypes(n *jsonschema.Node) []jsonType {
	types := make([]jsonType, 0, len(n.Types)+1)
	for _, name := range n.Types {
		if class := namedClass(name); class != jsonEmpty {
			types = append(types, jsonType{class: class, node: n, integer: name == "integer", part: true})
		}
	}
	if len(types) < 2 {
		return types
	}
	members := make([]jsonMember, len(types))
	for i := range types {
		members[i].part = &types[i]
	}
	return append(types, jsonType{class: jsonCombined, criterion: anyOf, members: members})[len(types):]
}

// namesTypes: the type is the anyOf that several names in "type" make.
func (t *jsonType) namesTypes() bool {
	return t.class == jsonCombined && t.criterion == anyOf && t.members[0].part != nil
}

// namedClass is the class of a value of "type", jsonEmpty for a name that is no
// type.
func namedClass(name string) jsonClass {
	switch name {
	case "array":
		return jsonArray
	case "boolean":
		return jsonBoolean
	case "integer", "number":
		return jsonNumber
	case "null":
		return jsonNull
	case "object":
		return jsonObject
	case "string":
		return jsonString
	}
	return jsonEmpty
}

// classKeywords are the keywords that make a schema without "type" one of a
// class.
var classKeywords = []struct {
	class    jsonClass
	keywords []string
}{
	{jsonArray, []string{
		"items", "prefixItems", "additionalItems", "unevaluatedItems", "minItems", "maxItems", "uniqueItems",
		"contains", "minContains", "maxContains",
	}},
	{jsonObject, []string{
		"properties", "required", "minProperties", "maxProperties", "dependencies", "dependentRequired",
		"dependentSchemas", "patternProperties", "additionalProperties", "propertyNames", "unevaluatedProperties",
	}},
	{jsonNumber, []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}},
	{jsonString, []string{"minLength", "maxLength", "pattern", "format"}},
}
