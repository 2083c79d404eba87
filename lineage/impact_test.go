package lineage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
)

// drawReaders prints the readers of a field, one a line.
func drawReaders(f lineage.FieldImpact) string {
	var b strings.Builder
	for _, r := range f.Readers {
		fmt.Fprintf(&b, "%s %s %v", r.Knowledge, r.Job.Name, r.Confidence)
		if len(r.Owners) > 0 {
			fmt.Fprintf(&b, " of %s", strings.Join(r.Owners, ", "))
		}
		if len(r.Fields) > 0 {
			fmt.Fprintf(&b, " uses %s", strings.Join(r.Fields, ", "))
		}
		if len(r.Versions) > 0 {
			fmt.Fprintf(&b, " fetched %v", r.Versions)
		}
		if e := r.Extent; e != (lineage.Extent{}) {
			fmt.Fprintf(&b, " reaches %d+%d, %d fields, %d sinks", e.Datasets, e.Jobs, e.Fields, e.Sinks)
		}
		if r.Tool {
			b.WriteString(" tool")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestImpact(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		facts string
		more  []lineage.Fact
		field string
		scope lineage.Scope
		want  string
	}{
		"who uses the field, who may, and who uses others": {
			facts: `orders -> (fraud) -> scores -> (report) -> dashboard
				orders#amount -> (fraud) -> scores#risk
				orders -> (ship) -> parcels
				scores#risk -> (report) -> dashboard#risk
				orders#address -> (ship) -> parcels#to
				orders -> (archive) -> bucket
				orders -> (audit) : observed 0.9 source=kafka
				orders -> (intern) : permitted 0.3
				other -> (nobody)`,
			field: "amount",
			want: `uses fraud 1 uses amount reaches 2+1, 2 fields, 1 sinks
				unknown archive 1 reaches 1+0, 0 fields, 1 sinks
				unknown audit 0.9
				others ship 1 reaches 1+0, 0 fields, 1 sinks
				may intern 0.3`,
		},
		"influence is use": {
			facts: `orders -> (fraud) -> scores
				orders#amount -> (fraud) -> scores : indirect`,
			field: "amount",
			want:  `uses fraud 1 uses amount reaches 1+0, 1 fields, 1 sinks`,
		},
		"a guess is no use": {
			facts: `orders -> (fraud) -> scores
				orders#amount -> (fraud) -> scores#amount : inferred 0.6`,
			field: "amount",
			want:  `unknown fraud 1 reaches 1+0, 0 fields, 1 sinks`,
		},
		"what a field is part of, and its parts": {
			facts: `orders#order -> (f) -> s#order
				orders#order.items[].sku -> (g) -> t#sku
				orders#order.items -> (h) -> u#n
				orders#order.id -> (i) -> v#id`,
			field: "order.items[]",
			want: `uses f 1 uses order reaches 0+0, 1 fields, 0 sinks
				uses g 1 uses order.items[].sku reaches 0+0, 1 fields, 0 sinks
				uses h 1 uses order.items reaches 0+0, 1 fields, 0 sinks
				unknown i 1`,
		},
		"the stream as a whole": {
			facts: `orders -> (fraud) -> scores
				orders#amount -> (fraud) -> scores#risk
				orders -> (audit)`,
			want: `uses audit 1
				uses fraud 1 reaches 1+0, 0 fields, 1 sinks`,
		},
		"those who are gone, if asked": {
			facts: `orders -> (fraud) : -60d
				orders -> (audit)`,
			scope: lineage.Scope{Stale: true}, field: "amount",
			want: `unknown audit 1
				left fraud 1`,
		},
		"owners, tools and clients of the registry": {
			facts: `orders -> (fraud)
				orders -> (ui)`,
			more: []lineage.Fact{
				lineage.Rule{Pattern: "test ui", Tool: true, Interval: lineage.At(now)}.Fact(),
				lineage.Rule{Pattern: "test f.*", Owner: "Risk", Interval: lineage.At(now)}.Fact(),
				lineage.Facet{
					Entity: lineage.Node{Kind: lineage.JobNode, ID: id("fraud")}.Entity(), Facet: "ownership",
					Body: []byte(`{"owners":[{"name":"team:ml","type":"x"},{"name":"Risk"}]}`), Interval: lineage.At(now),
				}.Fact(),
				lineage.Use{Client: id("fraud"), Action: lineage.Fetched, Subject: "orders-value", Version: 3, Interval: lineage.At(now)}.Fact(),
				lineage.Use{Client: id("fraud"), Action: lineage.Fetched, Subject: "orders-value", Version: 2, Interval: lineage.At(now)}.Fact(),
				lineage.Use{Client: id("app"), Action: lineage.Fetched, Subject: "orders-value", Version: 1, Interval: lineage.At(now)}.Fact(),
				lineage.Use{Client: id("maker"), Action: lineage.Registered, Subject: "orders-value", Version: 1, Interval: lineage.At(now)}.Fact(),
				lineage.Use{Client: id("old"), Action: lineage.Fetched, Subject: "orders-value", Version: 1, Interval: lineage.At(now.AddDate(0, 0, -99))}.Fact(),
				lineage.Use{Client: id("stranger"), Action: lineage.Fetched, Subject: "others-value", Version: 1, Interval: lineage.At(now)}.Fact(),
			},
			field: "amount",
			want: `unknown fraud 1 of Risk, team:ml fetched [2 3]
				unknown app 0.7 fetched [1]
				unknown ui 1 tool`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := lineage.Build(append(sketch(t, tt.facts), tt.more...), lineage.Options{})
			p := lineage.Proposal{Datasets: []lineage.ID{id("orders")}, Subjects: []string{"orders-value"}, Scope: tt.scope}
			p.Now = now
			if tt.field != "" {
				p.Fields = []string{tt.field}
			}
			got := g.Impact(p)
			if len(got.Fields) != 1 || got.Fields[0].Path != tt.field {
				t.Fatalf("%+v", got.Fields)
			}
			if diff := cmp.Diff(dedent(tt.want), drawReaders(got.Fields[0])); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestImpactBounds(t *testing.T) {
	t.Parallel()
	g := lineage.Build(sketch(t, `orders -> (a), (b), (c)`), lineage.Options{})
	p := lineage.Proposal{Datasets: []lineage.ID{id("orders"), id("orders"), id("unknown")}, MaxReaders: 2, Scope: lineage.Scope{Now: now}}
	p.Fields = make([]string, lineage.MaxChanged+3)
	got := g.Impact(p)
	if len(got.Datasets) != 1 || len(got.Fields) != lineage.MaxChanged || got.FieldsLeft != 3 {
		t.Errorf("%v, %d fields, %d left", got.Datasets, len(got.Fields), got.FieldsLeft)
	}
	if f := got.Fields[0]; len(f.Readers) != 2 || f.ReadersLeft != 1 {
		t.Errorf("%d readers, %d left", len(f.Readers), f.ReadersLeft)
	}
}

// looked makes coverage of every slot of some days before now.
func looked(namespace string, from, to time.Time) []lineage.Fact {
	var facts []lineage.Fact
	for slot := from.Truncate(time.Hour); slot.Before(to); slot = slot.Add(time.Hour) {
		facts = append(facts, lineage.Coverage{Source: "kafka", Namespace: namespace, Slot: slot, Interval: lineage.At(slot)}.Fact())
	}
	return facts
}

func TestWatch(t *testing.T) {
	t.Parallel()
	month := now.AddDate(0, 0, -30)
	hole := now.Add(-50 * time.Hour)
	for name, tt := range map[string]struct {
		facts  []lineage.Fact
		at     time.Time
		proven bool
		gaps   []lineage.Gap
	}{
		"never":     {gaps: []lineage.Gap{{From: month.Add(time.Hour), To: now}}},
		"always":    {facts: looked("kafka://B", month.Add(time.Hour), now), proven: true},
		"with gaps": {facts: append(looked("kafka://b", month, hole), looked("kafka://b", hole.Add(3*time.Hour), now)...), gaps: []lineage.Gap{{From: hole, To: hole.Add(3 * time.Hour)}}},
		"by another of its names": {
			facts: append(append(looked("kafka://b", month, hole), looked("kafka://other", hole, now)...), lineage.Alias{
				Kind: lineage.DatasetNode, From: lineage.ID{Namespace: "kafka://other"}, To: lineage.ID{Namespace: "kafka://b"},
				Evidence: lineage.Observed, Source: "kafka", Interval: lineage.At(now),
			}.Fact()),
			proven: true,
		},
		"until an hour ago, asked within it": {facts: looked("kafka://b", month, now), at: now.Add(59 * time.Minute), proven: true},
		"until long ago": {
			facts: looked("kafka://b", month, now), at: now.Add(3 * time.Hour), gaps: []lineage.Gap{{From: now, To: now.Add(3 * time.Hour)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := lineage.Build(tt.facts, lineage.Options{})
			if tt.at.IsZero() {
				tt.at = now
			}
			w := g.Watch("kafka://b", lineage.Scope{Now: tt.at})
			if w.Proven != tt.proven {
				t.Errorf("proven %v, want %v", w.Proven, tt.proven)
			}
			if diff := cmp.Diff(tt.gaps, w.Gaps); diff != "" {
				t.Errorf("gaps (-want +got)\n%s", diff)
			}
		})
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	g := lineage.Build(sketch(t, `
		orders -> (fraud) -> scores -> (report) -> dashboard
		orders, users -> (join) -> wide, narrow
		orders => (join) => wide
		scores#risk -> (report) -> dashboard#risk
		orders#amount -> (fraud) -> scores#risk`), lineage.Options{})
	for _, tt := range []struct{ from, to, want string }{
		{"orders", "dashboard", "downstream: orders (fraud) scores (report) dashboard"},
		{"dashboard", "orders", "upstream: orders (fraud) scores (report) dashboard"},
		{"orders", "wide", "downstream: orders (join) wide"},
		{"wide", "orders", "upstream: orders (join) wide"},
		{"users", "wide", ""},
		{"(fraud)", "(report)", "downstream: (fraud) scores (report)"},
		{"orders#amount", "dashboard#risk", "downstream: orders#amount scores#risk dashboard#risk"},
		{"dashboard", "orders#amount", "upstream: orders#amount scores#risk dashboard#risk"},
		{"orders#address", "dashboard#risk", ""},
		{"orders", "orders", "downstream:"},
		{"orders", "nowhere", ""},
	} {
		r, ok := g.Path(lineage.Between{From: at(tt.from), To: at(tt.to), Scope: lineage.Scope{Now: now}})
		got := ""
		if ok {
			got = string(r.Way) + ":"
		}
		for i, s := range r.Steps {
			if i == 0 {
				got += " " + draw(s.From)
			}
			got += " " + draw(s.To)
		}
		if got != tt.want {
			t.Errorf("from %s to %s: %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}
