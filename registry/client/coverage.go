package client

import (
	"context"

	"github.com/accordhq/accord/schema/finding"
)

// CoverageReport counts what streams have of what they owe, as a whole, by team
// and by subject.
type CoverageReport struct {
	Total Coverage `json:"total"`
	// Teams are in the order of their names; what nobody owns comes first.
	Teams   []TeamCoverage   `json:"teams"`
	Streams []StreamCoverage `json:"streams"`
}

// TeamCoverage is the coverage of the subjects that a team owns.
type TeamCoverage struct {
	Team string `json:"team"`
	Coverage
}

// StreamCoverage is the coverage of one subject. A subject that lives by the
// contract of another, as keys do, counts its documentation alone.
type StreamCoverage struct {
	Subject string `json:"subject"`
	Team    string `json:"team,omitempty"`
	// Governance is the mode that holds: enforce, advise or off.
	Governance string `json:"governance"`
	Coverage
}

// Coverage counts streams, and of those the ones that have a contract at all,
// one that is active or deprecated, an owner who is there, a support channel, a
// service level; Complete have all of these and useful words on every element.
// Broken have a promise that a change broke and that is not whole again.
type Coverage struct {
	Streams       int                   `json:"streams"`
	Contract      int                   `json:"contract"`
	InForce       int                   `json:"inForce"`
	Owner         int                   `json:"owner"`
	Support       int                   `json:"support"`
	SLA           int                   `json:"sla"`
	Complete      int                   `json:"complete"`
	Broken        int                   `json:"broken"`
	Documentation DocumentationCoverage `json:"documentation"`
}

// DocumentationCoverage counts the elements of schemas that need words, those
// that have any and those whose words say something.
type DocumentationCoverage struct {
	Required   int `json:"required"`
	Documented int `json:"documented"`
	Useful     int `json:"useful"`
	// Gaps are the elements that are not useful; only streams list them.
	Gaps []DocumentationGap `json:"gaps,omitempty"`
}

// DocumentationGap is an element without useful words, at its place in the
// latest schema.
type DocumentationGap struct {
	Path   string       `json:"path"`
	Code   finding.Code `json:"code"`
	Line   int          `json:"line,omitempty"`
	Column int          `json:"column,omitempty"`
}

// Coverage counts what the subjects of a prefix have; "" and ":*:" are all
// contexts.
func (c *Client) Coverage(ctx context.Context, prefix string) (CoverageReport, error) {
	var out CoverageReport
	err := c.json(ctx, get(query{}.text("subjectPrefix", prefix), "accord", "v1", "coverage"), &out)
	return out, err
}
