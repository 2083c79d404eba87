package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/accordhq/accord/schema"
)

// targetOf is the qualified subject that another one names, by a reference or
// as that of its keys: a plain name lies in the referrer's own context.
func targetOf(referrer, target string) string {
	if isQualified(target) {
		return canonicalSubject(target)
	}
	context, _ := contextOf(referrer)
	return Qualified(context, target)
}

// pinReferences replaces version -1 by the latest version's number. Targets
// must be active. References are kept as the client wrote them otherwise.
func (st *State) pinReferences(referrer string, refs []schema.Reference) ([]schema.Reference, error) {
	pinned := slices.Clone(refs)
	for i := range pinned {
		ref := &pinned[i]
		name := targetOf(referrer, ref.Subject)
		target := st.subject(name).latest()
		if ref.Version != -1 {
			target, _ = st.version(name, ref.Version)
		}
		if target == nil || target.deleted {
			return nil, noReference(*ref)
		}
		ref.Version = int(target.number)
	}
	return pinned, nil
}

// checkReferable refuses references to subjects that belong to a resource:
// they may go with it.
func (st *State) checkReferable(referrer string, refs []schema.Reference) error {
	for _, ref := range refs {
		if name := targetOf(referrer, ref.Subject); st.owned(name) {
			return errorf(CodeOperationNotPermitted, "Subject '%s' has a strong association and cannot be referenced", name)
		}
	}
	return nil
}

func noReference(ref schema.Reference) error {
	return errorf(CodeReferenceNotFound, "No schema reference found for subject \"%s\" and version %d", ref.Subject, ref.Version)
}

// normalizeReferences sorts references by subject and version and drops
// duplicates (registry API 2.2).
func normalizeReferences(refs []schema.Reference) []schema.Reference {
	sorted := slices.Clone(refs)
	slices.SortStableFunc(sorted, func(a, b schema.Reference) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Version, b.Version))
	})
	return slices.Compact(sorted)
}

// dependencies resolves references to the flat list a parser takes: depth
// first, each before what needs it, the first of a name winning. Versions that
// exist keep their references for good, so soft-deleted targets still count
// when deleted is set.
func (r *Registry) dependencies(ctx context.Context, st *State, referrer string, refs []schema.Reference, deleted bool) ([]schema.Dependency, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	w := &refWalk{registry: r, st: st, deleted: deleted, seen: map[string]bool{}}
	if err := w.walk(ctx, referrer, refs, 0); err != nil {
		return nil, err
	}
	return w.out, nil
}

type refWalk struct {
	registry *Registry
	st       *State
	deleted  bool
	seen     map[string]bool
	// pending are texts that are not in the log yet, by ID of the version's
	// key.
	pending map[string]string
	out     []schema.Dependency
}

func (w *refWalk) walk(ctx context.Context, referrer string, refs []schema.Reference, depth int) error {
	if depth > schema.MaxDepth || len(w.seen) > schema.MaxDependencies {
		return errorf(CodeInvalidSchema, "Invalid schema, details: its references lead to more than %d schemas", schema.MaxDependencies)
	}
	for _, ref := range refs {
		if w.seen[ref.Name] {
			continue
		}
		w.seen[ref.Name] = true
		target, ok := w.st.version(targetOf(referrer, ref.Subject), ref.Version)
		if !ok || target.deleted && !w.deleted {
			return noReference(ref)
		}
		if err := w.walk(ctx, target.subject, target.refs, depth+1); err != nil {
			return err
		}
		t, err := w.textOf(ctx, target)
		if err != nil {
			return fmt.Errorf("resolve reference %q: %w", ref.Name, err)
		}
		w.out = append(w.out, schema.Dependency{Reference: ref, Text: t})
	}
	return nil
}

func (w *refWalk) textOf(ctx context.Context, v *version) (string, error) {
	if t, ok := w.pending[versionKey(kindSchema, v.subject, int(v.number)).ID]; ok {
		return t, nil
	}
	return w.registry.textOf(ctx, v)
}
