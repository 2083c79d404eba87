package marquez_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
)

// edges makes a job read and write datasets of namespace "ns".
func edges(job string, at time.Time, reads, writes []string) []lineage.Fact {
	var facts []lineage.Fact
	add := func(d lineage.Direction, names []string) {
		for _, name := range names {
			facts = append(facts,
				lineage.NodeFact{Node: lineage.Dataset("ns", name), Interval: lineage.At(at)}.Fact(),
				lineage.Edge{
					Job: lineage.ID{Namespace: "ns", Name: job}, Direction: d, Dataset: lineage.ID{Namespace: "ns", Name: name},
					Evidence: lineage.Reported, Source: "test", Confidence: lineage.Certain, Interval: lineage.At(at),
				}.Fact())
		}
	}
	facts = append(facts, lineage.NodeFact{Node: lineage.Job("ns", job), Interval: lineage.At(at)}.Fact())
	add(lineage.Reads, reads)
	add(lineage.Writes, writes)
	return facts
}

func ids(answer map[string]any) []string {
	var all []string
	for _, n := range answer["graph"].([]any) {
		all = append(all, n.(map[string]any)["id"].(string))
	}
	return all
}

func TestLineageCountsJobs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	yesterday := now.AddDate(0, 0, -1)
	for _, facts := range [][]lineage.Fact{
		edges("first", yesterday, []string{"a"}, []string{"b"}),
		edges("second", yesterday, []string{"b"}, []string{"c"}),
		edges("cousin", yesterday, []string{"a"}, []string{"x"}),
		edges("third", yesterday, []string{"c"}, nil),
		edges("left", now.AddDate(-1, 0, 0), []string{"b"}, []string{"gone"}),
		edges("left", yesterday, []string{"b"}, []string{"kept"}),
		edges("resting", now.AddDate(-1, 0, 0), []string{"c"}, []string{"old"}),
	} {
		s.put(t, facts...)
	}
	for path, want := range map[string]string{
		"job:ns:first&depth=0":  "dataset:ns:a dataset:ns:b job:ns:first",
		"job:ns:first&depth=1":  "dataset:ns:a dataset:ns:b dataset:ns:c dataset:ns:kept dataset:ns:x job:ns:cousin job:ns:first job:ns:left job:ns:second",
		"dataset:ns:c&depth=0":  "dataset:ns:b dataset:ns:c dataset:ns:old job:ns:resting job:ns:second job:ns:third",
		"dataset:ns:gone":       "dataset:ns:gone",
		"dataset:ns:x&depth=99": "dataset:ns:a dataset:ns:b dataset:ns:c dataset:ns:kept dataset:ns:old dataset:ns:x job:ns:cousin job:ns:first job:ns:left job:ns:resting job:ns:second job:ns:third",
	} {
		if diff := cmp.Diff(strings.Fields(want), ids(s.get(t, "/lineage?nodeId="+path))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
	}
	if deeper := s.get(t, "/lineage?nodeId=job:ns:first&depth=0")["deeper"]; deeper != 3.0 {
		t.Errorf("deeper: %v", deeper)
	}
}

