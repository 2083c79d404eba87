package lineage

import (
	"slices"
	"strings"
)

// A crawl over fields has several cells for each field: that of its stop, and for
// each way of reaching fields one that says that its links have been followed.
// They are followed from every place in the dataset that holds the field or is
// held by it, but only from the first of them.

// flowCrawl starts a search among fields.
func (g *Graph) flowCrawl(n *lens, way Way, depth, limit int, from []place) *crawl {
	c := newCrawl(n, way, depth, limit, (1+int(kindsOfReach))*g.fields.n, (*crawl).onwardFlow)
	c.roots = from
	for _, p := range from {
		i := g.fieldOf(p)
		c.root(i, i)
	}
	return c
}

// place is where a stop of a walk of fields is.
func (c *crawl) place(i int32) place {
	if at := c.stops[i].at; at >= 0 {
		return *c.fields.at(at)
	}
	return c.roots[i] // roots are the first stops
}

// onwardFlow takes all steps from a stop.
func (c *crawl) onwardFlow(i int32) {
	end := true
	for r := range c.related(c.place(i)) {
		followed := r + int32(1+c.stops[i].how)*int32(c.fields.n) //nolint:gosec // as push
		if c.only < 0 || c.stops[i].parent >= 0 {
			if c.board.at(followed) >= 0 {
				continue
			}
			c.board.put(followed, i)
		}
		if c.follow(i, r) {
			end = false
		}
	}
	c.stops[i].end = end
}

// follow takes the steps from a stop along the links of one field, and reports
// whether there are any.
func (c *crawl) follow(i, field int32) (led bool) {
	near := c.flows.adjacent.at(field)
	tie := c.tieOf(&c.stops[i])
	links := near.toward(c.way)
	for k := range links {
		l := &links[k]
		if c.only >= 0 && c.stops[i].parent < 0 && l.via != c.only {
			continue
		}
		if c.exposed && (l.marks&indirect != 0 || c.stops[i].how != byValue) {
			continue
		}
		step, ok := c.see(&c.flows, l)
		if !ok {
			continue
		}
		led = true
		hops := int32(2)
		if l.via < 0 || c.fields.at(l.peer).vertex == l.via || c.fields.at(field).vertex == l.via {
			hops = 1
		}
		how := max(c.stops[i].how, l.marks.how())
		c.reach(i, stop{at: l.peer, cell: l.peer, via: l.via, pair: l.pair, hops: hops, how: how, sight: step, tie: tie})
	}
	return led
}

func (m marks) how() reached {
	switch {
	case m&indirect != 0:
		return byInfluence
	case m&masking != 0:
		return byMask
	}
	return byValue
}

// related returns the fields that hold a place, are held by it, or are it: what
// happens to one happens to the other.
func (g *Graph) related(p place) func(yield func(int32) bool) {
	return func(yield func(int32) bool) {
		for path := p.path; path != ""; {
			path = path[:max(0, strings.LastIndexAny(path, ".[{"))]
			if i := g.fieldOf(place{p.vertex, path}); i >= 0 && !yield(i) {
				return
			}
		}
		for _, i := range g.below(p) {
			if within(g.fields.at(i).path, p.path) && !yield(i) {
				return
			}
		}
	}
}

// below are the fields of a dataset whose paths begin with a place's.
func (g *Graph) below(p place) []int32 {
	if p.vertex < 0 || g.vertices.at(p.vertex).details == nil {
		return nil
	}
	fields := g.vertices.at(p.vertex).fields
	from, _ := slices.BinarySearchFunc(fields, p.path, func(i int32, path string) int { return strings.Compare(g.fields.at(i).path, path) })
	to := from
	for to < len(fields) && strings.HasPrefix(g.fields.at(fields[to]).path, p.path) {
		to++
	}
	return fields[from:to]
}

// within reports whether a path is another or lies below it. All lie below "".
func within(path, top string) bool {
	rest, ok := strings.CutPrefix(path, top)
	return ok && (top == "" || rest == "" || strings.ContainsRune(".[{", rune(rest[0])))
}
