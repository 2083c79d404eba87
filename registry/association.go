package registry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/btree"
)

// Lifecycle says how a subject and the resource it is associated with live
// together (registry API 1.7).
type Lifecycle string

// The lifecycles.
const (
	// Strong: the subject exists for the resource alone. Nothing else is
	// associated with it or begins to refer to it, and the deletion of the
	// association can take the subject along.
	Strong Lifecycle = "STRONG"
	// Weak: the resource uses a subject that exists by itself.
	Weak Lifecycle = "WEAK"
	// Unassociated selects subjects without association; no association has it.
	Unassociated Lifecycle = "NONE"
)

// What a resource and its sides are called.
const (
	// ResourceTopic is the one type of resource there is.
	ResourceTopic = "topic"
	// KeyAssociation and ValueAssociation are the sides of a topic that can
	// have a subject each.
	KeyAssociation   = "key"
	ValueAssociation = "value"
	// AnyResource stands for every namespace where one is asked for, and for
	// every name of a namespace.
	AnyResource = "-"
)

// Resource is what subjects are associated with: a topic of a Kafka cluster.
type Resource struct {
	// Name is unique in its namespace, the id of a cluster. ID is unique by
	// itself and stays with one incarnation of the resource.
	Name, Namespace, ID string
	// Type is ResourceTopic; "" means it, too.
	Type string
}

// Association says that a side of a resource has its schemas under a subject.
type Association struct {
	Resource Resource
	// Type is KeyAssociation or ValueAssociation.
	Type      string
	Subject   string
	Lifecycle Lifecycle
	// Frozen: the subject began with the association, which stays as it is
	// until it is deleted with its subject.
	Frozen bool
	// GUID names the association itself.
	GUID string
	// Created is when it was made, Updated when it got its lifecycle.
	Created, Updated time.Time
}

// AssociationFilter selects associations; its zero value selects all.
type AssociationFilter struct {
	ResourceType string
	Types        []string
	Lifecycles   []Lifecycle
}

func (f AssociationFilter) isZero() bool {
	return f.ResourceType == "" && len(f.Types) == 0 && len(f.Lifecycles) == 0
}

func (f AssociationFilter) matches(a *association) bool {
	return (f.ResourceType == "" || f.ResourceType == a.resource.Type) &&
		(len(f.Types) == 0 || slices.Contains(f.Types, a.side)) &&
		(len(f.Lifecycles) == 0 || slices.Contains(f.Lifecycles, a.lifecycle))
}

// association is an Association as the state holds it. Values are never
// changed in place.
type association struct {
	resource  Resource
	side      string // key or value
	subject   string
	lifecycle Lifecycle
	frozen    bool
	guid      string
	// created and updated are Unix milliseconds; at is where the log has it.
	created, updated int64
	at               Offset
}

func (a *association) key() Key { return associationKey(a.resource, a.side) }

func (a *association) present() Association {
	return Association{
		Resource: a.resource, Type: a.side, Subject: a.subject, Lifecycle: a.lifecycle, Frozen: a.frozen, GUID: a.guid,
		Created: time.UnixMilli(a.created).UTC(), Updated: time.UnixMilli(a.updated).UTC(),
	}
}

// compareAssociations is the order of lists: by name, namespace, type and side.
func compareAssociations(a, b *association) int {
	return cmp.Or(
		cmp.Compare(a.resource.Name, b.resource.Name), cmp.Compare(a.resource.Namespace, b.resource.Namespace),
		cmp.Compare(a.resource.Type, b.resource.Type), cmp.Compare(a.side, b.side), cmp.Compare(a.resource.ID, b.resource.ID))
}

// associationFacts are the facts of a kindAssociation record.
type associationFacts struct {
	Subject   string    `json:"subject"`
	GUID      string    `json:"guid"`
	Name      string    `json:"name"`
	Namespace string    `json:"namespace"`
	Lifecycle Lifecycle `json:"lifecycle"`
	// Frozen nil is of a time when all strong ones were.
	Frozen *bool `json:"frozen,omitempty"`
	// Created is when a changed one was made, Unix milliseconds.
	Created int64 `json:"created,omitempty"`
	// Updated is when an imported one got its lifecycle, Unix milliseconds.
	Updated int64 `json:"updated,omitempty"`
}

// associationKey is "type/side/id": the id may hold any character.
func associationKey(resource Resource, side string) Key {
	return Key{Kind: kindAssociation, ID: resource.Type + "/" + side + "/" + resource.ID}
}

func parseAssociationKey(id string) (resource Resource, side string, err error) {
	parts := strings.SplitN(id, "/", 3)
	if len(parts) < 3 {
		return Resource{}, "", fmt.Errorf("association key %q is not type/side/id", id)
	}
	return Resource{Type: parts[0], ID: parts[2]}, parts[1], nil
}

// associations is the index of all associations, copied in constant time.
type associations struct {
	byID, byName, bySubject *btree.BTreeG[*association]
}

func newAssociations() associations {
	ordered := func(compare func(a, b *association) int) *btree.BTreeG[*association] {
		less := func(a, b *association) bool { return compare(a, b) < 0 }
		return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})
	}
	return associations{
		byID: ordered(func(a, b *association) int {
			return cmp.Or(cmp.Compare(a.resource.ID, b.resource.ID), cmp.Compare(a.resource.Type, b.resource.Type), cmp.Compare(a.side, b.side))
		}),
		byName: ordered(compareAssociations),
		bySubject: ordered(func(a, b *association) int {
			return cmp.Or(cmp.Compare(a.subject, b.subject), compareAssociations(a, b))
		}),
	}
}

