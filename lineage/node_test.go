package lineage_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
)

type jsonText = json.RawMessage

func topicID(name string) lineage.ID { return lineage.ID{Namespace: "kafka://b:9092", Name: name} }

func TestNode(t *testing.T) {
	t.Parallel()
	orders := lineage.Dataset("kafka://B", "orders")
	facet := func(name, body string, at time.Time) lineage.Fact {
		return lineage.Facet{Entity: orders.Entity(), Facet: name, Body: []byte(body), Interval: lineage.At(at)}.Fact()
	}
	facts := []lineage.Fact{
		lineage.NodeFact{Node: orders, Interval: lineage.Interval{First: now.AddDate(0, 0, -3), Last: now}}.Fact(),
		lineage.Edge{Job: id("f"), Direction: lineage.Reads, Dataset: orders.ID, Evidence: lineage.Reported, Interval: lineage.At(now)}.Fact(),
		lineage.FieldEdge{
			Job: id("f"), From: lineage.Field{Dataset: orders.ID, Path: "b"}, To: lineage.Field{Dataset: id("x"), Path: "x"},
			Transformation: lineage.Transformation{Type: lineage.Direct}, Evidence: lineage.Reported, Interval: lineage.At(now),
		}.Fact(),
		facet("documentation", `{"description":"what was bought"}`, now),
		facet("documentation", `{"description":"older words"}`, now.Add(-time.Hour)),
		facet("datasetType", `{"datasetType":"TOPIC"}`, now),
		facet("tags", `{"tags":[{"key":"pii","value":"true","source":"dbt","field":"b"}]}`, now),
		facet("ownership", `{"owners":[{"name":"team:sales"}]}`, now),
		facet("ownership", ``, now.Add(time.Hour)), // taken back
		facet("jobType", `["of another shape"]`, now),
		facet("accordCluster", `{"partitions":3}`, now),
		facet("schema", `{"fields":[]}`, now),
	}
	g := lineage.Build(facts, lineage.Options{})
	got, ok := g.Node(lineage.Dataset("kafka://b:9092", "orders"))
	want := lineage.NodeInfo{
		Node: lineage.Node{Kind: lineage.DatasetNode, ID: topicID("orders")}, Interval: lineage.Interval{First: now.AddDate(0, 0, -3), Last: now},
		Description: "what was bought", DatasetType: "TOPIC", Tags: []lineage.Tag{{Key: "pii", Value: "true", Source: "dbt", Field: "b"}},
		Fields: []string{"b"}, Outputs: 1, Facets: map[string]jsonText{"accordCluster": jsonText(`{"partitions":3}`)},
	}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("%v (-want +got)\n%s", ok, diff)
	}
	if info, ok := g.Node(lineage.Job("test", "f")); !ok || info.First != now || info.Inputs != 1 {
		t.Errorf("a job that only edges speak of: %v %+v", ok, info)
	}
	if _, ok := g.Node(lineage.Dataset("test", "nothing")); ok {
		t.Error("a node nobody spoke of is known")
	}
	if got := g.Namespaces(lineage.DatasetNode); !cmp.Equal(got, []string{"kafka://b:9092", "test"}) {
		t.Errorf("namespaces %v", got)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	g := lineage.Build(sketch(t, `
		orders -> (orders) -> orders-by-day, old-orders
		users -> (Reorders)`), lineage.Options{})
	for _, tt := range []struct {
		text  string
		kind  lineage.NodeKind
		limit int
		want  string
		total int
	}{
		{"orders", "", 0, "orders (orders) orders-by-day (Reorders) old-orders", 5},
		{"ORDERS", lineage.DatasetNode, 2, "orders orders-by-day", 3},
		{"test", lineage.JobNode, 0, "(Reorders) (orders)", 2},
		{"nothing", "", 0, "", 0},
	} {
		nodes, total := g.Search(tt.text, tt.kind, tt.limit)
		var got []string
		for _, n := range nodes {
			got = append(got, draw(lineage.Place{Node: n}))
		}
		if strings.Join(got, " ") != tt.want || total != tt.total {
			t.Errorf("%s: %v of %d, want %s of %d", tt.text, got, total, tt.want, tt.total)
		}
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	var facts []lineage.Fact
	for _, n := range []lineage.Node{
		lineage.Dataset("kafka://b", "orders"), lineage.Dataset("kafka://c", "orders"), lineage.Dataset("postgres://b", "orders"),
		lineage.Dataset("kafka://b", "order"), lineage.Job("kafka://b", "orders"),
	} {
		facts = append(facts, lineage.NodeFact{Node: n, Interval: lineage.At(now)}.Fact())
	}
	g := lineage.Build(facts, lineage.Options{})
	want := []lineage.Node{lineage.Dataset("kafka://b:9092", "orders"), lineage.Dataset("kafka://c:9092", "orders")}
	if diff := cmp.Diff(want, g.Topics("orders")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	g = g.With([]lineage.Fact{lineage.Alias{
		Kind: lineage.DatasetNode, From: want[1].ID, To: lineage.ID{Namespace: "s3://lake", Name: "sales"},
		Evidence: lineage.Reported, Source: "openlineage", Interval: lineage.At(now),
	}.Fact()})
	want[1] = lineage.Dataset("s3://lake", "sales")
	if diff := cmp.Diff(want, g.Topics("orders")); diff != "" {
		t.Errorf("by another name (-want +got)\n%s", diff)
	}
	if nodes, _ := g.Search("kafka://c", "", 0); len(nodes) != 1 || nodes[0] != want[1] {
		t.Errorf("a search for the other name finds %v", nodes)
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	edge := func(job string, direction lineage.Direction, topic string, e lineage.Evidence) lineage.Fact {
		return lineage.Edge{
			Job: id(job), Direction: direction, Dataset: topicID(topic), Evidence: e, Source: string(e), Confidence: 1, Interval: lineage.At(now),
		}.Fact()
	}
	facts := []lineage.Fact{
		edge("maker", lineage.Writes, "orders", lineage.Observed),
		edge("maker", lineage.Writes, "orphan", lineage.Observed),
		edge("reader", lineage.Reads, "orders", lineage.Observed),
		edge("reader", lineage.Reads, "unproduced", lineage.Observed),
		edge("ui", lineage.Reads, "orphan", lineage.Observed),
		edge("intern", lineage.Reads, "orphan", lineage.Permitted),
		edge("flink", lineage.Writes, "scores", lineage.Reported),
		edge("flink", lineage.Writes, "scores", lineage.Observed),
		lineage.Rule{Pattern: ".* ui", Tool: true, Interval: lineage.At(now)}.Fact(),
		lineage.NodeFact{Node: lineage.Dataset("kafka://b", "idle"), Interval: lineage.At(now)}.Fact(),
	}
	names := func(streams []lineage.Stream, total int) string {
		text := fmt.Sprint(total)
		for _, s := range streams {
			text += fmt.Sprintf(" %s", s.Name)
			if s.Proven {
				text += "!"
			}
		}
		return text
	}
	g := lineage.Build(facts, lineage.Options{})
	l := lineage.Listing{Scope: lineage.Scope{Now: now}}
	if got := names(g.Orphans(l)); got != "2 orphan scores" {
		t.Errorf("orphans: %s", got)
	}
	if got := names(g.Unproduced(l)); got != "1 unproduced" {
		t.Errorf("unproduced: %s", got)
	}
	watched := g.With(looked("kafka://b", now.AddDate(0, 0, -31), now))
	l.Limit, l.Offset = 1, 1
	if got := names(watched.Orphans(l)); got != "2 scores!" {
		t.Errorf("orphans, watched: %s", got)
	}
	producers, total := g.UndocumentedProducers(lineage.Listing{Namespace: "kafka://B", Scope: l.Scope})
	if total != 1 || producers[0].Name != "maker" || len(producers[0].Datasets) != 2 {
		t.Errorf("undocumented producers: %d %+v", total, producers)
	}
}
