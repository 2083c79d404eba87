package sqlstore

import (
	"context"
	"sync"
	"time"
)

// Ringing says how a Bell is rung.
type Ringing[H comparable] struct {
	// Join is how far a store has come that was heard to have come as far as
	// both of two heads. It is commutative and idempotent.
	Join func(a, b H) H
	// Look asks the store how far it has come and rings. While somebody waits
	// it is called once in every Every, by one of those who wait. Nil where
	// others see to that.
	Look  func(ctx context.Context) error
	Every time.Duration
	// Closing is closed when the store is; Wait then answers Closed.
	Closing <-chan struct{}
	Closed  error
}

// Bell knows the highest head of a store that was seen so far, and wakes who
// waits for more. What this process writes rings it at once, what others write
// when somebody looks.
type Bell[H comparable] struct {
	Ringing[H]
	polling chan struct{} // holds a token while one of the waiters polls for all

	mu    sync.Mutex
	seen  H
	grown chan struct{} // closed and replaced when seen grows
}

// NewBell returns a bell that has heard of nothing: its head is H's zero.
func NewBell[H comparable](r Ringing[H]) *Bell[H] {
	b := &Bell[H]{Ringing: r, grown: make(chan struct{})}
	if r.Look != nil {
		b.polling = make(chan struct{}, 1)
	}
	return b
}

// Ring notes a head and wakes who waits if it is a new one. Calls may come out
// of order: a head seen before never counts again.
func (b *Bell[H]) Ring(head H) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if joined := b.Join(b.seen, head); joined != b.seen {
		b.seen = joined
		close(b.grown)
		b.grown = make(chan struct{})
	}
}

// Seen returns the highest head and the channel that closes with the next, of
// one moment.
func (b *Bell[H]) Seen() (head H, grown <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen, b.grown
}

// Wait returns when the head is enough, or when the context is done or the
// store closed.
func (b *Bell[H]) Wait(ctx context.Context, enough func(head H) bool) error {
	if b.Look != nil {
		if err := b.Look(ctx); err != nil {
			return err
		}
	}
	for {
		select {
		case <-b.Closing:
			return b.Closed
		default:
		}
		head, grown := b.Seen()
		if enough(head) {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		case <-b.Closing:
			return b.Closed
		case b.polling <- struct{}{}:
			err := b.lookOnce(ctx, grown)
			<-b.polling
			if err != nil {
				return err
			}
		}
	}
}

// lookOnce looks after one interval, or returns before when the bell rings.
func (b *Bell[H]) lookOnce(ctx context.Context, grown <-chan struct{}) error {
	timer := time.NewTimer(b.Every)
	defer timer.Stop()
	select {
	case <-grown:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-b.Closing:
		return b.Closed
	case <-timer.C:
		return b.Look(ctx)
	}
}
