package report

import (
	"io"
	"net/url"
	"slices"

	"github.com/accordhq/accord/schema/finding"
)

// The parts of SARIF 2.1.0 (OASIS) that a report of ours has.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    finding.Code `json:"id"`
		Short *sarifText   `json:"shortDescription,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       finding.Code       `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
)

// SARIF returns the printer of SARIF 2.1.0, for code scanners. Version is that
// of this program.
func SARIF(version string) Printer {
	return func(w io.Writer, findings []finding.Finding) error {
		run := sarifRun{
			Tool:       sarifTool{sarifDriver{Name: "accord", Version: version, Rules: []sarifRule{}}},
			ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
		}
		for _, f := range findings {
			rule := slices.IndexFunc(run.Tool.Driver.Rules, func(r sarifRule) bool { return r.ID == f.Code })
			if rule < 0 {
				rule = len(run.Tool.Driver.Rules)
				run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleOf(f.Code))
			}
			run.Results = append(run.Results, resultOf(f, rule))
		}
		return writeJSON(w, sarifLog{
			Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
		})
	}
}

func ruleOf(code finding.Code) sarifRule {
	r := sarifRule{ID: code}
	if purpose := finding.Purpose(code); purpose != "" {
		r.Short = &sarifText{purpose}
	}
	return r
}

func resultOf(f finding.Finding, rule int) sarifResult {
	r := sarifResult{
		RuleID: f.Code, RuleIndex: rule, Level: "note", Message: sarifText{body(f)},
		Fingerprints: map[string]string{"accordKey/v1": string(f.Code) + " " + f.Subject + " " + f.Path},
	}
	switch f.Severity {
	case finding.Error:
		r.Level = "error"
	case finding.Warning:
		r.Level = "warning"
	case finding.Info:
	}
	var at sarifLocation
	if f.File != "" {
		at.Physical = &sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: f.File}).String()}}
		if f.Line > 0 {
			at.Physical.Region = &sarifRegion{StartLine: f.Line, StartColumn: max(f.Column, 0)}
		}
	}
	if f.Subject != "" {
		name := f.Subject
		if f.Path != "" {
			name += "#" + f.Path
		}
		at.Logical = []sarifLogical{{name}}
	}
	if at.Physical != nil || at.Logical != nil {
		r.Locations = []sarifLocation{at}
	}
	if f.Tolerated != nil {
		r.Suppressions = []sarifSuppression{{Kind: "external", Justification: f.Tolerated.Reason}}
	}
	return r
}
