package logtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/accordhq/accord/registry"
)

var appendConditions = []condition{
	{"append keeps order", appendKeepsOrder},
	{"append is seen by everyone who reads next", appendIsVisible},
	{"append at a stale offset conflicts", staleAppendConflicts},
	{"append past the head conflicts", earlyAppendConflicts},
	{"append of no records only compares", emptyAppendCompares},
	{"append copies what it is given", appendCopies},
	{"append by many writers loses and repeats nothing", racingAppends},
	{"append respects its context", appendRespectsContext},
}

// State is the fold of the log in order: two swapped records are two registries
// that disagree. Offsets must grow, or a reader would go back.
func appendKeepsOrder(t *testing.T, log registry.Log) {
	recs := puts(20)
	var at registry.Offset
	var acked []registry.Offset
	for batch := range slices.Chunk(recs, 3) {
		at = mustAppend(t, log, at, batch...)
		acked = append(acked, at)
	}
	entries := read(t, log, registry.Offset{})
	if d := diff(withoutBodies(recs), records(entries)); d != "" {
		t.Fatalf("records differ from what was appended (-want +got):\n%s", d)
	}
	var last registry.Offset
	for i, e := range entries {
		if !e.Offset.Covers(last) || last.Covers(e.Offset) {
			t.Errorf("offset %s follows %s: offsets must grow", e.Offset, last)
		}
		last = e.Offset
		if end := i%3 == 2 || i == len(entries)-1; end && acked[i/3] != e.Offset {
			t.Errorf("append %d answered %s, its last record is at %s", i/3, acked[i/3], e.Offset)
		}
	}
}

// A writer that has been told yes reads its own write, whole.
func appendIsVisible(t *testing.T, log registry.Log) {
	rec := put("a", "text")
	at := mustAppend(t, log, registry.Offset{}, rec)
	got, err := log.Get(bounded(t), at)
	if err != nil {
		t.Fatalf("get %s: %v", at, err)
	}
	if d := diff(registry.Entry{Offset: at, Record: rec}, got); d != "" {
		t.Errorf("entry differs (-want +got):\n%s", d)
	}
}

// A decision holds only for the state it was made on. Whoever decided on an
// older one must be refused, with nothing of a batch left behind.
func staleAppendConflicts(t *testing.T, log registry.Log) {
	first := mustAppend(t, log, registry.Offset{}, put("a", "1"))
	second := mustAppend(t, log, first, put("a", "2"))
	for _, at := range []registry.Offset{{}, first} {
		if _, err := log.Append(bounded(t), at, puts(3)...); !errors.Is(err, registry.ErrConflict) {
			t.Errorf("append at %s with the head at %s: got %v, want ErrConflict", at, second, err)
		}
	}
	if got := read(t, log, registry.Offset{}); len(got) != 2 {
		t.Errorf("refused appends left %d entries, want the 2 from before", len(got))
	}
	mustAppend(t, log, second, put("a", "3"))
}

// An offset that was never handed out is a bug or another log's: taking it
// would leave a hole that readers have passed already.
func earlyAppendConflicts(t *testing.T, log registry.Log) {
	at := mustAppend(t, log, registry.Offset{}, put("a", "1"))
	main, side := at.Parts()
	for _, wrong := range []registry.Offset{registry.NewOffset(main+1, side), registry.NewOffset(main, side+1)} {
		if _, err := log.Append(bounded(t), wrong, put("b", "2")); !errors.Is(err, registry.ErrConflict) {
			t.Errorf("append at %s with the head at %s: got %v, want ErrConflict", wrong, at, err)
		}
	}
	if got := read(t, log, registry.Offset{}); len(got) != 1 {
		t.Errorf("refused appends left %d entries, want 1", len(got))
	}
}

