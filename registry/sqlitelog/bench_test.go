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

// BenchmarkAppend counts durable writes a second: to a plain file with one
// fsync each; one record a transaction; and by 64 writers behind a sequencer
// that puts what waits into one transaction, as the registry's does. The last
// is also given as a multiple of the others; the design wants 5. The three
// take turns, so that what else the disk does hits all alike.
func BenchmarkAppend(b *testing.B) {
	const writers, few, each = 64, 50, 16
	file := plainFile(b)
	alone := open(b, filepath.Join(b.TempDir(), "alone.db"))
	var at registry.Offset
	seq := startSequencer(b, open(b, filepath.Join(b.TempDir(), "grouped.db")), writers)
	var fileTime, aloneTime, groupedTime time.Duration
	for b.Loop() {
		start := time.Now()
		for range few {
			if _, err := file.Write(make([]byte, 2400)); err != nil {
				b.Fatal(err)
			}
			if err := file.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		fileTime += time.Since(start)

		start = time.Now()
		for i := range few {
			var err error
			if at, err = alone.Append(b.Context(), at, schemaRecord(i)); err != nil {
				b.Fatal(err)
			}
		}
		aloneTime += time.Since(start)

		start = time.Now()
		seq.write(b, writers, each)
		groupedTime += time.Since(start)
	}
	rate := func(n int, d time.Duration) float64 { return float64(n*b.N) / d.Seconds() }
	grouped := rate(writers*each, groupedTime)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rate(few, fileTime), "file/s")
	b.ReportMetric(rate(few, aloneTime), "alone/s")
	b.ReportMetric(grouped, "grouped/s")
	b.ReportMetric(grouped/rate(few, fileTime), "x_file")
	b.ReportMetric(grouped/rate(few, aloneTime), "x_alone")
}

func plainFile(b *testing.B) *os.File {
	b.Helper()
	file, err := os.Create(filepath.Join(b.TempDir(), "plain"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = file.Close() })
	return file
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

func startSequencer(b *testing.B, log *sqlitelog.Log, writers int) *sequencer {
	b.Helper()
	s := &sequencer{log: log, waiting: make(chan request, writers)}
	var running sync.WaitGroup
	ctx := b.Context()
	running.Go(func() { s.run(context.WithoutCancel(ctx)) })
	b.Cleanup(func() {
		close(s.waiting)
		running.Wait()
	})
	return s
}

// write lets writers append so many records each and waits for all.
func (s *sequencer) write(b *testing.B, writers, each int) {
	b.Helper()
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			done := make(chan error, 1)
			for i := range each {
				s.waiting <- request{schemaRecord(i), done}
				if err := <-done; err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
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
