package lineage

import (
	"cmp"
	"slices"
)

// reachOf lists what a crawl has found, at most so many places.
func (c *crawl) reachOf(most int) Reach {
	r := Reach{Links: []Link{}}
	listed, left := c.nearest(most)
	r.Left, r.AtLeast = left, c.cut
	r.Hits = make([]Hit, len(listed))
	indexes := make([]int32, len(c.stops)) // of hits, one too high; 0 for none
	for k, f := range c.byName(listed) {
		listed[k], r.Hits[k].Place = f.stop, f.Place
		indexes[f.stop] = int32(k) + 1
	}
	for k, i := range listed {
		c.describe(&r.Hits[k], i, indexes)
		if s := &c.stops[i]; !s.done {
			if s.end = !c.leadsOn(i); !s.end && s.hops >= c.depth {
				r.Deeper++
			}
			r.Hits[k].End = s.end
		}
	}
	if !c.bare {
		c.draw(&r, indexes)
	}
	if c.roots != nil {
		c.blind(&r, listed)
	}
	r.Truncated = r.Left > 0 || r.AtLeast || r.Deeper > 0 || r.LinksLeft > 0 || r.BlindLeft > 0
	return r
}

// nearest chooses the stops to list, the nearest of them, and counts the rest. Of
// those that are equally far, the best are chosen.
func (c *crawl) nearest(most int) (listed []int32, left int) {
	rounds := make([][]int32, c.depth+1) // by hops
	for i := range int32(len(c.stops)) { //nolint:gosec // at most limit
		s := &c.stops[i]
		if s.parent < 0 || c.isTwin(i) {
			continue
		}
		rounds[s.hops] = append(rounds[s.hops], i)
	}
	for _, round := range rounds {
		if room := most - len(listed); len(round) > room {
			left += len(round) - room
			round = c.best(round, room)
		}
		listed = append(listed, round...)
	}
	return listed, left
}

// best chooses so many stops of one round.
func (c *crawl) best(round []int32, n int) []int32 {
	if n == 0 {
		return nil
	}
	type ranked struct {
		stop int32
		tie  uint64
	}
	order := make([]ranked, len(round))
	for k, i := range round {
		order[k] = ranked{i, c.tieOf(&c.stops[i])}
	}
	slices.SortFunc(order, func(a, b ranked) int {
		return cmp.Or(c.stops[a.stop].beats(&c.stops[b.stop]), cmp.Compare(a.tie, b.tie))
	})
	for k := range n {
		round[k] = order[k].stop
	}
	return round[:n]
}

// isTwin reports whether a job is listed by another stop of it.
func (c *crawl) isTwin(i int32) bool {
	s := &c.stops[i]
	if c.roots != nil || c.way != Upstream || s.at < 0 {
		return false
	}
	other := c.board.at(c.closed(s.at))
	if s.cell != s.at {
		other = c.board.at(s.at)
	}
	if other < 0 {
		return false
	}
	o := &c.stops[other]
	return o.parent < 0 || cmp.Or(cmp.Compare(o.hops, s.hops), o.beats(s), cmp.Compare(o.tie, s.tie), cmp.Compare(other, i)) < 0
}

// found is a stop and where it is.
type found struct {
	stop int32
	Place
}

// byName orders stops by distance, then name.
func (c *crawl) byName(listed []int32) []found {
	order := make([]found, len(listed))
	for k, i := range listed {
		order[k] = found{i, c.placeAt(i)}
	}
	slices.SortFunc(order, func(a, b found) int {
		return cmp.Or(cmp.Compare(c.stops[a.stop].hops, c.stops[b.stop].hops), a.Compare(b.Place))
	})
	return order
}

func (c *crawl) placeAt(i int32) Place {
	if c.roots == nil {
		return c.placeOf(c.stops[i].at, false)
	}
	p := c.place(i)
	return Place{c.vertices.at(p.vertex).node, p.path}
}

// describe fills in a hit.
func (c *crawl) describe(h *Hit, i int32, indexes []int32) {
	s := &c.stops[i]
	h.Hops, h.Confidence, h.Proven, h.Status, h.End = int(s.hops), confidence(s.percent), s.proven, statuses[s.status], s.end
	h.LastSeen = instant(int64(s.last) * 1e6)
	h.Masked, h.Influenced = s.how == byMask, s.how == byInfluence
	parent, via := s.parent, s.via
	if c.isTwin(parent) {
		// The job is listed as it was reached another way, so step over it.
		parent, via = c.stops[parent].parent, c.stops[parent].at
	}
	h.Via = c.jobAt(via)
	h.Parent = int(indexes[parent]) - 1
	root := parent
	for c.stops[root].parent >= 0 {
		root = c.stops[root].parent
	}
	h.Root = int(c.asked[root])
	h.Who = c.who(c.vertices.at(c.vertexAt(i)))
}

// jobAt is the name of a job, zero for none.
func (g *Graph) jobAt(via int32) ID {
	if via < 0 {
		return ID{}
	}
	return g.vertices.at(via).node.ID
}

// vertexAt is the vertex of a stop.
func (c *crawl) vertexAt(i int32) int32 {
	if c.roots != nil {
		return c.place(i).vertex
	}
	return c.stops[i].at
}

// leadsOn reports whether any link that counts leads on from a stop.
func (c *crawl) leadsOn(i int32) bool {
	if c.roots == nil {
		return c.count(c.streams.adjacent.at(c.stops[i].at).toward(c.way), 1) > 0
	}
	for r := range c.related(c.place(i)) {
		for _, l := range c.flows.adjacent.at(r).toward(c.way) {
			if _, ok := c.see(&c.flows, &l); ok {
				return true
			}
		}
	}
	return false
}

