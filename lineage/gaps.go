package lineage

import (
	"slices"
	"time"
)

// Listing asks for a page of a list, ordered by name.
type Listing struct {
	// Namespace is the only one wanted, "" for all.
	Namespace string
	// Limit bounds the page, 0 for DefaultPage; Offset says how many to pass
	// over.
	Limit, Offset int
	Scope
}

const (
	// DefaultPage is how long a page is that does not say.
	DefaultPage = 100
	// MaxPage is how long any page is.
	MaxPage = 1000
)

// Stream is a dataset in a list, with what is known of both its sides.
type Stream struct {
	Node
	Who
	// Readers and Writers are the jobs known to be such, tools not counted.
	Readers int `json:"readers"`
	Writers int `json:"writers"`
	// LastWritten and LastRead are when that was last seen, zero for never.
	LastWritten time.Time `json:"lastWritten,omitzero"`
	LastRead    time.Time `json:"lastRead,omitzero"`
	// Proven says that somebody looked all the time (Watch), so that nobody
	// reading it means that nobody does.
	Proven bool `json:"proven"`
}

// Orphans are the datasets that something writes and nobody is known to read. The
// number is that of all, of which one page is returned; so of the others.
func (g *Graph) Orphans(l Listing) ([]Stream, int) {
	return g.listStreams(l, func(s *Stream) bool { return s.Writers > 0 && s.Readers == 0 })
}

// Unproduced are the datasets that somebody reads and nothing is known to write.
func (g *Graph) Unproduced(l Listing) ([]Stream, int) {
	return g.listStreams(l, func(s *Stream) bool { return s.Readers > 0 && s.Writers == 0 })
}

// listStreams lists the datasets that are wanted.
func (g *Graph) listStreams(l Listing, wanted func(*Stream) bool) ([]Stream, int) {
	n := g.lens(l.Scope)
	l.Namespace = g.namespace(DatasetNode, l.Namespace)
	var all []Stream
	for i, v := range g.vertices.all() {
		if v.node.Kind != DatasetNode || l.Namespace != "" && v.node.Namespace != l.Namespace {
			continue
		}
		s := Stream{Node: v.node}
		near := g.streams.adjacent.at(i)
		s.Readers, s.LastRead = n.side(near.out)
		s.Writers, s.LastWritten = n.side(near.in)
		if wanted(&s) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b Stream) int { return a.Compare(b.Node) })
	streams := page(all, l)
	proven := map[string]bool{}
	for i := range streams {
		s := &streams[i]
		if _, ok := proven[s.Namespace]; !ok {
			proven[s.Namespace] = g.Watch(s.Namespace, l.Scope).Proven
		}
		s.Proven, s.Who = proven[s.Namespace], g.who(g.vertices.at(g.find(s.Node)))
	}
	return streams, len(all)
}

// side counts who is known to be on one side of a dataset, and tells when any was
// last seen there. Another dataset, if no job was named between, counts.
func (n *lens) side(links []link) (count int, last time.Time) {
	for k := range links {
		s, ok := n.see(&n.streams, &links[k])
		if !ok || !s.proven || n.isTool(n.vertices.at(links[k].peer)) {
			continue
		}
		count++
		if seen := instant(int64(s.last) * 1e6); seen.After(last) {
			last = seen
		}
	}
	return count, last
}

// Producer is a job in a list, with the datasets it writes.
type Producer struct {
	Node
	Who
	// Datasets are what it writes, at most 20; Left is how many more.
	Datasets []Node `json:"datasets"`
	Left     int    `json:"left,omitempty"`
	// Sightings tell how it is known.
	Sightings []Sighting `json:"sightings"`
	Interval
}

// UndocumentedProducers are the jobs that write topics and are known from
// watching alone: nobody declared them, they reported nothing, and no
// configuration of theirs is known. The namespace of the listing is the topic's.
func (g *Graph) UndocumentedProducers(l Listing) ([]Producer, int) {
	n := g.lens(l.Scope)
	l.Namespace = g.namespace(DatasetNode, l.Namespace)
	var all []Producer
	for i, v := range g.vertices.all() {
		if v.node.Kind == JobNode {
			if p, ok := n.undocumented(i, v, l.Namespace); ok {
				all = append(all, p)
			}
		}
	}
	slices.SortFunc(all, func(a, b Producer) int { return a.Compare(b.Node) })
	producers := page(all, l)
	for i := range producers {
		producers[i].Who = g.who(g.vertices.at(g.find(producers[i].Node)))
	}
	return producers, len(all)
}

// undocumented tells of a job that is one.
func (n *lens) undocumented(job int32, v *vertex, namespace string) (Producer, bool) {
	p := Producer{Node: v.node}
	near := n.streams.adjacent.at(job)
	for _, links := range [][]link{near.in, near.out} {
		for _, l := range links {
			if n.isDocumented(n.streams.pairs.at(l.pair)) {
				return p, false
			}
		}
	}
	for k := range near.out {
		l := &near.out[k]
		to := n.vertices.at(l.peer).node
		if _, _, topic := Topic(to.ID); !topic || namespace != "" && to.Namespace != namespace {
			continue
		}
		if _, ok := n.see(&n.streams, l); ok {
			p.add(to, n.link(n.streams.pairs.at(l.pair), false))
		}
	}
	slices.SortFunc(p.Datasets, Node.Compare)
	p.Left = max(0, len(p.Datasets)-maxTold)
	p.Datasets = p.Datasets[:min(len(p.Datasets), maxTold)]
	p.Sightings = told(p.Sightings)
	return p, len(p.Datasets) > 0
}

func (p *Producer) add(dataset Node, l Link) {
	if len(p.Datasets) == 0 {
		p.Interval = l.Interval
	}
	p.Interval = p.Span(l.Interval)
	p.Datasets = append(p.Datasets, dataset)
	p.Sightings = append(p.Sightings, l.Sightings...)
}

// isDocumented reports whether anybody said of an edge that it is there, at
// whatever time, rather than that it was seen from outside.
func (n *lens) isDocumented(p *pair) bool {
	for w := range p.witnesses() {
		switch w.what.Value().evidence {
		case Declared, Reported, Configured, Parsed:
			return true
		}
	}
	return false
}
