package pglog

import (
	"context"
	"sync"

	"github.com/accordhq/accord/registry"
)

// Wait implements registry.Log. Appends of this process wake it at once, those
// of others when the listener hears of them. It goes on waiting while the
// server is away.
func (l *Log) Wait(ctx context.Context, after registry.Offset) error {
	at, _ := after.Parts()
	for {
		select {
		case <-l.closing:
			return registry.ErrClosed
		default:
		}
		head, grown := l.heads.last()
		if head.seq > at {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.closing:
			return registry.ErrClosed
		}
	}
}

// mark is an entry of the log by its offset and its change, which no other
// log's entry at the same offset shares. The zero mark stands before the first.
type mark struct {
	seq    int64
	change string
}

// expected is the change as the server must find it: NULL where no entry is.
func (m mark) expected() *string {
	if m.seq == 0 {
		return nil
	}
	return &m.change
}

// heads is the highest head seen so far and the bell for who wants more.
type heads struct {
	mu    sync.Mutex
	seen  mark
	grown chan struct{} // closed and replaced when seen grows
}

// advance notes a head and rings the bell if it is a new one. Calls may come
// out of order: a head seen before never counts again.
func (h *heads) advance(head mark) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if head.seq > h.seen.seq {
		h.seen = head
		close(h.grown)
		h.grown = make(chan struct{})
	}
}

// last returns the highest head and the bell for the next, of one moment.
func (h *heads) last() (mark, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen, h.grown
}
