package registry

import (
	"context"
	"errors"
	"slices"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Change is what a stream's owner changes at once: contracts, schemas and
// settings. It is made whole or not at all, as one entry of the audit trail,
// and judged as a whole.
type Change struct {
	Contracts []ContractFile
	Schemas   []SchemaFile
	Configs   []Scoped[ConfigChange]
	Policies  []Scoped[PolicyChange]
	// Removals are made last, so that what takes their place is there.
	Removals []Removal
	// DryRun judges the change and writes nothing.
	DryRun bool
}

// ContractFile is a contract document. Name is for findings.
type ContractFile struct {
	Name string
	Text []byte
	// Context is where the subjects lie that the document names without one, as
	// ":.eu:"; "" is the default context.
	Context string
}

// SchemaFile is a schema to register. Name is for findings.
type SchemaFile struct {
	Name string
	RegisterRequest
}

// Removal takes a stream away, or a part of it. What is not there any more is
// no fault.
type Removal struct {
	Subject string
	// Contract says that the contract goes, Schemas that all versions do.
	Contract, Schemas bool
}

// ChangeResult says what a change did, or would do.
type ChangeResult struct {
	// Findings are everything there is to say of the streams concerned, in the
	// reader's order. They refuse a change by their severity, or where the
	// compatibility level does.
	Findings []finding.Finding
	// Steps say what became of each part: schemas, then contracts, then
	// settings.
	Steps []ChangeStep
	// Refused is why the change cannot be made, nil if it can. Outside of dry
	// runs it is the error.
	Refused error
}

// ChangeStep is one part of a change.
type ChangeStep struct {
	// Kind is "schema", "contract", "config" or "policy".
	Kind string
	// Subject is the subject or scope.
	Subject string
	// Outcome is what is done: nothing, if it is so already.
	Outcome ChangeOutcome
	// Version and ID are a schema's; a new one gets them when it is written.
	Version, ID int
	// Latest is the newest version that the schema's subject had before, 0 for
	// none.
	Latest int
}

// ChangeOutcome is what became of a part of a change.
type ChangeOutcome string

// The outcomes.
const (
	ChangeCreates ChangeOutcome = "created"
	ChangeUpdates ChangeOutcome = "updated"
	ChangeRemoves ChangeOutcome = "removed"
	ChangeNothing ChangeOutcome = "unchanged"
	ChangeRefused ChangeOutcome = "refused"
)

// patience is how often a change is prepared again because something else was
// written meanwhile. Then it is prepared in the sequencer's turn, where nothing
// can come in between.
const patience = 3

// Change makes a change, or with DryRun says what would come of it. What is as
// it should be already writes nothing, so it may be repeated.
func (r *Registry) Change(ctx context.Context, c Change) (ChangeResult, error) {
	if c.DryRun {
		// A refusal is no error here, so Current would not see it.
		if err := r.catchUpSoon(ctx); err != nil {
			return ChangeResult{}, err
		}
	}
	for attempt := 0; ; attempt++ {
		base := r.state.Load()
		plan, err := r.planChange(ctx, base, c)
		switch {
		case err != nil:
			return ChangeResult{}, err
		case c.DryRun:
			return plan.result, nil
		case plan.result.Refused != nil:
			return plan.result, plan.result.Refused
		}
		_, err = r.submit(ctx, func(now *State) ([]Record, error) {
			if now == base {
				return plan.recs, nil
			}
			if attempt < patience {
				return nil, errStale
			}
			if plan, err = r.planChange(ctx, now, c); err != nil {
				return nil, err
			}
			return plan.recs, plan.result.Refused
		})
		if !errors.Is(err, errStale) {
			return plan.result, err
		}
	}
}

// changePlan is a change worked out on a state.
type changePlan struct {
	registry *Registry
	// base is the state as it is, next as it would be.
	base, next *State
	recs       []Record
	// subjects are those to judge; files and documents are the names under
	// which their schemas and contracts were sent.
	subjects         []string
	files, documents map[string]string
	result           ChangeResult
}

func (r *Registry) planChange(ctx context.Context, st *State, c Change) (*changePlan, error) {
	p := &changePlan{registry: r, base: st, next: st, files: map[string]string{}, documents: map[string]string{}}
	if err := p.settings(c); err != nil {
		return nil, err
	}
	if err := p.schemas(ctx, c.Schemas); err != nil {
		return nil, err
	}
	r.readAhead(c.Contracts)
	for _, file := range c.Contracts {
		if err := p.contract(ctx, file); err != nil {
			return nil, err
		}
	}
	for _, removal := range c.Removals {
		if err := p.removal(removal); err != nil {
			return nil, err
		}
	}
	if err := p.judge(ctx, len(c.Configs) > 0); err != nil {
		return nil, err
	}
	finding.Sort(p.result.Findings)
	if refused := new(Error); errors.As(p.result.Refused, &refused) {
		refused.Findings = p.result.Findings
	}
	return p, nil
}

// take makes records part of the change and returns what they do to a key.
func (p *changePlan) take(existed bool, recs ...Record) ChangeOutcome {
	if len(recs) == 0 {
		return ChangeNothing
	}
	p.recs = append(p.recs, recs...)
	p.next = p.next.With(recs...)
	if existed {
		return ChangeUpdates
	}
	return ChangeCreates
}

// concern has a subject judged.
func (p *changePlan) concern(subject string) {
	if !slices.Contains(p.subjects, subject) {
		p.subjects = append(p.subjects, subject)
	}
}

// refuse notes why the change cannot be made; the first reason is told, and an
// incompatible schema before all others. Anything else than a refusal ends the
// planning.
func (p *changePlan) refuse(err error, file string) error {
	refused := new(Error)
	if !errors.As(err, &refused) || refused.Code == CodeStoreUnavailable {
		return err
	}
	for _, f := range refused.Findings {
		if f.File == "" {
			f.File = file
		}
		p.result.Findings = append(p.result.Findings, f)
	}
	first := new(Error)
	if !errors.As(p.result.Refused, &first) || refused.Code == CodeIncompatible && first.Code != CodeIncompatible {
		told := *refused
		p.result.Refused = &told
	}
	return nil
}

// settings plans configs and policies: they decide how the rest is judged.
func (p *changePlan) settings(c Change) error {
	for _, s := range c.Policies {
		scope := canonicalScope(s.Scope)
		recs, err := p.next.policyRecords(scope, s.Value)
		if err != nil {
			return err
		}
		outcome := p.take(p.next.ownPolicy(scope) != nil, recs...)
		p.result.Steps = append(p.result.Steps, ChangeStep{Kind: kindPolicy, Subject: scope, Outcome: outcome})
	}
	for _, s := range c.Configs {
		scope := canonicalScope(s.Scope)
		recs, err := p.next.configRecords(scope, s.Value)
		if err != nil {
			return err
		}
		outcome := p.take(p.next.ownConfig(scope) != nil, recs...)
		p.result.Steps = append(p.result.Steps, ChangeStep{Kind: kindConfig, Subject: scope, Outcome: outcome})
	}
	return nil
}

// schemas plans registrations. One that refers to another of the change comes
// after it, in whatever order they were sent.
func (p *changePlan) schemas(ctx context.Context, files []SchemaFile) error {
	for len(files) > 0 {
		var waiting []SchemaFile
		for _, file := range files {
			err := p.schema(ctx, file)
			if refused := new(Error); errors.As(err, &refused) && refused.Code == CodeReferenceNotFound {
				waiting = append(waiting, file)
				continue
			}
			if err := p.schemaRefused(err, file); err != nil {
				return err
			}
			if isIncompatible(err) {
				if err := p.judgedAnyway(ctx, file); err != nil {
					return err
				}
			}
		}
		if len(waiting) == len(files) {
			for _, file := range waiting {
				if err := p.schemaRefused(p.schema(ctx, file), file); err != nil {
					return err
				}
			}
			return nil
		}
		files = waiting
	}
	return nil
}

func (p *changePlan) schemaRefused(err error, file SchemaFile) error {
	if err == nil {
		return nil
	}
	subject := canonicalSubject(file.Subject)
	p.result.Steps = append(p.result.Steps, ChangeStep{Kind: kindSchema, Subject: subject, Outcome: ChangeRefused, Latest: p.newest(subject)})
	return p.refuse(asFinding(err, file), file.Name)
}

// newest is the number of a subject's newest version before the change.
func (p *changePlan) newest(subject string) int {
	if v := p.base.subject(subject).latest(); v != nil {
		return int(v.number)
	}
	return 0
}

// judgedAnyway takes a schema that its level refuses into the state that the
// gate looks at: who mends it should hear of everything at once. The change is
// refused, so nothing of it is written.
func (p *changePlan) judgedAnyway(ctx context.Context, file SchemaFile) error {
	file.Force = true
	steps := len(p.result.Steps)
	err := p.schema(ctx, file)
	p.result.Steps = p.result.Steps[:steps]
	if refused := new(Error); errors.As(err, &refused) && refused.Code != CodeStoreUnavailable {
		return nil // it has been told
	}
	return err
}

// schema plans one registration.
func (p *changePlan) schema(ctx context.Context, file SchemaFile) error {
	req := file.RegisterRequest
	req.Subject = canonicalSubject(req.Subject)
	req.partOfChange = true
	if err := req.check(); err != nil {
		return err
	}
	reg, err := p.registry.prepareRegistration(ctx, p.next, req)
	if err != nil {
		return err
	}
	existed := p.next.subject(req.Subject) != nil
	recs, err := reg.settle(p.next)
	if err != nil {
		return err
	}
	p.concern(req.Subject)
	p.files[req.Subject] = file.Name
	step := ChangeStep{Kind: kindSchema, Subject: req.Subject, Outcome: p.take(existed, recs...), Latest: p.newest(req.Subject)}
	if v := reg.existing; v != nil {
		step.Version, step.ID = int(v.number), int(v.id)
	} else if v, ok := p.next.version(req.Subject, reg.number); ok {
		step.Version, step.ID = int(v.number), int(v.id)
	}
	p.result.Steps = append(p.result.Steps, step)
	return nil
}

// contract plans a document.
func (p *changePlan) contract(ctx context.Context, file ContractFile) error {
	doc, faults := p.registry.document(file.Name, file.Text)
	if doc == nil || !doc.Valid() {
		return p.refuse(invalidContract(faults), file.Name)
	}
	recs, subjects, faults, err := p.registry.contractRecords(ctx, p.next, doc, file.Context)
	if err != nil {
		return p.refuse(err, file.Name)
	}
	p.result.Findings = append(p.result.Findings, faults...)
	for _, subject := range subjects {
		p.concern(subject)
		p.documents[subject] = file.Name
	}
	existed := slices.ContainsFunc(subjects, func(s string) bool { return p.base.contract(s) != nil })
	outcome := p.take(existed, recs...)
	for _, subject := range subjects {
		p.result.Steps = append(p.result.Steps, ChangeStep{Kind: kindContract, Subject: subject, Outcome: outcome})
	}
	return nil
}

// removal plans what goes away.
func (p *changePlan) removal(r Removal) error {
	subject := canonicalSubject(r.Subject)
	if err := p.next.checkWritable(subject); err != nil {
		return p.refuse(err, "")
	}
	gone := func(kind string, recs ...Record) {
		p.concern(subject)
		p.take(true, recs...)
		p.result.Steps = append(p.result.Steps, ChangeStep{Kind: kind, Subject: subject, Outcome: ChangeRemoves})
	}
	if r.Contract && p.next.contract(subject) != nil {
		gone(kindContract, remove(Key{Kind: kindContract, ID: subject}))
	}
	sub := p.next.subject(subject)
	if !r.Schemas || sub.latest() == nil {
		return nil
	}
	rows, err := p.next.deletableRows(sub, false)
	if err != nil {
		return p.refuse(asFinding(err, SchemaFile{RegisterRequest: RegisterRequest{Subject: subject}}), "")
	}
	gone(kindSchema, softDeletions(rows)...)
	return nil
}

// judge passes the whole through the gate.
func (p *changePlan) judge(ctx context.Context, levels bool) error {
	var wanting []string
	var all []finding.Finding
	for _, subject := range p.subjects {
		found, err := p.registry.findings(ctx, p.base, p.next, subject, p.files[subject])
		if err != nil {
			return err
		}
		if refuses(found) && p.next.governance(subject) == Enforce {
			wanting = append(wanting, subject)
		}
		if found, err = p.record(ctx, subject, found); err != nil {
			return err
		}
		p.rename(subject, found)
		all = append(all, found...)
	}
	if levels {
		lowered, relaxed := p.registry.loweredLevels(p.base, p.next)
		all, wanting = append(all, lowered...), append(wanting, relaxed...)
		p.take(true, levelBreaches(p.base, p.next, lowered)...)
	}
	p.result.Findings = append(p.result.Findings, all...)
	if len(wanting) > 0 && p.result.Refused == nil {
		p.result.Refused = &Error{Code: CodeUngoverned, Message: ungoverned(wanting, all)}
	}
	return nil
}

// record plans what is to be on record of what a change does to a subject, and
// adds to what is found what is there already.
func (p *changePlan) record(ctx context.Context, subject string, found []finding.Finding) ([]finding.Finding, error) {
	if !p.next.governed(subject) {
		return found, nil
	}
	told := map[finding.Key]bool{}
	for _, f := range found {
		told[f.Key()] = true
	}
	recs, err := p.registry.breachRecords(ctx, p.base, p.next, subject, found, p.next.passageOf(subject, false))
	if err != nil {
		return nil, err
	}
	before, err := p.registry.recorded(ctx, p.next, subject)
	if err != nil {
		return nil, err
	}
	p.take(true, recs...)
	before = slices.DeleteFunc(before, func(f finding.Finding) bool { return told[f.Key()] })
	return append(found, p.registry.excuse(p.next, subject, before)...), nil
}

// rename gives findings in a contract that was filed before the name that it
// has now: the places are the same.
func (p *changePlan) rename(subject string, found []finding.Finding) {
	home := p.next.roleOf(subject).home
	row, name := p.next.contract(home), p.documents[home]
	for i := range found {
		if row != nil && name != "" && found[i].File == row.File {
			found[i].File = name
		}
	}
}

func isIncompatible(err error) bool {
	refused := new(Error)
	return errors.As(err, &refused) && refused.Code == CodeIncompatible
}

// asFinding gives a refusal that has no findings one of its own, so that it
// stands in the list with its place.
func asFinding(err error, file SchemaFile) error {
	refused := new(Error)
	if !errors.As(err, &refused) || len(refused.Findings) > 0 {
		return err
	}
	told := *refused
	f := finding.Finding{
		Code: codeSchemaRefused, Severity: finding.Error, Subject: canonicalSubject(file.Subject),
		Message: refused.Message, File: file.Name,
	}
	if fault := new(schema.Error); errors.As(err, &fault) {
		f.Line, f.Column = fault.Line, fault.Column
	}
	told.Findings = []finding.Finding{f}
	return &told
}

// codeSchemaRefused is what the registry refuses and no rule finds.
var codeSchemaRefused = finding.Claim("CONTRACT_SCHEMA_REFUSED", "the registry cannot take a schema")
