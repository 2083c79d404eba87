package lineage

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// Census yields all nodes of a kind, in no order, and when each was first and
// last seen.
func (g *Graph) Census(kind NodeKind) iter.Seq2[Node, Interval] {
	return func(yield func(Node, Interval) bool) {
		for i, v := range g.vertices.all() {
			if v.node.Kind == kind && !yield(v.node, g.seen(i, v)) {
				return
			}
		}
	}
}

// seen is when a vertex was spoken of by any name or, if it never was, when any
// edge of it was seen.
func (g *Graph) seen(i int32, v *vertex) Interval {
	var all Interval
	for _, n := range v.names {
		known := g.names.at(n)
		if known.last == 0 {
			continue
		}
		seen := Interval{instant(known.first), instant(known.last)}
		if all.First.IsZero() {
			all = seen
		}
		all = all.Span(seen)
	}
	if all.First.IsZero() {
		return g.span(g.streams.adjacent.at(i))
	}
	return all
}

// Tags are those of all nodes and fields, each key and value once and in order.
func (g *Graph) Tags() []Tag {
	known := map[Tag]bool{}
	for _, v := range g.vertices.all() {
		if v.details != nil {
			for _, t := range v.tags {
				known[Tag{Key: t.Key, Value: t.Value}] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(known), func(a, b Tag) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value))
	})
}
