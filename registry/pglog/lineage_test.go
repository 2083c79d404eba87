package pglog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/lineagetest"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/pglog"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

func TestLineageConformance(t *testing.T) {
	t.Parallel()
	pgtest.DSN(t)
	lineagetest.Run(t, func(t *testing.T) lineage.Store {
		t.Helper()
		return openLineage(t, pgtest.Schema(t), pglog.Options{PollInterval: time.Hour})
	})
}

func TestLineageConformancePersistent(t *testing.T) {
	t.Parallel()
	pgtest.DSN(t)
	schemaOf := schemas(t)
	lineagetest.RunPersistent(t, func(t *testing.T, path string) lineage.Store {
		t.Helper()
		return openLineage(t, schemaOf(t, path), pglog.Options{PollInterval: 10 * time.Millisecond})
	})
}

func openLineage(tb testing.TB, dsn string, opts pglog.Options) *pglog.Lineage {
	tb.Helper()
	store, err := pglog.OpenLineage(tb.Context(), dsn, opts)
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

// Operators read what was seen with psql.
func TestLineageViewForOperators(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	store := openLineage(t, dsn, pglog.Options{})
	node := lineage.NodeFact{
		Node:     lineage.Dataset("kafka://b", "заказы"),
		Interval: lineage.At(time.Date(2026, 3, 14, 15, 9, 26, 535e6, time.UTC)),
	}
	if err := store.Put(t.Context(), []lineage.Fact{node.Fact()}); err != nil {
		t.Fatal(err)
	}
	got := pgtest.Query(t, dsn, `SELECT concat_ws(' ', seq, kind, key::json ->> 2, first AT TIME ZONE 'UTC', last AT TIME ZONE 'UTC') FROM accord_seen`)
	if want := "1 node заказы 2026-03-14 15:09:26.535 2026-03-14 15:09:26.535"; got != want {
		t.Errorf("the view shows %q, want %q", got, want)
	}
}

// What is observed is put again by itself when a connection is lost, because
// it merges; events are not, because their sender would not be told whether
// they are fresh.
func TestLineageWhenAConnectionIsLost(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	proxy := pgtest.StartProxy(t, pgtest.Address(t, dsn))
	store := openLineage(t, pgtest.At(t, dsn, proxy.Address), pglog.Options{})
	facts := []lineage.Fact{{Kind: lineage.KindNode, Key: "a"}}
	events := []lineage.Event{{Digest: [32]byte{1}, Body: []byte("precious")}}

	proxy.Cut()
	if err := store.Put(t.Context(), facts); err != nil {
		t.Errorf("put over a lost connection: %v", err)
	}
	proxy.LoseAnswer("seen again")
	facts[0].Body = []byte("seen again")
	if err := store.Put(t.Context(), facts); err != nil {
		t.Errorf("put whose answer was lost: %v", err)
	}
	proxy.LoseAnswer("precious")
	if _, err := store.Record(t.Context(), events); err == nil {
		t.Error("an event whose answer was lost is said to be recorded")
	}
	if fresh, err := store.Record(t.Context(), events); err != nil || fresh > 1 {
		t.Errorf("sent again: %d are fresh (%v)", fresh, err)
	}
	if _, total, err := store.Events(t.Context(), lineage.EventQuery{}); err != nil || total != 1 {
		t.Errorf("%d events (%v), want 1", total, err)
	}
}

// Cursors of a restored backup are given a second time.
func TestLineageOfAnOlderBackup(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	store := openLineage(t, dsn, pglog.Options{PollInterval: 10 * time.Millisecond})
	if err := store.Put(t.Context(), []lineage.Fact{{Kind: lineage.KindNode, Key: "a"}}); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, dsn, "UPDATE accord_heads SET seq = 0")
	if err := store.Wait(t.Context(), 1, 0); err == nil || !strings.Contains(err.Error(), "older backup") {
		t.Errorf("got %v, want it to speak of an older backup", err)
	}
}

func BenchmarkPut(b *testing.B)    { lineagetest.BenchmarkPut(b, openForBench) }
func BenchmarkRecord(b *testing.B) { lineagetest.BenchmarkRecord(b, openForBench) }

// What is observed must not slow what is registered.
func BenchmarkAppendUnderFlood(b *testing.B) {
	dsn := pgtest.Schema(b)
	lineagetest.BenchmarkBesideFlood(b, openLineage(b, dsn, pglog.Options{}), logtest.Appending(b, open(b, dsn, pglog.Options{})))
}

func openForBench(b *testing.B) lineage.Store {
	b.Helper()
	return openLineage(b, pgtest.Schema(b), pglog.Options{})
}
