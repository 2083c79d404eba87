package web

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/accordhq/accord/registry"
)

// methodsOf lists the methods of franz-go's client that call the registry. A
// method of a newer client that TestForeignClient does not call fails it.
func methodsOf(client *sr.Client) []string {
	var names []string
	of := reflect.TypeOf(client)
	for i := range of.NumMethod() {
		switch name := of.Method(i).Name; name {
		case "Opts", "OptValue", "OptValues": // about the client itself
		default:
			names = append(names, name)
		}
	}
	return names
}

// foreign calls methods of a client and remembers which.
type foreign struct {
	*sr.Client
	t      *testing.T
	called []string
}

// want checks what a method answered.
func want[T any](f *foreign, method string, got T, err error, expected T) {
	f.t.Helper()
	f.called = append(f.called, method)
	if err != nil {
		f.t.Errorf("%s: %v", method, err)
		return
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		f.t.Errorf("%s (-want +got):\n%s", method, diff)
	}
}

func (f *foreign) wantCode(method string, err error, code int) {
	f.t.Helper()
	var refused *sr.ResponseError
	if !errors.As(err, &refused) || refused.ErrorCode != code {
		f.t.Errorf("%s: %v, want error_code %d", method, err, code)
	}
}

// TestForeignClient calls every method of a client that was written for
// Confluent's and Redpanda's registries.
func TestForeignClient(t *testing.T) {
	t.Parallel()
	// The client knows the incompatible error by the code of older servers.
	r := start(t, Options{})
	speaks := registry.Policy{APIVersion: &registry.APIVersion{Major: 8, Minor: 1}}
	if _, err := r.opts.Registry.SetPolicy(t.Context(), "", registry.PolicyChange{Set: speaks}); err != nil {
		t.Fatal(err)
	}
	defer r.stopped(t)
	client, err := sr.NewClient(sr.URLs(r.URL()), sr.HTTPClient(r.client))
	if err != nil {
		t.Fatal(err)
	}
	f := &foreign{Client: client, t: t}
	f.reads(t.Context())
	f.context(t.Context())
	f.settings(t.Context())
	f.deletes(t.Context())
	slices.Sort(f.called)
	if diff := cmp.Diff(methodsOf(client), slices.Compact(f.called)); diff != "" {
		t.Errorf("methods not called (-) of the client:\n%s", diff)
	}
}

const (
	pointText = `{"type":"record","name":"Point","fields":[{"name":"x","type":"int"}]}`
	lineText  = `{"type":"record","name":"Line","fields":[{"name":"from","type":"Point"}]}`
)

