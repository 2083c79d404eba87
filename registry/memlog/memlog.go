// Package memlog keeps a registry.Log in memory. It is the reference for what
// the other stores must do, the store behind offline checks, and the fake that
// tests use instead of a mock. Nothing survives Close.
package memlog

import (
	"bytes"
	"context"
	"iter"
	"sync"
	"time"

	"github.com/accordhq/accord/registry"
)

var _ registry.Log = (*Log)(nil)

// Log is a slice behind a mutex. The entry with offset n is entries[n-1].
type Log struct {
	mu      sync.Mutex
	entries []registry.Entry
	closed  bool
	// changed is closed and replaced whenever entries grows, and closed for
	// good by Close: who waits takes the channel under the lock and sleeps on
	// it without.
	changed chan struct{}
	// leases are the duties that somebody has.
	leases map[string]*lease
}

// New returns an empty log.
func New() *Log {
	return &Log{changed: make(chan struct{}), leases: map[string]*lease{}}
}

// Read implements registry.Log. The lock is not held while the caller works
// on an entry, so the caller may append from inside the loop.
func (l *Log) Read(ctx context.Context, after registry.Offset) iter.Seq2[registry.Entry, error] {
	return func(yield func(registry.Entry, error) bool) {
		head, err := l.observe(ctx)
		for at, _ := after.Parts(); err == nil && at < head; at++ {
			var e registry.Entry
			if e, err = l.entry(ctx, registry.NewOffset(at+1, 0)); err != nil {
				break
			}
			e.Facts, e.Body = bytes.Clone(e.Facts), nil
			if !yield(e, nil) {
				return
			}
		}
		if err != nil {
			yield(registry.Entry{}, err)
		}
	}
}

// Append implements registry.Log.
func (l *Log) Append(ctx context.Context, at registry.Offset, recs ...registry.Record) (registry.Offset, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return registry.Offset{}, err
	}
	if at != registry.NewOffset(l.head(), 0) {
		return registry.Offset{}, registry.ErrConflict
	}
	if len(recs) == 0 {
		return at, nil
	}
	for _, rec := range recs {
		if rec.Op == registry.OpErase {
			l.erase(rec.Key)
		}
		rec.Time = time.UnixMilli(rec.Time.UnixMilli()).UTC()
		rec.Facts, rec.Body = bytes.Clone(rec.Facts), bytes.Clone(rec.Body)
		l.entries = append(l.entries, registry.Entry{Offset: registry.NewOffset(l.head()+1, 0), Record: rec})
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return registry.NewOffset(l.head(), 0), nil
}

// Get implements registry.Log.
func (l *Log) Get(ctx context.Context, at registry.Offset) (registry.Entry, error) {
	e, err := l.entry(ctx, at)
	e.Facts, e.Body = bytes.Clone(e.Facts), bytes.Clone(e.Body)
	return e, err
}

// Wait implements registry.Log.
func (l *Log) Wait(ctx context.Context, after registry.Offset) error {
	at, _ := after.Parts()
	for {
		l.mu.Lock()
		closed, head, changed := l.closed, l.head(), l.changed
		l.mu.Unlock()
		switch {
		case closed:
			return registry.ErrClosed
		case head > at:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close implements registry.Log and forgets every entry.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		l.entries = nil
		for duty, taken := range l.leases {
			l.free(duty, taken)
		}
		close(l.changed)
	}
	return nil
}

// observe returns the number of entries.
func (l *Log) observe(ctx context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head(), l.ended(ctx)
}

// entry returns what stands at an offset; its slices are the log's own.
func (l *Log) entry(ctx context.Context, at registry.Offset) (registry.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ended(ctx); err != nil {
		return registry.Entry{}, err
	}
	main, side := at.Parts()
	if main < 1 || main > l.head() || side != 0 {
		return registry.Entry{}, registry.ErrNotFound
	}
	return l.entries[main-1], nil
}

// erase takes the content out of all entries of a key. The slices are let go,
// not overwritten: a reader may be cloning them. The caller holds the lock.
func (l *Log) erase(key registry.Key) {
	for i := range l.entries {
		if l.entries[i].Key == key {
			l.entries[i].Facts, l.entries[i].Body = nil, nil
		}
	}
}

// head counts the entries. The caller holds the lock.
func (l *Log) head() int64 { return int64(len(l.entries)) }

// ended says why nothing more can be done. The caller holds the lock.
func (l *Log) ended(ctx context.Context) error {
	if l.closed {
		return registry.ErrClosed
	}
	return ctx.Err()
}
