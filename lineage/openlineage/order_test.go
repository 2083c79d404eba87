package openlineage_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
)

// genEvent draws events of few jobs, runs and datasets, so that they speak of
// the same things, at few times, so that they contradict each other.
func genEvent() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		e := map[string]any{"eventTime": at(rapid.IntRange(0, 200).Draw(t, "second")), "producer": "p"}
		if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
			e["dataset"] = genDataset(t, "facets")
			return text(e)
		}
		e["job"] = map[string]any{"namespace": "n", "name": pick(t, "job", "j1", "j2"), "facets": genFacets(t)}
		e["inputs"] = []any{genDataset(t, "inputFacets"), genDataset(t, "inputFacets")}[:rapid.IntRange(0, 2).Draw(t, "inputs")]
		e["outputs"] = []any{genDataset(t, "outputFacets"), genDataset(t, "outputFacets")}[:rapid.IntRange(0, 2).Draw(t, "outputs")]
		if rapid.IntRange(0, 9).Draw(t, "design") > 0 {
			e["run"] = map[string]any{"runId": fmt.Sprintf("0191d8a5-2f1b-7c3d-8e4f-%012d", rapid.IntRange(1, 3).Draw(t, "run")), "facets": genFacets(t)}
			e["eventType"] = pick(t, "type", "START", "RUNNING", "running", "COMPLETE", "ABORT", "FAIL", "OTHER")
		}
		return text(e)
	})
}

func at(second int) string {
	return time.Date(2026, 11, 20, 8, 0, second, 0, time.UTC).Format(time.RFC3339)
}

func pick(t *rapid.T, label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }

func text(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(out)
}

func genDataset(t *rapid.T, use string) map[string]any {
	return map[string]any{"namespace": "n", "name": pick(t, "dataset", "d1", "d2", "d3"), "facets": genFacets(t), use: map[string]any{}}
}

// genFacets draws facets of all kinds together: those that mean nothing where
// they stand do no harm.
func genFacets(t *rapid.T) map[string]any {
	all := map[string]any{
		"columnLineage": raw(fmt.Sprintf(`{"fields": {"x": {"inputFields": [{"namespace": "n", "name": %q, "field": "a", "transformations": [{"type": %q, "description": %q}]}]}}}`,
			pick(t, "from", "d1", "d2"), pick(t, "transformation", "DIRECT", "INDIRECT"), pick(t, "description", "", "b"))),
		"lineage":              raw(`{"inputs": [], "entries": [{"type": "DATASET", "namespace": "n", "name": "d3", "inputs": [{"type": "DATASET", "namespace": "n", "name": "d1"}]}]}`),
		"version":              raw(fmt.Sprintf(`{"datasetVersion": %q}`, pick(t, "version", "", "1", "2"))),
		"lifecycleStateChange": raw(`{"lifecycleStateChange": "RENAME", "previousIdentifier": {"namespace": "n", "name": "d0"}}`),
		"jobType":              raw(`{"emissionPattern": {"eventContentMode": "COMPLETE_SNAPSHOT", "windowDuration": 60}}`),
		"ownership":            raw(fmt.Sprintf(`{"_deleted": %t}`, rapid.Bool().Draw(t, "deleted"))),
		"parent":               raw(fmt.Sprintf(`{"run": {"runId": %q}}`, pick(t, "parent", run1, "x"))),
	}
	out := map[string]any{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names(all)), 0, 2, rapid.ID).Draw(t, "facets") {
		out[name] = all[name]
	}
	return out
}

func names(m map[string]any) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// TestOrder permutes and repeats events: what they say together is the same.
func TestOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bodies := rapid.SliceOfN(genEvent(), 1, 12).Draw(t, "events")
		checkOrder(t, parseAll(t, bodies), rapid.Uint64().Draw(t, "seed"))
	})
}

// TestOrderOfScenarios does so with the events of others.
func TestOrderOfScenarios(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"compatibility-tests", "marquez", "openlineage/integration/hive"} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(5) {
				checkOrder(t, parsed(t, folder), seed)
			}
		})
	}
}

