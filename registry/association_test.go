package registry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
)

var orders = registry.Resource{Name: "orders", Namespace: "lkc-1", ID: "t1"}

// create asks for one association of a resource.
func create(resource registry.Resource, change registry.AssociationChange) registry.AssociationRequest {
	if change.Op == "" {
		change.Op = registry.CreateAssociation
	}
	return registry.AssociationRequest{Resource: resource, Changes: []registry.AssociationChange{change}}
}

func strong(text string) registry.AssociationChange {
	return registry.AssociationChange{Op: registry.CreateAssociation, Schema: &registry.RegisterRequest{Candidate: avro(text)}}
}

func weak(subject string) registry.AssociationChange {
	return registry.AssociationChange{Op: registry.CreateAssociation, Subject: &subject}
}

// onTo gives a subject and the schema that it begins with.
func onTo(subject, text string) registry.AssociationChange {
	change := strong(text)
	change.Subject = &subject
	return change
}

// strongOnShared takes a subject that is there.
func strongOnShared() registry.AssociationChange {
	change := weak("shared")
	change.Lifecycle = registry.Strong
	return change
}

func upsert(change registry.AssociationChange) registry.AssociationChange {
	change.Op = registry.UpsertAssociation
	return change
}

func frozen(change registry.AssociationChange, frozen bool) registry.AssociationChange {
	change.Frozen = &frozen
	return change
}

func associate(t *testing.T, r *registry.Registry, req registry.AssociationRequest) []registry.AssociatedSchema {
	t.Helper()
	made, err := r.Associate(t.Context(), req)
	if err != nil {
		t.Fatalf("associate %+v: %v", req.Resource, err)
	}
	return made
}

// changes reads a log and counts the records of each change.
func changes(t *testing.T, log registry.Log) map[string][]string {
	t.Helper()
	kinds := map[string][]string{}
	for e, err := range log.Read(t.Context(), registry.Offset{}) {
		if err != nil {
			t.Fatal(err)
		}
		kinds[e.Change] = append(kinds[e.Change], e.Key.Kind)
	}
	return kinds
}

// A schema and its association are one change, in one append.
func TestSchemaAndAssociationAreOneChange(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	key := onKey(strong(`"long"`))
	made := associate(t, r, registry.AssociationRequest{
		Resource: orders, Changes: []registry.AssociationChange{strong(`"string"`), key},
	})
	if len(made) != 2 || made[0].Schema == nil || made[0].Schema.ID != 1 || made[1].Schema.ID != 2 ||
		made[1].Subject != ":.lkc-1:orders-key" || made[1].Lifecycle != registry.Strong {
		t.Fatalf("made %+v", made)
	}
	all := changes(t, log)
	if len(all) != 1 {
		t.Fatalf("changes are %v, want one", all)
	}
	for _, kinds := range all {
		if diff := cmp.Diff([]string{"schema", "association", "schema", "association"}, kinds); diff != "" {
			t.Error(diff)
		}
	}
}

// What refuses one part of a request refuses all of it.
func TestAssociateIsAllOrNothing(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	register(t, r, "shared", avro(`"string"`))
	before := changes(t, log)
	broken, missing := onKey(strong(`{"type":`)), onKey(weak("nowhere"))
	for name, c := range map[string]struct {
		changes []registry.AssociationChange
		code    registry.Code
	}{
		"the second schema does not parse": {[]registry.AssociationChange{strong(`"string"`), broken}, registry.CodeInvalidSchema},
		"the second subject is not there":  {[]registry.AssociationChange{weak("shared"), missing}, registry.CodeNoActiveVersion},
		"two schemas for one subject":      {[]registry.AssociationChange{onTo("new", `"string"`), onKey(onTo("new", `"int"`))}, registry.CodeInvalidAssociation},
		"one strong subject twice":         {[]registry.AssociationChange{strongOnShared(), onKey(strongOnShared())}, registry.CodeSubjectAssociated},
		"one side twice":                   {[]registry.AssociationChange{strong(`"string"`), weak("shared")}, registry.CodeInvalidAssociation},
	} {
		_, err := r.Associate(t.Context(), registry.AssociationRequest{Resource: orders, Changes: c.changes})
		if refused := new(registry.Error); !errors.As(err, &refused) || refused.Code != c.code {
			t.Errorf("%s: %v, want code %s", name, err, c.code)
		}
	}
	if diff := cmp.Diff(before, changes(t, log)); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
}

