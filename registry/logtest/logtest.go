// Package logtest is the contract of registry.Log in executable form: Run
// holds for every store, RunPersistent for those that outlive their process.
// Each condition is one subtest; the comment on its function says what breaks
// in the registry when a store misses it. Offsets are opaque here: conditions
// compare them and never count with them.
//
// Faulty wraps a log so that tests of the registry can make appends fail in
// the ways that networks and disks know.
package logtest

import (
	"bytes"
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
)

// patience bounds every wait, so that a store which never answers fails its
// test and does not hang it.
const patience = 30 * time.Second

// settle gives goroutines that are about to wait the time to do so, so that a
// wake-up that never comes is noticed. A store that is right passes without.
func settle() { time.Sleep(20 * time.Millisecond) }

// condition is one promise of the contract, tried on an empty log.
type condition struct {
	name string
	test func(t *testing.T, log registry.Log)
}

// Run tries every condition on a log of its own. Open returns an empty log;
// the suite closes it.
func Run(t *testing.T, open func(t *testing.T) registry.Log) {
	t.Helper()
	for _, group := range [][]condition{appendConditions, readConditions, eraseConditions, waitConditions, closeConditions} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				log := open(t)
				closeLater(t, log)
				c.test(t, log)
			})
		}
	}
}

// closeLater closes the log at the end of the test. A test that has closed it
// itself is fine: Close is idempotent.
func closeLater(t *testing.T, log registry.Log) {
	t.Helper()
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

// bounded returns a context that ends with the test or when patience does.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// decided is the time of all records that do not care.
var decided = time.Date(2026, 3, 14, 15, 9, 26, 535e6, time.UTC)

// put makes a record that sets a key of the suite's own kind.
func put(id, body string) registry.Record {
	return registry.Record{
		Key:    registry.Key{Kind: "logtest", ID: id},
		Op:     registry.OpPut,
		Time:   decided,
		Actor:  "user:ada",
		Change: "change-" + id,
		Facts:  []byte(`{"id":"` + id + `"}`),
		Body:   []byte(body),
	}
}

// puts makes n records with keys of their own.
func puts(n int) []registry.Record {
	recs := make([]registry.Record, n)
	for i := range recs {
		recs[i] = put(strconv.Itoa(i), "body "+strconv.Itoa(i))
	}
	return recs
}

// mustAppend appends and fails the test if that does not work.
func mustAppend(t *testing.T, log registry.Log, at registry.Offset, recs ...registry.Record) registry.Offset {
	t.Helper()
	head, err := log.Append(bounded(t), at, recs...)
	if err != nil {
		t.Fatalf("append %d records at %s: %v", len(recs), at, err)
	}
	return head
}

// read collects the entries after an offset.
func read(t *testing.T, log registry.Log, after registry.Offset) []registry.Entry {
	t.Helper()
	entries := []registry.Entry{}
	for e, err := range log.Read(bounded(t), after) {
		if err != nil {
			t.Fatalf("read after %s: %v", after, err)
		}
		entries = append(entries, e)
	}
	return entries
}

// whole fetches every entry with its body.
func whole(t *testing.T, log registry.Log) []registry.Entry {
	t.Helper()
	entries := read(t, log, registry.Offset{})
	for i, e := range entries {
		got, err := log.Get(bounded(t), e.Offset)
		if err != nil {
			t.Fatalf("get %s: %v", e.Offset, err)
		}
		entries[i] = got
	}
	return entries
}

// records drops the offsets.
func records(entries []registry.Entry) []registry.Record {
	recs := make([]registry.Record, len(entries))
	for i, e := range entries {
		recs[i] = e.Record
	}
	return recs
}

// withoutBodies is what Read shows of records.
func withoutBodies(recs []registry.Record) []registry.Record {
	seen := make([]registry.Record, len(recs))
	for i, rec := range recs {
		rec.Body = nil
		seen[i] = rec
	}
	return seen
}

// diff compares records or entries; nil and empty bytes are the same.
func diff(want, got any) string {
	return cmp.Diff(want, got, cmp.Comparer(bytes.Equal), cmp.Comparer(func(a, b registry.Offset) bool { return a == b }))
}
