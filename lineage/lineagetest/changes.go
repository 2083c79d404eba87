package lineagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/accordhq/accord/lineage"
)

var changesConditions = []condition{
	{"changes come in the order of the last change, each fact once", changesOrder},
	{"changes are of the kinds asked for", changesKinds},
	{"changes end with the newest at the time of the call", changesEnd},
	{"changes stop when the caller does", changesStop},
	{"changes may be put while they are read", changesReentrant},
	{"changes respect the context", changesCancelled},
	{"changes lack nothing that concurrent writers put", func(t *testing.T, s lineage.Store) { race(t, s, s) }},
}

// A graph that is made of changes needs the last state of each fact and a
// place to go on from.
func changesOrder(t *testing.T, s lineage.Store) {
	mustPut(t, s, node("a", 1))
	mustPut(t, s, node("b", 1))
	mustPut(t, s, node("c", 1))
	first, middle := changes(t, s, 0)
	same(t, "the order of first changes", []string{"a", "b", "c"}, keys(first))
	mustPut(t, s, node("b", 1)) // says nothing new
	mustPut(t, s, node("a", 2))
	all, last := changes(t, s, 0)
	same(t, "the order of last changes", []string{"b", "c", "a"}, keys(all))
	after, end := changes(t, s, middle)
	want := node("a", 2)
	want.First = at(1)
	same(t, "what changed since", []lineage.Fact{want}, after)
	if end != last {
		t.Errorf("changes end at %d and at %d", last, end)
	}
	if none, _ := changes(t, s, last); len(none) > 0 {
		t.Errorf("after the last change there is %v", none)
	}
	if none, _ := changes(t, s, last+1000); len(none) > 0 {
		t.Errorf("long after the last change there is %v", none)
	}
}

func changesKinds(t *testing.T, s lineage.Store) {
	for i := range 3 {
		mustPut(t, s, node(fmt.Sprint("n", i), i), run(fmt.Sprint("r", i), "", i, ""), lineage.Fact{Kind: lineage.KindEdge, Key: fmt.Sprint("e", i)})
	}
	_, last := changes(t, s, 0)
	got, end := changes(t, s, 0, lineage.KindNode, lineage.KindEdge)
	if len(got) != 6 || end > last {
		t.Errorf("two kinds: %v", keys(got))
	}
	for _, f := range got {
		if f.Kind == lineage.KindRun {
			t.Errorf("a run, where nodes and edges were asked for")
		}
	}
	runs, _ := changes(t, s, 0, lineage.KindRun)
	same(t, "runs", []string{"r0", "r1", "r2"}, keys(runs))
	if none, _ := changes(t, s, 0, lineage.KindUse); len(none) != 0 {
		t.Errorf("a kind that is not there: %v", none)
	}
}

// A reader that is slower than the writers must come to an end.
func changesEnd(t *testing.T, s lineage.Store) {
	mustPut(t, s, node("a", 1), node("b", 1))
	read := 0
	for _, err := range s.Changes(bounded(t), 0) {
		if err != nil {
			t.Fatal(err)
		}
		read++
		mustPut(t, s, node(fmt.Sprint("new", read), 1))
		if read > 2 {
			t.Fatal("changes go on with what was put after the call")
		}
	}
	if read != 2 {
		t.Errorf("%d changes, want 2", read)
	}
}

func changesStop(t *testing.T, s lineage.Store) {
	mustPut(t, s, node("a", 1), node("b", 1))
	mustRecord(t, s, events(2)...)
	for _, err := range s.Changes(bounded(t), 0) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	for _, err := range s.Recorded(bounded(t), 0) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	mustPut(t, s, node("c", 1))
}

// The builder puts what it made of an event while it reads the next ones.
func changesReentrant(t *testing.T, s lineage.Store) {
	const n = 1500
	mustRecord(t, s, events(n)...)
	for e, err := range s.Recorded(bounded(t), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Cursor%100 == 0 {
			mustPut(t, s, run(fmt.Sprint(e.Cursor), "", 1, string(e.Body)))
		}
	}
	for c, err := range s.Changes(bounded(t), 0) {
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the fact", c.Fact, mustFact(t, s, c.Fact.Kind, c.Fact.Key))
	}
}

