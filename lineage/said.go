package lineage

import (
	"encoding/json"
	"time"
)

// EntityKind says what a facet is about.
type EntityKind string

// What may have facets.
const (
	DatasetEntity EntityKind = EntityKind(DatasetNode)
	JobEntity     EntityKind = EntityKind(JobNode)
	RunEntity     EntityKind = "run"     // Name is the run id; there is no namespace
	ClusterEntity EntityKind = "cluster" // Namespace is its datasets' one; there is no name
)

// Entity is the identity of what a facet is about.
type Entity struct {
	Kind EntityKind `json:"kind"`
	ID
}

// Key is what the entity's facets and runs are listed under: the key of its
// folded name, so that all spellings of a name share one list.
func (e Entity) Key() string {
	n := Fold(Node{NodeKind(e.Kind), e.ID})
	return Key(string(n.Kind), n.Namespace, n.Name)
}

// Entity returns what the facets of a node are about.
func (n Node) Entity() Entity { return Entity{EntityKind(n.Kind), n.ID} }

// Facet is what was said about an entity under one name, in OpenLineage's form
// and verbatim. What was said last stands.
type Facet struct {
	Entity
	Facet string `json:"facet"`
	// Body is the facet, a JSON object; empty if it was taken back.
	Body json.RawMessage `json:"body,omitempty"`
	Interval
}

// Fact returns f as a fact.
func (f Facet) Fact() Fact {
	kind := KindFacet
	if f.Kind == RunEntity {
		kind = KindRunFacet
	}
	return Fact{
		Kind: kind, Key: Key(string(f.Kind), f.Namespace, f.Name, f.Facet), Scope: f.Key(),
		First: f.First, Last: f.Last, Said: f.Last, Body: f.Body,
	}
}

// FacetOf reads a fact of KindFacet or KindRunFacet.
func FacetOf(f Fact) (Facet, error) {
	kind := KindFacet
	if f.Kind == KindRunFacet {
		kind = KindRunFacet
	}
	p, err := f.parts(kind, 4)
	if err != nil {
		return Facet{}, err
	}
	return Facet{Entity: Entity{EntityKind(p[0]), ID{p[1], p[2]}}, Facet: p[3], Body: f.Body, Interval: f.Interval()}, nil
}

// Alias says that a name means what another name means. With names "" it
// is of namespaces: kafka://b-2:9092 holds what the cluster's namespace holds.
// A name that several aliases lead away from means what the strongest evidence
// says, and of that the one seen last; so an address that moves to another
// cluster moves its name, and what it meant at a time can still be told.
type Alias struct {
	Kind     NodeKind `json:"kind"`
	From     ID       `json:"from"`
	To       ID       `json:"to"`
	Evidence Evidence `json:"evidence"`
	Source   string   `json:"source"`
	// Note says why: "advertised.listeners of cluster MkU3…", "symlinks facet".
	Note string `json:"note,omitempty"`
	// Ended is set where a person took the alias back.
	Ended bool `json:"ended,omitempty"`
	Interval
}

type aliasBody struct {
	Note  string `json:"note,omitempty"`
	Ended bool   `json:"ended,omitempty"`
}

// Fact returns a as a fact.
func (a Alias) Fact() Fact {
	key := Key(string(a.Kind), a.From.Namespace, a.From.Name, a.To.Namespace, a.To.Name, string(a.Evidence), a.Source)
	return sighting(KindAlias, key, "", a.Interval, aliasBody{a.Note, a.Ended})
}

// AliasOf reads a fact of KindAlias.
func AliasOf(f Fact) (Alias, error) {
	p, err := f.parts(KindAlias, 7)
	if err != nil {
		return Alias{}, err
	}
	var body aliasBody
	err = f.decode(&body)
	return Alias{
		Kind: NodeKind(p[0]), From: ID{p[1], p[2]}, To: ID{p[3], p[4]}, Evidence: Evidence(p[5]), Source: p[6],
		Note: body.Note, Ended: body.Ended, Interval: f.Interval(),
	}, err
}

// Statement says that a source told the whole truth about a node when it last
// spoke: edges, throughs and fields of the same source and node, last seen
// longer than Grace before, have ended. Of a dataset, which does not know who else
// reads or writes it, those that lead to it and name no job.
type Statement struct {
	Node
	Source string        `json:"source"`
	Grace  time.Duration `json:"grace"` // nanoseconds
	Interval
}

type statementBody struct {
	Grace time.Duration `json:"grace,omitempty"`
}

// Fact returns s as a fact.
func (s Statement) Fact() Fact {
	return sighting(KindStatement, Key(string(s.Kind), s.Namespace, s.Name, s.Source), "", s.Interval, statementBody{s.Grace})
}

// StatementOf reads a fact of KindStatement.
func StatementOf(f Fact) (Statement, error) {
	p, err := f.parts(KindStatement, 4)
	if err != nil {
		return Statement{}, err
	}
	var body statementBody
	err = f.decode(&body)
	return Statement{Node: Node{NodeKind(p[0]), ID{p[1], p[2]}}, Source: p[3], Grace: body.Grace, Interval: f.Interval()}, err
}
