package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
)

// elsewhere is when another registry stored what tests import.
var elsewhere = time.Date(2021, time.March, 4, 5, 6, 7, 8e6, time.UTC)

// foreign is a version as another registry had it.
func foreign(subject string, version, id int, text string, refs ...schema.Reference) registry.Version {
	return registry.Version{Subject: subject, Version: version, ID: id, Text: text, References: refs, Time: elsewhere}
}

func importVersions(t *testing.T, r *registry.Registry, versions ...registry.Version) []registry.ImportResult {
	t.Helper()
	got, err := r.Import(t.Context(), registry.ImportBatch{Versions: versions})
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	return got.Versions
}

func wantOutcomes(t *testing.T, got []registry.ImportResult, want ...registry.ImportOutcome) {
	t.Helper()
	var outcomes []registry.ImportOutcome
	for _, r := range got {
		outcomes = append(outcomes, r.Outcome)
	}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Fatalf("outcomes (-want +got):\n%s\n%+v", diff, got)
	}
}

func TestImportKeepsIDsVersionsAndTimes(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	deleted := foreign("a", 2, 9, record("R", "x", "y"))
	deleted.Deleted = true
	batch := []registry.Version{
		foreign("a", 7, 40, record("R", "z")), deleted,
		foreign(":.eu:a", 3, 40, `"int"`),
		foreign("user", 1, 41, `{"type":"record","name":"U","fields":[{"name":"r","type":"R"}]}`,
			schema.Reference{Name: "R", Subject: "a", Version: 2}),
	}
	wantOutcomes(t, importVersions(t, r, batch...), registry.ImportStored, registry.ImportStored, registry.ImportStored, registry.ImportStored)
	head := r.Stats().Head
	wantOutcomes(t, importVersions(t, r, batch...),
		registry.ImportIdentical, registry.ImportIdentical, registry.ImportIdentical, registry.ImportIdentical)
	if r.Stats().Head != head {
		t.Error("importing the same again wrote something")
	}
	for _, want := range batch {
		got, err := r.Version(t.Context(), want.Subject, registry.VersionRef{Number: want.Version}, registry.ReadOptions{Deleted: true})
		if err != nil {
			t.Fatal(err)
		}
		if got.ID != want.ID || got.Text != want.Text || !got.Time.Equal(elsewhere) || got.Deleted != want.Deleted {
			t.Errorf("%s version %d came back as %+v", want.Subject, want.Version, got)
		}
	}
	next := register(t, r, "new", avro(`"long"`))
	if next.ID != 42 {
		t.Errorf("the next id is %d, want 42", next.ID)
	}
	if next := register(t, r, "a", avro(record("R", "z", "zz"))); next.Version != 8 {
		t.Errorf("the next version is %d, want 8", next.Version)
	}
	reopened := open(t, keepOpen{log})
	if diff := cmp.Diff(r.State().Dump(), reopened.State().Dump()); diff != "" {
		t.Errorf("the state after a restart differs:\n%s", diff)
	}
}

// The log tells who imported and when, the version when it was registered.
func TestImportIsAudited(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	ctx := registry.WithActor(t.Context(), "mover")
	if _, err := r.Import(ctx, registry.ImportBatch{Versions: []registry.Version{foreign("a", 1, 1, `"int"`), foreign("b", 1, 1, `"int"`)}}); err != nil {
		t.Fatal(err)
	}
	changes := map[string]bool{}
	for e, err := range log.Read(t.Context(), registry.Offset{}) {
		if err != nil {
			t.Fatal(err)
		}
		changes[e.Change] = true
		if e.Actor != "mover" || time.Since(e.Time) > time.Hour {
			t.Errorf("entry by %q at %s, want the importer, now", e.Actor, e.Time)
		}
	}
	if len(changes) != 1 {
		t.Errorf("%d changes, want one for the batch", len(changes))
	}
}

