package openlineage_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
)

const run1 = "0191d8a5-2f1b-7c3d-8e4f-000000000001"

// event writes a run event that needs no mending, with members put in the place
// of its own.
func event(members string) string {
	e := map[string]any{
		"eventType": "START", "eventTime": "2026-11-20T08:00:00Z", "producer": "p", "schemaURL": "s",
		"run": map[string]any{"runId": run1}, "job": map[string]any{"namespace": "n", "name": "j"},
	}
	if err := json.Unmarshal([]byte(members), &e); err != nil {
		panic(err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``:       `empty body: send one JSON object`,
		`  `:     `empty body: send one JSON object`,
		`{"a":`:  `not JSON: unexpected end of JSON input at byte 5`,
		`{} {}`:  `not JSON: invalid character '{' after top-level value at byte 4`,
		`[]`:     `an array: send one JSON object, or several events as a batch`,
		`"text"`: `a string: send a JSON object`,
		`12`:     `a number: send a JSON object`,
		`null`:   `null: send a JSON object`,
		`{}`:     `about nothing: send run and job, or job, or dataset`,

		`{"run": null, "job": null, "dataset": null}`:                                     `about nothing: send run and job, or job, or dataset`,
		event(`{"run": {}}`):                                                              `run.runId: missing: send a string that is not empty`,
		event(`{"run": "x"}`):                                                             `run.runId: missing: send a string that is not empty`,
		event(`{"run": {"runId": 7}}`):                                                    `run.runId: a number: send a string that is not empty`,
		event(`{"run": {"runId": "run_id"}}`):                                             `run.runId: "run_id" is no UUID: send one, the same for all events of the run`,
		event(`{"run": {"runId": "` + run1[:35] + `g"}}`):                                 `run.runId: "` + run1[:35] + `g" is no UUID: send one, the same for all events of the run`,
		event(`{"run": {"runId": "` + strings.ReplaceAll(run1, "-", "0") + `"}}`):         `run.runId: "` + strings.ReplaceAll(run1, "-", "0") + `" is no UUID: send one, the same for all events of the run`,
		event(`{"job": null}`):                                                            `job: missing: send the job's namespace and name`,
		event(`{"job": {"namespace": "n"}}`):                                              `job.name: missing: send a string that is not empty`,
		event(`{"job": {"name": "n"}}`):                                                   `job.namespace: missing: send a string that is not empty`,
		event(`{"job": {"name": "", "namespace": "n"}}`):                                  `job.name: empty: send a string that is not empty`,
		event(`{"inputs": [{"namespace": "n", "name": "a"}, {"namespace": "n"}]}`):        `inputs[1].name: missing: send a string that is not empty`,
		event(`{"outputs": [null]}`):                                                      `outputs[0].namespace: missing: send a string that is not empty`,
		event(`{"outputs": [{"namespace": "n", "name": []}]}`):                            `outputs[0].name: an array: send a string that is not empty`,
		`{"dataset": {"namespace": "n", "name": null}}`:                                   `dataset.name: null: send a string that is not empty`,
		event(`{"job": {"namespace": "n", "name": "` + strings.Repeat("x", 2049) + `"}}`): `job.name: longer than 2048 bytes: send a shorter one`,
		`{"a":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`:             `nested deeper than 2000 levels`,
	} {
		_, err := openlineage.Parse([]byte(body), received)
		var fault *openlineage.Fault
		if !errors.As(err, &fault) || err.Error() != want {
			t.Errorf("%.100s:\n got %v\nwant %s", body, err, want)
		}
	}
}

func TestParseMends(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		event(`{}`):                                               nil,
		event(`{"eventType": "complete"}`):                        nil,
		event(`{"eventType": null}`):                              nil,
		event(`{"eventType": "BEGIN"}`):                           {`eventType: "BEGIN" is unknown, OTHER is taken`},
		event(`{"producer": 1, "schemaURL": null}`):               {`producer: a number`, `schemaURL: null`},
		event(`{"inputs": null, "outputs": {}}`):                  {`inputs: null, none are taken`, `outputs: an object, none are taken`},
		event(`{"dataset": {"namespace": 1}}`):                    {`dataset: left out, the event is of a run`},
		event(`{"eventTime": null}`):                              {`eventTime: null, the time of receipt is taken`},
		event(`{"eventTime": "yesterday"}`):                       {`eventTime: not a time of RFC 3339, the time of receipt is taken`},
		event(`{"eventTime": "0001-01-01T00:00:00Z"}`):            {`eventTime: before 1970, the time of receipt is taken`},
		event(`{"eventTime": "2026-11-20T08:00:00.123456789"}`):   {`eventTime: no zone, UTC is taken`},
		event(`{"eventTime": "2999-11-20T08:00:00Z"}`):            {`eventTime: after it was received, the time of receipt is taken`},
		event(`{"run": {"runId": "` + run1 + `", "facets": []}}`): {`run.facets: an array, none are taken`},
		event(`{"job": {"namespace": "n", "name": "j", "facets": {"f": 1, "g": null, "h": {}}}}`): {`job.facets.f: a number, left out`, `job.facets.g: null, left out`},
		event(`{"inputs": [{"namespace": "n", "name": "a", "inputFacets": 3}]}`):                  {`inputs[0].inputFacets: a number, none are taken`},
		`{"job": {"namespace": "n", "name": "j"}, "eventType": "START", "producer": "", "schemaURL": "", "eventTime": "2026-11-20T08:00:00Z"}`: {
			`eventType: of a run, but there is no run: the event counts for its job alone and replaces nothing`,
		},
		"\ufeff" + event(`{}`): nil,
		strings.Replace(event(`{}`), `"name":"j"`, "\"name\":\"\xff\"", 1): {`body: not UTF-8, what cannot be read is replaced`},
	} {
		e, err := openlineage.Parse([]byte(body), received)
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if diff := cmp.Diff(want, e.Notes); diff != "" {
			t.Errorf("%s: notes (-want +got)\n%s", body, diff)
		}
	}
}

