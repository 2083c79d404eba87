package odcs

// nearest is the key that was likely meant, "" if none is close.
func nearest(key string, fields []field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return nearestWord(key, names)
}

// nearestWord is the word with the fewest letters to change, "" if that would
// be more than a third of them. Case costs nothing.
func nearestWord(text string, words []string) string {
	const longest = 40
	if text == "" || len(text) > longest {
		return ""
	}
	limit := max(1, len(text)/3)
	if len(text) < 3 {
		limit = 0
	}
	best, least := "", limit+1
	for _, word := range words {
		if d := distance(lower(text), lower(word)); d < least {
			best, least = word, d
		}
	}
	return best
}

func lower(text string) string {
	out := []byte(text)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}

// distance counts the letters to insert, remove, replace or swap with their
// neighbour to get from one word to the other.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := before
		before, row = row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(before[j]+cost, before[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], last[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
