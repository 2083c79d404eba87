package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/schema/finding"
)

// What has come past the gate, and so was never judged as a change.
var (
	codeImported = finding.Claim("CONTRACT_IMPORTED", "a version was imported, without being judged")
	// A baseline never covers what somebody forced.
	codeForced = finding.ClaimChange("CONTRACT_FORCED", "a version was registered with force=true, without being judged")
)

// streams lists what has an active schema or a contract, by name.
func (st *State) streams(prefix string) []string {
	var names []string
	st.scan(prefix, func(s *subject) bool {
		if s.latest() != nil {
			names = append(names, s.name)
		}
		return true
	})
	st.contracts.Scan(func(name string, _ *contractRow) bool {
		if underPrefix(prefix, name) && st.subject(name).latest() == nil {
			names = append(names, name)
		}
		return true
	})
	slices.Sort(names)
	return names
}

// judged lists the streams, and what was one and is on record as broken.
func (st *State) judged(prefix string) []string {
	names := st.streams(prefix)
	st.breaches.Scan(func(name string, _ *breachSet) bool {
		if underPrefix(prefix, name) {
			names = append(names, name)
		}
		return true
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// underPrefix reports whether scan, given the prefix, visits a subject.
func underPrefix(prefix, subject string) bool {
	if rest, everywhere := strings.CutPrefix(prefix, wildcardPrefix); everywhere {
		_, name := contextOf(subject)
		return strings.HasPrefix(name, rest)
	}
	prefix = canonicalSubject(prefix)
	return strings.HasPrefix(subject, prefix) && isQualified(subject) == isQualified(prefix)
}

// standing judges one subject as it stands, and tells what came past the gate.
func (r *Registry) standing(ctx context.Context, st *State, subject string) ([]finding.Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !st.governed(subject) {
		return nil, nil
	}
	found, _, err := r.judgeStream(ctx, st, st, subject, "")
	if err != nil {
		return nil, err
	}
	recorded, err := r.recorded(ctx, st, subject)
	if err != nil {
		return nil, err
	}
	passed, err := r.passed(ctx, st.subject(subject))
	return r.tolerate(st, subject, slices.Concat(found, recorded, passed)), err
}

// passed tells of the newest version that was imported and of the newest that
// was forced: each speaks for those before it.
func (r *Registry) passed(ctx context.Context, s *subject) ([]finding.Finding, error) {
	var out []finding.Finding
	for _, way := range []struct {
		version *version
		code    finding.Code
		did     string
	}{
		{s.newest(func(v *version) bool { return v.imported }), codeImported, "was imported"},
		{s.newest(func(v *version) bool { return v.forced }), codeForced, "was registered with force=true"},
	} {
		v := way.version
		if v == nil {
			continue
		}
		e, err := r.entryAt(ctx, v.at, s.name)
		if err != nil {
			return nil, err
		}
		out = append(out, finding.Finding{
			Code: way.code, Severity: finding.Warning, Subject: s.name, Path: versionPath(v),
			Message: fmt.Sprintf("version %d %s by %s on %s and was not judged",
				v.number, way.did, authorOf(e.Actor), e.Time.UTC().Format(time.DateOnly)),
			Hint: "look at what is found in the subject; what is well so, an exception excuses",
		})
	}
	return out, nil
}

// versionPath is the place of a finding that speaks of a version as a whole.
func versionPath(v *version) string { return fmt.Sprintf("version %d", v.number) }

// authorOf names an actor to people.
func authorOf(actor string) string { return cmp.Or(actor, "somebody unknown") }

// newest is the newest active version that is as asked, nil if none is.
func (s *subject) newest(is func(*version) bool) *version {
	for _, v := range s.newestFirst(false) {
		if is(v) {
			return v
		}
	}
	return nil
}

// SetBaseline makes what is found today in the subjects of a prefix their old
// debt: it is shown and refuses nothing, while new debt does. It returns the
// subjects that have any.
func (r *Registry) SetBaseline(ctx context.Context, prefix string) ([]string, error) {
	st := r.state.Load()
	streams := st.streams(prefix)
	var gone []string // there is nothing left that could owe
	st.baselines.Scan(func(name string, _ *finding.Baseline) bool {
		if _, there := slices.BinarySearch(streams, name); !there && underPrefix(prefix, name) {
			gone = append(gone, name)
		}
		return true
	})
	return r.setBaseline(ctx, st, slices.Concat(streams, gone))
}

// BaselineImported is SetBaseline for those of the given subjects whose newest
// imported version came after their baseline was set. What they owe was owed
// elsewhere before.
func (r *Registry) BaselineImported(ctx context.Context, subjects []string) ([]string, error) {
	st := r.state.Load()
	var due []string
	for _, name := range subjects {
		name = canonicalSubject(name)
		v := st.subject(name).newest(func(v *version) bool { return v.imported })
		if v == nil || slices.Contains(due, name) {
			continue
		}
		if !st.baseline(name).Covers(finding.Finding{Code: codeImported, Subject: name, Path: versionPath(v)}) {
			due = append(due, name)
		}
	}
	return r.setBaseline(ctx, st, due)
}

func (r *Registry) setBaseline(ctx context.Context, st *State, subjects []string) ([]string, error) {
	owing := []string{}
	var recs []Record
	for _, subject := range subjects {
		found, err := r.standing(ctx, st, subject)
		if err != nil {
			return nil, err
		}
		key := Key{Kind: kindBaseline, ID: subject}
		if debt := finding.BaselineOf(found); len(debt.Keys()) > 0 {
			// That it was imported is noted, and is nothing that it owes.
			if slices.ContainsFunc(debt.Keys(), func(k finding.Key) bool { return k.Code != codeImported }) {
				owing = append(owing, subject)
			}
			recs = append(recs, put(key, debt, ""))
		} else if _, had := st.baselines.Get(subject); had {
			recs = append(recs, remove(key))
		}
	}
	if len(recs) == 0 {
		return owing, nil
	}
	_, err := r.submit(ctx, func(*State) ([]Record, error) { return recs, nil })
	return owing, err
}

// Coverage counts what streams have of what they owe.
type Coverage = contracts.Coverage

// StreamCoverage is the coverage of one subject. Team owns it, "" if nobody
// does.
type StreamCoverage struct {
	Subject    string
	Team       string
	Governance Governance
	Coverage
}

// onRecord reports a broken promise that no exception excuses.
func onRecord(f finding.Finding) bool {
	return f.Tolerated != nil && f.Tolerated.By == finding.ByRecord
}

// Coverage counts what the subjects of a prefix have, whatever governance asks
// of them; exempt ones are left out.
func (r *Registry) Coverage(ctx context.Context, prefix string) ([]StreamCoverage, error) {
	st := r.state.Load()
	all := []StreamCoverage{}
	for _, subject := range st.streams(prefix) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		role := st.roleOf(subject)
		if role.exempt {
			continue
		}
		c, err := r.caseOf(ctx, st, st, subject, role)
		if err != nil {
			return nil, err
		}
		out := StreamCoverage{Subject: subject, Governance: st.governance(subject), Coverage: contracts.Cover(c)}
		if c.Contract != nil {
			out.Team = c.Contract.Owner.Team
		}
		if out.Streams > 0 && out.Governance != GovernanceOff {
			recorded, err := r.recorded(ctx, st, subject)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(r.excuse(st, subject, recorded), onRecord) {
				out.Broken = 1
			}
		}
		all = append(all, out)
	}
	return all, nil
}
