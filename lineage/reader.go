package lineage

import (
	"cmp"
	"slices"
	"strings"
)

// Knowledge says what is known of a reader and a field.
type Knowledge string

// The kinds of knowledge.
const (
	UsesField  Knowledge = "uses"    // it makes something of the field
	MayUse     Knowledge = "unknown" // it reads the stream, nobody knows which fields
	UsesOthers Knowledge = "others"  // all its outputs are known field by field, and none is made of this one: still a reader
	LeftStream Knowledge = "left"    // it used to read the stream: stale or ended
	MayRead    Knowledge = "may"     // a guess, a permission, a tool's request: nothing shows that it reads the stream
)

// Reader is a job that reads a stream, or a client that fetched its schema.
type Reader struct {
	Job       ID        `json:"job"`
	Knowledge Knowledge `json:"knowledge"`
	// Fields are the paths at, above or below the one asked for that it is known
	// to use, at most 20.
	Fields []string `json:"fields,omitempty"`
	// Versions are those of the subjects that it fetched, lowest first, at most
	// 20 of the highest.
	Versions []int `json:"versions,omitempty"`
	// Sightings tell how it is known to read the stream, or, of one that uses
	// the field, how that is known: the strongest evidence first.
	Sightings  []Sighting `json:"sightings"`
	Confidence Confidence `json:"confidence"`
	Proven     bool       `json:"proven"`
	Status     Status     `json:"status"`
	Interval
	Who
	// Extent is what lies downstream of the reader.
	Extent Extent `json:"extent"`
}

// Extent counts what lies downstream of something.
type Extent struct {
	Datasets int `json:"datasets"`
	Jobs     int `json:"jobs"`
	// Fields are those made of the field asked for, by this reader and on.
	Fields int `json:"fields"`
	// Sinks are the datasets and jobs of which nothing more is known to be made.
	Sinks int `json:"sinks"`
	// AtLeast says that counting was given up, so that there may be more.
	AtLeast bool `json:"atLeast,omitempty"`
}

// reading is a reader of a stream, whatever the field.
type reading struct {
	job int32 // -1 for a client that is no job of the graph
	id  ID
	// edges are from the stream's datasets, flows from their fields; fetched is
	// what the client did.
	edges   proof
	flows   proof
	fetched []Use
	extent  Extent
	who     Who
	traced  bool // of all that it makes of the stream it is known what fields it is made of
}

// maxTold bounds short lists in a Reader.
const maxTold = 20

// proof is how something is known: the best of the pairs that show it.
type proof []shown

type shown struct {
	sight
	tie uint64
	*pair
}

// add takes a pair, if it is among the best.
func (p *proof) add(s sight, tie uint64, pair *pair) {
	at, _ := slices.BinarySearchFunc(*p, shown{s, tie, pair}, func(a, b shown) int {
		switch {
		case a.better(b.sight):
			return -1
		case b.better(a.sight):
			return 1
		}
		return cmp.Compare(a.tie, b.tie)
	})
	if at < maxTold {
		*p = slices.Insert(*p, at, shown{s, tie, pair})
		*p = (*p)[:min(len(*p), maxTold)]
	}
}

// readersOf are all who read a stream: jobs with an edge from one of its datasets
// or from one of their fields, and clients that fetched its schemas.
func (n *lens) readersOf(datasets []int32, subjects []string, depth int) []*reading {
	known := map[int32]*reading{}
	var all []*reading
	meet := func(job int32) *reading {
		r := known[job]
		if r == nil {
			v := n.vertices.at(job)
			r = &reading{job: job, id: v.node.ID, who: n.who(v)}
			known[job] = r
			all = append(all, r)
		}
		return r
	}
	for _, d := range datasets {
		for _, l := range n.streams.adjacent.at(d).out {
			if s, ok := n.see(&n.streams, &l); ok && n.streams.adjacent.at(l.peer).job {
				meet(l.peer).edges.add(s, n.streams.adjacent.at(d).tie, n.streams.pairs.at(l.pair))
			}
		}
		for _, f := range n.below(place{d, ""}) {
			for _, l := range n.flows.adjacent.at(f).out {
				if s, ok := n.see(&n.flows, &l); ok && l.via >= 0 {
					meet(l.via).flows.add(s, n.tieOfFlow(f, &l), n.flows.pairs.at(l.pair))
				}
			}
		}
	}
	for _, r := range all {
		r.traced = n.tracesAll(r.job, datasets)
		r.extent = n.extent(r.job, datasets, depth, share(len(all)))
	}
	return n.clients(all, known, subjects)
}

