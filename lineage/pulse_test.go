package lineage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
)

// scoring is a job that started 90 days ago and again 60 days ago, then without
// reading users, and has only said since that it lives.
func scoring(processing string, lastSeen time.Duration) []lineage.Fact {
	job := lineage.Job("test", "scoring")
	days := func(n int) lineage.Interval { return lineage.At(now.AddDate(0, 0, -n)) }
	edge := func(d lineage.Direction, dataset string, at lineage.Interval) lineage.Fact {
		return lineage.Edge{Job: job.ID, Direction: d, Dataset: id(dataset), Evidence: lineage.Reported, Source: "openlineage", Confidence: 1, Interval: at}.Fact()
	}
	return []lineage.Fact{
		edge(lineage.Reads, "users", days(90)),
		edge(lineage.Reads, "orders", days(90)),
		edge(lineage.Reads, "orders", days(60)),
		edge(lineage.Writes, "scores", days(60)),
		lineage.FieldEdge{
			Job: job.ID, From: lineage.Field{Dataset: id("orders"), Path: "amount"}, To: lineage.Field{Dataset: id("scores"), Path: "risk"},
			Transformation: lineage.Transformation{Type: lineage.Direct}, Evidence: lineage.Reported, Source: "openlineage", Confidence: 1, Interval: days(60),
		}.Fact(),
		lineage.Edge{Job: job.ID, Direction: lineage.Reads, Dataset: id("audit"), Evidence: lineage.Observed, Source: "kafka", Confidence: 1, Interval: days(60)}.Fact(),
		lineage.Facet{Entity: job.Entity(), Facet: "jobType", Body: []byte(`{"processingType":"` + processing + `"}`), Interval: days(60)}.Fact(),
		lineage.NodeFact{Node: job, Interval: lineage.Interval{First: now.AddDate(0, 0, -90), Last: now.Add(-lastSeen)}}.Fact(),
	}
}

// readBy lists what is upstream of the scores now.
func readBy(g *lineage.Graph) []string {
	var names []string
	for _, hit := range g.Walk(lineage.Walk{From: []lineage.Place{{Node: lineage.Dataset("test", "scores")}}, Way: lineage.Upstream, Scope: lineage.Scope{Now: now}}).Hits {
		names = append(names, hit.Name)
	}
	return names
}

func TestStreamingJobsKeepTheirEdgesAlive(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, processing string
		seen             time.Duration
		want             []string
	}{
		{"a heartbeat keeps what the last start named", "STREAMING", time.Minute, []string{"scoring", "orders"}},
		{"services run on, too", "SERVICE", time.Minute, []string{"scoring", "orders"}},
		{"a batch job names its datasets each time", "BATCH", time.Minute, nil},
		{"a job that is not seen any more is stale", "STREAMING", 40 * 24 * time.Hour, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := lineage.Build(scoring(tt.processing, tt.seen), lineage.Options{})
			if diff := cmp.Diff(tt.want, readBy(g)); diff != "" {
				t.Errorf("upstream of scores (-want +got): %s", diff)
			}
			walk := lineage.Walk{From: []lineage.Place{{Node: lineage.Dataset("test", "orders"), Path: "amount"}}, Way: lineage.Downstream, Scope: lineage.Scope{Now: now}}
			if got := len(g.Walk(walk).Hits) > 0; got != (tt.want != nil) {
				t.Errorf("the field's edge is followed: %t", got)
			}
		})
	}
}

// Heartbeats may come before the start that they are of.
func TestPulseKnowsNoOrder(t *testing.T) {
	t.Parallel()
	facts := scoring("STREAMING", time.Minute)
	want := readBy(lineage.Build(facts, lineage.Options{}))
	rapid.Check(t, func(t *rapid.T) {
		g := lineage.Build(nil, lineage.Options{})
		for _, f := range rapid.Permutation(facts).Draw(t, "order") {
			g = g.With([]lineage.Fact{f})
		}
		if diff := cmp.Diff(want, readBy(g)); diff != "" {
			t.Fatalf("(-want +got): %s", diff)
		}
	})
}
