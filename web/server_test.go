package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/web/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a server on a port of its own over a registry in memory.
type running struct {
	*Server
	client *http.Client
	stop   func() error
}

func start(tb testing.TB, opts Options) *running {
	tb.Helper()
	logger := slog.New(slog.NewTextHandler(tb.Output(), nil))
	reg, err := registry.Open(tb.Context(), registry.Options{Log: memlog.New(), Logger: logger, Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	opts.Registry, opts.Logger, opts.Now, opts.Listen = reg, logger, time.Now, "127.0.0.1:0"
	s, err := New(tb.Context(), opts)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, ExpectContinueTimeout: time.Minute}}
	r := &running{Server: s, client: client}
	r.stop = func() error { cancel(); return <-done }
	tb.Cleanup(func() {
		cancel()
		client.CloseIdleConnections()
		if err := reg.Close(); err != nil {
			tb.Error(err)
		}
	})
	return r
}

func (r *running) stopped(tb testing.TB) {
	tb.Helper()
	if err := r.stop(); err != nil {
		tb.Error(err)
	}
}

// get fetches a path and returns status, header and body.
func (r *running) get(tb testing.TB, path string, header http.Header) (*http.Response, string) {
	tb.Helper()
	return r.do(tb, http.MethodGet, path, "", header)
}

func (r *running) do(tb testing.TB, method, path, body string, header http.Header) (*http.Response, string) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), method, r.URL()+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := r.client.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return resp, string(text)
}

func TestNewWantsWhatItNeeds(t *testing.T) {
	t.Parallel()
	if _, err := New(t.Context(), Options{}); err == nil {
		t.Error("a server without a registry was made")
	}
}

func TestNewNamesTheAddressItCannotListenOn(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	defer r.stopped(t)
	address := strings.TrimPrefix(r.URL(), "http://")
	_, err := New(t.Context(), Options{Registry: r.opts.Registry, Now: time.Now, Listen: address})
	if err == nil || !strings.Contains(err.Error(), address) {
		t.Errorf("listening twice on %s: %v", address, err)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	defer r.stopped(t)
	for path, want := range map[string]string{
		"/healthz": `{"status":"alive"}` + "\n",
		"/readyz":  `{"status":"ready","checks":{"registry":"ok"}}` + "\n",
	} {
		if resp, body := r.get(t, path, nil); resp.StatusCode != http.StatusOK || body != want {
			t.Errorf("GET %s: %d %s", path, resp.StatusCode, body)
		}
	}
	if err := r.opts.Registry.Close(); err != nil {
		t.Fatal(err)
	}
	resp, body := r.get(t, "/readyz", nil)
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, `"status":"unready"`) {
		t.Errorf("GET /readyz after the store is gone: %d %s", resp.StatusCode, body)
	}
	resp, body = r.do(t, http.MethodPut, "/mode", `{"mode":"READONLY"}`, nil)
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" ||
		!strings.Contains(body, `"error_code":503`) {
		t.Errorf("a write after the store is gone: %d %v %s", resp.StatusCode, resp.Header, body)
	}
}

func TestOpenAPIIsServed(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	defer r.stopped(t)
	if _, body := r.get(t, "/openapi.json", nil); body != string(api.OpenAPI()) {
		t.Errorf("GET /openapi.json is not the document: %.80s", body)
	}
}

