package jsonschema

import (
	"context"
	"fmt"
	"net/url"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// graph builds the nodes of a schema and its dependencies.
type graph struct {
	ctx    context.Context //nolint:containedctx // a graph is built within one call
	strict bool

	source       *document
	dependencies []*document
	// roots are the documents' roots by every name a $ref may know them by.
	roots map[string]*Node
	// resources are the schemas with an $id by their absolute URI.
	resources map[string]*Node
	anchors   map[anchor]*Node
	// nodes are all schemas found so far, by their text.
	nodes    map[*jsontree.Node]*Node
	patterns map[string]*Pattern
	// members indexes large objects that pointers lead through.
	members map[*jsontree.Node]map[string]*jsontree.Node
}

// anchor is a name given to a schema by $anchor, $dynamicAnchor or, up to
// draft-07, the fragment of an $id; it is unique within a resource.
type anchor struct {
	resource *Node
	name     string
}

func newGraph(ctx context.Context, strict bool) *graph {
	return &graph{
		ctx:       ctx,
		strict:    strict,
		roots:     map[string]*Node{},
		resources: map[string]*Node{},
		anchors:   map[anchor]*Node{},
		nodes:     map[*jsontree.Node]*Node{},
		patterns:  map[string]*Pattern{},
		members:   map[*jsontree.Node]map[string]*jsontree.Node{},
	}
}

// defaultBase is what a text without an absolute $id is resolved against. The
// scheme is ours, so that no reference can mean a place on a network by it.
var defaultBase = &url.URL{Scheme: "accord", Host: "schema", Path: "/"}

// build reads the documents and follows every reference the root reaches.
func (g *graph) build(source *document, deps []schema.Dependency) (*Node, error) {
	g.source = source
	if err := checkSizes(source, deps); err != nil {
		return nil, err
	}
	root, err := g.document(source, defaultBase)
	if err != nil {
		return nil, err
	}
	for _, dep := range deps {
		if err := g.dependency(root.scope.base, dep); err != nil {
			return nil, err
		}
	}
	if err := g.link(root); err != nil {
		return nil, err
	}
	return root, nil
}

func checkSizes(source *document, deps []schema.Dependency) error {
	if len(deps) > schema.MaxDependencies {
		return source.errorAt(0, "", "schema has %d references, more than the %d allowed", len(deps), schema.MaxDependencies)
	}
	total := source.root.End
	for _, dep := range deps {
		if total += len(dep.Text); total > maxTexts {
			return source.errorAt(0, "", "schema and its references have more than the %d bytes allowed", maxTexts)
		}
	}
	return nil
}

func (g *graph) document(d *document, base *url.URL) (*Node, error) {
	n := &Node{doc: d, Value: d.root, File: d.file, scope: scope{draft: d.draft, base: base}}
	n.scope.resource = n
	if err := g.add(n); err != nil {
		return nil, err
	}
	return n, nil
}

// dependency makes a dependency known by its name as written and as resolved
// against the schema's own base. Of two dependencies with one name the first
// counts (registry API 2.6).
func (g *graph) dependency(base *url.URL, dep schema.Dependency) error {
	d, err := readDocument(dep.Name, dep.Text)
	if err != nil {
		return err
	}
	name, _ := splitFragment(dep.Name)
	at := resolveURL(base, name)
	root, err := g.document(d, at)
	if err != nil {
		return err
	}
	g.dependencies = append(g.dependencies, d)
	for _, key := range []string{name, at.String(), resolveURL(defaultBase, name).String()} {
		if _, taken := g.roots[key]; !taken {
			g.roots[key] = root
		}
	}
	return nil
}

// node returns the schema at a place below its parent, reading it if it is new.
func (g *graph) node(parent *Node, value *jsontree.Node, tokens ...string) (*Node, error) {
	if n, ok := g.nodes[value]; ok {
		return n, nil
	}
	n := &Node{
		doc:     parent.doc,
		Value:   value,
		File:    parent.File,
		Pointer: jsontree.Pointer(parent.Pointer, tokens...),
		scope:   parent.scope,
	}
	if err := g.add(n); err != nil {
		return nil, err
	}
	return n, nil
}

func (g *graph) add(n *Node) error {
	if len(g.nodes) >= maxNodes {
		return n.doc.errorAt(n.Value.Offset, n.Pointer, "more than %d schemas in one text and its references: split the schema", maxNodes)
	}
	if len(g.nodes)%256 == 0 && g.ctx.Err() != nil {
		return fmt.Errorf("parse JSON Schema: %w", g.ctx.Err())
	}
	g.nodes[n.Value] = n
	n.doc.nodes = append(n.doc.nodes, n)
	n.Position = n.doc.position(n.Value.Offset)
	g.enter(n)
	n.Draft = n.scope.draft
	if err := g.readKeywords(n); err != nil {
		return err
	}
	if n.isReference() && !n.Draft.modern() {
		n.Keywords = Keywords{}
	}
	return nil
}

func (n *Node) isReference() bool { return n.Value.Member("$ref").Is(jsontree.String) }

// enter gives a node the scope its own $id and $schema open, and makes its
// anchors known. Up to draft-07 an $id beside $ref does not count, but for the
// root's, which everybody means as the name of the text.
func (g *graph) enter(n *Node) {
	isRoot := n.scope.resource == n
	id, hasID := n.Value.Member(n.scope.draft.idKeyword()).StringValue()
	if hasID && !isRoot {
		if s, ok := n.Value.Member("$schema").StringValue(); ok {
			if draft, ok := draftOf(s); ok {
				n.scope.draft = draft
			}
		}
	}
	if hasID && (isRoot || n.scope.draft.modern() || !n.isReference()) {
		path, fragment := splitFragment(id)
		if path != "" {
			n.scope.base = resolveURL(n.scope.base, path)
			n.scope.resource = n
			g.register(g.resources, n.scope.base.String(), n)
		}
		if fragment != "" && fragment[0] != '/' && !n.scope.draft.modern() {
			g.registerAnchor(n, fragment)
		}
	}
	if n.scope.draft.modern() {
		for _, keyword := range []string{"$anchor", "$dynamicAnchor"} {
			if name, ok := n.Value.Member(keyword).StringValue(); ok {
				g.registerAnchor(n, name)
			}
		}
	}
}

// register keeps the first node of a name.
func (g *graph) register(in map[string]*Node, name string, n *Node) {
	if _, taken := in[name]; !taken {
		in[name] = n
	}
}

func (g *graph) registerAnchor(n *Node, name string) {
	key := anchor{n.scope.resource, name}
	if _, taken := g.anchors[key]; !taken {
		g.anchors[key] = n
	}
}
