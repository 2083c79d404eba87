package lineage_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
)

// randomFacts draws facts about few names, so that they meet: edges, throughs,
// flows, statements, aliases, facets and rules.
func randomFacts(t *rapid.T) []lineage.Fact {
	names := []string{"a", "b", "c", "d", "e"}
	name := func(label string) lineage.ID {
		space := rapid.SampledFrom([]string{"kafka://h1:9092,H2", "kafka://h2,h1", "kafka://h3"}).Draw(t, label+" namespace")
		return lineage.ID{Namespace: space, Name: rapid.SampledFrom(names).Draw(t, label)}
	}
	job := func() lineage.ID {
		return lineage.ID{Namespace: "flink", Name: rapid.SampledFrom([]string{"f", "g", "h"}).Draw(t, "job")}
	}
	interval := func() lineage.Interval {
		first := now.AddDate(0, 0, -rapid.IntRange(0, 50).Draw(t, "first"))
		return lineage.Interval{First: first, Last: first.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "days"))}
	}
	evidence := func() lineage.Evidence { return rapid.SampledFrom(lineage.Evidences()).Draw(t, "evidence") }
	confidence := func() lineage.Confidence {
		return lineage.Confidence(rapid.IntRange(0, 4).Draw(t, "confidence")) / 4
	}
	path := func() string { return rapid.SampledFrom([]string{"", "x", "x.y", "x.z[]", "z"}).Draw(t, "path") }
	source := func() string { return rapid.SampledFrom([]string{"openlineage", "kafka"}).Draw(t, "source") }
	one := func() lineage.Fact {
		switch rapid.IntRange(0, 13).Draw(t, "kind") {
		case 12:
			return lineage.Use{
				Client: job(), Action: rapid.SampledFrom([]lineage.Action{lineage.Fetched, lineage.Latest, lineage.Registered}).Draw(t, "action"),
				Subject: "s", Version: rapid.IntRange(1, 3).Draw(t, "version"), Interval: interval(),
			}.Fact()
		case 13:
			return lineage.Coverage{Source: source(), Namespace: name("cluster").Namespace, Slot: interval().First, Interval: interval()}.Fact()
		case 0:
			return lineage.Alias{
				Kind: lineage.DatasetNode, From: name("from"), To: name("to"), Evidence: evidence(), Source: source(),
				Ended: rapid.Bool().Draw(t, "ended"), Interval: interval(),
			}.Fact()
		case 1:
			from, to := lineage.ID{Namespace: "kafka://h3"}, lineage.ID{Namespace: "kafka://h1"}
			return lineage.Alias{Kind: lineage.DatasetNode, From: from, To: to, Evidence: evidence(), Source: source(), Interval: interval()}.Fact()
		case 2:
			return lineage.Statement{Node: lineage.Node{Kind: lineage.JobNode, ID: job()}, Source: source(), Interval: interval()}.Fact()
		case 3:
			return lineage.Facet{
				Entity: lineage.Node{Kind: lineage.JobNode, ID: job()}.Entity(), Facet: "ownership",
				Body: fmt.Appendf(nil, `{"owners":[{"name":"team %d"}]}`, rapid.IntRange(0, 3).Draw(t, "team")), Interval: interval(),
			}.Fact()
		case 4:
			return lineage.Rule{Pattern: "flink " + rapid.SampledFrom([]string{"f", "."}).Draw(t, "pattern"), Owner: "Risk", Tool: rapid.Bool().Draw(t, "tool"), Interval: interval()}.Fact()
		case 5, 6:
			return lineage.FieldEdge{
				Job: job(), From: lineage.Field{Dataset: name("from"), Path: path()}, To: lineage.Field{Dataset: name("to"), Path: path()},
				Transformation: lineage.Transformation{Type: rapid.SampledFrom([]string{lineage.Direct, lineage.Indirect}).Draw(t, "type"), Masking: rapid.Bool().Draw(t, "masking")},
				Evidence:       evidence(), Source: source(), Confidence: confidence(), Interval: interval(),
			}.Fact()
		case 7:
			return lineage.Through{
				Job: job(), Input: name("input"), Output: name("output"), Evidence: evidence(), Source: source(), Interval: interval(),
				Derivation: rapid.SampledFrom([]lineage.Derivation{lineage.Explicit, lineage.Columns}).Draw(t, "derivation"),
			}.Fact()
		}
		return lineage.Edge{
			Job: job(), Dataset: name("dataset"), Direction: rapid.SampledFrom([]lineage.Direction{lineage.Reads, lineage.Writes}).Draw(t, "direction"),
			Evidence: evidence(), Source: source(), Confidence: confidence(), Interval: interval(),
		}.Fact()
	}
	return rapid.SliceOfN(rapid.Custom(func(*rapid.T) lineage.Fact { return one() }), 1, 40).Draw(t, "facts")
}

