package tree

import (
	"context"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
)

// Schema returns the schema of a subject, nil for none.
func (t *Tree) Schema(subject string) *Schema {
	for i := range t.Schemas {
		if t.Schemas[i].Subject == subject {
			return &t.Schemas[i]
		}
	}
	return nil
}

// Parse reads the schema of a subject with all it uses. It is nil for a subject
// without one.
func (t *Tree) Parse(ctx context.Context, subject string) (schema.Parsed, error) {
	s := t.Schema(subject)
	if s == nil {
		return nil, nil
	}
	return formats.Parse(ctx, schema.Source{
		Format: s.Format, Text: s.Text, References: s.References, Dependencies: t.dependencies(s, map[string]bool{}),
	})
}

// dependencies are what a schema uses, each before the first that needs it.
func (t *Tree) dependencies(s *Schema, seen map[string]bool) []schema.Dependency {
	var out []schema.Dependency
	for _, ref := range s.References {
		if seen[ref.Name] {
			continue
		}
		seen[ref.Name] = true
		if used := t.Schema(ref.Subject); used != nil {
			out = append(out, t.dependencies(used, seen)...)
			ref.Version = 1
			out = append(out, schema.Dependency{Reference: ref, Text: used.Text})
		}
	}
	return out
}
