package sla_test

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/contracts/sla"
)

// drawPromise draws a promise of a kind in any of its units.
func drawPromise(t *rapid.T, kind, label string) sla.Promise {
	units := map[string][]string{"freshness": {"s", "min", "h", "ms"}, "availability": {"%"}, "retention": {"h", "d", "y"}, "throughput": {"1/s", "1/min"}}[kind]
	p := sla.Property{
		ID: "p", Property: kind, Unit: rapid.SampledFrom(units).Draw(t, label+" unit"),
		Value: number(rapid.StringMatching(`[1-9][0-9]?(\.[1-9])?`).Draw(t, label+" value")),
	}
	slo := sla.Objective{
		ID:        "p",
		Objective: rapid.SampledFrom([]sla.Value{{}, number("99"), number("99.5")}).Draw(t, label+" objective"),
		Window:    rapid.SampledFrom([]sla.Value{{}, text("7d"), text("28d"), text("30d")}).Draw(t, label+" window"),
	}
	if kind == "retention" || kind == "throughput" {
		slo.Bound = rapid.SampledFrom([]string{"", "min", "max", "both"}).Draw(t, label+" bound")
	}
	promises, fs := sla.Parse([]sla.Property{p}, []sla.Objective{slo}, sla.Options{})
	if fs != nil {
		t.Fatal(fs)
	}
	return promises[0]
}

// Weaker is a strict order: turned around it is stronger, and it is transitive.
func TestCompareLaws(t *testing.T) {
	t.Parallel()
	turned := map[sla.Change]sla.Change{
		sla.Same: sla.Same, sla.Weaker: sla.Stronger, sla.Stronger: sla.Weaker, sla.Mixed: sla.Mixed, sla.Incomparable: sla.Incomparable,
	}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"freshness", "availability", "retention", "throughput"}).Draw(t, "kind")
		a, b, c := drawPromise(t, kind, "a"), drawPromise(t, kind, "b"), drawPromise(t, kind, "c")
		ab, _ := sla.Compare(a, b)
		ba, _ := sla.Compare(b, a)
		bc, _ := sla.Compare(b, c)
		ac, _ := sla.Compare(a, c)
		if turned[ab] != ba {
			t.Fatalf("a to b is %s, b to a is %s", ab, ba)
		}
		if ab == bc && (ab == sla.Weaker || ab == sla.Stronger || ab == sla.Same) && ac != ab {
			t.Fatalf("a to b and b to c are %s, a to c is %s", ab, ac)
		}
		if ab == sla.Same && ac != bc {
			t.Fatalf("a and b are the same, a to c is %s, b to c is %s", ac, bc)
		}
	})
}

// A quantity means the same in every unit it can be written in.
func TestUnitLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 100_000).Draw(t, "n")
		pair := rapid.SampledFrom([]struct {
			large, small string
			factor       int64
		}{{"min", "s", 60}, {"h", "min", 60}, {"d", "h", 24}, {"s", "ms", 1000}, {"y", "d", 365}, {"w", "d", 7}}).Draw(t, "units")
		if pair.large != "s" && pair.large != "min" {
			n = n%1000 + 1 // no promise is longer than a thousand years
		}
		write := func(n int64, unit string) sla.Quantity {
			promises, fs := sla.Parse([]sla.Property{{Property: "retention", Value: number(big.NewInt(n).String()), Unit: unit}}, nil, sla.Options{})
			if fs != nil {
				t.Fatal(fs)
			}
			return promises[0].Quantity
		}
		large, small := write(n, pair.large), write(n*pair.factor, pair.small)
		if way, ok := large.Compare(small); !ok || way != 0 || large.String() != small.String() {
			t.Fatalf("%s and %s differ", large, small)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range [][3]string{
		{"freshness", "5", "m"},
		{"ly", "PT5M", ""},
		{"throughput", "1e9", "MB/s"},
		{"av", "99.5%", ""},
		{"es", "2032-05-12T09:30:10-08:00", ""},
		{"timeOfAvailability", "09:00-08:00", ""},
		{"retention", "1e99", "y"},
		{"re", "P3Y6M", ""},
		{"servicehours", "9-5 CET", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, property, value, unit string) {
		p := sla.Property{ID: "p", Property: property, Value: text(value), Unit: unit, ValueExt: text(value)}
		slo := sla.Objective{ID: "p", Objective: text(value), Window: text(value), Interval: text(unit), Bound: unit}
		promises, fs := sla.Parse([]sla.Property{p}, []sla.Objective{slo}, sla.Options{})
		if len(promises) != 1 {
			t.Fatalf("%d promises of one property", len(promises))
		}
		one := promises[0]
		if !one.Readable && len(fs) == 0 {
			t.Fatal("not readable, and nobody says why")
		}
		if change, _ := sla.Compare(one, one); one.Readable && change != sla.Same {
			t.Fatalf("differs from itself: %s", change)
		}
		sla.Lint(promises, sla.Options{})
		// What is written out reads back as the same.
		if one.Readable && one.Quantity.Dimension == sla.Duration && !strings.Contains(one.Quantity.String(), ".") {
			again, _ := sla.Parse([]sla.Property{{ID: "p", Property: property, Value: text(one.Quantity.String())}}, nil, sla.Options{})
			if way, ok := one.Quantity.Compare(again[0].Quantity); !ok || way != 0 {
				t.Fatalf("%s reads back as %s", one.Quantity, again[0].Quantity)
			}
		}
	})
}
