package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// variable are the fields that a test cannot know.
var variable = regexp.MustCompile(`"ts":\d+|"guid":"[^"]*"`)

// What servers of each version of the API sent (registry API 0.1).
func TestAnswersOfOlderAPIs(t *testing.T) {
	t.Parallel()
	const (
		number = `"schema":"\"int\""`
		owned  = `"metadata":{"properties":{"owner":"a"}}`
	)
	for api, c := range map[string]struct {
		server, registered, read, byID string
		// inherited answers a registration that the server added to.
		inherited, refused string
	}{
		"7.3": {
			server: "7.3.0", registered: `{"id":1}`, inherited: `{"id":3}`, refused: `{"error_code":409,`,
			read: `{"subject":"s","version":1,"id":1,` + number + `}`, byID: `{` + number + `}`,
		},
		"7.4": {
			server: "7.4.0", registered: `{"id":1}`, refused: `{"error_code":409,`,
			inherited: `{"id":3,"version":3,` + owned + `,"schema":"\"long\""}`,
			read:      `{"subject":"s","version":1,"id":1,` + number + `}`, byID: `{` + number + `}`,
		},
		"7.9.2": {
			server: "7.9.0", registered: `{"id":1}`, refused: `{"error_code":409,`,
			inherited: `{"id":3,"version":3,` + owned + `,"schema":"\"long\""}`,
			read:      `{"subject":"s","version":1,"id":1,` + number + `,TIME,"deleted":false}`,
			byID:      `{` + number + `,TIME,"deleted":false}`,
		},
		"8.1": {
			server: "8.1.0", refused: `{"error_code":409,`,
			registered: `{"id":1,"version":1,GUID,"schemaType":"AVRO",` + number + `}`,
			inherited:  `{"id":3,"version":3,GUID,"schemaType":"AVRO",` + owned + `,"schema":"\"long\""}`,
			read:       `{"subject":"s","version":1,"id":1,GUID,"schemaType":"AVRO",` + number + `,TIME,"deleted":false}`,
			byID:       `{"subject":"s","version":1,GUID,"schemaType":"AVRO",` + number + `,TIME,"deleted":false}`,
		},
		"8.5": {
			server: "8.5.0", refused: `{"error_code":40901,`,
			registered: `{"id":1,"version":1,GUID,"schemaType":"AVRO",` + number + `}`,
			inherited:  `{"id":3,"version":3,GUID,"schemaType":"AVRO",` + owned + `,"schema":"\"long\""}`,
			read:       `{"subject":"s","version":1,"id":1,GUID,"schemaType":"AVRO",` + number + `,TIME,"deleted":false}`,
			byID:       `{"subject":"s","version":1,GUID,"schemaType":"AVRO",` + number + `,TIME,"deleted":false}`,
		},
	} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, Options{})
			want(t, s, http.MethodPut, "/accord/v1/config", `{"apiVersion":"`+api+`"}`, 200, "")
			check := func(method, path, body string, status int, answer string) {
				t.Helper()
				got := variable.ReplaceAllStringFunc(want(t, s, method, path, body, status, ""), func(field string) string {
					if strings.HasPrefix(field, `"ts"`) {
						return "TIME"
					}
					return "GUID"
				})
				if !strings.HasPrefix(got, answer) {
					t.Errorf("%s %s = %s, want %s", method, path, got, answer)
				}
			}
			check(http.MethodPost, "/subjects/s/versions", `{`+number+`}`, 200, c.registered)
			check(http.MethodGet, "/subjects/s/versions/1", "", 200, c.read)
			check(http.MethodGet, "/schemas/ids/1", "", 200, c.byID)
			want(t, s, http.MethodPost, "/subjects/s/versions", `{`+number+`,`+owned+`}`, 200, "")
			check(http.MethodPost, "/subjects/s/versions", `{"schema":"\"long\""}`, 200, c.inherited)
			check(http.MethodPost, "/subjects/s/versions", `{"schema":"\"string\""}`, 409, c.refused)
			check(http.MethodGet, "/v1/metadata/version", "", 200, `{"version":"`+c.server+`"`)
		})
	}
}

func TestSchemaTextAsConfluentPrintsIt(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	const (
		commented = `{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";\n// An order.\nmessage Order { string id = 1; }\n"}`
		other     = `{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";\n// A purchase.\nmessage Order { string id = 1; }\n"}`
		printed   = "syntax = \"proto3\";\n\nmessage Order {\n  string id = 1;\n}\n"
		spaced    = `{"schema":"{ \"type\": \"string\" }"}`
	)
	want(t, s, http.MethodPost, "/subjects/order/versions", commented, 200, "")
	want(t, s, http.MethodPost, "/subjects/text/versions", spaced, 200, "")
	want(t, s, http.MethodGet, "/schemas/ids/2/schema", "", 200, `{ "type": "string" }`)
	want(t, s, http.MethodPut, "/accord/v1/config", `{"schemaText":"Confluent"}`, 200, `{"schemaText":"confluent"}`)
	want(t, s, http.MethodGet, "/schemas/ids/2/schema", "", 200, `"string"`)
	if got := s.send(t, http.MethodGet, "/schemas/ids/1/schema", "", nil).Body.String(); got != printed {
		t.Errorf("printed as %q, want %q", got, printed)
	}
	want(t, s, http.MethodPost, "/subjects/order/versions", other, 200, "")
	want(t, s, http.MethodGet, "/subjects/order/versions", "", 200, `[1]`)
	want(t, s, http.MethodPut, "/accord/v1/config", `{"schemaText":null}`, 200, `{}`)
	want(t, s, http.MethodPost, "/subjects/order/versions", other, 200, "")
	want(t, s, http.MethodGet, "/subjects/order/versions", "", 200, `[1,2]`)
}

func TestDialectIsTheWholeRegistrys(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	const whole = `{"error_code":42203,"message":"apiVersion, schemaText and exemptTopics hold for the whole registry: set them without a subject or context"}`
	want(t, s, http.MethodPut, "/accord/v1/config/s", `{"apiVersion":"7.6"}`, 422, whole)
	want(t, s, http.MethodPut, "/accord/v1/config/:.eu:", `{"schemaText":"source"}`, 422, whole)
	for _, version := range []string{"", "7", "x.y", "4.9", "9.0", "8.6", "7.-1", "7.6x"} {
		want(t, s, http.MethodPut, "/accord/v1/config", `{"apiVersion":"`+version+`"}`, 422,
			`{"error_code":42203,"message":"'`+version+`' is no version of the API. Valid values are 5.0 to 8.5"}`)
	}
	want(t, s, http.MethodPut, "/accord/v1/config", `{"schemaText":"raw"}`, 422,
		`{"error_code":42203,"message":"schemaText 'raw' is not known. Valid values are [source confluent]"}`)
}

func TestMasterAvailable(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	want(t, s, http.MethodGet, "/master_available", "", 200, `{"master_available":true}`)
}
