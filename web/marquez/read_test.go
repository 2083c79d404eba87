package marquez_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/schema/schematest"
)

// answersOf asks a list of questions and writes down the answers.
func (s *server) answersOf(t *testing.T, paths ...string) string {
	t.Helper()
	out := strings.Builder{}
	for _, path := range paths {
		w := s.do(t, http.MethodGet, path, nil)
		fmt.Fprintf(&out, "GET %s\n%d\n", path, w.Code)
		text := bytes.Buffer{}
		if err := json.Indent(&text, w.Body.Bytes(), "", "  "); err != nil {
			t.Errorf("GET %s: %v", path, err)
		}
		out.WriteString(text.String() + "\n")
	}
	return out.String()
}

func TestApples(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, story(t, "marquez", "api", "src", "test", "resources", "apples")...)
	golden(t, "apples.txt", s.answersOf(t,
		"/namespaces",
		"/namespaces/cupboard",
		"/namespaces/grandmas.kitchen/datasets?limit=2",
		"/namespaces/grandmas.kitchen/datasets/apples",
		"/namespaces/grandmas.kitchen/datasets/apples/versions",
		"/namespaces/grandmas.kitchen/jobs?limit=1",
		"/namespaces/grandmas.kitchen/jobs/prepare_apple_filling",
		"/namespaces/grandmas.kitchen/jobs/prepare_apple_filling/runs",
		"/namespaces/grandmas.kitchen/jobs/prepare_apple_filling/versions",
		"/jobs?lastRunStates=FAILED",
		"/jobs/runs/e7d71919-25b3-49cc-a0f5-63ecbee72b0f",
		"/jobs/runs/e7d71919-25b3-49cc-a0f5-63ecbee72b0f/facets?type=run",
		"/lineage?nodeId=dataset:grandmas.kitchen:apple.pie&depth=0",
		"/runlineage/upstream?runId=66ad484e-9bba-4eed-a5f5-3a17558e7f6b",
		"/search?q=APPLE.&sort=NAME",
		"/sources",
		"/stats/jobs?period=WEEK",
		"/api/v2beta/search/jobs?q=vinegar",
	))
}

func TestColumnLineageOfSpark(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, story(t, "compatibility-tests", "consumer", "scenarios", "CLL", "events")...)
	var paths []string
	for _, result := range s.get(t, "/search?q=t&filter=dataset")["results"].([]any) {
		id := result.(map[string]any)["nodeId"].(string)
		paths = append(paths, "/column-lineage?depth=1&nodeId="+url.QueryEscape(id))
	}
	golden(t, "cll.txt", s.answersOf(t, paths...))
}

func TestAirflow(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, story(t, "compatibility-tests", "consumer", "scenarios", "airflow", "events")...)
	out := strings.Builder{}
	for _, each := range s.get(t, "/jobs")["jobs"].([]any) {
		job := each.(map[string]any)
		fmt.Fprintln(&out, job["namespace"], job["name"], job["type"], job["latestRun"].(map[string]any)["state"])
		for _, side := range []string{"inputs", "outputs"} {
			for _, d := range job[side].([]any) {
				fmt.Fprintln(&out, "\t"+side, d.(map[string]any)["namespace"], d.(map[string]any)["name"])
			}
		}
	}
	golden(t, "airflow.txt", out.String())
}

// keys lists the paths of members, with [] for the elements of arrays.
func keys(v any, path string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			into[path+"."+name] = true
			keys(member, path+"."+name, into)
		}
	case []any:
		for _, element := range v {
			keys(element, path+"[]", into)
		}
	}
}