func onKey(c registry.AssociationChange) registry.AssociationChange {
	c.Type = registry.KeyAssociation
	return c
}

func TestAssociateRefuses(t *testing.T) {
	t.Parallel()
	yes := true
	own, empty, control := ":.lkc-1:orders-value", ":.eu:", "a\nb"
	for name, c := range map[string]struct {
		req     registry.AssociationRequest
		code    registry.Code
		message string
	}{
		"no name":                  {create(registry.Resource{Namespace: "n", ID: "i"}, weak("shared")), registry.CodeInvalidAssociation, "'resourceName', detail: cannot be null or empty"},
		"no namespace":             {create(registry.Resource{Name: "n", ID: "i"}, weak("shared")), registry.CodeInvalidAssociation, "'resourceNamespace'"},
		"long name":                {create(registry.Resource{Name: strings.Repeat("ä", 257), Namespace: "n", ID: "i"}, weak("shared")), registry.CodeInvalidAssociation, "exceeds max length of 256"},
		"colon in the namespace":   {create(registry.Resource{Name: "n", Namespace: "a:b", ID: "i"}, weak("shared")), registry.CodeInvalidAssociation, "illegal character ':'"},
		"no id":                    {create(registry.Resource{Name: "n", Namespace: "n"}, weak("shared")), registry.CodeInvalidAssociation, "'resourceId', detail: cannot be null or empty"},
		"control character in id":  {create(registry.Resource{Name: "n", Namespace: "n", ID: "a\x00"}, weak("shared")), registry.CodeInvalidAssociation, "'resourceId'"},
		"endless id":               {create(registry.Resource{Name: "n", Namespace: "n", ID: strings.Repeat("x", 1025)}, weak("shared")), registry.CodeInvalidAssociation, "'resourceId'"},
		"other resource type":      {create(registry.Resource{Name: "n", Namespace: "n", ID: "i", Type: "table"}, weak("shared")), registry.CodeInvalidAssociation, "must be 'topic'"},
		"global namespace":         {create(registry.Resource{Name: "n", Namespace: "__GLOBAL", ID: "i"}, strong(`"int"`)), registry.CodeInvalidSubject, ""},
		"nothing to do":            {registry.AssociationRequest{Resource: orders}, registry.CodeInvalidAssociation, "'associations'"},
		"unknown op":               {create(orders, registry.AssociationChange{Op: "DROP"}), registry.CodeInvalidAssociation, "'opType'"},
		"unknown side":             {create(orders, registry.AssociationChange{Type: "header"}), registry.CodeInvalidAssociation, "must be either 'key' or 'value'"},
		"unknown lifecycle":        {create(orders, registry.AssociationChange{Lifecycle: "NONE"}), registry.CodeInvalidAssociation, "'lifecycle'"},
		"context as subject":       {create(orders, registry.AssociationChange{Subject: &empty}), registry.CodeInvalidAssociation, "'subject'"},
		"control in subject":       {create(orders, registry.AssociationChange{Subject: &control}), registry.CodeInvalidAssociation, "'subject'"},
		"weak and frozen":          {create(orders, registry.AssociationChange{Lifecycle: registry.Weak, Frozen: &yes}), registry.CodeInvalidAssociation, "association with lifecycle of WEAK cannot be frozen"},
		"strong without a schema":  {create(orders, registry.AssociationChange{Lifecycle: registry.Strong}), registry.CodeNoActiveVersion, "for subject ':.lkc-1:orders-value'"},
		"own without a schema":     {create(orders, registry.AssociationChange{Subject: &own}), registry.CodeNoActiveVersion, "for subject ':.lkc-1:orders-value'"},
		"frozen without a schema":  {create(orders, registry.AssociationChange{Frozen: &yes}), registry.CodeInvalidAssociation, "schema must be provided"},
		"frozen on a full subject": {create(orders, frozen(onTo("shared", `"string"`), true)), registry.CodeInvalidAssociation, "schemas already exist in the subject"},
		"strong on a full subject": {create(registry.Resource{Name: "taken", Namespace: "lkc-1", ID: "t9"}, strong(`"int"`)), registry.CodeInvalidAssociation, "schemas already exist in the subject"},
		"frozen by upsert":         {create(orders, frozen(upsert(strongOnShared()), true)), registry.CodeInvalidAssociation, "schema must be provided"},
		"weak without a subject":   {create(orders, weak("nowhere")), registry.CodeNoActiveVersion, "for subject 'nowhere'"},
		"soft-deleted subject":     {create(orders, weak("gone")), registry.CodeNoActiveVersion, ""},
		"read-only subject":        {create(orders, weak("locked")), registry.CodeOperationNotPermitted, "is in read-only mode"},
		"colon in the context":     {registry.AssociationRequest{Resource: orders, Context: ":*:", Changes: []registry.AssociationChange{weak("shared")}}, registry.CodeInvalidAssociation, "'context'"},
		"subject as context":       {registry.AssociationRequest{Resource: orders, Context: ":.eu:a", Changes: []registry.AssociationChange{weak("shared")}}, registry.CodeInvalidAssociation, "'context'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, nil)
			for _, subject := range []string{"shared", "gone", "locked", ":.lkc-1:taken-value"} {
				register(t, r, subject, avro(`"string"`))
			}
			if _, err := r.DeleteSubject(t.Context(), "gone", false); err != nil {
				t.Fatal(err)
			}
			if err := r.SetMode(t.Context(), "locked", "READONLY", false); err != nil {
				t.Fatal(err)
			}
			for _, dryRun := range []bool{false, true} {
				c.req.DryRun = dryRun
				if dryRun && c.req.Resource.ID == "" {
					continue // a dry run needs none
				}
				_, err := r.Associate(t.Context(), c.req)
				wantCode(t, err, c.code)
				if err != nil && !strings.Contains(err.Error(), c.message) {
					t.Errorf("message is %q, want it to say %q", err, c.message)
				}
			}
		})
	}
}

