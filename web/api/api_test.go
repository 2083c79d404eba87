package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{MaxBody: 100})
	body := `{"schema":"\"string\"","x":"` + strings.Repeat("x", 100) + `"}`
	got := ask[client.ErrorBody](t, s, http.MethodPost, "/subjects/a/versions", body, http.StatusRequestEntityTooLarge)
	if want := "The request body is larger than 100 bytes"; got.ErrorCode != 413 || got.Message != want {
		t.Errorf("answer is %+v, want 413 %q", got, want)
	}
}

func TestListedLimit(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{MaxListed: 2})
	for _, subject := range []string{"a", "b", "c"} {
		ask[any](t, s, http.MethodPost, "/subjects/"+subject+"/versions", `{"schema":"\"string\""}`, http.StatusOK)
	}
	for query, want := range map[string]int{"": 2, "?limit=1": 1, "?limit=9": 2, "?limit=0": 2, "?offset=2": 1} {
		if got := ask[[]client.ListedSchema](t, s, http.MethodGet, "/schemas"+query, "", http.StatusOK); len(got) != want {
			t.Errorf("/schemas%s lists %d, want %d", query, len(got), want)
		}
	}
}

// TestInternalErrors serves endpoints that fail in ways a registry should not.
func TestInternalErrors(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	s := newServer(t, Options{})
	s.opts.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	const secret = "dial tcp 10.0.0.7: refused"
	for _, c := range []struct {
		name   string
		fail   endpoint
		status int
		body   string
		logged bool
	}{
		{
			"panic", func(*request) (any, error) { panic(secret) },
			500, `{"error_code":500,"message":"Internal Server Error"}`, true,
		},
		{
			"error", func(*request) (any, error) { return nil, errors.New(secret) },
			500, `{"error_code":500,"message":"Internal Server Error"}`, true,
		},
		{
			"unknown code", func(*request) (any, error) { return nil, &registry.Error{Code: "new", Message: secret} },
			500, `{"error_code":500,"message":"Internal Server Error"}`, true,
		},
		{
			"unavailable", func(*request) (any, error) {
				return nil, &registry.Error{Code: registry.CodeStoreUnavailable, Message: "Try again", Err: errors.New(secret)}
			},
			503, `{"error_code":503,"message":"Try again"}`, true,
		},
		{
			"given up", func(*request) (any, error) { return nil, fmt.Errorf("wait: %w", context.DeadlineExceeded) },
			503, `{"error_code":503,"message":"The request was given up before it was done"}`, false,
		},
	} {
		logged.Reset()
		path := "/fails/" + strings.ReplaceAll(c.name, " ", "-")
		s.get(path, c.fail)
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if rec.Code != c.status || rec.Body.String() != c.body {
			t.Errorf("%s: %d %s, want %d %s", c.name, rec.Code, rec.Body, c.status, c.body)
		}
		if got := strings.Count(logged.String(), secret) > 0; got != c.logged {
			t.Errorf("%s: logged is %v: %s", c.name, got, &logged)
		}
		if retry := rec.Header().Get("Retry-After"); (retry != "") != (c.status == http.StatusServiceUnavailable) {
			t.Errorf("%s: Retry-After is %q", c.name, retry)
		}
	}
}

func TestAbortedHandlerStaysAborted(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	s.get("/abort", func(*request) (any, error) { panic(http.ErrAbortHandler) })
	defer func() {
		if p, _ := recover().(error); !errors.Is(p, http.ErrAbortHandler) {
			t.Errorf("recovered %v, want http.ErrAbortHandler", p)
		}
	}()
	s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/abort", nil))
}

// TestEveryCodeHasAnOutcome reads the registry's codes where they are declared.
func TestEveryCodeHasAnOutcome(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../registry/error.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`Code\w+\s+(?:Code\s+)?= "(\w+)"`).FindAllSubmatch(source, -1)
	if len(declared) < 20 {
		t.Fatalf("found %d codes in registry/error.go", len(declared))
	}
	for _, d := range declared {
		out, ok := outcomes[registry.Code(d[1])]
		if !ok {
			t.Errorf("registry code %q has no outcome", d[1])
		}
		if out.code != out.status && out.code/100 != out.status {
			t.Errorf("registry code %q: error_code %d does not begin with status %d", d[1], out.code, out.status)
		}
	}
}

// TestActorIsRecorded: without authentication, who wrote is marked unverified.
func TestActorIsRecorded(t *testing.T) {
	t.Parallel()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
	req.RemoteAddr = "[::1]:4711"
	if got := actor(req); got != "unverified:::1" {
		t.Errorf("actor is %q", got)
	}
	req.SetBasicAuth("ada", "x")
	if got := actor(req); got != "unverified:ada" {
		t.Errorf("actor is %q", got)
	}
}

// TestAnswersAreCompactJSON: no HTML escapes, no newline at the end.
func TestAnswersAreCompactJSON(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	body := `{"schemaType":"JSON","schema":"{\"title\":\"a<b>&c\"}"}`
	rec := s.send(t, http.MethodPost, "/subjects/a/versions", body, nil)
	if !strings.Contains(rec.Body.String(), `a<b>&c`) || strings.HasSuffix(rec.Body.String(), "\n") {
		t.Errorf("answer is %q", rec.Body)
	}
	if got := rec.Header().Get("Content-Length"); got != fmt.Sprint(rec.Body.Len()) || !json.Valid(rec.Body.Bytes()) {
		t.Errorf("Content-Length %s, body %d bytes: %s", got, rec.Body.Len(), rec.Body)
	}
}
