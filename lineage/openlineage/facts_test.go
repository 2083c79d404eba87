package openlineage_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
)

// TestFacts pins what our own events prove.
func TestFacts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "events", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			name := strings.TrimSuffix(filepath.Base(file), ".json")
			golden(t, filepath.Join("events", name+".txt"), describe(t, fold(ownEvents(t, name)), true))
		})
	}
}

// ownEvents reads one of our own files of events.
func ownEvents(t testing.TB, name string) []openlineage.Event {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "events", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := openlineage.ParseBatch(body, received)
	if err != nil || len(b.Failed) > 0 {
		t.Fatal(err, b.Failed)
	}
	return b.Events
}

// TestScenarios pins what the events of others prove, all of a folder together.
func TestScenarios(t *testing.T) {
	t.Parallel()
	for name, folder := range map[string]string{
		"cll":     "compatibility-tests/consumer/scenarios/CLL",
		"airflow": "compatibility-tests/consumer/scenarios/airflow",
		"apples":  "marquez/api/src/test/resources/apples",
		"flink1":  "openlineage/integration/flink/flink1",
		"flink2":  "openlineage/integration/flink/flink2",
		"hive":    "openlineage/integration/hive/hive-openlineage-hook/integrations/container",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name+".txt", describe(t, fold(parsed(t, folder)), false))
		})
	}
}

