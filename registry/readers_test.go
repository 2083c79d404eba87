package registry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema/finding"
)

// observatory is a graph, and the time at which it is asked.
type observatory struct {
	graph *lineage.Graph
	now   time.Time
}

// Graph implements registry.Lineage.
func (o *observatory) Graph() *lineage.Graph { return o.graph }

const cluster = "kafka://broker:9092"

// observing is a registry that enforces governance, with the stream "orders",
// whose schema has one optional field more than its contract promises.
func observing(t *testing.T, log registry.Log, facts ...[]lineage.Fact) (*registry.Registry, *observatory) {
	t.Helper()
	o := &observatory{now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	o.see(facts...)
	r, err := registry.Open(t.Context(), registry.Options{Log: log, Now: func() time.Time { return o.now }, Lineage: o})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := r.Change(t.Context(), change(goodContract, annotated)); err != nil {
		t.Fatal(err)
	}
	govern(t, r, "", registry.Enforce)
	return r, o
}

// see takes the place of what was seen before.
func (o *observatory) see(facts ...[]lineage.Fact) {
	var all []lineage.Fact
	for _, some := range facts {
		all = append(all, some...)
	}
	o.graph = lineage.Build(all, lineage.Options{})
}

// annotated is goodOrder with a note, which nobody is promised.
var annotated = strings.Replace(goodOrder, `"fields":[`, `"fields":[{"name":"note","type":["null","string"],"default":null,`+
	`"doc":"What the customer wrote; null if nothing."},`, 1)

var sighted = lineage.At(time.Date(2026, 6, 1, 11, 0, 0, 0, time.UTC))

// reading is a job that was seen reading the topic, nobody knows what of it.
func reading(job string) []lineage.Fact {
	return []lineage.Fact{lineage.Edge{
		Job: lineage.ID{Namespace: "groups", Name: job}, Direction: lineage.Reads, Dataset: lineage.ID{Namespace: cluster, Name: "orders"},
		Evidence: lineage.Observed, Source: "kafka", Confidence: lineage.Certain, Interval: sighted,
	}.Fact()}
}

// using is a job that makes something of a field of the topic.
func using(job, field string) []lineage.Fact {
	id, orders := lineage.ID{Namespace: "flink", Name: job}, lineage.ID{Namespace: cluster, Name: "orders"}
	scores := lineage.ID{Namespace: cluster, Name: "scores"}
	return []lineage.Fact{
		lineage.Edge{
			Job: id, Direction: lineage.Reads, Dataset: orders, Evidence: lineage.Reported, Source: "openlineage",
			Confidence: lineage.Certain, Interval: sighted,
		}.Fact(),
		lineage.Edge{
			Job: id, Direction: lineage.Writes, Dataset: scores, Evidence: lineage.Reported, Source: "openlineage",
			Confidence: lineage.Certain, Interval: sighted,
		}.Fact(),
		lineage.FieldEdge{
			Job: id, From: lineage.Field{Dataset: orders, Path: field}, To: lineage.Field{Dataset: scores, Path: "score"},
			Transformation: lineage.Transformation{Type: lineage.Direct, Subtype: "IDENTITY"},
			Evidence:       lineage.Reported, Source: "openlineage", Confidence: lineage.Certain, Interval: sighted,
		}.Fact(),
	}
}

// watched is what somebody leaves who looked at the cluster every hour until a
// time, but for as many of the last hours.
func watched(until time.Time, missed int) []lineage.Fact {
	facts := []lineage.Fact{lineage.NodeFact{Node: lineage.Dataset(cluster, "orders"), Interval: sighted}.Fact()}
	for i := missed; i <= 24*31; i++ {
		at := lineage.At(until.Add(-time.Duration(i) * time.Hour))
		facts = append(facts, lineage.Coverage{Source: "kafka", Namespace: cluster, Slot: at.First, Interval: at}.Fact())
	}
	return facts
}

func said(r lineage.Rule) []lineage.Fact {
	r.Interval = sighted
	return []lineage.Fact{r.Fact()}
}

// severities are the findings about readers and what the contract promised, as
// "severity code path", without what is of no account here.
func severities(found []finding.Finding) []string {
	var out []string
	for _, f := range found {
		if strings.HasPrefix(string(f.Code), "LINEAGE_") || f.Code == "CONTRACT_FIELD_REMOVED" {
			out = append(out, strings.TrimSpace(string(f.Severity)+" "+string(f.Code)+" "+f.Path))
		}
	}
	return out
}

func TestTheGateNamesReaders(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	warn := registry.UnreadWarn
	tests := map[string]struct {
		facts   [][]lineage.Fact
		unread  *registry.Unread
		schema  string
		want    []string
		refused bool
	}{
		"nobody looked": {
			nil, nil, goodOrder,
			[]string{"info LINEAGE_UNKNOWN note"},
			false,
		},
		"a job uses the field": {
			[][]lineage.Fact{using("fraud", "note")},
			nil, goodOrder,
			[]string{"error LINEAGE_FIELD_READ note", "info LINEAGE_UNKNOWN note"},
			true,
		},
		"a job uses another field": {
			[][]lineage.Fact{using("fraud", "number")},
			nil, goodOrder,
			[]string{"warning LINEAGE_STREAM_READ note", "info LINEAGE_UNKNOWN note"},
			false,
		},
		"a group reads the stream": {
			[][]lineage.Fact{reading("billing")},
			nil, goodOrder,
			[]string{"warning LINEAGE_STREAM_READ note", "info LINEAGE_UNKNOWN note"},
			false,
		},
		"a tool reads the stream": {
			[][]lineage.Fact{reading("akhq"), said(lineage.Rule{Pattern: ".* akhq", Tool: true})},
			nil, goodOrder,
			[]string{"info LINEAGE_UNKNOWN note"},
			false,
		},
		"somebody hidden uses the field": {
			[][]lineage.Fact{using("backup", "note"), said(lineage.Rule{Pattern: ".* backup", Hidden: true})},
			nil, goodOrder,
			[]string{"info LINEAGE_UNKNOWN note"},
			false,
		},
		"nobody reads, as was watched": {
			[][]lineage.Fact{watched(noon, 0)},
			nil, goodOrder,
			[]string{"info LINEAGE_UNREAD note"},
			false,
		},
		"a group reads, and all were watched": {
			[][]lineage.Fact{watched(noon, 0), reading("billing")},
			nil, goodOrder,
			[]string{"warning LINEAGE_STREAM_READ note"},
			false,
		},
		"a promised field that nobody reads": {
			[][]lineage.Fact{watched(noon, 0)},
			nil, emptied,
			[]string{"info LINEAGE_UNREAD note", "info LINEAGE_UNREAD number", "error CONTRACT_FIELD_REMOVED number"},
			true,
		},
		"a promised field that nobody reads, where that may go": {
			[][]lineage.Fact{watched(noon, 0)},
			&warn, emptied,
			[]string{"info LINEAGE_UNREAD note", "info LINEAGE_UNREAD number", "warning CONTRACT_FIELD_REMOVED number"},
			false,
		},
		"the same, with an hour in which nobody looked": {
			[][]lineage.Fact{watched(noon, 2)},
			&warn, emptied,
			[]string{"info LINEAGE_UNKNOWN note", "error CONTRACT_FIELD_REMOVED number"},
			true,
		},
		"the same, with a group that reads the stream": {
			[][]lineage.Fact{watched(noon, 0), reading("billing")},
			&warn, emptied,
			[]string{"warning LINEAGE_STREAM_READ note", "warning LINEAGE_STREAM_READ number", "error CONTRACT_FIELD_REMOVED number"},
			true,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := observing(t, memlog.New(), tt.facts...)
			if _, err := r.SetPolicy(t.Context(), "orders-value", registry.PolicyChange{Set: registry.Policy{Unread: tt.unread}}); err != nil {
				t.Fatal(err)
			}
			c := change("", tt.schema)
			c.DryRun = true
			result, err := r.Change(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, severities(result.Findings)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if refused := result.Refused != nil; refused != tt.refused {
				t.Errorf("refused: %v (%v)", refused, result.Refused)
			}
			_, err = r.Register(t.Context(), registry.RegisterRequest{Subject: "orders-value", Candidate: avro(tt.schema)})
			if (err != nil) != tt.refused {
				t.Errorf("a client's registration: %v", err)
			}
		})
	}
}

// The fields of keys stand below "key." in the graph, and a contract may be of
// a topic that the names of its subjects do not tell.
func TestReadersOfOtherSubjects(t *testing.T) {
	t.Parallel()
	const keys = `{"type":"record","name":"K","doc":"What orders are spread by.","fields":[` +
		`{"name":"region","type":"string","doc":"Where the shop is.","default":""}]}`
	const keyless = `{"type":"record","name":"K","doc":"What orders are spread by.","fields":[]}`
	renamed := strings.Replace(goodContract, "    physicalName: orders\n",
		"    physicalName: orders\n    customProperties: [{property: subject, value: shop.Order}]\n", 1)
	tests := map[string]struct {
		contract, subject, before, after, field string
	}{
		"keys":                                {"", "orders-key", keys, keyless, "key.region"},
		"a subject with a name of its own":    {renamed, "shop.Order", annotated, goodOrder, "note"},
		"a subject in a context of the topic": {"", ":.eu:orders-value", annotated, goodOrder, "note"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := observing(t, memlog.New(), using("fraud", tt.field))
			govern(t, r, "", registry.Advise)
			c := change(tt.contract, tt.before)
			c.Schemas[0].Subject = tt.subject
			if _, err := r.Change(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			c = change("", tt.after)
			c.Schemas[0].Subject, c.DryRun = tt.subject, true
			result, err := r.Change(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			field := strings.TrimPrefix(tt.field, "key.")
			want := []string{"error LINEAGE_FIELD_READ " + field, "info LINEAGE_UNKNOWN " + field}
			if diff := cmp.Diff(want, severities(result.Findings)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			impact, err := r.Impact(t.Context(), registry.ImpactRequest{Subject: tt.subject, Fields: []string{field}})
			if err != nil || len(impact.Fields) != 1 || impact.Fields[0].Path != tt.field || len(impact.Fields[0].Readers) != 1 {
				t.Errorf("impact: %+v (%v)", impact.Fields, err)
			}
		})
	}
}

// A field that was broken for somebody is on record while they read it.
func TestBrokenReadersAreOnRecord(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r, o := observing(t, log, using("fraud", "note"))
	govern(t, r, "", registry.Advise)
	register(t, r, "orders-value", avro(goodOrder))
	wantRecorded(t, r, "LINEAGE_FIELD_READ orders-value note")
	govern(t, r, "", registry.Enforce)
	register(t, r, "orders-value", avro(strings.Replace(goodOrder, "shop printed", "till of the shop printed", 1)))
	wantRecorded(t, r, "LINEAGE_FIELD_READ orders-value note")
	o.now = o.now.Add(lineage.DefaultWindow + 24*time.Hour)
	wantRecorded(t, r)
	o.see()
	register(t, r, "orders-value", avro(goodOrder))
	o.see(using("fraud", "note"))
	o.now = sighted.Last
	wantRecorded(t, r)
}

func TestImpact(t *testing.T) {
	t.Parallel()
	r, _ := observing(t, memlog.New(), using("fraud", "note"), reading("billing"))
	proto := func(text string) *registry.Candidate { return &registry.Candidate{Type: "PROTOBUF", Text: text} }
	json := func(text string) *registry.Candidate { return &registry.Candidate{Type: "JSON", Text: text} }
	govern(t, r, "", registry.GovernanceOff)
	register(t, r, "proto-value", *proto(`syntax = "proto3"; message A { string a = 1; int32 b = 2; }`))
	register(t, r, "json-value", *json(`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"additionalProperties":false}`))
	gone := func(path string) []contracts.Damage { return []contracts.Damage{{Path: path, What: "is gone"}} }
	latest := avro(goodOrder)
	same, broken := avro(annotated), avro(`{"type":`)
	tests := map[string]struct {
		req     registry.ImpactRequest
		changes []contracts.Damage
		// readers are those of the first field, by what is known of them.
		readers []string
		refused registry.Code
	}{
		"a schema":       {registry.ImpactRequest{Candidate: &latest}, gone("note"), []string{"fraud uses", "billing unknown"}, ""},
		"no change":      {registry.ImpactRequest{Candidate: &same}, nil, nil, ""},
		"a field":        {registry.ImpactRequest{Fields: []string{"number"}}, nil, []string{"billing unknown", "fraud others"}, ""},
		"the stream":     {registry.ImpactRequest{}, nil, []string{"fraud uses", "billing uses"}, ""},
		"no such field":  {registry.ImpactRequest{Fields: []string{"nothing"}}, nil, []string{"billing unknown", "fraud others"}, ""},
		"a bad schema":   {registry.ImpactRequest{Candidate: &broken}, nil, nil, registry.CodeInvalidSchema},
		"Protobuf":       {registry.ImpactRequest{Subject: "proto-value", Candidate: proto(`syntax = "proto3"; message A { string a = 1; }`)}, gone("b"), []string{}, ""},
		"JSON Schema":    {registry.ImpactRequest{Subject: "json-value", Candidate: json(`{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`)}, gone("b"), []string{}, ""},
		"nobody's topic": {registry.ImpactRequest{Subject: "unheard-value", Fields: []string{"a"}}, nil, []string{}, ""},
		"no such stream": {registry.ImpactRequest{Subject: "unheard-value", Candidate: &latest}, nil, nil, registry.CodeSubjectNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.req.Subject == "" {
				tt.req.Subject = "orders-value"
			}
			got, err := r.Impact(t.Context(), tt.req)
			if tt.refused != "" {
				wantCode(t, err, tt.refused)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.changes, got.Changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			var readers []string
			if len(got.Fields) > 0 {
				readers = []string{}
				for _, reader := range got.Fields[0].Readers {
					readers = append(readers, reader.Job.Name+" "+string(reader.Knowledge))
				}
			}
			if diff := cmp.Diff(tt.readers, readers); diff != "" {
				t.Errorf("readers (-want +got):\n%s", diff)
			}
			if len(got.Fields) > 0 && got.Unknown == "" {
				t.Error("all readers are said to be known, and nobody looked")
			}
		})
	}
}
