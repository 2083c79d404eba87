package lineagetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
)

// benchFields makes n edges between fields, as column lineage brings them: the
// largest and most frequent of facts that do not expire.
func benchFields(from, n, minute int) []lineage.Fact {
	facts := make([]lineage.Fact, n)
	for i := range facts {
		at, place := lineage.At(at(minute)), from+i
		dataset := func(kind string) lineage.ID {
			return lineage.ID{Namespace: "kafka://broker-1.example.org:9092", Name: fmt.Sprintf("%s.orders-%d", kind, place/20)}
		}
		facts[i] = lineage.FieldEdge{
			Job:            lineage.ID{Namespace: "flink", Name: fmt.Sprint("scoring-", place/20)},
			From:           lineage.Field{Dataset: dataset("raw"), Path: fmt.Sprint("customer.field_", place%20)},
			To:             lineage.Field{Dataset: dataset("scored"), Path: fmt.Sprint("field_", place%20)},
			Transformation: lineage.Transformation{Type: lineage.Direct, Subtype: "IDENTITY"},
			Evidence:       lineage.Reported, Source: "openlineage", Confidence: 1, Interval: at,
		}.Fact()
	}
	return facts
}

// BenchmarkPut counts facts a second, a thousand a call: new ones, and known
// ones that were seen again.
func BenchmarkPut(b *testing.B, open func(b *testing.B) lineage.Store) {
	const each = 1000
	put := func(b *testing.B, s lineage.Store, facts []lineage.Fact) {
		b.Helper()
		if err := s.Put(b.Context(), facts); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("new", func(b *testing.B) {
		s := open(b)
		for n := 0; b.Loop(); n += each {
			b.StopTimer()
			facts := benchFields(n, each, 0)
			b.StartTimer()
			put(b, s, facts)
		}
		b.ReportMetric(each*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	})
	b.Run("seen again", func(b *testing.B) {
		const known = 50_000
		s := open(b)
		for n := 0; n < known; n += each {
			put(b, s, benchFields(n, each, 0))
		}
		for n := 0; b.Loop(); n += each {
			b.StopTimer()
			facts := benchFields(n%known, each, 1+n/known)
			b.StartTimer()
			put(b, s, facts)
		}
		b.ReportMetric(each*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	})
}

// benchFacets are what most of an OpenLineage event is made of.
var benchFacets = strings.Repeat(`{"name":"customer_id","type":"string","description":"Whom the order is of."},`, 50)

// benchEvent is an OpenLineage event of 4 KB, no two alike.
func benchEvent(n int) lineage.Event {
	return event(fmt.Sprintf(`{"eventType":"COMPLETE","run":{"runId":"%032d"},"inputs":[{"facets":{"schema":{"fields":[%s]}}}]}`, n, benchFacets), n)
}

// BenchmarkRecord counts events a second that 64 senders record, one a call.
func BenchmarkRecord(b *testing.B, open func(b *testing.B) lineage.Store) {
	const senders, each = 64, 10
	s := open(b)
	n := 0
	for b.Loop() {
		var sending sync.WaitGroup
		for range senders {
			from := n
			n += each
			sending.Go(func() {
				for i := range each {
					if _, err := s.Record(b.Context(), []lineage.Event{benchEvent(from + i)}); err != nil {
						b.Error(err)
					}
				}
			})
		}
		sending.Wait()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkBesideFlood times an action of another part of the program, the
// append to a log, alone and beside a flood: a thousand calls of Record and
// ten thousand new facts a second. Both take turns; the metrics are the times
// within which 99 of 100 are done, in microseconds.
func BenchmarkBesideFlood(b *testing.B, s lineage.Store, action func() error) {
	const each = 300
	var alone, beside []time.Duration
	sent := 0
	for b.Loop() {
		alone = append(alone, times(b, each, action)...)
		ctx, stop := context.WithCancel(b.Context())
		var flood sync.WaitGroup
		flood.Go(func() { sent = pour(ctx, s, sent) })
		beside = append(beside, times(b, each, action)...)
		stop()
		flood.Wait()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(p99(alone).Microseconds()), "us-p99-alone")
	b.ReportMetric(float64(p99(beside).Microseconds()), "us-p99-beside")
	b.ReportMetric(float64(p99(beside))/float64(p99(alone)), "x")
}

// pour writes to a store until the context is done, and returns how many facts
// there are then.
func pour(ctx context.Context, s lineage.Store, sent int) int {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		select {
		case <-ctx.Done():
			return sent
		case <-tick.C:
		}
		calls.Go(func() { _ = s.Put(ctx, benchFields(sent, 100, 0)) })
		for i := range 10 {
			calls.Go(func() { _, _ = s.Record(ctx, []lineage.Event{benchEvent(sent + i)}) })
		}
		calls.Wait()
		sent += 100
	}
}

// times runs an action so many times and returns how long each took.
func times(b *testing.B, n int, action func() error) []time.Duration {
	b.Helper()
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		if err := action(); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	return took
}

// p99 is the time within which 99 of 100 are done.
func p99(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)*99/100]
}
