package lineage

import (
	"slices"
	"strings"
)

// link tells of a pair what a lens shows of it. It must show something.
func (n *lens) link(p *pair, flow bool) Link {
	l := Link{
		From: n.placeOf(p.from, flow), To: n.placeOf(p.to, flow), Via: n.jobAt(p.via),
		Sightings: make([]Sighting, 0, 1+len(p.more)),
	}
	best := sight{status: 3}
	for w := range p.witnesses() {
		s, ok := n.witness(w)
		if !ok {
			continue
		}
		r := w.what.Value()
		seen := Sighting{
			Evidence: r.evidence, Source: r.source, Confidence: r.confidence, Note: r.note, Status: statuses[s.status],
			Interval: Interval{instant(w.first), instant(n.lastOf(w))},
		}
		if len(l.Sightings) == 0 {
			l.Interval = seen.Interval
		}
		l.Interval = l.Span(seen.Interval)
		if flow {
			l.add(r.change)
		}
		at, _ := slices.BinarySearchFunc(l.Sightings, seen, compareSightings)
		l.Sightings = slices.Insert(l.Sightings, at, seen)
		if s.better(best) {
			best = s
		}
	}
	l.Status, l.Confidence, l.Proven = statuses[best.status], confidence(best.percent), best.proven
	return l
}

// add adds a transformation, in order.
func (l *Link) add(t Transformation) {
	at, known := slices.BinarySearchFunc(l.Transformations, t, func(a, b Transformation) int { return strings.Compare(a.Subtype, b.Subtype) })
	if !known {
		l.Transformations = slices.Insert(l.Transformations, at, t)
	}
}

// confidence is what a percentage stands for.
func confidence(percent uint8) Confidence { return Confidence(percent) / 100 }

// placeOf is what a vertex, or a field, is called.
func (g *Graph) placeOf(i int32, flow bool) Place {
	if !flow {
		return Place{Node: g.vertices.at(i).node}
	}
	p := g.fields.at(i)
	return Place{g.vertices.at(p.vertex).node, p.path}
}