func TestImportNeverOverwrites(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "a", avro(`"int"`))
	register(t, r, "b", avro(`"long"`))
	gone := register(t, r, "c", avro(`"float"`))
	if _, err := r.DeleteSubject(t.Context(), "c", false); err != nil {
		t.Fatal(err)
	}
	before := r.Stats().Head
	withMetadata := foreign("a", 1, 1, `"int"`)
	withMetadata.Metadata = &schema.Metadata{Properties: map[string]string{"owner": "me"}}
	got := importVersions(t, r,
		foreign("a", 1, 1, `"long"`),             // another text
		foreign("a", 1, 5, `"int"`),              // another id
		foreign("z", 1, 1, `"double"`),           // an id that is taken
		foreign("a", 1, 1, ` "int" `),            // not byte for byte
		foreign("c", gone.Version, 3, gone.Text), // deleted here
		withMetadata,
	)
	wantOutcomes(t, got, registry.ImportConflict, registry.ImportConflict, registry.ImportConflict,
		registry.ImportConflict, registry.ImportConflict, registry.ImportConflict)
	for i, want := range []string{"another text", "another id", "version 1 of 'a'", "another text", "soft-deleted", "another metadata"} {
		if !strings.Contains(got[i].Message, want) {
			t.Errorf("message %d is %q, want one with %q", i, got[i].Message, want)
		}
	}
	if r.Stats().Head != before {
		t.Error("conflicts wrote something")
	}
}

func TestImportFollowsSoftDeletions(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	v := foreign("a", 1, 1, `"int"`)
	importVersions(t, r, v)
	v.Deleted = true
	wantOutcomes(t, importVersions(t, r, v), registry.ImportDeleted)
	wantOutcomes(t, importVersions(t, r, v), registry.ImportIdentical)
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	if err := r.SetMode(t.Context(), "locked", "READONLY", false); err != nil {
		t.Fatal(err)
	}
	importVersions(t, r, foreign("there", 1, 77, `"long"`))
	odd := foreign("a", 1, 1, `"int"`)
	odd.Type = "THRIFT"
	got := importVersions(t, r,
		odd,
		foreign("a", 0, 1, `"int"`), foreign("a", 1, 0, `"int"`), foreign("a", 1, 1<<31, `"int"`), foreign("a", 1, 1, ""),
		foreign("__EMPTY", 1, 1, `"int"`), foreign("a", 1, 1, strings.Repeat("x", schema.MaxText+1)),
		foreign("a", 1, 1, `"int"`, schema.Reference{Name: "R", Subject: "nowhere", Version: 1}),
		foreign("locked", 1, 1, `"int"`),
		foreign("b", 1, 1, `"int"`), foreign("b", 1, 1, `"int"`), foreign("there", 1, 0, `"int"`),
	)
	want := make([]registry.ImportOutcome, len(got))
	for i := range want {
		want[i] = registry.ImportRefused
	}
	want[9] = registry.ImportStored
	wantOutcomes(t, got, want...)
	if got[8].Message != "Subject locked in context  is in read-only mode" {
		t.Errorf("message %q", got[8].Message)
	}
}

// A reference to an item that turns out to be a conflict is refused, not
// prepared for ever.
func TestImportRefusesWhatRefersToAConflict(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "a", avro(`"int"`))
	got := importVersions(t, r,
		foreign("r", 1, 1, record("R", "x")), // id 1 is taken
		foreign("u", 1, 2, `{"type":"array","items":"R"}`, schema.Reference{Name: "R", Subject: "r", Version: 1}))
	wantOutcomes(t, got, registry.ImportConflict, registry.ImportRefused)
}

