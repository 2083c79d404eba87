package registry

import (
	"context"
	"strconv"

	"github.com/accordhq/accord/schema"
)

// bare reports whether a candidate is a text alone, as producers register it.
func (c Candidate) bare() bool { return c.Metadata == nil && c.RuleSet == nil }

// declares reports whether a registration says which metadata and rules its
// schema has from now on, as the schemas of a Change do. A registration by
// itself asks for a version that has them, which may be an old one.
func (req *RegisterRequest) declares() bool { return req.partOfChange && !req.bare() }

// existing finds the version that a completed registration is already. A bare
// one is the newest of its text if no version has what it would inherit: what
// the newest version of the subject says of another text is not the producer's
// affair.
func (r *Registry) existing(ctx context.Context, st *State, reg *registration, bare bool) (*version, error) {
	sub := reg.basis.subject
	if !reg.request.declares() {
		v, err := r.match(ctx, st, sub, reg.prepared, false)
		if v != nil || err != nil || !bare {
			return v, err
		}
		return r.matchText(ctx, st, sub, reg.prepared, false)
	}
	sent := *reg.prepared
	sent.metadata = withoutServerVersion(reg.request.Metadata, sent.metadata)
	if v, err := r.newestAs(ctx, st, sub, &sent); v != nil || err != nil {
		return v, err
	}
	older, err := r.match(ctx, st, sub, &sent, false)
	if older != nil {
		// What was replaced comes back. Its number sets the new version apart.
		pinned := reg.metadata.WithProperty(schema.VersionProperty, strconv.Itoa(sub.nextNumber()))
		reg.describe(pinned, reg.rules)
	}
	return nil, err
}

// asDeclared finds the version that a declaration has been made of, before it is
// known whether anything may be written.
func (r *Registry) asDeclared(ctx context.Context, st *State, req RegisterRequest, p *prepared) (*version, error) {
	sent := *p
	sent.metadata, sent.rules = st.describedAs(req.Subject, Config{}, req.Candidate)
	sent.metadata = withoutServerVersion(req.Metadata, sent.metadata)
	if sent.rules.Empty() {
		sent.rules = nil
	}
	return r.newestAs(ctx, st, st.subject(req.Subject), &sent)
}

// newestAs is the newest version of a candidate's text, if it has the
// candidate's metadata and rules; nil if it has others.
func (r *Registry) newestAs(ctx context.Context, st *State, sub *subject, p *prepared) (*version, error) {
	newest, err := r.matchText(ctx, st, sub, p, false)
	if err != nil || newest == nil || !p.sameExtras(newest) {
		return nil, err
	}
	return newest, nil
}