// Package api tests the document against its own routes; these are the rest.
func TestOperatorRoutesAreDocumented(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	defer r.stopped(t)
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(api.OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	routes := 0
	err := chi.Walk(r.routes().Router(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes++
		if _, ok := doc.Paths[route][strings.ToLower(method)]; !ok {
			return fmt.Errorf("%s %s is not documented", method, route)
		}
		return nil
	})
	if err != nil || routes < len(doc.Paths) {
		t.Errorf("walked %d routes: %v", routes, err)
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	defer r.stopped(t)
	for _, c := range []struct {
		sent string
		kept bool
	}{{"abc-123", true}, {"", false}, {"with space", false}, {strings.Repeat("x", 129), false}} {
		resp, _ := r.get(t, "/subjects", http.Header{"X-Request-Id": {c.sent}})
		if got := resp.Header.Get("X-Request-ID"); got == "" || (got == c.sent) != c.kept {
			t.Errorf("sent %q, got %q back", c.sent, got)
		} else if id, err := uuid.Parse(got); !c.kept && (err != nil || id.Version() != 4 || id.Variant() != uuid.RFC4122) {
			t.Errorf("made %q, want a random UUID: %v", got, err)
		}
	}
}

func TestErrorsAreJSON(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	defer r.stopped(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/nowhere", 404},
		{http.MethodGet, "/contexts/.eu/nowhere", 404},
		{http.MethodPost, "/metrics", 405},
		{http.MethodPatch, "/config", 405},
		{"BREW", "/subjects", 405},
	} {
		resp, body := r.do(t, c.method, c.path, "", nil)
		var answer struct {
			Code int `json:"error_code"`
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil || resp.StatusCode != c.status || answer.Code != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.path, resp.StatusCode, body)
		}
	}
	resp, body := r.do(t, http.MethodHead, "/subjects", "", nil)
	if resp.StatusCode != http.StatusOK || body != "" || resp.ContentLength != 2 {
		t.Errorf("HEAD /subjects: %d, length %d, body %q", resp.StatusCode, resp.ContentLength, body)
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	defer r.stopped(t)
	large := api.OpenAPI()
	for _, c := range []struct {
		path, accept string
		compressed   bool
	}{
		{"/openapi.json", "gzip", true},
		{"/openapi.json", "br, GZIP;q=0.5", true},
		{"/openapi.json", "gzip;q=0", false},
		{"/openapi.json", "", false},
		{"/subjects", "gzip", false},
	} {
		resp, body := r.get(t, c.path, http.Header{"Accept-Encoding": {c.accept}})
		if got := resp.Header.Get("Content-Encoding") == "gzip"; got != c.compressed {
			t.Errorf("%s with %q: compressed is %v", c.path, c.accept, got)
		}
		if resp.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: Vary is %q", c.path, resp.Header.Get("Vary"))
		}
		if !c.compressed {
			continue
		}
		gz, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(gz); err != nil || !bytes.Equal(text, large) {
			t.Errorf("%s: decompressed to %d bytes, want %d: %v", c.path, len(text), len(large), err)
		}
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	r := start(t, Options{AccessLog: io.Discard})
	defer r.stopped(t)
	r.do(t, http.MethodPost, "/subjects/a/versions", `{"schema":"\"string\""}`, nil)
	r.do(t, http.MethodPost, "/contexts/.eu/subjects/a%2Fb/versions/", `{"schemaType":"JSON","schema":"{}"}`, nil)
	r.do(t, http.MethodDelete, "/subjects/a", "", nil)
	r.get(t, "/schemas/ids/77", nil)
	r.get(t, "/nowhere/at/all", nil)
	_, body := r.get(t, "/metrics", nil)
	for _, line := range []string{
		`accord_http_requests_total{code="200",method="POST",route="/subjects/{subject}/versions"} 2`,
		`accord_http_requests_total{code="404",method="GET",route="/schemas/ids/{id}"} 1`,
		`accord_http_requests_total{code="404",method="GET",route="none"} 1`,
		`accord_http_request_duration_seconds_count{method="DELETE",route="/subjects/{subject}"} 1`,
		`accord_versions{state="deleted",type="AVRO"} 1`,
		`accord_subjects 2`,
		`accord_access_log_dropped_total 0`,
		`kafka_schema_registry_registered_count 1`,
		`kafka_schema_registry_deleted_count 1`,
		`kafka_schema_registry_api_success_count 3`,
		`kafka_schema_registry_api_failure_count 2`,
		`kafka_schema_registry_avro_schemas_created 1`,
		`kafka_schema_registry_avro_schemas_deleted 1`,
		`kafka_schema_registry_json_schemas_created 1`,
		`kafka_schema_registry_protobuf_schemas_created 0`,
		`kafka_schema_registry_master_slave_role 1`,
		`kafka_schema_registry_node_count 1`,
	} {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("/metrics has no line %s", line)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := start(t, Options{AccessLog: &out})
	for i := range 100 {
		r.get(t, "/schemas/ids/1?n="+fmt.Sprint(i), http.Header{"X-Request-Id": {"id-7"}, "User-Agent": {"test"}})
	}
	r.stopped(t)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 100 {
		t.Fatalf("%d lines after the server stopped, want 100", len(lines))
	}
	var line struct {
		Method, Target, Route, Agent string
		Status                       int
		RequestID                    string `json:"request_id"`
	}
	if err := json.Unmarshal([]byte(lines[99]), &line); err != nil {
		t.Fatal(err)
	}
	if line.Method != http.MethodGet || line.Target != "/schemas/ids/1?n=99" || line.Route != "/schemas/ids/{id}" ||
		line.Status != 404 || line.RequestID != "id-7" || line.Agent != "test" {
		t.Errorf("last line is %s", lines[99])
	}
}

// stuckWriter takes nothing until it is released, and then fails.
type stuckWriter chan struct{}

func (w stuckWriter) Write([]byte) (int, error) {
	<-w
	return 0, errors.New("disk is full")
}

func TestAccessLogNeverBlocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(stuckWriter)
		l := newAccessLog(release)
		l.start()
		line := accessEntry{target: strings.Repeat("x", 1000)}
		room := int64(accessRoom / len(line.appendTo(nil)))
		sent := 2 * room
		for range sent {
			l.add(line)
		}
		if dropped := l.dropped.Load(); dropped == 0 || dropped > sent-room {
			t.Errorf("%d of %d lines dropped where %d have room", dropped, sent, room)
		}
		close(release)
		if err := l.stop(); err == nil || !strings.Contains(err.Error(), "disk is full") {
			t.Errorf("stop: %v", err)
		}
	})
}

