package registry_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/schema/finding"
)

// TestChangeRemoves takes streams away, whole and in parts.
func TestChangeRemoves(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		mode     registry.Governance
		removal  registry.Removal
		outcomes []string
		code     finding.Code
	}{
		{"contract", registry.Advise, registry.Removal{Subject: "orders-value", Contract: true}, []string{"contract removed"}, "CONTRACT_REMOVED"},
		{"contract, enforced", registry.Enforce, registry.Removal{Subject: "orders-value", Contract: true}, nil, "CONTRACT_REMOVED"},
		{"schemas", registry.Advise, registry.Removal{Subject: "orders-value", Schemas: true}, []string{"schema removed"}, "CONTRACT_STREAM_REMOVED"},
		{
			"both", registry.Advise,
			registry.Removal{Subject: "orders-value", Contract: true, Schemas: true},
			[]string{"contract removed", "schema removed"},
			"CONTRACT_STREAM_REMOVED",
		},
		{"what is not there", registry.Enforce, registry.Removal{Subject: "other-value", Contract: true, Schemas: true}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := open(t, nil)
			if _, err := r.Change(t.Context(), change(goodContract, goodOrder)); err != nil {
				t.Fatal(err)
			}
			govern(t, r, "", tt.mode)
			result, err := r.Change(t.Context(), registry.Change{Removals: []registry.Removal{tt.removal}})
			refused := new(registry.Error)
			if errors.As(err, &refused) {
				result.Findings = refused.Findings
			}
			if wants := tt.mode == registry.Enforce && tt.code != ""; wants != (err != nil) {
				t.Errorf("error %v", err)
			}
			var outcomes []string
			for _, s := range result.Steps {
				outcomes = append(outcomes, s.Kind+" "+string(s.Outcome))
			}
			if err == nil {
				if diff := cmp.Diff(tt.outcomes, outcomes); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			found := slices.ContainsFunc(result.Findings, func(f finding.Finding) bool { return f.Code == tt.code })
			if found != (tt.code != "") {
				t.Errorf("findings %v, want %s", result.Findings, tt.code)
			}
			gone := err == nil && tt.removal.Subject == "orders-value"
			if _, err := r.Contract(t.Context(), "orders-value"); (err != nil) != (gone && tt.removal.Contract) {
				t.Errorf("contract: %v", err)
			}
			if _, err := r.Version(t.Context(), "orders-value", registry.LatestVersion, registry.ReadOptions{}); (err != nil) != (gone && tt.removal.Schemas) {
				t.Errorf("schema: %v", err)
			}
		})
	}
}

// TestChangeTellsEverything: a schema that its level refuses is judged by the
// gate as well, and nothing of it is written.
func TestChangeTellsEverything(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	if _, err := r.Change(t.Context(), change(goodContract, goodOrder)); err != nil {
		t.Fatal(err)
	}
	govern(t, r, "", registry.Enforce)
	const incompatible = `{"type":"record","name":"Order","doc":"An order that a customer placed.","fields":[` +
		`{"name":"number","type":"string","default":""},{"name":"more","type":"int"}]}`
	c := change("", incompatible)
	c.DryRun = true
	result, err := r.Change(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var codes []finding.Code
	for _, f := range result.Findings {
		if f.Severity == finding.Error {
			codes = append(codes, f.Code)
		}
	}
	slices.Sort(codes)
	want := []finding.Code{"AVRO_READER_FIELD_MISSING_DEFAULT_VALUE", "DOC_MISSING", "DOC_REMOVED"}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(result.Steps) != 1 || result.Steps[0].Outcome != registry.ChangeRefused {
		t.Errorf("steps %+v", result.Steps)
	}
	if _, err := r.Version(t.Context(), "orders-value", registry.VersionRef{Number: 2}, registry.ReadOptions{}); err == nil {
		t.Error("the schema was written")
	}
}

// TestChangeTellsTheLatest: a step says which version the subject had before,
// so that who sends files hears of versions past them.
func TestChangeTellsTheLatest(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	govern(t, r, "", registry.GovernanceOff)
	none := compat.None
	if _, err := r.SetConfig(t.Context(), "", registry.ConfigChange{Set: registry.Config{CompatibilityLevel: &none}}); err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct {
		text string
		want registry.ChangeStep
	}{
		{`"int"`, registry.ChangeStep{Outcome: registry.ChangeCreates, Version: 1, ID: 1}},
		{`"long"`, registry.ChangeStep{Outcome: registry.ChangeUpdates, Version: 2, ID: 2, Latest: 1}},
		{`"int"`, registry.ChangeStep{Outcome: registry.ChangeNothing, Version: 1, ID: 1, Latest: 2}},
		{`{`, registry.ChangeStep{Outcome: registry.ChangeRefused, Latest: 2}},
	} {
		c := change("", tt.text)
		c.DryRun = tt.want.Outcome == registry.ChangeRefused
		got, err := r.Change(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		tt.want.Kind, tt.want.Subject = "schema", "orders-value"
		if diff := cmp.Diff([]registry.ChangeStep{tt.want}, got.Steps); diff != "" {
			t.Errorf("change %d (-want +got):\n%s", i, diff)
		}
	}
}
