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
	frozen                  bool
}

// asked is a request for an association: lifecycle "" and frozen "" are left
// out, and schema says that it has one, the same as ever.
type asked struct {
	modelled
	lifecycle, frozen string
	schema, upsert    bool
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

// associate says what becomes of a request: the refusal, "" for success.
func (m *associationModel) associate(req asked) registry.Code {
	key := req.id + "/" + req.side
	old, exists := m.associations[key]
	want := req.means(old, exists)
	if want.lifecycle == registry.Weak && req.frozen == "true" {
		return registry.CodeInvalidAssociation
	}
	for _, a := range m.associations {
		if a.id == req.id && a.name != req.name {
			return registry.CodeInvalidAssociation
		}
	}
	if exists {
		if code := m.changes(req, old, want); code != "" {
			return code
		}
	} else if code := m.begins(req, want); code != "" {
		return code
	}
	m.associations[key] = want
	if req.schema {
		m.subjects[want.subject] = "active"
	}
	return ""
}

// means is what a request comes to, with what it leaves out.
func (req asked) means(old modelled, exists bool) modelled {
	want, whole := req.modelled, req.schema && req.subject == own(req.name, req.side)
	want.lifecycle, want.frozen = registry.Lifecycle(req.lifecycle), req.frozen == "true"
	if exists && req.lifecycle == "" {
		want.lifecycle = old.lifecycle
	}
	if want.lifecycle == "" {
		want.lifecycle = registry.Weak
		if whole || want.frozen {
			want.lifecycle = registry.Strong
		}
	}
	if req.frozen == "" {
		want.frozen = old.frozen || !exists && whole && want.lifecycle == registry.Strong
	}
	return want
}

func (m *associationModel) changes(req asked, old, want modelled) registry.Code {
	switch {
	case !req.upsert && old != want:
		return registry.CodeResourceAssociated
	case !req.upsert:
		return ""
	case old.subject != want.subject:
		return registry.CodeInvalidAssociation
	case old.frozen && (old != want || req.lifecycle == "" && req.frozen == "" && !req.schema):
		return registry.CodeAssociationFrozen
	case old.frozen != want.frozen:
		return registry.CodeInvalidAssociation
	case old == want:
		return ""
	}
	return m.shares(want)
}

func (m *associationModel) begins(req asked, want modelled) registry.Code {
	active := m.subjects[want.subject] == "active"
	if code := m.shares(want); code != "" {
		return code
	}
	switch {
	case want.frozen && (!req.schema || active):
		return registry.CodeInvalidAssociation
	case !req.schema && !active:
		return registry.CodeNoActiveVersion
	}
	return ""
}

// shares: a strong association has its subject for itself.
func (m *associationModel) shares(want modelled) registry.Code {
	for _, other := range m.on(want.subject) {
		switch {
		case other.id == want.id && other.side == want.side:
		case want.lifecycle == registry.Strong:
			return registry.CodeSubjectAssociated
		case other.lifecycle == registry.Strong:
			return registry.CodeSubjectOwned
		}
	}
	return ""
}

func (m *associationModel) dissociate(id string, cascade bool) registry.Code {
	var gone []string
	for key, a := range m.associations {
		if a.id == id {
			if a.frozen && !cascade {
				return registry.CodeAssociationFrozen
			}
			gone = append(gone, key)
		}
	}
	for _, key := range gone {
		if a := m.associations[key]; a.lifecycle == registry.Strong && cascade {
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
			name: a.Resource.Name, side: a.Type, id: a.Resource.ID, subject: a.Subject, lifecycle: a.Lifecycle, frozen: a.Frozen,
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
	switch rapid.SampledFrom([]string{"ask", "ask", "ask", "dissociate", "delete", "register"}).Draw(rt, "what") {
	case "ask":
		return m.ask(ctx, r, asked{
			modelled:  modelled{name: name, side: side, id: id, subject: subject},
			lifecycle: rapid.SampledFrom([]string{"", "STRONG", "WEAK"}).Draw(rt, "lifecycle"),
			frozen:    rapid.SampledFrom([]string{"", "true", "false"}).Draw(rt, "frozen"),
			schema:    rapid.Bool().Draw(rt, "schema"), upsert: flag,
		})
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
func (m *associationModel) ask(ctx context.Context, r *registry.Registry, a asked) (registry.Code, error) {
	change := weak(a.subject)
	change.Type, change.Lifecycle = a.side, registry.Lifecycle(a.lifecycle)
	if a.frozen != "" {
		change.Frozen = new(a.frozen == "true")
	}
	if a.schema {
		change.Schema = strong(`"string"`).Schema
	}
	if a.upsert {
		change.Op = registry.UpsertAssociation
	}
	req := create(registry.Resource{Name: a.name, Namespace: "n", ID: a.id}, change)
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
	return m.associate(a), err
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