// reads registers point and line, which refers to it, and reads them back in
// all ways.
func (f *foreign) reads(ctx context.Context) {
	point := sr.Schema{Schema: pointText, Type: sr.TypeAvro}
	line := sr.Schema{
		Schema: lineText, Type: sr.TypeAvro,
		References:     []sr.SchemaReference{{Name: "Point", Subject: "geo/point", Version: 1}},
		SchemaMetadata: &sr.SchemaMetadata{Properties: map[string]string{"owner": "geo"}},
	}
	created, err := f.CreateSchema(ctx, "geo/point", point)
	pointV1 := sr.SubjectSchema{Subject: "geo/point", Version: 1, ID: 1, GUID: created.GUID, Schema: point}
	want(f, "CreateSchema", created, err, pointV1)
	id, err := f.RegisterSchema(ctx, "geo/point", point, -1, -1)
	want(f, "RegisterSchema", id, err, 1)
	created, err = f.CreateSchemaWithIDAndVersion(ctx, "geo/line", line, -1, -1)
	lineV1 := sr.SubjectSchema{Subject: "geo/line", Version: 1, ID: 2, GUID: created.GUID, Schema: line}
	want(f, "CreateSchemaWithIDAndVersion", created, err, lineV1)

	types, err := f.SupportedTypes(ctx)
	want(f, "SupportedTypes", types, err, []sr.SchemaType{sr.TypeAvro, sr.TypeProtobuf, sr.TypeJSON})
	subjects, err := f.Subjects(ctx)
	want(f, "Subjects", subjects, err, []string{"geo/line", "geo/point"})
	byID, err := f.SchemaByID(ctx, 2)
	want(f, "SchemaByID", byID, err, line)
	byGUID, err := f.SchemaByGUID(ctx, lineV1.GUID)
	want(f, "SchemaByGUID", byGUID, err, sr.SubjectSchema{GUID: lineV1.GUID, Schema: line})
	ids, err := f.SchemaIDsByGUID(ctx, lineV1.GUID)
	want(f, "SchemaIDsByGUID", ids, err, []sr.ContextID{{Context: ".", ID: 2}})
	text, err := f.SchemaTextByID(ctx, 1)
	want(f, "SchemaTextByID", text, err, pointText)
	text, err = f.SchemaTextByVersion(ctx, "geo/line", -1)
	want(f, "SchemaTextByVersion", text, err, lineText)
	names, err := f.SubjectsByID(ctx, 1)
	want(f, "SubjectsByID", names, err, []string{"geo/point"})
	users, err := f.SchemaVersionsByID(ctx, 1)
	want(f, "SchemaVersionsByID", users, err, []sr.SubjectVersion{{Subject: "geo/point", Version: 1}})
	versions, err := f.SubjectVersions(ctx, "geo/point")
	want(f, "SubjectVersions", versions, err, []int{1})
	byVersion, err := f.SchemaByVersion(ctx, "geo/line", -1)
	want(f, "SchemaByVersion", byVersion, err, lineV1)
	all, err := f.AllSchemas(ctx)
	want(f, "AllSchemas", all, err, []sr.SubjectSchema{lineV1, pointV1})
	of, err := f.Schemas(ctx, "geo/line")
	want(f, "Schemas", of, err, []sr.SubjectSchema{lineV1})
	found, err := f.LookupSchema(ctx, "geo/line", line)
	want(f, "LookupSchema", found, err, lineV1)
	referrers, err := f.SchemaReferences(ctx, "geo/point", 1)
	want(f, "SchemaReferences", referrers, err, []sr.SubjectSchema{lineV1})
	usages, err := f.SchemaUsagesByID(ctx, 2)
	want(f, "SchemaUsagesByID", usages, err, []sr.SubjectSchema{lineV1})
	var answer map[string]any
	err = f.Do(ctx, http.MethodGet, "/v1/metadata/version", nil, &answer)
	want(f, "Do", answer["version"], err, any("8.1.0"))

	_, err = f.SchemaByID(ctx, 99)
	f.wantCode("SchemaByID", err, 40403)
	_, err = f.SchemaByVersion(ctx, "none", 1)
	f.wantCode("SchemaByVersion", err, 40401)
	_, err = f.LookupSchema(ctx, "geo/point", sr.Schema{Schema: `"long"`})
	f.wantCode("LookupSchema", err, 40403)
}

// context works in a schema context, which the client reaches by the prefix
// /contexts/{context} of the path.
func (f *foreign) context(ctx context.Context) {
	in := sr.InContext(ctx, ".eu")
	created, err := f.CreateSchema(in, "s", sr.Schema{Schema: `"string"`})
	want(f, "CreateSchema", created, err, sr.SubjectSchema{
		Subject: ":.eu:s", Version: 1, ID: 1, GUID: created.GUID, Schema: sr.Schema{Schema: `"string"`, Type: sr.TypeAvro},
	})
	subjects, err := f.Subjects(in)
	want(f, "Subjects", subjects, err, []string{":.eu:s"})
	contexts, err := f.Contexts(ctx)
	want(f, "Contexts", contexts, err, []string{".", ".eu"})
	f.wantCode("DeleteContext", f.DeleteContext(ctx, ".eu"), 42211)
	for _, how := range []sr.DeleteHow{sr.SoftDelete, sr.HardDelete} {
		deleted, err := f.DeleteSubject(in, "s", how)
		want(f, "DeleteSubject", deleted, err, []int{1})
	}
	want(f, "DeleteContext", 0, f.DeleteContext(ctx, ".eu"), 0)
	contexts, err = f.Contexts(ctx)
	want(f, "Contexts", contexts, err, []string{"."})
}

