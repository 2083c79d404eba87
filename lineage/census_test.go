package lineage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
)

func TestCensus(t *testing.T) {
	t.Parallel()
	early, late := lineage.At(now.Add(-time.Hour)), lineage.At(now)
	people := lineage.Dataset("postgresql://db", "people")
	tags := func(of lineage.Node, at lineage.Interval, body string) lineage.Fact {
		return lineage.Facet{Entity: of.Entity(), Facet: "tags", Body: []byte(body), Interval: at}.Fact()
	}
	g := lineage.Build([]lineage.Fact{
		lineage.NodeFact{Node: people, Interval: early}.Fact(),
		lineage.NodeFact{Node: lineage.Dataset("postgres://db:5432", "people"), Interval: late}.Fact(),
		lineage.NodeFact{Node: lineage.Job("shop", "bill"), Interval: late}.Fact(),
		lineage.Edge{
			Job: lineage.ID{Namespace: "shop", Name: "bill"}, Direction: lineage.Writes, Dataset: lineage.ID{Namespace: "file", Name: "bills"},
			Evidence: lineage.Reported, Source: "test", Confidence: lineage.Certain, Interval: early,
		}.Fact(),
		tags(people, late, `{"tags":[{"key":"pii","value":"true","field":"mail"},{"key":"pii","value":"true","field":"name"},{"key":"class","value":"gold"}]}`),
		tags(lineage.Job("shop", "bill"), late, `{"tags":[{"key":"class","value":"gold"}]}`),
	}, lineage.Options{})
	got := map[lineage.Node]lineage.Interval{}
	for _, kind := range []lineage.NodeKind{lineage.DatasetNode, lineage.JobNode} {
		for n, seen := range g.Census(kind) {
			got[n] = seen
			if info, ok := g.Node(n); !ok || info.Interval != seen {
				t.Errorf("%s was seen %v, and its node says %v", n, seen, info.Interval)
			}
		}
	}
	want := map[lineage.Node]lineage.Interval{
		lineage.Dataset("postgres://db:5432", "people"): early.Span(late),
		lineage.Dataset("file", "bills"):                early,
		lineage.Job("shop", "bill"):                     late,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]lineage.Tag{{Key: "class", Value: "gold"}, {Key: "pii", Value: "true"}}, g.Tags()); diff != "" {
		t.Errorf("tags (-want +got)\n%s", diff)
	}
}

func TestSpellingsShareFacets(t *testing.T) {
	t.Parallel()
	facet := func(namespace string) lineage.Fact {
		return lineage.Facet{Entity: lineage.Dataset(namespace, "t").Entity(), Facet: "schema", Interval: lineage.At(now)}.Fact()
	}
	a, b := facet("postgresql://DB"), facet("postgres://db:5432")
	if a.Scope != b.Scope || a.Key == b.Key {
		t.Errorf("two facets under %s and %s, their keys %s and %s", a.Scope, b.Scope, a.Key, b.Key)
	}
}
