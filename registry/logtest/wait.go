package logtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
)

var waitConditions = []condition{
	{"wait returns at once when there is more", waitBehind},
	{"wait wakes on every append", waitWakes},
	{"wait wakes everyone", waitWakesEveryone},
	{"wait respects its context", waitRespectsContext},
	{"wait ends when the log is closed", waitEndsOnClose},
}

// A follower that fell behind between two calls must not sleep on it.
func waitBehind(t *testing.T, log registry.Log) {
	first := mustAppend(t, log, registry.Offset{}, put("a", "1"))
	mustAppend(t, log, first, put("a", "2"))
	for _, after := range []registry.Offset{{}, first} {
		if err := log.Wait(bounded(t), after); err != nil {
			t.Errorf("wait after %s: %v", after, err)
		}
	}
}

// A follower that waits for the head it has seen is woken by the next append,
// each time: a wake-up lost between looking and sleeping shows in the rounds.
func waitWakes(t *testing.T, log registry.Log) {
	const rounds = 30
	woken := make(chan registry.Offset)
	go func() {
		defer close(woken)
		var at registry.Offset
		for range rounds {
			if err := log.Wait(bounded(t), at); err != nil {
				t.Errorf("wait after %s: %v", at, err)
				return
			}
			before := at
			for e, err := range log.Read(bounded(t), at) {
				if err != nil {
					t.Errorf("read after %s: %v", at, err)
					return
				}
				at = e.Offset
			}
			if at == before {
				t.Errorf("woken at %s with nothing after it", at)
			}
			woken <- at
		}
	}()
	var at registry.Offset
	for range rounds {
		at = mustAppend(t, log, at, put("a", "x"))
		got, open := <-woken
		if !open {
			return
		}
		if got != at {
			t.Errorf("woken to read up to %s, want %s", got, at)
		}
	}
	<-woken
}

// Readers of their own writes wait beside the follower: one must not take the
// wake-up of another.
func waitWakesEveryone(t *testing.T, log registry.Log) {
	const waiters = 10
	done := make(chan error, waiters)
	for range waiters {
		go func() { done <- log.Wait(bounded(t), registry.Offset{}) }()
	}
	settle()
	mustAppend(t, log, registry.Offset{}, put("a", "1"))
	for range waiters {
		if err := <-done; err != nil {
			t.Errorf("wait: %v", err)
		}
	}
}

// A client that hangs up must not leave a waiter behind.
func waitRespectsContext(t *testing.T, log registry.Log) {
	at := mustAppend(t, log, registry.Offset{}, put("a", "1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := log.Wait(ctx, at); !errors.Is(err, context.Canceled) {
		t.Errorf("wait with a cancelled context: got %v, want context.Canceled", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := log.Wait(ctx, at); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait beyond a deadline: got %v, want context.DeadlineExceeded", err)
	}
}

// Shutting down closes the log under its follower, who must come back.
func waitEndsOnClose(t *testing.T, log registry.Log) {
	const waiters = 3
	done := make(chan error, waiters)
	for range waiters {
		go func() { done <- log.Wait(bounded(t), registry.Offset{}) }()
	}
	settle()
	if err := log.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	for range waiters {
		if err := <-done; !errors.Is(err, registry.ErrClosed) {
			t.Errorf("wait on a log being closed: got %v, want ErrClosed", err)
		}
	}
}
