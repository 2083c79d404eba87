package contracts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// classifications are what data may be classified as, the most open first.
// Words of one line mean the same. Others cannot be compared.
var classifications = [][]string{
	{"public", "open", "unclassified"},
	{"internal", "private"},
	{"confidential", "sensitive"},
	{"restricted", "pii", "personal"},
	{"secret", "highly restricted", "highly confidential"},
}

func classRank(class string) int {
	return slices.IndexFunc(classifications, func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, strings.TrimSpace(class)) })
	})
}

// fieldTerms compares what the contract says of a field with what it said
// before.
func (j *judge) fieldTerms(was Field) {
	if j.toldAround(was.Path) {
		return
	}
	is, listed := j.Contract.Field(was.Path)
	if !listed && j.Schema != nil && j.next.find(was.Path) == nil {
		return // the schema has lost the field, too
	}
	at := j.Contract.Stream.Path
	if listed {
		at = is.Property.Path
	}
	if was.Property.Required && (!listed || !is.Property.Required) && !j.told[told{codeFieldRelaxed, was.Path}] {
		j.tell(codeFieldRelaxed, was.Path)
		j.broken(j.inContract(finding.Finding{
			Code: codeFieldRelaxed, Path: was.Path,
			Message: fmt.Sprintf("the contract does not require field %s any more", was.Path), Hint: "mark it required: true" + orMajor,
			Evidence: []string{j.promise(was)},
		}, at))
	}
	j.classLowered(was, is, listed, at)
	if !listed {
		return
	}
	j.termTags(was, is)
	if was.Property.Description != "" && is.Property.Description == "" {
		j.debt(j.inContract(finding.Finding{
			Code: codeDescriptionRemoved, Severity: finding.Warning, Path: was.Path,
			Message: fmt.Sprintf("the contract described field %s and does not any more", was.Path), Hint: "put the words back as description",
			Evidence: []string{"before: " + abridged(was.Property.Description)},
		}, at))
	}
}

// classLowered reports a classification that is lower, gone, or that nobody can
// compare.
func (j *judge) classLowered(was, is Field, listed bool, at string) {
	from, to := was.Property.Classification, ""
	if listed {
		to = is.Property.Classification
		at += ".classification"
	}
	if from == "" || strings.EqualFold(from, to) {
		return
	}
	f := finding.Finding{
		Code: codeClassLowered, Path: was.Path, Hint: "classify it as " + from + orMajor,
		Message: fmt.Sprintf("field %s was classified %s and is %s now", was.Path, from, to),
	}
	low, high := classRank(to), classRank(from)
	switch {
	case to == "":
		f.Message = fmt.Sprintf("field %s was classified %s and is not classified any more", was.Path, from)
	case low < 0 || high < 0:
		f.Severity = weaker(finding.Warning, j.before.breaks)
		f.Message += ": whether that is lower, nobody can tell"
		f.Hint = "use known classes: public, internal, confidential, restricted, secret"
		j.add(j.inContract(f, at))
		return
	case low >= high:
		return
	}
	j.broken(j.inContract(f, at))
}

// termTags reports tags that the contract has taken from a field.
func (j *judge) termTags(was, is Field) {
	var lost []string
	for _, tag := range was.Property.Tags {
		if !is.tagged(tag) {
			lost = append(lost, tag)
		}
	}
	if lost == nil || j.told[told{codeTagRemoved, was.Path}] {
		return
	}
	j.tell(codeTagRemoved, was.Path)
	j.broken(j.inContract(finding.Finding{
		Code: codeTagRemoved, Path: was.Path,
		Message: fmt.Sprintf("the contract does not tag field %s %s any more", was.Path, strings.Join(lost, ", ")),
		Hint:    "put the tag back" + orMajor,
	}, is.Property.Path+".tags"))
}