// tieOfFlow orders flows the same in every graph.
func (g *Graph) tieOfFlow(from int32, l *link) uint64 {
	return g.flows.adjacent.at(from).tie*3 + g.flows.adjacent.at(l.peer).tie*5 + uint64(l.marks)
}

// clients adds those who fetched the schemas of subjects.
func (n *lens) clients(all []*reading, known map[int32]*reading, subjects []string) []*reading {
	strangers := map[ID]*reading{}
	for _, subject := range subjects {
		for _, u := range n.Uses(subject) {
			if u.Action != Fetched && u.Action != Latest {
				continue // what producers do
			}
			if _, ok := n.fetch(&u); !ok {
				continue
			}
			job := n.Resolve(Node{JobNode, u.Client})
			v := n.find(job)
			r := known[v]
			if r == nil {
				r = strangers[job.ID]
			}
			if r == nil {
				r = &reading{job: v, id: job.ID, who: n.who(&vertex{node: job})}
				if v >= 0 {
					r.who = n.who(n.vertices.at(v))
				}
				strangers[job.ID] = r
				all = append(all, r)
			}
			r.fetched = append(r.fetched, u)
		}
	}
	return all
}

// fetch judges a use as if it were an edge. To ask for the newest schema is what
// producers and tools do as well.
func (n *lens) fetch(u *Use) (s Sighting, ok bool) {
	s = Sighting{Evidence: Used, Source: "registry", Confidence: Likely, Note: string(u.Action) + " the schema", Interval: u.Interval}
	if u.Action == Latest {
		s.Confidence = Doubtful
	}
	if percent(s.Confidence) < n.min || len(n.evidence) > 0 && !slices.Contains(n.evidence, Used) {
		return s, false
	}
	status, ok := n.timely(second(micros(u.First)), second(micros(u.Last)), never)
	s.Status = statuses[status]
	return s, ok
}

// extent counts what lies downstream of a job, as far as it is made of a stream.
func (n *lens) extent(job int32, datasets []int32, depth, limit int) Extent {
	c := n.streamCrawl(n, Downstream, depth, limit)
	defer c.release()
	c.root(job, job)
	c.stops[0].done = true
	for _, d := range datasets {
		for _, l := range c.outputsOf(job, d) {
			if step, ok := c.see(&c.streams, &l); ok {
				c.reach(0, stop{at: l.peer, cell: l.peer, via: -1, pair: l.pair, hops: 1, sight: step})
			}
		}
	}
	c.run()
	out := Extent{AtLeast: c.cut}
	for i := range c.stops[1:] {
		s := &c.stops[1+i]
		if c.streams.adjacent.at(s.at).job {
			out.Jobs++
		} else {
			out.Datasets++
		}
		if s.end {
			out.Sinks++
		}
		out.AtLeast = out.AtLeast || !s.done
	}
	return out
}

// using is what is known of a job and a field.
type using struct {
	paths []string
	proof
}

// usesOf tells which jobs are known to use a field of a stream.
func (n *lens) usesOf(datasets []int32, path string) map[int32]*using {
	uses := map[int32]*using{}
	for _, d := range datasets {
		for f := range n.related(place{d, path}) {
			for _, l := range n.flows.adjacent.at(f).out {
				step, ok := n.see(&n.flows, &l)
				if !ok || l.via < 0 || !step.proven {
					continue
				}
				u := uses[l.via]
				if u == nil {
					u = &using{}
					uses[l.via] = u
				}
				u.add(step, n.tieOfFlow(f, &l), n.flows.pairs.at(l.pair))
				if used := n.fields.at(f).path; !slices.Contains(u.paths, used) && len(u.paths) < maxTold {
					u.paths = append(u.paths, used)
				}
			}
		}
	}
	return uses
}

// share is how many places are counted for each of so many readers.
func share(readers int) int { return max(50, MaxCounted/max(1, readers)) }

