package main

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"github.com/accordhq/accord/lineage"
)

// lateStore is a lineage.Store that may be away at first: what it is asked then
// fails with why, and the registry goes on without lineage.
type lateStore struct {
	now atomic.Pointer[lineage.Store] // absent while it is away
}

// came makes s what is asked from now on.
func (l *lateStore) came(s lineage.Store) { l.now.Store(&s) }

// away says why there is no store yet.
func (l *lateStore) away(err error) { l.came(absent{fmt.Errorf("lineage is away: %w", err)}) }

// fault is why there is no store, nil if there is one.
func (l *lateStore) fault() error {
	if a, away := l.store().(absent); away {
		return a.err
	}
	return nil
}

// store is what is asked.
func (l *lateStore) store() lineage.Store { return *l.now.Load() }

func (l *lateStore) Put(ctx context.Context, facts []lineage.Fact) error {
	return l.store().Put(ctx, facts)
}

func (l *lateStore) Changes(ctx context.Context, after lineage.Cursor, kinds ...lineage.Kind) iter.Seq2[lineage.Change, error] {
	return l.store().Changes(ctx, after, kinds...)
}

func (l *lateStore) Fact(ctx context.Context, kind lineage.Kind, key string) (lineage.Fact, error) {
	return l.store().Fact(ctx, kind, key)
}

func (l *lateStore) List(ctx context.Context, kind lineage.Kind, q lineage.Query) ([]lineage.Fact, error) {
	return l.store().List(ctx, kind, q)
}

func (l *lateStore) Record(ctx context.Context, events []lineage.Event) (int, error) {
	return l.store().Record(ctx, events)
}

func (l *lateStore) Recorded(ctx context.Context, after lineage.Cursor) iter.Seq2[lineage.Recorded, error] {
	return l.store().Recorded(ctx, after)
}

func (l *lateStore) Events(ctx context.Context, q lineage.EventQuery) ([]lineage.Recorded, int, error) {
	return l.store().Events(ctx, q)
}

func (l *lateStore) Wait(ctx context.Context, changes, recorded lineage.Cursor) error {
	return l.store().Wait(ctx, changes, recorded)
}

func (l *lateStore) Expire(ctx context.Context, kind lineage.Kind, before time.Time, limit int) (int, error) {
	return l.store().Expire(ctx, kind, before, limit)
}

func (l *lateStore) ExpireEvents(ctx context.Context, before time.Time, built lineage.Cursor, limit int) (int, error) {
	return l.store().ExpireEvents(ctx, before, built, limit)
}

func (l *lateStore) Close() error { return l.store().Close() }

// absent is a store that answers everything with an error.
type absent struct{ err error }

func (a absent) Put(context.Context, []lineage.Fact) error { return a.err }

func (a absent) Changes(context.Context, lineage.Cursor, ...lineage.Kind) iter.Seq2[lineage.Change, error] {
	return func(yield func(lineage.Change, error) bool) { yield(lineage.Change{}, a.err) }
}

func (a absent) Fact(context.Context, lineage.Kind, string) (lineage.Fact, error) {
	return lineage.Fact{}, a.err
}

func (a absent) List(context.Context, lineage.Kind, lineage.Query) ([]lineage.Fact, error) {
	return nil, a.err
}

func (a absent) Record(context.Context, []lineage.Event) (int, error) { return 0, a.err }

func (a absent) Recorded(context.Context, lineage.Cursor) iter.Seq2[lineage.Recorded, error] {
	return func(yield func(lineage.Recorded, error) bool) { yield(lineage.Recorded{}, a.err) }
}

func (a absent) Events(context.Context, lineage.EventQuery) ([]lineage.Recorded, int, error) {
	return nil, 0, a.err
}

func (a absent) Wait(context.Context, lineage.Cursor, lineage.Cursor) error { return a.err }

func (a absent) Expire(context.Context, lineage.Kind, time.Time, int) (int, error) { return 0, a.err }

func (a absent) ExpireEvents(context.Context, time.Time, lineage.Cursor, int) (int, error) {
	return 0, a.err
}

func (absent) Close() error { return nil }
