package report

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// qualityIssue is one entry of a Code Quality report (GitLab, "Code Quality",
// custom tools).
type qualityIssue struct {
	Description string          `json:"description"`
	CheckName   finding.Code    `json:"check_name"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

type qualityLines struct {
	Begin int `json:"begin"`
}

// GitLab prints a Code Quality report, which GitLab shows in merge requests. A
// fingerprint is the finding's key, so that a finding whose line moves stays the
// same one. It is a Printer.
func GitLab(w io.Writer, findings []finding.Finding) error {
	issues := []qualityIssue{}
	seen := map[string]int{}
	for _, f := range findings {
		key := strings.Join([]string{string(f.Code), f.Subject, f.Path, f.File}, "\x00")
		seen[key]++
		sum := sha256.Sum256([]byte(key + strings.Repeat("\x00", seen[key])))
		issues = append(issues, qualityIssue{
			Description: body(f), CheckName: f.Code, Fingerprint: hex.EncodeToString(sum[:16]), Severity: qualitySeverity(f),
			Location: qualityLocation{Path: whereabouts(f), Lines: qualityLines{Begin: max(f.Line, 1)}},
		})
	}
	return writeJSON(w, issues)
}

func qualitySeverity(f finding.Finding) string {
	switch {
	case f.Tolerated != nil:
		return "info"
	case f.Severity == finding.Error:
		return "critical"
	case f.Severity == finding.Warning:
		return "minor"
	}
	return "info"
}

// whereabouts is the file of a finding, for readers that want one at any rate.
func whereabouts(f finding.Finding) string {
	if f.File != "" {
		return f.File
	}
	return "accord.yaml"
}
