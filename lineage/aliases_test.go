package lineage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
)

// aliasesOf reads lines such as "a/x = b/y : observed -3d": what is a/x is b/y.
// Without a name it is the namespace.
func aliasesOf(t testing.TB, text string) []lineage.Fact {
	t.Helper()
	var facts []lineage.Fact
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		s := stroke{evidence: lineage.Reported, source: "openlineage", first: now, last: now}
		names, options, _ := strings.Cut(line, " : ")
		options, taken := strings.CutSuffix(options, " ended")
		s.options(t, options)
		from, to, _ := strings.Cut(names, " = ")
		facts = append(facts, lineage.Alias{
			Kind: lineage.DatasetNode, From: slashed(from), To: slashed(to), Evidence: s.evidence, Source: s.source, Ended: taken, Interval: s.interval(),
		}.Fact())
	}
	return facts
}

func slashed(text string) lineage.ID {
	i := strings.LastIndexByte(text, '/')
	return lineage.ID{Namespace: text[:i], Name: text[i+1:]}
}

func TestAliases(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		aliases string
		asOf    time.Time
		want    map[string]string
	}{
		"a name": {
			aliases: `a/x = b/y`,
			want:    map[string]string{"a/x": "b/y", "a/z": "a/z", "b/y": "b/y"},
		},
		"a namespace": {
			aliases: `a/ = b/`,
			want:    map[string]string{"a/x": "b/x", "a/": "b/"},
		},
		"a name before its namespace": {
			aliases: `a/ = b/
				a/x = c/y`,
			want: map[string]string{"a/x": "c/y", "a/z": "b/z"},
		},
		"a chain": {
			aliases: `a/x = b/y
				b/ = c/
				c/y = d/z`,
			want: map[string]string{"a/x": "d/z", "b/q": "c/q"},
		},
		"a circle ends at its least name": {
			aliases: `b/x = c/x
				d/x = b/x
				c/x = d/x
				z/x = c/x`,
			want: map[string]string{"b/x": "b/x", "c/x": "b/x", "d/x": "b/x", "z/x": "b/x"},
		},
		"a circle of namespaces": {
			aliases: `b/ = a/ : reported
				a/ = b/ : reported`,
			want: map[string]string{"b/x": "a/x", "a/x": "a/x"},
		},
		"the strongest evidence": {
			aliases: `a/x = b/x : observed
				a/x = c/x : declared -9d`,
			want: map[string]string{"a/x": "c/x"},
		},
		"an address that moves": {
			aliases: `a/ = b/ : observed -9d
				a/ = c/ : observed -1d`,
			want: map[string]string{"a/x": "c/x"},
		},
		"what it meant before": {
			aliases: `a/ = b/ : observed -9d
				a/ = c/ : observed -1d`,
			asOf: now.AddDate(0, 0, -5),
			want: map[string]string{"a/x": "b/x"},
		},
		"taken back by a person": {
			aliases: `a/x = b/x : reported
				a/x = b/x : declared -1d ended`,
			want: map[string]string{"a/x": "a/x"},
		},
		"and what it was taken back for": {
			aliases: `a/x = b/x : observed
				a/x = b/x : declared -1d ended
				a/x = c/x : reported -5d`,
			want: map[string]string{"a/x": "c/x"},
		},
		"before it was taken back": {
			aliases: `a/x = b/x : declared since-9d ended`,
			asOf:    now.AddDate(0, 0, -5),
			want:    map[string]string{"a/x": "b/x"},
		},
		"a guess joins nothing": {
			aliases: `a/x = b/x : inferred`,
			want:    map[string]string{"a/x": "a/x"},
		},
		"one server of a cluster names it": {
			aliases: `kafka://b2/ = kafka://MkU3OEVBNTcwNTJENDM2Qg/ : observed`,
			want: map[string]string{
				"kafka://b1:9092,B2/x": "kafka://MkU3OEVBNTcwNTJENDM2Qg/x",
				"kafka://b2;b3/x":      "kafka://MkU3OEVBNTcwNTJENDM2Qg/x",
				"kafka://b3/x":         "kafka://b3:9092/x",
			},
		},
		"a spelling is no alias": {
			aliases: `postgresql://DB/x = postgres://db:5432/x`,
			want:    map[string]string{"postgresql://db/x": "postgres://db:5432/x"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts := aliasesOf(t, tt.aliases)
			for range 2 {
				g := lineage.Build(facts, lineage.Options{AliasesAsOf: tt.asOf})
				for from, want := range tt.want {
					if got := g.Resolve(lineage.Node{Kind: lineage.DatasetNode, ID: slashed(from)}).ID; got != slashed(want) {
						t.Errorf("%s means %v, want %s", from, got, want)
					}
				}
				slices.Reverse(facts)
			}
		})
	}
}

