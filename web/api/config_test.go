package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// fullConfig sets every field of a config, rules and metadata complete.
func fullConfig() registry.Config {
	meta := func(owner string) *schema.Metadata {
		return &schema.Metadata{
			Tags:       map[string][]string{"**.ssn": {"PII"}},
			Properties: map[string]string{"owner": owner},
			Sensitive:  []string{"owner"},
		}
	}
	rules := func(name string) *schema.RuleSet {
		rule := schema.Rule{
			Name: name, Doc: "d", Kind: "CONDITION", Mode: "WRITE", Type: "CEL", Tags: []string{"t"},
			Params: map[string]string{"p": "q"}, Expr: "true", OnSuccess: "NONE", OnFailure: "DLQ", Disabled: true,
		}
		migration, encoding := rule, rule
		migration.Name, migration.Mode = name+"m", "UPGRADE"
		encoding.Name = name + "e"
		return &schema.RuleSet{
			MigrationRules: []schema.Rule{migration}, DomainRules: []schema.Rule{rule},
			EncodingRules: []schema.Rule{encoding}, EnableAt: "SERVER",
		}
	}
	return registry.Config{
		Alias: new("a"), AliasForDeks: new("b"), Normalize: new(false), ValidateFields: new(true),
		ValidateNewSchemas: new(false), ValidateRules: new(true),
		CompatibilityLevel: new(compat.FullTransitive), CompatibilityPolicy: new(compat.Lenient),
		CompatibilityGroup: new("major"), DefaultMetadata: meta("x"), OverrideMetadata: meta("y"),
		DefaultRuleSet: rules("def"), OverrideRuleSet: rules("over"),
	}
}

// TestNoConfigFieldIsLost sends every field there is, so that a field added to
// one of the types and forgotten in a conversion fails.
func TestNoConfigFieldIsLost(t *testing.T) {
	t.Parallel()
	full := fullConfig()
	assertNoZeroField(t, reflect.ValueOf(full))
	s := newServer(t, Options{})
	update, want := mustJSON(t, configUpdateOf(full)), mustJSON(t, configOf(full))

	if got := s.send(t, http.MethodPut, "/config/s", update, nil).Body.String(); got != update {
		t.Errorf("PUT answered\n%s, want\n%s", got, update)
	}
	if got := s.send(t, http.MethodGet, "/config/s", "", nil).Body.String(); got != want {
		t.Errorf("GET answered\n%s, want\n%s", got, want)
	}
	if got := s.send(t, http.MethodDelete, "/config/s", "", nil).Body.String(); got != want {
		t.Errorf("DELETE answered\n%s, want\n%s", got, want)
	}
}

// assertNoZeroField looks at a struct with all that hangs from it.
func assertNoZeroField(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		assertNoZeroField(t, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			assertNoZeroField(t, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s.%s is not set: this test is not complete", v.Type(), v.Type().Field(i).Name)
				continue
			}
			assertNoZeroField(t, v.Field(i))
		}
	}
}

// TestEveryConfigFieldClears nulls one field of a full config at a time.
func TestEveryConfigFieldClears(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	update := mustJSON(t, configUpdateOf(fullConfig()))
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(update), &fields); err != nil {
		t.Fatal(err)
	}
	for name := range fields {
		ask[any](t, s, http.MethodPut, "/config/"+name, update, http.StatusOK)
		got := ask[map[string]json.RawMessage](t, s, http.MethodPut, "/config/"+name, `{"`+name+`":null}`, http.StatusOK)
		if _, still := got[name]; still || len(got) != len(fields)-1 {
			t.Errorf("%s: null left %v", name, got)
		}
	}
}

// TestConfigMergesLikeAModel applies random updates and compares with a map.
func TestConfigMergesLikeAModel(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	type fields = map[string]any
	values := map[string][]any{
		"normalize":           {true, false},
		"compatibility":       {"FULL", "NONE"},
		"compatibilityPolicy": {"STRICT", "LENIENT"},
		"compatibilityGroup":  {"a", "b"},
		"defaultMetadata":     {fields{"properties": fields{"k": "v"}}, fields{"sensitive": []any{"k"}}},
	}
	model := fields{}
	rapid.Check(t, func(rt *rapid.T) {
		update := fields{}
		for name, choices := range values {
			switch n := rapid.IntRange(-2, len(choices)-1).Draw(rt, name); n {
			case -2:
			case -1:
				update[name] = nil
				delete(model, name)
			default:
				update[name] = choices[n]
				model[name] = choices[n]
			}
		}
		got := ask[fields](t, s, http.MethodPut, "/config/s", mustJSON(t, update), http.StatusOK)
		if diff := cmp.Diff(model, got); diff != "" {
			rt.Fatalf("after %v (-want +got):\n%s", update, diff)
		}
	})
}

func TestConfigUpdateKeepsThreeStates(t *testing.T) {
	t.Parallel()
	const text = `{"alias":null,"normalize":false,"compatibility":"NONE"}`
	var u client.ConfigUpdate
	if err := json.Unmarshal([]byte(text), &u); err != nil {
		t.Fatal(err)
	}
	if !u.Alias.IsUnset() || u.Normalize.IsUnset() || *u.Normalize.Value() || !u.ValidateRules.IsZero() {
		t.Errorf("read %s as %+v", text, u)
	}
	if got := mustJSON(t, u); got != text {
		t.Errorf("printed %s, want %s", got, text)
	}
	want := client.ConfigUpdate{
		Alias: client.Unset[string](), Normalize: client.Set(false), Compatibility: client.Set("NONE"),
	}
	if got := mustJSON(t, want); got != text {
		t.Errorf("built %s, want %s", got, text)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