func TestParseKinds(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]openlineage.Kind{
		event(`{"schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent", "dataset": {"namespace": "n", "name": "d"}}`): openlineage.RunEvent,
		event(`{"run": null, "dataset": {"namespace": "n", "name": "d"}}`):                                                                           openlineage.JobEvent,
		`{"dataset": {"namespace": "n", "name": "d"}, "schemaURL": "RunEvent"}`:                                                                      openlineage.DatasetEvent,
	} {
		e, err := openlineage.Parse([]byte(body), received)
		if err != nil || e.Kind != want {
			t.Errorf("%s: %s, %v, want %s", body, e.Kind, err, want)
		}
	}
}

func TestParseTimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-20T08:00:00Z":                         "2026-11-20T08:00:00Z",
		"2026-11-20T08:00:00.123456789Z":               "2026-11-20T08:00:00.123456789Z",
		"2026-11-20T08:00:00.1+01:00":                  "2026-11-20T07:00:00.1Z",
		"2026-11-20T08:00:00.1+0100":                   "2026-11-20T07:00:00.1Z",
		"2026-11-20T08:00+01:00":                       "2026-11-20T07:00:00Z",
		"2026-11-20T08:00:00.1+01:00[Europe/Paris]":    "2026-11-20T07:00:00.1Z",
		"2026-11-20 08:00:00.1+00:00":                  "2026-11-20T08:00:00.1Z",
		"2026-11-20T08:00:00.123456":                   "2026-11-20T08:00:00.123456Z",
		"2026-11-20 08:00:00":                          "2026-11-20T08:00:00Z",
		"2026-11-20T08:00":                             "2026-11-20T08:00:00Z",
		"20 November 2026":                             received.Format(time.RFC3339Nano),
		received.Add(time.Second).Format(time.RFC3339): received.Format(time.RFC3339Nano),
	} {
		e, err := openlineage.Parse([]byte(event(fmt.Sprintf(`{"eventTime": %q}`, text))), received)
		if got := e.Time.Format(time.RFC3339Nano); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, err, want)
		}
	}
}

