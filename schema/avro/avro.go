// Package avro reads Avro schemas the way Apache Avro 1.12 and Confluent's
// registry do, and prints them as Confluent stores them.
//
// What Java accepts is accepted and what it refuses is refused, in both of the
// registry's modes: strict for new schemas (names and default values are
// checked), lenient for those that already exist. The model keeps everything a
// schema says, so that documentation, properties and defaults survive.
package avro

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/accordhq/accord/schema"
)

// Schema is a parsed Avro schema. It is immutable and safe for concurrent use,
// and so is every Type and Field that can be reached from it.
type Schema struct {
	// Root is the type of the whole schema.
	Root *Type

	text      string
	canonical string
	// referenced are the full names of the dependencies' root types: they stay
	// names where the schema is printed.
	referenced []string

	normalized    func() string
	structure     func() string
	documentation func() string
	fields        func() []schema.Field
}

var (
	_ schema.Parsed   = (*Schema)(nil)
	_ schema.Taggable = (*Schema)(nil)
)

// Parse reads src.Text after src.Dependencies, each of which is a whole schema
// whose named types later texts may use. Bad text is a *schema.Error; a context
// that ended is the context's error.
func Parse(ctx context.Context, src schema.Source) (*Schema, error) {
	if n := len(src.Dependencies); n > schema.MaxDependencies {
		return nil, schema.Errorf(schema.Avro, schema.Position{}, "schema has %d dependencies, more than the %d allowed", n, schema.MaxDependencies)
	}
	p := parser{ctx: ctx, names: nameTable{}, shapes: &shapes{}, strict: src.Strict}
	s := &Schema{text: src.Text}
	for _, dep := range src.Dependencies {
		root, err := p.parseText(dep.Text, dep.Name)
		if err != nil {
			return nil, err
		}
		s.referenced = append(s.referenced, root.FullName())
	}
	root, err := p.parseText(src.Text, "")
	if err != nil {
		return nil, err
	}
	s.Root = root
	s.canonical = s.print(printer{docs: true}, s.referenced)
	if nesting(s.canonical) > schema.MaxDepth {
		return nil, schema.Errorf(schema.Avro, root.Position, "types nest deeper than %d levels", schema.MaxDepth)
	}
	s.normalized = sync.OnceValue(func() string { return s.print(printer{docs: true, normal: true}, s.referenced) })
	s.structure = sync.OnceValue(func() string { return s.print(printer{normal: true}, s.referenced) })
	s.documentation = sync.OnceValue(func() string { return documentation(s.Root) })
	s.fields = sync.OnceValue(func() []schema.Field { return unfold(s.Root) })
	return s, nil
}

// Format is schema.Avro.
func (s *Schema) Format() schema.Format { return schema.Avro }

// Canonical is the text Confluent stores without normalize: Avro Java's compact
// print, with the root types of dependencies left as names (compatibility
// reference 5.1).
func (s *Schema) Canonical() string { return s.canonical }

// Normalized is the text Confluent stores with normalize=true: properties and
// aliases sorted, empty documentation of named types, a decimal scale of zero
// and the difference between error and record gone (compatibility reference
// 5.2).
func (s *Schema) Normalized() string { return s.normalized() }

// Structure is Normalized without documentation of types, fields and symbols.
func (s *Schema) Structure() string { return s.structure() }

// Documentation is one line per documented element, "path<TAB>text", sorted.
// The path is the full name of the type, for a field and a symbol with ".name"
// and "#SYMBOL" behind it. Types of dependencies count, so that a schema and
// its resolved form document the same.
func (s *Schema) Documentation() string { return s.documentation() }

// Name is the full name of the root type; "" if it is not a named type.
func (s *Schema) Name() string {
	if !s.Root.Kind.Named() {
		return ""
	}
	return s.Root.FullName()
}

// Fields lists every element, see schema.Field.
func (s *Schema) Fields() []schema.Field { return slices.Clone(s.fields()) }

// Print renders the schema: "resolved" has the types of dependencies written
// out, anything else is Canonical.
func (s *Schema) Print(format string) string {
	if format != "resolved" {
		return s.canonical
	}
	return s.print(printer{docs: true}, nil)
}

// String describes the schema for logs and test failures.
func (s *Schema) String() string { return fmt.Sprintf("avro %s", s.canonical) }

// nesting is the depth of a JSON text known to be valid.
func nesting(text string) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}
