package jsonschema

import (
	"fmt"
	"time"

	"github.com/dlclark/regexp2/v2"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	// maxPattern bounds a regular expression in bytes.
	maxPattern = 16 << 10
	// matchTimeout bounds one match, so that a pattern that backtracks without
	// end costs a moment and not a processor.
	matchTimeout = 100 * time.Millisecond
)

// Pattern is a compiled regular expression of "pattern" or
// "patternProperties".
type Pattern struct {
	source string
	re     *regexp2.Regexp
}

// CompilePattern reads a regular expression in the dialect of ECMA 262 with
// the u flag, which JSON Schema asks for. What only other dialects know, inline
// flags and \A above all, is read too: registries whose engine is Java's have
// stored such patterns.
func CompilePattern(source string) (*Pattern, error) {
	if len(source) > maxPattern {
		return nil, fmt.Errorf("regular expression has %d bytes, more than the %d allowed", len(source), maxPattern)
	}
	var first error
	for _, dialect := range []regexp2.RegexOptions{
		regexp2.ECMAScript | regexp2.Unicode, regexp2.ECMAScript, regexp2.None,
	} {
		re, err := regexp2.Compile(source, dialect)
		if err == nil {
			re.MatchTimeout = matchTimeout
			return &Pattern{source: source, re: re}, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, fmt.Errorf("regular expression is invalid: %w", first)
}

// String is the pattern as written.
func (p *Pattern) String() string { return p.source }

// Match reports whether the pattern matches anywhere in s. A match that takes
// too long is an error.
func (p *Pattern) Match(s string) (bool, error) {
	ok, err := p.re.MatchString(s)
	if err != nil {
		return false, fmt.Errorf("match regular expression %q: %w", p.source, err)
	}
	return ok, nil
}

// MatchString is Match for the validator, which knows no errors: a match that
// takes too long is none.
func (p *Pattern) MatchString(s string) bool {
	ok, err := p.Match(s)
	return err == nil && ok
}

// patternEngine gives the validator our regular expressions.
func patternEngine(source string) (validator.Regexp, error) {
	p, err := CompilePattern(source)
	if err != nil {
		return nil, err
	}
	return p, nil
}
