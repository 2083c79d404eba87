package lineagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/accordhq/accord/lineage"
)

var recordConditions = []condition{
	{"record keeps every part of an event", recordKeepsAll},
	{"record keeps an event once", recordOnce},
	{"record counts what is fresh among concurrent callers", recordTogether},
	{"record abandoned by its caller is whole or not there", recordAbandoned},
	{"recorded comes in the order of recording, to its end", recordedOrder},
}

func recordKeepsAll(t *testing.T, s lineage.Store) {
	es := events(3)
	es = append(es, event("", 4), event("x", 5), event("\x00\xff🦊", 6))
	es[4].Time, es[4].Received = es[4].Time.Add(1), es[4].Received.Add(999)
	es = append(es, event(string(bytes.Repeat([]byte(`{"a":1}`), 150_000)), 7)) // a MB
	random := event("", 8)
	for i := range 10_000 { // what cannot be compressed
		random.Body = append(random.Body, byte(i*i>>3), byte(i*7919>>5))
	}
	random.Digest[0] ^= 1
	es = append(es, random)
	if fresh := mustRecord(t, s, es...); fresh != len(es) {
		t.Errorf("%d events are fresh, want %d", fresh, len(es))
	}
	want := append([]lineage.Event(nil), es...)
	want[3].Body = nil
	want[4].Time, want[4].Received = at(5), event("x", 5).Received
	got, _ := recorded(t, s, 0)
	same(t, "events", want, got)
}

// Senders send again what they have no answer for.
func recordOnce(t *testing.T, s lineage.Store) {
	a, b, c := event("a", 1), event("b", 2), event("c", 3)
	if fresh := mustRecord(t, s, a, b, a); fresh != 2 {
		t.Errorf("a, b, a: %d are fresh, want 2", fresh)
	}
	_, cursor := recorded(t, s, 0)
	again := a
	again.Received = at(99)
	if fresh := mustRecord(t, s, again); fresh != 0 {
		t.Errorf("a again: %d are fresh, want 0", fresh)
	}
	if got, _ := recorded(t, s, cursor); len(got) != 0 {
		t.Errorf("what is known already was recorded again: %q", bodies(got))
	}
	if fresh := mustRecord(t, s, b, c); fresh != 1 {
		t.Errorf("b, c: %d are fresh, want 1", fresh)
	}
	got, _ := recorded(t, s, 0)
	same(t, "events", []lineage.Event{a, b, c}, got)
}

// Calls may share a commit, and each must be told its own.
func recordTogether(t *testing.T, s lineage.Store) {
	const callers, each = 8, 20
	var calls sync.WaitGroup
	var total atomic.Int64
	for range callers {
		calls.Go(func() {
			for i := range each {
				es := []lineage.Event{event(fmt.Sprint("shared", i), i), event(fmt.Sprint("shared", i+1), i)}
				fresh, err := s.Record(bounded(t), es)
				if err != nil {
					t.Errorf("record: %v", err)
				}
				total.Add(int64(fresh))
				// What one was told is recorded can be read.
				if _, n, err := s.Events(bounded(t), lineage.EventQuery{Limit: 1}); err != nil || n < i+2 {
					t.Errorf("after %d events %d can be read (%v)", i+2, n, err)
				}
			}
		})
	}
	calls.Wait()
	if got, _ := recorded(t, s, 0); len(got) != each+1 || total.Load() != each+1 {
		t.Errorf("%d events recorded and %d told to be fresh, want %d", len(got), total.Load(), each+1)
	}
}

// A client that hangs up must not take others' events with it, nor leave half
// of its own.
func recordAbandoned(t *testing.T, s lineage.Store) {
	var calls sync.WaitGroup
	for i := range 20 {
		calls.Go(func() {
			ctx, cancel := context.WithCancel(bounded(t))
			gone := make(chan struct{})
			if i%2 == 0 {
				go func() { defer close(gone); cancel() }()
			} else {
				close(gone)
			}
			defer cancel()
			_, err := s.Record(ctx, []lineage.Event{event(fmt.Sprint(i, " one"), i), event(fmt.Sprint(i, " other"), i)})
			<-gone
			if err != nil && (i%2 == 1 || !errors.Is(err, context.Canceled)) {
				t.Errorf("call %d: %v", i, err)
			}
		})
	}
	calls.Wait()
	mustRecord(t, s, event("last", 1))
	got, _ := recorded(t, s, 0)
	seen := map[string]bool{}
	for _, body := range bodies(got) {
		seen[body] = true
	}
	for i := range 20 {
		one, other := seen[fmt.Sprint(i, " one")], seen[fmt.Sprint(i, " other")]
		if one != other || i%2 == 1 && !one {
			t.Errorf("of call %d there are %t and %t", i, one, other)
		}
	}
}

func recordedOrder(t *testing.T, s lineage.Store) {
	es := events(many)
	mustRecord(t, s, es[:many/2]...)
	first, cursor := recorded(t, s, 0)
	same(t, "the first half", bodies(es[:many/2]), bodies(first))
	mustRecord(t, s, es[many/2:]...)
	rest, last := recorded(t, s, cursor)
	same(t, "the other half", bodies(es[many/2:]), bodies(rest))
	if none, _ := recorded(t, s, last); len(none) != 0 {
		t.Errorf("%d events after the last", len(none))
	}
	read := 0
	for _, err := range s.Recorded(bounded(t), last-1) {
		if err != nil {
			t.Fatal(err)
		}
		read++
		mustRecord(t, s, event("late", 1))
	}
	if read != 1 {
		t.Errorf("%d events, want the one that was there at the time of the call", read)
	}
}
