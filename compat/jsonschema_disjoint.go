package compat

import (
	"github.com/accordhq/accord/schema/jsonschema"
	"github.com/accordhq/accord/schema/jsontree"
)

// jsonTypes is a set of JSON's types, integers apart from other numbers.
type jsonTypes uint8

const (
	typeNull jsonTypes = 1 << iota
	typeBoolean
	typeObject
	typeArray
	typeString
	typeInteger
	typeFraction
	allTypes = typeFraction<<1 - 1
)

// typesByName are the values of "type".
var typesByName = map[string]jsonTypes{
	"null": typeNull, "boolean": typeBoolean, "object": typeObject, "array": typeArray, "string": typeString,
	"integer": typeInteger, "number": typeInteger | typeFraction,
}

// jsonTypesOf are the types that a schema's own type, const and enum leave.
func jsonTypesOf(n *jsonschema.Node) jsonTypes {
	if value, ok := n.Boolean(); ok && !value {
		return 0
	}
	types := allTypes
	if len(n.Types) > 0 {
		types = 0
		for _, name := range n.Types {
			types |= typesByName[name]
		}
	}
	if c := n.Keyword("const"); c != nil && n.Draft >= jsonschema.Draft6 {
		types &= typeOfValue(c)
	}
	if e := n.Keyword("enum"); e.Is(jsontree.Array) {
		var listed jsonTypes
		for _, v := range e.Items {
			listed |= typeOfValue(v)
		}
		types &= listed
	}
	return types
}

func typeOfValue(v *jsontree.Node) jsonTypes {
	switch v.Kind {
	case jsontree.Null:
		return typeNull
	case jsontree.Bool:
		return typeBoolean
	case jsontree.Object:
		return typeObject
	case jsontree.Array:
		return typeArray
	case jsontree.String:
		return typeString
	}
	if parseDecimal(v.Text).exponent >= 0 {
		return typeInteger
	}
	return typeFraction
}

// finiteValues are the values that const or enum allow, nil if neither is
// there.
func finiteValues(n *jsonschema.Node) map[string]struct{} {
	if c := n.Keyword("const"); c != nil && n.Draft >= jsonschema.Draft6 {
		return map[string]struct{}{string(appendValue(nil, c)): {}}
	}
	if e := n.Keyword("enum"); e.Is(jsontree.Array) {
		return valueSet(e)
	}
	return nil
}

// disjoint reports whether certainly no value fits both schemas: by type, by
// const and enum, or because all that fit are objects that one property tells
// apart.
func disjoint(a, b *jsonschema.Node) bool {
	a, b = targetOf(a), targetOf(b)
	common := jsonTypesOf(a) & jsonTypesOf(b)
	if common == 0 || noneShared(finiteValues(a), finiteValues(b)) {
		return true
	}
	return common == typeObject && (toldApart(a, b) || lacksRequired(a, b) || lacksRequired(b, a))
}

// noneShared: both sets of values are known and have none in common.
func noneShared(a, b map[string]struct{}) bool {
	if a == nil || b == nil {
		return false
	}
	for v := range a {
		if _, ok := b[v]; ok {
			return false
		}
	}
	return true
}

// toldApart: a property that one of the objects requires has values that do not
// meet.
func toldApart(a, b *jsonschema.Node) bool {
	listed := propertyFinder{listed: b.Properties}
	for _, prop := range a.Properties {
		other := listed.find(prop.Name)
		if other == nil || !a.Requires(prop.Name) && !b.Requires(prop.Name) {
			continue
		}
		x, y := targetOf(prop.Schema), targetOf(other)
		if jsonTypesOf(x)&jsonTypesOf(y) == 0 || noneShared(finiteValues(x), finiteValues(y)) {
			return true
		}
	}
	return false
}

// lacksRequired: a is closed and has no room for a property that b requires.
func lacksRequired(a, b *jsonschema.Node) bool {
	if !forbidsAll(a.AdditionalProperties) || len(a.PatternProperties) > 0 {
		return false
	}
	listed := propertyFinder{listed: a.Properties}
	for _, name := range b.Required {
		if listed.find(name) == nil {
			return true
		}
	}
	return false
}
