package registry

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/accordhq/accord/schema"
)

// present is a version as a read shows it.
func (r *Registry) present(ctx context.Context, st *State, v *version, opts ReadOptions) (Version, error) {
	out := Version{
		Subject: v.subject, Version: int(v.number), ID: int(v.id), GUID: v.same.GUID, Type: v.format,
		References: v.refs, Metadata: v.metadata, RuleSet: v.rules, Time: v.time(), Deleted: v.deleted,
		Stored: v.at,
	}
	if opts.ReferenceFormat == "qualified" {
		out.References = qualifyReferences(v.subject, v.refs)
	}
	var err error
	printed := v.printed || st.reprints()
	if v.unparsed || opts.Format == "" && !printed && len(opts.FindTags) == 0 {
		out.Text, err = r.textOf(ctx, v)
		return out, err
	}
	parsed, err := r.parsedOf(ctx, st, v)
	if err != nil {
		return Version{}, storedUnreadable(v, err)
	}
	switch {
	case opts.Format != "":
		out.Text = parsed.Print(opts.Format)
	case printed:
		out.Text = v.reprint(parsed)
	default:
		if out.Text, err = r.textOf(ctx, v); err != nil {
			return Version{}, err
		}
	}
	out.Tags = tagged(parsed.Fields(), opts.FindTags)
	return out, nil
}

// presentWithoutTime is present for the answers to which Confluent gives no ts.
func (r *Registry) presentWithoutTime(ctx context.Context, st *State, v *version, opts ReadOptions) (Version, error) {
	out, err := r.present(ctx, st, v, opts)
	out.Time = time.Time{}
	return out, err
}

func qualifyReferences(referrer string, refs []schema.Reference) []schema.Reference {
	qualified := slices.Clone(refs)
	for i := range qualified {
		qualified[i].Subject = targetOf(referrer, qualified[i].Subject)
	}
	return qualified
}

// Version returns one version of a subject. A subject without a context that
// the default one does not have is searched in all others.
func (r *Registry) Version(ctx context.Context, name string, at VersionRef, opts ReadOptions) (Version, error) {
	st := r.state.Load()
	v, err := st.find(name, at, opts.Deleted)
	if err != nil {
		return Version{}, err
	}
	return r.present(ctx, st, v, opts)
}

// find returns the version that a name may stand for, or a refusal.
func (st *State) find(name string, at VersionRef, deleted bool) (*version, error) {
	for _, candidate := range st.spellings(name) {
		if v, ok := st.subject(candidate).at(at, deleted); ok {
			return v, nil
		}
	}
	return nil, st.missing(name, at, deleted)
}

// at finds the version a path names. Deleted versions are never the latest.
func (s *subject) at(at VersionRef, deleted bool) (*version, bool) {
	if at.Latest {
		v := s.latest()
		return v, v != nil
	}
	v, ok := s.find(at.Number)
	return v, ok && (deleted || !v.deleted)
}

// spellings lists the subjects a name may stand for, best first.
func (st *State) spellings(name string) []string {
	first := canonicalSubject(name)
	if isQualified(name) || st.subject(first) != nil && st.subject(first).latest() != nil {
		return []string{first}
	}
	names := []string{first}
	st.contexts.Scan(func(context string, _ contextFacts) bool {
		if context != DefaultContext {
			names = append(names, Qualified(context, first))
		}
		return true
	})
	return names
}

// missing says what of a subject and version is not there.
func (st *State) missing(name string, at VersionRef, deleted bool) error {
	if !st.subject(canonicalSubject(name)).exists(deleted) {
		return subjectNotFound(name)
	}
	return versionNotFound(at)
}

func subjectNotFound(name string) error {
	return errorf(CodeSubjectNotFound, "Subject '%s' not found.", name)
}

func versionNotFound(at VersionRef) error {
	shown := strconv.Itoa(at.Number)
	if at.Latest {
		shown = "latest"
	}
	return errorf(CodeVersionNotFound, "Version %s not found.", shown)
}

// LatestWith returns the newest version whose metadata holds all properties.
func (r *Registry) LatestWith(ctx context.Context, name string, properties map[string]string, opts ReadOptions) (Version, error) {
	st := r.state.Load()
	sub := st.subject(canonicalSubject(name))
	if !sub.exists(opts.Deleted) {
		return Version{}, subjectNotFound(name)
	}
	for _, v := range sub.newestFirst(opts.Deleted) {
		if holds(v.metadata, properties) {
			return r.present(ctx, st, v, opts)
		}
	}
	return Version{}, errorf(CodeSchemaNotFound, "Schema not found")
}

func holds(m *schema.Metadata, properties map[string]string) bool {
	for key, value := range properties {
		if m == nil {
			return false
		}
		if have, ok := m.Properties[key]; !ok || have != value {
			return false
		}
	}
	return true
}
