package logtest

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/accordhq/accord/registry"
)

// opener opens another handle on the one store of a test.
type opener func(t *testing.T) registry.Log

// RunPersistent tries what a store owes to those who come after and to those
// who share it. Open returns a new handle on the store that path names and
// makes the store if there is none. Path is an empty folder of the test's own;
// a store that keeps no files may take it as a unique name.
func RunPersistent(t *testing.T, open func(t *testing.T, path string) registry.Log) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(t *testing.T, open opener)
	}{
		{"reopening sees everything", reopening},
		{"reopening keeps erased content erased", reopeningAfterErase},
		{"handles see each other", handlesShare},
		{"handles conflict with each other", handlesConflict},
		{"handles race and lose nothing", handlesRace},
		{"handles wake each other", handlesWake},
		{"opening at the same time makes one store", openingTogether},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := t.TempDir()
			c.test(t, func(t *testing.T) registry.Log {
				t.Helper()
				log := open(t, path)
				closeLater(t, log)
				return log
			})
		})
	}
}

// A restart is the most common thing that happens to a registry.
func reopening(t *testing.T, open opener) {
	recs := puts(many)
	log := open(t)
	first := mustAppend(t, log, registry.Offset{}, recs[:many-1]...)
	mustAppend(t, log, first, recs[many-1])
	before := read(t, log, registry.Offset{})
	if err := log.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	log = open(t)
	if d := diff(before, read(t, log, registry.Offset{})); d != "" {
		t.Errorf("entries differ after reopening (-before +after):\n%s", d)
	}
	last := before[len(before)-1]
	got, err := log.Get(bounded(t), last.Offset)
	if err != nil {
		t.Fatalf("get %s: %v", last.Offset, err)
	}
	if d := diff(recs[many-1], got.Record); d != "" {
		t.Errorf("the last record differs (-want +got):\n%s", d)
	}
	mustAppend(t, log, last.Offset, put("next", "x"))
}

// What was erased must not come back from a file that was not rewritten.
func reopeningAfterErase(t *testing.T, open opener) {
	log := open(t)
	mustAppend(t, log, registry.Offset{}, put("a", "1"), put("b", "2"), erase("a"))
	if err := log.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	want := []registry.Record{blank(put("a", "")), put("b", "2"), erase("a")}
	if d := diff(want, records(whole(t, open(t)))); d != "" {
		t.Errorf("records differ (-want +got):\n%s", d)
	}
}

// Replicas follow one log: each sees what any of them was told is written, and
// one that goes away leaves the others alone.
func handlesShare(t *testing.T, open opener) {
	a, b := open(t), open(t)
	at := mustAppend(t, a, registry.Offset{}, put("a", "1"))
	at = mustAppend(t, b, at, put("b", "2"))
	mustAppend(t, b, at, erase("a"))
	want := []registry.Record{blank(put("a", "")), put("b", "2"), erase("a")}
	if d := diff(want, records(whole(t, a))); d != "" {
		t.Errorf("one handle does not see the other's (-want +got):\n%s", d)
	}
	if err := a.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if d := diff(want, records(whole(t, b))); d != "" {
		t.Errorf("after the other handle was closed (-want +got):\n%s", d)
	}
}

// Two replicas that decide on the same state must not both be right.
func handlesConflict(t *testing.T, open opener) {
	a, b := open(t), open(t)
	at := mustAppend(t, a, registry.Offset{}, put("a", "1"))
	if _, err := b.Append(bounded(t), registry.Offset{}, puts(2)...); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("append to a head another handle moved: got %v, want ErrConflict", err)
	}
	mustAppend(t, b, at, put("b", "2"))
	if _, err := a.Append(bounded(t), at, put("c", "3")); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("append to a head another handle moved: got %v, want ErrConflict", err)
	}
	if got := read(t, a, registry.Offset{}); len(got) != 2 {
		t.Errorf("the log has %d entries, want 2", len(got))
	}
}

// The race of many writers again, with nothing shared but the store.
func handlesRace(t *testing.T, open opener) {
	const writers, each = 3, 10
	var group sync.WaitGroup
	for w := range writers {
		log := open(t)
		group.Go(func() {
			var at registry.Offset
			for i := range each {
				var err error
				if at, err = insist(bounded(t), log, at, put(strconv.Itoa(w*each+i), "x")); err != nil {
					t.Errorf("writer %d: append %d: %v", w, i, err)
					return
				}
			}
		})
	}
	group.Wait()
	var ids []int
	for _, e := range read(t, open(t), registry.Offset{}) {
		id, err := strconv.Atoi(e.Key.ID)
		if err != nil {
			t.Fatalf("entry with the key %q, which nobody wrote", e.Key.ID)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if unique := slices.Compact(slices.Clone(ids)); len(ids) != writers*each || len(unique) != len(ids) {
		t.Errorf("%d entries, %d of them different, want %d", len(ids), len(unique), writers*each)
	}
}

// A replica that is not told of others' writes serves an old state for good.
func handlesWake(t *testing.T, open opener) {
	a, b := open(t), open(t)
	var at registry.Offset
	for range 3 {
		woken := make(chan error, 1)
		go func() { woken <- b.Wait(bounded(t), at) }()
		settle()
		next := mustAppend(t, a, at, put("a", "x"))
		if err := <-woken; err != nil {
			t.Fatalf("wait on another handle: %v", err)
		}
		if got := read(t, b, at); len(got) != 1 || got[0].Offset != next {
			t.Fatalf("woken at %s to read %d entries, want the one at %s", at, len(got), next)
		}
		at = next
	}
}

// Replicas of a new deployment start together on an empty store.
func openingTogether(t *testing.T, open opener) {
	const handles = 4
	logs := make([]registry.Log, handles)
	var group sync.WaitGroup
	for i := range logs {
		group.Go(func() { logs[i] = open(t) })
	}
	group.Wait()
	var at registry.Offset
	for i, log := range logs {
		if log == nil {
			t.Fatalf("handle %d did not open", i)
		}
		at = mustAppend(t, log, at, put(strconv.Itoa(i), "x"))
	}
	if got := read(t, logs[0], registry.Offset{}); len(got) != handles {
		t.Errorf("the log has %d entries, want %d", len(got), handles)
	}
}
