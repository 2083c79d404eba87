package jsonschema

import (
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// maxFieldSteps bounds the schemas looked at while fields are listed, as
// schema.MaxFields bounds the elements: branches without elements of their own
// could multiply past any number.
const maxFieldSteps = 10 * schema.MaxFields

// fieldsOf lists the elements of a schema: an object (KindObject) for the root
// and for every schema below that describes an object's members, a field for
// every property, an enum with its symbols for "enum" and for a oneOf or anyOf
// of constants.
//
// The way through the data is written "a.b", "a[]" for items, "a{}" for the
// values behind additionalProperties and patternProperties, and "a<Card>" for
// one branch of a oneOf or anyOf: its title, else the name it is defined under,
// else its number from 0. A single branch beside null is no branch at all.
// References are followed, allOf and the branches of if are merged into the
// schema around them. An element met twice on the same path is listed once, and
// what lies deeper than schema.MaxDepth is not listed.
func fieldsOf(root *Node) []schema.Field {
	w := &fieldWalk{
		views: views{of: map[*Node]*view{}}, open: map[*Node]bool{}, seen: map[*Node]bool{}, listed: map[string]bool{},
	}
	w.element(root, place{root: true})
	return w.fields
}

// place is where in the data a schema is met.
type place struct {
	path string
	// root: the place is an element even if it is no object.
	root bool
}

type fieldWalk struct {
	views  views
	depth  int
	fields []schema.Field
	steps  int
	// open are the schemas being unfolded, seen those ever unfolded.
	open, seen map[*Node]bool
	listed     map[string]bool
}

// emit lists an element unless one of its kind has that path.
func (w *fieldWalk) emit(f schema.Field) {
	key := string(f.Kind) + f.Path
	if w.listed[key] {
		return
	}
	w.listed[key] = true
	w.fields = append(w.fields, f)
}

// enter opens a type to be unfolded, and reports whether it may be.
func (w *fieldWalk) enter(chain []*Node) bool {
	w.steps++
	for _, n := range chain {
		if w.open[n] {
			return false
		}
	}
	last := chain[len(chain)-1]
	if w.depth >= schema.MaxDepth || w.seen[last] && (len(w.fields) >= schema.MaxFields || w.steps > maxFieldSteps) {
		return false
	}
	w.seen[last] = true
	for _, n := range chain {
		w.open[n] = true
	}
	return true
}

// chain lists the nodes that are one type: a reference, also one wrapped in an
// allOf to stand beside other keywords, and its target.
func (n *Node) chain() []*Node {
	chain := []*Node{n}
	for len(chain) < maxParts {
		switch {
		case n.Ref != nil:
			n = n.Ref
		case len(n.AllOf) == 1:
			n = n.AllOf[0]
		default:
			return chain
		}
		chain = append(chain, n)
	}
	return chain
}

// element lists what a schema holds.
func (w *fieldWalk) element(n *Node, at place) {
	chain := n.chain()
	if !w.enter(chain) {
		return
	}
	w.depth++
	defer func() {
		w.depth--
		for _, n := range chain {
			delete(w.open, n)
		}
	}()
	v := w.views.view(n)
	if symbols := v.symbols(); symbols != nil {
		w.enum(v, symbols, at)
	} else if at.root || v.isObject() {
		w.emit(v.element(schema.KindObject, at.path))
	}
	w.members(v, at.path)
	w.items(v, at.path)
	w.branches(v, at.path)
}

func (w *fieldWalk) members(v *view, path string) {
	for _, m := range v.properties() {
		f := m.field(w.views.view(m.Schema), v, path)
		w.emit(f)
		w.element(m.Schema, place{path: f.Path})
	}
	for _, part := range v.parts {
		for _, p := range part.PatternProperties {
			w.element(p.Schema, place{path: path + "{}"})
		}
		if part.AdditionalProperties != nil {
			w.element(part.AdditionalProperties, place{path: path + "{}"})
		}
	}
}

func (w *fieldWalk) items(v *view, path string) {
	for _, part := range v.parts {
		for _, item := range part.PrefixItems {
			w.element(item, place{path: path + "[]"})
		}
		if part.Items != nil {
			w.element(part.Items, place{path: path + "[]"})
		}
	}
}

func (w *fieldWalk) branches(v *view, path string) {
	if v.symbols() != nil {
		return
	}
	branches := v.branches()
	if len(branches) == 1 {
		w.element(branches[0].node, place{path: path})
		return
	}
	for _, b := range branches {
		w.element(b.node, place{path: path + "<" + b.label + ">"})
	}
}

func (w *fieldWalk) enum(v *view, symbols []symbol, at place) {
	w.emit(v.element(schema.KindEnum, at.path))
	name := v.typeName()
	for _, s := range symbols {
		w.emit(schema.Field{
			Kind: schema.KindSymbol, Path: at.path + "#" + s.name, Name: s.name, Parent: name, Type: "enum",
			Doc: s.doc, Pointer: s.pointer, Position: s.position, File: s.file, Deprecated: s.deprecated,
		})
	}
}

// element describes the object or enum that a view shows.
func (v *view) element(kind schema.Kind, path string) schema.Field {
	first := v.parts[len(v.parts)-1]
	for _, p := range v.parts {
		if !p.referenceOnly() {
			first = p
			break
		}
	}
	return schema.Field{
		Kind: kind, Path: path, Name: v.typeName(), Type: v.typeText(), Doc: v.doc(), Tags: v.tags(kind),
		Pointer: first.Pointer, Position: first.Position, File: first.File, Deprecated: v.deprecated(),
	}
}

// property is a member of "properties" with the object that declares it.
type property struct {
	Property
	owner *Node
}

func (m property) field(v, object *view, path string) schema.Field {
	if path != "" {
		path += "."
	}
	f := schema.Field{
		Kind: schema.KindField, Path: path + m.Name, Name: m.Name, Parent: object.title(),
		Type: v.typeText(), Ref: v.reference(), Optional: !object.requires(m.Name) || v.nullable(),
		Doc: v.doc(), Tags: v.tags(schema.KindField), Deprecated: v.deprecated(),
		Pointer: m.Schema.Pointer, Position: m.Position, File: m.owner.File,
	}
	if d := v.keyword("default"); d != nil {
		f.Default = string(jsontree.Append(nil, d))
	}
	return f
}

// symbol is one value of an enum.
type symbol struct {
	name, doc, pointer, file string
	position                 schema.Position
	deprecated               bool
}

// symbols returns the values of "enum", or of a oneOf or anyOf of constants
// ("symbol with documentation"); nil if the schema is no enum. A null among
// them says that the value is optional, and is no symbol.
func (v *view) symbols() []symbol { return v.values() }

func (v *view) findSymbols() []symbol {
	for _, part := range v.parts {
		if e := part.Keyword("enum"); e.Is(jsontree.Array) && len(e.Items) > 0 {
			return part.enumSymbols(e)
		}
	}
	for _, part := range v.parts {
		for _, branches := range [][]*Node{part.OneOf, part.AnyOf} {
			if symbols := constSymbols(branches); symbols != nil {
				return symbols
			}
		}
	}
	return nil
}

func (n *Node) enumSymbols(e *jsontree.Node) []symbol {
	out := []symbol{}
	for i, item := range e.Items {
		if item.Is(jsontree.Null) {
			continue
		}
		out = append(out, symbol{
			name: symbolName(item), pointer: jsontree.Pointer(n.Pointer, "enum", strconv.Itoa(i)),
			file: n.File, position: n.doc.position(item.Offset),
		})
	}
	return out
}

func constSymbols(branches []*Node) []symbol {
	var out []symbol
	for _, b := range branches {
		n := b.resolved()
		c := n.Keyword("const")
		switch {
		case c == nil && slices.Equal(n.Types, []string{"null"}), c.Is(jsontree.Null):
		case c == nil:
			return nil
		default:
			out = append(out, symbol{
				name: symbolName(c), doc: foldSpace(n.Text("description")), pointer: n.Pointer,
				file: n.File, position: n.Position, deprecated: n.Flag("deprecated"),
			})
		}
	}
	return out
}

func symbolName(v *jsontree.Node) string {
	if s, ok := v.StringValue(); ok {
		return s
	}
	return string(jsontree.Append(nil, v))
}
