package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage/usage"
)

// notes keeps sightings as lines.
type notes struct{ lines []string }

func (n *notes) Saw(s usage.Sighting) {
	n.lines = append(n.lines, fmt.Sprintf("%s@%s %s %s %s %d", s.Principal, s.Address, s.Agent, s.Action, s.Subject, s.Version))
}

func TestUseIsNoted(t *testing.T) {
	t.Parallel()
	seen := &notes{}
	s := newServer(t, Options{Usage: seen})
	const text = `{"schema":"\"string\""}`
	do := func(method, path, body string, header ...string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.RemoteAddr = "10.0.0.7:4711"
		r.Header.Set("User-Agent", "franz-go")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusNotFound {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	do(http.MethodPost, "/subjects/orders-value/versions", text, "Confluent-Client-Version", "java/8.1.0")
	do(http.MethodPost, "/subjects/orders-value", text)
	do(http.MethodGet, "/schemas/ids/1", "", "Authorization", "Basic cmlzazpzZWNyZXQ=")
	do(http.MethodGet, "/schemas/ids/1/schema", "")
	do(http.MethodGet, "/subjects/orders-value/versions/latest", "")
	do(http.MethodGet, "/subjects/orders-value/versions/1", "") // a tool's way
	do(http.MethodGet, "/schemas/ids/7", "")                    // nothing was given out
	want := []string{
		"@10.0.0.7 java/8.1.0 registered orders-value 1",
		"@10.0.0.7 franz-go looked up orders-value 1",
		"risk@10.0.0.7 franz-go fetched orders-value 1",
		"@10.0.0.7 franz-go fetched orders-value 1",
		"@10.0.0.7 franz-go latest orders-value 1",
	}
	if diff := cmp.Diff(want, seen.lines); diff != "" {
		t.Errorf("(-want +got): %s", diff)
	}
}
