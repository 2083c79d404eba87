package registry_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
)

// associationModel is what the rules of associations come to when every schema
// is the same and every subject is there, soft-deleted or absent.
type associationModel struct {
	subjects     map[string]string // "active" or "deleted"
	associations map[string]modelled
}

// modelled is an association; its key is "id/side".
type modelled struct {
	name, side, id, subject string
	lifecycle               registry.Lifecycle
}

func own(name, side string) string { return ":.n:" + name + "-" + side }

func (m *associationModel) on(subject string) (found []modelled) {
	for _, a := range m.associations {
		if a.subject == subject {
			found = append(found, a)
		}
	}
	return found
}

func (m *associationModel) owned(subject string) bool {
	return slices.ContainsFunc(m.on(subject), func(a modelled) bool { return a.lifecycle == registry.Strong })
}

// associate says what becomes of a request: the refusal, "" for success.
func (m *associationModel) associate(want modelled, upsert bool) registry.Code {
	key := want.id + "/" + want.side
	old, exists := m.associations[key]
	for _, a := range m.associations {
		if a.id == want.id && a.name != want.name {
			return registry.CodeInvalidAssociation
		}
	}
	if exists {
		switch {
		case old == want:
			return ""
		case !upsert:
			return registry.CodeResourceAssociated
		case old.subject != want.subject || old.lifecycle == registry.Weak:
			return registry.CodeInvalidAssociation
		}
		return registry.CodeAssociationFrozen
	}
	for _, a := range m.associations {
		if a.name == want.name && a.id != want.id {
			return registry.CodeResourceAssociated
		}
	}
	for _, a := range m.associations {
		if a.id == want.id && a.lifecycle != want.lifecycle {
			return registry.CodeInvalidAssociation
		}
	}
	if code := m.admits(want, upsert); code != "" {
		return code
	}
	m.associations[key] = want
	m.subjects[want.subject] = "active"
	return ""
}

func (m *associationModel) admits(want modelled, upsert bool) registry.Code {
	active := m.subjects[want.subject] == "active"
	if want.lifecycle == registry.Weak {
		switch {
		case want.subject == own(want.name, want.side):
			return registry.CodeInvalidAssociation
		case m.owned(want.subject):
			return registry.CodeSubjectOwned
		case !active:
			return registry.CodeNoActiveVersion
		}
		return ""
	}
	switch {
	case len(m.on(want.subject)) > 0:
		return registry.CodeSubjectAssociated
	case upsert || active:
		return registry.CodeInvalidAssociation
	}
	return ""
}

func (m *associationModel) dissociate(id string, cascade bool) registry.Code {
	var gone []string
	for key, a := range m.associations {
		if a.id == id {
			if a.lifecycle == registry.Strong && !cascade {
				return registry.CodeAssociationFrozen
			}
			gone = append(gone, key)
		}
	}
	if len(gone) == 0 {
		return registry.CodeAssociationNotFound
	}
	for _, key := range gone {
		if a := m.associations[key]; a.lifecycle == registry.Strong {
			delete(m.subjects, a.subject)
		}
		delete(m.associations, key)
	}
	return ""
}

func (m *associationModel) deleteSubject(subject string, permanent bool) registry.Code {
	state := m.subjects[subject]
	switch {
	case state == "":
		return registry.CodeSubjectNotFound
	case len(m.on(subject)) > 0:
		return registry.CodeSubjectAssociated
	case permanent && state == "active":
		return registry.CodeSubjectNotSoftDeleted
	case permanent:
		delete(m.subjects, subject)
	case state == "deleted":
		return registry.CodeSubjectSoftDeleted
	default:
		m.subjects[subject] = "deleted"
	}
	return ""
}

// print lists everything in order.
func (m *associationModel) print() string {
	var b strings.Builder
	for _, subject := range slices.Sorted(maps.Keys(m.subjects)) {
		fmt.Fprintln(&b, subject, m.subjects[subject])
	}
	for _, key := range slices.Sorted(maps.Keys(m.associations)) {
		fmt.Fprintln(&b, key, m.associations[key])
	}
	return b.String()
}

