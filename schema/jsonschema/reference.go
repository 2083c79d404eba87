package jsonschema

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

// splitFragment cuts a URI reference at its first '#'.
func splitFragment(ref string) (path, fragment string) {
	path, fragment, _ = strings.Cut(ref, "#")
	return path, fragment
}

// resolveURL resolves a reference without fragment against a base. What is not
// a URI reference at all is kept as an opaque name.
func resolveURL(base *url.URL, ref string) *url.URL {
	u, err := url.Parse(ref)
	if err != nil {
		return &url.URL{Scheme: defaultBase.Scheme, Opaque: ref}
	}
	if u.IsAbs() || base.Opaque != "" {
		return u
	}
	return base.ResolveReference(u)
}

// link follows the references of every node the root reaches, and compiles the
// regular expressions there. What is not reached, as a definition nobody uses,
// may be broken.
func (g *graph) link(root *Node) error {
	seen := map[*Node]bool{root: true}
	queue := []*Node{root}
	for i := 0; i < len(queue); i++ {
		n := queue[i]
		if i%256 == 0 && g.ctx.Err() != nil {
			return fmt.Errorf("parse JSON Schema: %w", g.ctx.Err())
		}
		if err := g.resolve(n); err != nil {
			return err
		}
		if err := g.compilePatterns(n); err != nil {
			return err
		}
		for m := range n.neighbours() {
			if !seen[m] {
				seen[m] = true
				queue = append(queue, m)
			}
		}
	}
	return g.breakLoops(queue)
}

func (g *graph) resolve(n *Node) error {
	var err error
	if n.isReference() {
		n.Ref, err = g.follow(n, "$ref")
	}
	if err != nil || !n.Draft.modern() {
		return err
	}
	keyword := "$dynamicRef"
	if n.Draft == Draft2019 {
		keyword = "$recursiveRef"
	}
	if n.Value.Member(keyword).Is(jsontree.String) {
		if n.DynamicRef, err = g.follow(n, keyword); err == nil {
			n.DynamicRef = g.outermost(n.DynamicRef)
		}
	}
	return err
}

// outermost finds where a dynamic reference leads when evaluation begins at the
// root: see Node.DynamicRef.
func (g *graph) outermost(target *Node) *Node {
	root := g.nodes[g.source.root]
	if target.Draft == Draft2019 {
		if target.Flag("$recursiveAnchor") && root.Flag("$recursiveAnchor") {
			return root
		}
		return target
	}
	name, ok := target.Value.Member("$dynamicAnchor").StringValue()
	if !ok {
		return target
	}
	if n := g.anchors[anchor{root.scope.resource, name}]; n != nil && n.Value.Member("$dynamicAnchor") != nil {
		return n
	}
	return target
}

// follow finds the schema a reference keyword leads to.
func (g *graph) follow(n *Node, keyword string) (*Node, error) {
	ref := n.Value.Member(keyword)
	fail := func(format string, args ...any) (*Node, error) {
		why := fmt.Sprintf(format, args...)
		return nil, n.doc.errorAt(ref.Offset, jsontree.Pointer(n.Pointer, keyword),
			"%s %q cannot be resolved: %s", keyword, ref.Text, why)
	}
	path, fragment := splitFragment(ref.Text)
	resource, err := g.resource(n, path)
	if err != nil {
		return nil, err
	}
	if resource == nil {
		return fail("schemas are never fetched; register that schema and add a reference with the name %q", path)
	}
	if decoded, err := url.PathUnescape(fragment); err == nil {
		fragment = decoded
	}
	if fragment != "" && fragment[0] != '/' {
		if target := g.anchors[anchor{resource.scope.resource, fragment}]; target != nil {
			return target, nil
		}
		return fail("no schema there has the anchor %q", fragment)
	}
	target, missing, err := g.pointer(resource, fragment)
	if err == nil && target == nil && path == "" {
		// Up to draft-07 many an $id inside a text is a label and nothing more:
		// its authors count pointers from the root.
		target, _, err = g.pointer(g.nodes[n.doc.root], fragment)
	}
	if err != nil {
		return nil, err
	}
	if target == nil {
		return fail("%s", missing)
	}
	return target, nil
}

