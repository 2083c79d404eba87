package finding

import "strings"

// match reports whether a text fits a pattern, in time proportional to the
// product of their lengths. A star stands for any text; in a path, one star
// stands for text without a dot and two for any.
func match(pattern, text string, path bool) bool {
	if !strings.Contains(pattern, "*") {
		return pattern == text
	}
	// fits[i] says that the pattern so far fits text[:i].
	fits := make([]bool, len(text)+1)
	fits[0] = true
	for len(pattern) > 0 {
		stars := len(pattern) - len(strings.TrimLeft(pattern, "*"))
		if stars == 0 {
			literal, rest := pattern, ""
			if i := strings.IndexByte(pattern, '*'); i >= 0 {
				literal, rest = pattern[:i], pattern[i:]
			}
			fits = appendLiteral(fits, text, literal)
			pattern = rest
			continue
		}
		spread(fits, text, path && stars == 1)
		pattern = pattern[stars:]
	}
	return fits[len(text)]
}

// appendLiteral moves every place that fits past a literal.
func appendLiteral(fits []bool, text, literal string) []bool {
	next := make([]bool, len(fits))
	for i, fit := range fits {
		if fit && strings.HasPrefix(text[i:], literal) {
			next[i+len(literal)] = true
		}
	}
	return next
}

// spread lets every place that fits reach on, up to the next dot if asked.
func spread(fits []bool, text string, step bool) {
	for i := range len(text) {
		if fits[i] && (!step || text[i] != '.') {
			fits[i+1] = true
		}
	}
}
