package contracts

import (
	"fmt"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/finding"
)

// contract judges whether the stream has a contract, and one that can be read.
func (j *judge) contract() {
	switch {
	case j.Contract != nil:
		j.filed()
	case j.inherits():
	case j.Schema == nil:
		j.streamRemoved()
	case j.Before != nil:
		j.release.need(MajorBump, "the contract is gone")
		j.add(j.inSchema(finding.Finding{
			Code: codeRemoved, Severity: finding.Error,
			Message: fmt.Sprintf("%s had the contract %s %s and has none any more", j.Subject, j.Before.ID, j.Before.VersionText),
			Hint:    "put the contract back; to end the stream, set its status to deprecated and later to retired",
		}, nil))
	default:
		j.add(j.inSchema(finding.Finding{
			Code: codeMissing, Severity: finding.Error,
			Message: fmt.Sprintf("%s has no contract: nobody owns it and nothing is promised", j.Subject),
			Hint:    "write one with 'accord init', or add a schema object with physicalName: " + topicOf(j.Subject) + " to a contract",
		}, nil))
	}
}

// topicOf is the topic that a subject's name speaks of.
func topicOf(subject string) string {
	if rest, qualified := strings.CutPrefix(subject, ":."); qualified {
		if _, own, whole := strings.Cut(rest, ":"); whole {
			subject = own
		}
	}
	return strings.TrimSuffix(subject, "-value")
}

// filed judges the contract as a document.
func (j *judge) filed() {
	c := j.Contract
	if c.Subject != j.Subject && !j.inherits() {
		j.add(j.inContract(finding.Finding{
			Code: codeSubject, Severity: finding.Error,
			Message: fmt.Sprintf("the contract describes %s and is filed under %s", c.Subject, j.Subject),
			Hint:    fmt.Sprintf("file it under %s, or set physicalName or the custom property subject", c.Subject),
		}, c.Stream.Path))
	}
	if j.inherits() {
		return
	}
	j.valid()
	if _, err := ParseVersion(c.VersionText); err != nil && c.VersionText != "" {
		j.add(j.inContract(finding.Finding{
			Code: codeBadVersion, Severity: finding.Error, Message: "the contract's version " + err.Error(),
			Hint: "set version: 1.0.0, and raise it with each change",
		}, "version"))
	}
	if _, known := ParseStatus(c.Document.Status); !known && c.Document.Status != "" {
		j.add(j.inContract(finding.Finding{
			Code: codeBadStatus, Severity: finding.Warning,
			Message: fmt.Sprintf("the status %q has no meaning here; the contract is judged as active", c.Document.Status),
			Hint:    fmt.Sprintf("use one of %s", joined(Statuses())),
		}, "status"))
	}
	switch {
	case j.Schema == nil && j.Previous != nil:
		j.streamRemoved()
	case j.Schema == nil:
		j.add(j.inContract(finding.Finding{
			Code: codeNoSchema, Severity: finding.Warning,
			Message: j.Subject + " has a contract and no schema",
			Hint:    "name its file: authoritativeDefinitions: [{type: implementation, url: ./" + topicOf(j.Subject) + ".avsc}], or register it",
		}, c.Stream.Path))
	}
}

// Elsewhere is the finding that a document has no contract for a subject.
func Elsewhere(doc *odcs.Document, subject string) finding.Finding {
	var described []string
	found, _ := Of(doc)
	for _, c := range found {
		described = append(described, c.Subject)
	}
	place := doc.Position("schema")
	f := finding.Finding{
		Code: codeSubject, Severity: finding.Error, Subject: subject, File: doc.Name(), Line: place.Line, Column: place.Column,
		Message: fmt.Sprintf("a contract for another subject: it describes no stream, not %s", subject),
		Hint:    "add a schema object with physicalName: " + topicOf(subject),
	}
	if len(described) > 0 {
		f.Message = fmt.Sprintf("a contract for another subject: it describes %s, not %s", strings.Join(described, ", "), subject)
		f.Hint = fmt.Sprintf("file it under %s, or set physicalName or the custom property subject", described[0])
	}
	return f
}

func joined[T ~string](of []T) string {
	texts := make([]string, len(of))
	for i, t := range of {
		texts[i] = string(t)
	}
	return strings.Join(texts, ", ")
}

// valid says once that the document has faults; which, odcs has said.
func (j *judge) valid() {
	var faults []string
	var first finding.Finding
	for _, f := range j.Contract.Document.Findings() {
		if f.Severity == finding.Error {
			if faults == nil {
				first = f
			}
			faults = append(faults, fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Message))
		}
	}
	if faults == nil {
		return
	}
	message := fmt.Sprintf("the contract is not valid ODCS: %s", first.Message)
	if more := len(faults) - 1; more > 0 {
		message += fmt.Sprintf(", and %d more", more)
	}
	j.add(finding.Finding{
		Code: codeInvalid, Severity: finding.Error, Message: message, Hint: "'accord contract validate' lists every fault",
		File: first.File, Line: first.Line, Column: first.Column, Evidence: faults[:min(len(faults), maxListed)],
	})
}

// maxListed bounds lists in evidence.
const maxListed = 5

// streamRemoved reports a stream that goes while something is still promised.
func (j *judge) streamRemoved() {
	c := j.Before
	if c == nil {
		c = j.Contract
	}
	if j.Previous == nil || c == nil || c.Status.stage().closed || !c.Status.stage().breaks.AtLeast(finding.Error) {
		return
	}
	f := finding.Finding{
		Code: codeStreamRemoved, Severity: finding.Error,
		Message: fmt.Sprintf("%s goes, and its contract %s %s still promises it", j.Subject, c.ID, c.VersionText),
		Hint:    "let the contract end first: status deprecated, then retired",
	}
	if j.Contract != nil {
		f = j.inContract(f, "status")
	}
	j.add(f)
}