func TestColumnLineage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	yesterday := now.AddDate(0, 0, -1)
	flow := func(from, to string, change lineage.Transformation, at time.Time) lineage.Fact {
		field := func(text string) lineage.Field {
			name, path, _ := strings.Cut(text, ".")
			return lineage.Field{Dataset: lineage.ID{Namespace: "ns", Name: name}, Path: path}
		}
		return lineage.FieldEdge{
			Job: lineage.ID{Namespace: "ns", Name: "job"}, From: field(from), To: field(to), Transformation: change,
			Evidence: lineage.Reported, Source: "test", Confidence: lineage.Certain, Interval: lineage.At(at),
		}.Fact()
	}
	same := lineage.Transformation{Type: lineage.Direct, Subtype: "IDENTITY"}
	s.put(t, edges("job", yesterday, []string{"a", "b"}, []string{"c", "d"})...)
	s.put(t,
		flow("a.x", "b.y", same, yesterday), flow("b.y", "c.z", same, yesterday),
		flow("b.y", "d.m", lineage.Transformation{Type: lineage.Direct, Subtype: "TRANSFORMATION", Masking: true}, yesterday),
		flow("a.key", "c", lineage.Transformation{Type: lineage.Indirect, Subtype: "JOIN"}, yesterday),
		flow("a.gone", "c.z", same, now.AddDate(-1, 0, 0)),
	)
	const x, y, z, m = "datasetField:ns:a:x", "datasetField:ns:b:y", "datasetField:ns:c:z", "datasetField:ns:d:m"
	for path, want := range map[string]string{
		z:                               x + " " + y + " " + z,
		z + "&depth=1":                  y + " " + z,
		y:                               x + " " + y,
		y + "&withDownstream=true":      x + " " + y + " " + z + " " + m,
		"dataset:ns:d":                  x + " " + y + " " + m,
		"job:ns:job":                    x + " " + y + " " + z + " " + m,
		"dataset:ns:a":                  "datasetField:ns:a:gone datasetField:ns:a:key " + x,
		"datasetField:ns:c:never&depth": "datasetField:ns:c:never",
	} {
		if diff := cmp.Diff(strings.Fields(want), ids(s.get(t, "/column-lineage?nodeId="+path))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
	}
	answer := s.get(t, "/column-lineage?nodeId=dataset:ns:d&depth=1")
	data := answer["graph"].([]any)[1].(map[string]any)["data"].(map[string]any)
	if got := fmt.Sprint(data["transformationType"], data["inputFields"].([]any)[0].(map[string]any)["transformations"]); got != "MASKED[map[masking:true subtype:TRANSFORMATION type:DIRECT]]" {
		t.Errorf("a masked field: %s", got)
	}
	if got := fmt.Sprint(s.get(t, "/column-lineage?nodeId=dataset:ns:c")["datasetEdges"]); got != "[map[destination:dataset:ns:c origin:datasetField:ns:a:key]]" {
		t.Errorf("edges to the whole dataset: %s", got)
	}
}

func TestStreamsKeepTheirLineage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	event := func(state, at, rest string) string {
		return fmt.Sprintf(`{"eventType":%q,"eventTime":"2026-%sZ","producer":"p","schemaURL":"s","run":{"runId":"0191d8a5-2f1b-7c3d-8e4f-000000000001"},
			"job":{"namespace":"ns","name":"stream","facets":{"jobType":{"processingType":"STREAMING","integration":"FLINK"}}}%s}`, state, at, rest)
	}
	s.send(t,
		event("START", "07-01T08:00:00", `,"inputs":[{"namespace":"ns","name":"in"}],"outputs":[{"namespace":"ns","name":"out"}]`),
		event("RUNNING", "11-21T08:00:00", ""))
	if got := strings.Join(ids(s.get(t, "/lineage?nodeId=job:ns:stream")), " "); got != "dataset:ns:in dataset:ns:out job:ns:stream" {
		t.Errorf("a job that has run since July: %s", got)
	}
}

func TestLineageIsCut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var outputs []string
	for i := range 1500 {
		outputs = append(outputs, fmt.Sprint("out", i))
	}
	s.put(t, edges("wide", now, []string{"in"}, outputs)...)
	answer := s.get(t, "/lineage?nodeId=dataset:ns:in")
	if n := len(ids(answer)); n != lineage.DefaultNodes || answer["truncated"] != true || answer["brief"] != true {
		t.Errorf("%d nodes, truncated %v, brief %v", n, answer["truncated"], answer["brief"])
	}
	job := s.get(t, "/namespaces/ns/jobs/wide")
	if n := len(job["outputs"].([]any)); n != 1000 || job["datasetsLeft"] != 500.0 {
		t.Errorf("%d outputs and %v more", n, job["datasetsLeft"])
	}
	list := s.get(t, "/namespaces/ns/datasets?limit=100000")
	if n := len(list["datasets"].([]any)); n != lineage.MaxPage || list["totalCount"] != 1501.0 {
		t.Errorf("%d datasets of %v", n, list["totalCount"])
	}
}

