package sqlitelog

import (
	"context"
	"sync"
	"time"

	"github.com/accordhq/accord/registry"
)

// Wait implements registry.Log. Appends of this process wake it at once. Those
// of others are found by polling, which one of the waiters does for all, and
// nobody when nobody waits.
func (l *Log) Wait(ctx context.Context, after registry.Offset) error {
	at, _ := after.Parts()
	if _, err := l.head(ctx); err != nil {
		return err
	}
	for {
		head, grown := l.heads.last()
		if head > at {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.closing:
			return registry.ErrClosed
		case l.polling <- struct{}{}:
			err := l.pollOnce(ctx, grown)
			<-l.polling
			if err != nil {
				return err
			}
		}
	}
}

// pollOnce looks for entries of other processes after one interval, or returns
// before when this one has appended some.
func (l *Log) pollOnce(ctx context.Context, grown <-chan struct{}) error {
	timer := time.NewTimer(l.poll)
	defer timer.Stop()
	select {
	case <-grown:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-l.closing:
		return registry.ErrClosed
	case <-timer.C:
		_, err := l.head(ctx)
		return err
	}
}

// heads is the highest offset seen so far and the bell for who wants more.
type heads struct {
	mu    sync.Mutex
	seen  int64
	grown chan struct{} // closed and replaced when seen grows
}

// advance notes a head and rings the bell if it is a new one. Calls may come
// out of order: a head seen before never counts again.
func (h *heads) advance(head int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if head > h.seen {
		h.seen = head
		close(h.grown)
		h.grown = make(chan struct{})
	}
}

// last returns the highest head and the bell for the next, of one moment.
func (h *heads) last() (int64, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen, h.grown
}