// TestLargeFacets keeps large facets that something is made of, and says of the
// others that they were there.
func TestLargeFacets(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 1<<20)
	e, err := openlineage.Parse([]byte(event(fmt.Sprintf(
		`{"run": {"runId": %q, "facets": {"spark.logicalPlan": {"_producer": "spark", "plan": %q}}}, "job": {"namespace": "n", "name": "j", "facets": {"sql": {"query": %q}}}}`,
		run1, large, large))), received)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"_producer":"spark","_schemaURL":"","_leftOut":"1048607 bytes, more than the 1048576 kept"}`
	if diff := cmp.Diff(want, string(e.RunFacets["spark.logicalPlan"])); diff != "" {
		t.Error(diff)
	}
	if len(e.JobFacets["sql"]) < len(large) {
		t.Error("the SQL was cut")
	}
	if diff := cmp.Diff([]string{"run.facets.spark.logicalPlan: 1048607 bytes, left out"}, e.Notes); diff != "" {
		t.Error(diff)
	}
}

func TestNotesAreBounded(t *testing.T) {
	t.Parallel()
	inputs := strings.Repeat(`{"namespace": "n", "name": "a", "facets": 1},`, 1000)
	e, err := openlineage.Parse([]byte(event(`{"inputs": [`+strings.TrimSuffix(inputs, ",")+`]}`)), received)
	if err != nil || len(e.Notes) != 33 || e.Notes[32] != "968 more" {
		t.Error(err, len(e.Notes), e.Notes[len(e.Notes)-1])
	}
}

// TestDigest knows an event again however it is laid out.
func TestDigest(t *testing.T) {
	t.Parallel()
	plain, err := openlineage.Parse([]byte(event(`{}`)), received)
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte("["+event(`{}`)+"]"), "", "\t"); err != nil {
		t.Fatal(err)
	}
	b, err := openlineage.ParseBatch(indented.Bytes(), received.Add(time.Hour))
	if err != nil || len(b.Events) != 1 {
		t.Fatal(err, b)
	}
	if b.Events[0].Digest() != plain.Digest() || b.Events[0].Raw().Digest != plain.Digest() {
		t.Error("the same event has two digests")
	}
	other, err := openlineage.Parse([]byte(event(`{"producer": "q"}`)), received)
	if err != nil || other.Digest() == plain.Digest() {
		t.Error("two events have one digest", err)
	}
}

func TestParseBatch(t *testing.T) {
	t.Parallel()
	b, err := openlineage.ParseBatch([]byte(`[`+event(`{}`)+`, 7, `+event(`{"run": {}}`)+`,`+event(`{"producer": null}`)+`]`), received)
	if err != nil {
		t.Fatal(err)
	}
	want := []openlineage.Failure{
		{Index: 1, Fault: &openlineage.Fault{Reason: "a number: send a JSON object"}},
		{Index: 2, Fault: &openlineage.Fault{Path: "run.runId", Reason: "missing: send a string that is not empty"}},
	}
	if diff := cmp.Diff(want, b.Failed); diff != "" || b.Received != 4 || len(b.Events) != 2 {
		t.Errorf("%d received, %d taken, failed (-want +got)\n%s", b.Received, len(b.Events), diff)
	}
	for body, want := range map[string]string{
		`{}`: `an object: a batch is a JSON array of events`,
		`[`:  `not JSON: unexpected end of JSON input at byte 1`,
		`[` + strings.Repeat("0,", openlineage.MaxBatch) + `0]`: `more than 50000 events: send several batches`,
	} {
		if _, err := openlineage.ParseBatch([]byte(body), received); err == nil || err.Error() != want {
			t.Errorf("%.40s: %v, want %s", body, err, want)
		}
	}
}

// FuzzParse takes anything without a panic, and what it took says the same when
// it is read back, as the Builder does.
func FuzzParse(f *testing.F) {
	f.Add([]byte(event(`{}`)))
	f.Add([]byte(`{"dataset": {"namespace": "n", "name": "d", "facets": {"lineage": {"inputs": []}}}}`))
	f.Add([]byte(`[{"job": {"namespace": "n", "name": "j"}, "inputs": [{"namespace": "n", "name": "\ud800"}]}]`))
	for _, name := range []string{"columns", "explicit", "names", "snapshot", "sql", "design"} {
		for _, e := range ownEvents(f, name) {
			f.Add(e.Body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if b, err := openlineage.ParseBatch(body, received); err == nil && len(b.Events)+len(b.Failed) != b.Received {
			t.Errorf("%d events and %d failures of %d", len(b.Events), len(b.Failed), b.Received)
		}
		e, err := openlineage.Parse(body, received)
		if err != nil {
			var fault *openlineage.Fault
			if !errors.As(err, &fault) {
				t.Errorf("%v is no fault", err)
			}
			return
		}
		facts := map[string]lineage.Fact{}
		merge(facts, openlineage.Facts(e))
		describe(t, facts, true)
		again, err := openlineage.Parse(e.Body, received)
		if err != nil || again.Digest() != e.Digest() {
			t.Fatal("not the same when read back", err)
		}
		if diff := cmp.Diff(openlineage.Facts(e), openlineage.Facts(again)); diff != "" {
			t.Error(diff)
		}
	})
}
