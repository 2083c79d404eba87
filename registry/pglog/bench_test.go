package pglog_test

import (
	"testing"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/registry/pglog"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

// A server does more for a write than sync a file, and the way to it counts,
// so there is no goal.
func BenchmarkGoalAppends(b *testing.B) {
	logtest.BenchmarkAppends(b, "Postgres", 0, func(b *testing.B) registry.Log {
		return open(b, pgtest.Schema(b), pglog.Options{})
	})
}

// BenchmarkLog20k reads from a log of 20,000 entries with bodies of 2 KB: a
// start of the registry, which must leave the bodies alone, and one body.
func BenchmarkLog20k(b *testing.B) {
	const entries = 20_000
	log := open(b, pgtest.Schema(b), pglog.Options{})
	var at registry.Offset
	for recs := range logtest.Versions(b, memlog.New(), entries) {
		var err error
		if at, err = log.Append(b.Context(), at, recs...); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("replay", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for _, err := range log.Read(b.Context(), registry.Offset{}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != entries {
				b.Fatalf("read %d entries", n)
			}
		}
		b.ReportMetric(entries*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := log.Get(b.Context(), at); err != nil {
				b.Fatal(err)
			}
		}
	})
}