// What no parser takes is kept for the consumers that read it by its id.
func TestImportKeepsWhatNoParserTakes(t *testing.T) {
	t.Parallel()
	tests := map[string]registry.Version{
		"broken Avro":         foreign("s", 1, 5, `{"type":"record","name":"R"}`),
		"not even JSON":       foreign("s", 1, 5, `{type: record`),
		"remote $ref":         {Subject: "s", Version: 1, ID: 5, Type: schema.JSON, Text: `{"$ref":"https://example.com/x.json"}`, Time: elsewhere},
		"edition 2024":        {Subject: "s", Version: 1, ID: 5, Type: schema.Protobuf, Text: "edition = \"2024\";\nmessage M {}\n", Time: elsewhere},
		"an unknown import":   {Subject: "s", Version: 1, ID: 5, Type: schema.Protobuf, Text: "syntax = \"proto3\";\nimport \"x.proto\";\nmessage M {}\n", Time: elsewhere},
		"not Protobuf at all": {Subject: "s", Version: 1, ID: 5, Type: schema.Protobuf, Text: "message {", Time: elsewhere},
	}
	for name, v := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, nil)
			v.GUID = schema.ContentGUID(v.Text, nil, nil, nil)
			got := importVersions(t, r, v)
			wantOutcomes(t, got, registry.ImportStored)
			if got[0].Unparsed == "" {
				t.Fatal("the text parses: choose another for this test")
			}
			got = importVersions(t, r, v)
			wantOutcomes(t, got, registry.ImportIdentical)
			checkUnparsed(t, r, v)
		})
	}
}

func checkUnparsed(t *testing.T, r *registry.Registry, v registry.Version) {
	t.Helper()
	ctx := t.Context()
	for _, format := range []string{"", "resolved", "serialized", "ignore_extensions"} {
		read, err := r.SchemaByID(ctx, 5, "", registry.ReadOptions{Format: format, FindTags: []string{"*"}})
		if err != nil || read.Text != v.Text {
			t.Errorf("by id, format %q: %q, %v", format, read.Text, err)
		}
	}
	if read, err := r.SchemaByGUID(ctx, v.GUID.String(), ""); err != nil || read.Text != v.Text {
		t.Errorf("by GUID: %q, %v", read.Text, err)
	}
	if all, err := r.Schemas(ctx, registry.SchemaFilter{}); err != nil || len(all) != 1 {
		t.Errorf("schemas: %v, %v", all, err)
	}
	c := registry.Candidate{Type: string(v.Type), Text: v.Text}
	if found, err := r.Lookup(ctx, "s", c, registry.LookupOptions{}); err != nil || found.ID != 5 {
		t.Errorf("lookup: %+v, %v", found, err)
	}
	if again := register(t, r, "s", c); again.ID != 5 || again.Version != 1 {
		t.Errorf("registering it again: %+v", again)
	}
	fine := map[schema.Format]string{schema.JSON: `{"type":"string"}`, schema.Protobuf: "syntax = \"proto3\";\nmessage M {}\n"}[v.Type]
	if fine == "" {
		fine = `"string"`
	}
	_, err := r.Register(ctx, registry.RegisterRequest{Subject: "s", Candidate: registry.Candidate{Type: string(v.Type), Text: fine}})
	wantCode(t, err, registry.CodeInvalidSchema)
	if !strings.Contains(err.Error(), "Version 1 of subject 's' cannot be read") || !strings.Contains(err.Error(), "force=true") {
		t.Errorf("comparing with it says %q", err)
	}
	if _, err := r.Register(ctx, registry.RegisterRequest{Subject: "s", Force: true, Candidate: registry.Candidate{Type: string(v.Type), Text: fine}}); err != nil {
		t.Errorf("force: %v", err)
	}
}

