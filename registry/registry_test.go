package registry_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
)

// open starts a registry on a log; nil is a fresh one in memory.
func open(t *testing.T, log registry.Log) *registry.Registry {
	t.Helper()
	if log == nil {
		log = memlog.New()
	}
	r, err := registry.Open(t.Context(), registry.Options{
		Log: log, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return r
}

// record is an Avro record with the given string fields, each with a default.
func record(name string, fields ...string) string {
	text := `{"type":"record","name":"` + name + `","fields":[`
	for i, f := range fields {
		if i > 0 {
			text += ","
		}
		text += `{"name":"` + f + `","type":"string","default":""}`
	}
	return text + `]}`
}

func avro(text string, refs ...schema.Reference) registry.Candidate {
	return registry.Candidate{Text: text, References: refs}
}

func register(t *testing.T, r *registry.Registry, subject string, c registry.Candidate) registry.Version {
	t.Helper()
	v, err := r.Register(t.Context(), registry.RegisterRequest{Subject: subject, Candidate: c})
	if err != nil {
		t.Fatalf("register %s: %v", subject, err)
	}
	return v
}

// wantCode fails unless err is a refusal with a code.
func wantCode(t *testing.T, err error, code registry.Code) {
	t.Helper()
	refused := new(registry.Error)
	if !errors.As(err, &refused) || refused.Code != code {
		t.Errorf("error = %v, want code %s", err, code)
	}
}

func TestRegisterGivesOneIDToOneContent(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	first := register(t, r, "t-value", avro(`"string"`))
	again := register(t, r, "t-value", avro(` "string" `))
	other := register(t, r, "u-value", avro(`"string"`))
	if first.ID != 1 || first.Version != 1 || again.ID != 1 || again.Version != 1 || other.ID != 1 || other.Version != 1 {
		t.Errorf("ids and versions = %d/%d %d/%d %d/%d, want all 1", first.ID, first.Version, again.ID, again.Version, other.ID, other.Version)
	}
	if again.Text != `"string"` {
		t.Errorf("text = %q, want the first one kept", again.Text)
	}
	elsewhere := register(t, r, ":.eu:t-value", avro(`"long"`))
	if elsewhere.ID != 1 || elsewhere.Subject != ":.eu:t-value" {
		t.Errorf("in another context: id %d subject %s, want 1 of its own", elsewhere.ID, elsewhere.Subject)
	}
	if diff := cmp.Diff([]string{".", ".eu"}, r.Contexts("")); diff != "" {
		t.Error(diff)
	}
}

func TestTextComesBackAsItWasSent(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	text := "{ \"type\": \"record\",\n  \"name\": \"A\", \"fields\": [ ] }\n"
	register(t, r, "a", avro(text))
	got, err := r.SchemaByID(t.Context(), 1, "", registry.ReadOptions{})
	if err != nil || got.Text != text {
		t.Errorf("text = %q, %v; want it byte for byte", got.Text, err)
	}
}

func TestRegisterRefusesWhatTheLevelForbids(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "t-value", avro(`"string"`))
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "t-value", Candidate: avro(`"int"`)})
	wantCode(t, err, registry.CodeIncompatible)
	want := `Schema being registered is incompatible with an earlier schema for subject "t-value", details: [` +
		`{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the new schema does not match with the old schema', ` +
		`additionalInfo:'reader type: INT not compatible with writer type: STRING'}, {oldSchemaVersion: 1}, {oldSchema: '"string"'}, ` +
		`{validateFields: 'false', compatibility: 'BACKWARD'}]`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	_, err = r.Register(t.Context(), registry.RegisterRequest{Subject: "t-value", Candidate: avro(`"int"`), Force: true})
	if err != nil {
		t.Errorf("forced: %v", err)
	}
}

