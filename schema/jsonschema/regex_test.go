package jsonschema

import (
	"strings"
	"testing"
	"time"
)

func TestCompilePattern(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, text string
		want          bool
	}{
		{`^x_`, "x_1", true},
		{`^x_`, "y", false},
		{`^(?!admin)[a-z]+$`, "adman", true},
		{`^(?!admin)[a-z]+$`, "admin", false},
		{`^\p{Lu}$`, "É", true},
		{`^\d$`, "٣", false},
		{`\-`, "-", true},
		{`^[\w.-]+@[\w.-]+$`, "a.b@c", true},
		{`(?i)^abc$`, "ABC", true},
		{`(?<year>\d{4})`, "2026", true},
	} {
		p, err := CompilePattern(tc.pattern)
		if err != nil {
			t.Errorf("CompilePattern(%q): %v", tc.pattern, err)
			continue
		}
		if got, err := p.Match(tc.text); err != nil || got != tc.want {
			t.Errorf("%q matches %q: %t, %v; want %t", tc.pattern, tc.text, got, err, tc.want)
		}
	}
}

func TestCompilePatternRefuses(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"(", "[a", "a{2,1}", strings.Repeat("a", maxPattern+1)} {
		if p, err := CompilePattern(pattern); err == nil {
			t.Errorf("CompilePattern(%.20q) = %v, want an error", pattern, p)
		}
	}
}

// Patterns that backtrack without end must neither hang nor match.
func TestHostilePatternTimesOut(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a", 60) + "!"
	for _, pattern := range []string{`^(a+)+$`, `^(a|a)*$`, `^(a|aa)+$`, `(.*)*x`, `((((a*)*)*)*)*$b`} {
		p, err := CompilePattern(pattern)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if p.MatchString(text) {
			t.Errorf("%q matches", pattern)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q took %s", pattern, took)
		}
	}
}

// Deeply nested patterns must compile or fail, and not exhaust the stack.
func TestNestedPattern(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", maxPattern/2) + strings.Repeat(")", maxPattern/2)
	if p, err := CompilePattern(deep); err == nil {
		p.MatchString("a")
	}
	if p, err := CompilePattern(strings.Repeat("(?=", maxPattern/4) + strings.Repeat(")", maxPattern/4)); err == nil {
		p.MatchString("a")
	}
	if p, err := CompilePattern(`(((((a{1000}){1000}){1000}){1000}){1000}){1000}`); err == nil {
		p.MatchString(strings.Repeat("a", 2000))
	}
}
