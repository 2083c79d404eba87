package finding

import "strings"

// MatchName reports whether a name fits a pattern in which a star stands for
// any text.
func MatchName(pattern, name string) bool {
	head, pattern, starred := strings.Cut(pattern, "*")
	name, ok := strings.CutPrefix(name, head)
	for ok && starred {
		var part string
		part, pattern, starred = strings.Cut(pattern, "*")
		if !starred {
			return strings.HasSuffix(name, part)
		}
		_, name, ok = strings.Cut(name, part)
	}
	return ok && name == ""
}

// matchPath reports whether a path fits a pattern, in time proportional to the
// product of their lengths. One star stands for text without a dot, two for
// any.
func matchPath(pattern, text string) bool {
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
		spread(fits, text, stars == 1)
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
