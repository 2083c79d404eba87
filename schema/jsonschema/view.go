package jsonschema

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// view is a schema as its data is seen: the node itself, the targets of its
// references, the members of allOf and the branches of if, as one. A part comes
// before those it leads to, so the first word found is the nearest.
type view struct {
	all   *views
	parts []*Node
	// conditional says of every part whether it holds for some values only:
	// what such a part requires is not always there.
	conditional map[*Node]bool

	// What was worked out already; a type's text by the depth it was asked at.
	alternatives func() []branch
	values       func() []symbol
	texts        [schemaDepth + 1]string
}

// views holds the views of one listing of fields, so that each is worked out
// once however often its schema is used.
type views struct{ of map[*Node]*view }

// maxParts bounds the parts of a view.
const maxParts = 200

func (all *views) view(n *Node) *view {
	if v := all.of[n]; v != nil {
		return v
	}
	v := &view{all: all, conditional: map[*Node]bool{}}
	v.alternatives = sync.OnceValue(v.findBranches)
	v.values = sync.OnceValue(v.findSymbols)
	v.add(n, false)
	all.of[n] = v
	return v
}

func (v *view) add(n *Node, conditional bool) {
	if n == nil || len(v.parts) >= maxParts {
		return
	}
	if _, met := v.conditional[n]; met {
		return
	}
	v.parts = append(v.parts, n)
	v.conditional[n] = conditional
	v.add(n.Ref, conditional)
	v.add(n.DynamicRef, conditional)
	for _, m := range n.AllOf {
		v.add(m, conditional)
	}
	v.add(n.Then, true)
	v.add(n.Else, true)
	for _, d := range n.Dependencies {
		v.add(d.Schema, true)
	}
}

// resolved follows references that stand alone to the schema they mean.
func (n *Node) resolved() *Node {
	for n.Ref != nil && (n.referenceOnly() || len(n.Value.Members) == 1) {
		n = n.Ref
	}
	return n
}

// keyword is the value of a keyword in the first part that has it. What holds
// only on a condition does not count.
func (v *view) keyword(name string) *jsontree.Node {
	for _, p := range v.parts {
		if k := p.Keyword(name); k != nil && !v.conditional[p] {
			return k
		}
	}
	return nil
}

// doc is the documentation that counts (contracts 4.1): the nearest
// description. Beside a $ref it counts from 2019-09 on.
func (v *view) doc() string {
	for _, p := range v.parts {
		if d := foldSpace(p.Text("description")); d != "" && !v.conditional[p] {
			return d
		}
	}
	return ""
}

func (v *view) title() string {
	t, _ := v.keyword("title").StringValue()
	return t
}

func (v *view) deprecated() bool {
	d := v.keyword("deprecated")
	return d.Is(jsontree.Bool) && d.Bool
}

// tags are the confluent:tags of the schema and of what it refers to. They
// speak to the registry and not to validators, so they count beside a $ref in
// every draft. The tags of an object are not those of a field that holds it.
func (v *view) tags(of schema.Kind) []string {
	var tags []string
	for i, p := range v.parts {
		if i > 0 && of == schema.KindField && v.isObject() {
			break
		}
		if !v.conditional[p] {
			tags = append(tags, stringsOf(p.Value.Member(tagsKeyword))...)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// isObject: the schema lists members, or asks for an object and does not make
// it a map.
func (v *view) isObject() bool {
	for _, p := range v.parts {
		if len(p.Properties) > 0 {
			return true
		}
	}
	return slices.Contains(v.types(), "object") && v.mapValue() == nil
}

// properties are those of all parts, each name once, in order.
func (v *view) properties() []property {
	var out []property
	taken := map[string]bool{}
	for _, p := range v.parts {
		for _, m := range p.Properties {
			if !taken[m.Name] {
				taken[m.Name] = true
				out = append(out, property{m, p})
			}
		}
	}
	return out
}

func (v *view) requires(name string) bool {
	for _, p := range v.parts {
		if !v.conditional[p] && p.Requires(name) {
			return true
		}
	}
	return false
}

// nullable: null is among the values, as far as type, enum, const and the
// branches say so.
func (v *view) nullable() bool {
	for _, p := range v.parts {
		if v.conditional[p] {
			continue
		}
		if slices.Contains(p.Types, "null") || p.Keyword("const").Is(jsontree.Null) || len(p.Types) == 0 && p.listsNull() {
			return true
		}
		for _, group := range [][]*Node{p.OneOf, p.AnyOf} {
			if slices.ContainsFunc(group, func(b *Node) bool { return b.resolved().isNull() }) {
				return true
			}
		}
	}
	return false
}

func (n *Node) isNull() bool {
	if c := n.Keyword("const"); c != nil {
		return c.Is(jsontree.Null)
	}
	return slices.Equal(n.Types, []string{"null"})
}

// listsNull: null is one of the values of "enum".
func (n *Node) listsNull() bool {
	e := n.Keyword("enum")
	return e.Is(jsontree.Array) && slices.ContainsFunc(e.Items, func(v *jsontree.Node) bool { return v.Is(jsontree.Null) })
}

// branch is one alternative of a oneOf or anyOf.
type branch struct {
	label string
	node  *Node
}

// branches are the alternatives besides null, labelled.
func (v *view) branches() []branch { return v.alternatives() }

func (v *view) findBranches() []branch {
	var out []branch
	for _, p := range v.parts {
		for _, group := range [][]*Node{p.OneOf, p.AnyOf} {
			for _, b := range group {
				if !b.resolved().isNull() {
					out = append(out, branch{node: b})
				}
			}
		}
	}
	used := map[string]int{}
	for _, b := range out {
		used[v.all.view(b.node).typeName()]++
	}
	for i := range out {
		name := v.all.view(out[i].node).typeName()
		if name == "" || used[name] > 1 {
			name = strconv.Itoa(i)
		}
		out[i].label = name
	}
	return out
}

// typeName is the title, else the name the schema is defined under, else "".
func (v *view) typeName() string {
	if t := v.title(); t != "" {
		return t
	}
	for _, p := range v.parts {
		if name := p.definedAs(); name != "" && !v.conditional[p] {
			return name
		}
	}
	return ""
}

// definedAs is the name of a definition, or of the dependency that a document's
// root is.
func (n *Node) definedAs() string {
	if n.Pointer == "" {
		return n.File
	}
	tokens := strings.Split(n.Pointer, "/")
	if len(tokens) < 3 {
		return ""
	}
	if in := tokens[len(tokens)-2]; in != "definitions" && in != "$defs" {
		return ""
	}
	return strings.ReplaceAll(strings.ReplaceAll(tokens[len(tokens)-1], "~1", "/"), "~0", "~")
}

// reference is the name of the named type below a field: of the target of a
// reference, or of an object with a title; behind items and map values too.
func (v *view) reference() string {
	for range schemaDepth {
		for _, p := range v.parts {
			if p.Ref != nil {
				return v.all.view(p.Ref).typeName()
			}
		}
		if v.isObject() && v.title() != "" {
			return v.title()
		}
		inner := v.inner()
		if inner == nil {
			return ""
		}
		v = v.all.view(inner)
	}
	return ""
}

// inner is the schema of items or of map values.
func (v *view) inner() *Node {
	for _, p := range v.parts {
		if p.Items != nil {
			return p.Items
		}
		if ap := p.AdditionalProperties; ap != nil && len(p.Properties) == 0 {
			return ap
		}
	}
	return nil
}
