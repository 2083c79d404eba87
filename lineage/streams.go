package lineage

import (
	"cmp"
	"slices"
)

// A crawl over streams has two cells for each vertex. The second is for a job
// that was reached upstream from an output that takes only some of its inputs:
// such a job is found, but what it reads is not, but for those inputs. If it is
// reached from another output as well, there are two stops for it.

// streamCrawl starts a search among datasets and jobs.
func (g *Graph) streamCrawl(n *lens, way Way, depth, limit int) *crawl {
	return newCrawl(n, way, depth, limit, 2*g.vertices.n, (*crawl).onwardStream)
}

// closed is the second cell of a vertex.
func (c *crawl) closed(v int32) int32 { return v + int32(c.vertices.n) } //nolint:gosec // as push

// onwardStream takes all steps from a stop.
func (c *crawl) onwardStream(i int32) {
	at := c.stops[i].at
	if c.stops[i].cell != at {
		return // closed
	}
	near := c.streams.adjacent.at(at)
	switch {
	case near.job:
		c.throughJob(i, at, near)
	case c.way == Downstream:
		c.fromInput(i, at, near)
	default:
		c.fromOutput(i, at, near)
	}
}

// throughJob goes on from a job: to all its outputs that take every input, or to
// all its inputs.
func (c *crawl) throughJob(i, job int32, near *adjacency) {
	var restricted []restriction
	product := false
	if c.stops[i].parent >= 0 { // of a job that the walk starts from, all is meant
		if near.bound && c.way == Downstream {
			restricted = c.restrictedBy(job)
		}
		product = c.count(near.out, 2) > 1 && c.count(near.in, 2) > 1
	}
	end := true
	for k := range near.toward(c.way) {
		l := &near.toward(c.way)[k]
		step, ok := c.see(&c.streams, l)
		if !ok {
			continue
		}
		end = false
		if _, is := isRestricted(restricted, l.peer); is {
			continue
		}
		if product {
			step.proven, step.percent = false, min(step.percent, percent(Possible))
		}
		c.reach(i, stop{at: l.peer, cell: l.peer, via: -1, pair: l.pair, hops: 1, sight: step, tie: near.tie})
	}
	c.stops[i].end = end
}

// count counts links that count, up to a bound.
func (c *crawl) count(links []link, most int) (n int) {
	for k := range links {
		if _, ok := c.see(&c.streams, &links[k]); ok {
			if n++; n == most {
				break
			}
		}
	}
	return n
}

// restrictedBy returns the outputs of a job that take only some of its inputs, as
// of the question's time.
func (c *crawl) restrictedBy(job int32) []restriction {
	if !c.past {
		if d := c.vertices.at(job).details; d != nil {
			return d.restricted
		}
		return nil
	}
	known, ok := c.restricted[job]
	if !ok {
		known = c.restrictions(job, c.at)
		if c.restricted == nil {
			c.restricted = map[int32][]restriction{}
		}
		c.restricted[job] = known
	}
	return known
}

func isRestricted(all []restriction, output int32) (restriction, bool) {
	i, ok := slices.BinarySearchFunc(all, output, func(r restriction, output int32) int { return cmp.Compare(r.output, output) })
	if !ok {
		return restriction{}, false
	}
	return all[i], true
}

// fromInput goes downstream from a dataset: to the jobs that read it, and past
// them to the outputs that are known to take it.
func (c *crawl) fromInput(i, at int32, near *adjacency) {
	end := true
	for k := range near.out {
		l := &near.out[k]
		if step, ok := c.see(&c.streams, l); ok {
			end = false
			c.reach(i, stop{at: l.peer, cell: l.peer, via: -1, pair: l.pair, hops: 1, sight: step, tie: near.tie})
		}
	}
	c.stops[i].end = end
	if !near.bound {
		return
	}
	passes := c.throughs.adjacent.at(at).out
	for k := range passes {
		t := &passes[k]
		if step, ok := c.pass(t.via, at, t.peer, t); ok {
			c.reach(i, stop{at: t.peer, cell: t.peer, via: t.via, pair: -1, hops: 2, sight: step, tie: near.tie})
		}
	}
}

// fromOutput goes upstream from a dataset: to the jobs that write it, and past
// them to the inputs that it is known to take.
func (c *crawl) fromOutput(i, at int32, near *adjacency) {
	end := true
	for k := range near.in {
		l := &near.in[k]
		step, ok := c.see(&c.streams, l)
		if !ok {
			continue
		}
		end = false
		cell := l.peer
		if near.bound && c.streams.adjacent.at(l.peer).job {
			if _, restricted := isRestricted(c.restrictedBy(l.peer), at); restricted {
				cell = c.closed(l.peer)
			}
		}
		c.reach(i, stop{at: l.peer, cell: cell, via: -1, pair: l.pair, hops: 1, sight: step, tie: near.tie})
	}
	c.stops[i].end = end
	if !near.bound {
		return
	}
	passes := c.throughs.adjacent.at(at).in
	for k := range passes {
		t := &passes[k]
		if step, ok := c.pass(t.via, t.peer, at, t); ok {
			c.reach(i, stop{at: t.peer, cell: t.peer, via: t.via, pair: -1, hops: 2, sight: step, tie: near.tie})
		}
	}
}

// pass judges the way of an input through a job into an output, which a through
// may allow.
func (c *crawl) pass(job, input, output int32, t *link) (sight, bool) {
	if t.marks&inputless != 0 {
		return sight{}, false
	}
	r, ok := isRestricted(c.restrictedBy(job), output)
	if !ok || r.explicit != (t.marks&explicit != 0) {
		return sight{}, false
	}
	near := c.streams.adjacent.at(job)
	reads, writes := linkTo(near.in, input), linkTo(near.out, output)
	if reads == nil || writes == nil || !c.standsBy(t, writes, c.known()) {
		return sight{}, false
	}
	in, ok := c.see(&c.streams, reads)
	if !ok {
		return sight{}, false
	}
	out, ok := c.see(&c.streams, writes)
	return in.then(out), ok
}
