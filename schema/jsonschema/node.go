package jsonschema

import (
	"iter"
	"net/url"
	"sync/atomic"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// Node is one schema in the graph of a Schema: the root, a schema inside it, or
// the target of a reference. Two references to one place lead to one Node, so
// identity is pointer equality. Nodes are immutable after Parse.
type Node struct {
	doc *document
	// digests are worked out with those of the whole document: see digested.
	digests digests
	// derived is what somebody keeps here: see Derive.
	derived atomic.Value

	// Draft the node is read by.
	Draft Draft
	// Value is the node's text: an object or a boolean.
	Value *jsontree.Node
	// File is the dependency the node stands in, "" for the schema's own text;
	// Pointer its JSON pointer there, and Position its place.
	File     string
	Pointer  string
	Position schema.Position

	// Ref is where "$ref" leads, DynamicRef where "$dynamicRef" or
	// "$recursiveRef" does. Up to draft-07 a node with a Ref is that reference
	// alone: Keywords and Keyword are empty.
	//
	// A dynamic reference leads to the anchor of the root's own resource if it
	// has one of that name, as every evaluation begins there, else to where a
	// plain reference would.
	Ref, DynamicRef *Node
	Keywords

	scope scope
}

// Keywords are the keywords of a Node that hold schemas, and those that need
// more than their text. Keywords the draft does not know are left out.
type Keywords struct {
	Properties        []Property
	PatternProperties []PatternProperty
	// Dependencies gathers "dependencies", "dependentRequired" and
	// "dependentSchemas".
	Dependencies []Dependency
	// Items is the schema of all items, or of those behind PrefixItems when
	// that is not empty ("items" of 2020-12, "additionalItems" before).
	// PrefixItems is "prefixItems", or "items" as an array.
	Items       *Node
	PrefixItems []*Node

	AllOf, AnyOf, OneOf   []*Node
	Not, If, Then, Else   *Node
	AdditionalProperties  *Node
	PropertyNames         *Node
	Contains              *Node
	UnevaluatedItems      *Node
	UnevaluatedProperties *Node

	// Types are the members of "type", one or several.
	Types []string
	// Required are the names of "required".
	Required []string
}

// Property is one member of "properties".
type Property struct {
	Name string
	// Position is where the name stands.
	Position schema.Position
	Schema   *Node
}

// PatternProperty is one member of "patternProperties". Pattern is nil if the
// regular expression is not valid, which only happens without Strict.
type PatternProperty struct {
	Source  string
	Pattern *Pattern
	Schema  *Node
}

// Dependency says what the presence of a property asks for: other properties,
// or that the object fits a schema.
type Dependency struct {
	// Keyword is the keyword that says so, Name the property.
	Keyword, Name string
	Required      []string
	Schema        *Node
}

// scope is what a schema inherits from those around it.
type scope struct {
	draft Draft
	// base is what relative references are resolved against.
	base *url.URL
	// resource is the nearest schema around (or the node itself) with an $id,
	// or the document's root: fragments are looked up from there.
	resource *Node
}

// Boolean returns the value of a boolean schema.
func (n *Node) Boolean() (value, ok bool) {
	return n.Value.Bool, n.Value.Is(jsontree.Bool)
}

// referenceOnly: keywords beside $ref do not count.
func (n *Node) referenceOnly() bool { return n.Ref != nil && !n.Draft.modern() }

// Keyword returns the value of a keyword, nil if it is absent or does not
// count because it stands beside a $ref.
func (n *Node) Keyword(name string) *jsontree.Node {
	if n.referenceOnly() {
		return nil
	}
	return n.Value.Member(name)
}

// Text returns the value of a keyword that holds a string, else "".
func (n *Node) Text(keyword string) string {
	s, _ := n.Keyword(keyword).StringValue()
	return s
}

// Flag reports whether a keyword is true.
func (n *Node) Flag(keyword string) bool {
	v := n.Keyword(keyword)
	return v.Is(jsontree.Bool) && v.Bool
}

// Requires reports whether the node's own "required" lists the name.
func (n *Node) Requires(name string) bool {
	for _, r := range n.Required {
		if r == name {
			return true
		}
	}
	return false
}

// PositionOf is where a keyword's value stands, or the node itself if it has
// no such keyword.
func (n *Node) PositionOf(keyword string) schema.Position {
	if v := n.Value.Member(keyword); v != nil {
		return n.doc.position(v.Offset)
	}
	return n.Position
}

// Derive keeps a value that was worked out from the node, so that all who come
// for it later need not work it out again, and returns the value that is kept:
// the first one. All values must be of one type, and never change.
func (n *Node) Derive(value any) any {
	n.derived.CompareAndSwap(nil, value)
	return n.derived.Load()
}

// Derived is the value that Derive keeps, nil if there is none.
func (n *Node) Derived() any { return n.derived.Load() }

// neighbours are the nodes one step away: the schemas inside, except for
// definitions, and the targets of references.
func (n *Node) neighbours() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for _, group := range [][]*Node{
			{
				n.Ref, n.DynamicRef, n.Items, n.Not, n.If, n.Then, n.Else, n.AdditionalProperties, n.PropertyNames,
				n.Contains, n.UnevaluatedItems, n.UnevaluatedProperties,
			},
			n.PrefixItems, n.AllOf, n.AnyOf, n.OneOf,
		} {
			for _, m := range group {
				if m != nil && !yield(m) {
					return
				}
			}
		}
		for _, p := range n.Properties {
			if !yield(p.Schema) {
				return
			}
		}
		for _, p := range n.PatternProperties {
			if !yield(p.Schema) {
				return
			}
		}
		for _, d := range n.Dependencies {
			if d.Schema != nil && !yield(d.Schema) {
				return
			}
		}
	}
}