// answers asks a graph everything.
func answers(g *lineage.Graph) []any {
	all := []any{g.Stats()}
	scopes := []lineage.Scope{
		{Now: now},
		{Now: now, Stale: true, Ended: true},
		{Now: now, AsOf: now.AddDate(0, 0, -25)},
		{Now: now, Evidence: []lineage.Evidence{lineage.Reported, lineage.Observed, lineage.Inferred}, MinConfidence: 0.3},
	}
	var nodes []lineage.Node
	for _, kind := range []lineage.NodeKind{lineage.DatasetNode, lineage.JobNode} {
		some, total := g.Nodes(kind, lineage.Listing{})
		all = append(all, total)
		nodes = append(nodes, some...)
	}
	for _, s := range scopes {
		for _, n := range nodes {
			info, _ := g.Node(n)
			all = append(all, info)
			for _, way := range []lineage.Way{lineage.Downstream, lineage.Upstream} {
				for _, path := range []string{"", "x"} {
					all = append(all, g.Walk(lineage.Walk{From: []lineage.Place{{Node: n, Path: path}}, Way: way, Scope: s}))
				}
			}
			all = append(all, g.Impact(lineage.Proposal{Datasets: []lineage.ID{n.ID}, Fields: []string{"x", "x.y"}, Subjects: []string{"s"}, Scope: s}))
		}
		for _, list := range []func(lineage.Listing) ([]lineage.Stream, int){g.Orphans, g.Unproduced} {
			some, total := list(lineage.Listing{Scope: s})
			all = append(all, some, total)
		}
		producers, _ := g.UndocumentedProducers(lineage.Listing{Scope: s})
		all = append(all, producers)
	}
	return all
}

// Whatever the order in which facts come, in whatever portions, and however often:
// the answers are the same, and those of graphs in between stay what they were.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		facts := randomFacts(t)
		want := answers(lineage.Build(facts, lineage.Options{}))

		shuffled := append(slices.Clone(facts), facts[:rapid.IntRange(0, len(facts)).Draw(t, "again")]...)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		g := lineage.Build(nil, lineage.Options{})
		var between *lineage.Graph
		var said []any
		for len(shuffled) > 0 {
			n := rapid.IntRange(1, len(shuffled)).Draw(t, "portion")
			g, shuffled = g.With(shuffled[:n]), shuffled[n:]
			if between == nil {
				between, said = g, answers(g)
			}
		}
		if diff := cmp.Diff(want, answers(g)); diff != "" {
			t.Fatalf("in portions (-at once +in portions)\n%s", diff)
		}
		if diff := cmp.Diff(said, answers(between)); diff != "" {
			t.Fatalf("a graph changed (-before +after)\n%s", diff)
		}
	})
}

// simple is the walk as one would write it down: states are a node and, of a job,
// the dataset through which it was entered.
type simple struct {
	edges    []lineage.Edge
	throughs []lineage.Through
}

type state struct {
	node  lineage.Node
	entry lineage.ID
}