func TestExistingAssociations(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	for _, subject := range []string{"shared", "other"} {
		register(t, r, subject, avro(`"string"`))
	}
	returns := registry.Resource{Name: "returns", Namespace: "lkc-1", ID: "t2"}
	associate(t, r, create(orders, strong(`"string"`)))
	associate(t, r, create(returns, weak("shared")))
	frozenWeakly := frozen(upsert(weak("shared")), true)
	for name, c := range map[string]struct {
		req  registry.AssociationRequest
		code registry.Code // "" is success
	}{
		"the same weak one":              {create(returns, weak("shared")), ""},
		"the same weak one, upserted":    {create(returns, upsert(weak("shared"))), ""},
		"upsert that says nothing":       {create(returns, upsert(registry.AssociationChange{})), ""},
		"the same with its schema":       {create(returns, onTo("shared", `"string"`)), ""},
		"the same with another schema":   {create(returns, onTo("shared", `"int"`)), registry.CodeResourceAssociated},
		"the same strong one":            {create(orders, strong(`"string"`)), ""},
		"the same strong one, no schema": {create(orders, registry.AssociationChange{Lifecycle: registry.Strong}), ""},
		"another schema":                 {create(orders, strong(`"bytes"`)), registry.CodeResourceAssociated},
		"a schema that cannot be":        {create(orders, strong(`"record"`)), registry.CodeInvalidSchema},
		"upsert of another schema":       {create(orders, upsert(strong(`"int"`))), registry.CodeIncompatible},
		"create with another subject":    {create(returns, weak("other")), registry.CodeResourceAssociated},
		"upsert with another subject":    {create(returns, upsert(weak("other"))), registry.CodeInvalidAssociation},
		"strong to weak":                 {create(orders, upsert(registry.AssociationChange{Lifecycle: registry.Weak})), registry.CodeAssociationFrozen},
		"thaw":                           {create(orders, upsert(frozen(registry.AssociationChange{}, false))), registry.CodeAssociationFrozen},
		"thaw by saying nothing":         {create(orders, upsert(registry.AssociationChange{})), registry.CodeAssociationFrozen},
		"the same strong one, upserted":  {create(orders, upsert(frozen(strong(`"string"`), true))), ""},
		"freeze":                         {create(returns, frozenWeakly), registry.CodeInvalidAssociation},
		"create that changes":            {create(returns, strongOnShared()), registry.CodeResourceAssociated},
		"weak on an owned subject":       {create(returns, onKey(weak(":.lkc-1:orders-value"))), registry.CodeSubjectOwned},
		"deletion by another name":       {create(registry.Resource{Name: "refunds", Namespace: "lkc-1", ID: "t2"}, registry.AssociationChange{Op: registry.DeleteAssociation}), registry.CodeInvalidAssociation},
		"deletion of nothing":            {create(returns, onKey(registry.AssociationChange{Op: registry.DeleteAssociation})), ""},
		"the id under another name":      {create(registry.Resource{Name: "refunds", Namespace: "lkc-1", ID: "t2"}, onKey(weak("shared"))), registry.CodeInvalidAssociation},
	} {
		before := r.State().Dump()
		_, err := r.Associate(t.Context(), c.req)
		refused := new(registry.Error)
		if errors.As(err, &refused); refused.Code != c.code {
			t.Errorf("%s: %v, want code %q", name, err, c.code)
		}
		if diff := cmp.Diff(before, r.State().Dump()); diff != "" {
			t.Errorf("%s: something was written:\n%s", name, diff)
		}
	}
	evolved := upsert(strong(`["string","null"]`))
	if made := associate(t, r, create(orders, evolved)); made[0].Schema.Version != 2 {
		t.Errorf("upserting a compatible schema made %+v, want version 2", made[0].Schema)
	}
}

