package registry

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A decision looks at the state and says which records follow from it. It is
// pure and quick: whatever is slow (parsing, comparing, reading texts) happens
// before, and if the state has moved on since, the decision answers errStale
// and is prepared again. It may run several times; only the last one counts.
type decision func(st *State) ([]Record, error)

// errStale says that the state a decision was prepared on is gone.
var errStale = errors.New("registry: prepared on an older state")

// maxBatch bounds how many waiting writes share one append.
const maxBatch = 256

// write is a decision on its way through the sequencer.
type write struct {
	ctx    context.Context //nolint:containedctx // the request's own, for the time it waits
	decide decision
	actor  string
	change string
	done   chan writeResult
}

type writeResult struct {
	// state holds the write and everything before it.
	state *State
	err   error
}

// submit runs a decision in its turn and returns the state that contains its
// records. The decision sees every earlier write, also those that share its
// append.
func (r *Registry) submit(ctx context.Context, decide decision) (*State, error) {
	w := &write{ctx: ctx, decide: decide, actor: actorOf(ctx), change: newChangeID(), done: make(chan writeResult, 1)}
	select {
	case r.writes <- w:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.closing:
		return nil, errClosing
	}
	select {
	case res := <-w.done:
		return res.state, res.err
	case <-r.stopped:
		return nil, errClosing
	}
}

// sequence is the one goroutine that moves the state: it applies what other
// processes append and appends what this one decides.
func (r *Registry) sequence(ctx context.Context) {
	defer close(r.stopped)
	for {
		select {
		case <-r.closing:
			return
		case <-r.wanted:
			r.read(ctx)
		case first := <-r.writes:
			r.commit(ctx, r.gather(first))
		}
	}
}

// gather takes the writes that wait already; it never waits for more.
func (r *Registry) gather(first *write) []*write {
	batch := []*write{first}
	for len(batch) < maxBatch {
		select {
		case w := <-r.writes:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// commit decides a batch, appends what follows in one go, and answers. When
// another process was first it catches up and decides again.
func (r *Registry) commit(ctx context.Context, batch []*write) {
	for {
		recs, decided := r.decide(batch)
		if len(recs) == 0 {
			answer(decided, r.state.Load(), nil)
			return
		}
		_, err := r.log.Append(ctx, r.state.Load().head, recs...)
		switch {
		case err == nil:
			// The pending state does not know where the texts went, so the
			// records are applied from the log, as on every other replica.
			err = r.catchUp(ctx)
		case errors.Is(err, ErrConflict):
			if err = r.catchUp(ctx); err == nil {
				batch = decided
				continue
			}
		default:
			decided, err = r.afterFailure(ctx, decided, err)
		}
		answer(decided, r.state.Load(), storeError(err))
		return
	}
}

// decide runs the decisions one upon the other. Those that fail are answered
// here; the rest and their records are returned.
func (r *Registry) decide(batch []*write) (recs []Record, decided []*write) {
	base := r.state.Load()
	next := base
	now := r.now().UTC().Truncate(time.Millisecond)
	for _, w := range batch {
		if w.ctx.Err() != nil {
			w.done <- writeResult{err: w.ctx.Err()}
			continue
		}
		made, err := w.decide(next)
		if err == nil && len(made) > 0 && base.foreign != "" {
			err = errorf(CodeReadOnlyNode, "this node does not know records of kind %q and must not write: upgrade it", base.foreign)
		}
		if err != nil {
			w.done <- writeResult{err: err}
			continue
		}
		for i := range made {
			made[i].Time, made[i].Actor, made[i].Change = now, w.actor, w.change
		}
		if len(made) > 0 {
			next = next.With(made...)
		}
		recs, decided = append(recs, made...), append(decided, w)
	}
	return recs, decided
}

// afterFailure finds out what became of an append whose answer is unknown: a
// change that is in the log was written. It returns the writes that were not.
func (r *Registry) afterFailure(ctx context.Context, decided []*write, cause error) ([]*write, error) {
	before := r.state.Load().head
	if err := r.catchUp(ctx); err != nil {
		return decided, errors.Join(cause, err)
	}
	written := map[string]bool{}
	for e, err := range r.log.Read(ctx, before) {
		if err != nil {
			return decided, errors.Join(cause, err)
		}
		written[e.Change] = true
	}
	var lost []*write
	for _, w := range decided {
		if written[w.change] {
			w.done <- writeResult{state: r.state.Load()}
		} else {
			lost = append(lost, w)
		}
	}
	return lost, cause
}

func answer(writes []*write, st *State, err error) {
	for _, w := range writes {
		w.done <- writeResult{state: st, err: err}
	}
}

// errClosing answers writes that come too late.
var errClosing = &Error{Code: CodeStoreUnavailable, Message: "The registry is shutting down", Err: ErrClosed}

// storeError hides the store's own words from clients and keeps them for logs.
func storeError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, ErrClosed) {
		return errClosing
	}
	return &Error{
		Code:    CodeStoreUnavailable,
		Message: "The store did not confirm the write. Sending it again is safe",
		Err:     fmt.Errorf("append to the log: %w", err),
	}
}
