package sla

import (
	"slices"
	"strings"
)

// Kind is what a service level promises, spelled as in ODCS. A property that is
// none of these is free text there, and its kind is "".
type Kind string

// The kinds of service levels (contracts reference 5.1).
const (
	Freshness           Kind = "freshness"
	Latency             Kind = "latency"
	Frequency           Kind = "frequency"
	Throughput          Kind = "throughput"
	Completeness        Kind = "completeness"
	Validity            Kind = "validity"
	ErrorRate           Kind = "errorRate"
	Availability        Kind = "availability"
	Retention           Kind = "retention"
	TimeToDetect        Kind = "timeToDetect"
	TimeToNotify        Kind = "timeToNotify"
	TimeToRepair        Kind = "timeToRepair"
	GeneralAvailability Kind = "generalAvailability"
	EndOfSupport        Kind = "endOfSupport"
	EndOfLife           Kind = "endOfLife"
	TimeOfAvailability  Kind = "timeOfAvailability"
)

// direction says which way a value gets weaker.
type direction int

const (
	up   direction = iota // a larger or later value promises less
	down                  // a smaller or earlier value promises less
)

// vocabulary is what is known of one kind.
type vocabulary struct {
	kind Kind
	// short is the standard's two letters, "" if it has none.
	short      string
	dimensions []Dimension
	weaker     direction
	// example is a value and unit to show.
	example string
	// bounded: the value may be a maximum or both, see Objective.Bound.
	bounded bool
}

var kinds = []vocabulary{
	{Freshness, "", []Dimension{Duration}, up, "value: 5, unit: min", false},
	{Latency, "ly", []Dimension{Duration}, up, "value: 500, unit: ms", false},
	{Frequency, "fy", []Dimension{Duration}, up, "value: 15, unit: min", false},
	{Throughput, "th", []Dimension{Rate, ByteRate}, down, "value: 200, unit: 1/s", true},
	{Completeness, "", []Dimension{Share}, down, "value: 99.5, unit: '%'", false},
	{Validity, "", []Dimension{Share}, down, "value: 99.9, unit: '%'", false},
	{ErrorRate, "er", []Dimension{Share}, up, "value: 0.1, unit: '%'", false},
	{Availability, "av", []Dimension{Share}, down, "value: 99.9, unit: '%'", false},
	{Retention, "re", []Dimension{Duration}, down, "value: 7, unit: d", true},
	{TimeToDetect, "td", []Dimension{Duration}, up, "value: 15, unit: min", false},
	{TimeToNotify, "tn", []Dimension{Duration}, up, "value: 30, unit: min", false},
	{TimeToRepair, "tr", []Dimension{Duration}, up, "value: 4, unit: h", false},
	{GeneralAvailability, "ga", []Dimension{Moment}, up, "value: '2026-01-31'", false},
	{EndOfSupport, "es", []Dimension{Moment}, down, "value: '2031-12-31'", false},
	{EndOfLife, "el", []Dimension{Moment}, down, "value: '2032-12-31'", false},
	{TimeOfAvailability, "", []Dimension{TimeOfDay, LocalTimeOfDay}, up, "value: '09:00+01:00'", false},
}

// vocabularyOf finds what is known of a kind.
func vocabularyOf(k Kind) (vocabulary, bool) {
	i := slices.IndexFunc(kinds, func(v vocabulary) bool { return v.kind == k })
	if i < 0 {
		return vocabulary{}, false
	}
	return kinds[i], true
}

// ParseKind reads a property's name in any case, with or without separators, or
// as the standard's two letters; false if it is none of the known kinds.
func ParseKind(property string) (Kind, bool) {
	folded := fold(property)
	for _, v := range kinds {
		if folded == fold(string(v.kind)) || folded == v.short && v.short != "" {
			return v.kind, true
		}
	}
	return "", false
}

// fold brings a name to lower case without separators.
func fold(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

// nearest is the known kind that a name may have meant, "" if none is close.
func nearest(property string) Kind {
	folded := fold(property)
	if len(folded) < 4 || len(folded) > 40 {
		return ""
	}
	best, least := Kind(""), 3
	for _, v := range kinds {
		if d := distance(folded, fold(string(v.kind))); d < least {
			best, least = v.kind, d
		}
	}
	return best
}

// distance is the number of letters to change, add or take away between two
// short names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
