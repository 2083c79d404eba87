package lineagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
)

var putConditions = []condition{
	{"put keeps every part of a fact", putKeepsAll},
	{"put keeps any characters", putKeepsCharacters},
	{"put cuts times to microseconds in UTC", putCutsTimes},
	{"put merges as Merge does", putMerges},
	{"put merges one sighting with another", putMergesPairs},
	{"put keeps the scope of the body that stands", putScope},
	{"put holds no memory of the caller's", putCopies},
	{"put of nothing changes nothing", putNothing},
	{"put of many facts is one change", putMany},
	{"put with a cancelled context changes nothing", putCancelled},
	{"fact tells what is not there", factNotFound},
}

func putKeepsAll(t *testing.T, s lineage.Store) {
	f := lineage.Fact{
		Kind: lineage.KindFacet, Key: `["a","b"]`, Scope: "s", First: at(1), Last: at(2), Said: at(3), Rank: -7, Body: []byte(`{"x":1}`),
	}
	bare := lineage.Fact{Kind: lineage.KindNode, Key: ""}
	old := lineage.Fact{
		Kind: lineage.KindNode, Key: "old", First: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), Last: time.Date(1905, 2, 3, 4, 5, 6, 7000, time.UTC),
		Said: time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), Rank: 1 << 62,
	}
	mustPut(t, s, f, bare, old)
	for _, want := range []lineage.Fact{f, bare, old} {
		same(t, "the fact", want, mustFact(t, s, want.Kind, want.Key))
	}
}

// Names come from other people's systems.
func putKeepsCharacters(t *testing.T, s lineage.Store) {
	texts := []string{
		"a\x00b", "a", "a\x00", `'"; DROP TABLE facts; --`, "🦊 ключ 鍵", "line\nbreak\ttab", "%_\\", "$1 ?1 :a", "\xff\xfe",
		strings.Repeat("long ", 5000), "A", "ä",
	}
	var facts []lineage.Fact
	for i, text := range texts {
		f := run(text, text+"scope", i, text+"body")
		f.Body = append(f.Body, 0, 0xff)
		facts = append(facts, f)
	}
	large := run("large", "", 0, "")
	large.Body = bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	facts = append(facts, large)
	mustPut(t, s, facts...)
	for _, want := range facts {
		same(t, "the fact", want, mustFact(t, s, want.Kind, want.Key))
		if want.Scope != "" {
			same(t, "the list of its scope", []lineage.Fact{want}, mustList(t, s, lineage.KindRun, lineage.Query{Scope: want.Scope}))
		}
	}
	want := keys(facts)
	slices.Sort(want)
	same(t, "the list by key", want, keys(mustList(t, s, lineage.KindRun, lineage.Query{})))
}

// Two stores must not disagree on whether a time is later.
func putCutsTimes(t *testing.T, s lineage.Store) {
	zone := time.FixedZone("east", 3600)
	f := node("a", 0)
	f.First, f.Last, f.Said = noon.Add(999).In(zone), noon.Add(1001).In(zone), noon.Add(2999).In(zone)
	mustPut(t, s, f)
	want := node("a", 0)
	want.First, want.Last, want.Said = noon, noon.Add(1000), noon.Add(2000)
	got := mustFact(t, s, lineage.KindNode, "a")
	same(t, "the fact", want, got)
	if got.First.Location() != time.UTC || got.Last.Location() != time.UTC || got.Said.Location() != time.UTC {
		t.Errorf("times are not in UTC: %v", got)
	}
	_, cursor := changes(t, s, 0)
	mustPut(t, s, f)
	if moved, _ := changes(t, s, cursor); len(moved) > 0 {
		t.Errorf("the same again counts as a change: %v", moved)
	}
}

// drawFact draws sightings of few things, so that they collide. Each body has
// a scope of its own.
func drawFact(t *rapid.T, prefix string) lineage.Fact {
	minute := func(name string) time.Time { return at(rapid.IntRange(0, 4).Draw(t, name)) }
	body := rapid.SampledFrom([]string{"", "1", "10", "2", "\x00", "\xff"}).Draw(t, "body")
	f := lineage.Fact{
		Kind: rapid.SampledFrom([]lineage.Kind{lineage.KindRun, lineage.KindEdge}).Draw(t, "kind"),
		Key:  prefix + rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key"), Scope: prefix,
		First: minute("first"), Last: minute("last"), Said: minute("said"),
		Rank: rapid.Int64Range(-1, 1).Draw(t, "rank"),
	}
	if body != "" {
		f.Body = []byte(body)
	}
	return f
}

