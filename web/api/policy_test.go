package api

import (
	"net/http"
	"strings"
	"testing"
)

// A subject's policy refuses what the level lets pass, in Confluent's words and
// with findings.
func TestPolicyRefusesWhatTheLevelLetsPass(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	const plain, reused = `syntax = \"proto3\"; message A { string a = 1; int32 b = 2; }`, `syntax = \"proto3\"; message A { string a = 1; }`
	proto := func(text string) string { return `{"schemaType":"PROTOBUF","schema":"` + text + `"}` }
	want(t, s, http.MethodPost, "/subjects/s/versions", proto(plain), 200, "")
	want(t, s, http.MethodGet, "/accord/v1/config/s", "", 200, `{}`)
	want(t, s, http.MethodPut, "/accord/v1/config", `{"protobufRules":"wire"}`, 200, `{"protobufRules":"WIRE"}`)
	want(t, s, http.MethodGet, "/accord/v1/config/s?defaultToGlobal=true", "", 200,
		`{"protobufRules":"WIRE","failOn":"error","governance":"off","unread":"error",`+
			`"exemptTopics":["_*","*-changelog","*-repartition","connect-configs","connect-offsets","connect-status"],`+
			`"apiVersion":"8.5","schemaText":"source"}`)
	answer := want(t, s, http.MethodPost, "/subjects/s/versions", proto(reused), 409, "")
	for _, part := range []string{`"error_code":40901`, `errorType:\"PROTO_FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED\"`, `"code":"PROTO_FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED"`} {
		if !strings.Contains(answer, part) {
			t.Errorf("answer %s lacks %s", answer, part)
		}
	}
	want(t, s, http.MethodPut, "/accord/v1/config/s", `{"protobufRules":"NONE"}`, 200, `{"protobufRules":"NONE"}`)
	want(t, s, http.MethodPost, "/subjects/s/versions", proto(reused), 200, "")
	want(t, s, http.MethodPut, "/accord/v1/config/s", `{"protobufRules":null}`, 200, `{}`)
}

func TestPolicyRefusesWarningsWhereAsked(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	want(t, s, http.MethodPost, "/subjects/s/versions", `{"schema":"\"int\""}`, 200, "")
	want(t, s, http.MethodPut, "/accord/v1/config/s", `{"failOn":"warning"}`, 200, `{"failOn":"warning"}`)
	want(t, s, http.MethodPost, "/subjects/s/versions", `{"schema":"\"float\""}`, 409, "")
	want(t, s, http.MethodPut, "/accord/v1/config/s", `{"failOn":"error"}`, 200, `{"failOn":"error"}`)
	want(t, s, http.MethodPost, "/subjects/s/versions", `{"schema":"\"float\""}`, 200, "")
}

func TestPolicyRefusesUnknownValues(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	want(t, s, http.MethodPut, "/accord/v1/config", `{"protobufRules":"SOFT"}`, 422,
		`{"error_code":42203,"message":"'SOFT' is not a set of rules. Valid values are [NONE WIRE WIRE_JSON PACKAGE FILE]"}`)
	want(t, s, http.MethodPut, "/accord/v1/config", `{"failOn":"info"}`, 422,
		`{"error_code":42203,"message":"failOn 'info' is not a severity to fail on. Valid values are error and warning"}`)
}

// want sends a body and expects a status and, unless it is "", a body. It
// returns the answer's body.
func want(t *testing.T, s *server, method, target, body string, status int, answer string) string {
	t.Helper()
	rec := s.send(t, method, target, body, http.Header{"Content-Type": {"application/json"}})
	got := strings.TrimSpace(rec.Body.String())
	if rec.Code != status || answer != "" && got != answer {
		t.Errorf("%s %s = %d %s, want %d %s", method, target, rec.Code, got, status, answer)
	}
	return got
}
