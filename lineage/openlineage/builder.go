package openlineage

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/accordhq/accord/lineage"
)

// reader is the name of the position up to which events are built.
const reader = "openlineage"

// The bounds of what is built at once. A batch ends after the event that
// reaches one of them.
const (
	batchEvents = 1000
	batchBytes  = 32 << 20
	batchFacts  = 20_000
	// putFacts bounds the facts of one Put.
	putFacts = 5000
)

// BuilderOptions are what a Builder needs besides its store.
type BuilderOptions struct {
	// Now is the clock. Required.
	Now func() time.Time
	// Logger hears of events that no facts can be made of. Required.
	Logger *slog.Logger
	// Quiet is for how long a last sighting may wait to be written: a heartbeat
	// every second need not be a write every second. 0 means a minute.
	Quiet time.Duration
	// LastWrites bounds the facts whose last write is remembered, 0 means
	// 200,000. A fact beyond it is written once more than it need be.
	LastWrites int
}

// Builder makes facts of recorded events.
type Builder struct {
	store lineage.Store
	opts  BuilderOptions
	// read is the last event seen, kept the last one that need not be seen
	// again after a restart. They differ while sightings are held back.
	read, kept lineage.Cursor
	held       *held
	counts     struct{ events, refused, written atomic.Int64 }
}

// BuilderCounts say what a Builder did since it was made.
type BuilderCounts struct {
	Events  int64 // events built, some of them again after a restart
	Refused int64 // of which no facts could be made
	Written int64 // facts put into the store
}

// NewBuilder returns a Builder of the events in a store.
func NewBuilder(store lineage.Store, opts BuilderOptions) (*Builder, error) {
	if opts.Now == nil || opts.Logger == nil {
		return nil, errors.New("openlineage builder: BuilderOptions.Now and Logger are required")
	}
	if opts.Quiet <= 0 {
		opts.Quiet = time.Minute
	}
	if opts.LastWrites <= 0 {
		opts.LastWrites = 200_000
	}
	return &Builder{store: store, opts: opts}, nil
}

// Counts may be called at any time.
func (b *Builder) Counts() BuilderCounts {
	return BuilderCounts{Events: b.counts.events.Load(), Refused: b.counts.refused.Load(), Written: b.counts.written.Load()}
}

// Built returns the position of a store's events: facts were made of all up to
// it, so those may expire.
func Built(ctx context.Context, store lineage.Store) (lineage.Cursor, error) {
	f, err := store.Fact(ctx, lineage.KindPosition, lineage.Position{Reader: reader}.Fact().Key)
	if errors.Is(err, lineage.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	p, err := lineage.PositionOf(f)
	return p.Cursor, err
}

// Run builds until ctx is done, then writes what it held back and returns nil;
// or until the store fails. It goes on from where any Builder of this store
// stopped. Two at once do no harm, but do the work twice.
func (b *Builder) Run(ctx context.Context) error {
	at, err := Built(ctx, b.store)
	if err != nil {
		return err
	}
	b.read, b.kept, b.held = at, at, newHeld(b.opts.Quiet, b.opts.LastWrites)
	for {
		if err := b.catchUp(ctx); err != nil {
			return b.stop(ctx, err)
		}
		if err := b.wait(ctx); err != nil {
			return b.stop(ctx, err)
		}
	}
}

// stop writes what was held back, for which it takes some time more than ctx.
// After an error of the store it leaves that to the next run, which reads the
// events again.
func (b *Builder) stop(ctx context.Context, cause error) error {
	if ctx.Err() == nil {
		return cause
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return b.flush(last)
}

// catchUp builds all events there are.
func (b *Builder) catchUp(ctx context.Context) error {
	for {
		batch, err := b.next(ctx)
		if err != nil || batch.events == 0 {
			return err
		}
		if err := b.build(ctx, batch); err != nil {
			return err
		}
		if b.held.due(b.opts.Now()) {
			if err := b.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// wait returns when there are more events, or when what is held back is due and
// was written.
func (b *Builder) wait(ctx context.Context) error {
	waiting, cancel := ctx, context.CancelFunc(func() {})
	if !b.held.empty() {
		waiting, cancel = context.WithTimeout(ctx, b.held.patience(b.opts.Now()))
	}
	defer cancel()
	// What changed among the facts is no affair of ours.
	err := b.store.Wait(waiting, math.MaxInt64, b.read)
	if waiting.Err() != nil && ctx.Err() == nil {
		return b.flush(ctx)
	}
	return err
}

// batch is what some events say together.
type batch struct {
	events, bytes int
	last          lineage.Cursor
	merged
}

func (t *batch) full() bool {
	return t.events >= batchEvents || t.bytes >= batchBytes || len(t.facts) >= batchFacts
}

func (t *batch) add(facts []lineage.Fact) {
	for _, f := range facts {
		if !t.merge(f) {
			t.append(f)
		}
	}
}

// next reads the next events and merges what they say.
func (b *Builder) next(ctx context.Context) (*batch, error) {
	t := &batch{last: b.read, merged: newMerged()}
	for recorded, err := range b.store.Recorded(ctx, b.read) {
		if err != nil {
			return nil, err
		}
		t.events, t.bytes, t.last = t.events+1, t.bytes+len(recorded.Body), recorded.Cursor
		t.add(b.factsOf(recorded))
		if t.full() {
			break
		}
	}
	return t, nil
}

// factsOf returns what an event proves: nothing, if it is none.
func (b *Builder) factsOf(recorded lineage.Recorded) []lineage.Fact {
	e, err := Parse(recorded.Body, recorded.Received)
	if err != nil {
		b.counts.refused.Add(1)
		b.opts.Logger.Warn("a recorded event is not one of OpenLineage", "event", int64(recorded.Cursor), "error", err)
		return nil
	}
	facts, leftOut := prove(e)
	if leftOut > 0 {
		b.opts.Logger.Warn("an event says more than is kept", "event", int64(recorded.Cursor), "job", e.Job.String(), "kept", len(facts), "left out", leftOut)
	}
	return facts
}

// build writes what a batch says and is news, and holds back the rest. The
// position follows as long as nothing is held back: a process that dies sees
// what it held again.
func (b *Builder) build(ctx context.Context, t *batch) error {
	news := b.held.sift(t.facts, b.opts.Now())
	kept := b.kept
	if b.held.empty() {
		kept = t.last
	}
	if err := b.put(ctx, news, kept); err != nil {
		// They took up what was held back, and events before b.read are not
		// seen again if stop still reaches the store.
		for _, f := range news {
			b.held.hold(f)
		}
		return err
	}
	b.read = t.last
	b.counts.events.Add(int64(t.events))
	return nil
}

// flush writes what was held back.
func (b *Builder) flush(ctx context.Context) error {
	if err := b.put(ctx, b.held.facts(), b.read); err != nil {
		return err
	}
	b.held.release()
	return nil
}

// put writes facts, and with the last of them the position.
func (b *Builder) put(ctx context.Context, facts []lineage.Fact, kept lineage.Cursor) error {
	written := len(facts)
	for len(facts) > putFacts {
		if err := b.store.Put(ctx, facts[:putFacts]); err != nil {
			return err
		}
		facts = facts[putFacts:]
	}
	if kept > b.kept {
		facts = append(slices.Clip(facts), lineage.Position{Reader: reader, Cursor: kept, At: b.opts.Now()}.Fact())
	}
	if len(facts) > 0 {
		if err := b.store.Put(ctx, facts); err != nil {
			return err
		}
	}
	b.kept = kept
	b.counts.written.Add(int64(written))
	return nil
}