// model is what facts come to if they are merged in Go.
func model(facts []lineage.Fact) map[string]lineage.Fact {
	merged := map[string]lineage.Fact{}
	for _, f := range facts {
		name := string(f.Kind) + " " + f.Key
		if old, ok := merged[name]; ok {
			f = lineage.Merge(old, f)
		}
		merged[name] = f
	}
	return merged
}

// Collectors repeat themselves, several write the same, and events come in any
// order: what is stored is the same, and only what it changes moves.
func putMerges(t *testing.T, s lineage.Store) {
	var draws atomic.Int64
	var cursor lineage.Cursor
	rapid.Check(t, func(rt *rapid.T) {
		prefix := fmt.Sprintf("%d ", draws.Add(1))
		facts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) lineage.Fact { return drawFact(t, prefix) }), 1, 12).Draw(rt, "facts")
		for rest := facts; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(rt, "batch")
			mustPut(t, s, rest[:n]...)
			rest = rest[n:]
		}
		want := model(facts)
		moved, next := changes(t, s, cursor)
		same(t, "what changed", want, model(moved))
		if len(moved) != len(want) {
			t.Errorf("%d changes of %d facts: one is told twice", len(moved), len(want))
		}
		listed := append(mustList(t, s, lineage.KindRun, lineage.Query{Scope: prefix}), mustList(t, s, lineage.KindEdge, lineage.Query{Scope: prefix})...)
		same(t, "what is listed", want, model(listed))
		mustPut(t, s, rapid.Permutation(facts).Draw(rt, "again")...)
		if again, _ := changes(t, s, next); len(again) > 0 {
			t.Errorf("known facts in another order count as changes: %v", again)
		}
		cursor = next
		if t.Failed() {
			rt.Fatalf("with %+v", facts)
		}
	})
}

// Each rule of Merge alone, and whether it counts as a change.
func putMergesPairs(t *testing.T, s lineage.Store) {
	old := lineage.Fact{Kind: lineage.KindRun, First: at(10), Last: at(20), Rank: 1, Said: at(15), Body: []byte("m")}
	for name, change := range map[string]func(f *lineage.Fact){
		"earlier":             func(f *lineage.Fact) { f.First = at(5) },
		"later":               func(f *lineage.Fact) { f.Last = at(25) },
		"within":              func(f *lineage.Fact) { f.First, f.Last = at(12), at(13) },
		"higher rank":         func(f *lineage.Fact) { f.Rank, f.Said, f.Body = 2, at(1), []byte("a") },
		"lower rank":          func(f *lineage.Fact) { f.Rank, f.Said, f.Body = 0, at(30), []byte("z") },
		"said later":          func(f *lineage.Fact) { f.Said, f.Body = at(16), []byte("a") },
		"said before":         func(f *lineage.Fact) { f.Said, f.Body = at(14), []byte("z") },
		"greater body":        func(f *lineage.Fact) { f.Body = []byte("ma") },
		"lesser body":         func(f *lineage.Fact) { f.Body = []byte("ab") },
		"no body":             func(f *lineage.Fact) { f.Body = nil },
		"no body, said later": func(f *lineage.Fact) { f.Said, f.Body = at(16), nil },
		"seen, rank lower":    func(f *lineage.Fact) { f.Last, f.Rank, f.Body = at(30), 0, []byte("z") },
		"the same":            func(*lineage.Fact) {},
	} {
		a := old
		a.Key = name
		b := a
		change(&b)
		mustPut(t, s, a)
		_, cursor := changes(t, s, 0)
		mustPut(t, s, b)
		want := lineage.Merge(a, b)
		same(t, name, want, mustFact(t, s, a.Kind, a.Key))
		moved, _ := changes(t, s, cursor)
		expected := []lineage.Fact{want}
		if name == "within" || name == "lower rank" || name == "said before" || name == "lesser body" || name == "no body" || name == "the same" {
			expected = []lineage.Fact{}
		}
		same(t, name+": what moved", expected, moved)
	}
}