func (s *simple) allows(job, input, output lineage.ID) bool {
	var kinds [2][]lineage.Through
	for _, th := range s.throughs {
		if th.Job == job && th.Output == output {
			k := 0
			if th.Derivation == lineage.Columns {
				k = 1
			}
			kinds[k] = append(kinds[k], th)
		}
	}
	for _, k := range kinds {
		if len(k) > 0 {
			return slices.ContainsFunc(k, func(th lineage.Through) bool { return th.Input == input })
		}
	}
	return true
}

func (s *simple) walk(from lineage.Node, way lineage.Way, depth int) map[lineage.Node]int {
	hops := map[lineage.Node]int{}
	seen := map[state]bool{{node: from}: true}
	round := []state{{node: from}}
	for hop := 1; hop <= depth; hop++ {
		var next []state
		for _, at := range round {
			for _, e := range s.edges {
				to, ok := s.step(at, e, way)
				if !ok || seen[to] {
					continue
				}
				seen[to] = true
				next = append(next, to)
				if _, known := hops[to.node]; !known && to.node != from {
					hops[to.node] = hop
				}
			}
		}
		round = next
	}
	return hops
}

func (s *simple) step(at state, e lineage.Edge, way lineage.Way) (state, bool) {
	job, dataset := lineage.Node{Kind: lineage.JobNode, ID: e.Job}, lineage.Node{Kind: lineage.DatasetNode, ID: e.Dataset}
	into := (e.Direction == lineage.Reads) == (way == lineage.Downstream)
	switch {
	case into && at.node == dataset:
		return state{job, e.Dataset}, true
	case !into && at.node == job:
		input, output := at.entry, e.Dataset
		if way == lineage.Upstream {
			input, output = output, input
		}
		return state{node: dataset}, at.entry.IsZero() || s.allows(e.Job, input, output)
	}
	return state{}, false
}

// Walks find what a plain search finds, as near, and by paths that are there.
func TestWalkFindsAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s simple
		var facts []lineage.Fact
		datasets, jobs := rapid.IntRange(1, 8).Draw(t, "datasets"), rapid.IntRange(1, 6).Draw(t, "jobs")
		dataset := func() lineage.ID { return id(fmt.Sprintf("d%d", rapid.IntRange(1, datasets).Draw(t, "dataset"))) }
		job := func() lineage.ID { return id(fmt.Sprintf("j%d", rapid.IntRange(1, jobs).Draw(t, "job"))) }
		for range rapid.IntRange(1, 30).Draw(t, "edges") {
			e := lineage.Edge{
				Job: job(), Dataset: dataset(), Direction: rapid.SampledFrom([]lineage.Direction{lineage.Reads, lineage.Writes}).Draw(t, "direction"),
				Evidence: lineage.Reported, Source: "openlineage", Confidence: 1, Interval: lineage.At(now),
			}
			s.edges, facts = append(s.edges, e), append(facts, e.Fact())
		}
		for range rapid.IntRange(0, 12).Draw(t, "throughs") {
			th := lineage.Through{
				Job: job(), Input: dataset(), Output: dataset(), Evidence: lineage.Reported, Source: "openlineage", Interval: lineage.At(now),
				Derivation: rapid.SampledFrom([]lineage.Derivation{lineage.Explicit, lineage.Columns}).Draw(t, "derivation"),
			}
			s.throughs, facts = append(s.throughs, th), append(facts, th.Fact())
		}
		g := lineage.Build(facts, lineage.Options{})
		from := lineage.Node{Kind: lineage.DatasetNode, ID: s.edges[0].Dataset}
		if rapid.Bool().Draw(t, "from a job") {
			from = lineage.Node{Kind: lineage.JobNode, ID: s.edges[0].Job}
		}
		way := rapid.SampledFrom([]lineage.Way{lineage.Downstream, lineage.Upstream}).Draw(t, "way")
		depth := rapid.IntRange(1, 10).Draw(t, "depth")
		r := g.Walk(lineage.Walk{From: []lineage.Place{{Node: from}}, Way: way, Depth: depth, Scope: lineage.Scope{Now: now}})
		got := map[lineage.Node]int{}
		for _, h := range r.Hits {
			got[h.Node] = h.Hops
			step := h.Hops
			if h.Parent >= 0 {
				step -= r.Hits[h.Parent].Hops
			}
			if want := map[bool]int{true: 1, false: 2}[h.Via.IsZero()]; step != want {
				t.Fatalf("%v is %d hops after its parent, via %v", h.Place, step, h.Via)
			}
		}
		if diff := cmp.Diff(s.walk(from, way, depth), got); diff != "" {
			t.Fatalf("from %v (-want +got)\n%s", from, diff)
		}
		s.checkPaths(t, g, from, r, way)
	})
}

