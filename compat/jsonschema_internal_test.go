package compat

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/schema/jsontree"
)

// The matching is compared with one found by trying everything.
func TestMaximumMatching(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		right := rapid.IntRange(0, 6).Draw(t, "right")
		edges := make([][]int, rapid.IntRange(0, 6).Draw(t, "left"))
		for i := range edges {
			for j := range right {
				if rapid.Bool().Draw(t, "edge") {
					edges[i] = append(edges[i], j)
				}
			}
		}
		partner, size := maximumMatching(edges, right)
		taken, count := map[int]bool{}, 0
		for i, j := range partner {
			if j < 0 {
				continue
			}
			count++
			if taken[j] || !slices.Contains(edges[i], j) {
				t.Fatalf("%v: %d may not have %d", edges, i, j)
			}
			taken[j] = true
		}
		if want := bestMatching(edges, map[int]bool{}); size != want || count != want {
			t.Fatalf("%v: %d pairs of which %d are listed, want %d", edges, size, count, want)
		}
	})
}

func bestMatching(edges [][]int, taken map[int]bool) int {
	if len(edges) == 0 {
		return 0
	}
	best := bestMatching(edges[1:], taken)
	for _, j := range edges[0] {
		if !taken[j] {
			taken[j] = true
			best = max(best, 1+bestMatching(edges[1:], taken))
			taken[j] = false
		}
	}
	return best
}

func TestDecimals(t *testing.T) {
	t.Parallel()
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if !okX || !okY {
			t.Fatalf("%q and %q are no numbers", a, b)
		}
		if got, want := parseDecimal(a).compare(parseDecimal(b)), x.Cmp(y); got != want {
			t.Fatalf("%s against %s is %d, want %d", a, b, got, want)
		}
		if x.Sign() == 0 || y.Sign() == 0 {
			return
		}
		if got, want := parseDecimal(a).multipleOf(parseDecimal(b)), x.Quo(x, y).IsInt(); got != want {
			t.Fatalf("%s is a multiple of %s: %t, want %t", a, b, got, want)
		}
	})
	if parseDecimal("1e99999999999999999999").compare(parseDecimal("2e-99999999999999999999")) <= 0 {
		t.Error("numbers past every exponent are not in order")
	}
}

// Every kind has one verdict and a sentence.
func TestJSONKinds(t *testing.T) {
	t.Parallel()
	for _, list := range [][]string{jsonCompatibleKinds, jsonLenientKinds} {
		if !slices.IsSorted(list) {
			t.Errorf("not sorted: %v", list)
		}
		for _, kind := range list {
			got := describeJSON(kind, "#/p", NewReadsOld)
			if !strings.Contains(got, "'#/p'") || strings.ContainsAny(got, "{}") {
				t.Errorf("%s is described as %q", kind, got)
			}
		}
	}
	for _, kind := range jsonLenientKinds {
		if slices.Contains(jsonCompatibleKinds, kind) {
			t.Errorf("%s has two verdicts", kind)
		}
	}
}

func TestSameValue(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{`1`, `1.0`, true},
		{`10`, `1e1`, true},
		{`0`, `-0.0`, true},
		{`1`, `"1"`, false},
		{`[1,2]`, `[2,1]`, false},
		{`{"a":1,"b":[null]}`, `{"b":[null],"a":1.00}`, true},
		{`{"a":1}`, `{"a":1,"b":1}`, false},
		{`""`, `null`, false},
	} {
		a, err := jsontree.Parse(tc.a, jsontree.Options{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := jsontree.Parse(tc.b, jsontree.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := sameValue(a, b); got != tc.want {
			t.Errorf("%s and %s are the same: %t, want %t", tc.a, tc.b, got, tc.want)
		}
	}
}
