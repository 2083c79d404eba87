package docs

import (
	"slices"
	"strings"
	"unicode"
)

// words splits names and sentences into lower-case words: at everything that is
// no letter or digit, between letters and digits, and where camel case turns.
func words(s string) []string {
	var out []string
	runes := []rune(possessive.Replace(s))
	start := -1
	for i, r := range runes {
		if start >= 0 && turns(runes, i) {
			out = append(out, strings.ToLower(string(runes[start:i])))
			start = -1
		}
		if start < 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			start = i
		}
	}
	if start >= 0 {
		out = append(out, strings.ToLower(string(runes[start:])))
	}
	return out
}

// possessive takes the letter away that is no word.
var possessive = strings.NewReplacer("'s ", " ", "’s ", " ")

// turns reports whether a word that is under way ends before the rune at i:
// "orderId", "HTTPServer", "line2".
func turns(runes []rune, i int) bool {
	r, before := runes[i], runes[i-1]
	switch {
	case unicode.IsDigit(r):
		return !unicode.IsDigit(before)
	case !unicode.IsLetter(r):
		return !unicode.IsMark(r)
	case unicode.IsDigit(before):
		return true
	case unicode.IsUpper(r):
		followed := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		return !unicode.IsUpper(before) || followed && !pluralInitials(runes, i)
	}
	return false
}

// pluralInitials reports whether the rune at i ends initials in the plural:
// "IDs", "URLs".
func pluralInitials(runes []rune, i int) bool {
	return runes[i+1] == 's' && (i+2 == len(runes) || !unicode.IsLetter(runes[i+2]))
}

// countWords counts the words a reader sees. Scripts that write without spaces
// count a word for every two letters.
func countWords(s string) int {
	n, dense := 0, 0
	for word := range strings.FieldsSeq(s) {
		spaced := false
		for _, r := range word {
			switch {
			case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
				dense++
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				spaced = true
			}
		}
		if spaced {
			n++
		}
	}
	return n + (dense+1)/2
}

// stem brings a word's forms together: plurals, -ed and -ing, and the
// abbreviations that names are made of.
func stem(w string) string {
	if long, ok := abbreviations[w]; ok {
		return long
	}
	for _, end := range []struct{ suffix, with string }{{"ies", "y"}, {"sses", "ss"}, {"ing", ""}, {"ed", ""}, {"es", ""}, {"s", ""}, {"e", ""}} {
		base, ok := strings.CutSuffix(w, end.suffix)
		if !ok || len(base) < 3 || end.suffix == "s" && strings.HasSuffix(base, "s") {
			continue
		}
		w = strings.TrimSuffix(base+end.with, "e")
		break
	}
	return w
}

// wordSet is a set of stems.
type wordSet map[string]bool

// setOf makes a set of the words in the given texts.
func setOf(texts ...string) wordSet {
	set := wordSet{}
	for _, text := range texts {
		for _, w := range words(text) {
			set[stem(w)] = true
		}
	}
	return set
}

// holdsAll reports whether every word is in one of the sets.
func holdsAll(ws []string, sets ...wordSet) bool {
	for _, w := range ws {
		w = stem(w)
		held := false
		for _, set := range sets {
			held = held || set[w]
		}
		if !held {
			return false
		}
	}
	return true
}

// anyIn reports whether one of the words is in a set of words as they are.
func anyIn(set map[string]bool, ws []string) bool {
	return slices.ContainsFunc(ws, func(w string) bool { return set[w] })
}

// holdsAny reports whether one of the words is in the set.
func (s wordSet) holdsAny(ws []string) bool {
	for _, w := range ws {
		if s[stem(w)] {
			return true
		}
	}
	return false
}

// abbreviations are written out as the stem of what they stand for.
var abbreviations = map[string]string{
	"identifier": "id", "identifiers": "id", "ids": "id", "identity": "id", "identification": "id", "identifies": "id",
	"ts": "timestamp", "timestamps": "timestamp", "datetime": "timestamp",
	"num": "number", "nbr": "number", "no": "number", "nr": "number",
	"qty": "quantity", "quantities": "quantity", "amt": "amount", "desc": "description", "descr": "description",
	"addr": "address", "addresses": "address", "msg": "messag", "cfg": "config", "configuration": "config",
	"src": "sourc", "dst": "destination", "dest": "destination", "cnt": "count", "pct": "percent", "percentage": "percent",
	"org": "organization", "dept": "department", "emp": "employe", "cust": "customer", "acct": "account",
	"ref": "referenc", "cat": "category", "img": "imag", "lat": "latitud", "lon": "longitud", "lng": "longitud",
	"temp": "temperatur", "max": "maximum", "min": "minimum", "avg": "averag", "cur": "current", "curr": "currency",
}