// observed is the model that a registry looks like.
func observed(r *registry.Registry) *associationModel {
	m := &associationModel{subjects: map[string]string{}, associations: map[string]modelled{}}
	for _, s := range r.Subjects(registry.SubjectFilter{Prefix: ":*:", Deleted: true}) {
		m.subjects[s] = "deleted"
	}
	for _, s := range r.Subjects(registry.SubjectFilter{Prefix: ":*:"}) {
		m.subjects[s] = "active"
	}
	for _, a := range r.AssociationsOfResource("-", "-", registry.AssociationFilter{}) {
		m.associations[a.Resource.ID+"/"+a.Type] = modelled{
			name: a.Resource.Name, side: a.Type, id: a.Resource.ID, subject: a.Subject, lifecycle: a.Lifecycle,
		}
	}
	return m
}

// step does one thing to both and returns what each of them says.
func (m *associationModel) step(ctx context.Context, rt *rapid.T, r *registry.Registry) (registry.Code, error) {
	name := rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "name")
	side := rapid.SampledFrom([]string{"key", "value"}).Draw(rt, "side")
	id := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "id")
	subject := rapid.SampledFrom([]string{"a", "b", own("x", "value"), own("y", "key")}).Draw(rt, "subject")
	flag := rapid.Bool().Draw(rt, "flag")
	switch rapid.SampledFrom([]string{"strong", "weak", "weak", "dissociate", "delete", "register"}).Draw(rt, "what") {
	case "strong":
		change := strong(`"string"`)
		change.Lifecycle = registry.Strong
		return m.ask(ctx, r, modelled{name, side, id, own(name, side), registry.Strong}, change, flag)
	case "weak":
		change := weak(subject)
		change.Lifecycle = registry.Weak
		return m.ask(ctx, r, modelled{name, side, id, subject, registry.Weak}, change, flag)
	case "dissociate":
		return m.dissociate(id, flag), r.Dissociate(ctx, registry.DissociateRequest{ID: id, Cascade: flag})
	case "delete":
		_, err := r.DeleteSubject(ctx, subject, flag)
		return m.deleteSubject(subject, flag), err
	}
	m.subjects[subject] = "active"
	_, err := r.Register(ctx, registry.RegisterRequest{Subject: subject, Candidate: avro(`"string"`)})
	return "", err
}

// ask tries a request as a dry run first, which must say the same.
func (m *associationModel) ask(ctx context.Context, r *registry.Registry, want modelled, change registry.AssociationChange, upsert bool) (registry.Code, error) {
	change.Type = want.side
	if upsert {
		change.Op = registry.UpsertAssociation
	}
	req := create(registry.Resource{Name: want.name, Namespace: "n", ID: want.id}, change)
	req.DryRun = true
	before := r.State().Head()
	_, tried := r.Associate(ctx, req)
	if r.State().Head() != before {
		return "", errors.New("the dry run wrote")
	}
	req.DryRun = false
	_, err := r.Associate(ctx, req)
	if fmt.Sprint(tried) != fmt.Sprint(err) {
		return "", fmt.Errorf("the request said other than its dry run: %w", errors.Join(tried, err))
	}
	return m.associate(want, upsert), err
}

// Whatever is asked in whatever order, the registry does what the model does.
func TestAssociationsFollowTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r, err := registry.Open(t.Context(), registry.Options{Log: memlog.New(), Now: time.Now})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		m := &associationModel{subjects: map[string]string{}, associations: map[string]modelled{}}
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			want, err := m.step(t.Context(), rt, r)
			refused := new(registry.Error)
			if err != nil && !errors.As(err, &refused) || refused.Code != want {
				rt.Fatalf("error is %v, want code %q", err, want)
			}
			if diff := cmp.Diff(m.print(), observed(r).print()); diff != "" {
				rt.Fatalf("the registry differs from the model:\n%s", diff)
			}
		}
	})
}