// maxScanned bounds the links that are looked at to tell of what was found.
const maxScanned = 10 * MaxLinks

// draw lists the links among what is listed, and what the crawl started from, in
// that order.
func (c *crawl) draw(r *Reach, indexes []int32) {
	flow, layer := c.roots != nil, &c.streams
	if flow {
		layer = &c.flows
	}
	type drawn struct {
		from, to  int32 // ranks
		via, pair int32
		marks     marks
	}
	var all []drawn
	for i := range c.stops {
		s := &c.stops[i]
		if s.at < 0 || indexes[i] == 0 && s.parent >= 0 {
			continue
		}
		links := layer.adjacent.at(s.at).toward(c.way)
		if c.scanned += len(links); c.scanned > maxScanned {
			r.AtLeast = true
			break
		}
		for k := range links {
			to, ok := c.listedAt(links[k].peer, indexes)
			if !ok {
				continue
			}
			if _, ok := c.see(layer, &links[k]); !ok {
				continue
			}
			if len(all) == MaxLinks {
				r.LinksLeft++
				continue
			}
			all = append(all, drawn{c.rank(int32(i), indexes), to, links[k].via, links[k].pair, links[k].marks})
		}
	}
	slices.SortFunc(all, func(a, b drawn) int {
		if d := cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.marks, b.marks)); d != 0 || a.via == b.via {
			return d
		}
		return c.jobAt(a.via).Compare(c.jobAt(b.via))
	})
	r.Links = make([]Link, 0, len(all))
	for _, d := range all {
		r.Links = append(r.Links, c.link(layer.pairs.at(d.pair), flow))
	}
}

// rank is where a stop stands among what is drawn: the roots, then the hits.
func (c *crawl) rank(i int32, indexes []int32) int32 {
	if c.stops[i].parent < 0 {
		return i - int32(len(c.asked)) //nolint:gosec // at most limit
	}
	return indexes[i]
}

// listedAt returns the rank of a vertex or field, if it is a root or listed.
func (c *crawl) listedAt(at int32, indexes []int32) (rank int32, ok bool) {
	listed := func(cell int32) bool {
		i := c.board.at(cell)
		if i < 0 || indexes[i] == 0 && c.stops[i].parent >= 0 {
			return false
		}
		rank = c.rank(i, indexes)
		return true
	}
	ok = listed(at) || c.roots == nil && listed(c.closed(at))
	return rank, ok
}

// blind lists the outputs of jobs, of the datasets that a walk of fields came
// to, of which nobody knows what fields they are made of.
func (c *crawl) blind(r *Reach, listed []int32) {
	seen := map[int32]bool{}
	visit := func(i int32) {
		if v := c.place(i).vertex; !seen[v] {
			seen[v] = true
			c.blindAt(r, v)
		}
	}
	for i := range c.asked {
		visit(int32(i))
	}
	for _, i := range listed {
		visit(i)
	}
	slices.SortFunc(r.Blind, func(a, b Blind) int {
		return cmp.Or(a.Input.Compare(b.Input), a.Job.Compare(b.Job), a.Output.Compare(b.Output))
	})
}

// blindAt lists those of one dataset. It gives up where jobs of many inputs and
// outputs would make too many.
func (c *crawl) blindAt(r *Reach, dataset int32) {
	near := c.streams.adjacent.at(dataset)
	add := func(b Blind) {
		if len(r.Blind) >= MaxNodes {
			r.BlindLeft++
			return
		}
		r.Blind = append(r.Blind, b)
	}
	id := c.vertices.at(dataset).node.ID
	for _, l := range near.toward(c.way) {
		if _, ok := c.see(&c.streams, &l); !ok || !c.streams.adjacent.at(l.peer).job {
			continue
		}
		job := c.vertices.at(l.peer).node.ID
		if c.way == Upstream {
			if !c.isTraced(l.peer, &l, dataset) {
				add(Blind{Job: job, Output: id})
			}
			continue
		}
		outputs := c.outputsOf(l.peer, dataset)
		if c.scanned += len(outputs); c.scanned > maxScanned {
			r.AtLeast = true
			return
		}
		for _, o := range outputs {
			if !c.isTraced(l.peer, &o, o.peer) {
				add(Blind{id, job, c.vertices.at(o.peer).node.ID})
			}
		}
	}
}

// outputsOf are a job's links to the outputs that may take an input.
func (c *crawl) outputsOf(job, input int32) []link {
	near := c.streams.adjacent.at(job)
	var restricted []restriction
	if near.bound {
		restricted = c.restrictedBy(job)
	}
	var out []link
	for _, l := range near.out {
		if _, ok := c.see(&c.streams, &l); !ok {
			continue
		}
		if _, is := isRestricted(restricted, l.peer); is && !c.takes(job, input, l.peer) {
			continue
		}
		out = append(out, l)
	}
	return out
}

// takes reports whether a restricted output takes an input.
func (c *crawl) takes(job, input, output int32) bool {
	for _, t := range linksVia(c.throughs.adjacent.at(input).out, job) {
		if t.peer == output {
			if _, ok := c.pass(job, input, output, &t); ok {
				return true
			}
		}
	}
	return false
}

// isTraced reports whether it is known what fields an output is made of. What
// was known long before the output was last seen is known no more.
func (g *Graph) isTraced(job int32, writes *link, output int32) bool {
	d := g.vertices.at(job).details
	if d == nil {
		return false
	}
	i, ok := slices.BinarySearchFunc(d.traced, output, func(t trace, output int32) int { return cmp.Compare(t.output, output) })
	return ok && d.traced[i].last >= before(writes.latest, g.opts.Window)
}
