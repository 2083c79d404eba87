package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/schematest"
)

// vector asks a fresh registry that holds an old schema about a new one.
func vector(t *testing.T, s *server, language, config, old, next string) client.CompatibilityResult {
	t.Helper()
	body := func(text string) string {
		encoded, err := json.Marshal(client.RegisterRequest{SchemaType: schema.Format(language), Schema: text})
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	// Vectors hold schemas that exist already somewhere: they are read leniently.
	ask[client.ConfigUpdate](t, s, http.MethodPut, "/config", `{"compatibility":"NONE","validateNewSchemas":false}`, http.StatusOK)
	ask[client.RegisterResponse](t, s, http.MethodPost, "/subjects/v/versions", body(old), http.StatusOK)
	ask[client.ConfigUpdate](t, s, http.MethodPut, "/config", config, http.StatusOK)
	return ask[client.CompatibilityResult](t, s, http.MethodPost, "/compatibility/subjects/v/versions?verbose=true&findings=true", body(next), http.StatusOK)
}

// Every verdict and every error of the Avro vectors, as a client sees them.
func TestAvroVectorsOverHTTP(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Description    string
		Writer, Reader json.RawMessage
		Compatible     bool
		Errors         []struct{ Type, Path, AdditionalInfo string }
	}
	schematest.Vectors(t, "avro-resolution.json", &cases)
	for _, c := range cases {
		t.Run(c.Description, func(t *testing.T) {
			t.Parallel()
			got := vector(t, newServer(t, Options{}), "AVRO", `{"compatibility":"BACKWARD"}`, string(c.Writer), string(c.Reader))
			if got.IsCompatible != c.Compatible {
				t.Errorf("is_compatible = %t, want %t", got.IsCompatible, c.Compatible)
			}
			var want []string
			for _, e := range c.Errors {
				want = append(want, "{errorType:'"+e.Type+"' "+e.Path+" additionalInfo:'"+e.AdditionalInfo+"'}")
			}
			var messages []string
			for i, m := range got.Messages[:max(0, len(got.Messages)-3)] {
				kind, rest, _ := strings.Cut(m, ",")
				_, info, _ := strings.Cut(rest, "', additionalInfo:")
				messages = append(messages, kind+" "+c.Errors[min(i, len(c.Errors)-1)].Path+" additionalInfo:"+info)
				if path := c.Errors[min(i, len(c.Errors)-1)].Path; !strings.Contains(rest, path) {
					t.Errorf("message %s does not name the path %s", m, path)
				}
			}
			if diff := cmp.Diff(want, messages); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Logf("%d cases", len(cases))
}

// Every verdict of the JSON Schema vectors, and a finding wherever it is wrong.
func TestJSONSchemaVectorsOverHTTP(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Description      string
		Old, New         json.RawMessage
		Confluent        any
		Sound            *bool
		ConfluentLenient *bool `json:"confluent_lenient"`
	}
	schematest.Vectors(t, "jsonschema-edges.json", &cases)
	for _, c := range cases {
		t.Run(c.Description, func(t *testing.T) {
			t.Parallel()
			want, judged := c.Confluent.(bool)
			if !judged { // Confluent fails there: the sound verdict is right
				want = c.Sound != nil && *c.Sound
			}
			got := vector(t, newServer(t, Options{}), "JSON", `{"compatibility":"BACKWARD"}`, string(c.Old), string(c.New))
			if got.IsCompatible != want {
				t.Errorf("is_compatible = %t, want %t: %q", got.IsCompatible, want, got.Messages)
			}
			if c.Sound != nil && !*c.Sound && got.IsCompatible && len(got.Findings) == 0 {
				t.Error("the verdict is wrong and no finding says so")
			}
			if c.ConfluentLenient == nil {
				return
			}
			config := `{"compatibility":"BACKWARD","compatibilityPolicy":"LENIENT"}`
			if got := vector(t, newServer(t, Options{}), "JSON", config, string(c.Old), string(c.New)); got.IsCompatible != *c.ConfluentLenient {
				t.Errorf("LENIENT: is_compatible = %t, want %t", got.IsCompatible, *c.ConfluentLenient)
			}
		})
	}
	t.Logf("%d cases", len(cases))
}

// Every verdict of the Protobuf vectors in both directions, and a finding
// wherever it is too kind.
func TestProtobufVectorsOverHTTP(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Description string
		Old, New    string
		Confluent   map[string]bool
		Truth       map[string]string
	}
	schematest.Vectors(t, "protobuf-edges.json", &cases)
	for _, c := range cases {
		t.Run(c.Description, func(t *testing.T) {
			t.Parallel()
			for level, want := range c.Confluent {
				got := vector(t, newServer(t, Options{}), "PROTOBUF", `{"compatibility":"`+level+`"}`, c.Old, c.New)
				if got.IsCompatible != want {
					t.Errorf("%s: is_compatible = %t, want %t: %q", level, got.IsCompatible, want, got.Messages)
				}
				if got.IsCompatible && c.Truth[level] != "ok" && len(got.Findings) == 0 {
					t.Errorf("%s: the truth is %s and no finding says so", level, c.Truth[level])
				}
			}
		})
	}
	t.Logf("%d cases", len(cases))
}
