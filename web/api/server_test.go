package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/go-chi/chi/v5"
	"go.uber.org/goleak"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
)

// The clock of regexp2 stops by itself, a second after the last pattern's time
// would have been up.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

// server is an API over a registry in memory, which checks every request it
// answers against the OpenAPI document.
type server struct {
	*Handler
}

func newServer(tb testing.TB, opts Options) *server {
	tb.Helper()
	return serverOn(tb, memlog.New(), opts)
}

func serverOn(tb testing.TB, log registry.Log, opts Options) *server {
	tb.Helper()
	opts.Logger = slog.New(slog.NewTextHandler(tb.Output(), nil))
	reg, err := registry.Open(tb.Context(), registry.Options{
		Log: log, Logger: opts.Logger, Now: tick(),
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := reg.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &server{New(reg, opts)}
}

// tick is a clock that moves a second at each look.
func tick() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

// tester is what *testing.T and *rapid.T share.
type tester interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// send sends a request and fails the test if request and answer are not as
// the document says.
func (s *server) send(tb tester, method, target, body string, header http.Header) *httptest.ResponseRecorder {
	tb.Helper()
	req := httptest.NewRequestWithContext(tb.Context(), method, target, strings.NewReader(body))
	if header != nil {
		req.Header = header.Clone()
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	checkDocumented(tb, req, body, rec)
	return rec
}

// ask sends a request, wants the status, and decodes the answer.
func ask[T any](tb tester, s *server, method, target, body string, status int) T {
	tb.Helper()
	rec := s.send(tb, method, target, body, nil)
	var answer T
	if rec.Code != status {
		tb.Fatalf("%s %s: %d %s, want status %d", method, target, rec.Code, rec.Body, status)
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		tb.Fatalf("%s %s: answer %q: %v", method, target, rec.Body, err)
	}
	return answer
}

// document is the OpenAPI document with a router over it, loaded once.
var document = sync.OnceValues(func() (*openapi3.T, routers.Router) {
	doc, err := openapi3.NewLoader().LoadFromData(OpenAPI())
	if err != nil {
		panic(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(err)
	}
	return doc, router
})

// checkDocumented validates an answer, and the request too unless it was
// refused. Requests are looked up as routed left them.
func checkDocumented(tb tester, req *http.Request, body string, rec *httptest.ResponseRecorder) {
	tb.Helper()
	plain, err := routed(req, chi.NewMux())
	if err != nil {
		return
	}
	plain = plain.Clone(tb.Context())
	plain.Body = io.NopCloser(strings.NewReader(body))
	if plain.Header.Get("Content-Type") == "" && body != "" {
		plain.Header.Set("Content-Type", produced[0][0])
	}
	if plain.Method == http.MethodHead {
		plain.Method = http.MethodGet
	}
	_, router := document()
	route, params, err := router.FindRoute(plain)
	if err != nil {
		if rec.Code != http.StatusNotFound && rec.Code != http.StatusMethodNotAllowed {
			tb.Errorf("%s %s is not documented and was answered: %d %s", req.Method, req.RequestURI, rec.Code, rec.Body)
		}
		return
	}
	input := &openapi3filter.RequestValidationInput{
		Request: plain, PathParams: params, Route: route,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, SkipSettingDefaults: true},
	}
	if rec.Code < 300 {
		if err := openapi3filter.ValidateRequest(tb.Context(), input); err != nil {
			tb.Errorf("%s %s: the document refuses the request: %v", req.Method, req.RequestURI, err)
		}
	}
	text := strings.HasSuffix(route.Path, "/schema") && rec.Code == http.StatusOK
	input.Options.ExcludeResponseBody = text || req.Method == http.MethodHead
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: rec.Code, Header: rec.Header(), Options: input.Options,
		Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())),
	}
	if err := openapi3filter.ValidateResponse(tb.Context(), output); err != nil {
		tb.Errorf("%s %s: the document refuses the answer: %v", req.Method, req.RequestURI, err)
	}
}
