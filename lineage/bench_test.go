package lineage_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
)

// The graph of design 7.
const (
	benchNodes = 100_000
	benchEdges = 500_000
)

// company makes the lineage of a large one: half of the nodes are topics and half
// are jobs, in domains of a hundred; nine edges in ten stay within a domain, the
// others go anywhere, a few datasets are read by everybody, and of every tenth
// edge there is a second witness.
func company() []lineage.Fact {
	rng := rand.New(rand.NewPCG(1, 2))
	facts := make([]lineage.Fact, 0, benchEdges*11/10+5*benchNodes/10)
	for len(facts) < benchEdges*11/10 {
		e := companyEdge(rng)
		facts = append(facts, e.Fact())
		if len(facts)%10 == 0 {
			e.Evidence, e.Source, e.Confidence = lineage.Observed, "kafka", lineage.VeryLikely
			facts = append(facts, e.Fact())
		}
	}
	for i := range benchNodes / 2 {
		facts = append(facts, lineage.FieldEdge{
			Job: jobName(i), From: lineage.Field{Dataset: topicName(i), Path: "amount"},
			To:             lineage.Field{Dataset: topicName((i*7 + 13) % (benchNodes / 2)), Path: "amount"},
			Transformation: lineage.Transformation{Type: lineage.Direct, Subtype: "IDENTITY"},
			Evidence:       lineage.Reported, Source: "openlineage", Confidence: 1, Interval: lineage.At(now.AddDate(0, 0, -i%40)),
		}.Fact())
	}
	for i := range 20 {
		facts = append(facts, lineage.Rule{Pattern: fmt.Sprintf(`flink domain-%d\d*\..*`, i), Owner: fmt.Sprintf("team %d", i), Interval: lineage.At(now)}.Fact())
	}
	return facts
}

func topicName(i int) lineage.ID {
	return lineage.ID{Namespace: "kafka://broker-1.example:9092", Name: fmt.Sprintf("domain-%d.topic-%d", i/50, i)}
}

func jobName(i int) lineage.ID {
	return lineage.ID{Namespace: "flink", Name: fmt.Sprintf("domain-%d.job-%d", i/50, i)}
}

func companyEdge(rng *rand.Rand) lineage.Edge {
	job := rng.IntN(benchNodes / 2)
	topic := job/50*50 + rng.IntN(50)
	switch rng.IntN(100) {
	case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9:
		topic = rng.IntN(benchNodes / 2)
	case 10:
		topic = rng.IntN(20)
	}
	e := lineage.Edge{
		Job: jobName(job), Dataset: topicName(topic), Direction: lineage.Reads,
		Evidence: lineage.Reported, Source: "openlineage", Confidence: 1, Interval: lineage.At(now.AddDate(0, 0, -rng.IntN(31))),
	}
	if rng.IntN(2) == 0 {
		e.Direction = lineage.Writes
	}
	return e
}

// heap is how much is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkBuild(b *testing.B) {
	facts := company()
	for b.Loop() {
		before := heap()
		g := lineage.Build(facts, lineage.Options{})
		s := g.Stats()
		b.ReportMetric(float64(heap()-before)/float64(s.Edges+s.FieldEdges), "B/edge")
		b.ReportMetric(float64(s.Edges), "edges")
		runtime.KeepAlive(g)
	}
}

// An event is ten facts; a graph is made of a hundred of them.
func BenchmarkWith(b *testing.B) {
	g := lineage.Build(company(), lineage.Options{})
	rng := rand.New(rand.NewPCG(3, 4))
	at := now
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(100 * time.Millisecond)
		g = g.With(hundredEvents(rng, at))
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/100, "µs/event")
}

// hundredEvents are ten facts each, about edges most of which are known.
func hundredEvents(rng *rand.Rand, at time.Time) []lineage.Fact {
	facts := make([]lineage.Fact, 1000)
	for i := range facts {
		e := companyEdge(rng)
		e.Interval = lineage.At(at)
		facts[i] = e.Fact()
	}
	return facts
}

// BenchmarkGoalQuestions prints how long the slowest hundredth of questions takes
// (design 7: 10 ms), with nothing else going on and with 1,000 events a second.
func BenchmarkGoalQuestions(b *testing.B) {
	built := lineage.Build(company(), lineage.Options{})
	questions := map[string]func(g *lineage.Graph, i int) int{
		"depth 10": func(g *lineage.Graph, i int) int {
			from := []lineage.Place{{Node: lineage.Node{Kind: lineage.DatasetNode, ID: topicName(i)}}}
			return len(g.Walk(lineage.Walk{From: from, Depth: 10, Scope: lineage.Scope{Now: now}}).Hits)
		},
		"impact": func(g *lineage.Graph, i int) int {
			p := lineage.Proposal{Datasets: []lineage.ID{topicName(i)}, Fields: []string{"amount"}, Depth: 10, Scope: lineage.Scope{Now: now}}
			return len(g.Impact(p).Fields[0].Readers)
		},
	}
	for name, ask := range questions {
		b.Run(name+" among 100,000 nodes, p99", func(b *testing.B) {
			var current atomic.Pointer[lineage.Graph]
			current.Store(built)
			measure(b, &current, ask)
		})
		b.Run(name+" among 100,000 nodes, p99 with 1,000 events a second", func(b *testing.B) {
			var current atomic.Pointer[lineage.Graph]
			current.Store(built)
			stop, done := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				rng, tick := rand.New(rand.NewPCG(5, 6)), time.NewTicker(100*time.Millisecond)
				defer tick.Stop()
				for at := now; ; at = at.Add(100 * time.Millisecond) {
					select {
					case <-stop:
						return
					case <-tick.C:
						current.Store(current.Load().With(hundredEvents(rng, at)))
					}
				}
			}()
			measure(b, &current, ask)
			close(stop)
			<-done
		})
	}
}

// measure asks about one topic after the other and reports percentiles.
func measure(b *testing.B, current *atomic.Pointer[lineage.Graph], ask func(*lineage.Graph, int) int) {
	var took []time.Duration
	i, found := 0, 0
	for b.Loop() {
		i = (i + 7919) % (benchNodes / 2)
		start := time.Now()
		found += ask(current.Load(), i)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "ms")
	b.ReportMetric(10, "ms-at-most")
	b.ReportMetric(float64(found)/float64(len(took)), "found")
}