// A run whose job is corrected by its last event is listed under that job.
func putScope(t *testing.T, s lineage.Store) {
	mustPut(t, s, run("r", "first", 1, "1"))
	mustPut(t, s, run("r", "second", 2, "2"))
	mustPut(t, s, run("r", "third", 0, "0"))
	for scope, want := range map[string]int{"first": 0, "second": 1, "third": 0} {
		if got := mustList(t, s, lineage.KindRun, lineage.Query{Scope: scope}); len(got) != want {
			t.Errorf("%d runs under %q, want %d", len(got), scope, want)
		}
	}
}

// Readers of requests reuse their buffers.
func putCopies(t *testing.T, s lineage.Store) {
	f := run("a", "", 1, "body")
	e := event("event", 1)
	mustPut(t, s, f)
	mustRecord(t, s, e)
	f.Body[0], e.Body[0] = 'x', 'x'
	stored := mustFact(t, s, f.Kind, f.Key)
	if string(stored.Body) != "body" {
		t.Errorf("the store has %q", stored.Body)
	}
	stored.Body[0] = 'x'
	listed := mustList(t, s, f.Kind, lineage.Query{})
	listed[0].Body[0] = 'x'
	if got, _ := changes(t, s, 0); len(got) != 1 || string(got[0].Body) != "body" {
		t.Errorf("the store has %v", got)
	}
	if got, _ := recorded(t, s, 0); len(got) != 1 || string(got[0].Body) != "event" {
		t.Errorf("the store has %q", bodies(got))
	}
}

func putNothing(t *testing.T, s lineage.Store) {
	mustPut(t, s)
	if fresh := mustRecord(t, s); fresh != 0 {
		t.Errorf("%d events of none are fresh", fresh)
	}
	if got, _ := changes(t, s, 0); len(got) != 0 {
		t.Errorf("an empty store has changes: %v", got)
	}
	if got, _ := recorded(t, s, 0); len(got) != 0 {
		t.Errorf("an empty store has events: %v", got)
	}
	if got := mustList(t, s, lineage.KindRun, lineage.Query{}); len(got) != 0 {
		t.Errorf("an empty store has facts: %v", got)
	}
	if got, total, err := s.Events(bounded(t), lineage.EventQuery{}); err != nil || len(got) != 0 || total != 0 {
		t.Errorf("an empty store has %d of %d events (%v)", len(got), total, err)
	}
}

// many is more than stores fetch or write at a time.
const many = 5_321

func putMany(t *testing.T, s lineage.Store) {
	var facts, want []lineage.Fact
	for i := range many {
		f := run(fmt.Sprintf("%05d", (i*7919)%many), "s", i%60, strings.Repeat("x", i%50))
		if i%50 == 0 {
			f.Body = nil
		}
		facts, want = append(facts, f), append(want, f)
		if i%10 == 0 { // and some of them twice
			facts = append(facts, f)
		}
	}
	mustPut(t, s, facts...)
	got, _ := changes(t, s, 0)
	byKey := func(a, b lineage.Fact) int { return strings.Compare(a.Key, b.Key) }
	slices.SortFunc(got, byKey)
	slices.SortFunc(want, byKey)
	same(t, "changes", want, got)
	same(t, "the list", want, mustList(t, s, lineage.KindRun, lineage.Query{}))
}

func putCancelled(t *testing.T, s lineage.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ctx, []lineage.Fact{node("a", 1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("put: got %v, want context.Canceled", err)
	}
	if _, err := s.Record(ctx, events(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("record: got %v, want context.Canceled", err)
	}
	if got, _ := changes(t, s, 0); len(got) != 0 {
		t.Errorf("the store has %v", got)
	}
	if got, _ := recorded(t, s, 0); len(got) != 0 {
		t.Errorf("the store has %v", got)
	}
}

func factNotFound(t *testing.T, s lineage.Store) {
	mustPut(t, s, node("a", 1))
	for _, f := range []lineage.Fact{{Kind: lineage.KindNode, Key: "b"}, {Kind: lineage.KindEdge, Key: "a"}, {Kind: lineage.KindNode}} {
		if _, err := s.Fact(bounded(t), f.Kind, f.Key); !errors.Is(err, lineage.ErrNotFound) {
			t.Errorf("%s %q: got %v, want ErrNotFound", f.Kind, f.Key, err)
		}
	}
}