// TestFacetInstances puts every facet of the specification's tests where it
// belongs: it is kept as it came, and pinned is what else it proves.
func TestFacetInstances(t *testing.T) {
	t.Parallel()
	root := filepath.Join(filepath.Dir(vectorRoot(t)), "facet-instances")
	files, err := filepath.Glob(filepath.Join(root, "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var got strings.Builder
	for _, file := range files {
		facet, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kind := filepath.Base(filepath.Dir(file))
		e, err := openlineage.Parse([]byte(event(around(kind, string(facet)))), received)
		if err != nil || len(e.Notes) > 0 {
			t.Errorf("%s: %v %v", file, err, e.Notes)
		}
		fmt.Fprintln(&got, kind, filepath.Base(file))
		facts := fold([]openlineage.Event{e})
		checkKept(t, facts, facet)
		for line := range strings.Lines(describe(t, facts, false)) {
			if !strings.HasPrefix(line, "run ") {
				got.WriteString("\t" + line)
			}
		}
	}
	golden(t, "instances.txt", got.String())
}

// checkKept looks for facets among facts.
func checkKept(t *testing.T, facts map[string]lineage.Fact, facets []byte) {
	t.Helper()
	var want map[string]any
	if err := json.Unmarshal(facets, &want); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for _, f := range facts {
		if f.Kind != lineage.KindFacet && f.Kind != lineage.KindRunFacet {
			continue
		}
		facet, err := lineage.FacetOf(f)
		if err != nil {
			t.Fatal(err)
		}
		var body any
		if err := json.Unmarshal(facet.Body, &body); err != nil {
			t.Fatal(err)
		}
		got[strings.TrimPrefix(strings.TrimPrefix(facet.Facet, openlineage.InputFacets), openlineage.OutputFacets)] = body
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facets (-sent +kept)\n%s", diff)
	}
}

// around writes the members of an event that hold some facets.
func around(kind, facets string) string {
	switch {
	case strings.HasSuffix(kind, "RunFacet"):
		return fmt.Sprintf(`{"run": {"runId": %q, "facets": %s}}`, run1, facets)
	case strings.HasSuffix(kind, "JobFacet"), strings.Contains(facets, `"entries"`):
		return fmt.Sprintf(`{"job": {"namespace": "n", "name": "j", "facets": %s}}`, facets)
	case strings.HasSuffix(kind, "InputDatasetFacet"):
		return fmt.Sprintf(`{"inputs": [{"namespace": "n", "name": "d", "inputFacets": %s}]}`, facets)
	case strings.HasSuffix(kind, "OutputDatasetFacet"):
		return fmt.Sprintf(`{"outputs": [{"namespace": "n", "name": "d", "outputFacets": %s}]}`, facets)
	}
	return fmt.Sprintf(`{"outputs": [{"namespace": "n", "name": "d", "facets": %s}]}`, facets)
}

// parsed returns the sound events below a folder of the shared vectors.
func parsed(t testing.TB, folder string) []openlineage.Event {
	t.Helper()
	var out []openlineage.Event
	for _, v := range vectors(t, filepath.FromSlash(folder)) {
		if e, err := openlineage.Parse(v.body, received); err == nil {
			out = append(out, e)
		}
	}
	return out
}

// fold merges what events say.
func fold(events []openlineage.Event) map[string]lineage.Fact {
	out := map[string]lineage.Fact{}
	for _, e := range events {
		merge(out, openlineage.Facts(e))
	}
	return out
}

func merge(into map[string]lineage.Fact, facts []lineage.Fact) {
	for _, f := range facts {
		id := string(f.Kind) + f.Key
		if old, ok := into[id]; ok {
			f = lineage.Merge(old, f)
		}
		into[id] = f
	}
}

// TestGraph has a graph understand all that any event proves.
func TestGraph(t *testing.T) {
	t.Parallel()
	events := parsed(t, "")
	for _, name := range []string{"columns", "debezium", "design", "explicit", "names", "snapshot", "sql"} {
		events = append(events, ownEvents(t, name)...)
	}
	stats := lineage.Build(slices.Collect(maps.Values(fold(events))), lineage.Options{}).Stats()
	if stats.Malformed != 0 || stats.Edges == 0 || stats.FieldEdges == 0 {
		t.Errorf("%+v", stats)
	}
}

// describe prints facts for people, sorted; facets only if asked.
func describe(t testing.TB, facts map[string]lineage.Fact, facets bool) string {
	t.Helper()
	var lines []string
	for _, f := range facts {
		line, err := describeFact(f)
		if err = errors.Join(err, f.Check(received)); err != nil {
			t.Fatal(err)
		}
		if facets || f.Kind != lineage.KindFacet && f.Kind != lineage.KindRunFacet {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func describeFact(f lineage.Fact) (string, error) {
	switch f.Kind {
	case lineage.KindNode:
		n, err := lineage.NodeOf(f)
		return fmt.Sprintf("node %s %s %s", n.Kind, show(n.ID), seen(f)), err
	case lineage.KindEdge:
		e, err := lineage.EdgeOf(f)
		return fmt.Sprintf("edge %s %s %s, %s by %s, %v %s", show(e.Job), e.Direction, show(e.Dataset), e.Evidence, e.Source, e.Confidence, seen(f)), err
	case lineage.KindThrough:
		e, err := lineage.ThroughOf(f)
		return fmt.Sprintf("through %s: %s -> %s, %s, %s by %s %s", show(e.Job), show(e.Input), show(e.Output), e.Derivation, e.Evidence, e.Source, seen(f)), err
	case lineage.KindField:
		e, err := lineage.FieldEdgeOf(f)
		return fmt.Sprintf("field %s: %s %s -> %s %s, %s, %s by %s, %v %q %s", show(e.Job), show(e.From.Dataset), e.From.Path,
			show(e.To.Dataset), e.To.Path, transformed(e.Transformation), e.Evidence, e.Source, e.Confidence, e.Description, seen(f)), err
	case lineage.KindFacet, lineage.KindRunFacet:
		e, err := lineage.FacetOf(f)
		return fmt.Sprintf("facet %s %s %s %s %s", e.Kind, show(e.ID), e.Facet, e.Body, seen(f)), err
	case lineage.KindAlias:
		e, err := lineage.AliasOf(f)
		return fmt.Sprintf("alias %s %s -> %s, %s by %s, %s %s", e.Kind, show(e.From), show(e.To), e.Evidence, e.Source, e.Note, seen(f)), err
	case lineage.KindStatement:
		e, err := lineage.StatementOf(f)
		return fmt.Sprintf("statement %s %s, %s, grace %s %s", e.Kind, show(e.ID), e.Source, e.Grace, seen(f)), err
	case lineage.KindRun:
		e, err := lineage.RunOf(f)
		return fmt.Sprintf("run %s of %s, %s at %s %s", e.ID, show(e.Job), e.State, e.At.Format(time.RFC3339), seen(f)), err
	case lineage.KindRunIO:
		e, err := lineage.RunIOOf(f)
		return fmt.Sprintf("run %s %s %s, version %q %s", e.Run, e.Direction, show(e.Dataset), e.Version, seen(f)), err
	}
	return "", fmt.Errorf("fact of kind %s", f.Kind)
}

func show(id lineage.ID) string {
	if id.IsZero() {
		return "()"
	}
	return fmt.Sprintf("%q", id.Namespace+" | "+id.Name)
}

func transformed(t lineage.Transformation) string {
	out := t.Type + " " + t.Subtype
	if t.Masking {
		out += " masking"
	}
	return out
}

// seen prints the interval, as one time if it is one.
func seen(f lineage.Fact) string {
	first, last := f.First.Format(time.RFC3339), f.Last.Format(time.RFC3339)
	if first == last {
		return "[" + first + "]"
	}
	return "[" + first + " " + last + "]"
}

// TestDataplexLinks compares the dataset-to-dataset edges of the airflow
// scenario with those another consumer published for the same events.
func TestDataplexLinks(t *testing.T) {
	t.Parallel()
	var links []struct {
		Source, Target struct {
			Name string `json:"fully_qualified_name"`
		}
	}
	path := filepath.Join(vectorRoot(t), filepath.FromSlash("compatibility-tests/consumer/consumers/dataplex/scenarios/airflow/validation/links/links.json"))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &links); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, l := range links {
		want[dataplexName(l.Source.Name)+" -> "+dataplexName(l.Target.Name)] = true
	}
	got := throughs(t, fold(parsed(t, "compatibility-tests/consumer/scenarios/airflow")))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("links (-theirs +ours)\n%s", diff)
	}
}

// dataplexName reads the other consumer's names as OpenLineage has them.
func dataplexName(name string) string {
	name = strings.ReplaceAll(name, "`", "")
	if object, ok := strings.CutPrefix(name, "gcs:"); ok {
		bucket, object, _ := strings.Cut(object, ".")
		return "gs://" + bucket + " | " + object
	}
	if path, ok := strings.CutPrefix(name, "filesystem:localhost."); ok {
		return "file | /" + path
	}
	return strings.Replace(name, ":", " | ", 1)
}

// throughs returns what becomes of what: as the throughs say, and where an
// output has none, all inputs of its job.
func throughs(t *testing.T, facts map[string]lineage.Fact) map[string]bool {
	t.Helper()
	inputs, outputs := map[lineage.ID][]lineage.ID{}, map[lineage.ID][]lineage.ID{}
	known, out := map[[2]lineage.ID]bool{}, map[string]bool{}
	link := func(from, to lineage.ID) {
		out[from.Namespace+" | "+from.Name+" -> "+to.Namespace+" | "+to.Name] = true
	}
	for _, f := range facts {
		switch f.Kind {
		case lineage.KindEdge:
			e, err := lineage.EdgeOf(f)
			if err != nil {
				t.Fatal(err)
			}
			if e.Direction == lineage.Reads {
				inputs[e.Job] = append(inputs[e.Job], e.Dataset)
			} else {
				outputs[e.Job] = append(outputs[e.Job], e.Dataset)
			}
		case lineage.KindThrough:
			e, err := lineage.ThroughOf(f)
			if err != nil {
				t.Fatal(err)
			}
			known[[2]lineage.ID{e.Job, e.Output}] = true
			link(e.Input, e.Output)
		}
	}
	for job, datasets := range outputs {
		for _, to := range datasets {
			for _, from := range inputs[job] {
				if !known[[2]lineage.ID{job, to}] {
					link(from, to)
				}
			}
		}
	}
	return out
}
