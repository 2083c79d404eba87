package registry_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
)

// Of many that want a subject at once, one gets it; those who ask for the very
// same are all served by one change.
func TestConcurrentAssociations(t *testing.T) {
	t.Parallel()
	const clients = 16
	for name, id := range map[string]func(int) string{
		"one resource":           func(int) string { return "t1" },
		"sixteen of one subject": func(i int) string { return fmt.Sprint("t", i) },
	} {
		log := memlog.New()
		r := open(t, log)
		var wait sync.WaitGroup
		errs := make([]error, clients)
		for i := range clients {
			wait.Go(func() {
				resource := orders
				resource.ID = id(i)
				_, errs[i] = r.Associate(t.Context(), create(resource, strong(`"string"`)))
			})
		}
		wait.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			wantCode(t, err, registry.CodeSubjectAssociated)
		}
		if same := id(0) == id(1); same && won != clients || !same && won != 1 {
			t.Errorf("%s: %d of %d succeeded", name, won, clients)
		}
		if made := changes(t, log); len(made) != 1 {
			t.Errorf("%s: the log holds %v, want one change", name, made)
		}
	}
}

// Two registries on one log that associate one topic at once: one of them
// decides again, and finds it done.
func TestTwoWritersAssociateOnce(t *testing.T) {
	t.Parallel()
	for range 20 {
		log := memlog.New()
		nodes := []*registry.Registry{open(t, keepOpen{log}), open(t, log)}
		var wait sync.WaitGroup
		for _, r := range nodes {
			wait.Go(func() {
				if _, err := r.Associate(t.Context(), create(orders, strong(`"string"`))); err != nil {
					t.Errorf("associate: %v", err)
				}
			})
		}
		wait.Wait()
		if made := changes(t, log); len(made) != 1 {
			t.Errorf("the log holds %v, want one change", made)
		}
	}
}

// An association and the deletion of its subject at once: whoever is first,
// nothing points to a subject that is gone.
func TestAssociationRacesDeletion(t *testing.T) {
	t.Parallel()
	for range 30 {
		r := open(t, nil)
		register(t, r, "shared", avro(`"string"`))
		var wait sync.WaitGroup
		var associated, deleted error
		wait.Go(func() { _, associated = r.Associate(t.Context(), create(orders, weak("shared"))) })
		wait.Go(func() { _, deleted = r.DeleteSubject(t.Context(), "shared", false) })
		wait.Wait()
		if (associated == nil) == (deleted == nil) {
			t.Fatalf("associate: %v; delete: %v; want one of them refused", associated, deleted)
		}
	}
}
