package memlog

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/accordhq/accord/lineage"
)

var _ lineage.Store = (*Lineage)(nil)

// Lineage is a lineage.Store of maps behind a mutex.
type Lineage struct {
	mu    sync.Mutex
	facts map[identity]lineage.Change
	// moves has an entry for every change of a fact, in order. Those of facts
	// that changed again or expired are passed over, and removed when they are
	// the most.
	moves  []move
	events []lineage.Recorded // in the order they were recorded
	known  map[[32]byte]bool  // their digests
	// changed and recorded are the newest cursors ever given.
	changed, recorded lineage.Cursor
	closed            bool
	// grown is closed and replaced whenever a cursor grows, and closed for good
	// by Close.
	grown chan struct{}
}

// identity is what makes two facts the same.
type identity struct {
	kind lineage.Kind
	key  string
}

type move struct {
	cursor lineage.Cursor
	of     identity
}

// NewLineage returns an empty store of observations.
func NewLineage() *Lineage {
	return &Lineage{facts: map[identity]lineage.Change{}, known: map[[32]byte]bool{}, grown: make(chan struct{})}
}

// Put implements lineage.Store.
func (l *Lineage) Put(ctx context.Context, facts []lineage.Fact) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return err
	}
	before := l.changed
	for _, f := range facts {
		l.put(f)
	}
	if l.changed > before {
		l.ring()
	}
	return nil
}

// put merges one fact. The caller holds the lock.
func (l *Lineage) put(f lineage.Fact) {
	f.First, f.Last, f.Said = micro(f.First), micro(f.Last), micro(f.Said)
	f.Body = bodyOf(f.Body)
	of := identity{f.Kind, f.Key}
	if old, ok := l.facts[of]; ok {
		if f = lineage.Merge(old.Fact, f); saysTheSame(old.Fact, f) {
			return
		}
	}
	l.changed++
	l.facts[of] = lineage.Change{Cursor: l.changed, Fact: f}
	l.moves = append(l.moves, move{l.changed, of})
	l.tidy()
}

// saysTheSame compares what Merge may change. The scope is the body's.
func saysTheSame(a, b lineage.Fact) bool {
	return a.First.Equal(b.First) && a.Last.Equal(b.Last) &&
		a.Rank == b.Rank && a.Said.Equal(b.Said) && bytes.Equal(a.Body, b.Body)
}

// tidy removes moves that no longer count when they are the most, so that each
// costs a constant time.
func (l *Lineage) tidy() {
	if len(l.moves) > 2*len(l.facts)+100 {
		l.moves = slices.DeleteFunc(l.moves, func(m move) bool { return l.facts[m.of].Cursor != m.cursor })
	}
}

// changesAtOnce is how many facts Changes copies each time it holds the lock.
const changesAtOnce = 1000

// Changes implements lineage.Store. The lock is not held while the caller works
// on a fact.
func (l *Lineage) Changes(ctx context.Context, after lineage.Cursor, kinds ...lineage.Kind) iter.Seq2[lineage.Change, error] {
	return func(yield func(lineage.Change, error) bool) {
		l.mu.Lock()
		newest := l.changed
		l.mu.Unlock()
		for {
			page, next, err := l.page(ctx, after, newest, kinds)
			for _, c := range page {
				if err = ctx.Err(); err != nil {
					break
				}
				if !yield(c, nil) {
					return
				}
			}
			if err != nil {
				yield(lineage.Change{}, err)
				return
			}
			if after = next; after >= newest {
				return
			}
		}
	}
}

// page returns some changes after a cursor, and the cursor to go on from.
func (l *Lineage) page(ctx context.Context, after, newest lineage.Cursor, kinds []lineage.Kind) ([]lineage.Change, lineage.Cursor, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return nil, 0, err
	}
	from, _ := slices.BinarySearchFunc(l.moves, after+1, func(m move, c lineage.Cursor) int { return cmp.Compare(m.cursor, c) })
	var page []lineage.Change
	for _, m := range l.moves[from:] {
		switch c := l.facts[m.of]; {
		case m.cursor > newest || len(page) == changesAtOnce:
			return page, after, nil
		case c.Cursor != m.cursor, len(kinds) > 0 && !slices.Contains(kinds, m.of.kind):
		default:
			c.Fact.Body = bytes.Clone(c.Fact.Body)
			page = append(page, c)
		}
		after = m.cursor
	}
	return page, newest, nil
}

// Fact implements lineage.Store.
func (l *Lineage) Fact(ctx context.Context, kind lineage.Kind, key string) (lineage.Fact, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return lineage.Fact{}, err
	}
	c, ok := l.facts[identity{kind, key}]
	if !ok {
		return lineage.Fact{}, lineage.ErrNotFound
	}
	c.Fact.Body = bytes.Clone(c.Fact.Body)
	return c.Fact, nil
}

