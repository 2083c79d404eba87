package compat

import (
	"fmt"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

// element is a node of a tree: what a schema lists flat, each below what holds
// it.
type element struct {
	schema.Field
	parent   *element
	children []*element
	// partner is the same element in the other tree, nil if it is not there.
	partner *element
	// aliases are an Avro element's other names, bytes the size of the Avro
	// fixed type below a field, 0 if there is none.
	aliases []string
	bytes   int
}

// tree is a schema's elements below a root that stands for the whole schema:
// a field without a name whose type, for Avro, is that of the schema.
type tree struct {
	root *element
	// all are the elements in their order, without the root.
	all []*element
}

func treeOf(p schema.Parsed) *tree {
	t := &tree{root: &element{Field: schema.Field{Kind: schema.KindField}}}
	var facts avroFacts
	if s, ok := p.(*avro.Schema); ok {
		facts = factsOf(s.Root)
		t.root.Type, t.root.Optional, t.root.Position = s.Root.Brief(), s.Root.Nullable(), s.Root.Position
		if s.Root.Kind.Named() {
			t.root.Ref = s.Root.FullName()
			t.root.bytes = facts.bytes[t.root.Ref]
		}
	}
	top := t.root
	for _, f := range p.Fields() {
		for !top.holds(f) {
			top = top.parent
		}
		e := &element{Field: f, parent: top, aliases: facts.aliases[f.File+"\x00"+f.Pointer], bytes: facts.bytes[f.Ref]}
		top.children = append(top.children, e)
		t.all = append(t.all, e)
		top = e
	}
	return t
}

// holds reports whether another element belongs below e. Paths name their
// holders: they begin with theirs.
func (e *element) holds(f schema.Field) bool {
	below, ok := strings.CutPrefix(f.Path, e.Path)
	switch {
	case e.parent == nil:
		return true
	case !ok || e.Kind == schema.KindSymbol:
		return false
	case below == "":
		return e.Kind == schema.KindField
	case e.Path == "":
		// A type of Protobuf that the first does not reach stands beside it.
		return f.Kind == schema.KindField || f.Kind == schema.KindSymbol || !strings.HasSuffix(f.Path, ":")
	}
	return strings.HasSuffix(e.Path, ":") || strings.ContainsRune(".[{<#", rune(below[0]))
}

// implied reports whether an element comes or goes with the type of the field
// that holds it, which is spoken of already.
func (e *element) implied() bool {
	field := e.parent
	return e.isType() && field.Kind == schema.KindField && field.partner != nil && field.Type != field.partner.Type
}

// isType reports whether the element is a type, and not a part of one.
func (e *element) isType() bool { return e.Kind == schema.KindObject || e.Kind == schema.KindEnum }

// suffix is the way from the holder to the element.
func (e *element) suffix() string { return strings.TrimPrefix(e.Path, e.parent.Path) }

// kindName is the sort of element as people say it.
func (e *element) kindName() string {
	if e.Kind == schema.KindObject {
		return "type"
	}
	return string(e.Kind)
}

// typeText is the type of an element that comes or goes. The languages do not
// agree on what the type of a symbol is.
func (e *element) typeText() string {
	if e.Kind == schema.KindSymbol {
		return string(schema.KindSymbol)
	}
	return e.Type
}

// size says how much comes or goes with an element.
func (e *element) size() string {
	n := 0
	var count func(*element)
	count = func(e *element) {
		for _, child := range e.children {
			if child.partner == nil && (child.Kind == schema.KindField || child.Kind == schema.KindSymbol) {
				n++
			}
			count(child)
		}
	}
	count(e)
	switch n {
	case 0:
		return ""
	case 1:
		return " with 1 element"
	}
	return fmt.Sprintf(" with %d elements", n)
}

// avroFacts are what Diff wants to know of an Avro schema beyond its fields.
type avroFacts struct {
	// aliases by file and pointer, bytes of fixed types by full name.
	aliases map[string][]string
	bytes   map[string]int
}

func factsOf(root *avro.Type) avroFacts {
	facts := avroFacts{aliases: map[string][]string{}, bytes: map[string]int{}}
	seen := map[*avro.Type]bool{}
	var visit func(t *avro.Type)
	visit = func(t *avro.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		if len(t.Aliases) > 0 {
			facts.aliases[t.File+"\x00"+t.Pointer] = t.Aliases
		}
		if t.Kind == avro.Fixed {
			facts.bytes[t.FullName()] = t.Size
		}
		if t.Element != nil {
			visit(t.Element)
		}
		for _, b := range t.Branches {
			visit(b)
		}
		for _, f := range t.Fields {
			if len(f.Aliases) > 0 {
				facts.aliases[t.File+"\x00"+f.Pointer] = f.Aliases
			}
			visit(f.Type)
		}
	}
	visit(root)
	return facts
}
