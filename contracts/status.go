package contracts

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// Status is how far the life of a contract has come.
type Status string

// The statuses, in the order of a life.
const (
	Proposed   Status = "proposed"
	Draft      Status = "draft"
	Active     Status = "active"
	Deprecated Status = "deprecated"
	Retired    Status = "retired"
)

// stage is what a status allows.
type stage struct {
	status Status
	// next are the statuses that may follow; staying is always allowed.
	next []Status
	// debt is the most that a gap counts for: no documentation, owner or
	// service level, or a contract and a schema that contradict one another.
	debt finding.Severity
	// breaks is the most that breaking what was promised counts for.
	breaks finding.Severity
	// frozen: the schema may change compatibly alone, in both directions.
	frozen bool
	// closed: no schema version may follow.
	closed bool
}

// stages are the life of a contract. Before it is active nothing is promised, so
// gaps warn and nothing can be broken. An active contract ends by way of
// deprecated, so that its consumers hear of it. A retired one is history: gaps
// are shown, and nothing is registered any more.
var stages = []stage{
	{Proposed, []Status{Draft, Active, Retired}, finding.Warning, finding.Info, false, false},
	{Draft, []Status{Proposed, Active, Retired}, finding.Warning, finding.Info, false, false},
	{Active, []Status{Deprecated}, finding.Error, finding.Error, false, false},
	{Deprecated, []Status{Active, Retired}, finding.Error, finding.Error, true, false},
	{Retired, nil, finding.Info, finding.Info, true, true},
}

// Statuses lists the statuses in the order of a life.
func Statuses() []Status {
	out := make([]Status, len(stages))
	for i, s := range stages {
		out[i] = s.status
	}
	return out
}

// ParseStatus reads a status in any case. ODCS leaves the text free: for any
// other, it returns Active, the strictest, and false.
func ParseStatus(text string) (Status, bool) {
	for _, s := range stages {
		if strings.EqualFold(strings.TrimSpace(text), string(s.status)) {
			return s.status, true
		}
	}
	return Active, false
}

// MayBecome reports whether a contract of status s may be given another.
func (s Status) MayBecome(next Status) bool {
	return s == next || slices.Contains(s.stage().next, next)
}

func (s Status) stage() stage {
	for _, st := range stages {
		if st.status == s {
			return st
		}
	}
	return Active.stage()
}

// weaker is the weaker of two severities.
func weaker(a, b finding.Severity) finding.Severity {
	if a.AtLeast(b) {
		return b
	}
	return a
}
