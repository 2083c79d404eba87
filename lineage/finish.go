package lineage

import (
	"cmp"
	"slices"
	"time"
)

// finish brings up what follows from the facts taken, and returns the graph.
func (b *builder) finish() *Graph {
	for i := range b.heard {
		b.reconsider(i)
	}
	for i := range b.grown {
		slices.SortFunc(b.details(i).fields, func(x, y int32) int { return cmp.Compare(b.fields.at(x).path, b.fields.at(y).path) })
	}
	b.beat()
	b.streams.finish(b.summary)
	b.throughs.finish(b.summary)
	b.flows.finish(b.summary)
	for i := range b.streams.dirty {
		p := b.streams.pairs.at(i)
		b.jobs[p.from], b.jobs[p.to] = true, true
	}
	for _, l := range []*layerEdit{b.throughs, b.flows} {
		for i := range l.dirty {
			if via := l.pairs.at(i).via; via >= 0 {
				b.jobs[via] = true
			}
		}
	}
	for i := range b.jobs {
		b.conclude(i)
	}
	g := b.Graph
	return &g
}

// reconsider works out what was said of a name: whom it belongs to, and which
// of its edges have ended.
func (b *builder) reconsider(i int32) {
	n := b.names.at(i)
	v := b.vertices.at(n.vertex)
	if t := b.traitsOf(v); !t.isZero() || v.details != nil {
		b.details(n.vertex).traits = t
		if n.node.Kind == JobNode {
			b.alive[n.vertex] = true
		}
		v = b.vertices.at(n.vertex)
	}
	if n.said == nil || len(n.said.statements) == 0 {
		return
	}
	touch := func(l *layerEdit, links []link, all bool) {
		for _, k := range links {
			if all || l.pairs.at(k.pair).one.of == i || k.many {
				l.dirty[k.pair] = true
			}
		}
	}
	near := b.streams.adjacent.at(n.vertex)
	touch(b.streams, near.in, false)
	touch(b.streams, near.out, false)
	if v.details == nil {
		return
	}
	b.stirVia(v)
	for _, f := range v.fields {
		touch(b.flows, linksVia(b.flows.adjacent.at(f).in, -1), true)
	}
}

// summary is what a link says of a pair, but for what both links share with the
// pair.
func (b *builder) summary(p *pair) link {
	l := link{many: len(p.more) > 0}
	for w := range p.witnesses() {
		r := w.what.Value()
		c, proven, last := percent(r.confidence), r.evidence.Proves(), second(b.lastOf(w))
		l.latest = max(l.latest, last)
		if w == &p.one || surer(proven, c, l.proven, l.percent) || proven == l.proven && c == l.percent && last > l.last {
			l.percent, l.proven, l.first, l.last, l.gone = c, proven, second(w.first), last, b.gone(w)
		}
	}
	return l
}

// surer reports whether a confidence beats another: what proves beats what does
// not.
func surer(proven bool, percent uint8, thanProven bool, thanPercent uint8) bool {
	if proven != thanProven {
		return proven
	}
	return percent > thanPercent
}

// gone is the second after which a sighting counts as ended: its source has told
// all it knows of the job since, or of the dataset where there is no job.
func (g *Graph) gone(w *witness) uint32 {
	said := g.names.at(w.of).said
	if said == nil {
		return never
	}
	for i := range said.statements {
		st := &said.statements[i]
		if st.Source != w.what.Value().source {
			continue
		}
		if end := w.last + st.Grace.Microseconds(); end < micros(st.Last) {
			return second(max(end, micros(st.First)))
		}
	}
	return never
}

// conclude works out what the throughs and flows of a job say of its outputs.
func (b *builder) conclude(job int32) {
	v := b.vertices.at(job)
	if v.details == nil || v.node.Kind != JobNode || len(v.passes) == 0 && len(v.traces) == 0 {
		return
	}
	d := b.details(job)
	d.restricted = b.restrictions(job, never)
	if near := b.streams.adjacent.at(job); near.bound != (len(d.restricted) > 0) {
		b.streams.adjacent.edit(b.e, job).bound = len(d.restricted) > 0
	}
	d.traced = b.tracesOf(d)
}

// restrictions are the outputs of a job into which not every input flows, as far
// as was known at a time (never: today).
func (g *Graph) restrictions(job int32, at uint32) []restriction {
	var out []restriction
	for _, o := range g.streams.adjacent.at(job).out {
		restricted, best := false, marks(0)
		for _, t := range linksVia(g.throughs.adjacent.at(o.peer).in, job) {
			if g.standsBy(&t, &o, at) {
				restricted, best = true, best|t.marks&explicit
			}
		}
		if restricted {
			out = append(out, restriction{o.peer, best != 0})
		}
	}
	return out
}

// standsBy reports whether a through still tells of an output that a job writes,
// as far as was known at a time: it is evidence, and was not last seen long before
// the output was.
func (g *Graph) standsBy(t, output *link, at uint32) bool {
	proven, seen := g.knownBy(&g.throughs, t, at)
	_, written := g.knownBy(&g.streams, output, at)
	return proven && seen >= before(written, g.opts.Window)
}

// knownBy tells of a link as it was known at a time: whether it was proven and had
// not ended, and when it was last seen.
func (g *Graph) knownBy(layer *layer, l *link, at uint32) (proven bool, latest uint32) {
	stands := func(first, gone uint32) bool { return first <= at && (gone == never || at < gone) }
	if !l.many {
		return l.proven && stands(l.first, l.gone), l.latest
	}
	for w := range layer.pairs.at(l.pair).witnesses() {
		if second(w.first) > at {
			continue
		}
		latest = max(latest, second(g.lastOf(w)))
		proven = proven || w.what.Value().evidence.Proves() && stands(second(w.first), g.gone(w))
	}
	return proven, latest
}

// before is the second a duration before another.
func before(at uint32, d time.Duration) uint32 {
	seconds := int64(at) - int64(d/time.Second)
	return second(seconds * 1e6)
}

// tracesOf tells of which outputs it is known what they are made of.
func (b *builder) tracesOf(d *details) []trace {
	last := map[int32]uint32{}
	for _, i := range d.traces {
		p := b.flows.pairs.at(i)
		for w := range p.witnesses() {
			if w.what.Value().evidence.Proves() && b.gone(w) == never {
				output := b.fields.at(p.to).vertex
				last[output] = max(last[output], second(b.lastOf(w)))
			}
		}
	}
	traced := make([]trace, 0, len(last))
	for output, seen := range last {
		traced = append(traced, trace{output, seen})
	}
	slices.SortFunc(traced, func(a, b trace) int { return cmp.Compare(a.output, b.output) })
	return traced
}
