package main

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/registry/memlog"
)

// TestExpire: events and runs go when they are older than they are kept, but no
// event that is not built; what the graph is made of stays.
func TestExpire(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	flags := observeFlags{eventsKept: 14 * day, runsKept: 90 * day}
	o, err := openObserver(t.Context(), "memory:", memlog.New(), flags, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	var events []lineage.Event
	for i, ago := range []time.Duration{30 * day, 20 * day, 19 * day, day} {
		at := now.Add(-ago)
		events = append(events, lineage.Event{Digest: [32]byte{byte(i)}, Time: at, Received: at, Body: []byte(fmt.Sprint(i))})
	}
	if _, err := o.Record(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	second := lineage.Cursor(0)
	for e, err := range o.Recorded(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if string(e.Body) == "1" {
			second = e.Cursor
		}
	}
	facts := []lineage.Fact{lineage.Position{Reader: "openlineage", Cursor: second, At: now}.Fact()}
	for _, ago := range []time.Duration{100 * day, 70 * day, day} {
		at := lineage.At(now.Add(-ago))
		job := lineage.ID{Namespace: "n", Name: fmt.Sprint("job ", ago)}
		facts = append(facts,
			lineage.NodeFact{Node: lineage.Node{Kind: lineage.JobNode, ID: job}, Interval: at}.Fact(),
			lineage.Run{ID: fmt.Sprint("run ", ago), Job: job, State: lineage.RunComplete, Interval: at}.Fact(),
			lineage.Coverage{Source: "kafka", Namespace: "n", Slot: at.First, Interval: at}.Fact())
	}
	if err := o.Put(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	if built, err := openlineage.Built(t.Context(), o); err != nil || built != second {
		t.Fatalf("built up to %d, want %d (%v)", built, second, err)
	}
	if err := o.expireOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := ""
	for e, err := range o.Recorded(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		left += string(e.Body)
	}
	if left != "23" {
		t.Errorf("events %s are left, want 2, which is not built, and 3, which is new", left)
	}
	for kind, want := range map[lineage.Kind]int{lineage.KindNode: 3, lineage.KindRun: 2, lineage.KindCoverage: 1} {
		got, err := o.List(t.Context(), kind, lineage.Query{})
		if err != nil || len(got) != want {
			t.Errorf("%d facts of kind %s are left, want %d (%v)", len(got), kind, want, err)
		}
	}
}