func TestReferencesResolveAndProtect(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "money", avro(record("acme.Money", "currency")))
	order := `{"type":"record","name":"acme.Order","fields":[{"name":"total","type":"acme.Money"}]}`
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "order", Candidate: avro(order)})
	wantCode(t, err, registry.CodeInvalidSchema)

	latest := schema.Reference{Name: "acme.Money", Subject: "money", Version: -1}
	v := register(t, r, "order", avro(order, latest))
	if v.References[0].Version != 1 {
		t.Errorf("reference = %+v, want version 1 pinned", v.References[0])
	}
	ids, err := r.ReferencedBy("money", registry.LatestVersion, false)
	if diff := cmp.Diff([]int{v.ID}, ids); diff != "" || err != nil {
		t.Errorf("referenced by: %v %s", err, diff)
	}
	_, err = r.DeleteVersion(t.Context(), "money", registry.LatestVersion, false)
	wantCode(t, err, registry.CodeReferenceExists)

	inlined := `{"type":"record","name":"Order","namespace":"acme","fields":[{"name":"total","type":` + record("Money", "currency") + `}]}`
	found, err := r.Lookup(t.Context(), "order", avro(inlined), registry.LookupOptions{})
	if err != nil || found.ID != v.ID {
		t.Errorf("lookup of the inlined schema = %d, %v; want id %d", found.ID, err, v.ID)
	}
}

func TestDeletes(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	for i := range 3 {
		register(t, r, "s", avro(record("R", fmt.Sprint("f", i))))
	}
	one := registry.VersionRef{Number: 1}
	if n, err := r.DeleteVersion(ctx, "s", one, false); n != 1 || err != nil {
		t.Fatalf("soft delete = %d, %v", n, err)
	}
	_, err := r.DeleteVersion(ctx, "s", one, false)
	wantCode(t, err, registry.CodeVersionSoftDeleted)
	_, err = r.DeleteVersion(ctx, "s", registry.VersionRef{Number: 2}, true)
	wantCode(t, err, registry.CodeVersionNotSoftDeleted)
	_, err = r.DeleteVersion(ctx, "s", registry.VersionRef{Number: 9}, false)
	wantCode(t, err, registry.CodeVersionNotFound)
	_, err = r.DeleteVersion(ctx, "zzz", one, false)
	wantCode(t, err, registry.CodeSubjectNotFound)
	if v, err := r.SchemaByID(ctx, 1, "", registry.ReadOptions{}); err != nil || !v.Deleted {
		t.Errorf("a soft-deleted schema must answer by id: %+v %v", v, err)
	}
	_, err = r.DeleteSubject(ctx, "s", true)
	wantCode(t, err, registry.CodeSubjectNotSoftDeleted)
	if ns, err := r.DeleteSubject(ctx, "s", false); err != nil || !slices.Equal(ns, []int{2, 3}) {
		t.Errorf("soft delete of the subject = %v, %v; want the active versions", ns, err)
	}
	_, err = r.DeleteSubject(ctx, "s", false)
	wantCode(t, err, registry.CodeSubjectSoftDeleted)
	if ns, err := r.DeleteSubject(ctx, "s", true); err != nil || !slices.Equal(ns, []int{1, 2, 3}) {
		t.Errorf("permanent delete of the subject = %v, %v; want all versions", ns, err)
	}
	_, err = r.SchemaByID(ctx, 1, "", registry.ReadOptions{})
	wantCode(t, err, registry.CodeSchemaNotFound)
	if v := register(t, r, "s", avro(record("New", "f"))); v.ID != 4 || v.Version != 1 {
		t.Errorf("id %d version %d after a permanent delete; ids are never given twice", v.ID, v.Version)
	}
}