// checkPaths asks for the path to each hit: as long as the walk says, and of
// steps that follow one another.
func (s *simple) checkPaths(t *rapid.T, g *lineage.Graph, from lineage.Node, r lineage.Reach, way lineage.Way) {
	for _, h := range r.Hits {
		b := lineage.Between{From: lineage.Place{Node: from}, To: h.Place, Scope: lineage.Scope{Now: now}}
		route, ok := g.Path(b)
		if !ok || route.Way == way && len(route.Steps) != h.Hops {
			t.Fatalf("path from %v to %v: %v, %d steps, want %d", from, h.Place, ok, len(route.Steps), h.Hops)
		}
		first, last := from, h.Node
		if route.Way == lineage.Upstream {
			first, last = last, first
		}
		for _, step := range route.Steps {
			if step.From.Node != first {
				t.Fatalf("path from %v to %v is broken: %+v", from, h.Place, route.Steps)
			}
			first = step.To.Node
		}
		if first != last {
			t.Fatalf("path from %v to %v ends elsewhere: %+v", from, h.Place, route.Steps)
		}
	}
}

func TestMalformedFactsAreCounted(t *testing.T) {
	t.Parallel()
	good := lineage.Edge{Job: id("f"), Direction: lineage.Reads, Dataset: id("a"), Evidence: lineage.Reported, Interval: lineage.At(now)}
	bad := good
	bad.Direction = "sideways"
	nobody := good
	nobody.Job = lineage.ID{}
	g := lineage.Build([]lineage.Fact{
		good.Fact(), bad.Fact(), nobody.Fact(),
		{Kind: lineage.KindEdge, Key: "no key"},
		{Kind: lineage.KindEdge, Key: good.Fact().Key, Body: []byte("no JSON")},
		{Kind: lineage.KindField, Key: lineage.Key("too", "short")},
		lineage.Rule{Pattern: "(", Interval: lineage.At(now)}.Fact(),
		lineage.Run{ID: "r", Interval: lineage.At(now)}.Fact(),
		{Kind: "of the future", Key: "x"},
	}, lineage.Options{})
	if s := g.Stats(); s.Malformed != 6 || s.Edges != 1 {
		t.Errorf("%+v, want 6 malformed and 1 edge", s)
	}
}

