package registry_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
)

// What a request leaves out follows from its subject and its schema.
func TestWhatRequestsLeaveOut(t *testing.T) {
	t.Parallel()
	own := ":.lkc-1:orders-value"
	for name, c := range map[string]struct {
		change    registry.AssociationChange
		lifecycle registry.Lifecycle
		frozen    bool
	}{
		"subject alone":                 {weak("shared"), registry.Weak, false},
		"subject and schema":            {onTo("new", `"string"`), registry.Weak, false},
		"schema of a known subject":     {onTo("shared", `"int"`), registry.Weak, false},
		"schema alone":                  {strong(`"string"`), registry.Strong, true},
		"schema and the own subject":    {onTo(own, `"string"`), registry.Strong, true},
		"schema alone, thawed":          {frozen(strong(`"string"`), false), registry.Strong, false},
		"strong elsewhere":              {strongOnShared(), registry.Strong, false},
		"frozen elsewhere":              {frozen(onTo("new", `"string"`), true), registry.Strong, true},
		"the own subject as it is":      {weak(":.lkc-1:orders-key"), registry.Weak, false},
		"strong on the own as it is":    {onKey(registry.AssociationChange{Lifecycle: registry.Strong}), registry.Strong, false},
		"weak where it would be strong": {registry.AssociationChange{Lifecycle: registry.Weak, Schema: strong(`"string"`).Schema}, registry.Weak, false},
	} {
		for _, op := range []registry.AssociationOp{registry.CreateAssociation, registry.UpsertAssociation} {
			r := open(t, nil)
			register(t, r, "shared", avro(`"int"`))
			register(t, r, ":.lkc-1:orders-key", avro(`"int"`))
			c.change.Op = op
			made := associate(t, r, create(orders, c.change))
			if made[0].Lifecycle != c.lifecycle || made[0].Frozen != c.frozen {
				t.Errorf("%s of %s made %s, frozen %t", op, name, made[0].Lifecycle, made[0].Frozen)
			}
			again := associate(t, r, create(orders, c.change))
			if c.change.Op == registry.CreateAssociation && again[0].GUID != made[0].GUID {
				t.Errorf("%s: asking again made another", name)
			}
		}
	}
}

// Sides of one resource may differ, and even share what is not strong.
func TestSidesDiffer(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	made := associate(t, r, registry.AssociationRequest{Resource: orders, Changes: []registry.AssociationChange{
		frozen(onTo("values", `"string"`), true), onKey(onTo("keys", `"long"`)),
	}})
	if !made[0].Frozen || made[1].Lifecycle != registry.Weak || made[1].Schema.ID != 2 {
		t.Errorf("made %+v", made)
	}
	returns := registry.Resource{Name: "returns", Namespace: "lkc-1", ID: "t2"}
	made = associate(t, r, registry.AssociationRequest{Resource: returns, Changes: []registry.AssociationChange{
		onTo("both", `"int"`), onKey(onTo("both", `"int"`)),
	}})
	if made[0].Schema.Version != 1 || made[1].Schema.Version != 1 {
		t.Errorf("made %+v, want one version", made)
	}
}

// An upsert gives what is not frozen another lifecycle; it stays the same
// association.
func TestLifecycleChanges(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	register(t, r, "shared", avro(`"string"`))
	first := associate(t, r, create(orders, strongOnShared()))[0]
	returns := registry.Resource{Name: "returns", Namespace: "lkc-1", ID: "t2"}
	_, err := r.Associate(t.Context(), create(returns, weak("shared")))
	wantCode(t, err, registry.CodeSubjectOwned)
	_, err = r.Associate(t.Context(), create(orders, upsert(frozen(registry.AssociationChange{}, true))))
	wantCode(t, err, registry.CodeInvalidAssociation)

	second := associate(t, r, create(orders, upsert(registry.AssociationChange{Lifecycle: registry.Weak})))[0]
	if second.Lifecycle != registry.Weak || second.GUID != first.GUID || !second.Created.Equal(first.Created) || second.Updated.Before(first.Updated) {
		t.Errorf("%+v became %+v", first, second)
	}
	associate(t, r, create(returns, weak("shared")))
	_, err = r.Associate(t.Context(), create(orders, upsert(strongOnShared())))
	wantCode(t, err, registry.CodeSubjectAssociated)
	if err := r.Dissociate(t.Context(), registry.DissociateRequest{ID: "t2"}); err != nil {
		t.Fatal(err)
	}
	strengthened := upsert(onTo("shared", `["string","null"]`))
	strengthened.Lifecycle = registry.Strong
	if made := associate(t, r, create(orders, strengthened)); made[0].Lifecycle != registry.Strong || made[0].Schema.Version != 2 {
		t.Errorf("made %+v", made[0])
	}
	replayed := registry.Replay(registry.Compact(entriesOf(t, log)))
	if diff := cmp.Diff(r.State().Dump(), replayed.Dump()); diff != "" {
		t.Errorf("replaying the compacted log differs:\n%s", diff)
	}
	if err := r.Dissociate(t.Context(), registry.DissociateRequest{ID: "t1"}); err != nil {
		t.Errorf("what is not frozen goes without cascading: %v", err)
	}
	if got := r.Subjects(registry.SubjectFilter{}); len(got) != 1 {
		t.Errorf("subjects are %v: one stays where nothing cascades", got)
	}
}

// A topic that is made anew has another id; its name means the newest.
func TestIncarnations(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "old", avro(`"string"`))
	register(t, r, "new", avro(`"string"`))
	again := orders
	again.ID = "t0"
	associate(t, r, registry.AssociationRequest{Resource: orders, Changes: []registry.AssociationChange{weak("old"), onKey(weak("old"))}})
	associate(t, r, create(again, weak("new")))
	for _, namespace := range []string{"-", "lkc-1"} {
		found := r.AssociationsOfResource(namespace, "orders", registry.AssociationFilter{})
		if len(found) != 1 || found[0].Subject != "new" {
			t.Errorf("by name in %s: %+v", namespace, found)
		}
	}
	if found := r.AssociationsOfResource("lkc-1", "-", registry.AssociationFilter{}); len(found) != 3 {
		t.Errorf("the namespace has %+v", found)
	}
	if found := r.AssociationsOfID("t1", registry.AssociationFilter{}); len(found) != 2 {
		t.Errorf("by the old id: %+v", found)
	}
}

// Logs of old say nothing of being frozen: strong ones were.
func TestFactsWithoutFrozen(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	var recs []registry.Record
	for i, lifecycle := range []string{"STRONG", "WEAK"} {
		recs = append(recs, registry.Record{
			Key: registry.Key{Kind: "association", ID: fmt.Sprint("topic/value/", i)}, Op: registry.OpPut,
			Facts: []byte(`{"subject":"s","guid":"g","name":"n` + fmt.Sprint(i) + `","namespace":"n","lifecycle":"` + lifecycle + `"}`),
		})
	}
	if _, err := log.Append(t.Context(), registry.Offset{}, recs...); err != nil {
		t.Fatal(err)
	}
	for i, a := range open(t, log).AssociationsOfSubject("s", registry.AssociationFilter{}) {
		if a.Frozen != (i == 0) {
			t.Errorf("%s: frozen is %t", a.Lifecycle, a.Frozen)
		}
	}
}
