// Package lineagetest is the contract of lineage.Store in executable form: Run
// holds for every store, RunPersistent for those that outlive their process.
// Each condition is one subtest; the comment on its function says what breaks
// when a store misses it. Cursors are opaque here: conditions compare them and
// never count with them.
package lineagetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
)

// patience bounds every wait, so that a store which never answers fails its
// test and does not hang it.
const patience = 60 * time.Second

// settle gives goroutines that are about to wait the time to do so, so that a
// wake-up that never comes is noticed. A store that is right passes without.
func settle() { time.Sleep(20 * time.Millisecond) }

// condition is one promise of the contract, tried on an empty store.
type condition struct {
	name string
	test func(t *testing.T, s lineage.Store)
}

// Run tries every condition on a store of its own. Open returns an empty
// store; the suite closes it.
func Run(t *testing.T, open func(t *testing.T) lineage.Store) {
	t.Helper()
	for _, group := range [][]condition{
		putConditions, changesConditions, listConditions, recordConditions,
		eventsConditions, waitConditions, expireConditions, closeConditions,
	} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := open(t)
				closeLater(t, s)
				c.test(t, s)
			})
		}
	}
}

// closeLater closes the store at the end of the test. A test that has closed
// it itself is fine: Close is idempotent.
func closeLater(t *testing.T, s lineage.Store) {
	t.Helper()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
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

// noon is the time around which everything here is seen.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 123456000, time.UTC)

// at is noon and some minutes.
func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// node makes a fact that was seen once.
func node(key string, minute int) lineage.Fact {
	return lineage.Fact{Kind: lineage.KindNode, Key: key, First: at(minute), Last: at(minute), Said: at(minute)}
}

// run makes a fact with all there is, listed under a scope.
func run(key, scope string, minute int, body string) lineage.Fact {
	f := node(key, minute)
	f.Kind, f.Scope, f.Body = lineage.KindRun, scope, []byte(body)
	return f
}

// event makes an event that was received a day after its own time.
func event(body string, minute int) lineage.Event {
	return lineage.Event{Digest: sha256.Sum256([]byte(body)), Time: at(minute), Received: at(minute).Add(24 * time.Hour), Body: []byte(body)}
}

// events makes n events, a minute apart.
func events(n int) []lineage.Event {
	es := make([]lineage.Event, n)
	for i := range es {
		es[i] = event(fmt.Sprintf(`{"event":%d}`, i), i)
	}
	return es
}

func mustPut(t *testing.T, s lineage.Store, facts ...lineage.Fact) {
	t.Helper()
	if err := s.Put(bounded(t), facts); err != nil {
		t.Fatalf("put %d facts: %v", len(facts), err)
	}
}

// mustRecord records and returns how many events were fresh.
func mustRecord(t *testing.T, s lineage.Store, es ...lineage.Event) int {
	t.Helper()
	fresh, err := s.Record(bounded(t), es)
	if err != nil {
		t.Fatalf("record %d events: %v", len(es), err)
	}
	return fresh
}

func mustFact(t *testing.T, s lineage.Store, kind lineage.Kind, key string) lineage.Fact {
	t.Helper()
	f, err := s.Fact(bounded(t), kind, key)
	if err != nil {
		t.Fatalf("fact %s %q: %v", kind, key, err)
	}
	return f
}

func mustList(t *testing.T, s lineage.Store, kind lineage.Kind, q lineage.Query) []lineage.Fact {
	t.Helper()
	facts, err := s.List(bounded(t), kind, q)
	if err != nil {
		t.Fatalf("list %s %+v: %v", kind, q, err)
	}
	return facts
}

// changes collects the facts that changed after a cursor, checks that their
// cursors grow, and returns the last cursor.
func changes(t *testing.T, s lineage.Store, after lineage.Cursor, kinds ...lineage.Kind) ([]lineage.Fact, lineage.Cursor) {
	t.Helper()
	facts := []lineage.Fact{}
	for c, err := range s.Changes(bounded(t), after, kinds...) {
		if err != nil {
			t.Fatalf("changes after %d: %v", after, err)
		}
		if c.Cursor <= after {
			t.Fatalf("changes after %d yield %d", after, c.Cursor)
		}
		facts, after = append(facts, c.Fact), c.Cursor
	}
	return facts, after
}

// recorded collects the events after a cursor, checks that their cursors grow,
// and returns the last cursor.
func recorded(t *testing.T, s lineage.Store, after lineage.Cursor) ([]lineage.Event, lineage.Cursor) {
	t.Helper()
	found := []lineage.Event{}
	for e, err := range s.Recorded(bounded(t), after) {
		if err != nil {
			t.Fatalf("recorded after %d: %v", after, err)
		}
		if e.Cursor <= after {
			t.Fatalf("recorded after %d yields %d", after, e.Cursor)
		}
		found, after = append(found, e.Event), e.Cursor
	}
	return found, after
}

// keys are what facts are told apart by where only their order matters.
func keys(facts []lineage.Fact) []string {
	ks := make([]string, len(facts))
	for i, f := range facts {
		ks[i] = f.Key
	}
	return ks
}

// bodies do so for events.
func bodies(es []lineage.Event) []string {
	bs := make([]string, len(es))
	for i, e := range es {
		bs[i] = string(e.Body)
	}
	return bs
}

// same fails the test unless two values are the same to the last detail: an
// empty body is nil, times are in UTC.
func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.Comparer(sameBytes)); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// sameBytes is much faster than cmp's search for where bytes differ.
func sameBytes(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }
