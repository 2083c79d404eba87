package lineage

import (
	"runtime"
	"sync"
	"time"
)

// DefaultWindow is how long an edge counts as current after it was last seen.
const DefaultWindow = 30 * 24 * time.Hour

// Options are how a graph reads facts. The zero value will do.
type Options struct {
	// Window is how long an edge counts as current after it was last seen, 0 for
	// DefaultWindow.
	Window time.Duration
	// AliasesAsOf has names mean what they meant at a time, rather than what they
	// mean by all that is known.
	AliasesAsOf time.Time
}

// Graph is what facts say together. It never changes, and all its methods may
// be called at once. Make one with Build, and the next of it with With.
//
// Whatever the order in which facts came, and in whatever portions, the answers
// are the same.
type Graph struct {
	opts Options

	aliases aliases
	// names are all spellings that facts have used, folded; several may mean one
	// vertex.
	index table
	names vector[name]
	// vertices are datasets and jobs, and what else has things said of it.
	vertices vector[vertex]
	// topics finds names by the topic that they are.
	topics   table
	topicsOf vector[int32]

	// streams join datasets and jobs; throughs join inputs and outputs via the
	// jobs that turn one into the other.
	streams, throughs layer
	// fields are found by place; flows join them.
	places table
	fields vector[place]
	flows  layer

	pulses  int // how many jobs have one
	rules   map[string]Fact
	ruling  *ruling
	counts  Stats
	scratch *sync.Pool // of *board for walks
}

// name is a spelling of a node.
type name struct {
	node   Node
	vertex int32
	// spoken is set if a fact used the name; others are only what aliases lead to.
	spoken bool
	// first and last are from NodeFacts, 0 for none.
	first, last int64
	said        *said
}

// vertex is a node of the graph.
type vertex struct {
	node  Node
	names []int32 // that facts used
	*details
}

// details are what most vertices have nothing of.
type details struct {
	owner *edition // who may change them
	traits
	pulse pulse
	// fields of a dataset, in order of their paths.
	fields []int32
	// passes and traces are the pairs of throughs and flows via a job.
	passes, traces []int32
	// restricted are the outputs of a job into which not every input flows,
	// traced those of which it is known what fields they are made of; both in
	// order.
	restricted []restriction
	traced     []trace
}

// restriction says which throughs count for an output.
type restriction struct {
	output   int32
	explicit bool
}

// trace says when flows into an output were last seen.
type trace struct {
	output int32
	last   uint32
}

// place identifies a field; one with path "" is the dataset as a whole, or a job
// that makes or uses values itself.
type place struct {
	vertex int32
	path   string
}

// Build makes a graph of facts. Facts of kinds it has no use for are passed over;
// malformed ones are counted (Stats).
func Build(facts []Fact, opts Options) *Graph { return newGraph(opts).With(facts) }

func newGraph(opts Options) *Graph {
	if opts.Window <= 0 {
		opts.Window = DefaultWindow
	}
	return &Graph{opts: opts, aliases: aliases{asOf: opts.AliasesAsOf}, ruling: &ruling{}, scratch: &sync.Pool{}}
}

// With is the graph with more facts, or newer sightings of those it has. It costs
// as much as the change; only where names come to mean something else is
// everything resolved anew.
func (g *Graph) With(changes []Fact) *Graph {
	b := edit(g)
	for _, f := range changes {
		if f.Kind == KindAlias {
			b.add(f)
		}
	}
	if b.moved {
		b = rebuild(g, b)
	}
	for i, f := range changes {
		if f.Kind != KindAlias {
			b.add(f)
		}
		if i%yieldEvery == 0 {
			runtime.Gosched() // who asks a question waits for an answer; nobody waits for this
		}
	}
	return b.finish()
}

// yieldEvery is after how many facts a builder lets others have the processor.
const yieldEvery = 16

// movedBy reports whether aliases have names that the graph holds mean something
// else.
func (g *Graph) movedBy(aliases []Fact) bool {
	b := edit(g)
	for _, f := range aliases {
		b.add(f)
	}
	return b.moved
}

// Window is how long an edge counts as current after it was last seen.
func (g *Graph) Window() time.Duration { return g.opts.Window }

// Stats counts what a graph holds.
type Stats struct {
	Datasets   int `json:"datasets"`
	Jobs       int `json:"jobs"`
	Fields     int `json:"fields"`
	Edges      int `json:"edges"`      // between nodes, however often sighted
	FieldEdges int `json:"fieldEdges"` // between fields
	Aliases    int `json:"aliases"`    // names that mean another
	Malformed  int `json:"malformed"`  // facts that could not be read
}

// Stats counts what the graph holds.
func (g *Graph) Stats() Stats {
	s := g.counts
	s.Fields, s.Edges, s.FieldEdges = g.fields.n, g.streams.pairs.n, g.flows.pairs.n
	s.Aliases = g.aliases.count()
	return s
}

// find returns the vertex of a node, whatever its spelling, or -1.
func (g *Graph) find(n Node) int32 {
	n = Fold(n)
	if i := g.nameOf(n); i >= 0 {
		return g.names.at(i).vertex
	}
	if i := g.nameOf(g.resolve(n)); i >= 0 {
		return g.names.at(i).vertex
	}
	return -1
}

// nameOf returns the index of a folded name, or -1.
func (g *Graph) nameOf(n Node) int32 {
	return g.index.find(hashOf(n), func(i int32) bool { return g.names.at(i).node == n })
}

// fieldOf returns the index of a field, or -1.
func (g *Graph) fieldOf(p place) int32 {
	return g.places.find(hashOf(p), func(i int32) bool { return *g.fields.at(i) == p })
}

// resolve returns what a folded name means. A cluster means what its namespace
// means to its datasets.
func (g *Graph) resolve(n Node) Node {
	if n.Kind != clusterVertex {
		return g.aliases.resolve(n)
	}
	n.Namespace = g.aliases.resolve(Node{DatasetNode, n.ID}).Namespace
	return n
}

// Vertices that are no nodes, but have things said of them.
const (
	clusterVertex NodeKind = "cluster" // Namespace is its datasets' one: coverage
	subjectVertex NodeKind = "subject" // of the registry: uses
)
