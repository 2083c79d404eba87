package lineage

import "slices"

// Between asks for the shortest path between two places, whichever is upstream
// of the other. Two places with paths are joined by fields; else by nodes.
type Between struct {
	From, To Place
	// Depth bounds the hops, 0 for MaxDepth.
	Depth int
	Scope
}

// Route is a path between two places.
type Route struct {
	// Way says where To lies, seen from From; "" if there is no path.
	Way Way `json:"way,omitempty"`
	// Steps lead with the data, from the upstream place to the downstream one.
	Steps []Link `json:"steps"`
	// Confidence is the weakest of the steps; Proven as in Hit.
	Confidence Confidence `json:"confidence"`
	Proven     bool       `json:"proven"`
	// Cut says whether the search was given up before all was searched.
	Cut
}

// maxSearched is how many places a search for a path looks at in each way.
const maxSearched = 50_000

// Path answers Between. It reports false where no path is known: with a
// truncated route if there may be one beyond the bounds.
func (g *Graph) Path(b Between) (Route, bool) {
	n := g.lens(b.Scope)
	missed := Route{Steps: []Link{}}
	for _, way := range []Way{Downstream, Upstream} {
		r, ok := g.search(n, b, way)
		if ok {
			return r, true
		}
		missed.Truncated = missed.Truncated || r.Truncated
		missed.AtLeast = missed.AtLeast || r.AtLeast
	}
	return missed, false
}

// search looks for a path one way.
func (g *Graph) search(n *lens, b Between, way Way) (Route, bool) {
	from, to := place{g.find(b.From.Node), b.From.Path}, place{g.find(b.To.Node), b.To.Path}
	if from.vertex < 0 || to.vertex < 0 {
		return Route{}, false
	}
	depth := bound(b.Depth, MaxDepth, MaxDepth)
	var c *crawl
	if from.path == "" && to.path == "" {
		c = g.streamCrawl(n, way, depth, maxSearched)
		c.root(from.vertex, from.vertex)
		c.goal = []int32{to.vertex, c.closed(to.vertex)}
	} else {
		c = g.flowCrawl(n, way, depth, maxSearched, []place{from})
		c.goal = slices.Collect(g.related(to))
	}
	defer c.release()
	c.run()
	i := c.nearestGoal(c.depth)
	if i < 0 {
		return Route{Cut: Cut{Truncated: c.cut, AtLeast: c.cut}}, false
	}
	r := Route{Way: way, Steps: []Link{}, Confidence: confidence(c.stops[i].percent), Proven: c.stops[i].proven}
	for ; c.stops[i].parent >= 0; i = c.stops[i].parent {
		r.Steps = append(r.Steps, c.lastSteps(i)...)
	}
	if way == Downstream {
		slices.Reverse(r.Steps)
	}
	return r, true
}

// lastSteps are the links by which a stop was reached, the last one first.
func (c *crawl) lastSteps(i int32) []Link {
	s := &c.stops[i]
	if s.pair >= 0 {
		if c.roots != nil {
			return []Link{c.link(c.flows.pairs.at(s.pair), true)}
		}
		return []Link{c.link(c.streams.pairs.at(s.pair), false)}
	}
	job, parent := c.streams.adjacent.at(s.via), c.stops[s.parent].at
	last, first := linkTo(job.out, s.at), linkTo(job.in, parent)
	if c.way == Upstream {
		last, first = linkTo(job.in, s.at), linkTo(job.out, parent)
	}
	return []Link{c.link(c.streams.pairs.at(last.pair), false), c.link(c.streams.pairs.at(first.pair), false)}
}
