package rules

import (
	"slices"

	"github.com/accordhq/accord/schema/finding"
)

// suggestCost is what looking for a name takes from the budget.
const suggestCost = 200

// suggest is nearest within the budget of the check.
func (c *checker) suggest(name string, candidates []string) string {
	if !c.spend(suggestCost) {
		return ""
	}
	return nearest(name, candidates)
}

// nearest is the candidate that a misspelt name most likely means, "" if none
// is near: at most a third of its letters may differ, case aside. Only so many
// candidates are looked at.
func nearest(name string, candidates []string) string {
	const longest, most = 100, 1000
	if len(name) == 0 || len(name) > longest {
		return ""
	}
	best, limit := "", max(1, len(name)/3)
	name = plain(name)
	for _, c := range slices.Sorted(slices.Values(candidates[:min(len(candidates), most)])) {
		if len(c) > longest {
			continue
		}
		if d := finding.Distance(name, plain(c)); d <= limit {
			best, limit = c, d-1
		}
	}
	return best
}

// plain is a name without what costs nothing: case and underscores.
func plain(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_':
		case 'A' <= c && c <= 'Z':
			out = append(out, c+'a'-'A')
		default:
			out = append(out, c)
		}
	}
	return string(out)
}
