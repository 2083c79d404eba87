package lineage

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// said is what facts said of a name, beside edges.
type said struct {
	owner      *edition // who may change it
	facets     []facet
	statements []Statement
	uses       []Use
	looks      []Coverage
}

// facet is a Facet that the graph has a use for.
type facet struct {
	name string
	last int64
	body []byte // empty if it was taken back
}

// isKept reports whether the graph has a use for a facet.
func isKept(name string) bool {
	switch name {
	case "ownership", "documentation", "jobType", "datasetType", "tags":
		return true
	}
	return strings.HasPrefix(name, "accord")
}

// hear returns what was said of a name, to change.
func (b *builder) hear(i int32) *said {
	b.heard[i] = true
	known := b.names.edit(b.e, i)
	if known.said == nil {
		known.said = &said{owner: b.e}
	}
	if s := known.said; s.owner != b.e {
		known.said = &said{b.e, slices.Clone(s.facets), slices.Clone(s.statements), slices.Clone(s.uses), slices.Clone(s.looks)}
	}
	return known.said
}

func (b *builder) facet(f Facet) error {
	if f.Kind != DatasetEntity && f.Kind != JobEntity || !isKept(f.Facet) {
		return nil // what is said of runs and clusters stays in the store
	}
	if f.IsZero() {
		return fmt.Errorf("%w: a facet of nothing", ErrMalformed)
	}
	s := b.hear(b.name(Node{NodeKind(f.Kind), f.ID}))
	fresh := facet{f.Facet, micros(f.Last), f.Body}
	i := slices.IndexFunc(s.facets, func(o facet) bool { return o.name == f.Facet })
	if i < 0 {
		s.facets = append(s.facets, fresh)
	} else if fresh.compare(s.facets[i]) > 0 {
		s.facets[i] = fresh
	}
	return nil
}

// compare orders facets of one name: what stands comes last, as Merge has it.
func (f facet) compare(o facet) int {
	return cmp.Or(cmp.Compare(f.last, o.last), bytes.Compare(f.body, o.body))
}

func (b *builder) statement(st Statement) error {
	if !st.Kind.Known() || st.IsZero() || st.Grace < 0 {
		return fmt.Errorf("%w: a statement on %v", ErrMalformed, st.Node)
	}
	s := b.hear(b.name(st.Node))
	i := slices.IndexFunc(s.statements, func(o Statement) bool { return o.Source == st.Source })
	if i < 0 {
		s.statements = append(s.statements, st)
		return nil
	}
	if merged, err := StatementOf(Merge(aligned(s.statements[i].Fact(), st.Fact()))); err == nil {
		s.statements[i] = merged
	}
	return nil
}

// aligned has two facts that mean one name share its key.
func aligned(a, b Fact) (Fact, Fact) {
	b.Key = a.Key
	return a, b
}

func (b *builder) use(u Use) error {
	if u.Subject == "" || u.Client.IsZero() {
		return fmt.Errorf("%w: a use of %q", ErrMalformed, u.Subject)
	}
	s := b.hear(b.name(Node{subjectVertex, ID{Name: u.Subject}}))
	i, known := slices.BinarySearchFunc(s.uses, u, compareUses)
	if !known {
		s.uses = slices.Insert(s.uses, i, u)
	} else if merged, err := UseOf(Merge(s.uses[i].Fact(), u.Fact())); err == nil {
		s.uses[i] = merged
	}
	return nil
}

func compareUses(a, b Use) int {
	return cmp.Or(a.Client.Compare(b.Client), cmp.Compare(a.Action, b.Action), cmp.Compare(a.Version, b.Version))
}

func (b *builder) coverage(c Coverage) error {
	folded := Fold(Node{DatasetNode, ID{Namespace: c.Namespace}})
	s := b.hear(b.name(Node{clusterVertex, folded.ID}))
	i, known := slices.BinarySearchFunc(s.looks, c, func(a, b Coverage) int {
		return cmp.Or(a.Slot.Compare(b.Slot), cmp.Compare(a.Source, b.Source))
	})
	if !known {
		s.looks = slices.Insert(s.looks, i, c)
		return nil
	}
	s.looks[i].Interval = s.looks[i].Span(c.Interval)
	return nil
}
