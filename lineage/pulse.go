package lineage

import "time"

// A streaming job says what it reads and writes when it starts, and from then on
// only that it lives (lineage reference, 1.2). So what it said last counts as seen
// whenever the job was.

// pulse tells of a streaming job when it last named datasets, and when it was last
// seen, in microseconds. That of another job is zero.
type pulse struct{ stated, last int64 }

// startGrace is within what time all that a job says at its start comes.
const startGrace = time.Hour

// lives reports whether jobs of the type run on, so that they say little more.
func (t JobType) lives() bool {
	return t.ProcessingType == "STREAMING" || t.ProcessingType == "SERVICE"
}

// byEvent reports whether evidence comes out of what the job says itself.
func (e Evidence) byEvent() bool { return e == Reported || e == Parsed }

// lastOf is when what a witness saw was last so, in microseconds.
func (g *Graph) lastOf(w *witness) int64 {
	if g.pulses == 0 {
		return w.last
	}
	d := g.vertices.at(g.names.at(w.of).vertex).details
	if d == nil || d.pulse.last <= w.last || w.last < d.pulse.stated-startGrace.Microseconds() || !w.what.Value().evidence.byEvent() {
		return w.last
	}
	return d.pulse.last
}

// beat works out the pulses of the jobs that were seen, or whose edges changed.
func (b *builder) beat() {
	touched := map[int32][]*pair{}
	for i := range b.streams.dirty {
		p := b.streams.pairs.at(i)
		for _, v := range [...]int32{p.from, p.to} {
			if b.vertices.at(v).node.Kind == JobNode {
				touched[v] = append(touched[v], p)
			}
		}
	}
	for v := range b.alive {
		if touched[v] == nil {
			touched[v] = []*pair{}
		}
	}
	for v, pairs := range touched {
		b.pulseOf(v, pairs)
	}
}

// pulseOf works out the pulse of a job, some of whose pairs changed.
func (b *builder) pulseOf(job int32, changed []*pair) {
	v := b.vertices.at(job)
	if v.details == nil {
		return
	}
	var now pulse
	if v.jobType.lives() {
		now.stated = v.pulse.stated
		state := func(p *pair) {
			for w := range p.witnesses() {
				if w.what.Value().evidence.byEvent() {
					now.stated = max(now.stated, w.last)
				}
			}
		}
		for _, p := range changed {
			state(p)
		}
		near := b.streams.adjacent.at(job)
		if v.pulse == (pulse{}) {
			for _, l := range near.in {
				state(b.streams.pairs.at(l.pair))
			}
			for _, l := range near.out {
				state(b.streams.pairs.at(l.pair))
			}
		}
		for _, i := range v.names {
			now.last = max(now.last, b.names.at(i).last)
		}
	}
	switch v.pulse {
	case now:
		return
	case pulse{}:
		b.pulses++
	default:
		if now == (pulse{}) {
			b.pulses--
		}
	}
	b.details(job).pulse = now
	b.stir(job)
}

// stir has all that a job says summed up anew.
func (b *builder) stir(job int32) {
	near, v := b.streams.adjacent.at(job), b.vertices.at(job)
	for _, l := range near.in {
		b.streams.dirty[l.pair] = true
	}
	for _, l := range near.out {
		b.streams.dirty[l.pair] = true
	}
	b.stirVia(v)
}

// stirVia has summed up anew what passes through a job.
func (b *builder) stirVia(v *vertex) {
	for _, p := range v.passes {
		b.throughs.dirty[p] = true
	}
	for _, p := range v.traces {
		b.flows.dirty[p] = true
	}
}
