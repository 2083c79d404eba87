package schema_test

import (
	"strings"
	"testing"

	"github.com/accordhq/accord/schema"
)

func TestTagPattern(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"eve", "eve", true},
		{"eve", "steve", false},
		{"eve*", "eve", true},
		{"a*.bob.e*", "alice.bob.eve", true},
		{"a*", "alice.bob", false},
		{"a**", "alice.bob.eve", true},
		{"alice.bob*", "alice.bob.eve", false},
		{"alice.bob**", "alice.bob.eve", true},
		{"**.eve", "alice.bob.eve", true},
		{"**.eve", "eve", false},
		{"**.*", "eve", true}, // the same as **
		{"**", "alice.bob", true},
		{"al?ce", "alice", true},
		{"al?ce", "al.ce", false},
		{"$.a.b", "$.a.b", true},
		{"$.a.b", "$xaxb", false},
		{"a+(b)|{c}^", "a+(b)|{c}^", true},
		{`a\*`, "a*", true},
		{`a\*`, "ab", false},
		{`a\`, `a\`, true},
		{"$.items[*].email", "$.items[0].email", false}, // brackets are a set of characters
		{"$.items*.email", "$.items[0].email", true},
		{`$.items\[0\].email`, "$.items[0].email", true},
		{"[ab]", "a", true},
		{"[", "[", false}, // no client can compile it
		{"", "", true},
		{strings.Repeat("*", 1001), "a", false},
	} {
		if got := schema.CompileTagPattern(tt.pattern).Match(tt.name); got != tt.want {
			t.Errorf("%q matches %q: %v", tt.pattern, tt.name, got)
		}
	}
}

func FuzzTagPattern(f *testing.F) {
	for _, seed := range []string{"**.email", "a.*.c", "$.items[0].x", `a\`, "[", "?*?", "**.**", "\xff"} {
		f.Add(seed, "a.b.c")
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		p := schema.CompileTagPattern(pattern)
		if p.Match(name) && !p.MatchElement(name) {
			t.Errorf("%q matches %q and not as an element", pattern, name)
		}
		if plain := !strings.ContainsAny(pattern, `*?\[]`); plain && len(pattern) <= 1000 && p.Match(name) != (pattern == name) {
			t.Errorf("%q has no wildcard and matches %q: %v", pattern, name, p.Match(name))
		}
	})
}

// A quoted name is a pattern of that name alone.
func TestQuoteTagPattern(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"com.acme.Order.id", "$.a*b", "$.a[0]", `$.back\slash`, "$.what?", "$.a(b)|c"} {
		p := schema.CompileTagPattern(schema.QuoteTagPattern(name))
		if !p.Match(name) || p.Match(name+"x") || p.Match("$.aXb") {
			t.Errorf("%q is quoted as %q", name, schema.QuoteTagPattern(name))
		}
	}
}