func (s associations) clone() associations {
	return associations{byID: s.byID.Copy(), byName: s.byName.Copy(), bySubject: s.bySubject.Copy()}
}

// get finds the association of one side of a resource, nil for none.
func (s associations) get(resource Resource, side string) *association {
	a, _ := s.byID.Get(&association{resource: Resource{ID: resource.ID, Type: resource.Type}, side: side})
	return a
}

// ofID, ofSubject and ofName list associations in order.
func (s associations) ofID(id string) []*association {
	return ascend(s.byID, &association{resource: Resource{ID: id}}, func(a *association) bool { return a.resource.ID == id })
}

func (s associations) ofSubject(subject string) []*association {
	return ascend(s.bySubject, &association{subject: subject}, func(a *association) bool { return a.subject == subject })
}

// ofName takes AnyResource for the namespace, the name, or both.
func (s associations) ofName(namespace, name string) []*association {
	start := Resource{Name: name}
	within := func(a *association) bool { return name == AnyResource || a.resource.Name == name }
	switch {
	case name == AnyResource:
		start.Name = ""
	case namespace != AnyResource:
		start.Namespace = namespace
		within = func(a *association) bool { return a.resource.Name == name && a.resource.Namespace == namespace }
	}
	found := ascend(s.byName, &association{resource: start}, within)
	if namespace == AnyResource {
		return found
	}
	return slices.DeleteFunc(found, func(a *association) bool { return a.resource.Namespace != namespace })
}

func ascend(tree *btree.BTreeG[*association], from *association, within func(*association) bool) []*association {
	var out []*association
	tree.Ascend(from, func(a *association) bool {
		if !within(a) {
			return false
		}
		out = append(out, a)
		return true
	})
	return out
}

func (s associations) set(a *association) {
	s.drop(a.resource, a.side)
	s.byID.Set(a)
	s.byName.Set(a)
	s.bySubject.Set(a)
}

func (s associations) drop(resource Resource, side string) {
	if old := s.get(resource, side); old != nil {
		s.byID.Delete(old)
		s.byName.Delete(old)
		s.bySubject.Delete(old)
	}
}

func (st *State) applyAssociation(e Entry) error {
	resource, side, err := parseAssociationKey(e.Key.ID)
	if err != nil {
		return err
	}
	if e.Op != OpPut {
		st.associations.drop(resource, side)
		return nil
	}
	var f associationFacts
	if err := json.Unmarshal(e.Facts, &f); err != nil {
		return fmt.Errorf("facts of association %s: %w", e.Key.ID, err)
	}
	resource.Name, resource.Namespace = f.Name, f.Namespace
	st.associations.set(&association{
		resource: resource, side: side, subject: f.Subject, lifecycle: f.Lifecycle, guid: f.GUID,
		frozen:  isSet(f.Frozen, f.Lifecycle == Strong),
		created: cmp.Or(f.Created, e.Time.UnixMilli()), updated: cmp.Or(f.Updated, e.Time.UnixMilli()), at: e.Offset,
	})
	return nil
}

// AssociationsOfSubject lists what is associated with a subject, by resource.
func (r *Registry) AssociationsOfSubject(subject string, f AssociationFilter) []Association {
	return f.present(r.state.Load().associations.ofSubject(canonicalSubject(subject)))
}

// AssociationsOfID lists the associations of a resource by its id.
func (r *Registry) AssociationsOfID(id string, f AssociationFilter) []Association {
	return f.present(r.state.Load().associations.ofID(id))
}

// AssociationsOfResource lists the associations of a resource by its name, of
// its newest incarnation where there are several. The namespace AnyResource is
// every namespace, the name AnyResource every resource of the namespace.
func (r *Registry) AssociationsOfResource(namespace, name string, f AssociationFilter) []Association {
	found := r.state.Load().associations.ofName(namespace, name)
	if name != AnyResource {
		found = newestIncarnations(found)
	}
	return f.present(found)
}

// newestIncarnations keeps, of resources of one name, the one associated last:
// a topic that is deleted and made anew has another id, and serializers must
// find one subject.
func newestIncarnations(found []*association) []*association {
	newest := map[Resource]*association{}
	named := func(a *association) Resource {
		return Resource{Name: a.resource.Name, Namespace: a.resource.Namespace, Type: a.resource.Type}
	}
	for _, a := range found {
		if last := newest[named(a)]; last == nil || a.at.Covers(last.at) {
			newest[named(a)] = a
		}
	}
	return slices.DeleteFunc(found, func(a *association) bool { return a.resource != newest[named(a)].resource })
}

func (f AssociationFilter) present(found []*association) []Association {
	var out []Association
	for _, a := range found {
		if f.matches(a) {
			out = append(out, a.present())
		}
	}
	return out
}

// associated lists the associations of a subject that a filter selects, and
// reports whether it selects the subject.
func (st *State) associated(subject string, f AssociationFilter) ([]Association, bool) {
	all := st.associations.ofSubject(subject)
	found := f.present(all)
	bare := len(all) == 0 && slices.Contains(f.Lifecycles, Unassociated)
	return found, f.isZero() || bare || len(found) > 0
}