// List implements lineage.Store.
func (l *Lineage) List(ctx context.Context, kind lineage.Kind, q lineage.Query) ([]lineage.Fact, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return nil, err
	}
	var found []lineage.Fact
	for of, c := range l.facts {
		if of.kind == kind && (q.Scope == "" || c.Fact.Scope == q.Scope) && between(c.Fact.Last, q.Since, q.Before) {
			found = append(found, c.Fact)
		}
	}
	slices.SortFunc(found, func(a, b lineage.Fact) int {
		if q.Newest {
			return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Key, b.Key))
		}
		return cmp.Compare(a.Key, b.Key)
	})
	found = cut(found, q.Offset, q.Limit)
	for i := range found {
		found[i].Body = bytes.Clone(found[i].Body)
	}
	return found, nil
}

// Record implements lineage.Store.
func (l *Lineage) Record(ctx context.Context, events []lineage.Event) (fresh int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return 0, err
	}
	for _, e := range events {
		if l.known[e.Digest] {
			continue
		}
		e.Time, e.Received, e.Body = micro(e.Time), micro(e.Received), bodyOf(e.Body)
		l.recorded++
		l.known[e.Digest] = true
		l.events = append(l.events, lineage.Recorded{Cursor: l.recorded, Event: e})
		fresh++
	}
	if fresh > 0 {
		l.ring()
	}
	return fresh, nil
}

// Recorded implements lineage.Store. The lock is not held while the caller
// works on an event.
func (l *Lineage) Recorded(ctx context.Context, after lineage.Cursor) iter.Seq2[lineage.Recorded, error] {
	return func(yield func(lineage.Recorded, error) bool) {
		l.mu.Lock()
		newest := l.recorded
		l.mu.Unlock()
		for {
			e, ok, err := l.next(ctx, after)
			switch {
			case err != nil:
				yield(lineage.Recorded{}, err)
				return
			case !ok || e.Cursor > newest || !yield(e, nil):
				return
			}
			after = e.Cursor
		}
	}
}

// next returns the first event after a cursor, if there is one.
func (l *Lineage) next(ctx context.Context, after lineage.Cursor) (e lineage.Recorded, ok bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return lineage.Recorded{}, false, err
	}
	i, _ := slices.BinarySearchFunc(l.events, after+1, func(e lineage.Recorded, c lineage.Cursor) int { return cmp.Compare(e.Cursor, c) })
	if i == len(l.events) {
		return lineage.Recorded{}, false, nil
	}
	e = l.events[i]
	e.Body = bytes.Clone(e.Body)
	return e, true, nil
}

// Events implements lineage.Store.
func (l *Lineage) Events(ctx context.Context, q lineage.EventQuery) ([]lineage.Recorded, int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return nil, 0, err
	}
	var found []lineage.Recorded
	for _, e := range l.events {
		if between(e.Time, q.After, q.Before) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b lineage.Recorded) int {
		order := cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Cursor, b.Cursor))
		if q.Newest {
			return -order
		}
		return order
	})
	total := len(found)
	found = cut(found, q.Offset, q.Limit)
	for i := range found {
		found[i].Body = bytes.Clone(found[i].Body)
	}
	return found, total, nil
}

// Wait implements lineage.Store.
func (l *Lineage) Wait(ctx context.Context, changes, recorded lineage.Cursor) error {
	for {
		l.mu.Lock()
		err, more, grown := l.ended(ctx), l.changed > changes || l.recorded > recorded, l.grown
		l.mu.Unlock()
		if err != nil || more {
			return err
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Expire implements lineage.Store.
func (l *Lineage) Expire(ctx context.Context, kind lineage.Kind, before time.Time, limit int) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return 0, err
	}
	removed := 0
	for of, c := range l.facts {
		if removed >= limit {
			break
		}
		if of.kind == kind && c.Fact.Last.Before(before) {
			delete(l.facts, of)
			removed++
		}
	}
	l.tidy()
	return removed, nil
}

// ExpireEvents implements lineage.Store.
func (l *Lineage) ExpireEvents(ctx context.Context, before time.Time, built lineage.Cursor, limit int) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return 0, err
	}
	removed := 0
	l.events = slices.DeleteFunc(l.events, func(e lineage.Recorded) bool {
		if removed >= limit || e.Cursor > built || !e.Received.Before(before) {
			return false
		}
		delete(l.known, e.Digest)
		removed++
		return true
	})
	return removed, nil
}

// Close implements lineage.Store and forgets everything.
func (l *Lineage) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		l.facts, l.moves, l.events, l.known = nil, nil, nil, nil
		close(l.grown)
	}
	return nil
}

// ring wakes who waits. The caller holds the lock.
func (l *Lineage) ring() {
	close(l.grown)
	l.grown = make(chan struct{})
}

// ended says why nothing more can be done. The caller holds the lock.
func (l *Lineage) ended(ctx context.Context) error {
	if l.closed {
		return lineage.ErrClosed
	}
	return ctx.Err()
}

// micro cuts a time as every store does.
func micro(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

// bodyOf copies a body; an empty one is nil.
func bodyOf(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return bytes.Clone(b)
}

// between reports whether t is at or after since and before before, of which
// zero ones bound nothing.
func between(t, since, before time.Time) bool {
	return (since.IsZero() || !t.Before(since)) && (before.IsZero() || t.Before(before))
}

// cut passes over offset items and returns up to limit of the others, all if
// limit is 0.
func cut[T any](items []T, offset, limit int) []T {
	items = items[min(offset, len(items)):]
	if limit > 0 {
		items = items[:min(limit, len(items))]
	}
	return items
}
