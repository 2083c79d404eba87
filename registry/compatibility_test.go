package registry_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// configure sets the config of subject s from Confluent's stored JSON form.
func configure(t *testing.T, r *registry.Registry, config string) {
	t.Helper()
	var change registry.ConfigChange
	if err := json.Unmarshal([]byte(config), &change.Set); err != nil {
		t.Fatal(err)
	}
	if _, err := r.SetConfig(t.Context(), "s", change); err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, r *registry.Registry, req registry.CheckRequest) registry.CheckResult {
	t.Helper()
	result, err := r.CheckCompatibility(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// required is a record whose fields have no defaults.
func required(fields ...string) string {
	return strings.ReplaceAll(record("R", fields...), `,"default":""`, "")
}

func TestLevelsChooseVersionsAndDirections(t *testing.T) {
	t.Parallel()
	// Version 2 of the history drops a; version 3 has only c with a default.
	history := []string{required("a", "b"), required("b"), record("R", "b", "c")}
	for _, tc := range []struct {
		level, schema string
		want          bool
		failing       string
	}{
		{"NONE", `"int"`, true, ""},
		{"BACKWARD", required("b"), true, ""},
		{"BACKWARD", required("b", "z"), false, "{oldSchemaVersion: 3}"},
		{"BACKWARD", record("R", "b", "z"), true, ""},
		{"BACKWARD", required("c"), true, ""},
		{"BACKWARD_TRANSITIVE", required("c"), false, "{oldSchemaVersion: 2}"},
		{"FORWARD", required("b"), true, ""},
		{"FORWARD", required("z"), true, ""},
		{"FORWARD_TRANSITIVE", required("z"), false, "{oldSchemaVersion: 2}"},
		{"FORWARD_TRANSITIVE", required("b"), false, "{oldSchemaVersion: 1}"},
		{"FULL", required("b"), true, ""},
		{"FULL", required("b", "z"), false, "{oldSchemaVersion: 3}"},
		{"FULL_TRANSITIVE", record("R", "b", "c", "d"), false, "{oldSchemaVersion: 1}"},
	} {
		t.Run(tc.level+" "+tc.schema, func(t *testing.T) {
			t.Parallel()
			r := open(t, nil)
			configure(t, r, `{"compatibilityLevel":"NONE"}`)
			for _, text := range history {
				register(t, r, "s", avro(text))
			}
			configure(t, r, `{"compatibilityLevel":"`+tc.level+`"}`)
			got := check(t, r, registry.CheckRequest{Subject: "s", Candidate: avro(tc.schema), Verbose: true})
			if got.Compatible != tc.want {
				t.Errorf("compatible = %t, want %t: %q", got.Compatible, tc.want, got.Messages)
			}
			if all := strings.Join(got.Messages, "\n"); !strings.Contains(all, tc.failing) {
				t.Errorf("messages %q do not name %s", all, tc.failing)
			}
		})
	}
}

func TestCompatibilityGroupNarrowsTheHistory(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	configure(t, r, `{"compatibilityGroup":"major"}`)
	in := func(text, major string) registry.Candidate {
		c := avro(text)
		c.Metadata = &schema.Metadata{Properties: map[string]string{"major": major}}
		return c
	}
	register(t, r, "s", in(`"string"`, "1"))
	register(t, r, "s", in(`"int"`, "2"))
	register(t, r, "s", in(`"long"`, "2"))
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: in(`"int"`, "1")})
	wantCode(t, err, registry.CodeIncompatible)
}

func TestARefusalCarriesFindings(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "s", avro(required("a")))
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: avro("{\"type\":\"record\",\"name\":\"R\",\n  \"fields\":[{\"name\":\"b\",\"type\":\"int\"}]}")})
	refused := new(registry.Error)
	if !errors.As(err, &refused) || len(refused.Findings) != 1 {
		t.Fatalf("error = %#v, want one finding", err)
	}
	got := refused.Findings[0]
	want := finding.Finding{
		Code: "AVRO_READER_FIELD_MISSING_DEFAULT_VALUE", Severity: finding.Error, Subject: "s", Path: "/fields/0",
		Message: "The field 'b' at path '/fields/0' in the new schema has no default value and is missing in the old schema",
		Line:    2, Column: 13,
		Evidence: []string{"breaks readers of old data", "old schema: / at 1:1", "b", "compared with version 1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTransitivePreview(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	configure(t, r, `{"compatibilityLevel":"NONE"}`)
	register(t, r, "s", avro(required("a")))
	register(t, r, "s", avro(required("a", "b")))
	configure(t, r, `{"compatibilityLevel":"BACKWARD"}`)
	got := check(t, r, registry.CheckRequest{Subject: "s", Candidate: avro(required("b")), Findings: true})
	if !got.Compatible {
		t.Errorf("messages = %q", got.Messages)
	}
	var previews int
	for _, f := range got.Findings {
		if f.Code == "COMPAT_TRANSITIVE_PREVIEW" {
			previews++
			if want := "accord config set s --compatibility BACKWARD_TRANSITIVE"; f.Hint != want {
				t.Errorf("hint = %q, want %q", f.Hint, want)
			}
		}
	}
	if previews != 1 {
		t.Errorf("findings = %+v, want one preview of version 1", got.Findings)
	}
}

func TestReservedFields(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	configure(t, r, `{"compatibilityLevel":"NONE","validateFields":true}`)
	reserving := func(text, names string) registry.Candidate {
		c := avro(text)
		c.Metadata = &schema.Metadata{Properties: map[string]string{"confluent:reserved": names}}
		return c
	}
	register(t, r, "s", reserving(record("R", "a"), "x, y"))
	for text, want := range map[string]string{
		record("R", "a", "x"): "The new schema has field that conflicts with the reserved field x.",
		record("R", "a", "b"): "The new schema has reserved field y removed from its metadata which is present in the old schema's metadata.",
	} {
		_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: reserving(text, "x")})
		wantCode(t, err, registry.CodeIncompatible)
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want it to say %q", err, want)
		}
	}
}

// Another language breaks every level but NONE, with one message and no schema.
func TestAnotherSchemaType(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "s", avro(`"string"`))
	c := registry.Candidate{Type: "JSON", Text: `{"type":"string"}`}
	got := check(t, r, registry.CheckRequest{Subject: "s", Candidate: c, Verbose: true, Findings: true})
	want := []string{"Incompatible because of different schema type", "{validateFields: 'false', compatibility: 'BACKWARD'}"}
	if diff := cmp.Diff(want, got.Messages); diff != "" || got.Compatible {
		t.Error(diff)
	}
	configure(t, r, `{"compatibilityLevel":"NONE"}`)
	if v := register(t, r, "s", c); v.Version != 2 {
		t.Errorf("version = %d", v.Version)
	}
}