func TestSubjectsInUseAreProtected(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	register(t, r, "shared", avro(`"string"`))
	register(t, r, "shared", avro(`["string","null"]`))
	if _, err := r.DeleteVersion(ctx, "shared", registry.VersionRef{Number: 1}, false); err != nil {
		t.Fatal(err)
	}
	associate(t, r, create(orders, weak("shared")))
	_, err := r.DeleteVersion(ctx, "shared", registry.VersionRef{Number: 1}, true)
	wantCode(t, err, registry.CodeSubjectAssociated)
	_, err = r.DeleteVersion(ctx, "shared", registry.LatestVersion, false)
	wantCode(t, err, registry.CodeNoActiveVersion)
	for _, permanent := range []bool{false, true} {
		_, err = r.DeleteSubject(ctx, "shared", permanent)
		wantCode(t, err, registry.CodeSubjectAssociated)
	}
	register(t, r, "shared", avro(`["string","null","int"]`))
	if _, err := r.DeleteVersion(ctx, "shared", registry.VersionRef{Number: 2}, false); err != nil {
		t.Errorf("one of two active versions: %v", err)
	}
	if err := r.Dissociate(ctx, registry.DissociateRequest{ID: "t1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DeleteSubject(ctx, "shared", false); err != nil {
		t.Errorf("after the association is gone: %v", err)
	}
}

func TestOwnedSubjectsAreNotReferredTo(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	associate(t, r, create(orders, strong(record("R", "f"))))
	ref := schema.Reference{Name: "R", Subject: ":.lkc-1:orders-value", Version: -1}
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "u", Candidate: avro(`{"type":"array","items":"R"}`, ref)})
	wantCode(t, err, registry.CodeOperationNotPermitted)
	if want := "Subject ':.lkc-1:orders-value' has a strong association and cannot be referenced"; err.Error() != want {
		t.Errorf("message is %q", err)
	}
}

