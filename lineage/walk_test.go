package lineage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
)

func TestWalk(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		facts, from string
		walk        lineage.Walk
		want        string
	}{
		"downstream": {
			facts: `orders -> (fraud) -> scores -> (report) -> dashboard`,
			from:  "orders",
			want: `1 (fraud) from orders
				2 scores from (fraud)
				3 (report) from scores
				4 dashboard from (report) end`,
		},
		"upstream": {
			facts: `orders -> (fraud) -> scores -> (report) -> dashboard`,
			from:  "scores", walk: lineage.Walk{Way: lineage.Upstream},
			want: `1 (fraud) from scores
				2 orders from (fraud) end`,
		},
		"depth counts edges": {
			facts: `orders -> (fraud) -> scores -> (report)`,
			from:  "orders", walk: lineage.Walk{Depth: 2},
			want: `1 (fraud) from orders
				2 scores from (fraud)`,
		},
		"a cycle ends": {
			facts: `a -> (f) -> b -> (g) -> a`,
			from:  "a",
			want: `1 (f) from a
				2 b from (f)
				3 (g) from b`,
		},
		"a job that reads what it writes": {
			facts: `a -> (f) -> a`,
			from:  "a",
			want:  `1 (f) from a`,
		},
		"inputs and outputs alone are a guess where there are several": {
			facts: `a, b -> (f) -> c, d`,
			from:  "a",
			want: `1 (f) from a
				2 c from (f) guess 0.5 end
				2 d from (f) guess 0.5 end`,
		},
		"from the job itself nothing is a guess": {
			facts: `a, b -> (f) -> c, d`,
			from:  "(f)",
			want: `1 c from (f) end
				1 d from (f) end`,
		},
		"the lineage facet is complete": {
			facts: `a, b -> (f) -> c, d
				a => (f) => c : explicit
				b => (f) => d : explicit
				a => (f) => d : columns`,
			from: "a",
			want: `1 (f) from a
				2 c from a via (f) end`,
		},
		"columns restrict the outputs they are of": {
			facts: `a, b -> (f) -> c, d
				b => (f) => d : columns`,
			from: "a",
			want: `1 (f) from a
				2 c from (f) guess 0.5 end`,
		},
		"an output that is known to have no inputs": {
			facts: `a -> (f) -> c, d
				nothing => (f) => d : explicit`,
			from: "a",
			want: `1 (f) from a
				2 c from (f) end`,
		},
		"a guessed through restricts nothing": {
			facts: `a, b -> (f) -> c
				b => (f) => c : columns inferred`,
			from: "a",
			want: `1 (f) from a
				2 c from (f) end`,
		},
		"a through of long ago restricts nothing": {
			facts: `a, b -> (f) -> c
				b => (f) => c : explicit -31d`,
			from: "a",
			want: `1 (f) from a
				2 c from (f) end`,
		},
		"a restricted job entered from another output": {
			facts: `a, b -> (f) -> c, d
				a => (f) => c : explicit
				x -> (g) -> a
				d -> (g)`,
			from: "c", walk: lineage.Walk{Way: lineage.Upstream},
			want: `1 (f) from c
				2 a from c via (f)
				3 (g) from a
				4 d from (g)
				4 x from (g) end
				6 b from d via (f) guess 0.5 end`,
		},
		"datasets without a job between": {
			facts: `a -> b -> (f)`,
			from:  "a",
			want: `1 b from a
				2 (f) from b end`,
		},
		"the sure way counts": {
			facts: `a -> (f) -> c : inferred 0.9
				a -> (g) -> c : 0.7
				a -> (h) -> c : 0.8`,
			from: "a",
			want: `1 (f) from a guess 0.9
				1 (g) from a 0.7
				1 (h) from a 0.8
				2 c from (h) 0.8 end`,
		},
		"several sightings of one edge": {
			facts: `a -> (f) : inferred 0.9
				a -> (f) : observed 0.7 source=kafka`,
			from: "a",
			want: `1 (f) from a 0.7 end`,
		},
		"stale and ended are left out": {
			facts: `a -> (f) : -31d
				a -> (g) : -30d`,
			from: "a",
			want: `1 (g) from a end`,
		},
		"or shown": {
			facts: `a -> (f) -> b : -31d
				b -> (g)`,
			from: "a", walk: lineage.Walk{Scope: lineage.Scope{Stale: true}},
			want: `1 (f) from a stale
				2 b from (f) stale
				3 (g) from b stale end`,
		},
		"by evidence": {
			facts: `a -> (f) : observed
				a -> (g) : permitted`,
			from: "a", walk: lineage.Walk{Scope: lineage.Scope{Evidence: []lineage.Evidence{lineage.Permitted}}},
			want: `1 (g) from a guess end`,
		},
		"by confidence": {
			facts: `a -> (f) : 0.3
				a -> (g) : 0.7`,
			from: "a", walk: lineage.Walk{Scope: lineage.Scope{MinConfidence: lineage.Possible}},
			want: `1 (g) from a 0.7 end`,
		},
		"as of a time": {
			facts: `a -> (f) : -40d
				a -> (g) : since-40d
				a -> (h) : -10d`,
			from: "a", walk: lineage.Walk{Scope: lineage.Scope{AsOf: now.AddDate(0, 0, -20)}},
			want: `1 (f) from a end
				1 (g) from a end`,
		},
		"a clock that runs ahead": {
			facts: `a -> (f) : 3d`,
			from:  "a",
			want:  `1 (f) from a end`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := lineage.Build(sketch(t, tt.facts), lineage.Options{})
			tt.walk.From, tt.walk.Now = places(tt.from), now
			r := g.Walk(tt.walk)
			if diff := cmp.Diff(dedent(tt.want), drawHits(r, tt.walk.From)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWalkFields(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		facts, from string
		walk        lineage.Walk
		want        string
	}{
		"value, masked value, influence": {
			facts: `o#amount -> (f) -> s#risk
				o#amount -> (f) -> s#hash : masked
				o#amount -> (f) -> s#total : indirect
				s#risk -> (g) -> d#risk
				s#hash -> (g) -> d#key
				s#total -> (g) -> d#total`,
			from: "o#amount",
			want: `2 s#hash from o#amount via (f) masked
				2 s#risk from o#amount via (f)
				2 s#total from o#amount via (f) influenced
				4 d#key from s#hash via (g) masked end
				4 d#risk from s#risk via (g) end
				4 d#total from s#total via (g) influenced end`,
		},
		"who can see the value": {
			facts: `o#amount -> (f) -> s#risk
				o#amount -> (f) -> s#hash : masked
				o#amount -> (f) -> s#total : indirect
				s#hash -> (g) -> d#key`,
			from: "o#amount", walk: lineage.Walk{Exposed: true},
			want: `2 s#hash from o#amount via (f) masked end
				2 s#risk from o#amount via (f) end`,
		},
		"the value itself before its mask, though it is farther": {
			facts: `a#x -> (f) -> d#x : masked
				b#x -> (h) -> d#x
				a#x -> (g) -> b#x`,
			from: "a#x",
			want: `2 b#x from a#x via (g)
				4 d#x from b#x via (h) end`,
		},
		"what holds a field and what it holds": {
			facts: `o#order -> (f) -> s#order
				o#order.sku -> (g) -> t#sku
				o#orders -> (h) -> u#other
				o -> (i) -> v#all
				s#order.sku -> (j) -> w#sku`,
			from: "o#order",
			want: `2 s#order from o#order via (f)
				2 t#sku from o#order via (g) end
				2 v#all from o#order via (i) end
				4 w#sku from s#order via (j) end`,
		},
		"upstream": {
			facts: `o#amount -> (f) -> s#risk
				o#user -> (f) -> s#risk : indirect`,
			from: "s#risk", walk: lineage.Walk{Way: lineage.Upstream},
			want: `2 o#amount from s#risk via (f) end
				2 o#user from s#risk via (f) influenced end`,
		},
		"a job that uses a field itself": {
			facts: `o#amount -> (f) -> (f)#`,
			from:  "o#amount",
			want:  `1 (f) from o#amount via (f) end`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := lineage.Build(sketch(t, tt.facts), lineage.Options{})
			tt.walk.From, tt.walk.Now = places(tt.from), now
			r := g.Walk(tt.walk)
			if diff := cmp.Diff(dedent(tt.want), drawHits(r, tt.walk.From)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Where nobody knows which fields an output is made of, a walk of fields says so.
func TestWalkFieldsUnknown(t *testing.T) {
	t.Parallel()
	g := lineage.Build(sketch(t, `
		o -> (f) -> s, u
		o#amount -> (f) -> s#risk
		s -> (g) -> d
		s -> (sink)`), lineage.Options{})
	r := g.Walk(lineage.Walk{From: places("o#amount"), Scope: lineage.Scope{Now: now}})
	want := []lineage.Blind{{Input: id("o"), Job: id("f"), Output: id("u")}, {Input: id("s"), Job: id("g"), Output: id("d")}}
	if diff := cmp.Diff(want, r.Blind); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A wide job costs its width, and the answer says what it leaves out.
func TestWalkWide(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, "in%d -> (wide) -> out%d\n", i%100, i)
	}
	g := lineage.Build(sketch(t, b.String()), lineage.Options{})
	if s := g.Stats(); s.Edges != 10_100 {
		t.Errorf("%d edges, want 10100", s.Edges)
	}
	r := g.Walk(lineage.Walk{From: places("in7"), MaxNodes: 50, Scope: lineage.Scope{Now: now}})
	if len(r.Hits) != 50 || r.Left != 1_949 || !r.AtLeast || !r.Truncated || len(r.Links) != 50 {
		t.Errorf("%d hits, %d links, %+v", len(r.Hits), len(r.Links), r.Cut)
	}
	r = g.Walk(lineage.Walk{From: places("in7"), Depth: 1, Scope: lineage.Scope{Now: now}})
	if len(r.Hits) != 1 || r.Deeper != 1 || !r.Truncated {
		t.Errorf("%d hits, %+v", len(r.Hits), r.Cut)
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	facts := sketch(t, `a -> (f) : -3d
		b -> (f)
		a -> (f) : observed -2d source=kafka
		a#x -> (f) -> c#x : -3d`)
	facts = append(facts, lineage.Statement{
		Node: lineage.Job("test", "f"), Source: "openlineage", Interval: lineage.Interval{First: now.AddDate(0, 0, -3), Last: now},
	}.Fact())
	g := lineage.Build(facts, lineage.Options{})
	walk := func(from string, s lineage.Scope) string {
		s.Now = now
		return drawHits(g.Walk(lineage.Walk{From: places(from), Way: lineage.Upstream, Scope: s}), places(from))
	}
	if diff := cmp.Diff("1 a from (f) end\n1 b from (f) end\n", walk("(f)", lineage.Scope{})); diff != "" {
		t.Errorf("what another source saw stays (-want +got)\n%s", diff)
	}
	reported := lineage.Scope{Evidence: []lineage.Evidence{lineage.Reported}}
	if diff := cmp.Diff("1 b from (f) end\n", walk("(f)", reported)); diff != "" {
		t.Errorf("what the source left out (-want +got)\n%s", diff)
	}
	reported.Ended = true
	if diff := cmp.Diff("1 a from (f) ended end\n1 b from (f) end\n", walk("(f)", reported)); diff != "" {
		t.Errorf("asked for (-want +got)\n%s", diff)
	}
	reported.Ended, reported.AsOf = false, now.AddDate(0, 0, -3)
	if diff := cmp.Diff("1 a from (f) end\n", walk("(f)", reported)); diff != "" {
		t.Errorf("before (-want +got)\n%s", diff)
	}
	if got := walk("c#x", lineage.Scope{}); got != "" {
		t.Errorf("fields end with their job's statement: %s", got)
	}
}
