// Package registry is the core of Accord: it owns what was decided (schemas,
// versions, references, configuration, modes, encryption keys), decides what
// may be added, and keeps it in a log.
//
// A Registry answers reads from an immutable State in memory and sends writes
// through one sequencer, which decides them on the state, appends the records
// to the Log and publishes the state that follows. DESIGN.md tells the rules.
// It knows no HTTP and no particular store.
package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// Options configure a Registry.
type Options struct {
	// Log is the store. The registry closes it.
	Log Log
	// Logger receives what went wrong behind the scenes. Default: discarded.
	Logger *slog.Logger
	// Now is the clock that stamps records. Required.
	Now func() time.Time
	// Lineage knows who reads streams, for the gate. nil is a registry that
	// nobody tells: readers are called unknown then.
	Lineage Lineage
	// Readers tells of a subject's readers in place of Lineage, nil where it
	// does not. It is how another registry is asked.
	Readers func(subject string) contracts.Readers
	// TextCache bounds, in bytes, the schema texts kept in memory; those
	// beyond it are read from the log. Default 256 MiB.
	TextCache int
	// ParseCache bounds, in bytes, the parsed schemas kept for comparing: half
	// for texts that clients send, half for versions. Default 256 MiB.
	ParseCache int
	// MaxAssociations bounds how many associations there may be: all of them
	// lie in memory. Replicas must agree on it. Default 100,000.
	MaxAssociations int
}

const (
	defaultCache           = 256 << 20
	defaultMaxAssociations = 100_000
)

// Registry is the catalog of subjects with everything that is decided about
// them. All methods are safe for concurrent use; refusals are *Error.
type Registry struct {
	log    Log
	logger *slog.Logger
	now    func() time.Time
	// lineage is nil where nobody observes.
	lineage Lineage
	// others tells of readers in its place, nil where nobody does.
	others func(subject string) contracts.Readers

	state atomic.Pointer[State]
	texts *budgetCache[Offset, string]
	// parsed remembers schemas by what was parsed, stored by where they lie.
	parsed *budgetCache[sourceKey, *understood]
	stored *budgetCache[Offset, *understood]
	// promises remembers contracts by where they lie.
	promises *budgetCache[Offset, *contracts.Contract]
	// documents remembers contracts by what was read.
	documents *budgetCache[sourceKey, *odcs.Document]
	// tallies remembers by subject how much there is to say of it.
	tallies *budgetCache[string, tally]

	maxAssociations int

	writes  chan *write
	wanted  chan struct{} // a pass over the log, next says whose
	next    nextPass
	closing chan struct{} // closed by Close: take no more writes
	stopped chan struct{} // closed by the sequencer: nothing moves any more
	cancel  context.CancelFunc
	close   func() error
}

// Open reads the log and starts the two goroutines that follow it and write to
// it; Close ends them.
func Open(ctx context.Context, opts Options) (*Registry, error) {
	if opts.Log == nil || opts.Now == nil {
		return nil, errors.New("open registry: Options.Log and Options.Now are required")
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Registry{
		log: opts.Log, logger: opts.Logger, now: opts.Now, lineage: opts.Lineage, others: opts.Readers,
		texts:           newBudgetCache[Offset](cmp.Or(opts.TextCache, defaultCache), func(t string) int { return len(t) }),
		parsed:          newBudgetCache[sourceKey](cmp.Or(opts.ParseCache, defaultCache)/2, (*understood).weight),
		stored:          newBudgetCache[Offset](cmp.Or(opts.ParseCache, defaultCache)/2, (*understood).weight),
		maxAssociations: cmp.Or(opts.MaxAssociations, defaultMaxAssociations),

		promises: newBudgetCache[Offset](cmp.Or(opts.ParseCache, defaultCache)/8, func(c *contracts.Contract) int {
			return parsedWeight * len(c.Document.Bytes())
		}),
		documents: newBudgetCache[sourceKey](cmp.Or(opts.ParseCache, defaultCache)/8, func(d *odcs.Document) int {
			return parsedWeight * len(d.Bytes())
		}),
		tallies: newBudgetCache[string](maxTallies, func(tally) int { return 1 }),
		writes:  make(chan *write, maxBatch),
		wanted:  make(chan struct{}, 1),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
	}
	r.state.Store(newState())
	if err := r.catchUp(ctx); err != nil {
		return nil, fmt.Errorf("open registry: %w", err)
	}
	st := r.state.Load()
	if st.unreadable > 0 {
		r.logger.Warn("records could not be read and were passed over", "count", st.unreadable)
	}
	r.start()
	return r, nil
}

func (r *Registry) start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	var running sync.WaitGroup
	running.Go(func() { r.sequence(ctx) })
	running.Go(func() { r.follow(ctx) })
	r.close = sync.OnceValue(func() error {
		close(r.closing)
		<-r.stopped
		cancel()
		running.Wait()
		return r.log.Close()
	})
}

// Close finishes the writes under way, refuses others, and closes the log.
// It is idempotent.
func (r *Registry) Close() error { return r.close() }

// Ready reports why the registry cannot serve: nil when the log answers and
// this node may write.
func (r *Registry) Ready(ctx context.Context) error {
	st := r.state.Load()
	if st.foreign != "" {
		return fmt.Errorf("the log holds records of kind %q that this version does not know: reads work, writes are refused; upgrade this node", st.foreign)
	}
	for _, err := range r.log.Read(ctx, st.head) {
		if err != nil {
			return fmt.Errorf("the log does not answer: %w", err)
		}
		break
	}
	return nil
}

// Stats is a summary for dashboards.
type Stats struct {
	Subjects, Contexts int
	// Active and Deleted count versions by language; Deleted are soft-deleted.
	Active, Deleted map[schema.Format]int
	// Head is how far the state has read the log.
	Head Offset
	// Unreadable counts records that were passed over.
	Unreadable int
}

// Stats costs a constant, whatever the size.
func (r *Registry) Stats() Stats {
	st := r.state.Load()
	c := st.counts.clone()
	return Stats{
		Subjects: st.subjects.Len(), Contexts: st.contexts.Len(),
		Active: c.active, Deleted: c.deleted,
		Head: st.head, Unreadable: st.unreadable,
	}
}

type actorKey struct{}

// WithActor returns a context whose writes are recorded as the actor's.
func WithActor(ctx context.Context, actor string) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

func actorOf(ctx context.Context) string {
	actor, _ := ctx.Value(actorKey{}).(string)
	return actor
}

// newChangeID names a request's records. Version 7 UUIDs sort by time, which
// keeps an index on them small.
func newChangeID() string { return uuid.Must(uuid.NewV7()).String() }
