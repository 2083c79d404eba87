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

// The keywords that combine schemas.
const (
	allOf = "allOf"
	anyOf = "anyOf"
	oneOf = "oneOf"
)

// jsonType is a schema in the inner model. Identity is pointer equality.
type jsonType struct {
	class jsonClass
	// node is where the keywords stand.
	node *jsonschema.Node
	// integer tells "integer" from "number".
	integer bool
	// criterion and members are those of a combined schema.
	criterion string
	members   []jsonMember
	// part: the type is one part of what a single schema says, and the title
	// and its like are the whole's.
	part bool
}

// jsonMember is one member of a combined schema: a schema of the text, or a
// part of one. Schemas are looked up when they are compared, because they may
// lead back to where they stand.
type jsonMember struct {
	node *jsonschema.Node
	part *jsonType
}

// jsonModel holds the inner model of every node met.
type jsonModel map[*jsonschema.Node]*jsonType

// typeOf returns the inner model of a schema. A reference that stands alone is
// its target.
func (m jsonModel) typeOf(n *jsonschema.Node) *jsonType {
	if t := m[n]; t != nil {
		return t
	}
	parts := partsOf(n)
	if n.Ref != nil && len(parts) == 1 {
		m[n] = m.typeOf(n.Ref)
		return m[n]
	}
	t := &jsonType{node: n}
	if value, ok := n.Boolean(); ok {
		if !value {
			t.class = jsonFalse
		}
	} else if len(parts) == 1 && parts[0].part != nil {
		t = parts[0].part
		t.part = false
	} else if len(parts) > 0 {
		t.class, t.criterion, t.members = jsonCombined, allOf, parts
	}
	m[n] = t
	return t
}

// member resolves a member of a combined schema.
func (m jsonModel) member(of jsonMember) *jsonType {
	if of.part != nil {
		return of.part
	}
	return m.typeOf(of.node)
}

// partsOf lists what a schema says, one part a class of keywords.
func partsOf(n *jsonschema.Node) []jsonMember {
	var parts []jsonMember
	add := func(t jsonType) {
		t.node, t.part = n, true
		parts = append(parts, jsonMember{part: &t})
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
		add(jsonType{class: jsonEnum})
	}
	if n.Keyword("const") != nil && n.Draft >= jsonschema.Draft6 {
		add(jsonType{class: jsonConst})
	}
	if n.Not != nil {
		add(jsonType{class: jsonNot})
	}
	for _, group := range []struct {
		criterion string
		nodes     []*jsonschema.Node
	}{{allOf, n.AllOf}, {anyOf, n.AnyOf}, {oneOf, n.OneOf}} {
		if len(group.nodes) > 0 {
			add(jsonType{class: jsonCombined, criterion: group.criterion, members: membersOf(group.nodes)})
		}
	}
	if n.If != nil || n.Then != nil || n.Else != nil {
		add(jsonType{class: jsonConditional})
	}
	for _, t := range typesOf(n) {
		add(t)
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
	types := make([]jsonType, 0, len(n.Types))
	for _, name := range n.Types {
		if class, ok := classByType[name]; ok {
			types = append(types, jsonType{class: class, node: n, integer: name == "integer", part: true})
		}
	}
	if len(types) < 2 {
		return types
	}
	sum := jsonType{class: jsonCombined, criterion: anyOf, members: make([]jsonMember, len(types))}
	for i := range types {
		sum.members[i].part = &types[i]
	}
	return []jsonType{sum}
}

// classByType are the classes of the values of "type"; other values count for
// nothing.
var classByType = map[string]jsonClass{
	"array": jsonArray, "boolean": jsonBoolean, "integer": jsonNumber, "null": jsonNull, "number": jsonNumber,
	"object": jsonObject, "string": jsonString,
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
