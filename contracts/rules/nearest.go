package rules

import "slices"

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
	for _, c := range slices.Sorted(slices.Values(candidates[:min(len(candidates), most)])) {
		if len(c) > longest {
			continue
		}
		if d := distance(name, c); d <= limit {
			best, limit = c, d-1
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to come from a to b. A difference in case, or an underscore, costs
// nothing.
func distance(a, b string) int {
	a, b = plain(a), plain(b)
	older, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, above, row = above, row, older
	}
	return above[len(b)]
}

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
