package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"pgregory.net/rapid"
)

// TestContextPrefix is the table of registry API 1.7.
func TestContextPrefix(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, from, to string }{
		{"GET", "/contexts/.eu/subjects/a/versions", "/subjects/:.eu:a/versions"},
		{"GET", "/contexts/eu/subjects/a/versions", "/subjects/:.eu:a/versions"},
		{"GET", "/contexts/.eu/subjects/:.us:a/versions", "/subjects/:.us:a/versions"},
		{"GET", "/contexts/.eu/subjects/%3A.us%3Aa/versions", "/subjects/:.us:a/versions"},
		{"GET", "/contexts/.eu/subjects/:*:a/versions", "/subjects/:%2A:a/versions"},
		{"GET", "/contexts/.eu/subjects/a%2Fb/versions", "/subjects/:.eu:a%2Fb/versions"},
		{"GET", "/contexts/.eu/subjects/subjects/versions", "/subjects/:.eu:subjects/versions"},
		{"POST", "/contexts/.eu/compatibility/subjects/a/versions/1", "/compatibility/subjects/:.eu:a/versions/1"},
		{"GET", "/contexts/.eu/dek-registry/v1/keks/k/deks/a", "/dek-registry/v1/keks/k/deks/:.eu:a"},
		{"POST", "/contexts/.eu/dek-registry/v1/keks/deks/deks/a/undelete", "/dek-registry/v1/keks/deks/deks/:.eu:a/undelete"},
		{"GET", "/contexts/.eu/dek-registry/v1/keks/subjects/deks/a%2Fb", "/dek-registry/v1/keks/subjects/deks/:.eu:a%2Fb"},
		{"POST", "/contexts/.eu/dek-registry/v1/keks/deks/undelete", "/dek-registry/v1/keks/deks/undelete"},
		{"POST", "/contexts/.eu/dek-registry/v1/keks/k/deks", "/dek-registry/v1/keks/k/deks"},
		{"GET", "/contexts/.eu/dek-registry/v1/keks", "/dek-registry/v1/keks"},
		{"GET", "/contexts/.eu/dek-registry/v1/keks?subjectPrefix=a", "/dek-registry/v1/keks?subjectPrefix=%3A.eu%3Aa"},
		{"GET", "/contexts/.eu/config", "/config/:.eu:"},
		{"GET", "/contexts/.eu/config/", "/config/:.eu:"},
		{"GET", "/contexts/.eu/config/a", "/config/:.eu:a"},
		{"PUT", "/contexts/.eu/mode", "/mode/:.eu:"},
		{"PUT", "/contexts/.eu/mode/config", "/mode/:.eu:config"},
		{"GET", "/contexts/.eu/schemas/ids/1", "/schemas/ids/1?subject=%3A.eu%3A"},
		{"GET", "/contexts/.eu/schemas/ids/1?subject=a", "/schemas/ids/1?subject=%3A.eu%3Aa"},
		{"GET", "/contexts/.eu/schemas/ids/1?subject=%3A.us%3Aa", "/schemas/ids/1?subject=%3A.us%3Aa"},
		{"GET", "/contexts/.eu/schemas/ids/1/versions", "/schemas/ids/1/versions?subject=%3A.eu%3A"},
		{"GET", "/contexts/.eu/schemas", "/schemas?subjectPrefix=%3A.eu%3A"},
		{"GET", "/contexts/.eu/subjects?subjectPrefix=a&subjectPrefix=b", "/subjects?subjectPrefix=%3A.eu%3Aa&subjectPrefix=%3A.eu%3Ab"},
		{"GET", "/contexts/.eu/schemas/types", "/schemas/types"},
		{"GET", "/contexts/.eu/schemas/guids/g", "/schemas/guids/g"},
		{"POST", "/contexts/.eu/associations", "/associations?context=%3A.eu%3A"},
		{"POST", "/contexts/.eu/associations:batchMutate", "/associations:batchMutate?context=%3A.eu%3A"},
		{"GET", "/contexts/.eu/associations/subjects/a", "/associations/subjects/:.eu:a"},
		{"PUT", "/contexts/.eu/accord/v1/config", "/accord/v1/config/:.eu:"},
		{"GET", "/contexts/.eu/accord/v1/config/a", "/accord/v1/config/:.eu:a"},
		{"GET", "/contexts/.eu/accord/v1/contracts", "/accord/v1/contracts"},
		{"GET", "/contexts/.eu/accord/v1/contracts/a%2Fb", "/accord/v1/contracts/:.eu:a%2Fb"},
		{"GET", "/contexts/.eu/accord/v1/baseline/a", "/accord/v1/baseline/:.eu:a"},
		{"PUT", "/contexts/.eu/accord/v1/baseline", "/accord/v1/baseline?subjectPrefix=%3A.eu%3A"},
		{"GET", "/contexts/.eu/accord/v1/findings?subjectPrefix=a", "/accord/v1/findings?subjectPrefix=%3A.eu%3Aa"},
		{"GET", "/contexts/.eu/accord/v1/exceptions", "/accord/v1/exceptions"},
		{"GET", "/contexts/.eu/accord/v1/exceptions?subject=a", "/accord/v1/exceptions?subject=%3A.eu%3Aa"},
		{"DELETE", "/contexts/.eu/accord/v1/exceptions/x", "/accord/v1/exceptions/x"},
		{"POST", "/contexts/.eu/accord/v1/changes", "/accord/v1/changes?context=%3A.eu%3A"},
		{"DELETE", "/contexts/.eu", "/contexts/.eu"},
		{"DELETE", "/contexts/.eu/", "/contexts/.eu"},
		{"GET", "/contexts/./subjects/a/versions", "/subjects/a/versions"},
		{"GET", "/contexts", "/contexts"},
		{"GET", "/contexts/", "/contexts"},
		{"GET", "/", "/"},
		{"GET", "//", "/"},
		{"GET", "/associations/resources//orders", "/associations/resources/-/orders"},
		{"GET", "/associations/resources///orders", "/associations/resources/-/orders"},
		{"GET", "/associations/resources/", "/associations/resources"},
	} {
		req := httptest.NewRequestWithContext(t.Context(), c.method, "/", nil)
		target, err := url.ParseRequestURI(c.from)
		if err != nil {
			t.Fatal(err)
		}
		req.URL = target
		got, err := routed(req, chi.NewMux())
		if err != nil {
			t.Errorf("%s: %v", c.from, err)
			continue
		}
		to := chi.RouteContext(got.Context()).RoutePath
		if got.URL.RawQuery != "" {
			to += "?" + got.URL.RawQuery
		}
		if to != c.to {
			t.Errorf("%s %s goes to %s, want %s", c.method, c.from, to, c.to)
		}
	}
}

