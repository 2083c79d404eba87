package lineage

import (
	"cmp"
	"slices"
)

// crawl is a search from some places outward, the nearest first. It is done in
// rounds of one hop; of several ways to a place in one round the best stands:
// the proven, then the surest, then the one whose last place has the least
// tie. So the result does not depend on the order of anything.
//
// Fields are searched three times: along values, then along masked values, then
// along influence. A place belongs to the first of them that reaches it.
type crawl struct {
	*lens
	way   Way
	depth int32
	limit int // of stops

	stops []stop
	queue [kindsOfReach][][]int32 // by how a place is reached, then hops: indexes of stops
	board *board
	cut   bool // there are more than limit
	bare  bool // nobody asks for links
	// scanned counts links that were looked at to tell of the stops.
	scanned int
	onward  func(c *crawl, i int32)
	asked   []int32 // for each root, its index in the question
	goal    []int32 // cells of places, of which one is enough
	// restricted are the outputs of jobs as they were at the lens's time.
	restricted map[int32][]restriction

	// Of walks of fields:
	roots   []place // of stops before the first hit
	exposed bool
	only    int32 // the job that the first step goes through, -1 for any
}

// reached says how a field is reached.
type reached uint8

const (
	byValue reached = iota
	byMask
	byInfluence
	kindsOfReach
)

// stop is a place that a crawl has found.
type stop struct {
	at     int32 // a vertex or field; -1 for a root that the graph has nothing of
	cell   int32 // of the board
	parent int32 // a stop, -1 for a root
	via    int32 // the job passed on the last step, -1 if it is a stop of its own
	pair   int32 // of the last step; of two hops between nodes, the second
	hops   int32
	sight
	how  reached
	done bool
	end  bool   // nothing leads on
	tie  uint64 // the parent's
}

// board remembers which places a crawl has found. It is used again by others, so
// who is done empties the cells it has set.
type board struct {
	cells []int32 // a stop's index, one too high; 0 for none
	set   []int32 // the cells that are not empty
	stops []stop  // room for those of a crawl
}

// at returns the stop in a cell, or -1.
func (b *board) at(cell int32) int32 { return b.cells[cell] - 1 }

func (b *board) put(cell, stop int32) {
	b.cells[cell] = stop + 1
	b.set = append(b.set, cell)
}

// newCrawl starts a crawl over so many cells.
func newCrawl(n *lens, way Way, depth, limit, cells int, onward func(*crawl, int32)) *crawl {
	b, ok := n.scratch.Get().(*board)
	if !ok {
		b = &board{}
	}
	if len(b.cells) < cells {
		b.cells = make([]int32, cells+cells/4)
	}
	return &crawl{lens: n, way: way, depth: int32(depth), limit: limit, board: b, stops: b.stops[:0], onward: onward, only: -1} //nolint:gosec // at most MaxDepth
}

// release gives back what the crawl borrowed: it must not be used any more.
func (c *crawl) release() {
	b := c.board
	for _, cell := range b.set {
		b.cells[cell] = 0
	}
	b.set, b.stops = b.set[:0], c.stops
	c.board, c.stops = nil, nil
	c.scratch.Put(b)
}

// root starts from a place; cell is -1 if the graph has nothing of it.
func (c *crawl) root(at, cell int32) {
	i := int32(len(c.stops)) //nolint:gosec // at most limit
	if cell >= 0 {
		c.board.put(cell, i)
	}
	c.stops = append(c.stops, stop{at: at, cell: cell, parent: -1, via: -1, pair: -1, sight: sight{percent: 100, proven: true, last: never}})
	c.enqueue(i)
}

func (c *crawl) enqueue(i int32) {
	s := &c.stops[i]
	q := &c.queue[s.how]
	for int(s.hops) >= len(*q) {
		*q = append(*q, nil)
	}
	(*q)[s.hops] = append((*q)[s.hops], i)
}

// run searches until there is no more, or the bounds are met.
func (c *crawl) run() {
	for how := range c.queue {
		for hops := int32(0); int(hops) < len(c.queue[how]) && hops < c.depth; hops++ {
			if c.arrived(hops) {
				return
			}
			round := c.queue[how][hops]
			if c.roots != nil {
				slices.SortFunc(round, c.compare)
			}
			for _, i := range round {
				if s := &c.stops[i]; s.hops == hops && int(s.how) == how && !s.done {
					s.done = true
					c.onward(c, i)
				}
			}
		}
	}
}

// arrived reports whether a goal was reached that no later round can reach better.
func (c *crawl) arrived(hops int32) bool { return c.nearestGoal(hops) >= 0 }

// nearestGoal returns the best stop at a goal, of those so near, or -1.
func (c *crawl) nearestGoal(hops int32) int32 {
	best := int32(-1)
	for _, cell := range c.goal {
		i := c.board.at(cell)
		if i < 0 || c.stops[i].hops > hops {
			continue
		}
		if best < 0 || cmp.Or(cmp.Compare(c.stops[i].how, c.stops[best].how), cmp.Compare(c.stops[i].hops, c.stops[best].hops), c.compare(i, best)) < 0 {
			best = i
		}
	}
	return best
}

// compare orders stops of one round, the best first.
func (c *crawl) compare(i, j int32) int {
	a, b := &c.stops[i], &c.stops[j]
	if d := a.beats(b); d != 0 {
		return d
	}
	return cmp.Or(cmp.Compare(a.tie, b.tie), cmp.Compare(c.tieOf(a), c.tieOf(b)))
}

// tieOf returns a stop's own tie.
func (c *crawl) tieOf(s *stop) uint64 {
	switch {
	case s.at < 0:
		return 0
	case c.roots != nil:
		return c.flows.adjacent.at(s.at).tie
	}
	return c.streams.adjacent.at(s.at).tie
}

// beats compares paths: negative if a stop's is the better.
func (s *stop) beats(o *stop) int {
	if s.proven != o.proven {
		if s.proven {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(o.percent, s.percent), cmp.Compare(s.status, o.status), cmp.Compare(o.last, s.last))
}

// reach arrives at a place from a stop. The hops and the sight of s are those of
// the step.
func (c *crawl) reach(from int32, s stop) {
	parent := &c.stops[from]
	s.parent, s.hops = from, parent.hops+s.hops
	s.sight = parent.then(s.sight)
	if s.hops > c.depth {
		return
	}
	known := c.board.at(s.cell)
	if known < 0 {
		if len(c.stops) >= c.limit {
			c.cut = true
			return
		}
		known = int32(len(c.stops)) //nolint:gosec // at most limit
		c.board.put(s.cell, known)
		c.stops = append(c.stops, s)
		c.enqueue(known)
		return
	}
	k := &c.stops[known]
	switch {
	case k.done || k.parent < 0 || cmp.Or(cmp.Compare(k.how, s.how), cmp.Compare(k.hops, s.hops)) < 0:
		return
	case k.how == s.how && k.hops == s.hops:
		if cmp.Or(s.beats(k), cmp.Compare(s.tie, k.tie)) < 0 {
			*k = s
		}
		return
	}
	*k = s
	c.enqueue(known)
}