// What came before is not changed by what comes after, and costs little.
func TestWithTakesTurns(t *testing.T) {
	t.Parallel()
	old := lineage.Build(sketch(t, "a -> (f) -> b"), lineage.Options{})
	left := old.With(sketch(t, "b -> (g)"))
	right := old.With(sketch(t, "b -> (h)"))
	for g, want := range map[*lineage.Graph]string{
		old:   "1 (f) from a\n2 b from (f) end\n",
		left:  "1 (f) from a\n2 b from (f)\n3 (g) from b end\n",
		right: "1 (f) from a\n2 b from (f)\n3 (h) from b end\n",
	} {
		got := drawHits(g.Walk(lineage.Walk{From: places("a"), Scope: lineage.Scope{Now: now}}), places("a"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	if w := old.Window(); w != 30*24*time.Hour {
		t.Errorf("window %s", w)
	}
}

// hold reports whether one of two paths of a dataset holds the other.
func hold(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == "" || a == b || strings.HasPrefix(b, a) && strings.ContainsAny(b[len(a):len(a)+1], ".[{")
}

// simpleFields is the walk over fields as one would write it down: how each field
// is reached (0 by value, 1 masked, 2 by influence), and in how many hops.
func simpleFields(edges []lineage.FieldEdge, from lineage.Field) map[lineage.Field][2]int {
	reached := map[lineage.Field][2]int{from: {0, 0}}
	for how := range 3 {
		for changed := true; changed; {
			changed = false
			for at, known := range maps.Clone(reached) {
				for _, e := range edges {
					if e.From.Dataset != at.Dataset || !hold(e.From.Path, at.Path) {
						continue
					}
					step := 0
					if e.Type == lineage.Indirect {
						step = 2
					} else if e.Masking {
						step = 1
					}
					old, ok := reached[e.To]
					if max(known[0], step) != how || ok && (old[0] < how || old[1] <= known[1]+2) {
						continue
					}
					reached[e.To], changed = [2]int{how, known[1] + 2}, true
				}
			}
		}
	}
	delete(reached, from)
	return reached
}

// Walks of fields find what a plain search finds, as near and as pure.
func TestWalkFindsAllFields(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		field := func(label string) lineage.Field {
			return lineage.Field{
				Dataset: id(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, label)),
				Path:    rapid.SampledFrom([]string{"", "x", "x.y", "x.y[]", "x.z", "xy", "z"}).Draw(t, label+" path"),
			}
		}
		var edges []lineage.FieldEdge
		var facts []lineage.Fact
		for range rapid.IntRange(1, 25).Draw(t, "edges") {
			e := lineage.FieldEdge{
				Job: id(rapid.SampledFrom([]string{"f", "g"}).Draw(t, "job")), From: field("from"), To: field("to"),
				Transformation: lineage.Transformation{
					Type:    rapid.SampledFrom([]string{lineage.Direct, lineage.Direct, lineage.Indirect}).Draw(t, "type"),
					Masking: rapid.SampledFrom([]bool{false, false, true}).Draw(t, "masking"),
				},
				Evidence: lineage.Reported, Source: "openlineage", Confidence: 1, Interval: lineage.At(now),
			}
			edges, facts = append(edges, e), append(facts, e.Fact())
		}
		from := field("start")
		if from.Path == "" {
			from.Path = "x"
		}
		g := lineage.Build(append(facts, lineage.NodeFact{Node: lineage.Node{Kind: lineage.DatasetNode, ID: from.Dataset}, Interval: lineage.At(now)}.Fact()), lineage.Options{})
		place := lineage.Place{Node: lineage.Node{Kind: lineage.DatasetNode, ID: from.Dataset}, Path: from.Path}
		r := g.Walk(lineage.Walk{From: []lineage.Place{place}, Depth: lineage.MaxDepth, Scope: lineage.Scope{Now: now}})
		got := map[lineage.Field][2]int{}
		for _, h := range r.Hits {
			how := 0
			if h.Masked {
				how = 1
			} else if h.Influenced {
				how = 2
			}
			got[lineage.Field{Dataset: h.ID, Path: h.Path}] = [2]int{how, h.Hops}
		}
		if diff := cmp.Diff(simpleFields(edges, from), got); diff != "" {
			t.Fatalf("from %v (-want +got)\n%s", from, diff)
		}
	})
}