func TestReregisteringWhatWasSoftDeleted(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "s", avro(record("R", "a")))
	register(t, r, "s", avro(record("R", "b")))
	if _, err := r.DeleteSubject(t.Context(), "s", false); err != nil {
		t.Fatal(err)
	}
	v := register(t, r, "s", avro(record("R", "a")))
	if v.ID != 1 || v.Version != 3 {
		t.Errorf("id %d version %d, want the old id and a new version", v.ID, v.Version)
	}
	versions, err := r.Versions("s", registry.VersionFilter{DeletedAsNegative: true})
	if diff := cmp.Diff([]int{-2, 3}, versions); diff != "" || err != nil {
		t.Errorf("versions: %v %s", err, diff)
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	register(t, r, "s", avro(`"string"`))
	if err := r.SetMode(ctx, "", "readonly", false); err != nil {
		t.Fatal(err)
	}
	if v := register(t, r, "s", avro(`"string"`)); v.ID != 1 {
		t.Errorf("a known schema must register in READONLY; got %+v", v)
	}
	_, err := r.Register(ctx, registry.RegisterRequest{Subject: "s", Candidate: avro(`"bytes"`)})
	wantCode(t, err, registry.CodeOperationNotPermitted)
	_, err = r.DeleteSubject(ctx, "s", false)
	wantCode(t, err, registry.CodeOperationNotPermitted)
	_, err = r.SetConfig(ctx, "s", registry.ConfigChange{})
	wantCode(t, err, registry.CodeOperationNotPermitted)

	wantCode(t, r.SetMode(ctx, "", "IMPORT", false), registry.CodeOperationNotPermitted)
	wantCode(t, r.SetMode(ctx, "s", "FORWARD", false), registry.CodeInvalidMode)
	wantCode(t, r.SetMode(ctx, "s", "whatever", false), registry.CodeInvalidMode)
	if err := r.SetMode(ctx, "fresh", "IMPORT", false); err != nil {
		t.Fatal(err)
	}
	_, err = r.Register(ctx, registry.RegisterRequest{Subject: "fresh", Candidate: avro(`"long"`)})
	wantCode(t, err, registry.CodeOperationNotPermitted)
	v, err := r.Register(ctx, registry.RegisterRequest{Subject: "fresh", Candidate: avro(`"long"`), ID: 77, Version: 5})
	if err != nil || v.ID != 77 || v.Version != 5 {
		t.Errorf("import = %+v, %v; want id 77 version 5", v, err)
	}
	_, err = r.Register(ctx, registry.RegisterRequest{Subject: "fresh", Candidate: avro(`"int"`), ID: 77, Version: 6})
	wantCode(t, err, registry.CodeOperationNotPermitted)
	_, err = r.Register(ctx, registry.RegisterRequest{Subject: "fresh", Candidate: avro(`"int"`), ID: 78, Version: 5})
	wantCode(t, err, registry.CodeOperationNotPermitted)
	if _, err := r.DeleteMode(ctx, "", false); err != nil {
		t.Fatal(err)
	}
	if v := register(t, r, "t", avro(`"bytes"`)); v.ID != 78 {
		t.Errorf("id after an import = %d, want 78", v.ID)
	}
}

func TestEffectiveConfig(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	set := func(scope, level string) {
		t.Helper()
		change := registry.ConfigChange{}
		if level != "" {
			l := registry.Config{}
			if err := json.Unmarshal([]byte(`{"compatibilityLevel":"`+level+`"}`), &l); err != nil {
				t.Fatal(err)
			}
			change.Set = l
		}
		if _, err := r.SetConfig(ctx, scope, change); err != nil {
			t.Fatal(err)
		}
	}
	level := func(scope string) string {
		t.Helper()
		c, err := r.Config(scope, true)
		if err != nil {
			t.Fatal(err)
		}
		return string(*c.CompatibilityLevel)
	}
	if got := level("s"); got != "BACKWARD" {
		t.Errorf("default level = %s", got)
	}
	set("", "full")
	set(":.__GLOBAL:", "NONE")
	set(":.eu:", "FORWARD")
	set("own", "")
	for scope, want := range map[string]string{
		"s": "FULL", ":.eu:s": "FORWARD", ":.us:s": "NONE", "own": "BACKWARD", "": "FULL", ":.:": "FULL",
	} {
		if got := level(scope); got != want {
			t.Errorf("level of %q = %s, want %s", scope, got, want)
		}
	}
	_, err := r.Config("s", false)
	wantCode(t, err, registry.CodeSubjectLevelNotSet)
	_, err = r.DeleteConfig(ctx, "s")
	wantCode(t, err, registry.CodeSubjectNotFound)
}