func TestNodeIDsAreAmbiguous(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	names := []lineage.ID{
		{Namespace: "kafka://broker:9092", Name: "2fa"},
		{Namespace: "arn:aws:glue:eu-west-1:1", Name: "table/db/t"},
		{Namespace: "pubsub", Name: "topic:p:t"},
		{Namespace: "pubsub:topic", Name: "p:t"},
		{Namespace: "a", Name: "b#0191d8a5-2f1b-7c3d-8e4f-000000000002"},
		{Namespace: "with space", Name: "a/b?c=d&e"},
	}
	var facts []lineage.Fact
	for _, id := range names {
		facts = append(facts, lineage.NodeFact{Node: lineage.Dataset(id.Namespace, id.Name), Interval: lineage.At(now)}.Fact())
	}
	s.put(t, facts...)
	for _, id := range names {
		if id.Namespace == "pubsub" {
			id = names[3] // the longest namespace is meant
		}
		answer := s.get(t, "/lineage?nodeId="+url.QueryEscape("dataset:"+id.Namespace+":"+id.Name))
		data := answer["graph"].([]any)[0].(map[string]any)["data"].(map[string]any)
		if data["namespace"] != id.Namespace || data["name"] != id.Name {
			t.Errorf("%v was read as %v %v", id, data["namespace"], data["name"])
		}
		one := s.get(t, "/namespaces/"+url.PathEscape(id.Namespace)+"/datasets/"+url.PathEscape(id.Name))
		if one["name"] != id.Name {
			t.Errorf("%v was answered with %v", id, one["name"])
		}
	}
	versioned := s.get(t, "/lineage?nodeId="+url.QueryEscape("dataset:kafka://broker:9092:2fa#0191d8a5-2f1b-7c3d-8e4f-000000000009"))
	if got := ids(versioned); len(got) != 1 || got[0] != "dataset:kafka://broker:9092:2fa" {
		t.Errorf("a version of a topic was read as %v", got)
	}
}

func FuzzNodeID(f *testing.F) {
	f.Add("kafka://broker:9092", "orders:1", "")
	f.Add("a:b", ":c", "d.e[]:f")
	f.Add("postgresql://h", "x#y", "#")
	f.Add(" ", "\x00", "%")
	f.Fuzz(func(t *testing.T, namespace, name, path string) {
		s := newServer(t)
		of := lineage.FieldEdge{
			Job: lineage.ID{Namespace: "ns", Name: "job"}, Evidence: lineage.Reported, Source: "test", Confidence: lineage.Certain,
			From: lineage.Field{Dataset: lineage.ID{Namespace: namespace, Name: name}, Path: path}, Interval: lineage.At(now),
			To: lineage.Field{Dataset: lineage.ID{Namespace: "other", Name: "out"}, Path: "made"},
		}
		s.put(t, lineage.NodeFact{Node: lineage.Dataset(namespace, name), Interval: lineage.At(now)}.Fact(), of.Fact())
		for _, ask := range []string{"/lineage?nodeId=dataset:", "/column-lineage?nodeId=dataset:", "/column-lineage?withDownstream=true&nodeId=datasetField:"} {
			id := namespace + ":" + name
			if strings.HasSuffix(ask, "Field:") {
				id += ":" + path
			}
			w := s.do(t, http.MethodGet, ask+url.QueryEscape(id), nil)
			sound := utf8.ValidString(id) && namespace != "" && name != "" && path != "" && strings.Count(id, ":") < 60 && len(id) < 8000
			if w.Code != http.StatusOK && (sound || w.Code >= http.StatusInternalServerError) {
				t.Errorf("%s%q: %d %s", ask, id, w.Code, w.Body)
			}
		}
	})
}
