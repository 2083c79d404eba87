package registry

import (
	"context"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/lineage"
)

// ImpactRequest asks who is hurt if a stream changes.
type ImpactRequest struct {
	Subject string
	// Candidate is the schema that the latest would be changed to. Without one,
	// Fields are those that would go; without either, the stream would.
	Candidate *Candidate
	Fields    []string
	// Scope says which of what was observed counts; its time is now if it is
	// zero.
	lineage.Scope
	// Depth and MaxNodes bound what is told of what lies downstream.
	Depth, MaxNodes int
}

// ImpactReport says who is hurt, and by what.
type ImpactReport struct {
	Subject string
	// Version is the version compared with, 0 if there was no Candidate.
	Version int
	// Changes are what a Candidate does to the fields, in the order of Fields of
	// the Impact.
	Changes []contracts.Damage
	lineage.Impact
	// Unknown says in a clause why there may be other readers, "" if all are
	// known; Hint is what would tell.
	Unknown, Hint string
}

// Impact tells who is hurt by a change of a subject, in the words of the lineage
// graph. It judges nothing: the gate does.
func (r *Registry) Impact(ctx context.Context, req ImpactRequest) (ImpactReport, error) {
	subject := canonicalSubject(req.Subject)
	st := r.state.Load()
	report := ImpactReport{Subject: subject, Unknown: "this registry observes nobody", Hint: "start it with 'accord serve'"}
	fields := req.Fields
	if req.Candidate != nil {
		latest, err := st.find(subject, LatestVersion, false)
		if err != nil {
			return report, err
		}
		report.Version = int(latest.number)
		if report.Changes, err = r.damages(ctx, st, latest, *req.Candidate); err != nil {
			return report, err
		}
		for _, d := range report.Changes {
			fields = append(fields, d.Path)
		}
		if len(fields) == 0 {
			return report, nil
		}
	}
	known := r.observed(st, subject)
	if known == nil {
		return report, nil
	}
	report.Impact = known.impact(fields, req)
	report.Unknown, report.Hint = unwatched(report.Impact)
	return report, nil
}

// Datasets are the datasets that a subject's topic is in the lineage graph, and
// the path of a field of the subject there.
func (r *Registry) Datasets(subject, field string) (datasets []lineage.ID, path string) {
	known := r.observed(r.state.Load(), canonicalSubject(subject))
	if known == nil {
		return nil, field
	}
	if field != "" {
		field = known.fieldPath(field)
	}
	return known.proposal.Datasets, field
}

// damages compares a candidate with the latest version of its subject.
func (r *Registry) damages(ctx context.Context, st *State, latest *version, c Candidate) ([]contracts.Damage, error) {
	previous, err := r.versionParsed(ctx, st, latest)
	if err != nil || previous == nil {
		return nil, err
	}
	p, err := r.understand(ctx, st, latest.subject, c, understandOptions{})
	if err != nil {
		return nil, err
	}
	return contracts.Damages(previous, p.parsed.Parsed), nil
}

// impact asks the graph about fields of the subject.
func (r *readers) impact(fields []string, req ImpactRequest) lineage.Impact {
	p := r.proposal
	p.Depth, p.MaxNodes = req.Depth, req.MaxNodes
	if req.Now.IsZero() {
		req.Now = p.Now
	}
	p.Scope = req.Scope
	for _, path := range fields {
		p.Fields = append(p.Fields, r.fieldPath(path))
	}
	return r.graph.Impact(p)
}

// fieldPath is a path of the subject's schema as the graph has it.
func (r *readers) fieldPath(path string) string {
	if r.key {
		return keyFields + "." + path
	}
	return path
}

// Stream is what the registry has of a topic: the subject of its keys or values,
// its latest version, and the contract that speaks for it.
type Stream struct {
	Subject string
	// Version is the latest, 0 if all are deleted.
	Version int
	// Contract and the rest are "" without one.
	Contract, ContractVersion, Status string
}

// StreamsOf are the streams of a topic, in all contexts.
func (r *Registry) StreamsOf(topic string) []Stream {
	st := r.state.Load()
	var out []Stream
	for _, context := range r.Contexts("") {
		for _, side := range [...]string{valueSuffix, keySuffix} {
			subject := Qualified(context, topic+side)
			latest, row := st.subject(subject).latest(), st.contract(st.roleOf(subject).home)
			if latest == nil && st.contract(subject) == nil {
				continue
			}
			s := Stream{Subject: subject}
			if latest != nil {
				s.Version = int(latest.number)
			}
			if row != nil {
				s.Contract, s.ContractVersion, s.Status = row.ID, row.Version, row.Status
			}
			out = append(out, s)
		}
	}
	return out
}
