package sqlitelog_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/sqlitelog"
)

// schemaRecord is the size of a registered schema: 2 KB of text, 300 bytes of
// facts.
func schemaRecord(n int) registry.Record {
	return registry.Record{
		Key: registry.Key{Kind: "schema", ID: "orders-" + strconv.Itoa(n) + "-value\x001"}, Op: registry.OpPut,
		Time: time.UnixMilli(1_773_500_000_000), Actor: "user:ada", Change: "0197f2a8c4e17d3b",
		Facts: bytes.Repeat([]byte("f"), 300), Body: bytes.Repeat([]byte("b"), 2048),
	}
}

// BenchmarkAppend counts durable appends a second: a plain file with one fsync
// a write, one record a transaction, and 64 writers behind a sequencer that
// puts what waits into one transaction, as the registry's does. The last is
// also given as a multiple of the other two; the design wants 5.
func BenchmarkAppend(b *testing.B) {
	rates := map[string]float64{}
	report := func(b *testing.B, name string) {
		b.Helper()
		rates[name] = float64(b.N) / b.Elapsed().Seconds()
		b.ReportMetric(rates[name], "appends/s")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("file", func(b *testing.B) {
		benchmarkFile(b)
		report(b, "file")
	})
	b.Run("alone", func(b *testing.B) {
		log := open(b, filepath.Join(b.TempDir(), "accord.db"))
		var at registry.Offset
		rec := schemaRecord(0)
		b.ResetTimer()
		for range b.N {
			var err error
			if at, err = log.Append(b.Context(), at, rec); err != nil {
				b.Fatal(err)
			}
		}
		report(b, "alone")
	})
	b.Run("grouped", func(b *testing.B) {
		benchmarkGrouped(b, 64)
		report(b, "grouped")
		for _, base := range []string{"file", "alone"} {
			if rates[base] > 0 {
				b.ReportMetric(rates["grouped"]/rates[base], "x_"+base)
			}
		}
	})
}

// benchmarkFile writes the bytes of a record to a plain file, synced each time.
func benchmarkFile(b *testing.B) {
	file, err := os.Create(filepath.Join(b.TempDir(), "plain"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // synced
	data := make([]byte, 2400)
	b.ResetTimer()
	for range b.N {
		if _, err := file.Write(data); err != nil {
			b.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
}

func benchmarkGrouped(b *testing.B, writers int) {
	log := open(b, filepath.Join(b.TempDir(), "accord.db"))
	seq := sequencer{log: log, waiting: make(chan request, writers)}
	var sequencing, writing sync.WaitGroup
	sequencing.Go(func() { seq.run(b.Context()) })
	var taken atomic.Int64
	b.ResetTimer()
	for range writers {
		writing.Go(func() {
			done := make(chan error, 1)
			for taken.Add(1) <= int64(b.N) {
				seq.waiting <- request{schemaRecord(0), done}
				if err := <-done; err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
	b.StopTimer()
	close(seq.waiting)
	sequencing.Wait()
}

type request struct {
	rec  registry.Record
	done chan<- error
}

// sequencer appends for many writers and is the only one who knows the head.
type sequencer struct {
	log     *sqlitelog.Log
	waiting chan request
}

func (s *sequencer) run(ctx context.Context) {
	const most = 256
	var at registry.Offset
	for first := range s.waiting {
		group := []request{first}
		recs := []registry.Record{first.rec}
	gather:
		for len(group) < most {
			select {
			case next, open := <-s.waiting:
				if !open {
					break gather
				}
				group, recs = append(group, next), append(recs, next.rec)
			default:
				break gather
			}
		}
		head, err := s.log.Append(ctx, at, recs...)
		if err == nil {
			at = head
		}
		for _, r := range group {
			r.done <- err
		}
	}
}

// BenchmarkLog100k reads from a log of 100,000 entries with bodies of 2 KB,
// some 400 MB: a start of the registry, which must leave the bodies alone, and
// a body that no cache holds.
func BenchmarkLog100k(b *testing.B) {
	const entries = 100_000
	log := open(b, filepath.Join(b.TempDir(), "accord.db"))
	var at registry.Offset
	for range entries / 1000 {
		recs := make([]registry.Record, 1000)
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
				b.Fatal(fmt.Errorf("read %d entries", n))
			}
		}
		b.ReportMetric(entries*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := log.Get(b.Context(), registry.NewOffset(1+rand.N[int64](entries), 0)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
