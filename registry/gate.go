package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// The gate: one piece of code for every path that changes what a stream
// promises. It compares two states, as they are before and after a change, and
// so needs to know nothing of the change itself.

// gate refuses a change that leaves one of the subjects in want of something,
// where governance is enforced and nobody forces it. It returns what has to be
// on record of what it lets pass.
func (r *Registry) gate(ctx context.Context, before, after *State, subjects []string, forced bool) ([]Record, error) {
	refusal := &Error{Code: CodeUngoverned}
	var wanting []string
	var recs []Record
	for _, subject := range subjects {
		if !after.governed(subject) {
			continue
		}
		refusing := !forced && after.governance(subject) == Enforce
		found, err := r.findings(ctx, before, after, subject, "")
		if !refusing {
			err = unlessUndecided(err)
		}
		if err != nil {
			return nil, err
		}
		if refusing {
			refusal.Findings = append(refusal.Findings, found...)
		}
		if refusing && refuses(found) {
			wanting = append(wanting, subject)
			continue
		}
		passed, err := r.breachRecords(ctx, before, after, subject, found, after.passageOf(subject, forced))
		if err != nil {
			return nil, err
		}
		recs = append(recs, passed...)
	}
	if len(wanting) == 0 {
		return recs, nil
	}
	refusal.Message = ungoverned(wanting, refusal.Findings)
	return nil, refusal
}

// refuses reports whether findings refuse a change under Enforce.
func refuses(found []finding.Finding) bool {
	return slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Counts(finding.Error) })
}

// maxGaps bounds how many gaps a message names.
const maxGaps = 20

// ungoverned names every gap and the one command that lets the change pass.
func ungoverned(subjects []string, found []finding.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Subject '%s' does not have what governance asks for: ", strings.Join(subjects, "', '"))
	n := 0
	for _, f := range found {
		if !f.Counts(finding.Error) {
			continue
		}
		if n++; n <= maxGaps {
			if n > 1 {
				b.WriteString("; ")
			}
			fmt.Fprintf(&b, "%s", f.Code)
			if f.Path != "" {
				fmt.Fprintf(&b, " at %s", f.Path)
			}
			fmt.Fprintf(&b, ": %s", f.Message)
		}
	}
	if n > maxGaps {
		fmt.Fprintf(&b, "; and %d more", n-maxGaps)
	}
	fmt.Fprintf(&b, ". To let it pass and be shown: accord config set %s --governance advise", subjects[0])
	return b.String()
}

// findings judges what a change makes of one subject, and marks what exceptions
// and the baseline tolerate. It returns nothing for a subject that governance
// does not look at. The file is where its new schema comes from, for findings.
func (r *Registry) findings(ctx context.Context, before, after *State, subject, file string) ([]finding.Finding, error) {
	found, governed, err := r.judgeStream(ctx, before, after, subject, file)
	if err != nil || !governed {
		return nil, err
	}
	return r.tolerate(after, subject, found), nil
}

// judgeStream asks the rules of contracts, and says whether governance looks at
// the subject at all.
func (r *Registry) judgeStream(ctx context.Context, before, after *State, subject, file string) (found []finding.Finding, governed bool, err error) {
	if !after.governed(subject) {
		return nil, false, nil
	}
	c, err := r.caseOf(ctx, before, after, subject, after.roleOf(subject))
	if err != nil {
		return nil, false, err
	}
	c.SchemaFile = file
	if c.Schema == nil && c.Contract == nil && c.Previous == nil && c.Before == nil {
		return nil, false, nil // there is no stream
	}
	found, err = contracts.Judge(ctx, c)
	if err != nil {
		return nil, false, comparisonFailed(err)
	}
	return append(found, after.checkRules(c)...), true, nil
}

// tolerate marks what exceptions and the baseline of a subject tolerate now.
func (r *Registry) tolerate(st *State, subject string, found []finding.Finding) []finding.Finding {
	return finding.Tolerate(found, r.now(), st.exceptions.concerning(subject), st.baseline(subject))
}

// excuse is tolerate without a word of exceptions that have ended.
func (r *Registry) excuse(st *State, subject string, found []finding.Finding) []finding.Finding {
	return r.tolerate(st, subject, found)[:len(found)]
}

// checkRules compiles the rules of a subject's latest version against it, and
// those that its contract says: whoever applies the contract makes the one of
// the other.
func (st *State) checkRules(c contracts.Case) []finding.Finding {
	latest := st.subject(c.Subject).latest()
	if c.Schema == nil || latest == nil {
		return nil
	}
	registered := latest.rules
	var found []finding.Finding
	if c.Contract != nil && !c.Inherits && canonicalSubject(c.Contract.Subject) == c.Subject {
		if said := c.Contract.Rules(c.Schema); said.Set != nil {
			for _, f := range rules.Check(c.Schema, said.Set, latest.metadata) {
				if placed, ok := said.Place(f); ok {
					found = append(found, placed)
				}
			}
			if registered.Equal(said.Set.Clone()) {
				registered = nil // they have been told
			}
		}
	}
	found = append(found, rules.Check(c.Schema, registered, latest.metadata)...)
	for i := range found {
		found[i].Subject = c.Subject
		if found[i].Line > 0 && found[i].File == "" {
			found[i].File = c.SchemaFile
		}
	}
	return found
}