// The graph as of a time is that of what had been seen by then.
func TestAsOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		then := now.AddDate(0, 0, -rapid.IntRange(0, 50).Draw(t, "days ago"))
		var all, before []lineage.Fact
		for _, f := range randomFacts(t) {
			if f.Kind != lineage.KindEdge && f.Kind != lineage.KindThrough && f.Kind != lineage.KindField {
				continue
			}
			all = append(all, f)
		}
		merged := map[[2]string]lineage.Fact{}
		for _, f := range all {
			key := [2]string{string(f.Kind), strings.ReplaceAll(f.Key, "kafka://h2,h1", "kafka://h1:9092,H2")}
			f.Key = key[1]
			if known, ok := merged[key]; ok {
				f = lineage.Merge(known, f)
			}
			merged[key] = f
		}
		for _, f := range merged {
			if !f.First.After(then) {
				before = append(before, f)
			}
		}
		today, past := lineage.Build(all, lineage.Options{}), lineage.Build(before, lineage.Options{})
		nodes, _ := past.Nodes(lineage.DatasetNode, lineage.Listing{})
		for _, n := range nodes {
			for _, way := range []lineage.Way{lineage.Downstream, lineage.Upstream} {
				for _, path := range []string{"", "x"} {
					walk := lineage.Walk{From: []lineage.Place{{Node: n, Path: path}}, Way: way, Scope: lineage.Scope{Now: then, Stale: true}}
					want := past.Walk(walk).Hits
					walk.Now, walk.AsOf = now, then
					if diff := cmp.Diff(want, today.Walk(walk).Hits); diff != "" {
						t.Fatalf("from %v#%s %s, as of %s (-then +as of)\n%s", n, path, way, then, diff)
					}
				}
			}
		}
	})
}

// No fact brings a graph down, whatever is in it.
func FuzzGraph(f *testing.F) {
	for _, fact := range []lineage.Fact{
		lineage.Edge{Job: id("f"), Direction: lineage.Reads, Dataset: id("a"), Evidence: lineage.Reported, Interval: lineage.At(now)}.Fact(),
		lineage.Through{Job: id("f"), Output: id("a"), Derivation: lineage.Explicit, Evidence: lineage.Reported, Interval: lineage.At(now)}.Fact(),
		lineage.FieldEdge{Job: id("f"), From: lineage.Field{Dataset: id("a"), Path: "x"}, Transformation: lineage.Transformation{Type: lineage.Direct}, Interval: lineage.At(now)}.Fact(),
		lineage.Alias{Kind: lineage.DatasetNode, From: id("a"), To: id(""), Evidence: lineage.Declared, Interval: lineage.At(now)}.Fact(),
		lineage.Statement{Node: lineage.Dataset("test", "a"), Source: "openlineage", Grace: time.Hour, Interval: lineage.At(now)}.Fact(),
		lineage.Facet{Entity: lineage.Job("test", "f").Entity(), Facet: "ownership", Body: []byte(`{"owners":[{}]}`), Interval: lineage.At(now)}.Fact(),
		lineage.Rule{Pattern: "a|b)", Tool: true, Interval: lineage.At(now)}.Fact(),
		lineage.Use{Client: id("f"), Action: lineage.Fetched, Subject: "s", Version: 1, Interval: lineage.At(now)}.Fact(),
		lineage.Coverage{Source: "kafka", Namespace: "kafka://b", Slot: now, Interval: lineage.At(now)}.Fact(),
	} {
		f.Add(string(fact.Kind), fact.Key, fact.Body, int64(0), int64(1))
	}
	f.Fuzz(func(t *testing.T, kind, key string, body []byte, first, last int64) {
		fact := lineage.Fact{Kind: lineage.Kind(kind), Key: key, Body: body, First: time.UnixMicro(first), Last: time.UnixMicro(last), Said: time.UnixMicro(last)}
		known := sketch(t, "a -> (f) -> b -> (g) -> a\na#x -> (f) -> b#x\na => (f) => b")
		ask := func(g *lineage.Graph) []any {
			s := lineage.Scope{Now: now, Stale: true}
			return []any{
				g.Walk(lineage.Walk{From: places("a"), Scope: s}), g.Walk(lineage.Walk{From: places("b#x"), Way: lineage.Upstream, Scope: s}),
				g.Impact(lineage.Proposal{Datasets: []lineage.ID{id("a")}, Subjects: []string{"s"}, Fields: []string{"x"}, Scope: s}),
			}
		}
		later := lineage.Build(known, lineage.Options{}).With([]lineage.Fact{fact})
		if diff := cmp.Diff(ask(lineage.Build(append(known, fact, fact), lineage.Options{})), ask(later)); diff != "" {
			t.Errorf("(-at once +later)\n%s", diff)
		}
	})
}
