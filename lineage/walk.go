package lineage

import (
	"slices"
	"time"
)

// Way says which way a walk goes.
type Way string

// The ways.
const (
	Downstream Way = "downstream" // with the data: to what is made of it
	Upstream   Way = "upstream"   // against it: to what it is made of
)

// Bounds of walks.
const (
	// DefaultDepth is how far a walk goes that does not say.
	DefaultDepth = 20
	// MaxDepth is how far any walk goes.
	MaxDepth = 100
	// DefaultNodes is how many places a walk lists that does not say: as many as
	// a person can look at.
	DefaultNodes = 300
	// MaxNodes is how many places any walk lists.
	MaxNodes = 10_000
	// MaxCounted is how many places a walk counts that it does not list, before
	// it says that there are more.
	MaxCounted = 2000
	// MaxLinks is how many links a walk lists at most.
	MaxLinks = 20_000
)

// Walk asks what lies downstream or upstream of some places.
//
// Depth counts edges: a job is one hop from the dataset it reads, and what it
// writes is two. Where one field is made of another by a job, that is two hops
// as well, so that depths compare.
//
// If any place has a path, the walk is one from field to field, and places
// without a path stand for all their fields.
type Walk struct {
	From []Place
	Way  Way
	// Depth bounds the hops, MaxNodes the places listed; 0 for the defaults.
	Depth, MaxNodes int
	// Exposed has a walk of fields stop where values are masked and not follow
	// influence: who can see the values, rather than who breaks without them.
	Exposed bool
	// NoLinks spares the links of who wants none.
	NoLinks bool
	Scope
}

// Reach is what a walk found.
type Reach struct {
	// Hits are the places found, the nearest first; places of From are not
	// among them.
	Hits []Hit `json:"hits"`
	// Links are the edges among From and Hits.
	Links []Link `json:"links"`
	// Unknown are those of From that the graph does not hold.
	Unknown []Place `json:"unknown,omitempty"`
	// Blind are outputs on the way of a walk of fields which a job makes of
	// one of the fields' datasets, where nobody knows of what fields.
	Blind     []Blind `json:"fieldsUnknown,omitempty"`
	BlindLeft int     `json:"fieldsUnknownLeft,omitempty"`
	Cut
}

// Cut says what an answer leaves out.
type Cut struct {
	// Truncated is set if the answer is not whole for any of the reasons below.
	Truncated bool `json:"truncated"`
	// Left is how many places were found and not listed. AtLeast says that there
	// are more than were counted; of those as far away as the farthest counted,
	// no rule says then which are listed.
	Left    int  `json:"left,omitempty"`
	AtLeast bool `json:"atLeast,omitempty"`
	// Deeper is how many of the places at the greatest depth have edges onward.
	Deeper int `json:"deeper,omitempty"`
	// LinksLeft is how many links among what is listed are not listed.
	LinksLeft int `json:"linksLeft,omitempty"`
}

// Hit is a place that a walk found.
type Hit struct {
	Place
	// Hops is the length of the shortest path, in edges; of several the proven
	// and then the surest counts.
	Hops int `json:"hops"`
	// Parent is the place before this one on that path: an index into Hits, or
	// -1 if it is one of From, which Root then names by its index there.
	Parent int `json:"parent"`
	Root   int `json:"root"`
	// Via is the job passed on the last step, where that is two hops: between
	// fields, and through a job that takes this input into this output.
	Via ID `json:"via,omitzero"`
	// Confidence is the weakest on the path. Proven says that all of the path
	// rests on evidence of what happens, and no step on it is one of a job's
	// inputs into one of its outputs merely because both are there.
	Confidence Confidence `json:"confidence"`
	Proven     bool       `json:"proven"`
	// Status is the worst, and LastSeen the earliest last sighting, of the edges
	// on the path.
	Status   Status    `json:"status"`
	LastSeen time.Time `json:"lastSeen"`
	// Masked and Influenced tell of a field: that its value comes from the start
	// only masked, or that it is not made of the start at all but depends on
	// it (joined, filtered, grouped by it).
	Masked     bool `json:"masked,omitempty"`
	Influenced bool `json:"influenced,omitempty"`
	// End says that nothing that counts leads on: a sink downstream, a source
	// upstream.
	End bool `json:"end,omitempty"`
	Who
}

// Who says what people said of a node: whom to ask about it.
type Who struct {
	// Owners are the teams to tell: what rules say, then what facets say.
	Owners []string `json:"owners,omitempty"`
	// Tool says that a job reads everything and is no reader of the data, Hidden
	// that somebody does not want it shown: who draws leaves it out, but no answer
	// does, because who breaks still breaks.
	Tool   bool `json:"tool,omitempty"`
	Hidden bool `json:"hidden,omitempty"`
}

// Blind is an output of a job whose fields nobody traced.
type Blind struct {
	Input  ID `json:"input,omitzero"` // zero upstream, where it is the inputs that are not known
	Job    ID `json:"job"`
	Output ID `json:"output"`
}

// Walk answers a walk.
func (g *Graph) Walk(w Walk) Reach {
	n := g.lens(w.Scope)
	most := bound(w.MaxNodes, DefaultNodes, MaxNodes)
	c, unknown := g.start(n, &w, max(most, MaxCounted))
	defer c.release()
	c.exposed, c.bare = w.Exposed, w.NoLinks
	c.run()
	r := c.reachOf(most)
	r.Unknown = unknown
	return r
}

// start makes the crawl that answers a walk, with so many stops at most, and
// tells which of its places the graph does not hold.
func (g *Graph) start(n *lens, w *Walk, limit int) (c *crawl, unknown []Place) {
	depth := bound(w.Depth, DefaultDepth, MaxDepth)
	way := w.Way
	if way != Upstream {
		way = Downstream
	}
	flow := slices.ContainsFunc(w.From, func(p Place) bool { return p.Path != "" })
	var from []place
	var asked []int32
	for i, p := range w.From {
		at := place{g.find(p.Node), p.Path}
		switch {
		case at.vertex < 0:
			unknown = append(unknown, p)
		case !slices.Contains(from, at):
			from, asked = append(from, at), append(asked, int32(i))
		}
	}
	if flow {
		c = g.flowCrawl(n, way, depth, limit, from)
	} else {
		c = g.streamCrawl(n, way, depth, limit)
		for _, p := range from {
			c.root(p.vertex, p.vertex)
		}
	}
	c.asked = asked
	return c, unknown
}

// bound is a bound that was asked for, a default if none was, and never more
// than the most.
func bound(asked, otherwise, most int) int {
	if asked <= 0 {
		asked = otherwise
	}
	return min(asked, most)
}