// What an alias joins is joined whenever it is learnt, and parted again when it
// is taken back.
func TestAliasLearntLate(t *testing.T) {
	t.Parallel()
	g := lineage.Build(sketch(t, "a -> (f) -> b"), lineage.Options{}).With(sketch(t, "c -> (g)"))
	walk := func() string {
		return drawHits(g.Walk(lineage.Walk{From: places("a"), Scope: lineage.Scope{Now: now}}), places("a"))
	}
	apart := walk()
	same := lineage.Alias{Kind: lineage.DatasetNode, From: id("c"), To: id("b"), Evidence: lineage.Declared, Source: "api", Interval: lineage.At(now)}
	g = g.With([]lineage.Fact{same.Fact()})
	if want := "1 (f) from a\n2 b from (f)\n3 (g) from b end\n"; walk() != want {
		t.Errorf("joined:\n%swant\n%s", walk(), want)
	}
	info, ok := g.Node(lineage.Node{Kind: lineage.DatasetNode, ID: id("c")})
	if !ok || info.ID != id("b") || !slices.Equal(info.Names, []lineage.ID{id("c")}) || g.Stats().Datasets != 2 || g.Stats().Aliases != 1 {
		t.Errorf("%v %+v, %+v", ok, info, g.Stats())
	}
	same.Ended, same.Interval = true, lineage.At(now.Add(time.Hour))
	g = g.With([]lineage.Fact{same.Fact()})
	if walk() != apart {
		t.Errorf("parted:\n%swant\n%s", walk(), apart)
	}
	if info, _ := g.Node(lineage.Node{Kind: lineage.DatasetNode, ID: id("c")}); info.ID != id("c") || g.Stats().Datasets != 3 {
		t.Errorf("%+v, %+v", info, g.Stats())
	}
}

// A name's meaning has no meaning beyond itself, and does not depend on the order
// in which aliases came.
func TestResolveEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := func(label string) lineage.ID {
			return slashed(rapid.SampledFrom([]string{"a", "b", "kafka://k1", "kafka://k1,k2"}).Draw(t, label) + "/" + rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, label))
		}
		var facts []lineage.Fact
		for i := range rapid.IntRange(1, 12).Draw(t, "aliases") {
			facts = append(facts, lineage.Alias{
				Kind: lineage.DatasetNode, From: name("from"), To: name("to"), Evidence: lineage.Reported,
				Source: fmt.Sprint(i), Interval: lineage.At(now.AddDate(0, 0, -rapid.IntRange(0, 3).Draw(t, "day"))),
			}.Fact())
		}
		g := lineage.Build(facts, lineage.Options{})
		slices.Reverse(facts)
		reversed := lineage.Build(facts, lineage.Options{})
		n := lineage.Node{Kind: lineage.DatasetNode, ID: name("asked")}
		once := g.Resolve(n)
		if twice := g.Resolve(once); twice != once {
			t.Fatalf("%v means %v, and that means %v", n.ID, once.ID, twice.ID)
		}
		if other := reversed.Resolve(n); other != once {
			t.Fatalf("%v means %v or %v", n.ID, once.ID, other.ID)
		}
	})
}
