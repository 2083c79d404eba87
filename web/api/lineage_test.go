package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/memlog"
)

// noon is when lineage is asked about here.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// observed is a store with the graph that follows it.
type observed struct {
	lineage.Store
	*lineage.Follower
}

// observing is an API over a registry and lineage, both in memory, at noon.
func observing(tb testing.TB, facts ...lineage.Fact) *server {
	tb.Helper()
	return observingIn(tb, memlog.NewLineage(), facts...)
}

func observingIn(tb testing.TB, store lineage.Store, facts ...lineage.Fact) *server {
	tb.Helper()
	if err := store.Put(tb.Context(), facts); err != nil {
		tb.Fatal(err)
	}
	follower, err := lineage.Follow(tb.Context(), store, lineage.FollowOptions{Every: time.Millisecond})
	if err != nil {
		tb.Fatal(err)
	}
	var looks atomic.Int64
	now := func() time.Time { return noon.Add(time.Duration(looks.Add(1)) * time.Microsecond) }
	reg, err := registry.Open(tb.Context(), registry.Options{Log: memlog.New(), Now: now, Lineage: follower})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	done := make(chan error, 1)
	go func() { done <- follower.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := errors.Join(<-done, reg.Close(), store.Close()); err != nil {
			tb.Error(err)
		}
	})
	return &server{New(reg, Options{Logger: slog.New(slog.NewTextHandler(tb.Output(), nil)), Observations: observed{store, follower}, Now: now})}
}

const clusterAddress = "kafka://broker:9092"

func topic(name string) lineage.ID { return lineage.ID{Namespace: clusterAddress, Name: name} }

// scoring is what an event tells of a job that reads orders and writes scores.
func scoring() []lineage.Fact {
	at := lineage.At(noon.Add(-time.Hour))
	job := lineage.ID{Namespace: "flink", Name: "fraud"}
	edge := lineage.Edge{Job: job, Evidence: lineage.Reported, Source: "openlineage", Confidence: lineage.Certain, Interval: at}
	reads, writes := edge, edge
	reads.Direction, reads.Dataset = lineage.Reads, topic("orders")
	writes.Direction, writes.Dataset = lineage.Writes, topic("scores")
	return []lineage.Fact{
		reads.Fact(), writes.Fact(),
		lineage.FieldEdge{
			Job: job, From: lineage.Field{Dataset: topic("orders"), Path: "amount"}, To: lineage.Field{Dataset: topic("scores"), Path: "score"},
			Transformation: lineage.Transformation{Type: lineage.Direct, Subtype: "TRANSFORMATION"},
			Evidence:       lineage.Reported, Source: "openlineage", Confidence: lineage.Certain, Interval: at,
		}.Fact(),
		lineage.Facet{
			Entity: lineage.Entity{Kind: lineage.JobEntity, ID: job}, Facet: "ownership",
			Body: json.RawMessage(`{"owners":[{"name":"Risk"}]}`), Interval: at,
		}.Fact(),
	}
}

// group is a consumer group that was seen reading orders so long before noon.
func group(name string, ago time.Duration, confidence lineage.Confidence) lineage.Fact {
	return lineage.Edge{
		Job: lineage.ID{Namespace: "groups", Name: name}, Direction: lineage.Reads, Dataset: topic("orders"),
		Evidence: lineage.Observed, Source: "kafka", Confidence: confidence, Interval: lineage.At(noon.Add(-ago)),
	}.Fact()
}

const day = 24 * time.Hour

