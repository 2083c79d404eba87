package lineagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/accordhq/accord/lineage"
)

var expireConditions = []condition{
	{"expire removes what was last seen before, so many at a time", expireFacts},
	{"expire lets nobody miss what comes later", expireKeepsOrder},
	{"expired facts may come again", expireAgain},
	{"events expire by when they came, and never before they were read", expireEvents},
	{"expired events may come again", expireEventsAgain},
	{"expire respects the context", expireCancelled},
}

func mustExpireRuns(t *testing.T, s lineage.Store, minute, limit int) int {
	t.Helper()
	n, err := s.Expire(bounded(t), lineage.KindRun, at(minute), limit)
	if err != nil {
		t.Fatalf("expire: %v", err)
	}
	return n
}

func mustExpireEvents(t *testing.T, s lineage.Store, minute int, built lineage.Cursor, limit int) int {
	t.Helper()
	n, err := s.ExpireEvents(bounded(t), event("", minute).Received, built, limit)
	if err != nil {
		t.Fatalf("expire events: %v", err)
	}
	return n
}

// A sweep must hold nobody up for long, so it is told how much to do.
func expireFacts(t *testing.T, s lineage.Store) {
	for i := range 10 {
		mustPut(t, s, run(fmt.Sprint(i), "s", i, ""), node(fmt.Sprint(i), i))
	}
	seen := run("0", "s", 50, "") // is old and was seen again
	mustPut(t, s, seen)
	if n := mustExpireRuns(t, s, 5, 0); n != 0 {
		t.Errorf("%d removed, of none allowed", n)
	}
	if n := mustExpireRuns(t, s, 5, 3); n != 3 {
		t.Errorf("%d removed, want 3", n)
	}
	if n := mustExpireRuns(t, s, 5, 3); n != 1 {
		t.Errorf("%d removed, want the one that was left", n)
	}
	if n := mustExpireRuns(t, s, 5, 3); n != 0 {
		t.Errorf("%d removed, want none", n)
	}
	same(t, "what is left", []string{"0", "5", "6", "7", "8", "9"}, keys(mustList(t, s, lineage.KindRun, lineage.Query{})))
	if nodes := mustList(t, s, lineage.KindNode, lineage.Query{}); len(nodes) != 10 {
		t.Errorf("%d facts of another kind are left, want 10", len(nodes))
	}
	runs, _ := changes(t, s, 0, lineage.KindRun)
	same(t, "what changes tell", []string{"5", "6", "7", "8", "9", "0"}, keys(runs))
	if _, err := s.Fact(bounded(t), lineage.KindRun, "1"); !errors.Is(err, lineage.ErrNotFound) {
		t.Errorf("an expired fact: got %v, want ErrNotFound", err)
	}
}

// A cursor is given once, also when what it was given to is gone: a reader
// that has it would miss the next change.
func expireKeepsOrder(t *testing.T, s lineage.Store) {
	mustPut(t, s, run("old", "", 1, ""))
	mustRecord(t, s, event("old", 1))
	changed, read := newest(t, s)
	mustExpireRuns(t, s, 2, 10)
	if n := mustExpireEvents(t, s, 2, read, 10); n != 1 {
		t.Errorf("%d events removed, want 1", n)
	}
	mustPut(t, s, run("new", "", 3, ""))
	mustRecord(t, s, event("new", 3))
	if err := s.Wait(bounded(t), changed, read+1000); err != nil {
		t.Errorf("wait: %v", err)
	}
	facts, _ := changes(t, s, changed)
	same(t, "what changed", []string{"new"}, keys(facts))
	es, _ := recorded(t, s, read)
	same(t, "what was recorded", []string{"new"}, bodies(es))
}

func expireAgain(t *testing.T, s lineage.Store) {
	mustPut(t, s, run("a", "s", 1, "old"))
	mustExpireRuns(t, s, 2, 10)
	again := run("a", "t", 0, "again")
	mustPut(t, s, again)
	same(t, "the fact", again, mustFact(t, s, lineage.KindRun, "a"))
}

// An event that was not read yet is in no fact.
func expireEvents(t *testing.T, s lineage.Store) {
	mustRecord(t, s, event("d", 4), event("a", 1), event("b", 2), event("c", 3), event("aa", 1))
	var cursors []lineage.Cursor
	for e, err := range s.Recorded(bounded(t), 0) {
		if err != nil {
			t.Fatal(err)
		}
		cursors = append(cursors, e.Cursor)
	}
	if n := mustExpireEvents(t, s, 4, 0, 10); n != 0 {
		t.Errorf("%d removed, though none was read", n)
	}
	if n := mustExpireEvents(t, s, 4, cursors[2], 0); n != 0 {
		t.Errorf("%d removed, of none allowed", n)
	}
	if n := mustExpireEvents(t, s, 4, cursors[2], 1); n != 1 {
		t.Errorf("%d removed, want 1", n)
	}
	if n := mustExpireEvents(t, s, 4, cursors[2], 10); n != 1 {
		t.Errorf("%d removed, want the other that was read", n)
	}
	es, _ := recorded(t, s, 0)
	same(t, "what is left", []string{"d", "c", "aa"}, bodies(es))
	if _, total, err := s.Events(bounded(t), lineage.EventQuery{}); err != nil || total != 3 {
		t.Errorf("of %d (%v), want 3", total, err)
	}
}

func expireEventsAgain(t *testing.T, s lineage.Store) {
	mustRecord(t, s, event("a", 1))
	_, read := recorded(t, s, 0)
	mustExpireEvents(t, s, 2, read, 10)
	if fresh := mustRecord(t, s, event("a", 1)); fresh != 1 {
		t.Errorf("%d are fresh, want 1", fresh)
	}
}

func expireCancelled(t *testing.T, s lineage.Store) {
	mustPut(t, s, run("a", "s", 1, ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Expire(ctx, lineage.KindRun, at(9), 10); !errors.Is(err, context.Canceled) {
		t.Errorf("expire: got %v, want context.Canceled", err)
	}
	if _, err := s.ExpireEvents(ctx, at(9), 10, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("expire events: got %v, want context.Canceled", err)
	}
	mustFact(t, s, lineage.KindRun, "a")
}
