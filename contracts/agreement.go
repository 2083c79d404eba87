package contracts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// agreement judges whether contract and schema say the same of the fields.
func (j *judge) agreement() {
	if j.Schema == nil {
		return
	}
	listed := map[string]bool{}
	// deep are the fields whose own fields the contract lists.
	deep := map[string]bool{"": true}
	for _, f := range j.Contract.Fields {
		found := j.next.find(f.Path)
		if found == nil {
			j.unknown(f)
			continue
		}
		for _, e := range found {
			listed[e.Path] = true
			deep[loosely(e.Path)] = deep[loosely(e.Path)] || lists(f.Property)
		}
		j.agree(f, found[0])
	}
	j.unlisted(listed, deep)
}

// lists reports whether a property lists others below it.
func lists(p *odcs.Property) bool {
	return p != nil && (len(p.Properties) > 0 || lists(p.Items))
}

func (j *judge) unknown(f Field) {
	if j.toldAround(f.Path) {
		return
	}
	j.tell(codeFieldRemoved, f.Path) // what is below it is not there either
	hint := "take it out of the contract, or add it to the schema"
	if near := j.next.folded[folded(f.Path)]; near != "" {
		hint = fmt.Sprintf("did you mean %s? Else take it out of the contract, or add it to the schema", near)
	}
	j.debt(j.inContract(finding.Finding{
		Code: codeUnknown, Severity: finding.Error, Path: f.Path,
		Message: fmt.Sprintf("the contract describes field %s, and the schema has no such field", f.Path), Hint: hint,
	}, f.Property.Path+".name"))
}

// agree judges one field that both have.
func (j *judge) agree(f Field, e *schema.Field) {
	p := f.Property
	// Protobuf's presence is no null, and what a contract requires is more.
	if p.Required && e.Optional && j.next.format != schema.Protobuf && !j.told[told{codeFieldRelaxed, f.Path}] {
		j.debt(j.inContract(finding.Finding{
			Code: codeNullable, Severity: finding.Error, Path: e.Path,
			Message:  fmt.Sprintf("the contract requires field %s, and the schema lets it be absent or null", e.Path),
			Hint:     "take null out of its type in the schema, or required out of the contract",
			Evidence: []string{"schema: " + e.Type + place(e)},
		}, p.Path+".required"))
	}
	if !j.next.fits(e, p.LogicalType) {
		j.debt(j.inContract(finding.Finding{
			Code: codeType, Severity: finding.Error, Path: e.Path,
			Message:  fmt.Sprintf("the contract says that field %s is a %s, and the schema says %s", e.Path, p.LogicalType, e.Type),
			Hint:     "set logicalType: " + j.next.logicalType(e),
			Evidence: []string{"schema: " + e.Type + place(e)},
		}, p.Path+".logicalType"))
	}
	j.tagsAgree(f, e)
}

// tagsAgree judges the tags in the schema against those in the contract.
func (j *judge) tagsAgree(f Field, e *schema.Field) {
	if j.told[told{codeTagRemoved, e.Path}] {
		return
	}
	missing := func(tags []string, has func(string) bool) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(tags), has), ", ")
	}
	inline := func(tag string) bool {
		return slices.ContainsFunc(e.Tags, func(t string) bool { return strings.EqualFold(t, tag) })
	}
	if tags := missing(e.Tags, f.tagged); tags != "" {
		j.debt(j.inContract(finding.Finding{
			Code: codeTagMismatch, Severity: finding.Warning, Path: e.Path,
			Message: fmt.Sprintf("the schema tags field %s %s, and the contract does not", e.Path, tags),
			Hint:    fmt.Sprintf("add tags: [%s] to the property", tags), Evidence: []string{"schema: tags" + place(e)},
		}, f.Property.Path))
		return
	}
	if tags := missing(f.Property.Tags, inline); tags != "" && len(e.Tags) > 0 {
		j.debt(j.inContract(finding.Finding{
			Code: codeTagMismatch, Severity: finding.Info, Path: e.Path,
			Message: fmt.Sprintf("the contract tags field %s %s, and the schema does not: rules that act on tags pass it by", e.Path, tags),
			Hint:    "tag it in the schema, too, if a rule should see it",
		}, f.Property.Path+".tags"))
	}
}

// unlisted reports the fields that the contract could list and does not.
func (j *judge) unlisted(listed, deep map[string]bool) {
	if len(j.next.fields) == 0 {
		return
	}
	if len(j.Contract.Fields) == 0 {
		j.debt(j.inContract(finding.Finding{
			Code: codeUnlisted, Severity: finding.Info,
			Message: "the contract lists no fields, so none of them is promised",
			Hint:    "list those that consumers rely on: properties: [{name: …, required: true}]",
		}, j.Contract.Stream.Path))
		return
	}
	for i := range j.next.all {
		e := &j.next.all[i]
		if e.Kind != schema.KindField || listed[e.Path] || !deep[loosely(holder(e))] {
			continue
		}
		j.debt(j.inSchema(finding.Finding{
			Code: codeUnlisted, Severity: finding.Info, Path: e.Path,
			Message: fmt.Sprintf("the contract does not list field %s, so it is not promised", e.Path),
			Hint:    fmt.Sprintf("add {name: %s, logicalType: %s} to the contract's properties", e.Name, j.next.logicalType(e)),
		}, e))
	}
}

// rules reports what is meant to be a rule and can be none. Whether rules compile
// is for whoever has a CEL compiler: see Contract.Rules.
func (j *judge) rules() {
	for _, fault := range j.Contract.rules(func() *elements { return j.next }).faults {
		f := finding.Finding{
			Code: codeRule, Severity: finding.Warning, Path: fault.Path, Message: "the check can be no rule: " + fault.Reason,
			Hint: "correct it; as it is, no client runs it",
		}
		switch {
		case !strings.Contains(fault.Path, "quality["):
			f.Severity, f.Message = finding.Error, ruleSetProperty+" cannot be used: "+fault.Reason
		case j.Schema == nil:
			continue // there is a finding for that
		}
		j.debt(j.inContract(f, fault.Path))
	}
}

// holder is the path of the type that declares a field.
func holder(f *schema.Field) string {
	return strings.TrimSuffix(strings.TrimSuffix(f.Path, f.Name), ".")
}
