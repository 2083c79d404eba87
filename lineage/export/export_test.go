package export_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/export"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/registry/memlog"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// now is when questions are asked.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// bakery is all that the events of testdata, and some guesses, tell.
func bakery(t *testing.T) export.Picture {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "events.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	facts := factsOf(t, file)
	facts = append(facts, lineage.Edge{
		Job: lineage.ID{Namespace: "kafka://broker:9092", Name: "shop-window"}, Direction: lineage.Reads,
		Dataset: lineage.ID{Namespace: "kafka://broker:9092", Name: "bread"}, Evidence: lineage.Observed, Source: "kafka",
		Confidence: lineage.Certain, Interval: lineage.At(now.Add(-time.Hour)),
	}.Fact(), lineage.Edge{
		Job: lineage.ID{Namespace: "kafka://broker:9092", Name: "User:ada"}, Direction: lineage.Writes,
		Dataset: lineage.ID{Namespace: "kafka://broker:9092", Name: "orders"}, Evidence: lineage.Permitted, Source: "kafka",
		Confidence: lineage.Doubtful, Interval: lineage.At(now.Add(-time.Hour)),
	}.Fact())
	return pictureOf(t, facts)
}

// factsOf reads events as an ingest does.
func factsOf(t *testing.T, events io.Reader) []lineage.Fact {
	t.Helper()
	var facts []lineage.Fact
	for item, err := range openlineage.Read(events, 1<<20) {
		if err != nil {
			t.Fatal(err)
		}
		e, err := openlineage.Parse(item.Body, now)
		if err != nil {
			t.Fatalf("line %d: %v", item.Line, err)
		}
		facts = append(facts, openlineage.Facts(e)...)
	}
	return facts
}

// pictureOf is all of the graph that facts make.
func pictureOf(t *testing.T, facts []lineage.Fact) export.Picture {
	t.Helper()
	store := memlog.NewLineage()
	if err := store.Put(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	follower, err := lineage.Follow(t.Context(), store, lineage.FollowOptions{})
	if err != nil {
		t.Fatal(err)
	}
	g, scope := follower.Graph(), lineage.Scope{Now: now, Stale: true}
	var p export.Picture
	for _, kind := range []lineage.NodeKind{lineage.DatasetNode, lineage.JobNode} {
		nodes, _ := g.Nodes(kind, lineage.Listing{})
		for _, n := range nodes {
			p.Nodes = append(p.Nodes, n)
			info, _ := g.Node(n)
			from := []lineage.Place{{Node: n}}
			for _, way := range []lineage.Way{lineage.Upstream, lineage.Downstream} {
				p.Add(g.Walk(lineage.Walk{From: from, Way: way, Scope: scope}))
				for _, path := range info.Fields {
					p.Add(g.Walk(lineage.Walk{From: []lineage.Place{{Node: n, Path: path}}, Way: way, Scope: scope}))
				}
			}
		}
	}
	p.Tidy()
	return p
}

func TestForms(t *testing.T) {
	t.Parallel()
	p := bakery(t)
	for name, write := range map[string]func(io.Writer) error{
		"bakery.dot":    func(w io.Writer) error { return export.DOT(w, p) },
		"bakery.mmd":    func(w io.Writer) error { return export.Mermaid(w, p) },
		"bakery.ndjson": func(w io.Writer) error { return export.OpenLineage(w, p, now) },
		"bakery.json": func(w io.Writer) error {
			out := json.NewEncoder(w)
			out.SetIndent("", "  ")
			return out.Encode(p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("(-%s +now):\n%s", golden, diff)
			}
		})
	}
}

// TestReadBack holds that what is proven is exported without loss.
func TestReadBack(t *testing.T) {
	t.Parallel()
	want := bakery(t)
	var out bytes.Buffer
	if err := export.OpenLineage(&out, want, now); err != nil {
		t.Fatal(err)
	}
	got := pictureOf(t, factsOf(t, &out))
	want.Links = slices.DeleteFunc(want.Links, func(l lineage.Link) bool { return !l.Proven })
	// All is reported now, at the time of the last sighting in the event.
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(lineage.Link{}, "Sightings", "Interval")); diff != "" {
		t.Errorf("(-exported +read back):\n%s", diff)
	}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	var p export.Picture
	p.Tidy()
	var out bytes.Buffer
	for _, err := range []error{export.DOT(&out, p), export.Mermaid(&out, p), export.OpenLineage(&out, p, now), json.NewEncoder(&out).Encode(p)} {
		if err != nil {
			t.Error(err)
		}
	}
	if want := `{"nodes":[],"links":[],"fields":[]}`; !strings.Contains(out.String(), want) {
		t.Errorf("%q lacks %s", out.String(), want)
	}
}

var (
	dotLine = regexp.MustCompile(`^(digraph lineage \{|  rankdir=LR;|  node \[fontname="sans-serif"\];|\}` +
		`|  n\d+ \[shape=(box|ellipse), label="([^"\\]|\\[\\"n])*"\];` +
		`|  n\d+ -> n\d+( \[(label="([^"\\]|\\[\\"n])*"|style=dashed|color=gray|, )+\])?;)$`)
	mermaidLine = regexp.MustCompile("^(flowchart LR" +
		"|  n\\d+(\\[\\(|\\(\\[)\"([^\"#<>&`\\\\]|#(quot|35|lt|gt|amp|96|92);)*\"(\\)\\]|\\]\\))" +
		"|  n\\d+ -\\.?-> n\\d+|  n\\d+ (-->|-\\.->)(\\|\"[a-z]+\"\\|)? n\\d+|  linkStyle [\\d,]+ stroke:#999)$")
)

// FuzzQuoting holds that no name breaks out of its quotes.
func FuzzQuoting(f *testing.F) {
	f.Add("orders", "kafka://broker:9092", "fraud-scoring")
	f.Add("\"]; n1 -> n2 [label=\"\\", "a\nb\r\nc\x00\u2028d", "`x` #quot; <script> & \\N")
	f.Add("\xff\xfe", "\\", "\\\"")
	f.Fuzz(func(t *testing.T, name, namespace, job string) {
		p := export.Picture{Links: []lineage.Link{
			{From: lineage.Place{Node: lineage.Dataset(namespace, name)}, To: lineage.Place{Node: lineage.Job(job, job)}, Sightings: []lineage.Sighting{{Evidence: lineage.Observed}}},
			{From: lineage.Place{Node: lineage.Job(job, job)}, To: lineage.Place{Node: lineage.Dataset(name, job)}, Status: lineage.Current, Proven: true},
		}}
		p.Tidy()
		for what, form := range map[string]struct {
			write func(io.Writer, export.Picture) error
			line  *regexp.Regexp
		}{"DOT": {export.DOT, dotLine}, "Mermaid": {export.Mermaid, mermaidLine}} {
			var out bytes.Buffer
			if err := form.write(&out, p); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				if !form.line.MatchString(strings.TrimSuffix(line, "\n")) {
					t.Errorf("%s: line %q", what, line)
				}
			}
		}
	})
}
