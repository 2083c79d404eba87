package transfer

import (
	"fmt"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// What an import has to say.
var (
	codeConflict = finding.Claim("IMPORT_CONFLICT",
		"the target has something else in this place, which stays")
	codeRefused = finding.Claim("IMPORT_REFUSED",
		"the target cannot store it")
	codeUnparsed = finding.Claim("IMPORT_UNPARSED",
		"a schema is kept as a text that no parser takes: it can be read, and not compared with")
	codeUnreadable = finding.Claim("IMPORT_UNREADABLE",
		"the source lists something and does not give it")
	codeContradiction = finding.Claim("IMPORT_CONTRADICTION",
		"the source says different things about the same")
	codeDiffers = finding.Claim("IMPORT_DIFFERS",
		"a read of the target is not what the source answers")
	codeExtra = finding.Claim("IMPORT_EXTRA",
		"the target has a version of an imported subject that the source does not have")
	codeLimited = finding.Claim("IMPORT_LIMITED",
		"the source cannot tell something, which is not imported")
)

// about is a finding about a version.
func (k versionKey) about(code finding.Code, severity finding.Severity, format string, args ...any) finding.Finding {
	return finding.Finding{
		Code: code, Severity: severity, Subject: k.subject,
		Path: fmt.Sprintf("version %d", k.version), Message: fmt.Sprintf(format, args...),
	}
}

// limited notes once what a source cannot tell.
func (t *transfer) limited(format string, args ...any) {
	t.note(finding.Finding{Code: codeLimited, Severity: finding.Info, Message: fmt.Sprintf(format, args...)})
}

// sides is the evidence for a difference: the version of the source, and what
// of the target stands in its place or holds its id.
func (t *transfer) sides(source client.Schema) []string {
	out := []string{"source: " + describe(source)}
	target, there := t.target.versions[keyOf(source)]
	if !there {
		target, there = t.holders[idOf(source)]
	}
	if there {
		out = append(out, "target: "+describe(target))
	}
	return out
}

func describe(s client.Schema) string {
	state := "active"
	if isDeleted(s) {
		state = "soft-deleted"
	}
	return fmt.Sprintf("id %d, %s, %d bytes, %d references, guid %s, %s",
		s.ID, languageOf(s), len(s.Schema), len(s.References), guidOf(s), state)
}
