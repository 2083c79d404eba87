package openlineage

import (
	"strings"
	"time"
)

// zoned and zoneless are the spellings of eventTime seen in traffic. Fractions
// of any length are read with each of them. Java leaves out seconds that are
// zero.
var (
	zoned    = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00"}
	zoneless = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05"}
)

// earliest is when time began for the systems that send events. A time before
// it is that of a clock that was never set.
var earliest = time.Unix(0, 0).UTC()

// parseTime reads an eventTime, and reports whether it names its zone.
func parseTime(text string) (at time.Time, hasZone, ok bool) {
	text, _, _ = strings.Cut(text, "[") // Java adds the zone's name: +01:00[Europe/Paris]
	for _, layout := range zoned {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true, true
		}
	}
	for _, layout := range zoneless {
		if at, err := time.Parse(layout, text); err == nil {
			return at, false, true
		}
	}
	return time.Time{}, false, false
}

// eventTime returns when an event happened. One that comes from a clock ahead
// of ours happened at the latest when it was received: else nothing said later
// could take its place.
func eventTime(v value, received time.Time, n *notes) time.Time {
	text, isText := v.text()
	if !isText {
		n.add("eventTime", "%s, the time of receipt is taken", missingOr(v))
		return received
	}
	at, hasZone, ok := parseTime(text)
	switch {
	case !ok:
		n.add("eventTime", "not a time of RFC 3339, the time of receipt is taken")
		return received
	case at.Before(earliest):
		n.add("eventTime", "before 1970, the time of receipt is taken")
		return received
	case !hasZone:
		n.add("eventTime", "no zone, UTC is taken")
	}
	if at.After(received) {
		n.add("eventTime", "after it was received, the time of receipt is taken")
		return received
	}
	return at
}

// missingOr says that v is missing, or what it is instead of text.
func missingOr(v value) string {
	if len(v) == 0 {
		return "missing"
	}
	return v.kind()
}
