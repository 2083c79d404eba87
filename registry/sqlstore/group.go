package sqlstore

import (
	"context"
	"sync"
)

// Group lets callers who come at the same time share a commit: while one is
// under way, what comes meanwhile gathers for the next. A caller alone does
// not wait for company.
type Group[T any] struct {
	commit func(items []T) error

	mu      sync.Mutex
	next    *batch[T] // nil while nobody waits
	running bool
}

// batch is what will be committed together.
type batch[T any] struct {
	items []T
	done  chan struct{} // closed when err is set
	err   error
}

// NewGroup returns a group that writes with commit: all items or none. It is
// called by one goroutine at a time, which ends when nothing waits.
func NewGroup[T any](commit func(items []T) error) *Group[T] {
	return &Group[T]{commit: commit}
}

// Commit returns when the items are written, or why they are not. A caller
// whose context ends is not told; its items may be written or not, all or
// none, and must not be looked at again.
func (g *Group[T]) Commit(ctx context.Context, items []T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b := g.join(items)
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// join adds items to the next batch and sees to it that somebody writes it.
func (g *Group[T]) join(items []T) *batch[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next == nil {
		g.next = &batch[T]{done: make(chan struct{})}
	}
	g.next.items = append(g.next.items, items...)
	if !g.running {
		g.running = true
		go g.run()
	}
	return g.next
}

// run writes batches until nothing waits.
func (g *Group[T]) run() {
	for {
		g.mu.Lock()
		b := g.next
		g.next, g.running = nil, b != nil
		g.mu.Unlock()
		if b == nil {
			return
		}
		b.err = g.commit(b.items)
		close(b.done)
	}
}
