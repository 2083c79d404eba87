package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/compat/compattest"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// TestCompatibilityCases runs the engine's cases through the check of a
// subject's next version: verdict and messages are the engine's.
func TestCompatibilityCases(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"avro", "jsonschema", "protobuf"} {
		for _, c := range compattest.Cases(t, filepath.Join("..", "..", "testdata", "compat", language)) {
			t.Run(language+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, Options{})
				ask[client.ConfigUpdate](t, s, http.MethodPut, "/config", `{"compatibility":"NONE"}`, http.StatusOK)
				registered(t, s, "case", requestOf(t, s, c.Old))
				next := requestOf(t, s, c.New)
				for _, level := range []compat.Level{compat.Backward, compat.Forward, compat.Full} {
					for _, policy := range []compat.Policy{compat.Strict, compat.Lenient} {
						checkCase(t, s, c, next, level, policy)
					}
				}
			})
		}
	}
}

// checkCase asks whether the new schema may follow the old one.
func checkCase(t *testing.T, s *server, c compattest.Case, next string, level compat.Level, policy compat.Policy) {
	t.Helper()
	config := `{"compatibility":"` + string(level) + `","compatibilityPolicy":"` + string(policy) + `"}`
	ask[client.ConfigUpdate](t, s, http.MethodPut, "/config/case", config, http.StatusOK)
	got := ask[client.CompatibilityResult](t, s, http.MethodPost, "/compatibility/subjects/case/versions?verbose=true", next, http.StatusOK)
	want := engineMessages(t, c, level, policy)
	if got.IsCompatible != (len(want) == 0) {
		t.Errorf("%s, %s: is_compatible is %v", level, policy, got.IsCompatible)
	}
	if diff := cmp.Diff(want, got.Messages); diff != "" {
		t.Errorf("%s, %s: messages (-engine +api):\n%s", level, policy, diff)
	}
}

// engineMessages are what the engine's differences make of a case
// (compatibility reference 1.4).
func engineMessages(t *testing.T, c compattest.Case, level compat.Level, policy compat.Policy) []string {
	t.Helper()
	old, next := c.Parse(t)
	messages := []string{}
	for _, sides := range level.Directions() {
		differences, err := compat.CompareChange(t.Context(), old, next, sides)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range differences {
			if d.Breaks(policy) {
				messages = append(messages, d.String())
			}
		}
	}
	if len(messages) == 0 {
		return messages
	}
	return append(messages, compat.VersionMessage(1), compat.SchemaMessage(old.Canonical()), compat.ContextMessage(false, level))
}

func registered(t *testing.T, s *server, subject, body string) client.RegisterResponse {
	t.Helper()
	return ask[client.RegisterResponse](t, s, http.MethodPost, "/subjects/"+url.PathEscape(subject)+"/versions", body, http.StatusOK)
}

func requestBody(t *testing.T, req client.RegisterRequest) string {
	t.Helper()
	body, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// requestOf is the body that registers a source, once what it references is
// there.
func requestOf(t *testing.T, s *server, src schema.Source) string {
	t.Helper()
	req := client.RegisterRequest{SchemaType: src.Format, Schema: src.Text}
	for _, d := range src.Dependencies {
		body := requestBody(t, client.RegisterRequest{SchemaType: src.Format, Schema: d.Text, References: req.References})
		got := registered(t, s, d.Name, body)
		req.References = append(req.References, schema.Reference{Name: d.Name, Subject: d.Name, Version: got.Version})
	}
	return requestBody(t, req)
}