// reader tells of a reader and a field. It is one of so many.
func (n *lens) reader(r *reading, u *using, datasets []int32, path string, readers int) Reader {
	out := Reader{Job: r.id, Who: r.who, Extent: r.extent, Sightings: []Sighting{}}
	known, flow := r.edges, false
	switch {
	case u != nil && path != "":
		known, flow = u.proof, true
		out.Fields = slices.Sorted(slices.Values(u.paths))
	case len(known) == 0:
		known, flow = r.flows, true
	}
	best := sight{status: 3}
	for i, p := range known {
		out.Sightings = append(out.Sightings, n.link(p.pair, flow).Sightings...)
		if i == 0 {
			best = p.sight
		}
	}
	for i := range r.fetched {
		out.Versions = append(out.Versions, r.fetched[i].Version)
		s, _ := n.fetch(&r.fetched[i])
		out.Sightings = append(out.Sightings, s)
		if f := (sight{s.Status.rank(), percent(s.Confidence), r.fetched[i].Action == Fetched, 0}); f.better(best) {
			best = f
		}
	}
	out.settle(best)
	out.Knowledge = r.knowledge(u != nil, best, path)
	if u != nil && path != "" {
		out.Extent.Fields = n.fieldsMade(r.job, datasets, path, readers)
	}
	return out
}

// settle puts the lists of a reader in order, and cuts them.
func (r *Reader) settle(best sight) {
	r.Status, r.Confidence, r.Proven = statuses[min(best.status, 2)], confidence(best.percent), best.proven
	for i, s := range r.Sightings {
		if i == 0 {
			r.Interval = s.Interval
		}
		r.Interval = r.Span(s.Interval)
	}
	r.Sightings = told(r.Sightings)
	slices.Sort(r.Versions)
	r.Versions = slices.Compact(r.Versions)
	r.Versions = r.Versions[max(0, len(r.Versions)-maxTold):]
}

// knowledge says what is known of a reader and a field.
func (r *reading) knowledge(uses bool, best sight, path string) Knowledge {
	switch {
	case best.status != 0:
		return LeftStream
	case !best.proven:
		return MayRead
	case uses || path == "":
		return UsesField
	case r.traced && len(r.fetched) == 0:
		return UsesOthers
	}
	return MayUse
}

// tracesAll reports whether of all that a job makes of a stream it is known what
// fields it is made of. A job that makes nothing says nothing.
func (n *lens) tracesAll(job int32, datasets []int32) bool {
	c := crawl{lens: n, way: Downstream}
	outputs := 0
	for _, d := range datasets {
		if linkTo(n.streams.adjacent.at(job).in, d) == nil {
			continue
		}
		for _, l := range c.outputsOf(job, d) {
			if outputs++; !n.isTraced(job, &l, l.peer) {
				return false
			}
		}
	}
	return outputs > 0
}

// fieldsMade counts the fields that a job makes of a field, and that are made of
// those.
func (n *lens) fieldsMade(job int32, datasets []int32, path string, readers int) int {
	var from []place
	for _, d := range datasets {
		from = append(from, place{d, path})
	}
	c := n.flowCrawl(n, Downstream, DefaultDepth, share(readers), from)
	defer c.release()
	c.only = job
	c.run()
	return len(c.stops) - len(from)
}

// compareReaders orders readers of a field: by what is known of them, tools last,
// the surest first.
func compareReaders(a, b Reader) int {
	order := []Knowledge{UsesField, MayUse, UsesOthers, MayRead, LeftStream}
	rank := func(r Reader) int {
		if r.Tool {
			return len(order)
		}
		return slices.Index(order, r.Knowledge)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Confidence, a.Confidence), a.Job.Compare(b.Job))
}

// told puts sightings in order, each once, and cuts them.
func told(sightings []Sighting) []Sighting {
	slices.SortFunc(sightings, compareSightings)
	sightings = slices.Compact(sightings)
	return sightings[:min(len(sightings), maxTold)]
}

// compareSightings orders sightings, the strongest evidence first.
func compareSightings(a, b Sighting) int {
	return cmp.Or(cmp.Compare(a.Evidence.rank(), b.Evidence.rank()), cmp.Compare(b.Confidence, a.Confidence),
		strings.Compare(a.Source, b.Source), b.Last.Compare(a.Last), a.First.Compare(b.First), strings.Compare(a.Note, b.Note))
}
