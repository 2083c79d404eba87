package report

import (
	"encoding/json"
	"io"

	"github.com/accordhq/accord/schema/finding"
)

// Document is what JSON prints, and what larger documents embed. Its fields
// are a promise: some may be added, none is renamed.
type Document struct {
	// Findings is never null.
	Findings []finding.Finding `json:"findings"`
	Summary  Summary           `json:"summary"`
}

// NewDocument counts findings.
func NewDocument(findings []finding.Finding) Document {
	if findings == nil {
		findings = []finding.Finding{}
	}
	return Document{Findings: findings, Summary: Summarize(findings)}
}

// JSON prints a Document, indented by two spaces. It is a Printer.
func JSON(w io.Writer, findings []finding.Finding) error {
	return writeJSON(w, NewDocument(findings))
}

// writeJSON prints a value, indented by two spaces.
func writeJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
