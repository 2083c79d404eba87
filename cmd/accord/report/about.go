package report

import "strings"

// About says what a report is about.
type About struct {
	// What is said instead, if it is not about streams: "2 files".
	What string
	// Streams is how many streams were looked at.
	Streams int
	// Against is what they were compared with, empty for nothing.
	Against []string
}

// String says it in words: "3 streams against git#main".
func (a About) String() string {
	if a.What != "" {
		return a.What
	}
	streams := Count(a.Streams, "stream", "streams")
	if len(a.Against) == 0 {
		return streams + " as they are, compared with nothing"
	}
	return streams + " against " + Printable(strings.Join(a.Against, " and "), false)
}
