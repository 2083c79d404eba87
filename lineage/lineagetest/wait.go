package lineagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
)

var waitConditions = []condition{
	{"wait returns at once when there is more", waitBehind},
	{"wait wakes on every change and every event", func(t *testing.T, s lineage.Store) { waitWakes(t, s, s) }},
	{"wait wakes everyone", waitWakesEveryone},
	{"wait sleeps through what says nothing new", waitSleeps},
	{"wait respects its context", waitRespectsContext},
	{"wait ends when the store is closed", waitEndsOnClose},
}

// newest returns the cursors of the last change and the last event.
func newest(t *testing.T, s lineage.Store) (changed, read lineage.Cursor) {
	t.Helper()
	_, changed = changes(t, s, 0)
	_, read = recorded(t, s, 0)
	return changed, read
}

func waitBehind(t *testing.T, s lineage.Store) {
	mustPut(t, s, node("a", 1))
	changed, read := newest(t, s)
	if err := s.Wait(bounded(t), 0, read); err != nil {
		t.Errorf("with a change: %v", err)
	}
	mustRecord(t, s, events(1)...)
	if err := s.Wait(bounded(t), changed, 0); err != nil {
		t.Errorf("with an event: %v", err)
	}
}

// A follower is woken by each change: a wake-up lost between looking and
// sleeping shows in the rounds.
func waitWakes(t *testing.T, writer, reader lineage.Store) {
	var changed, read lineage.Cursor
	for i := range 12 {
		woken := make(chan error, 1)
		go func() { woken <- reader.Wait(bounded(t), changed, read) }()
		if i%3 == 0 {
			settle()
		}
		if i%2 == 0 {
			mustPut(t, writer, node("a", i))
		} else {
			mustRecord(t, writer, event(fmt.Sprint(i), i))
		}
		if err := <-woken; err != nil {
			t.Fatalf("wait: %v", err)
		}
		c, r := newest(t, reader)
		if c == changed && r == read {
			t.Fatalf("woken with nothing new after %d and %d", changed, read)
		}
		changed, read = c, r
	}
}

func waitWakesEveryone(t *testing.T, s lineage.Store) {
	const waiters = 10
	done := make(chan error, waiters)
	for range waiters {
		go func() { done <- s.Wait(bounded(t), 0, 0) }()
	}
	settle()
	mustRecord(t, s, events(1)...)
	for range waiters {
		if err := <-done; err != nil {
			t.Errorf("wait: %v", err)
		}
	}
}

// Collectors that see the same every minute must not have every process make
// its graph anew.
func waitSleeps(t *testing.T, s lineage.Store) {
	mustPut(t, s, node("a", 5))
	mustRecord(t, s, events(1)...)
	changed, read := newest(t, s)
	woken := make(chan error, 1)
	ctx, cancel := context.WithCancel(bounded(t))
	defer cancel()
	go func() { woken <- s.Wait(ctx, changed, read) }()
	mustPut(t, s, node("a", 5))
	mustPut(t, s)
	mustRecord(t, s, events(1)...)
	settle()
	select {
	case err := <-woken:
		t.Fatalf("woken by nothing: %v", err)
	default:
	}
	cancel()
	if err := <-woken; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func waitRespectsContext(t *testing.T, s lineage.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Wait(ctx, 0, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("wait with a cancelled context: got %v, want context.Canceled", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := s.Wait(ctx, 0, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait beyond a deadline: got %v, want context.DeadlineExceeded", err)
	}
}

func waitEndsOnClose(t *testing.T, s lineage.Store) {
	const waiters = 3
	done := make(chan error, waiters)
	for range waiters {
		go func() { done <- s.Wait(bounded(t), 0, 0) }()
	}
	settle()
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	for range waiters {
		if err := <-done; !errors.Is(err, lineage.ErrClosed) {
			t.Errorf("wait on a store being closed: got %v, want ErrClosed", err)
		}
	}
}