// TestShapes holds what is answered against what Marquez answers.
func TestShapes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, `{"eventTime":"2026-11-20T08:00:00Z","producer":"p","schemaURL":"s","job":{"namespace":"ns","name":"copy"},
		"inputs":[{"namespace":"ns","name":"a","facets":{"schema":{"fields":[{"name":"x","type":"int","description":"an x"}]}}}],
		"outputs":[{"namespace":"ns","name":"b","facets":{"columnLineage":{"fields":{"y":{"inputFields":[{"namespace":"ns","name":"a","field":"x"}],
		"transformationType":"IDENTITY","transformationDescription":"identical"}}}}}]}`,
		`{"eventTime":"2026-11-20T08:00:00Z","producer":"p","schemaURL":"s","job":{"namespace":"ns","name":"made"},
		"inputs":[],"outputs":[{"namespace":"ns","name":"a"}]}`)
	for sample, path := range map[string]string{
		"lineage":        "/lineage?nodeId=dataset:ns:a",
		"column_lineage": "/column-lineage?nodeId=datasetField:ns:b:y",
	} {
		text, err := os.ReadFile(schematest.Shared(t, "vectors", "openlineage", "marquez-api-samples", "api", "src", "test", "resources", sample, "node.json"))
		if err != nil {
			t.Fatal(err)
		}
		var node any
		if err := json.Unmarshal(text, &node); err != nil {
			t.Fatal(err)
		}
		want, got := map[string]bool{}, map[string]bool{}
		keys(node, "", want)
		for _, n := range s.get(t, path)["graph"].([]any) {
			keys(n, "", got)
		}
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if !got[key] {
				t.Errorf("%s has no %s", path, key)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, started)
	const version = "#0191d8a5-2f1b-7c3d-8e4f-000000000002"
	for call, want := range map[string]struct {
		status int
		says   string
	}{
		"GET /nothing":                                      {http.StatusNotFound, "/nothing"},
		"GET /lineage":                                      {http.StatusBadRequest, "nodeId"},
		"GET /lineage?nodeId=job:shop:none":                 {http.StatusNotFound, "job"},
		"GET /lineage?nodeId=run:1":                         {http.StatusBadRequest, "dataset:"},
		"GET /lineage?nodeId=" + strings.Repeat("job:", 80): {http.StatusBadRequest, "colons"},
		"GET /lineage?nodeId=job:shop:bill&depth=-1":        {http.StatusBadRequest, "depth"},
		"GET /column-lineage?withDownstream=true&nodeId=" + url.QueryEscape("job:shop:bill"+version): {http.StatusBadRequest, "version"},
		"GET /namespaces/none":                                              {http.StatusNotFound, "none"},
		"GET /namespaces/none/jobs":                                         {http.StatusNotFound, "none"},
		"GET /namespaces/shop/jobs?limit=x":                                 {http.StatusBadRequest, "limit=x"},
		"GET /namespaces/shop/jobs/none":                                    {http.StatusNotFound, "none"},
		"GET /namespaces/shop/jobs/bill/versions/1":                         {http.StatusNotFound, "version"},
		"GET /jobs/runs/1":                                                  {http.StatusBadRequest, "UUID"},
		"GET /jobs/runs/0191d8a5-2f1b-7c3d-8e4f-00000000000f":               {http.StatusNotFound, "forgotten"},
		"GET /jobs/runs/0191d8a5-2f1b-7c3d-8e4f-000000000001/facets?type=x": {http.StatusBadRequest, "run or job"},
		"GET /search":                                                {http.StatusBadRequest, "q"},
		"GET /search?q=a&sort=x":                                     {http.StatusBadRequest, "sort"},
		"GET /events/lineage?after=yesterday":                        {http.StatusBadRequest, "after"},
		"GET /stats/jobs?period=YEAR":                                {http.StatusBadRequest, "period"},
		"GET /namespaces/shop/jobs?offset=99999999999999999999":      {http.StatusBadRequest, "offset"},
		"DELETE /namespaces/shop":                                    {http.StatusMethodNotAllowed, "deleted"},
		"PUT /namespaces/shop/jobs/bill":                             {http.StatusMethodNotAllowed, "OpenLineage"},
		"POST /namespaces/shop/jobs/bill/runs":                       {http.StatusMethodNotAllowed, "OpenLineage"},
		"POST /namespaces/shop/datasets/a/tags/PII":                  {http.StatusMethodNotAllowed, "tags facet"},
		"POST /jobs/runs/0191d8a5-2f1b-7c3d-8e4f-000000000001/start": {http.StatusMethodNotAllowed, "OpenLineage"},
	} {
		method, path, _ := strings.Cut(call, " ")
		w := s.do(t, method, path, nil)
		var fault struct {
			Code    int
			Message string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &fault); err != nil || w.Code != want.status || fault.Code != want.status || !strings.Contains(fault.Message, want.says) {
			t.Errorf("%s: %d %s, want %d that says %q", call, w.Code, w.Body, want.status, want.says)
		}
	}
	if w := s.do(t, http.MethodPut, "/namespaces/new", []byte(`{"ownerName":"me"}`)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"name":"new"`) {
		t.Errorf("PUT of a namespace: %d %s", w.Code, w.Body)
	}
}

func TestTagsAreOfFacets(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, `{"eventTime":"2026-11-20T08:00:00Z","producer":"p","schemaURL":"s","dataset":{"namespace":"ns","name":"people","facets":{
		"schema":{"fields":[{"name":"mail","type":"string"}]},
		"tags":{"tags":[{"key":"pii","value":"true","field":"mail"},{"key":"class","value":"gold"}]}}}}`)
	d := s.get(t, "/namespaces/ns/datasets/people")
	got := fmt.Sprint(d["tags"], d["fields"])
	if want := "[class:gold] [map[description:<nil> name:mail tags:[pii] type:string]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := fmt.Sprint(s.get(t, "/tags")["tags"]); got != "[map[description:<nil> name:class:gold] map[description:<nil> name:pii]]" {
		t.Errorf("all tags: %s", got)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, at := range []string{"08:00:00", "09:00:00", "10:00:00"} {
		s.send(t, ran("bill", 1, "RUNNING", at, `"inputs":[],"outputs":[]`))
	}
	for query, want := range map[string]string{
		"":                           "10 09 08 of 3",
		"?sortDirection=asc":         "08 09 10 of 3",
		"?limit=1&offset=1":          "09 of 3",
		"?after=2026-11-20T09:00:00": "10 09 of 2",
		"?before=2026-11-20T10:00:00%2B01:00&after=": "08 of 1",
		"?before=2026-11-20":                         "of 0",
	} {
		list := s.get(t, "/events/lineage"+query)
		var got string
		for _, e := range list["events"].([]any) {
			got += e.(map[string]any)["eventTime"].(string)[11:13] + " "
		}
		if got += fmt.Sprint("of ", list["totalCount"]); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	var large []lineage.Event
	for i := range 20 {
		body := fmt.Appendf(nil, `{"number":%d,"plan":%q}`, i, strings.Repeat("x", 4<<20))
		large = append(large, lineage.Event{Digest: [32]byte{byte(i)}, Time: now, Received: now, Body: body})
	}
	if _, err := s.store.Record(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	list := s.get(t, "/events/lineage")
	if n := len(list["events"].([]any)); n >= 20 || list["truncated"] != true || list["totalCount"] != 23.0 {
		t.Errorf("%d large events of %v, truncated %v", n, list["totalCount"], list["truncated"])
	}
}

func TestRunStats(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, started, strings.NewReplacer("START", "COMPLETE", "08:00", "09:30").Replace(started))
	w := s.do(t, http.MethodGet, "/stats/lineage-events?period=WEEK&timezone=Nowhere/Land", nil)
	var counts []struct {
		StartInterval   time.Time
		Start, Complete int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &counts); err != nil || len(counts) != 7 {
		t.Fatalf("%v: %s", err, w.Body)
	}
	for _, c := range counts {
		want := 0
		if c.StartInterval.Equal(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)) {
			want = 1
		}
		if c.Start != want || c.Complete != want {
			t.Errorf("%v: %d began and %d ended, want %d", c.StartInterval, c.Start, c.Complete, want)
		}
	}
}
