package lineage

import (
	"cmp"
	"slices"
	"strings"
)

// link tells of a pair what a lens shows of it. It must show something.
func (n *lens) link(p *pair, flow bool) Link {
	l := Link{From: n.placeOf(p.from, flow), To: n.placeOf(p.to, flow)}
	if p.via >= 0 {
		l.Via = n.vertices.at(p.via).node.ID
	}
	type shown struct {
		sight
		Sighting
		change Transformation
	}
	var all []shown
	for w := range p.witnesses() {
		s, ok := n.witness(w)
		if !ok {
			continue
		}
		r := w.what.Value()
		all = append(all, shown{s, Sighting{
			Evidence: r.evidence, Source: r.source, Confidence: r.confidence, Note: r.note, Status: statuses[s.status],
			Interval: Interval{instant(w.first), instant(w.last)},
		}, r.change})
	}
	slices.SortFunc(all, func(a, b shown) int {
		return cmp.Or(compareSightings(a.Sighting, b.Sighting), strings.Compare(a.change.Subtype, b.change.Subtype))
	})
	best := sight{status: 3}
	for i, s := range all {
		l.Sightings = append(l.Sightings, s.Sighting)
		if i == 0 {
			l.Interval = s.Interval
			l.Transformation = s.change
		}
		l.Interval = l.Span(s.Interval)
		if s.better(best) {
			best = s.sight
		}
	}
	l.Status, l.Confidence, l.Proven = statuses[best.status], confidence(best.percent), best.proven
	return l
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