// TestNamesSurvivePaths sends names as the known clients escape them.
func TestNamesSurvivePaths(t *testing.T) {
	t.Parallel()
	var got string
	h := newServer(t, Options{})
	h.mux.Get("/echo/{subject}", func(_ http.ResponseWriter, r *http.Request) {
		req := request{Request: r}
		got = req.param("subject")
	})
	escapes := []func(string) string{
		url.PathEscape,
		func(s string) string { return (&url.URL{Path: s}).EscapedPath() },
		func(s string) string { // everything, as Python's quote(safe="") nearly does
			var out []byte
			for i := range len(s) {
				out = append(out, '%', "0123456789abcdef"[s[i]>>4], "0123456789ABCDEF"[s[i]&15])
			}
			return string(out)
		},
	}
	name := rapid.OneOf(rapid.StringN(1, 20, -1), rapid.StringMatching(`[a:/%. +?#{}*]{1,8}`))
	rapid.Check(t, func(rt *rapid.T) {
		subject := name.Draw(rt, "subject")
		escaped := rapid.SampledFrom(escapes).Draw(rt, "escape")(subject)
		if back, err := url.PathUnescape(escaped); err != nil || back != subject || strings.Contains(escaped, "/") {
			return // not how a client would write one segment
		}
		target, err := url.ParseRequestURI("/echo/" + escaped)
		if err != nil {
			rt.Fatal(err)
		}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		req.URL = target
		got = ""
		h.ServeHTTP(httptest.NewRecorder(), req)
		if got != subject {
			rt.Fatalf("sent %q as %s, got %q", subject, escaped, got)
		}
	})
}