type reporter interface {
	Helper()
	Fatalf(format string, args ...any)
}

func parseAll(t reporter, bodies []string) []openlineage.Event {
	t.Helper()
	var events []openlineage.Event
	for _, body := range bodies {
		e, err := openlineage.Parse([]byte(body), received)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		events = append(events, e)
	}
	return events
}

func checkOrder(t reporter, events []openlineage.Event, seed uint64) {
	t.Helper()
	want := fold(events)
	random := rand.New(rand.NewPCG(seed, 0))
	shuffled := slices.Concat(events, events[:random.IntN(len(events)+1)])
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if diff := cmp.Diff(want, fold(shuffled)); diff != "" {
		t.Fatalf("seed %d (-in order +shuffled)\n%s", seed, diff)
	}
}

// TestRunInAnyOrder has the end of a run come first, and a heartbeat that
// forgot the version last.
func TestRunInAnyOrder(t *testing.T) {
	t.Parallel()
	bodies := []string{
		event(`{"eventTime": "2026-11-20T08:00:00Z", "inputs": [{"namespace": "n", "name": "in", "facets": {"version": {"datasetVersion": "7"}}}]}`),
		event(`{"eventTime": "2026-11-20T08:01:00Z", "eventType": "COMPLETE", "outputs": [{"namespace": "n", "name": "out"}]}`),
		event(`{"eventTime": "2026-11-20T08:02:00Z", "eventType": "RUNNING", "inputs": [{"namespace": "n", "name": "in"}]}`),
	}
	var seen []map[string]lineage.Fact
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2, 1}, {2, 0, 0, 1}} {
		var events []openlineage.Event
		for _, i := range order {
			events = append(events, parseAll(t, bodies[i:i+1])...)
		}
		seen = append(seen, fold(events))
		if diff := cmp.Diff(seen[0], seen[len(seen)-1]); diff != "" {
			t.Errorf("%v (-in order +got)\n%s", order, diff)
		}
	}
	for _, f := range seen[0] {
		if r, err := lineage.RunOf(f); err == nil && r.State != lineage.RunComplete {
			t.Errorf("the run is %s", r.State)
		}
		if io, err := lineage.RunIOOf(f); err == nil && io.Dataset.Name == "in" && io.Version != "7" {
			t.Errorf("the run read version %q", io.Version)
		}
	}
}

// TestManyOutputs has facts in proportion to the event, also where each output
// names columns.
func TestManyOutputs(t *testing.T) {
	t.Parallel()
	const n = 10_000
	events := parseAll(t, []string{event(`{"inputs": [{"namespace": "n", "name": "in"}], "outputs": [` + outputs(n) + `]}`)})
	// Job, run, input node, edge and use; node, edge and use of each output.
	if got := len(openlineage.Facts(events[0])); got != 5+3*n {
		t.Errorf("%d facts", got)
	}
	var fields []string
	for i := range n {
		fields = append(fields, fmt.Sprintf(`"f%d": {"inputFields": [{"namespace": "n", "name": "in", "field": "f%d"}, {"namespace": "n", "name": "in", "field": "when", "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}]}]}`, i, i))
	}
	wide := `{"outputs": [{"namespace": "n", "name": "out", "facets": {"columnLineage": {"fields": {` + strings.Join(fields, ",") + `}}}}]}`
	events = parseAll(t, []string{event(wide)})
	counts := map[lineage.Kind]int{}
	for _, f := range openlineage.Facts(events[0]) {
		counts[f.Kind]++
	}
	if counts[lineage.KindField] != n+1 || counts[lineage.KindThrough] != 1 {
		t.Errorf("%v", counts)
	}
}

func BenchmarkFacts(b *testing.B) {
	for _, name := range []string{"columns", "debezium", "explicit"} {
		b.Run(name, func(b *testing.B) {
			events := ownEvents(b, name)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for _, e := range events {
					e, err := openlineage.Parse(e.Body, received)
					if err != nil {
						b.Fatal(err)
					}
					openlineage.Facts(e)
					n++
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