func changesCancelled(t *testing.T, s lineage.Store) {
	mustPut(t, s, node("a", 1), node("b", 1), node("c", 1))
	mustRecord(t, s, events(3)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read, last := 0, error(nil)
	for _, err := range s.Changes(ctx, 0) {
		read, last = read+1, err
		cancel()
	}
	if read != 2 || !errors.Is(last, context.Canceled) {
		t.Errorf("changes: %d items and %v, want one and context.Canceled", read, last)
	}
	read, last = 0, nil
	for _, err := range s.Recorded(ctx, 0) {
		read, last = read+1, err
	}
	if read != 1 || !errors.Is(last, context.Canceled) {
		t.Errorf("recorded: %d items and %v, want just context.Canceled", read, last)
	}
	if _, err := s.List(ctx, lineage.KindNode, lineage.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("list: %v, want context.Canceled", err)
	}
	if _, err := s.Fact(ctx, lineage.KindNode, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("fact: %v, want context.Canceled", err)
	}
	if _, _, err := s.Events(ctx, lineage.EventQuery{}); !errors.Is(err, context.Canceled) {
		t.Errorf("events: %v, want context.Canceled", err)
	}
}

// follower knows what changes have told it.
type follower struct {
	cursor lineage.Cursor
	facts  map[string]lineage.Fact
	events map[string]bool
	read   lineage.Cursor
}

// catchUp reads what is new in both orders.
func (f *follower) catchUp(ctx context.Context, s lineage.Store) error {
	for c, err := range s.Changes(ctx, f.cursor) {
		if err != nil {
			return err
		}
		if c.Cursor <= f.cursor {
			return fmt.Errorf("changes after %d yield %d", f.cursor, c.Cursor)
		}
		f.cursor, f.facts[c.Fact.Key] = c.Cursor, c.Fact
	}
	for e, err := range s.Recorded(ctx, f.read) {
		if err != nil {
			return err
		}
		f.read, f.events[string(e.Body)] = e.Cursor, true
	}
	return nil
}

// race has several writers put and record while others follow. A cursor that
// can be seen before a lower one makes a follower miss a change for good.
func race(t *testing.T, stores ...lineage.Store) {
	const writers, each = 6, 25
	written := make(chan struct{})
	var writing, following sync.WaitGroup
	for w := range writers {
		s := stores[w%len(stores)]
		writing.Go(func() {
			for i := range each {
				facts := []lineage.Fact{run(fmt.Sprint("shared", i%7), "", w*each+i, "x"), run(fmt.Sprint("own", w, " ", i), "", i, "y")}
				if err := s.Put(bounded(t), facts); err != nil {
					t.Errorf("put: %v", err)
					return
				}
				// Half of the events are another writer's, too.
				if _, err := s.Record(bounded(t), []lineage.Event{event(fmt.Sprint(w/2, " ", i), i), event(fmt.Sprint("own", w, " ", i), i)}); err != nil {
					t.Errorf("record: %v", err)
					return
				}
			}
		})
	}
	followers := make([]*follower, 4)
	for i := range followers {
		f, s := &follower{facts: map[string]lineage.Fact{}, events: map[string]bool{}}, stores[i%len(stores)]
		followers[i] = f
		following.Go(func() {
			for done := false; !done; {
				select {
				case <-written:
					done = true // and once more
				default:
				}
				if err := f.catchUp(bounded(t), s); err != nil {
					t.Errorf("follow: %v", err)
					return
				}
			}
		})
	}
	writing.Wait()
	close(written)
	following.Wait()
	want := map[string]lineage.Fact{}
	for _, f := range mustList(t, stores[0], lineage.KindRun, lineage.Query{}) {
		want[f.Key] = f
	}
	if len(want) != 7+writers*each {
		t.Errorf("%d facts, want %d", len(want), 7+writers*each)
	}
	for _, f := range followers {
		same(t, "what a follower knows", want, f.facts)
		if len(f.events) != writers*each+writers*each/2 {
			t.Errorf("a follower read %d events, want %d", len(f.events), writers*each*3/2)
		}
	}
}
