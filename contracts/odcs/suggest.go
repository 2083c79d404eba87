package odcs

import "github.com/accordhq/accord/schema/finding"

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
		if d := finding.Distance(lower(text), lower(word)); d < least {
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
