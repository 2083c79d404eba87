package logtest

import (
	"errors"
	"testing"

	"github.com/accordhq/accord/registry"
)

var eraseConditions = []condition{
	{"erase blanks every earlier entry of its key", eraseBlanks},
	{"erase blanks what its own append wrote before it", eraseWithinOneAppend},
	{"erase happens only if its append does", eraseIsAtomic},
}

// erase makes a record that removes a key and its content.
func erase(id string) registry.Record {
	rec := put(id, "")
	rec.Op, rec.Actor, rec.Change = registry.OpErase, "user:eve", "erase-"+id
	rec.Facts = []byte(`{"reason":"asked to"}`)
	return rec
}

// blank is what an erased record still says: key, operation, time, actor and
// change.
func blank(rec registry.Record) registry.Record {
	rec.Facts, rec.Body = nil, nil
	return rec
}

// A permanent delete is a promise to a person that the content is gone, from
// every version and from the records of earlier deletes; who did what and when
// stays for the audit. Other keys, later entries and the erasure's own facts
// are not touched.
func eraseBlanks(t *testing.T, log registry.Log) {
	gone := put("a", "")
	gone.Op = registry.OpDelete
	sameID := put("a", "of another kind")
	sameID.Key.Kind = "logtest-other"
	recs := []registry.Record{put("a", "1"), put("b", "2"), put("a", "3"), sameID, gone}
	at := mustAppend(t, log, registry.Offset{}, recs...)
	at = mustAppend(t, log, at, erase("a"))
	at = mustAppend(t, log, at, put("a", "new"))
	want := []registry.Record{blank(recs[0]), recs[1], blank(recs[2]), sameID, blank(gone), erase("a"), put("a", "new")}
	if d := diff(want, records(whole(t, log))); d != "" {
		t.Errorf("through Get (-want +got):\n%s", d)
	}
	if d := diff(withoutBodies(want), records(read(t, log, registry.Offset{}))); d != "" {
		t.Errorf("through Read (-want +got):\n%s", d)
	}
	mustAppend(t, log, at, erase("a"))
	want[5], want[6] = blank(erase("a")), blank(put("a", ""))
	want = append(want, erase("a"))
	if d := diff(want, records(whole(t, log))); d != "" {
		t.Errorf("after a second erasure (-want +got):\n%s", d)
	}
}

// Requests share appends, so the version and its erasure may arrive together;
// what follows the erasure in the same append is new content.
func eraseWithinOneAppend(t *testing.T, log registry.Log) {
	at := mustAppend(t, log, registry.Offset{}, put("a", "0"))
	mustAppend(t, log, at, put("a", "1"), put("b", "2"), erase("a"), put("a", "3"))
	want := []registry.Record{blank(put("a", "")), blank(put("a", "")), put("b", "2"), erase("a"), put("a", "3")}
	if d := diff(want, records(whole(t, log))); d != "" {
		t.Errorf("records differ (-want +got):\n%s", d)
	}
}

// An erasure that was refused because another writer was first has erased
// nothing: the decision is made again, and may come out otherwise.
func eraseIsAtomic(t *testing.T, log registry.Log) {
	recs := puts(2)
	first := mustAppend(t, log, registry.Offset{}, recs[0])
	mustAppend(t, log, first, recs[1])
	if _, err := log.Append(bounded(t), first, erase("0")); !errors.Is(err, registry.ErrConflict) {
		t.Fatalf("stale erasure: got %v, want ErrConflict", err)
	}
	if d := diff(recs, records(whole(t, log))); d != "" {
		t.Errorf("a refused erasure changed the log (-want +got):\n%s", d)
	}
}
