package registry

import (
	"context"
	"slices"
	"strings"
)

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
		associations, wanted := st.associated(s.name, f.Associated)
		if !wanted {
			return true
		}
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
			shown.Aliases, shown.Associations = aliases[s.name], associations
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
		if (f.RuleType == "" || v.rules.HasType(f.RuleType)) && (v.unparsed || !f.Unparsed) {
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
func (r *Registry) ResolveAlias(name string) string { return r.resolve(name, (*State).alias) }

// ResolveDekAlias is ResolveAlias for the subjects of data encryption keys.
func (r *Registry) ResolveDekAlias(name string) string { return r.resolve(name, (*State).dekAlias) }

func (r *Registry) resolve(name string, alias func(*State, string) string) string {
	if st := r.state.Load(); st.configs.Len() > 0 {
		if target := alias(st, canonicalSubject(name)); target != canonicalSubject(name) {
			return target
		}
	}
	return name
}