// A GUID is kept where it is a hash of the text's own; one that belongs to
// another text must not lead here.
func TestImportedGUIDs(t *testing.T) {
	t.Parallel()
	const text = `{ "type": "string" }`
	raw, canonical := schema.ContentGUID(text, nil, nil, nil), schema.ContentGUID(`"string"`, nil, nil, nil)
	for name, tt := range map[string]struct{ given, want schema.GUID }{
		"none":      {schema.GUID{}, canonical},
		"canonical": {canonical, canonical},
		"raw":       {raw, raw},
		"another's": {schema.ContentGUID(`"int"`, nil, nil, nil), canonical},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, nil)
			v := foreign("s", 1, 1, text)
			v.GUID = tt.given
			importVersions(t, r, v)
			got, err := r.SchemaByID(t.Context(), 1, "", registry.ReadOptions{})
			if err != nil || got.GUID != tt.want {
				t.Errorf("GUID %s, %v; want %s", got.GUID, err, tt.want)
			}
			if again := register(t, r, "s", avro(`"string"`)); again.Version != 1 {
				t.Errorf("the same schema became version %d", again.Version)
			}
		})
	}
}

func TestImportSettings(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	full, none := compat.Full, compat.None
	batch := registry.ImportBatch{
		Contexts: []registry.ImportedContext{{Name: ".", MaxID: 12}, {Name: ".empty"}, {Name: "bad"}, {Name: ".a:b"}, {Name: ".__GLOBAL"}},
		Versions: []registry.Version{foreign("a", 1, 3, `"int"`)},
		Configs: []registry.Scoped[registry.Config]{
			{Scope: "", Value: registry.Config{CompatibilityLevel: &full}},
			{Scope: ":.empty:", Value: registry.Config{CompatibilityLevel: &none}},
			{Scope: "bad\x00", Value: registry.Config{CompatibilityLevel: &none}},
		},
		Modes: []registry.Scoped[registry.Mode]{{Scope: "", Value: "readonly"}, {Scope: "a", Value: "FORWARD"}, {Scope: ":.__GLOBAL:", Value: "FORWARD"}},
	}
	got, err := r.Import(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	const stored, refused = registry.ImportStored, registry.ImportRefused
	wantOutcomes(t, got.Contexts, stored, stored, refused, refused, refused)
	wantOutcomes(t, got.Configs, stored, stored, refused)
	wantOutcomes(t, got.Modes, stored, refused, stored)
	if diff := cmp.Diff([]string{".", ".empty"}, r.Contexts("")); diff != "" {
		t.Errorf("contexts (-want +got):\n%s", diff)
	}
	if r.MaxID("") != 12 {
		t.Errorf("highest id %d, want 12", r.MaxID(""))
	}
	if m, err := r.Mode("", false); err != nil || m != registry.ReadOnly {
		t.Errorf("mode %q, %v", m, err)
	}
	again, err := r.Import(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcomes(t, again.Configs, registry.ImportIdentical, registry.ImportIdentical, refused)
	wantOutcomes(t, again.Modes, registry.ImportIdentical, refused, registry.ImportIdentical)
	wantOutcomes(t, again.Versions, registry.ImportIdentical)

	batch = registry.ImportBatch{Modes: []registry.Scoped[registry.Mode]{{Value: registry.ReadWrite}}}
	got, err = r.Import(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcomes(t, got.Modes, registry.ImportConflict)
	batch.OverwriteSettings = true
	got, err = r.Import(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	wantOutcomes(t, got.Modes, stored)
}

// Batches imported at once do not disturb one another.
func TestConcurrentImports(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	done := make(chan []registry.ImportResult)
	const workers, each = 8, 20
	for w := range workers {
		go func() {
			var batch []registry.Version
			for i := range each {
				id := w*each + i + 1
				batch = append(batch, foreign("s", id, id, record("R", fmt.Sprint("f", id))))
			}
			got, err := r.Import(t.Context(), registry.ImportBatch{Versions: batch})
			if err != nil {
				t.Error(err)
			}
			done <- got.Versions
		}()
	}
	for range workers {
		for _, result := range <-done {
			if result.Outcome != registry.ImportStored {
				t.Errorf("%+v", result)
			}
		}
	}
	if versions, err := r.Versions("s", registry.VersionFilter{}); err != nil || len(versions) != workers*each {
		t.Errorf("%d versions, %v", len(versions), err)
	}
}
