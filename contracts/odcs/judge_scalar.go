package odcs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var stableID = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// scalar judges a value without parts.
func (j *judge) scalar(typ, path string, n *node) {
	switch typ {
	case "text":
		j.want(path, n, Text)
	case "bool":
		j.want(path, n, Bool)
	case "number":
		j.want(path, n, Number)
	case "integer":
		j.integer(path, n)
	case "size":
		if j.integer(path, n) && isNegative(n.text) {
			j.fault(CodeBadValue, path, n.at, fmt.Sprintf("%s is %s; it counts from 0", name(path), n.text), "")
		}
	case "positive":
		if j.want(path, n, Number) && (isNegative(n.text) || isZero(n.text)) {
			j.fault(CodeBadValue, path, n.at, fmt.Sprintf("%s is %s; it must be above 0", name(path), n.text), "")
		}
	case "scalar":
		j.want(path, n, Text, Number, Bool, Null)
	case "id":
		if j.want(path, n, Text) && !stableID.MatchString(n.text) {
			j.fault(CodeBadValue, path, n.at, fmt.Sprintf("the id %q is more than letters, digits, _ and -", clip(n.text)), "references name elements by their id, so it is kept plain")
		}
	case "date":
		j.time(path, n, "a date", "2026-01-31", time.DateOnly)
	case "dateTime":
		j.time(path, n, "a time", "2026-01-31T09:00:00Z", time.RFC3339, "2006-01-02T15:04:05Z0700")
	case "sftpURL":
		if j.want(path, n, Text) && !strings.HasPrefix(n.text, "sftp://") {
			j.fault(CodeBadValue, path, n.at, "the location of an sftp server begins with sftp://", "")
		}
	default:
		j.oneOf(typ, path, n)
	}
}

func (j *judge) integer(path string, n *node) bool {
	if !j.want(path, n, Number) {
		return false
	}
	if !isInteger(n.text) {
		j.fault(CodeWrongType, path, n.at, fmt.Sprintf("%s is %s; ODCS wants a whole number", name(path), clip(n.text)), "")
		return false
	}
	return true
}

// time warns of what is no date: the standard says so, and checks nothing.
func (j *judge) time(path string, n *node, what, example string, layouts ...string) {
	if !j.want(path, n, Text) {
		return
	}
	for _, layout := range layouts {
		if _, err := time.Parse(layout, n.text); err == nil {
			return
		}
	}
	j.warn(CodeBadValue, path, n.at, fmt.Sprintf("%s is %q, which is not %s of ISO 8601", name(path), clip(n.text), what), "write "+example)
}

// oneOf judges a word of an enumeration.
func (j *judge) oneOf(enumeration, path string, n *node) {
	if !j.want(path, n, Text) {
		return
	}
	words := enumerations[enumeration]
	if slices.Contains(words, n.text) {
		return
	}
	if full := dimensionSynonyms[n.text]; enumeration == "dimension" && full != "" {
		j.warn(CodeNotPortable, path, n.at, fmt.Sprintf("%s stands for %s in the text of the standard, not in its JSON Schema", n.text, full), "write "+full)
		return
	}
	hint := "write one of " + strings.Join(words, ", ")
	if near := nearestWord(n.text, words); near != "" {
		hint = "did you mean " + near + "?"
	}
	switch {
	case enumeration == "apiVersion":
		hint = "write v3.1.0: it is the version of the standard, not of the contract"
	case n.text == "":
		j.fault(CodeBadValue, path, n.at, name(path)+" is empty", hint)
		return
	}
	j.fault(CodeBadValue, path, n.at, fmt.Sprintf("%s is %q, which ODCS does not know", name(path), clip(n.text)), hint)
}

// names judges a list of different texts, at least one.
func (j *judge) names(path string, n *node) {
	if !j.want(path, n, List) {
		return
	}
	if len(n.slots) == 0 {
		j.fault(CodeBadValue, path, n.at, name(path)+" is an empty list", "name a property or remove the key")
	}
	seen := map[string]bool{}
	for i, s := range n.slots {
		at := path + "[" + strconv.Itoa(i) + "]"
		if !j.want(at, s.value, Text) {
			continue
		}
		if seen[s.value.text] {
			j.fault(CodeBadValue, at, s.value.at, fmt.Sprintf("%q stands twice in the list", clip(s.value.text)), "remove one of them")
		}
		seen[s.value.text] = true
	}
}

// bounds judges the two ends of a range.
func (j *judge) bounds(path string, n *node) {
	if !j.want(path, n, List) {
		return
	}
	if len(n.slots) != 2 {
		j.fault(CodeBadValue, path, n.at, fmt.Sprintf("%s is a list of %d; a range has two ends", name(path), len(n.slots)), "write [low, high]")
	}
	whole := len(n.slots) == 2
	for i, s := range n.slots {
		whole = j.want(path+"["+strconv.Itoa(i)+"]", s.value, Number) && whole
	}
	if whole && sameNumber(n.slots[0].value.text, n.slots[1].value.text) {
		j.fault(CodeBadValue, path, n.at, "the two ends of "+name(path)+" are the same number", "write mustBe or mustNotBe for one value")
	}
}
