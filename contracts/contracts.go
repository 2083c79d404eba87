// Package contracts says what a data contract demands of a stream and what
// breaks it. It sees one stream at a time: its contract and schema as they would
// be after a change, and as they were before. It is pure: it reads no file, asks
// no registry and knows no clock.
//
// The parts live below: odcs reads and writes the documents, docs judges words,
// sla service levels, export prints a contract for people.
package contracts

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/contracts/sla"
	"github.com/accordhq/accord/schema/finding"
)

// Contract is what a document promises about one stream. A document makes one
// for each of its schema objects; see Of. A Contract is never changed.
type Contract struct {
	// Subject is the subject of the stream's values, KeySubject that of its
	// keys, Topic the topic behind both. Each is "" if the document names none.
	Subject, KeySubject, Topic string
	// ID names the contract for ever; the other texts are as written.
	ID, Name, Domain string
	// Version is the contract's own; the zero Version if VersionText, as
	// written, is no semantic version.
	Version     Version
	VersionText string
	// Status is how far the contract's life has come; Active if the document's
	// status is none of those known.
	Status Status
	// Purpose is description.purpose, or else the description of the record.
	Purpose string
	Owner   Owner
	Support []odcs.Channel
	// SLAs are the service levels of this stream: those of the document whose
	// element is not another stream's.
	SLAs []sla.Promise
	// Fields are the properties of the schema object with all below them, a
	// property before its own.
	Fields []Field
	// Stream says where schema and registry are, Document is the whole.
	Stream   odcs.Stream
	Document *odcs.Document

	// levels are the findings about service levels, byPath are the places of
	// Fields, content is what the document says.
	levels  []finding.Finding
	byPath  map[string]int
	content func() content
}

// A document makes so many contracts, and as many service levels are read: more
// is no contract that people wrote.
const (
	maxStreams = 500
	maxLevels  = 500
)

// Owner is who answers for a stream.
type Owner struct {
	// Team is the team's name.
	Team string
	// Members are the team's members with the role owner.
	Members []odcs.Member
}

// Of returns what a document promises, a contract for each schema object that
// names a stream, and the findings that keep it from being one contract for one
// subject each. What is wrong with the document as ODCS is
// odcs.Document.Findings; what is wrong with a contract, Judge says.
func Of(doc *odcs.Document) ([]*Contract, []finding.Finding) {
	streams, faults := doc.Streams()
	var out []*Contract
	known := map[string]bool{"": true}
	said, levels := sync.OnceValue(func() content { return contentOf(doc) }), levelsOf(doc)
	for _, s := range streams {
		if known[s.Subject] {
			continue
		}
		if len(out) == maxStreams || len(levels.properties) > maxLevels {
			return out, append(faults, tooLarge(doc, s))
		}
		known[s.Subject] = true
		c := contractOf(doc, s)
		c.content = said
		c.SLAs, c.levels = levels.read(s)
		out = append(out, c)
	}
	return out, faults
}

func tooLarge(doc *odcs.Document, s odcs.Stream) finding.Finding {
	return finding.Finding{
		Code: codeTooLarge, Severity: finding.Error, Path: s.Path, File: doc.Name(), Line: s.Line, Column: s.Column,
		Message: fmt.Sprintf("the contract describes more than %d streams, or has more than %d service levels", maxStreams, maxLevels),
		Hint:    "split it: one contract for each stream or team",
	}
}

func contractOf(doc *odcs.Document, s odcs.Stream) *Contract {
	object := doc.Schema[s.Object]
	c := &Contract{
		Subject: s.Subject, KeySubject: s.KeySubject, Topic: s.Topic,
		ID: doc.ID, Name: doc.Contract.Name, Domain: doc.Domain,
		VersionText: doc.Version,
		Purpose:     strings.TrimSpace(doc.Description.Purpose),
		Owner:       Owner{Team: strings.TrimSpace(doc.Team.Name)},
		Support:     doc.Support,
		Fields:      fieldsOf(object),
		Stream:      s,
		Document:    doc,
	}
	if c.Purpose == "" {
		c.Purpose = strings.TrimSpace(object.Description)
	}
	c.Version, _ = ParseVersion(doc.Version) // Judge reports a version that is none
	c.Status, _ = ParseStatus(doc.Status)
	for _, m := range doc.Team.Members {
		if isOwner(m.Role) {
			c.Owner.Members = append(c.Owner.Members, m)
		}
	}
	c.byPath = make(map[string]int, len(c.Fields))
	for i, f := range slices.Backward(c.Fields) {
		c.byPath[f.Path] = i // the first of those of one path
	}
	return c
}

// isOwner reads a role: "owner", "Data Owner", "product-owner".
func isOwner(role string) bool {
	words := strings.FieldsFunc(strings.ToLower(role), func(r rune) bool { return r == ' ' || r == '-' || r == '_' })
	return slices.Contains(words, "owner")
}

// BySubject files contracts under their subjects. Of two for one subject, the
// first counts, and the other is a finding.
func BySubject(all []*Contract) (map[string]*Contract, []finding.Finding) {
	out := make(map[string]*Contract, len(all))
	var faults []finding.Finding
	for _, c := range all {
		first, taken := out[c.Subject]
		if !taken {
			out[c.Subject] = c
			continue
		}
		at := first.Stream.Position
		faults = append(faults, finding.Finding{
			Code: odcs.CodeSubjectTwice, Severity: finding.Error, Subject: c.Subject, Path: c.Stream.Path,
			File: c.File(), Line: c.Stream.Line, Column: c.Stream.Column,
			Message: fmt.Sprintf("%s has a contract already, at %s:%d", c.Subject, first.File(), at.Line),
			Hint:    "keep one of the two, or give this one its own subject: customProperties: [{property: subject, value: …}]",
		})
	}
	return out, faults
}

// File is the name of the document the contract stands in.
func (c *Contract) File() string { return c.Document.Name() }

// Field returns the contract's field at a path, and whether it lists one.
func (c *Contract) Field(path string) (Field, bool) {
	i, ok := c.byPath[path]
	if !ok {
		return Field{}, false
	}
	return c.Fields[i], true
}