// upload is a request whose handler waits for the end of the body.
type upload struct {
	*io.PipeWriter
	answered chan string // status and start of the body, or the error
}

// beginUpload returns when the handler has read the beginning of a body: the
// client sends none before the server says 100 Continue.
func (r *running) beginUpload(t *testing.T, beginning string) upload {
	t.Helper()
	body, writer := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL()+"/subjects/a/versions", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Expect", "100-continue")
	u := upload{writer, make(chan string, 1)}
	go func() {
		resp, err := r.client.Do(req)
		if err != nil {
			u.answered <- err.Error()
			return
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		u.answered <- fmt.Sprintf("%d %.8s", resp.StatusCode, text)
	}()
	if _, err := io.WriteString(writer, beginning); err != nil {
		t.Fatal(err)
	}
	return u
}

// TestRunFinishesRequests stops the server in the middle of a request.
func TestRunFinishesRequests(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Drain: 10 * time.Second})
	u := r.beginUpload(t, `{"schema":`)
	stopped := make(chan error, 1)
	go func() { stopped <- r.stop() }()
	if _, err := io.WriteString(u, `"\"string\""}`); err != nil {
		t.Fatal(err)
	}
	_ = u.Close()
	if got := <-u.answered; got != `200 {"id":1,` {
		t.Errorf("the request that was under way was answered %s", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// TestRunCutsOff stops the server while a request never ends.
func TestRunCutsOff(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Drain: 50 * time.Millisecond})
	u := r.beginUpload(t, `{"schema":`)
	if err := r.stop(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stop: %v", err)
	}
	_ = u.Close()
	if got := <-u.answered; strings.HasPrefix(got, "200") {
		t.Errorf("a request that was cut off was answered %s", got)
	}
}
