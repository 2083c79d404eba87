package schema

import (
	"regexp"
	"strings"
)

// maxTagPattern is the longest tag pattern that is compiled.
const maxTagPattern = 1_000

// TagPattern is a key of Metadata.Tags: which fields the tags are for. The zero
// TagPattern matches the empty name.
type TagPattern struct {
	source string
	// re is nil for a pattern without wildcards, which is a full name, and for a
	// broken one.
	re *regexp.Regexp
	// any is the pattern with every array index as 0, as elements have them.
	any    *regexp.Regexp
	broken bool
}

// CompileTagPattern reads a pattern of metadata.tags as Confluent's clients do
// (contracts reference 3.5): "?" is one character and "*" any run of them
// within a name, "**" a run across dots, and "**.*" is "**". Brackets are not
// quoted by them, so "[*]" is a set of characters and no array index. A pattern
// they cannot compile matches nothing.
func CompileTagPattern(source string) TagPattern {
	if len(source) > maxTagPattern {
		return TagPattern{source: source, broken: true}
	}
	if !strings.ContainsAny(source, tagPatternSpecials) {
		return TagPattern{source: source}
	}
	re, err := regexp.Compile(tagPatternRegexp(source))
	if err != nil {
		return TagPattern{source: source, broken: true}
	}
	p := TagPattern{source: source, re: re, any: re}
	if zeroed := arrayIndex.ReplaceAllString(source, `\[0\]`); zeroed != source {
		if p.any, err = regexp.Compile(tagPatternRegexp(zeroed)); err != nil {
			p.any = re
		}
	}
	return p
}

// tagPatternSpecials are the characters that do not stand for themselves.
const tagPatternSpecials = `*?\[]`

// QuoteTagPattern is the pattern that matches a full name and nothing else.
func QuoteTagPattern(fullName string) string {
	if !strings.ContainsAny(fullName, tagPatternSpecials) {
		return fullName
	}
	var b strings.Builder
	for i := range len(fullName) {
		if strings.IndexByte(tagPatternSpecials, fullName[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(fullName[i])
	}
	return b.String()
}

// arrayIndex is an index in a pattern, escaped as it must be to be one.
var arrayIndex = regexp.MustCompile(`\\\[\d+\\?\]`)

func tagPatternRegexp(source string) string {
	var b strings.Builder
	b.WriteString(`\A(?:`)
	source = strings.ReplaceAll(source, "**.*", "**")
	for i := 0; i < len(source); i++ {
		switch c := source[i]; c {
		case '*':
			if i+1 < len(source) && source[i+1] == '*' {
				b.WriteString(`.*`)
				i++
			} else {
				b.WriteString(`[^.]*`)
			}
		case '?':
			b.WriteString(`[^.]`)
		case '.', '+', '{', '}', '(', ')', '|', '^', '$':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\\':
			if i+1 < len(source) {
				i++
				b.WriteString(regexp.QuoteMeta(source[i : i+1]))
			} else {
				b.WriteString(`\\`)
			}
		default:
			b.WriteByte(c)
		}
	}
	b.WriteString(`)\z`)
	return b.String()
}

// Broken reports whether no client can compile the pattern.
func (p TagPattern) Broken() bool { return p.broken }

// Wild reports whether the pattern may match several names.
func (p TagPattern) Wild() bool { return p.re != nil }

// Match reports whether a full name of a record's data fits.
func (p TagPattern) Match(fullName string) bool {
	if p.re == nil {
		return !p.broken && p.source == fullName
	}
	return p.re.MatchString(fullName)
}

// MatchElement is Match for the full name of an element of a schema, which has
// 0 for every index.
func (p TagPattern) MatchElement(fullName string) bool {
	return p.Match(fullName) || p.any != nil && p.any.MatchString(fullName)
}