func TestAnUnqualifiedSubjectIsSearchedEverywhere(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "other", avro(`"int"`))
	register(t, r, ":.eu:s", avro(`"string"`))
	for name, want := range map[string]string{"s": ":.eu:s", ":.eu:s": ":.eu:s", "other": "other"} {
		v, err := r.Version(t.Context(), name, registry.LatestVersion, registry.ReadOptions{})
		if err != nil || v.Subject != want {
			t.Errorf("version of %s = %s, %v", name, v.Subject, err)
		}
	}
	v, err := r.Lookup(t.Context(), "s", avro(`"string"`), registry.LookupOptions{})
	if err != nil || v.Subject != ":.eu:s" {
		t.Errorf("lookup = %s, %v", v.Subject, err)
	}
	byID, err := r.SchemaByID(t.Context(), 1, "s", registry.ReadOptions{})
	if err != nil || byID.Subject != ":.eu:s" {
		t.Errorf("by id = %s, %v", byID.Subject, err)
	}
	_, err = r.SchemaByID(t.Context(), 1, ":.eu:nobody", registry.ReadOptions{})
	wantCode(t, err, registry.CodeSchemaNotFound)
}

// Writers that race for one subject each end up with a version of their own,
// one id per schema, and no number missing.
func TestConcurrentRegistration(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	const writers, schemas = 32, 8
	var wg sync.WaitGroup
	ids := make([][]int, schemas)
	var mu sync.Mutex
	for w := range writers {
		wg.Go(func() {
			for s := range schemas {
				text := record("R", fmt.Sprintf("f%d", (s+w)%schemas))
				v, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: avro(text)})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				ids[(s+w)%schemas] = append(ids[(s+w)%schemas], v.ID)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for s, got := range ids {
		if slices.Sort(got); len(slices.Compact(got)) != 1 {
			t.Errorf("schema %d got ids %v", s, got)
		}
	}
	versions, err := r.Versions("s", registry.VersionFilter{})
	if diff := cmp.Diff([]int{1, 2, 3, 4, 5, 6, 7, 8}, versions); err != nil || diff != "" {
		t.Errorf("versions: %v %s", err, diff)
	}
}

func TestMetadataIsInheritedMergedAndPartOfIdentity(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	owned := avro(record("R", "a"))
	owned.Metadata = &schema.Metadata{Properties: map[string]string{"owner": "shop"}}
	first := register(t, r, "s", owned)
	bare := register(t, r, "s", avro(record("R", "a")))
	if bare.Version != first.Version {
		t.Errorf("a bare schema must find the version that carries metadata, got version %d", bare.Version)
	}
	second := register(t, r, "s", avro(record("R", "a", "b")))
	if second.Metadata.Property("owner") != "shop" {
		t.Errorf("metadata = %+v, want the previous version's", second.Metadata)
	}
	change := registry.ConfigChange{Set: registry.Config{OverrideMetadata: &schema.Metadata{Properties: map[string]string{"team": "core"}}}}
	if _, err := r.SetConfig(ctx, "s", change); err != nil {
		t.Fatal(err)
	}
	third := register(t, r, "s", avro(record("R", "a", "b")))
	if third.Version != 3 || third.Metadata.Property("team") != "core" || third.Metadata.Property("owner") != "shop" {
		t.Errorf("version %d metadata %+v, want a third with both properties", third.Version, third.Metadata)
	}
	found, err := r.Lookup(ctx, "s", avro(record("R", "a", "b")), registry.LookupOptions{})
	if err != nil || found.Version != 3 {
		t.Errorf("lookup of the bare schema = version %d, %v; want 3", found.Version, err)
	}
}

func TestAliases(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	name := "real"
	if _, err := r.SetConfig(t.Context(), "nick", registry.ConfigChange{Set: registry.Config{Alias: &name}}); err != nil {
		t.Fatal(err)
	}
	if got := r.ResolveAlias("nick"); got != "real" {
		t.Errorf("alias = %q", got)
	}
	if got := r.ResolveAlias("other"); got != "other" {
		t.Errorf("no alias = %q", got)
	}
}
