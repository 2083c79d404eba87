package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/accordhq/accord/registry/client"
)

// FuzzRequest sends anything to a small registry: whatever it is, the answer
// is no 5xx, and an error's body is JSON with a code that fits the status.
func FuzzRequest(f *testing.F) {
	files, err := filepath.Glob("testdata/wire/*.http")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		exchanges, err := readTranscript(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range exchanges {
			f.Add(x.method, x.target, x.body)
		}
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://host/"+strings.TrimPrefix(target, "/"), strings.NewReader(body))
		if err != nil {
			t.Skip("not a request that net/http hands on")
		}
		s := newServer(t, Options{})
		for _, seed := range []string{"/subjects/a/versions", "/subjects/:.eu:a/versions"} {
			ask[client.RegisterResponse](t, s, http.MethodPost, seed, `{"schema":"\"string\""}`, http.StatusOK)
		}
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, req)
		checkAnswer(t, req, rec)
	})
}

func checkAnswer(t *testing.T, req *http.Request, rec *httptest.ResponseRecorder) {
	t.Helper()
	switch {
	case rec.Code >= 500:
		t.Errorf("%s %s: %d %s", req.Method, req.URL, rec.Code, rec.Body)
	case rec.Code >= 400:
		var body client.ErrorBody
		if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
			t.Fatalf("%s %s: %d with body %q: %v", req.Method, req.URL, rec.Code, rec.Body, err)
		}
		if body.Message == "" || body.ErrorCode != rec.Code && body.ErrorCode/100 != rec.Code {
			t.Errorf("%s %s: %d with body %s", req.Method, req.URL, rec.Code, rec.Body)
		}
	case rec.Code != http.StatusOK && rec.Code != http.StatusNoContent && rec.Code != http.StatusMultiStatus:
		t.Errorf("%s %s: %d; clients know 200, 204 and 207 only", req.Method, req.URL, rec.Code)
	}
}

// FuzzNegotiate looks for headers that choose what was not offered.
func FuzzNegotiate(f *testing.F) {
	for _, accept := range []string{
		"", "*/*", "application/json;q=0.5", "application/*;q=0, application/json", "text/html,*/*;q=0.1",
		"application/json;q=NaN", ";;;=,", "APPLICATION/JSON ; Q = 0.3",
	} {
		f.Add(accept)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		media, ok := negotiate([]string{accept})
		if len(media) != 1 || !ok && media[0] != produced[0][0] {
			t.Errorf("Accept: %q chose %v", accept, media)
		}
	})
}