// resource finds the document or embedded schema that a reference without its
// fragment names, nil if there is none.
func (g *graph) resource(n *Node, path string) (*Node, error) {
	if path == "" {
		return n.scope.resource, nil
	}
	absolute := resolveURL(n.scope.base, path).String()
	if r := g.resources[absolute]; r != nil && r.doc == n.doc {
		return r, nil
	}
	for _, found := range []*Node{g.roots[path], g.roots[absolute], g.resources[absolute]} {
		if found != nil {
			return found, nil
		}
	}
	draft, ok := draftOf(absolute)
	if !ok {
		return nil, nil
	}
	d, err := metaschemaOutline(draft)
	if err != nil {
		return nil, err
	}
	root, err := g.document(d, resolveURL(defaultBase, absolute))
	if err != nil {
		return nil, err
	}
	g.roots[absolute] = root
	return root, nil
}

// pointer follows a JSON pointer from a node. Without a target it says what is
// missing.
func (g *graph) pointer(from *Node, pointer string) (target *Node, missing string, err error) {
	if pointer == "" {
		return from, "", nil
	}
	value, around, rest := from.Value, from, []string(nil)
	for token := range strings.SplitSeq(pointer[1:], "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		next := g.step(value, token)
		if next == nil {
			return nil, fmt.Sprintf("there is no %q in %q", token, jsontree.Pointer(around.Pointer, rest...)), nil
		}
		value, rest = next, append(rest, token)
		if n := g.nodes[value]; n != nil {
			around, rest = n, nil
		}
	}
	if !isSchema(value) {
		return nil, fmt.Sprintf("it leads to %s, which is no schema", withArticle(value.Kind)), nil
	}
	target, err = g.node(around, value, rest...)
	return target, "", err
}

// smallObject is how many members are looked through one by one.
const smallObject = 32

// step is step with an index for large objects, which thousands of references
// may lead through.
func (g *graph) step(n *jsontree.Node, token string) *jsontree.Node {
	if !n.Is(jsontree.Object) || len(n.Members) <= smallObject {
		return step(n, token)
	}
	index := g.members[n]
	if index == nil {
		index = make(map[string]*jsontree.Node, len(n.Members))
		for _, m := range n.Members {
			index[m.Name] = m.Value
		}
		g.members[n] = index
	}
	return index[token]
}

// breakLoops finds references that lead back to themselves through nothing but
// references: no value can be judged by those.
func (g *graph) breakLoops(nodes []*Node) error {
	done := map[*Node]bool{}
	for _, start := range nodes {
		if start.Ref == nil {
			continue
		}
		onPath := map[*Node]bool{}
		for n := start; n != nil && !done[n]; n = n.Ref {
			if onPath[n] {
				if g.strict {
					at := n.Value.Member("$ref")
					return n.doc.errorAt(at.Offset, jsontree.Pointer(n.Pointer, "$ref"),
						"$ref %q leads back to itself without reaching a schema", at.Text)
				}
				n.Ref = nil
				break
			}
			onPath[n] = true
		}
		for n := range onPath {
			done[n] = true
		}
	}
	return nil
}

// compilePatterns compiles the regular expressions of a node.
func (g *graph) compilePatterns(n *Node) error {
	if p := n.Keyword("pattern"); p.Is(jsontree.String) {
		if _, err := g.compile(n, p.Text, p.Offset, jsontree.Pointer(n.Pointer, "pattern")); err != nil {
			return err
		}
	}
	for i := range n.PatternProperties {
		p := &n.PatternProperties[i]
		var err error
		p.Pattern, err = g.compile(n, p.Source, p.Schema.Value.Offset, jsontree.Pointer(n.Pointer, "patternProperties", p.Source))
		if err != nil {
			return err
		}
	}
	return nil
}

// compile compiles each regular expression once. Without Strict one that is
// not valid is nil and no error.
func (g *graph) compile(n *Node, source string, offset int, pointer string) (*Pattern, error) {
	if p, ok := g.patterns[source]; ok {
		return p, nil
	}
	p, err := CompilePattern(source)
	if err != nil && g.strict {
		return nil, n.doc.errorAt(offset, pointer, "%s", err)
	}
	g.patterns[source] = p
	return p, nil
}