// caseOf lays a subject before the rules of contracts.
func (r *Registry) caseOf(ctx context.Context, before, after *State, subject string, role role) (c contracts.Case, err error) {
	c = contracts.Case{Subject: subject, At: r.now(), Inherits: role.inherits, Readers: r.readersOf(after, subject)}
	c.Unread = *after.effectivePolicy(subject).Unread == UnreadWarn
	if c.Contract, err = r.promiseOf(ctx, after, role.home); err != nil {
		return c, err
	}
	if c.Before, err = r.promiseOf(ctx, before, role.home); err != nil {
		return c, err
	}
	if c.Schema, err = r.latestParsed(ctx, after, subject); err != nil {
		return c, err
	}
	c.Previous, err = r.latestParsed(ctx, before, subject)
	if c.Schema == nil && after.subject(subject).latest() != nil {
		c.Previous = nil // there is a schema, of which nothing can be said
	}
	return c, err
}

// latestParsed is the newest active schema of a subject, nil if there is none
// or if it is one that no parser takes.
func (r *Registry) latestParsed(ctx context.Context, st *State, subject string) (schema.Parsed, error) {
	return r.versionParsed(ctx, st, st.subject(subject).latest())
}

// versionParsed is latestParsed for any version.
func (r *Registry) versionParsed(ctx context.Context, st *State, v *version) (schema.Parsed, error) {
	if v == nil || v.unparsed {
		return nil, nil
	}
	u, err := r.parsedOf(ctx, st, v)
	if fault := new(schema.Error); errors.As(err, &fault) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return u.Parsed, nil
}

// governRegistration passes a registration through the gate. An incompatible
// schema is refused as such, and what governance misses is told with it.
func (r *Registry) governRegistration(ctx context.Context, st *State, reg *registration, incompatible error) error {
	refused := new(Error)
	if incompatible != nil && !errors.As(incompatible, &refused) || !st.governed(reg.subject) {
		return incompatible
	}
	recs, err := reg.decide(st)
	if err != nil {
		return cmp.Or(incompatible, err)
	}
	reg.breaches, err = r.gate(ctx, st, st.With(recs...), []string{reg.subject}, reg.request.Force)
	if ungoverned := new(Error); incompatible != nil && errors.As(err, &ungoverned) {
		refused.Findings = append(refused.Findings, ungoverned.Findings...)
		return incompatible
	}
	return cmp.Or(incompatible, err)
}

// ground is what of a state the gate's judgement of a subject rests on. Equal
// grounds mean that the judgement stands.
type ground struct {
	subject    *subject
	contract   *contractRow
	baseline   *finding.Baseline
	breaches   *breachSet
	exceptions *exceptionSet
	policies   [4]*Policy
}

func (st *State) groundOf(name string) ground {
	g := ground{subject: st.subject(name)}
	for i, scope := range scopesOf(name) {
		g.policies[i] = st.ownPolicy(scope)
	}
	if st.governed(name) {
		g.contract, g.exceptions = st.contract(st.roleOf(name).home), st.exceptions
		g.baseline, _ = st.baselines.Get(name)
		g.breaches, _ = st.breaches.Get(name)
	}
	return g
}

// concerned lists the subjects whose schemas or contracts records change.
func concerned(recs []Record) []string {
	var subjects []string
	for _, rec := range recs {
		subject := rec.Key.ID
		switch rec.Key.Kind {
		case kindSchema, kindDeletion:
			subject, _, _ = parseVersionKey(rec.Key.ID)
		case kindContract:
		default:
			continue
		}
		if !slices.Contains(subjects, subject) {
			subjects = append(subjects, subject)
		}
	}
	return subjects
}

// submitGoverned submits a decision once the gate has let pass what follows
// from it.
func (r *Registry) submitGoverned(ctx context.Context, decide decision) error {
	for {
		st := r.state.Load()
		recs, err := decide(st)
		if err != nil {
			return err
		}
		judged := concerned(recs)
		passed, err := r.gate(ctx, st, st.With(recs...), judged, false)
		if err != nil {
			return err
		}
		_, err = r.submit(ctx, func(now *State) ([]Record, error) {
			recs, err := decide(now)
			for _, subject := range concerned(recs) {
				stands := slices.Contains(judged, subject) && now.groundOf(subject) == st.groundOf(subject)
				if now.governed(subject) && !stands {
					return nil, errStale
				}
			}
			if err != nil || len(recs) == 0 {
				return nil, err
			}
			return slices.Concat(recs, passed), nil
		})
		if !errors.Is(err, errStale) {
			return err
		}
	}
}
