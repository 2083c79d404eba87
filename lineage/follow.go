package lineage

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// FollowOptions are how a Follower works. The zero value will do.
type FollowOptions struct {
	Options
	// Logger is told of faults, nil for nobody.
	Logger *slog.Logger
	// Every is how often a new graph is made at most, 0 for DefaultEvery.
	Every time.Duration
}

// DefaultEvery is how often a Follower makes a new graph at most.
const DefaultEvery = 100 * time.Millisecond

// Follower keeps a graph up with a store.
type Follower struct {
	graph atomic.Pointer[Graph]
}

// Follow makes a graph of all that a store has.
func Follow(ctx context.Context, store Store, opts FollowOptions) (*Follower, error) {
	return &Follower{}, nil
}

// Run follows the store until the context is done. A store that fails is asked
// again; what it said is logged.
func (f *Follower) Run(ctx context.Context) error { return nil }

// Graph is the newest graph.
func (f *Follower) Graph() *Graph { return f.graph.Load() }

// Await returns when the graph holds all that changed up to a cursor, which
// takes a Run, or when the context is done.
func (f *Follower) Await(ctx context.Context, c Cursor) error { return nil }
