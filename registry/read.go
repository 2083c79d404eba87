package registry

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/accordhq/accord/schema"
)

// present is a version as a read shows it.
func (r *Registry) present(ctx context.Context, st *State, v *version, opts ReadOptions) (Version, error) {
	out := Version{
		Subject: v.subject, Version: int(v.number), ID: int(v.id), GUID: v.same.GUID, Type: v.format,
		References: v.refs, Metadata: v.metadata, RuleSet: v.rules, Time: v.time(), Deleted: v.deleted,
	}
	if opts.ReferenceFormat == "qualified" {
		out.References = qualifyReferences(v.subject, v.refs)
	}
	var err error
	if opts.Format == "" && !v.printed && len(opts.FindTags) == 0 {
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
	case v.printed:
		out.Text = parsed.Canonical()
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
	for _, candidate := range st.spellings(name) {
		if v, ok := st.subject(candidate).at(at, opts.Deleted); ok {
			return r.present(ctx, st, v, opts)
		}
	}
	return Version{}, st.missing(name, at, opts.Deleted)
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

// Versions lists a subject's version numbers in ascending order, soft-deleted
// ones as negative numbers where asked.
func (r *Registry) Versions(name string, f VersionFilter) ([]int, error) {
	sub := r.state.Load().subject(canonicalSubject(name))
	if !sub.exists(f.Deleted || f.DeletedOnly) {
		return nil, subjectNotFound(name)
	}
	var out []int
	for _, v := range sub.versions {
		switch {
		case f.DeletedAsNegative && v.deleted:
			out = append(out, -int(v.number))
		case f.DeletedAsNegative, f.DeletedOnly && v.deleted, !f.DeletedOnly && (f.Deleted || !v.deleted):
			out = append(out, int(v.number))
		}
	}
	return out, nil
}

// Subjects lists subject names in order. A subject is deleted when all its
// versions are.
func (r *Registry) Subjects(f SubjectFilter) []string {
	var out []string
	r.state.Load().scan(f.Prefix, func(s *subject) bool {
		active := s.latest() != nil
		if f.DeletedOnly && !active || !f.DeletedOnly && (active || f.Deleted) {
			out = append(out, s.name)
		}
		return true
	})
	return out
}

// scan visits the subjects of a prefix in order: "" and plain prefixes stay in
// the default context, ":.ctx:" in another, ":*:" spans all.
func (st *State) scan(prefix string, visit func(*subject) bool) {
	rest, everywhere := strings.CutPrefix(prefix, wildcardPrefix)
	if everywhere {
		st.subjects.Scan(func(_ string, s *subject) bool {
			_, name := contextOf(s.name)
			return !strings.HasPrefix(name, rest) || visit(s)
		})
		return
	}
	prefix = canonicalSubject(prefix)
	st.subjects.Ascend(prefix, func(name string, s *subject) bool {
		if !strings.HasPrefix(name, prefix) {
			return false
		}
		return isQualified(name) != isQualified(prefix) || visit(s)
	})
}

// Schemas lists versions over subjects, by subject and version.
func (r *Registry) Schemas(ctx context.Context, f SchemaFilter) ([]Version, error) {
	st := r.state.Load()
	var aliases map[string][]string
	if f.Aliases {
		aliases = st.aliases()
	}
	out := []Version{}
	var failed error
	skip := f.Offset
	st.scan(f.Prefix, func(s *subject) bool {
		for _, v := range s.selected(f) {
			if skip > 0 {
				skip--
				continue
			}
			shown, err := r.present(ctx, st, v, ReadOptions{})
			if err != nil {
				failed = err
				return false
			}
			shown.Aliases = aliases[s.name]
			out = append(out, shown)
			if len(out) == f.Limit {
				return false
			}
		}
		return true
	})
	return out, failed
}

func (s *subject) selected(f SchemaFilter) []*version {
	var rows []*version
	for _, v := range s.newestFirst(f.Deleted) {
		if f.RuleType == "" || v.rules.HasType(f.RuleType) {
			rows = append(rows, v)
		}
		if f.LatestOnly {
			break
		}
	}
	slices.Reverse(rows)
	return rows
}

// aliases lists, for each subject, the names that stand for it.
func (st *State) aliases() map[string][]string {
	out := map[string][]string{}
	st.configs.Scan(func(name string, c *Config) bool {
		if text(c.Alias) != "" {
			target := st.alias(name)
			out[target] = append(out[target], name)
		}
		return true
	})
	return out
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

// SchemaByID returns a version that carries an id, soft-deleted or not
// (registry API 2.7 tells what subject means; "" is none).
func (r *Registry) SchemaByID(ctx context.Context, id int, name string, opts ReadOptions) (Version, error) {
	st := r.state.Load()
	rows := st.rowsOfID(id, name)
	if len(rows) == 0 {
		return Version{}, schemaNotFound(strconv.Itoa(id))
	}
	return r.present(ctx, st, preferred(rows, canonicalSubject(name)), opts)
}

func schemaNotFound(what string) error {
	return errorf(CodeSchemaNotFound, "Schema %s not found", what)
}

// preferred picks the row of a subject, else an active one, else any; the
// newest of its subject.
func preferred(rows []*version, name string) *version {
	return slices.MaxFunc(rows, func(a, b *version) int {
		return cmp.Or(
			compareBool(a.subject == name, b.subject == name),
			compareBool(!a.deleted, !b.deleted),
			cmp.Compare(b.subject, a.subject),
			cmp.Compare(a.number, b.number),
		)
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// rowsOfID finds the rows of an id. A subject that names its context must own
// the id there; one that does not is looked for in all contexts before the
// default context's id answers whoever owns it.
func (st *State) rowsOfID(id int, name string) []*version {
	context, short := contextOf(name)
	rows := st.byID(context, id)
	owns := func(rows []*version, name string) bool {
		return slices.ContainsFunc(rows, func(v *version) bool { return v.subject == name })
	}
	switch {
	case short == "":
		return rows
	case isQualified(name) && context != DefaultContext:
		if owns(rows, canonicalSubject(name)) {
			return rows
		}
		return nil
	case owns(rows, short):
		return rows
	}
	st.contexts.Scan(func(other string, _ contextFacts) bool {
		if found := st.byID(other, id); other != DefaultContext && owns(found, Qualified(other, short)) {
			rows = found
			return false
		}
		return true
	})
	return rows
}

// MaxID is the highest id given out in the context of a subject.
func (r *Registry) MaxID(name string) int {
	context, _ := contextOf(name)
	return r.state.Load().nextID(context) - 1
}

// VersionsOfID lists the versions that carry an id, by subject and number.
func (r *Registry) VersionsOfID(id int, name string, deleted bool) ([]SubjectVersion, error) {
	rows := r.state.Load().rowsOfID(id, name)
	if len(rows) == 0 {
		return nil, errorf(CodeSchemaNotFound, "Schema not found")
	}
	var out []SubjectVersion
	for _, v := range rows {
		if deleted || !v.deleted {
			out = append(out, SubjectVersion{Subject: v.subject, Version: int(v.number)})
		}
	}
	return out, nil
}

// SubjectsOfID lists the subjects that carry an id, in order.
func (r *Registry) SubjectsOfID(id int, name string, deleted bool) ([]string, error) {
	versions, err := r.VersionsOfID(id, name, deleted)
	var out []string
	for _, v := range versions {
		out = append(out, v.Subject)
	}
	return slices.Compact(out), err
}

// SchemaByGUID returns the newest version of a content, the default context's
// before others.
func (r *Registry) SchemaByGUID(ctx context.Context, guid, format string) (Version, error) {
	st := r.state.Load()
	parsed, err := schema.ParseGUID(guid)
	if err != nil {
		return Version{}, schemaNotFound(guid)
	}
	var rows []*version
	for _, c := range st.idsOf(parsed) {
		if len(rows) > 0 && c.Context != DefaultContext {
			break // contexts come in order, the default one first
		}
		for _, v := range st.byID(c.Context, c.ID) {
			if v.same.GUID == parsed {
				rows = append(rows, v)
			}
		}
	}
	if len(rows) == 0 {
		return Version{}, schemaNotFound(guid)
	}
	newest := slices.MaxFunc(rows, func(a, b *version) int {
		return cmp.Or(compareBool(!a.deleted, !b.deleted), cmp.Compare(a.id, b.id), cmp.Compare(a.millis, b.millis))
	})
	return r.present(ctx, st, newest, ReadOptions{Format: format})
}

// IDsOfGUID lists the ids of a content over all contexts, in order; a text that
// is no GUID has none.
func (r *Registry) IDsOfGUID(guid string) []ContextID {
	parsed, err := schema.ParseGUID(guid)
	if err != nil {
		return nil
	}
	return r.state.Load().idsOf(parsed)
}

// ReferencedBy lists the ids of schemas that refer to a version, which may be
// soft-deleted, by context and id.
func (r *Registry) ReferencedBy(name string, at VersionRef, deleted bool) ([]int, error) {
	st := r.state.Load()
	name = canonicalSubject(name)
	target, ok := st.subject(name).at(at, true)
	if !ok {
		return nil, st.missing(name, at, true)
	}
	ids := map[ContextID]bool{}
	for _, v := range st.referrers(name, int(target.number)) {
		if deleted || !v.deleted {
			context, _ := contextOf(v.subject)
			ids[ContextID{Context: context, ID: int(v.id)}] = true
		}
	}
	sorted := slices.SortedFunc(maps.Keys(ids), func(a, b ContextID) int {
		return cmp.Or(cmp.Compare(a.Context, b.Context), cmp.Compare(a.ID, b.ID))
	})
	var out []int
	for _, id := range sorted {
		out = append(out, id.ID)
	}
	return out, nil
}

// Contexts lists the contexts in order; the default one is always there.
func (r *Registry) Contexts(prefix string) []string {
	names := []string{DefaultContext}
	r.state.Load().contexts.Scan(func(name string, facts contextFacts) bool {
		if name != DefaultContext && !facts.Gone {
			names = append(names, name)
		}
		return true
	})
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, prefix) })
}

// ResolveAlias returns the subject that stands behind a name, one hop away:
// the name itself where there is none.
func (r *Registry) ResolveAlias(name string) string {
	if st := r.state.Load(); st.configs.Len() > 0 {
		if target := st.alias(canonicalSubject(name)); target != canonicalSubject(name) {
			return target
		}
	}
	return name
}
