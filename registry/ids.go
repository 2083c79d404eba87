package registry

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema"
)

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
