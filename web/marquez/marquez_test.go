package marquez_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema/schematest"
	"github.com/accordhq/accord/web/marquez"
)

var update = flag.Bool("update", false, "write the golden files anew")

// now is when the tests take place, after all that happens in their events.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// server is the API over a store in memory, as a server routes to it.
type server struct {
	http.Handler
	store lineage.Store
	graph atomic.Pointer[lineage.Graph]
}

func newServer(t testing.TB) *server {
	t.Helper()
	return serve(t, memlog.NewLineage(), marquez.Options{})
}

func serve(t testing.TB, store lineage.Store, opts marquez.Options) *server {
	t.Helper()
	s := &server{store: store}
	s.graph.Store(lineage.Build(nil, lineage.Options{}))
	opts.Store, opts.Graph, opts.Now = store, s.graph.Load, func() time.Time { return now }
	mux := chi.NewMux()
	marquez.New(opts).Route(mux)
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rctx := chi.NewRouteContext()
		rctx.Routes, rctx.RoutePath = mux, r.URL.EscapedPath()
		mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, rctx)))
	})
	return s
}

// do sends a request below /api/v1; header names and values alternate.
func (s *server) do(t testing.TB, method, path string, body []byte, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	if !strings.HasPrefix(path, "/api/") {
		path = marquez.Prefix + path
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError && w.Code != http.StatusServiceUnavailable {
		t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w
}

// get answers a request that must succeed.
func (s *server) get(t testing.TB, path string) map[string]any {
	t.Helper()
	w := s.do(t, http.MethodGet, path, nil)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("GET %s: %v in %s", path, err, w.Body)
	}
	return answer
}

// send posts events and waits until they are in the graph.
func (s *server) send(t testing.TB, events ...string) {
	t.Helper()
	for _, e := range events {
		if w := s.do(t, http.MethodPost, "/lineage", []byte(e)); w.Code != http.StatusCreated {
			t.Fatalf("POST /lineage: %d %s\n%s", w.Code, w.Body, e)
		}
	}
	s.build(t)
}

// build makes facts of all events, and a graph of the facts.
func (s *server) build(t testing.TB) {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(t.Output(), nil))
	b, err := openlineage.NewBuilder(s.store, openlineage.BuilderOptions{Now: func() time.Time { return now }, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	_, total, err := s.store.Events(t.Context(), lineage.EventQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	before, err := openlineage.Built(t.Context(), s.store)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	for b.Counts().Events < int64(total)-int64(before) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	s.rebuild(t)
}

// put adds facts and makes the graph of all.
func (s *server) put(t testing.TB, facts ...lineage.Fact) {
	t.Helper()
	if err := s.store.Put(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	s.rebuild(t)
}

func (s *server) rebuild(t testing.TB) {
	t.Helper()
	var facts []lineage.Fact
	for c, err := range s.store.Changes(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		facts = append(facts, c.Fact)
	}
	s.graph.Store(lineage.Build(facts, lineage.Options{}))
}

// story reads the events of a folder of the shared vectors, in their order.
func story(t testing.TB, below ...string) []string {
	t.Helper()
	root := schematest.Shared(t, append([]string{"vectors", "openlineage", "events"}, below...)...)
	files, err := filepath.Glob(filepath.Join(root, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no events in %s: %v", root, err)
	}
	slices.Sort(files)
	var events []string
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, string(body))
	}
	return events
}

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew)\n%s", path, diff)
	}
}