func TestCascadingDeletion(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	key := onKey(strong(`"long"`))
	associate(t, r, registry.AssociationRequest{Resource: orders, Changes: []registry.AssociationChange{strong(`"string"`), key}})
	group := "g"
	if _, err := r.SetConfig(ctx, ":.lkc-1:orders-value", registry.ConfigChange{Set: registry.Config{CompatibilityGroup: &group}}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, r.Dissociate(ctx, registry.DissociateRequest{ID: "t1"}), registry.CodeAssociationFrozen)
	before := r.State().Dump()
	if err := r.Dissociate(ctx, registry.DissociateRequest{ID: "t1", Cascade: true, DryRun: true}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, r.State().Dump()); diff != "" {
		t.Errorf("the dry run wrote:\n%s", diff)
	}
	if err := r.Dissociate(ctx, registry.DissociateRequest{ID: "t1", Types: []string{"value"}, Cascade: true}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{":.lkc-1:orders-key"}, r.Subjects(registry.SubjectFilter{Prefix: ":*:", Deleted: true})); diff != "" {
		t.Errorf("subjects:\n%s", diff)
	}
	_, err := r.Config(":.lkc-1:orders-value", false)
	wantCode(t, err, registry.CodeSubjectLevelNotSet)
	if err := r.Dissociate(ctx, registry.DissociateRequest{ID: "t1", Types: []string{"value"}}); err != nil {
		t.Errorf("what is gone: %v", err)
	}
	if made := associate(t, r, create(orders, strong(`"string"`))); made[0].Schema.ID != 3 {
		t.Errorf("ids are given again: %+v", made[0].Schema)
	}
}

// A subject that was referred to before it became strong does not cascade.
func TestReferredSubjectsStay(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "shared", avro(record("R", "f")))
	register(t, r, "u", avro(`{"type":"array","items":"R"}`, schema.Reference{Name: "R", Subject: "shared", Version: 1}))
	associate(t, r, create(orders, strongOnShared()))
	before := r.State().Dump()
	wantCode(t, r.Dissociate(t.Context(), registry.DissociateRequest{ID: "t1", Cascade: true}), registry.CodeReferenceExists)
	if diff := cmp.Diff(before, r.State().Dump()); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
	if err := r.Dissociate(t.Context(), registry.DissociateRequest{ID: "t1"}); err != nil {
		t.Errorf("without cascading: %v", err)
	}
}

// One request may take an association away and make another in its place.
func TestReplaceInOneChange(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	register(t, r, "shared", avro(`"string"`))
	associate(t, r, create(orders, strong(`"string"`)))
	replace := func(cascade bool, next registry.AssociationChange) error {
		_, err := r.Associate(t.Context(), registry.AssociationRequest{Resource: orders, Changes: []registry.AssociationChange{
			{Op: registry.DeleteAssociation, Cascade: cascade}, next,
		}})
		return err
	}
	wantCode(t, replace(false, weak("shared")), registry.CodeAssociationFrozen)
	wantCode(t, replace(true, weak("nowhere")), registry.CodeNoActiveVersion)
	if err := replace(true, strong(`"int"`)); err != nil {
		t.Fatalf("strong by strong: %v", err)
	}
	v, err := r.Version(t.Context(), ":.lkc-1:orders-value", registry.LatestVersion, registry.ReadOptions{})
	if err != nil || v.Text != `"int"` || v.Version != 1 {
		t.Errorf("the subject begins anew with %+v, %v", v, err)
	}
	if err := replace(true, weak("shared")); err != nil {
		t.Fatalf("strong by weak: %v", err)
	}
	found := r.AssociationsOfResource("-", "orders", registry.AssociationFilter{})
	if len(found) != 1 || found[0].Subject != "shared" {
		t.Errorf("associations are %+v", found)
	}
	if diff := cmp.Diff(r.State().Dump(), registry.Replay(registry.Compact(entriesOf(t, log))).Dump()); diff != "" {
		t.Errorf("replaying the compacted log differs:\n%s", diff)
	}
}

