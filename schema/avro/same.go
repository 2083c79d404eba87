package avro

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/accordhq/accord/schema/jsontree"
)

// shapeSeed makes hashes unguessable, so that no text can be written to collide.
var shapeSeed = maphash.MakeSeed()

// shape stands for everything about a type that reading data depends on.
type shape struct {
	sum   uint64
	known bool
	// apart: the type is the same as none, because it cannot read itself.
	apart bool
	// fields are the sums of a record's fields, 0 for one that must be looked
	// at: see FieldSums.
	fields []uint64
}

// shapes works out the shapes of all types of one Parse, the first time one of
// them is asked for.
type shapes struct {
	once  sync.Once
	roots []*Type
}

// Same reports whether data of one type reads alike as the other: kinds, full
// names, aliases, fields with their names and defaults, symbols, sizes and
// logical types are equal, all the way down. Documentation and properties do
// not count. A record that holds a field whose aliases name another of its
// fields is the same as none, itself included, because Apache Avro refuses to
// read it. The first call for a schema costs one pass over its types.
func (t *Type) Same(o *Type) bool {
	a, b := t.shapeOf(), o.shapeOf()
	return a.sum == b.sum && !a.apart && !b.apart
}

// FieldSums are sums of a record's fields, in their order: two records' fields
// with equal sums, and not 0, certainly read alike. Their names, defaults and
// types are the same, and neither has aliases. The records of a long history are
// compared by them without a look at what did not change. The caller must not
// change the slice.
func (t *Type) FieldSums() []uint64 { return t.shapeOf().fields }

func (t *Type) shapeOf() *shape {
	t.shapes.once.Do(func() {
		w := shaper{met: map[*Type]int{}, low: map[*Type]int{}}
		for _, root := range t.shapes.roots {
			for _, named := range namedIn(root) {
				w.visit(named)
			}
			settle(root)
		}
	})
	return &t.shape
}

// shaper goes through the named types by Tarjan's algorithm: types that lead to
// one another get their shapes together, and after those they lead to.
type shaper struct {
	met, low map[*Type]int
	stack    []*Type
}

func (w *shaper) visit(t *Type) {
	if _, met := w.met[t]; met {
		return
	}
	w.met[t] = len(w.met)
	w.low[t] = w.met[t]
	w.stack = append(w.stack, t)
	for _, f := range t.Fields {
		for _, n := range namedIn(f.Type) {
			w.visit(n)
			if !n.shape.known {
				w.low[t] = min(w.low[t], w.low[n])
			}
		}
	}
	if w.low[t] == w.met[t] {
		first := slices.Index(w.stack, t)
		together(w.stack[first:])
		w.stack = w.stack[:first]
	}
}

// namedIn lists the named types at the surface of a type.
func namedIn(t *Type) []*Type {
	switch {
	case t.Kind.Named():
		return []*Type{t}
	case t.Kind == Array || t.Kind == Map:
		return namedIn(t.Element)
	}
	var out []*Type
	for _, b := range t.Branches {
		out = append(out, namedIn(b)...)
	}
	return out
}

// together gives types that lead to one another their shapes: that of all of
// them, in which they go by their names, and the name of each.
func together(types []*Type) {
	slices.SortFunc(types, func(a, b *Type) int { return strings.Compare(a.FullName(), b.FullName()) })
	all := newShapeHash()
	for i, t := range types {
		all.named(t)
		// A name that was defined twice does not say which is meant.
		all.apart = all.apart || i > 0 && types[i-1].FullName() == t.FullName()
	}
	sum := all.Sum64()
	for _, t := range types {
		own := newShapeHash()
		own.number(sum)
		own.text(t.FullName())
		t.shape = shape{sum: own.Sum64(), known: true, apart: all.apart}
	}
	for _, t := range types {
		t.shape.fields = make([]uint64, len(t.Fields))
		for i, f := range t.Fields {
			settle(f.Type)
			t.shape.fields[i] = sumOfField(f)
		}
	}
}

func sumOfField(f *Field) uint64 {
	h := newShapeHash()
	h.field(f)
	if h.apart || len(f.Aliases) > 0 {
		return 0
	}
	return h.Sum64()
}

// settle gives the types without a name their shapes, inner ones first.
func settle(t *Type) {
	if t.shape.known {
		return
	}
	if t.Element != nil {
		settle(t.Element)
	}
	for _, b := range t.Branches {
		settle(b)
	}
	h := newShapeHash()
	h.unnamed(t)
	t.shape = shape{sum: h.Sum64(), known: true, apart: h.apart}
}

// shapeHash hashes types. Every text has its length before it.
type shapeHash struct {
	maphash.Hash
	apart bool
}

func newShapeHash() *shapeHash {
	h := &shapeHash{}
	h.SetSeed(shapeSeed)
	return h
}

func (h *shapeHash) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	_, _ = h.Write(b[:])
}

func (h *shapeHash) count(n int) { h.number(uint64(n)) } //nolint:gosec // lengths, sizes and digits are never negative

func (h *shapeHash) text(s string) {
	h.count(len(s))
	_, _ = h.WriteString(s)
}

func (h *shapeHash) texts(list []string) {
	h.count(len(list))
	for _, s := range list {
		h.text(s)
	}
}

// typ hashes a type by its shape if it has one. Named types without one are
// being worked out, and go by their names.
func (h *shapeHash) typ(t *Type) {
	switch {
	case t.shape.known:
		h.apart = h.apart || t.shape.apart
		h.number(t.shape.sum)
	case t.Kind.Named():
		h.text(t.FullName())
	default:
		h.unnamed(t)
	}
}

func (h *shapeHash) logical(t *Type) {
	_ = h.WriteByte(byte(t.Kind))
	h.text(t.LogicalType)
	h.count(t.Precision)
	h.count(t.Scale)
}

func (h *shapeHash) unnamed(t *Type) {
	h.logical(t)
	if t.Element != nil {
		h.typ(t.Element)
	}
	h.count(len(t.Branches))
	for _, b := range t.Branches {
		h.typ(b)
	}
}

func (h *shapeHash) named(t *Type) {
	h.logical(t)
	h.text(t.FullName())
	h.texts(t.Aliases)
	h.texts(t.Symbols)
	h.text(t.EnumDefault)
	h.count(t.Size)
	h.count(len(t.Fields))
	for _, f := range t.Fields {
		h.field(f)
	}
	h.apart = h.apart || readsTwoFields(t)
}

func (h *shapeHash) field(f *Field) {
	h.text(f.Name)
	h.texts(f.Aliases)
	h.value(f.Default)
	h.typ(f.Type)
}

func (h *shapeHash) value(v *jsontree.Node) {
	if v == nil {
		h.count(0)
		return
	}
	h.text(string(appendJSON(nil, v, true)))
}

// readsTwoFields reports whether a field's name and aliases fit more than one
// field of its own record.
func readsTwoFields(t *Type) bool {
	if !slices.ContainsFunc(t.Fields, func(f *Field) bool { return len(f.Aliases) > 0 }) {
		return false
	}
	names := make(map[string]bool, len(t.Fields))
	for _, f := range t.Fields {
		names[f.Name] = true
	}
	return slices.ContainsFunc(t.Fields, func(f *Field) bool {
		return slices.ContainsFunc(f.Aliases, func(alias string) bool { return alias != f.Name && names[alias] })
	})
}
