package lineage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// facts draws sightings of one thing, few enough different ones to collide.
func facts(t *rapid.T) lineage.Fact {
	first := noon.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "first")) * time.Minute)
	last := first.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "length")) * time.Minute)
	return lineage.Fact{
		Kind: lineage.KindRun, Key: lineage.Key("r"), First: first, Last: last,
		Rank: int64(rapid.IntRange(0, 2).Draw(t, "rank")), Said: last,
		Body: []byte(rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "body")),
	}
}

func TestMergeLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := facts(t), facts(t), facts(t)
		if diff := cmp.Diff(a, lineage.Merge(a, a)); diff != "" {
			t.Fatalf("not idempotent: %s", diff)
		}
		if diff := cmp.Diff(lineage.Merge(a, b), lineage.Merge(b, a)); diff != "" {
			t.Fatalf("not commutative: %s", diff)
		}
		if diff := cmp.Diff(lineage.Merge(lineage.Merge(a, b), c), lineage.Merge(a, lineage.Merge(b, c))); diff != "" {
			t.Fatalf("not associative: %s", diff)
		}
	})
}

func TestKeyHoldsAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.String()).Draw(t, "parts")
		got, err := lineage.ParseKey(lineage.Key(parts...))
		if err != nil {
			t.Fatal(err)
		}
		if len(parts) > 0 && !cmp.Equal(got, parts) {
			t.Fatalf("got %q, want %q", got, parts)
		}
	})
}

// Every kind comes back from its fact as it went in.
func TestKindsComeBack(t *testing.T) {
	t.Parallel()
	in := lineage.Interval{First: noon, Last: noon.Add(time.Hour)}
	odd := lineage.ID{Namespace: "kafka://b:9092", Name: "a:\"b\"\n\x00,c"}
	job := lineage.ID{Namespace: "flink", Name: "scoring"}
	comesBack(t, lineage.NodeFact{Node: lineage.Node{Kind: lineage.DatasetNode, ID: odd}, Interval: in}, lineage.NodeOf)
	comesBack(t, lineage.Edge{
		Job: job, Direction: lineage.Reads, Dataset: odd, Evidence: lineage.Observed, Source: "kafka",
		Confidence: lineage.VeryLikely, Note: "member", Interval: in,
	}, lineage.EdgeOf)
	comesBack(t, lineage.Through{
		Job: job, Input: odd, Output: job, Derivation: lineage.Explicit, Evidence: lineage.Reported, Source: "openlineage", Interval: in,
	}, lineage.ThroughOf)
	comesBack(t, lineage.FieldEdge{
		Job: job, From: lineage.Field{Dataset: odd, Path: "a.b"}, To: lineage.Field{Dataset: job, Path: "c"},
		Transformation: lineage.Transformation{Type: lineage.Direct, Subtype: "IDENTITY", Masking: true},
		Evidence:       lineage.Reported, Source: "openlineage", Confidence: 1, Description: "x", Interval: in,
	}, lineage.FieldEdgeOf)
	comesBack(t, lineage.Facet{
		Entity: lineage.Entity{Kind: lineage.RunEntity, ID: lineage.ID{Name: "r"}}, Facet: "parent", Body: []byte(`{}`), Interval: in,
	}, lineage.FacetOf)
	comesBack(t, lineage.Alias{Kind: lineage.DatasetNode, From: odd, To: job, Evidence: lineage.Declared, Source: "api", Ended: true, Interval: in}, lineage.AliasOf)
	comesBack(t, lineage.Statement{Node: lineage.Node{Kind: lineage.JobNode, ID: job}, Source: "openlineage", Grace: time.Minute, Interval: in}, lineage.StatementOf)
	comesBack(t, lineage.Run{ID: "r", Job: job, State: lineage.RunFail, At: noon, Interval: in}, lineage.RunOf)
	comesBack(t, lineage.RunIO{Run: "r", Direction: lineage.Writes, Dataset: odd, Version: "3", Interval: in}, lineage.RunIOOf)
	comesBack(t, lineage.Coverage{Source: "kafka", Namespace: "kafka://c", Slot: noon, Interval: in}, lineage.CoverageOf)
	comesBack(t, lineage.Use{Client: job, Action: lineage.Fetched, Subject: "s", Version: 3, Agent: "go", Interval: in}, lineage.UseOf)
	comesBack(t, lineage.Rule{Pattern: ".*", Owner: "Risk", Tool: true, Interval: in}, lineage.RuleOf)
	comesBack(t, lineage.Position{Reader: "r", Cursor: 7, At: noon}, lineage.PositionOf)
}

func comesBack[T interface{ Fact() lineage.Fact }](t *testing.T, want T, read func(lineage.Fact) (T, error)) {
	t.Helper()
	got, err := read(want.Fact())
	if err != nil {
		t.Errorf("%T: %v", want, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%T (-went in +came back): %s", want, diff)
	}
	if err := want.Fact().Check(noon.Add(2 * time.Hour)); err != nil {
		t.Errorf("%T: Check: %v", want, err)
	}
	if err := want.Fact().Check(noon.Add(-time.Hour)); err == nil {
		t.Errorf("%T: one that is seen in the future passes", want)
	}
	if _, err := read(lineage.Fact{Kind: "other", Key: "x"}); err == nil {
		t.Errorf("%T: a fact of another kind is read", want)
	}
}
