package logtest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
)

var readConditions = []condition{
	{"read of an empty log ends", readEmpty},
	{"read goes through pages to the head", readPages},
	{"read starts anywhere", readFromTheMiddle},
	{"read stops at the head of its call", readStopsAtItsHead},
	{"read that is left early holds nothing", readLeftEarly},
	{"read respects its context", readRespectsContext},
	{"get answers ErrNotFound", getNotFound},
	{"bytes come back exact", bytesExact},
	{"keys are any text", keysAnyText},
	{"times are milliseconds in UTC", timesInMilliseconds},
	{"delete keeps history", deleteKeepsHistory},
}

// many is more than any store fetches at a time.
const many = 2500

// A new registry starts from nothing.
func readEmpty(t *testing.T, log registry.Log) {
	if got := read(t, log, registry.Offset{}); len(got) != 0 {
		t.Errorf("a new log has %d entries", len(got))
	}
}

// Start-up reads everything; an entry lost between two pages is a schema lost.
func readPages(t *testing.T, log registry.Log) {
	recs := puts(many)
	head := mustAppend(t, log, registry.Offset{}, recs...)
	entries := read(t, log, registry.Offset{})
	if d := diff(withoutBodies(recs), records(entries)); d != "" {
		t.Fatalf("records differ (-want +got):\n%s", d)
	}
	if last := entries[len(entries)-1].Offset; last != head {
		t.Errorf("the last entry is at %s, the append answered %s", last, head)
	}
}

// Catching up reads from where one stands: not the entry there, and all after.
func readFromTheMiddle(t *testing.T, log registry.Log) {
	recs := puts(7)
	mustAppend(t, log, registry.Offset{}, recs...)
	entries := read(t, log, registry.Offset{})
	for i, e := range entries {
		rest := read(t, log, e.Offset)
		if d := diff(entries[i+1:], rest); d != "" {
			t.Errorf("after %s (-want +got):\n%s", e.Offset, d)
		}
	}
}

// Catching up must end, however fast others write; and whoever reads may write
// meanwhile, so no lock and no transaction may be held.
func readStopsAtItsHead(t *testing.T, log registry.Log) {
	at := mustAppend(t, log, registry.Offset{}, puts(5)...)
	seen := 0
	for _, err := range log.Read(bounded(t), registry.Offset{}) {
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		seen++
		at = mustAppend(t, log, at, put("more", "x"))
	}
	if seen != 5 {
		t.Errorf("read %d entries, want the 5 there were when it began", seen)
	}
	if got := len(read(t, log, registry.Offset{})); got != 10 {
		t.Errorf("the log has %d entries, want 10", got)
	}
}

// A loop left by break or return must give back what it held: a leaked cursor
// or connection shows when there are no more of them.
func readLeftEarly(t *testing.T, log registry.Log) {
	at := mustAppend(t, log, registry.Offset{}, puts(3)...)
	for range 200 {
		for _, err := range log.Read(bounded(t), registry.Offset{}) {
			if err != nil {
				t.Fatalf("read: %v", err)
			}
			break
		}
	}
	mustAppend(t, log, at, put("after", "x"))
	if err := log.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// A long replay must end when the process is told to stop.
func readRespectsContext(t *testing.T, log registry.Log) {
	mustAppend(t, log, registry.Offset{}, puts(10)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var seen int
	var last error
	for _, err := range log.Read(ctx, registry.Offset{}) {
		if last != nil {
			t.Fatal("the sequence went on after an error")
		}
		seen, last = seen+1, err
		cancel()
	}
	if !errors.Is(last, context.Canceled) || seen != 2 {
		t.Errorf("cancelled after the first entry: saw %d items and at last %v, want an entry and context.Canceled", seen, last)
	}
	if _, err := log.Get(ctx, registry.Offset{}); !errors.Is(err, context.Canceled) && !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("get with a cancelled context: %v", err)
	}
}

// A pointer to nowhere is told apart from a store that does not answer.
func getNotFound(t *testing.T, log registry.Log) {
	at := mustAppend(t, log, registry.Offset{}, put("a", "1"))
	main, side := at.Parts()
	for _, wrong := range []registry.Offset{{}, registry.NewOffset(main+1, side), registry.NewOffset(main, side+1), registry.NewOffset(-1, 0)} {
		if _, err := log.Get(bounded(t), wrong); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("get %s: got %v, want ErrNotFound", wrong, err)
		}
	}
}

