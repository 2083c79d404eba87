package pglog_test

import (
	"bytes"
	"strconv"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/pglog"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

// schemaRecord is the size of a registered schema: 2 KB of text, 300 bytes of
// facts.
func schemaRecord(n int) registry.Record {
	return registry.Record{
		Key: registry.Key{Kind: "schema", ID: "orders-" + strconv.Itoa(n) + "-value@1"}, Op: registry.OpPut,
		Time: time.UnixMilli(1_773_500_000_000), Actor: "user:ada", Change: "0197f2a8c4e17d3b",
		Facts: bytes.Repeat([]byte("f"), 300), Body: bytes.Repeat([]byte("b"), 2048),
	}
}

// BenchmarkAppend counts durable records a second: one in each transaction, and
// 64 in each, which is what the registry's sequencer makes of 64 writers who
// wait. The two take turns, so that what else the disk does hits both alike.
func BenchmarkAppend(b *testing.B) {
	const few, writers = 20, 64
	log := open(b, pgtest.Schema(b), pglog.Options{})
	together := make([]registry.Record, writers)
	for i := range together {
		together[i] = schemaRecord(i)
	}
	var at registry.Offset
	appendTimed := func(recs ...registry.Record) time.Duration {
		start := time.Now()
		for range few {
			var err error
			if at, err = log.Append(b.Context(), at, recs...); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(start)
	}
	var aloneTime, groupedTime time.Duration
	for b.Loop() {
		aloneTime += appendTimed(schemaRecord(0))
		groupedTime += appendTimed(together...)
	}
	alone := float64(few*b.N) / aloneTime.Seconds()
	grouped := float64(few*writers*b.N) / groupedTime.Seconds()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(alone, "alone/s")
	b.ReportMetric(grouped, "grouped/s")
	b.ReportMetric(grouped/alone, "x_alone")
}

// BenchmarkLog20k reads from a log of 20,000 entries with bodies of 2 KB: a
// start of the registry, which must leave the bodies alone, and one body.
func BenchmarkLog20k(b *testing.B) {
	const entries, batch = 20_000, 1000
	log := open(b, pgtest.Schema(b), pglog.Options{})
	var at registry.Offset
	for range entries / batch {
		recs := make([]registry.Record, batch)
		for i := range recs {
			recs[i] = schemaRecord(i)
		}
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