// reached are the names of what a walk reached.
func reached(r *lineage.Reach) string {
	if r == nil {
		return "-"
	}
	var names []string
	for _, n := range r.Hits {
		name := n.Name
		if n.Path != "" {
			name += "#" + n.Path
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestLineage(t *testing.T) {
	t.Parallel()
	s := observing(t, append(scoring(), group("billing", time.Hour, 0.5), group("old", 40*day, lineage.Certain))...)
	tests := map[string]struct{ query, up, down string }{
		"a subject":              {"subject=orders-value", "", "fraud billing scores"},
		"a subject of a context": {"subject=:.eu:orders-value", "", "fraud billing scores"},
		"a dataset":              {"namespace=kafka://broker:9092&name=scores", "fraud orders", ""},
		"a job":                  {"kind=job&namespace=flink&name=fraud", "orders", "scores"},
		"one way":                {"subject=orders-value&way=downstream", "-", "fraud billing scores"},
		"the other":              {"subject=orders-value&way=upstream", "", "-"},
		"a field":                {"subject=orders-value&field=amount&way=downstream", "-", "scores#score"},
		"every field":            {"subject=orders-value&field=*&way=downstream", "-", "scores#score"},
		"fields of keys":         {"subject=orders-key&field=*&way=downstream", "-", ""},
		"no such field":          {"subject=orders-value&field=nothing&way=downstream", "-", ""},
		"a hop":                  {"subject=orders-value&way=downstream&depth=1", "-", "fraud billing"},
		"stale too":              {"subject=orders-value&way=downstream&stale=true&depth=1", "-", "fraud billing old"},
		"as of a time":           {"subject=orders-value&way=downstream&asOf=2026-05-01T00:00:00Z", "-", "old"},
		"of some evidence":       {"subject=orders-value&way=downstream&evidence=reported", "-", "fraud scores"},
		"of two kinds":           {"subject=orders-value&way=downstream&evidence=reported&evidence=observed", "-", "fraud billing scores"},
		"of what is sure":        {"subject=orders-value&way=downstream&minConfidence=0.9", "-", "fraud scores"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask[client.Lineage](t, s, http.MethodGet, "/accord/v1/lineage?"+tt.query, "", http.StatusOK)
			if up, down := reached(got.Upstream), reached(got.Downstream); up != tt.up || down != tt.down {
				t.Errorf("up %q, down %q; want %q and %q", up, down, tt.up, tt.down)
			}
			if len(got.Nodes) != 1 {
				t.Errorf("nodes %v", got.Nodes)
			}
		})
	}
	cut := ask[client.Lineage](t, s, http.MethodGet, "/accord/v1/lineage?subject=orders-value&way=downstream&limit=1", "", http.StatusOK)
	if r := cut.Downstream; len(r.Hits) != 1 || !r.Truncated {
		t.Errorf("a walk of one node: %+v", r)
	}
}

// Each of these is refused with words that say what to send.
func TestLineageRefuses(t *testing.T) {
	t.Parallel()
	s := observing(t, scoring()...)
	far := noon.Add(time.Hour).Format(time.RFC3339)
	observation := func(kind, key, more string) string {
		return fmt.Sprintf(`[{"kind":%q,"key":%s,"firstSeen":"2026-06-01T11:00:00Z","lastSeen":"2026-06-01T11:00:00Z"%s}]`, kind, key, more)
	}
	const edge = `["groups","g","reads","kafka://b","t","observed","kafka"]`
	tests := []struct {
		request, body string
		status        int
		message       string
	}{
		{"GET /accord/v1/lineage", "", 422, "send subject, or namespace and name of a dataset or job"},
		{"GET /accord/v1/lineage?subject=unheard-value", "", 404, "Nobody has seen the topic of subject 'unheard-value': 'accord lineage discover' looks for it, and OpenLineage events tell of it"},
		{"GET /accord/v1/lineage?namespace=a&name=b", "", 404, "Nobody has seen the dataset b"},
		{"GET /accord/v1/lineage?kind=table&name=b", "", 422, "kind=table: send dataset or job"},
		{"GET /accord/v1/lineage?subject=orders-value&way=sideways", "", 422, "way=sideways: send upstream, downstream, or nothing for both"},
		{"GET /accord/v1/lineage?subject=orders-value&depth=-1", "", 422, "depth=-1: send a number, 0 or more"},
		{"GET /accord/v1/lineage?subject=orders-value&limit=9999999999999999999", "", 422, "limit=9999999999999999999: send a number, 0 or more"},
		{"GET /accord/v1/lineage?subject=orders-value&asOf=yesterday", "", 422, "asOf=yesterday: send a time as in 2026-11-21T12:00:00Z"},
		{"GET /accord/v1/lineage?subject=orders-value&evidence=hearsay", "", 422, "evidence=hearsay is not known. Valid values are [declared reported observed configured parsed used inferred permitted]"},
		{"GET /accord/v1/lineage?subject=orders-value&minConfidence=2", "", 422, "minConfidence=2: send a number from 0 to 1"},
		{"GET /accord/v1/lineage?subject=orders-value&minConfidence=NaN", "", 422, "minConfidence=NaN: send a number from 0 to 1"},
		{"GET /accord/v1/lineage/path", "", 422, "send fromSubject, or fromNamespace and fromName of a dataset or job"},
		{"GET /accord/v1/lineage/path?fromSubject=orders-value", "", 422, "send toSubject, or toNamespace and toName of a dataset or job"},
		{"GET /accord/v1/lineage/path?fromSubject=orders-value&toSubject=scores-value&depth=x", "", 422, "depth=x: send a number, 0 or more"},
		{"GET /accord/v1/lineage/nodes?kind=table", "", 422, "kind=table: send dataset, job, or nothing for both"},
		{"GET /accord/v1/lineage/nodes?limit=x", "", 422, "limit=x: send a number, 0 or more"},
		{"GET /accord/v1/lineage/gaps?offset=-1", "", 422, "offset=-1: send a number, 0 or more"},
		{"GET /accord/v1/impact", "", 422, "send the subject that changes"},
		{"GET /accord/v1/impact?subject=orders-value&asOf=1", "", 422, "asOf=1: send a time as in 2026-11-21T12:00:00Z"},
		{"POST /accord/v1/impact", `{}`, 422, "send the subject that changes"},
		{"POST /accord/v1/impact", `{"subject":"orders-value","schema":"\"int\"","fields":["a"]}`, 422, "send a schema or fields: a schema says by itself which fields it changes"},
		{"POST /accord/v1/impact", `{"subject":"unheard-value","schema":"\"int\""}`, 404, "Subject 'unheard-value' not found."},
		{"POST /accord/v1/impact", `[`, 400, ""},
		{"PUT /accord/v1/lineage/aliases", `{"from":{"namespace":"a"},"to":{}}`, 422, "from and to need a namespace, and a name unless the whole namespace is meant"},
		{"PUT /accord/v1/lineage/aliases", `{"from":{"namespace":"a","name":"x"},"to":{"namespace":"b"}}`, 422, "from and to must both name a namespace, or both a dataset or job in one"},
		{"PUT /accord/v1/lineage/aliases", `{"from":{"namespace":"a"},"to":{"namespace":"a"}}`, 422, "from and to are the same"},
		{"PUT /accord/v1/lineage/aliases", `{"kind":"table","from":{"namespace":"a"},"to":{"namespace":"b"}}`, 422, "kind=table: send dataset or job"},
		{"PUT /accord/v1/lineage/aliases", `{"from":{"namespace":"` + strings.Repeat("a", lineage.MaxKey) + `"},"to":{"namespace":"b"}}`, 422, ""},
		{"PUT /accord/v1/lineage/rules", `{"pattern":"("}`, 422, ""},
		{"PUT /accord/v1/lineage/rules", `{"owner":"Risk"}`, 422, "send a pattern of 1 to 500 characters"},
		{"PUT /accord/v1/lineage/rules", `{"pattern":"a"}`, 422, "the rule says nothing: send owner, tool, hidden, or ended to take it back"},
		{"POST /accord/v1/lineage/observations", `{}`, 400, ""},
		{"POST /accord/v1/lineage/observations", observation("rule", `["a"]`, ""), 422, `observation 0: kind "rule" cannot be sent here. Valid kinds are [node edge through field facet alias statement coverage]`},
		{"POST /accord/v1/lineage/observations", observation("edge", `["a"]`, ""), 422, ""},
		{"POST /accord/v1/lineage/observations", observation("edge", `null`, ""), 422, ""},
		{"POST /accord/v1/lineage/observations", observation("edge", edge, `,"scope":["x"]`), 422, ""},
		{"POST /accord/v1/lineage/observations", observation("edge", edge, `,"body":[1]`), 422, ""},
		{"POST /accord/v1/lineage/observations", observation("edge", strings.Replace(edge, "observed", "hearsay", 1), ""), 422, `observation 0: evidence "hearsay" is not known. Valid values are [declared reported observed configured parsed used inferred permitted]`},
		{"POST /accord/v1/lineage/observations", observation("edge", strings.Replace(edge, "observed", "declared", 1), ""), 422, "observation 0: what a person declares is sent as an alias or a rule"},
		{"POST /accord/v1/lineage/observations", observation("edge", strings.Replace(edge, "reads", "eats", 1), ""), 422, `observation 0: edge ["groups","g","eats","kafka://b","t","observed","kafka"] names nothing, or has a value that is not known`},
		{"POST /accord/v1/lineage/observations", observation("node", `["dataset","",""]`, ""), 422, ""},
		{"POST /accord/v1/lineage/observations", observation("coverage", `["kafka","kafka://b","2026-06-01T11:30:00Z"]`, `,"scope":["kafka","kafka://b"]`), 422, ""},
		{"POST /accord/v1/lineage/observations", strings.ReplaceAll(observation("edge", edge, ""), "2026-06-01T11:00:00Z", far), 422, ""},
		{"POST /accord/v1/lineage/observations", strings.Replace(observation("edge", edge, ""), "11:00:00Z", "11:30:00Z", 1), 422, ""},
		{"POST /accord/v1/lineage/observations", `[` + strings.Repeat(`{},`, client.MaxObservations) + `{}]`, 422, "The request has 5001 items of one kind: send at most 5000 at a time"},
	}
	for _, tt := range tests {
		t.Run(tt.request+" "+tt.body[:min(len(tt.body), 60)], func(t *testing.T) {
			t.Parallel()
			method, target, _ := strings.Cut(tt.request, " ")
			got := ask[client.ErrorBody](t, s, method, target, tt.body, tt.status)
			if got.Message == "" || tt.message != "" && got.Message != tt.message {
				t.Errorf("message %q, want %q", got.Message, tt.message)
			}
		})
	}
}

func TestNobodyObserves(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{Now: time.Now})
	for _, path := range []string{"lineage?subject=s", "lineage/path", "lineage/nodes", "lineage/gaps", "lineage/stats", "lineage/aliases", "lineage/rules"} {
		got := ask[client.ErrorBody](t, s, http.MethodGet, "/accord/v1/"+path, "", http.StatusNotFound)
		if want := "This registry observes no lineage: run it with 'accord serve'"; got.Message != want {
			t.Errorf("%s: %q", path, got.Message)
		}
	}
	got := ask[client.Impact](t, s, http.MethodGet, "/accord/v1/impact?subject=s-value&field=a", "", http.StatusOK)
	if got.Complete || got.Unknown != "this registry observes nobody" {
		t.Errorf("impact: %+v", got)
	}
}

func TestLineagePath(t *testing.T) {
	t.Parallel()
	s := observing(t, scoring()...)
	for query, want := range map[string]int{
		"fromSubject=orders-value&toSubject=scores-value":                                                           2,
		"fromSubject=orders-value&fromField=amount&toSubject=scores-value&toField=score":                            1,
		"fromSubject=orders-value&toKind=job&toNamespace=flink&toName=fraud":                                        1,
		"fromSubject=scores-value&toSubject=orders-value":                                                           2, // upstream
		"fromNamespace=" + clusterAddress + "&fromName=orders&toSubject=scores-value&depth=1":                       0,
		"fromSubject=orders-value&toSubject=scores-value&evidence=observed":                                         0,
		"fromSubject=orders-value&fromField=nothing&toSubject=scores-value&toField=score&asOf=2026-06-01T11:59:59Z": 0,
	} {
		got := ask[client.LineagePath](t, s, http.MethodGet, "/accord/v1/lineage/path?"+query, "", http.StatusOK)
		if got.Found != (want > 0) || len(got.Steps) != want {
			t.Errorf("%s: %+v, want %d steps", query, got, want)
		}
	}
}

func TestLineageLists(t *testing.T) {
	t.Parallel()
	s := observing(t, append(scoring(), group("billing", time.Hour, 1))...)
	for query, want := range map[string]string{
		"":                                     "4 billing fraud orders scores",
		"q=OR":                                 "2 orders scores",
		"q=fr&kind=job":                        "1 fraud",
		"kind=dataset":                         "2 orders scores",
		"limit=1":                              "4 billing",
		"q=nothing":                            "0",
		"q=" + url.QueryEscape(clusterAddress): "2 orders scores",
	} {
		got := ask[client.LineageNodes](t, s, http.MethodGet, "/accord/v1/lineage/nodes?"+query, "", http.StatusOK)
		said := fmt.Sprint(got.Total)
		for _, n := range got.Nodes {
			said += " " + n.Name
		}
		if said != want {
			t.Errorf("nodes?%s: %s, want %s", query, said, want)
		}
	}
	gaps := ask[client.LineageGaps](t, s, http.MethodGet, "/accord/v1/lineage/gaps?namespace="+clusterAddress, "", http.StatusOK)
	if gaps.OrphansTotal != 1 || gaps.Orphans[0].Name != "scores" || gaps.UnproducedTotal != 1 || gaps.Unproduced[0].Name != "orders" {
		t.Errorf("gaps: %+v", gaps)
	}
	gaps = ask[client.LineageGaps](t, s, http.MethodGet, "/accord/v1/lineage/gaps?offset=9", "", http.StatusOK)
	if gaps.OrphansTotal != 1 || len(gaps.Orphans) != 0 {
		t.Errorf("gaps after the last: %+v", gaps)
	}
	stats := ask[client.LineageStats](t, s, http.MethodGet, "/accord/v1/lineage/stats", "", http.StatusOK)
	if stats.Datasets != 2 || stats.Jobs != 2 || stats.Window != (30*day).Seconds() {
		t.Errorf("stats: %+v", stats)
	}
}

// FuzzLineage asks and tells anything: nothing is a 5xx or a panic.
func FuzzLineage(f *testing.F) {
	f.Add("subject=orders-value&field=*&depth=3&asOf=2026-06-01T11:00:00Z&evidence=reported", `{"subject":"orders-value","fields":["amount"]}`)
	f.Add("fromSubject=orders-value&toNamespace=kafka%3A%2F%2Fbroker%3A9092&toName=scores", `{"from":{"namespace":"a"},"to":{"namespace":"b"}}`)
	f.Add("q=o&kind=job&limit=1&minConfidence=0.5", `{"pattern":"(?i).*x{3}","owner":"a"}`)
	f.Add("namespace=flink&name=fraud&kind=job", `[{"kind":"edge","key":["groups","g","reads","kafka://b","t","observed","kafka"],"firstSeen":"2026-06-01T11:00:00Z","lastSeen":"2026-06-01T11:00:00Z","body":{"confidence":1}}]`)
	f.Add("", `[{"kind":"statement","key":["job","a","b","c"],"firstSeen":"0001-01-02T00:00:00Z","lastSeen":"2026-06-01T11:00:00Z","body":{"grace":-1}}]`)
	f.Fuzz(func(t *testing.T, query, body string) {
		s := observing(t, scoring()...)
		for _, request := range []string{
			"PUT aliases", "PUT rules", "POST observations", "GET ", "GET path", "GET nodes", "GET gaps", "GET stats", "GET aliases", "GET rules",
		} {
			method, path, _ := strings.Cut(request, " ")
			fuzzed(t, s, method, strings.TrimSuffix("/accord/v1/lineage/"+path, "/"), query, body)
		}
		fuzzed(t, s, http.MethodGet, "/accord/v1/impact", query, "")
		fuzzed(t, s, http.MethodPost, "/accord/v1/impact", query, body)
	})
}

func fuzzed(t *testing.T, s *server, method, path, query, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://host"+path+"?"+query, strings.NewReader(body))
	if err != nil {
		t.Skip("not a request that net/http hands on")
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	checkAnswer(t, req, rec)
}