func TestImportedAssociations(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	if err := r.SetMode(t.Context(), ":.lkc-1:", "IMPORT", false); err != nil {
		t.Fatal(err)
	}
	upsert := registry.AssociationChange{Op: registry.UpsertAssociation, Lifecycle: registry.Strong}
	_, err := r.Associate(t.Context(), create(orders, upsert))
	wantCode(t, err, registry.CodeNoActiveVersion)
	if _, err := r.Register(t.Context(), registry.RegisterRequest{Subject: ":.lkc-1:orders-value", ID: 7, Candidate: avro(`"string"`)}); err != nil {
		t.Fatal(err)
	}
	associate(t, r, create(orders, upsert))
	if err := r.Dissociate(t.Context(), registry.DissociateRequest{ID: "t1", Cascade: true}); err != nil {
		t.Fatal(err)
	}
	if got := r.Subjects(registry.SubjectFilter{Prefix: ":*:"}); len(got) != 1 {
		t.Errorf("subjects are %v: what is imported does not cascade", got)
	}
}

func TestAssociationsEnd(t *testing.T) {
	t.Parallel()
	r, err := registry.Open(t.Context(), registry.Options{Log: memlog.New(), Now: time.Now, MaxAssociations: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	register(t, r, "shared", avro(`"string"`))
	for i := range 3 {
		_, err := r.Associate(t.Context(), create(registry.Resource{Name: fmt.Sprint("t", i), Namespace: "n", ID: fmt.Sprint(i)}, weak("shared")))
		if i < 2 && err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			wantCode(t, err, registry.CodeTooManyAssociations)
		}
	}
}

func TestListsOfAssociations(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "shared", avro(`"string"`))
	for _, resource := range []registry.Resource{{Name: "b", Namespace: "n1", ID: "1"}, {Name: "a", Namespace: "n2", ID: "2"}, {Name: "a", Namespace: "n1", ID: "3"}} {
		associate(t, r, registry.AssociationRequest{Resource: resource, Changes: []registry.AssociationChange{weak("shared"), onKey(weak("shared"))}})
	}
	value := registry.AssociationFilter{Types: []string{"value"}}
	for name, c := range map[string]struct {
		found []registry.Association
		want  string
	}{
		"subject":             {r.AssociationsOfSubject(":.:shared", registry.AssociationFilter{}), "n1/a/key n1/a/value n2/a/key n2/a/value n1/b/key n1/b/value"},
		"side":                {r.AssociationsOfSubject("shared", value), "n1/a/value n2/a/value n1/b/value"},
		"lifecycle":           {r.AssociationsOfSubject("shared", registry.AssociationFilter{Lifecycles: []registry.Lifecycle{registry.Strong}}), ""},
		"resource type":       {r.AssociationsOfID("1", registry.AssociationFilter{ResourceType: "table"}), ""},
		"id":                  {r.AssociationsOfID("2", registry.AssociationFilter{}), "n2/a/key n2/a/value"},
		"unknown id":          {r.AssociationsOfID("", registry.AssociationFilter{}), ""},
		"name":                {r.AssociationsOfResource("n1", "a", value), "n1/a/value"},
		"name anywhere":       {r.AssociationsOfResource("-", "a", value), "n1/a/value n2/a/value"},
		"whole namespace":     {r.AssociationsOfResource("n1", "-", value), "n1/a/value n1/b/value"},
		"everything":          {r.AssociationsOfResource("-", "-", value), "n1/a/value n2/a/value n1/b/value"},
		"unknown name":        {r.AssociationsOfResource("n1", "c", value), ""},
		"name of another one": {r.AssociationsOfResource("n2", "b", value), ""},
	} {
		var got []string
		for _, a := range c.found {
			got = append(got, a.Resource.Namespace+"/"+a.Resource.Name+"/"+a.Type)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}
