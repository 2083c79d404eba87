package logtest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
)

// BenchmarkAppends counts durable writes a second: to a plain file with one
// fsync each; one record a transaction; and by 64 writers behind a sequencer
// that puts what waits into one append, as the registry's does. The last is
// given as a multiple of the others; the first of them is the one with a goal.
// All take turns, so that what else the disk does hits them alike. Open returns
// an empty log; store is its name in the report, goal the least multiple of the
// first, 0 for none.
func BenchmarkAppends(b *testing.B, store string, goal float64, open func(b *testing.B) registry.Log) {
	b.Run("durable appends, 64 writers, "+store+" : one fsync for each write", func(b *testing.B) {
		const writers, few, each = 64, 50, 16
		file, alone := plainFile(b), opened(b, open)
		seq := startSequencer(b, opened(b, open), writers)
		var at registry.Offset
		var fileTime, aloneTime, groupedTime time.Duration
		for b.Loop() {
			fileTime += timed(func() { writeFile(b, file, few) })
			aloneTime += timed(func() {
				for i := range few {
					var err error
					if at, err = alone.Append(b.Context(), at, benchRecord(i)); err != nil {
						b.Fatal(err)
					}
				}
			})
			groupedTime += timed(func() { seq.write(b, writers, each) })
		}
		rate := func(n int, d time.Duration) float64 { return float64(n*b.N) / d.Seconds() }
		grouped := rate(writers*each, groupedTime)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(grouped, "appends/s")
		b.ReportMetric(rate(few, fileTime), "fsyncs/s")
		b.ReportMetric(grouped/rate(few, aloneTime), "x-alone")
		b.ReportMetric(grouped/rate(few, fileTime), "x")
		if goal == 0 {
			b.ReportMetric(0, "x-no-goal")
		} else {
			b.ReportMetric(goal, "x-at-least")
		}
	})
}

func opened(b *testing.B, open func(b *testing.B) registry.Log) registry.Log {
	b.Helper()
	log := open(b)
	b.Cleanup(func() {
		if err := log.Close(); err != nil {
			b.Error(err)
		}
	})
	return log
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

// benchRecord has the size of a registered schema: 2 KB of text, 300 bytes of
// facts.
func benchRecord(n int) registry.Record {
	return registry.Record{
		Key: registry.Key{Kind: "schema", ID: "orders-" + strconv.Itoa(n) + "-value@1"}, Op: registry.OpPut,
		Time: time.UnixMilli(1_773_500_000_000), Actor: "user:ada", Change: "0197f2a8c4e17d3b",
		Facts: bytes.Repeat([]byte("1"), 300), Body: bytes.Repeat([]byte("b"), 2048),
	}
}

// Appending returns an action that appends a registration's record to an empty
// log that nobody else writes.
func Appending(b *testing.B, log registry.Log) func() error {
	b.Helper()
	var at registry.Offset
	n := 0
	return func() (err error) {
		n++
		at, err = log.Append(b.Context(), at, benchRecord(n))
		return err
	}
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

func writeFile(b *testing.B, file *os.File, times int) {
	b.Helper()
	for range times {
		if _, err := file.Write(make([]byte, 2400)); err != nil {
			b.Fatal(err)
		}
		if err := file.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}

type waitingRecord struct {
	rec  registry.Record
	done chan<- error
}

// sequencer appends for many writers and is the only one who knows the head.
type sequencer struct {
	log     registry.Log
	waiting chan waitingRecord
}

func startSequencer(b *testing.B, log registry.Log, writers int) *sequencer {
	b.Helper()
	s := &sequencer{log: log, waiting: make(chan waitingRecord, writers)}
	var running sync.WaitGroup
	ctx := context.WithoutCancel(b.Context())
	running.Go(func() { s.run(ctx) })
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
				s.waiting <- waitingRecord{benchRecord(i), done}
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
	var at registry.Offset
	for first := range s.waiting {
		group := s.gather(first)
		recs := make([]registry.Record, len(group))
		for i, w := range group {
			recs[i] = w.rec
		}
		head, err := s.log.Append(ctx, at, recs...)
		if err == nil {
			at = head
		}
		for _, w := range group {
			w.done <- err
		}
	}
}

// gather takes what waits already and never waits for more.
func (s *sequencer) gather(first waitingRecord) []waitingRecord {
	const most = 256
	group := []waitingRecord{first}
	for len(group) < most {
		select {
		case next, open := <-s.waiting:
			if !open {
				return group
			}
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}
