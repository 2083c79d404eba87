package lineage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
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

const (
	// DefaultEvery is how often a Follower makes a new graph at most.
	DefaultEvery = 100 * time.Millisecond
	// retryEvery is how long a Follower waits for a store that fails.
	retryEvery = time.Second
	// batchSize is how many facts go into a graph at once.
	batchSize = 10_000
)

// graphed are the kinds of facts that a graph is made of, but for aliases, which
// come first.
var graphed = []Kind{
	KindNode, KindEdge, KindThrough, KindField, KindFacet, KindAlias, KindStatement, KindUse, KindCoverage, KindRule,
}

// Follower keeps a graph up with a store.
type Follower struct {
	store  Store
	opts   FollowOptions
	graph  atomic.Pointer[Graph]
	cursor Cursor // how far Run has read the store

	mu      sync.Mutex
	held    Cursor        // how far the published graph goes
	renewed chan struct{} // closed when held moves
	// While a graph is made in which names mean something else, since are the
	// facts that it does not have yet, up to read.
	rebuilding bool
	since      []Fact
	read       Cursor
	rebuilds   sync.WaitGroup
	told       bool // of malformed facts
}

// Follow makes a graph of all that a store has.
func Follow(ctx context.Context, store Store, opts FollowOptions) (*Follower, error) {
	if opts.Every <= 0 {
		opts.Every = DefaultEvery
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	f := &Follower{store: store, opts: opts, renewed: make(chan struct{})}
	b := edit(newGraph(opts.Options))
	for _, kinds := range [][]Kind{{KindAlias}, graphed} {
		b.moved = false // names mean what they do from the first
		for change, err := range store.Changes(ctx, 0, kinds...) {
			if err != nil {
				return nil, fmt.Errorf("reading lineage: %w", err)
			}
			b.add(change.Fact)
			f.cursor = max(f.cursor, change.Cursor)
		}
	}
	g := b.finish()
	if b.moved { // by an alias that came between the two readings
		g = rebuild(g, b).finish()
	}
	f.publish(g, f.cursor)
	return f, nil
}

// Run follows the store until the context is done, which is no error. A store
// that fails is asked again; what it said is logged.
func (f *Follower) Run(ctx context.Context) error {
	defer f.rebuilds.Wait()
	for {
		pause := f.opts.Every
		if err := f.catchUp(ctx); err != nil && ctx.Err() == nil {
			if errors.Is(err, ErrClosed) {
				return err
			}
			f.opts.Logger.Error("lineage cannot be followed, trying again", "error", err)
			pause = max(pause, retryEvery)
		} else if ctx.Err() == nil {
			// An error shows again at the next reading, which is told of.
			_ = f.store.Wait(ctx, f.cursor, math.MaxInt64)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// catchUp reads what has changed. It reads kinds that no graph is made of too,
// because Await is asked for any cursor.
func (f *Follower) catchUp(ctx context.Context) error {
	var batch []Fact
	for change, err := range f.store.Changes(ctx, f.cursor) {
		if err != nil {
			return err
		}
		batch = append(batch, change.Fact)
		f.cursor = change.Cursor
		if len(batch) == batchSize {
			f.apply(batch, f.cursor)
			batch = nil
		}
	}
	if len(batch) > 0 {
		f.apply(batch, f.cursor)
	}
	return nil
}

// apply puts facts into the graph. Where they have names mean something else, the
// graph goes on without those aliases while another is made.
func (f *Follower) apply(batch []Fact, upTo Cursor) {
	f.mu.Lock()
	defer f.mu.Unlock()
	g := f.Graph()
	aliases, others := splitAliases(batch)
	if !f.rebuilding && (len(aliases) == 0 || !g.movedBy(aliases)) {
		f.publishLocked(g.With(batch), upTo)
		return
	}
	g = g.With(others)
	f.graph.Store(g)
	f.read = upTo
	if f.rebuilding {
		f.since = append(f.since, batch...)
		return
	}
	f.rebuilding = true
	f.rebuilds.Go(func() { f.rebuild(g, aliases) })
}

// rebuild makes a graph with aliases, and then with what has come meanwhile. Are
// there aliases again, it begins anew with the graph it has made, so that however
// fast they come each graph has more of them.
func (f *Follower) rebuild(g *Graph, aliases []Fact) {
	for len(aliases) > 0 {
		g = g.With(aliases)
		aliases = nil
		for facts := f.meanwhile(); len(facts) > 0; facts = f.meanwhile() {
			more, others := splitAliases(facts)
			aliases = append(aliases, more...)
			g = g.With(others)
		}
		g, aliases = f.exchange(g, aliases)
	}
}

// meanwhile returns what has come since it was asked last.
func (f *Follower) meanwhile() []Fact {
	f.mu.Lock()
	defer f.mu.Unlock()
	facts := f.since
	f.since = nil
	return facts
}

// exchange publishes a graph that lacks some aliases, and what has come just now:
// with the latter. If that leaves no alias out, the rebuilding is over; else it
// returns the graph and those that are left.
func (f *Follower) exchange(g *Graph, aliases []Fact) (*Graph, []Fact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	more, others := splitAliases(f.since)
	f.since = nil
	g, aliases = g.With(others), append(aliases, more...)
	if len(aliases) > 0 && g.movedBy(aliases) {
		f.graph.Store(g)
		return g, aliases
	}
	f.rebuilding = false
	f.publishLocked(g.With(aliases), f.read)
	return nil, nil
}

func splitAliases(facts []Fact) (aliases, others []Fact) {
	for _, f := range facts {
		if f.Kind == KindAlias {
			aliases = append(aliases, f)
		} else {
			others = append(others, f)
		}
	}
	return aliases, others
}

func (f *Follower) publish(g *Graph, upTo Cursor) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.publishLocked(g, upTo)
}

func (f *Follower) publishLocked(g *Graph, upTo Cursor) {
	f.graph.Store(g)
	f.held = upTo
	close(f.renewed)
	f.renewed = make(chan struct{})
	if g.counts.Malformed > 0 && !f.told {
		f.told = true
		f.opts.Logger.Warn("lineage has facts that cannot be read; they are left out", "facts", g.counts.Malformed)
	}
}

// Graph is the newest graph.
func (f *Follower) Graph() *Graph { return f.graph.Load() }

// Await returns when the graph holds all that changed up to a cursor, which
// takes a Run, or when the context is done.
func (f *Follower) Await(ctx context.Context, c Cursor) error {
	for {
		f.mu.Lock()
		held, renewed := f.held, f.renewed
		f.mu.Unlock()
		if held >= c {
			return nil
		}
		select {
		case <-renewed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
