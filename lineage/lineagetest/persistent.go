package lineagetest

import (
	"sync"
	"testing"

	"github.com/accordhq/accord/lineage"
)

// opener opens another handle on the one store of a test.
type opener func(t *testing.T) lineage.Store

// RunPersistent tries what a store owes to those who come after and to those
// who share it. Open returns a new handle on the store that path names and
// makes the store if there is none. Path is an empty folder of the test's own;
// a store that keeps no files may take it as a unique name.
func RunPersistent(t *testing.T, open func(t *testing.T, path string) lineage.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(t *testing.T, open opener)
	}{
		{"reopening sees everything", reopening},
		{"cursors are given once, also after reopening", reopeningAfterExpiry},
		{"handles race and miss nothing", func(t *testing.T, open opener) { race(t, open(t), open(t), open(t)) }},
		{"handles wake each other", func(t *testing.T, open opener) { waitWakes(t, open(t), open(t)) }},
		{"opening at the same time makes one store", openingTogether},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := t.TempDir()
			c.test(t, func(t *testing.T) lineage.Store {
				t.Helper()
				s := open(t, path)
				closeLater(t, s)
				return s
			})
		})
	}
}

// A restart is the most common thing that happens to a registry.
func reopening(t *testing.T, open opener) {
	s := open(t)
	mustPut(t, s, run("a", "s", 1, "1"), node("b", 2))
	mustPut(t, s, run("a", "s", 3, "3"))
	mustRecord(t, s, events(20)...)
	facts, changed := changes(t, s, 0)
	es, read := recorded(t, s, 0)
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	s = open(t)
	facts2, changed2 := changes(t, s, 0)
	same(t, "facts", facts, facts2)
	es2, read2 := recorded(t, s, 0)
	same(t, "events", es, es2)
	if changed != changed2 || read != read2 {
		t.Errorf("cursors were %d and %d and are %d and %d", changed, read, changed2, read2)
	}
	if fresh := mustRecord(t, s, events(21)...); fresh != 1 {
		t.Errorf("%d events are fresh, want 1", fresh)
	}
}

func reopeningAfterExpiry(t *testing.T, open opener) {
	s := open(t)
	mustPut(t, s, run("old", "", 1, ""))
	mustRecord(t, s, event("old", 1))
	changed, read := newest(t, s)
	mustExpireRuns(t, s, 2, 10)
	mustExpireEvents(t, s, 2, read, 10)
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	s = open(t)
	mustPut(t, s, run("new", "", 3, ""))
	mustRecord(t, s, event("new", 3))
	facts, _ := changes(t, s, changed)
	same(t, "what changed", []string{"new"}, keys(facts))
	es, _ := recorded(t, s, read)
	same(t, "what was recorded", []string{"new"}, bodies(es))
}

// Replicas of a new deployment start together on an empty store.
func openingTogether(t *testing.T, open opener) {
	const handles = 4
	stores := make([]lineage.Store, handles)
	var group sync.WaitGroup
	for i := range stores {
		group.Go(func() { stores[i] = open(t) })
	}
	group.Wait()
	for i, s := range stores {
		if s == nil {
			t.Fatalf("handle %d did not open", i)
		}
		mustPut(t, s, node(string(rune('a'+i)), i))
	}
	if got := mustList(t, stores[0], lineage.KindNode, lineage.Query{}); len(got) != handles {
		t.Errorf("the store has %d facts, want %d", len(got), handles)
	}
}