// An append of nothing asks "am I current?": same answer, nothing written.
func emptyAppendCompares(t *testing.T, log registry.Log) {
	if at := mustAppend(t, log, registry.Offset{}); !at.IsZero() {
		t.Errorf("appending nothing to an empty log answered %s, want the zero offset", at)
	}
	head := mustAppend(t, log, registry.Offset{}, put("a", "1"))
	if at := mustAppend(t, log, head); at != head {
		t.Errorf("appending nothing at %s answered %s", head, at)
	}
	if _, err := log.Append(bounded(t), registry.Offset{}); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("appending nothing at a stale offset: got %v, want ErrConflict", err)
	}
	if got := read(t, log, registry.Offset{}); len(got) != 1 {
		t.Errorf("the log has %d entries, want 1", len(got))
	}
}

// Buffers are reused by those who call and changed by those who read; neither
// may reach into the log.
func appendCopies(t *testing.T, log registry.Log) {
	rec := put("a", "text")
	want := put("a", "text")
	at := mustAppend(t, log, registry.Offset{}, rec)
	clear(rec.Facts)
	clear(rec.Body)
	for range 2 {
		got, err := log.Get(bounded(t), at)
		if err != nil {
			t.Fatalf("get %s: %v", at, err)
		}
		if d := diff(want, got.Record); d != "" {
			t.Fatalf("the log shares memory with its callers (-want +got):\n%s", d)
		}
		clear(got.Facts)
		clear(got.Body)
		for _, e := range read(t, log, registry.Offset{}) {
			clear(e.Facts)
		}
	}
}

// Replicas race for every write. Whatever the interleaving, a record that was
// acknowledged is in the log once, where the answer said, in its writer's
// order; and nobody waits forever.
func racingAppends(t *testing.T, log registry.Log) {
	const writers, each = 8, 6
	acked := make([][]registry.Offset, writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			var at registry.Offset
			for i := range each {
				var err error
				at, err = insist(bounded(t), log, at, put(fmt.Sprintf("%d-%d", w, i), "body"))
				if err != nil {
					t.Errorf("writer %d: append %d: %v", w, i, err)
					return
				}
				acked[w] = append(acked[w], at)
			}
		})
	}
	group.Wait()
	entries := read(t, log, registry.Offset{})
	if len(entries) != writers*each {
		t.Errorf("the log has %d entries, want %d", len(entries), writers*each)
	}
	found := make([][]registry.Offset, writers)
	for _, e := range entries {
		var w, i int
		if _, err := fmt.Sscanf(e.Key.ID, "%d-%d", &w, &i); err != nil || i != len(found[w]) {
			t.Fatalf("entry %q at %s is repeated or out of its writer's order", e.Key.ID, e.Offset)
		}
		found[w] = append(found[w], e.Offset)
	}
	if d := diff(acked, found); d != "" {
		t.Errorf("offsets acknowledged and found differ (-acked +found):\n%s", d)
	}
}

// insist appends a record, catching up after every conflict as the registry
// does.
func insist(ctx context.Context, log registry.Log, at registry.Offset, rec registry.Record) (registry.Offset, error) {
	for {
		next, err := log.Append(ctx, at, rec)
		if !errors.Is(err, registry.ErrConflict) {
			return next, err
		}
		before := at
		for e, err := range log.Read(ctx, at) {
			if err != nil {
				return at, err
			}
			at = e.Offset
		}
		if at == before {
			return at, fmt.Errorf("conflict at %s, but there is nothing after it", at)
		}
	}
}

// A request that was given up must not hold the sequencer, and must not leave
// half a batch.
func appendRespectsContext(t *testing.T, log registry.Log) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := log.Append(ctx, registry.Offset{}, puts(2)...); !errors.Is(err, context.Canceled) {
		t.Errorf("append with a cancelled context: got %v, want context.Canceled", err)
	}
	// Cancelling at any moment gives all or nothing, and the log stays usable.
	for round := range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		entries := read(t, log, registry.Offset{})
		if len(entries)%2 != 0 {
			t.Fatalf("the log has %d entries after appends of 2", len(entries))
		}
		var at registry.Offset
		if len(entries) > 0 {
			at = entries[len(entries)-1].Offset
		}
		go cancel()
		_, err := log.Append(ctx, at, put(strconv.Itoa(round), "x"), put(strconv.Itoa(round), "y"))
		if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, registry.ErrConflict) {
			t.Errorf("round %d: got %v, want success or context.Canceled", round, err)
		}
		cancel()
	}
}
