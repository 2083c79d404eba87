package registry

import (
	"context"

	"github.com/accordhq/accord/schema"
)

// Lookup finds the version of a subject that a candidate is (registry API
// 2.4). Nothing is written.
func (r *Registry) Lookup(ctx context.Context, name string, c Candidate, opts LookupOptions) (Version, error) {
	st := r.state.Load()
	config := st.effectiveConfig(canonicalSubject(name))
	understand := understandOptions{normalize: opts.Normalize || isSet(config.Normalize, false)}
	p, err := r.understand(ctx, st, canonicalSubject(name), c, understand)
	if isInvalid(err) {
		if v := st.subject(canonicalSubject(name)).unparsed(c, opts.Deleted); v != nil {
			return r.presentWithoutTime(ctx, st, v, opts.ReadOptions)
		}
	}
	if err != nil {
		return Version{}, err
	}
	for _, spelling := range st.spellings(name) {
		v, err := r.lookupIn(ctx, st, spelling, p, c, opts.Deleted)
		if err != nil {
			return Version{}, err
		}
		if v != nil {
			return r.presentWithoutTime(ctx, st, v, opts.ReadOptions)
		}
	}
	if !st.subject(canonicalSubject(name)).exists(opts.Deleted) {
		return Version{}, subjectNotFound(name)
	}
	return Version{}, errorf(CodeSchemaNotFound, "Schema not found")
}

// lookupIn looks in one subject, then once more with the metadata and rules
// that registration would have added, so that producers which send the bare
// schema find versions that carry them; at last for the text alone, so that they
// still do when a later version has others.
func (r *Registry) lookupIn(ctx context.Context, st *State, name string, p *prepared, c Candidate, deleted bool) (*version, error) {
	sub := st.subject(name)
	if sub == nil {
		return nil, nil
	}
	v, err := r.match(ctx, st, sub, p, deleted)
	if v != nil || err != nil || c.Metadata != nil && c.RuleSet != nil {
		return v, err
	}
	completed := *p
	completed.describe(st.describedAs(name, st.effectiveConfig(name), c))
	completed.metadata = withoutServerVersion(c.Metadata, completed.metadata)
	v, err = r.match(ctx, st, sub, &completed, deleted)
	if v != nil || err != nil || !c.bare() || p.printed {
		return v, err
	}
	return r.matchText(ctx, st, sub, p, deleted)
}

// withoutServerVersion is completed metadata with the version property that the
// client sent, if it sent one: any other belongs to the version it was inherited
// from.
func withoutServerVersion(sent, completed *schema.Metadata) *schema.Metadata {
	if number := sent.Property(schema.VersionProperty); number != "" {
		return completed.WithProperty(schema.VersionProperty, number)
	}
	return withoutVersion(completed)
}
