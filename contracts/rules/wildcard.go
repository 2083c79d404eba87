package rules

import (
	"regexp"
	"strings"
)

// maxWildcard is the longest tag pattern that is compiled.
const maxWildcard = 1_000

// wildcard is a compiled tag pattern.
type wildcard struct {
	source string
	// re is nil for a pattern without wildcards, which is a full name, and for a
	// broken one.
	re *regexp.Regexp
	// any is the pattern with every array index as 0, as elements have them.
	any    *regexp.Regexp
	broken bool
}

// compileWildcard reads a pattern of metadata.tags as Confluent's clients do
// (contracts reference 3.5): "?" is one character and "*" any run of them
// within a name, "**" a run across dots, and "**.*" is "**". Brackets are not
// quoted by them, so "[*]" is a set of characters and no array index. A pattern
// they cannot compile matches nothing.
func compileWildcard(source string) wildcard {
	if len(source) > maxWildcard {
		return wildcard{source: source, broken: true}
	}
	if !strings.ContainsAny(source, `*?\[]`) {
		return wildcard{source: source}
	}
	re, err := regexp.Compile(wildcardRegexp(source))
	if err != nil {
		return wildcard{source: source, broken: true}
	}
	w := wildcard{source: source, re: re, any: re}
	if zeroed := arrayIndex.ReplaceAllString(source, `\[0\]`); zeroed != source {
		if w.any, err = regexp.Compile(wildcardRegexp(zeroed)); err != nil {
			w.any = re
		}
	}
	return w
}

// arrayIndex is an index in a pattern, escaped as it must be to be one.
var arrayIndex = regexp.MustCompile(`\\\[\d+\\?\]`)

func wildcardRegexp(source string) string {
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

// match reports whether a full name of a record's data fits.
func (w wildcard) match(fullName string) bool {
	if w.re == nil {
		return !w.broken && w.source == fullName
	}
	return w.re.MatchString(fullName)
}

// matchElement is match for the full name of an element, which has 0 for every
// index.
func (w wildcard) matchElement(fullName string) bool {
	return w.match(fullName) || w.any != nil && w.any.MatchString(fullName)
}
