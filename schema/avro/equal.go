package avro

import (
	"bytes"
	"context"
	"slices"

	"github.com/accordhq/accord/schema/jsontree"
)

// typePair is two types being compared.
type typePair struct{ a, b *Type }

// equality compares types as Java's Schema.equals does: names, fields,
// defaults, orders, symbols, sizes and properties count; documentation and
// aliases do not. A pair met again while it is compared counts as equal.
type equality struct {
	ctx  context.Context //nolint:containedctx // lives for one comparison
	seen map[typePair]bool
}

func equalTypes(ctx context.Context, a, b *Type) (bool, error) {
	e := equality{ctx: ctx, seen: map[typePair]bool{}}
	equal := e.types(a, b)
	return equal, ctx.Err()
}

func (e *equality) types(a, b *Type) bool {
	switch {
	case a == nil || b == nil: // a name not resolved yet equals nothing
		return false
	case a == b:
		return true
	case a.Kind != b.Kind || a.FullName() != b.FullName() || !equalProps(a.Props, b.Props):
		return false
	}
	switch a.Kind {
	case Array, Map:
		return e.types(a.Element, b.Element)
	case Union:
		return slices.EqualFunc(a.Branches, b.Branches, e.types)
	case Enum:
		return slices.Equal(a.Symbols, b.Symbols)
	case Fixed:
		return a.Size == b.Size
	case Record:
		pair := typePair{a, b}
		if e.seen[pair] {
			return true
		}
		e.seen[pair] = true
		return e.ctx.Err() == nil && slices.EqualFunc(a.Fields, b.Fields, e.fields)
	}
	return true
}

func (e *equality) fields(a, b *Field) bool {
	return a.Name == b.Name && a.Order == b.Order && equalValues(a.Default, b.Default) &&
		equalProps(a.Props, b.Props) && e.types(a.Type, b.Type)
}

func equalProps(a, b []Prop) bool {
	if len(a) != len(b) {
		return false
	}
	for _, p := range a {
		other := findProp(b, p.Name)
		if other == nil || !equalValues(p.Value, other) {
			return false
		}
	}
	return true
}

func equalValues(a, b *jsontree.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(appendJSON(nil, a, true), appendJSON(nil, b, true))
}
