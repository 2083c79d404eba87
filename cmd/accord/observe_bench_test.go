package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

const (
	floodRate   = 1000 // events a second
	floodSlice  = 2 * time.Second
	floodRounds = 3
	// ingested is how many events the ingest benchmark sends, in batches.
	ingested, ingestedAtOnce = 20_000, 500
)

// BenchmarkGoalLineage has a real 'accord serve' on a SQLite file take in
// OpenLineage events.
func BenchmarkGoalLineage(b *testing.B) {
	b.Run("registering a new schema, p99 beside 1,000 events a second : p99 alone", func(b *testing.B) {
		s := startObserving(b)
		var alone, beside []time.Duration
		for b.Loop() {
			for range floodRounds {
				alone = append(alone, registerFor(b, s.url, floodSlice)...)
				ctx, stop := context.WithCancel(b.Context())
				var flood sync.WaitGroup
				flood.Go(func() { floodEvents(ctx, b, s.url) })
				beside = append(beside, registerFor(b, s.url, floodSlice)...)
				stop()
				flood.Wait()
			}
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(p99(alone).Seconds()*1000, "ms-alone")
		b.ReportMetric(p99(beside).Seconds()*1000, "ms-beside")
		b.ReportMetric(p99(beside).Seconds()/p99(alone).Seconds(), "x")
		b.ReportMetric(0, "x-no-goal")
	})
	b.Run("20,000 events, from the first sent until the graph has the last", func(b *testing.B) {
		s := startObserving(b)
		var took time.Duration
		rounds := 0
		for b.Loop() {
			start := time.Now()
			ingest(b, s.url, rounds)
			took += time.Since(start)
			rounds++
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(took.Seconds()/float64(rounds), "s")
		b.ReportMetric(10, "s-at-most")
	})
}

func startObserving(b *testing.B) *server {
	b.Helper()
	s, err := startServer(b.TempDir(), "--store", "sqlite:accord.db", "--compatibility", "NONE", "--log-level", "error")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if said, err := s.stop(); err != nil {
			b.Errorf("%v\n%s", err, said)
		}
	})
	return s
}

// registerFor registers new schemas, one after the other, and returns how long
// each took.
func registerFor(b *testing.B, url string, d time.Duration) []time.Duration {
	b.Helper()
	var took []time.Duration
	for start := time.Now(); time.Since(start) < d; {
		began := time.Now()
		name := fmt.Sprintf("s%d", began.UnixNano())
		if _, err := registerOnce(b.Context(), url, "measured", schemaText(name, 1)); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	return took
}

func p99(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)*99/100]
}

// floodEvents posts events one by one, as emitters do, until ctx is done.
func floodEvents(ctx context.Context, b *testing.B, url string) {
	b.Helper()
	const senders = 10
	var sending sync.WaitGroup
	for sender := range senders {
		sending.Go(func() {
			tick := time.NewTicker(time.Second * senders / floodRate)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				job := fmt.Sprintf("flood-%d-%d", sender, i%500)
				if err := tellEvent(ctx, url, jobEvent(job)); err != nil && ctx.Err() == nil {
					b.Error(err)
					return
				}
			}
		})
	}
	sending.Wait()
}

// ingest sends events of a thousand jobs and waits until the graph has the last.
func ingest(b *testing.B, url string, round int) {
	b.Helper()
	c, err := client.New(client.Options{URLs: []string{url}})
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < ingested; i += ingestedAtOnce {
		batch := make([][]byte, ingestedAtOnce)
		for k := range batch {
			job := fmt.Sprintf("job-%d-%d", round, (i+k)%1000)
			if i+k == ingested-1 {
				job = fmt.Sprintf("last-%d", round)
			}
			batch[k] = []byte(jobEvent(job))
		}
		taken, err := c.SendEvents(b.Context(), batch)
		if err != nil || taken.Summary.Successful != len(batch) {
			b.Fatalf("%+v: %v", taken, err)
		}
	}
	last := fmt.Sprintf("last-%d", round)
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		nodes, err := c.SearchLineage(b.Context(), last, lineage.JobNode, 1)
		if err == nil && slices.ContainsFunc(nodes.Nodes, func(n lineage.Node) bool { return n.Name == last }) {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("the graph does not have %s: %v", last, err)
		}
	}
}
