package sqlitelog_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/lineagetest"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/sqlitelog"
)

func TestLineageConformance(t *testing.T) {
	t.Parallel()
	lineagetest.Run(t, func(t *testing.T) lineage.Store {
		t.Helper()
		return openLineage(t, filepath.Join(t.TempDir(), "lineage.db"), time.Hour)
	})
}

func TestLineageConformancePersistent(t *testing.T) {
	t.Parallel()
	lineagetest.RunPersistent(t, func(t *testing.T, path string) lineage.Store {
		t.Helper()
		return openLineage(t, filepath.Join(path, "lineage.db"), 5*time.Millisecond)
	})
}

// Operators read what was seen with any SQLite shell.
func TestLineageViewForOperators(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lineage.db")
	store := openLineage(t, path, 0)
	edge := lineage.Edge{
		Job: lineage.ID{Namespace: "flink", Name: "scoring"}, Direction: lineage.Reads, Dataset: lineage.ID{Namespace: "kafka://b", Name: "orders"},
		Evidence: lineage.Observed, Source: "kafka", Confidence: 1, Interval: lineage.At(time.Date(2026, 3, 14, 15, 9, 26, 535e6, time.UTC)),
	}
	if err := store.Put(t.Context(), []lineage.Fact{edge.Fact()}); err != nil {
		t.Fatal(err)
	}
	got := query(t, path, `SELECT concat_ws(' ', seq, kind, key ->> 3, key ->> 4, first, last, body ->> 'confidence') FROM seen`)
	if want := "1 edge kafka://b orders 2026-03-14T15:09:26.535Z 2026-03-14T15:09:26.535Z 1"; got != want {
		t.Errorf("the view shows %q, want %q", got, want)
	}
}

// crashLineage, when set, makes the test binary a writer to the store of
// observations at its value.
const crashLineage = "ACCORD_CRASH_LINEAGE"

// What was put and recorded outlives a process that is killed, each call whole.
func TestLineageCrash(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lineage.db")
	acked := 0
	for range 3 {
		lines := killWriters(t, crashLineage, path)
		acked += len(lines)
		store := openLineage(t, path, 0)
		for _, line := range lines {
			var found [2]lineage.Fact
			for i := range found {
				var err error
				if found[i], err = store.Fact(t.Context(), lineage.KindNode, line+strconv.Itoa(i)); err != nil {
					t.Errorf("%s %d: %v", line, i, err)
				}
			}
			if fresh, err := store.Record(t.Context(), []lineage.Event{{Digest: sha256.Sum256([]byte(line))}}); fresh != 0 || err != nil {
				t.Errorf("%s: the event is gone (%v)", line, err)
			}
		}
		if nodes, err := store.List(t.Context(), lineage.KindNode, lineage.Query{}); err != nil || len(nodes)%2 != 0 {
			t.Errorf("%d facts, put two at a time (%v)", len(nodes), err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := query(t, path, "PRAGMA integrity_check"); got != "ok" {
		t.Errorf("integrity check: %s", got)
	}
	t.Logf("%d calls acknowledged", acked)
}

// observeForever puts two facts and records an event and prints their name,
// until it is killed.
func observeForever(path string, out io.Writer) error {
	ctx := context.Background()
	store, err := sqlitelog.OpenLineage(ctx, path, sqlitelog.Options{})
	if err != nil {
		return err
	}
	for {
		name := strconv.FormatUint(rand.Uint64(), 36) + " "
		body := make([]byte, rand.N(20_000))
		if err := store.Put(ctx, []lineage.Fact{{Kind: lineage.KindNode, Key: name + "0", Body: body}, {Kind: lineage.KindNode, Key: name + "1"}}); err != nil {
			return err
		}
		if _, err := store.Record(ctx, []lineage.Event{{Digest: sha256.Sum256([]byte(name)), Body: body}}); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, name); err != nil {
			return err
		}
	}
}

func BenchmarkPut(b *testing.B)    { lineagetest.BenchmarkPut(b, openForBench) }
func BenchmarkRecord(b *testing.B) { lineagetest.BenchmarkRecord(b, openForBench) }

// What is observed must not slow what is registered.
func BenchmarkAppendUnderFlood(b *testing.B) {
	folder := b.TempDir()
	lineagetest.BenchmarkBesideFlood(b, openLineage(b, filepath.Join(folder, "lineage.db"), 0), logtest.Appending(b, open(b, filepath.Join(folder, "accord.db"))))
}

func openForBench(b *testing.B) lineage.Store {
	b.Helper()
	return openLineage(b, filepath.Join(b.TempDir(), "lineage.db"), 0)
}

func openLineage(tb testing.TB, path string, interval time.Duration) *sqlitelog.Lineage {
	tb.Helper()
	store, err := sqlitelog.OpenLineage(tb.Context(), path, sqlitelog.Options{PollInterval: interval})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Error(err)
		}
	})
	return store
}