// settings sets, reads and unsets levels and modes.
func (f *foreign) settings(ctx context.Context) {
	full := sr.SetCompatibility{Level: sr.CompatFull, Normalize: true, Group: "major"}
	set := sr.CompatibilityResult{Subject: "geo/point", Level: sr.CompatFull, Normalize: true, Group: "major"}
	want(f, "SetCompatibility", f.SetCompatibility(ctx, full, "geo/point"), nil, []sr.CompatibilityResult{set})
	global := sr.CompatibilityResult{Level: sr.CompatBackward}
	want(f, "Compatibility", f.Compatibility(ctx, "geo/point", sr.GlobalSubject), nil, []sr.CompatibilityResult{set, global})
	missing := f.Compatibility(ctx, "geo/line")
	f.wantCode("Compatibility", missing[0].Err, 40408)

	long := sr.Schema{Schema: `"long"`}
	checked, err := f.CheckCompatibility(sr.WithParams(ctx, sr.Verbose), "geo/point", -1, long)
	f.called = append(f.called, "CheckCompatibility")
	if err != nil || checked.Is || len(checked.Messages) == 0 {
		f.t.Errorf("CheckCompatibility: %+v, %v", checked, err)
	}
	checked, err = f.CheckCompatibility(ctx, "geo/point", -2, sr.Schema{Schema: pointText})
	want(f, "CheckCompatibility", checked, err, sr.CheckCompatibilityResult{Is: true})
	_, err = f.RegisterSchema(ctx, "geo/point", long, -1, -1)
	f.wantCode("RegisterSchema", err, http.StatusConflict)

	reset := f.ResetCompatibility(ctx, "geo/point")
	want(f, "ResetCompatibility", reset[0].Group, reset[0].Err, "major")

	readOnly := sr.ModeResult{Subject: "geo/point", Mode: sr.ModeReadOnly}
	want(f, "SetMode", f.SetMode(ctx, sr.ModeReadOnly, "geo/point"), nil, []sr.ModeResult{readOnly})
	want(f, "Mode", f.Mode(ctx, "geo/point", sr.GlobalSubject), nil, []sr.ModeResult{readOnly, {Mode: sr.ModeReadWrite}})
	want(f, "ResetMode", f.ResetMode(ctx, "geo/point"), nil, []sr.ModeResult{readOnly})
	f.wantCode("Mode", f.Mode(ctx, "geo/point")[0].Err, 40409)
}

// deletes removes everything, softly and for good.
func (f *foreign) deletes(ctx context.Context) {
	f.wantCode("DeleteSubject", func() error { _, err := f.DeleteSubject(ctx, "geo/point", sr.SoftDelete); return err }(), 42206)
	want(f, "DeleteSchema", 0, f.DeleteSchema(ctx, "geo/line", 1, sr.SoftDelete), 0)
	f.wantCode("DeleteSchema", f.DeleteSchema(ctx, "geo/line", 1, sr.SoftDelete), 40406)
	want(f, "DeleteSchema", 0, f.DeleteSchema(ctx, "geo/line", 1, sr.HardDelete), 0)
	for _, how := range []sr.DeleteHow{sr.SoftDelete, sr.HardDelete} {
		deleted, err := f.DeleteSubject(ctx, "geo/point", how)
		want(f, "DeleteSubject", deleted, err, []int{1})
	}
	subjects, err := f.Subjects(sr.WithParams(ctx, sr.ShowDeleted))
	want(f, "Subjects", subjects, err, []string{})
}
