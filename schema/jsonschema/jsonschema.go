// Package jsonschema reads JSON Schema, drafts 4 to 2020-12, for a registry: it
// keeps the text, resolves every reference into one graph, and answers what
// schema.Parsed asks.
//
// A schema is read in three steps: the text becomes a tree with positions
// (package jsontree), every place that holds a schema becomes a Node, and the
// references of the nodes that the root reaches are followed. References lead
// into the text itself, into the dependencies handed in, or to the drafts'
// metaschemas; nothing is ever fetched from a network or read from a file.
package jsonschema

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// Limits beside those of package schema.
const (
	// maxNodes bounds the schemas within one text and its dependencies.
	maxNodes = 100_000
	// maxTexts bounds the bytes of a text and its dependencies together.
	maxTexts = 8 * schema.MaxText
)

// Schema is a parsed JSON Schema. It implements schema.Parsed and
// schema.Taggable, is immutable, and safe for concurrent use.
type Schema struct {
	source *document
	// dependencies in the order they were given, for Validate.
	dependencies []*document
	root         *Node

	canonical     func() string
	normalized    func() string
	structure     func() string
	documentation func() string
	fields        func() []schema.Field
	compiled      func() (*validation, error)
}

// Interfaces that Schema promises.
var (
	_ schema.Parsed   = (*Schema)(nil)
	_ schema.Taggable = (*Schema)(nil)
)

// Parse reads a schema. The root must be an object or a boolean. $schema picks
// the draft; an absent or unknown one is draft-07 (compatibility reference
// 4.1). A dependency is found by its reference's name, which is the $ref as
// written or as resolved against $id, or by its own $id.
//
// Strict adds what a new schema must fulfil: its text is valid against its
// draft's metaschema (but for trifles, see checkMetaschema), its regular expressions compile, and no $ref leads back
// to itself. Without Strict such keywords are read as if they were not there,
// because a registry that checked less has stored them. A $ref that cannot be
// resolved is an error in either case.
//
// Every fault of the text is a *schema.Error; other errors come from ctx.
func Parse(ctx context.Context, src schema.Source) (*Schema, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("parse JSON Schema: %w", err)
	}
	source, err := readDocument("", src.Text)
	if err != nil {
		return nil, err
	}
	if src.Strict {
		if err := checkMetaschema(source); err != nil {
			return nil, err
		}
	}
	g := newGraph(ctx, src.Strict)
	root, err := g.build(source, src.Dependencies)
	if err != nil {
		return nil, err
	}
	s := &Schema{source: source, dependencies: g.dependencies, root: root}
	s.canonical = sync.OnceValue(func() string { return string(jsontree.Append(nil, asStored(source.root))) })
	s.normalized = sync.OnceValue(func() string { return string(jsontree.AppendSorted(nil, asStored(source.root))) })
	s.structure = sync.OnceValue(func() string { return structureOf(source) })
	s.documentation = sync.OnceValue(func() string { return documentationOf(source) })
	s.fields = sync.OnceValue(func() []schema.Field { return fieldsOf(root) })
	s.compiled = sync.OnceValues(func() (*validation, error) { return compileValidation(s) })
	return s, nil
}

// Format is schema.JSON.
func (s *Schema) Format() schema.Format { return schema.JSON }

// Canonical is the text without insignificant white space: members in their
// order, a repeated member in its first place with its last value, numbers
// spelled as Jackson spells them (registry API 2.2).
func (s *Schema) Canonical() string { return s.canonical() }

// Normalized is Canonical with the members of every object sorted by name;
// arrays keep their order.
func (s *Schema) Normalized() string { return s.normalized() }

// Structure is Normalized without "description" and "$comment" in every place
// that is a schema. A title is a name and stays, as do examples; so does a
// property that is called description.
func (s *Schema) Structure() string { return s.structure() }

// Documentation lists every description and comment, one a line, by JSON
// pointer.
func (s *Schema) Documentation() string { return s.documentation() }

// Name is the root's title, or that of the schema the root refers to; "" if
// there is none.
func (s *Schema) Name() string {
	if title := s.root.title(); title != "" {
		return title
	}
	return s.root.resolved().title()
}

// Fields lists the elements of the schema: see fieldsOf for how paths are
// formed. The caller must not change the slice.
func (s *Schema) Fields() []schema.Field { return s.fields() }

// Print is Canonical: JSON Schema knows no formats.
func (s *Schema) Print(string) string { return s.Canonical() }

// Root is the schema itself, the node all others are reached from.
func (s *Schema) Root() *Node { return s.root }

// Draft is the draft the text is read by.
func (s *Schema) Draft() Draft { return s.source.draft }

// document is one text: the schema's own or a dependency's.
type document struct {
	// file is the dependency's name, "" for the schema's own text.
	file string
	text string
	root *jsontree.Node
	// lines finds places in the text.
	lines schema.Lines
	draft Draft
	// nodes are the schemas found in the document, a schema before those
	// inside it.
	nodes []*Node
	// digesting works out the digests of the nodes, once.
	digesting sync.Once
}

func readDocument(file, text string) (*document, error) {
	d := &document{file: file, text: text, lines: schema.NewLines(text), draft: Draft7}
	root, err := jsontree.Parse(text, jsontree.Options{})
	if err != nil {
		var syntax *jsontree.SyntaxError
		if errors.As(err, &syntax) {
			return nil, d.errorAt(syntax.Offset, "", "not JSON: %s", syntax.Message)
		}
		return nil, d.errorAt(0, "", "not JSON: %s", err)
	}
	if !isSchema(root) {
		return nil, d.errorAt(root.Offset, "", "a JSON Schema must be an object or a boolean, not %s", withArticle(root.Kind))
	}
	d.root = root
	if s, ok := root.Member("$schema").StringValue(); ok {
		if draft, ok := draftOf(s); ok {
			d.draft = draft
		}
	}
	return d, nil
}

func isSchema(n *jsontree.Node) bool { return n.Is(jsontree.Object) || n.Is(jsontree.Bool) }

func withArticle(k jsontree.Kind) string {
	switch k {
	case jsontree.Null:
		return "null"
	case jsontree.Array:
		return "an array"
	}
	return "a " + k.String()
}