// A schema's text is returned byte for byte; its identity hangs on that.
func bytesExact(t *testing.T, log registry.Log) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	big := bytes.Repeat(all, 2<<20/len(all))
	var recs []registry.Record
	for _, data := range [][]byte{nil, {}, {0}, []byte("\x00text\x00"), []byte("\xff\xfe\xc3("), all, big, []byte(`{"json": true}`)} {
		rec := put("bytes", "")
		rec.Body = data
		if len(data) < 1<<10 {
			rec.Facts = data
		}
		recs = append(recs, rec)
	}
	optional := put("optional", "x")
	optional.Optional = true
	optional.Actor, optional.Change = "", ""
	recs = append(recs, optional)
	mustAppend(t, log, registry.Offset{}, recs...)
	if d := diff(recs, records(whole(t, log))); d != "" {
		t.Errorf("records differ (-want +got):\n%.2000s", d)
	}
}

// Subjects are named by users.
func keysAnyText(t *testing.T, log registry.Log) {
	var recs []registry.Record
	for _, id := range []string{"", "\x00", "a\x00b", "a", "A", "a ", "a/b", "日本語", "é", "e\u0301", "' OR 1=1 --", "%", "\n", strings.Repeat("k", 5000)} {
		rec := put("x", "of "+id)
		rec.Key.ID = id
		recs = append(recs, rec)
	}
	at := mustAppend(t, log, registry.Offset{}, recs...)
	if d := diff(recs, records(whole(t, log))); d != "" {
		t.Fatalf("records differ (-want +got):\n%s", d)
	}
	// Keys that look alike are not one key: erasing one leaves the others.
	for i := range recs {
		at = mustAppend(t, log, at, registry.Record{Key: recs[i].Key, Op: registry.OpErase, Time: decided})
		recs[i].Facts, recs[i].Body = nil, nil
		if d := diff(recs, records(whole(t, log))[:len(recs)]); d != "" {
			t.Fatalf("after erasing %q (-want +got):\n%s", recs[i].Key.ID, d)
		}
	}
}

// Times are shown and compared in every replica's answers: one zone, one
// precision, rounded down.
func timesInMilliseconds(t *testing.T, log registry.Log) {
	east := time.FixedZone("east", 5*60*60+30*60)
	given := []time.Time{
		time.Date(2026, 2, 3, 4, 5, 6, 789_999_999, east),
		time.Date(1969, 12, 31, 23, 59, 59, 999_400_000, time.UTC),
		time.UnixMilli(0),
		{},
	}
	want := []string{"2026-02-02T22:35:06.789Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}
	var recs []registry.Record
	for _, at := range given {
		rec := put("t", "x")
		rec.Time = at
		recs = append(recs, rec)
	}
	mustAppend(t, log, registry.Offset{}, recs...)
	for i, e := range whole(t, log) {
		if got := e.Time.Format(time.RFC3339Nano); got != want[i] || e.Time.Location() != time.UTC {
			t.Errorf("time %s came back as %s in %s, want %s in UTC", given[i], got, e.Time.Location(), want[i])
		}
	}
}

// A soft delete can be undone, and the audit trail shows what was there.
func deleteKeepsHistory(t *testing.T, log registry.Log) {
	gone := registry.Record{Key: put("a", "").Key, Op: registry.OpDelete, Time: decided, Actor: "user:bob", Change: "c2", Facts: []byte("why")}
	recs := []registry.Record{put("a", "1"), put("b", "2"), gone, put("a", "3")}
	var at registry.Offset
	for _, rec := range recs {
		at = mustAppend(t, log, at, rec)
	}
	if d := diff(recs, records(whole(t, log))); d != "" {
		t.Errorf("records differ (-want +got):\n%s", d)
	}
}
