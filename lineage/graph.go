package lineage

import "time"

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
type Graph struct {
	opts Options
}

// Build makes a graph of facts. Facts of kinds it has no use for are passed over;
// malformed ones are counted (Stats).
func Build(facts []Fact, opts Options) *Graph { return &Graph{opts: opts} }

// With is the graph with more facts, or newer sightings of those it has. It costs
// as much as the change; only where names come to mean something else is
// everything resolved anew. With must not be called on one graph by several
// goroutines at once.
func (g *Graph) With(changes []Fact) *Graph { return g }

// Window is how long an edge counts as current after it was last seen.
func (g *Graph) Window() time.Duration { return g.opts.Window }

// Stats counts what a graph holds.
type Stats struct {
	Datasets   int `json:"datasets"`
	Jobs       int `json:"jobs"`
	Fields     int `json:"fields"`
	Edges      int `json:"edges"`      // between nodes, however often sighted
	FieldEdges int `json:"fieldEdges"` // between fields
	Sightings  int `json:"sightings"`  // of both
	Aliases    int `json:"aliases"`    // names that mean another
	Malformed  int `json:"malformed"`  // facts that could not be read
}

// Stats counts what the graph holds.
func (g *Graph) Stats() Stats { return Stats{} }
