package marquez_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema/schematest"
	"github.com/accordhq/accord/web/marquez"
)

const started = `{"eventType":"START","eventTime":"2026-11-20T08:00:00Z","producer":"https://example.com","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",` +
	`"run":{"runId":"0191d8a5-2f1b-7c3d-8e4f-000000000001"},"job":{"namespace":"shop","name":"bill"},` +
	`"inputs":[{"namespace":"kafka://broker:9092","name":"orders"}],"outputs":[{"namespace":"kafka://broker:9092","name":"bills"}]}`

func zipped(t testing.TB, text []byte) []byte {
	t.Helper()
	out := bytes.Buffer{}
	w := gzip.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (s *server) events(t testing.TB) int {
	t.Helper()
	_, total, err := s.store.Events(t.Context(), lineage.EventQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

func TestIngest(t *testing.T) {
	t.Parallel()
	plan := `,"plan":"` + strings.Repeat("x", 200<<10) + `"}`
	large := strings.TrimSuffix(started, "}") + plan
	bomb := zipped(t, bytes.Repeat([]byte(" "), marquez.DefaultMaxBody+2))
	if len(bomb) > 64<<10 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	for name, tt := range map[string]struct {
		body   []byte
		header []string
		status int
		says   string
	}{
		"plain":                {[]byte(started), nil, http.StatusCreated, ""},
		"with charset":         {[]byte(started), []string{"Content-Type", "application/json; charset=UTF-8"}, http.StatusCreated, ""},
		"of no type":           {[]byte(started), []string{"Content-Type", ";;;"}, http.StatusCreated, ""},
		"other charset":        {[]byte(started), []string{"Content-Type", "application/json; charset=UTF-16"}, http.StatusUnsupportedMediaType, "utf-16"},
		"gzip":                 {zipped(t, []byte(started)), []string{"Content-Encoding", "gzip"}, http.StatusCreated, ""},
		"large":                {[]byte(large), nil, http.StatusCreated, ""},
		"large gzip":           {zipped(t, []byte(large)), []string{"Content-Encoding", "GZIP"}, http.StatusCreated, ""},
		"not gzip":             {[]byte(started), []string{"Content-Encoding", "gzip"}, http.StatusBadRequest, "gzip"},
		"half a gzip":          {zipped(t, []byte(large))[:100], []string{"Content-Encoding", "gzip"}, http.StatusBadRequest, "to its end"},
		"gzip bomb":            {bomb, []string{"Content-Encoding", "gzip"}, http.StatusRequestEntityTooLarge, "16777216"},
		"other coding":         {[]byte(started), []string{"Content-Encoding", "br"}, http.StatusUnsupportedMediaType, "gzip"},
		"too large":            {bytes.Repeat([]byte(" "), marquez.DefaultMaxBody+1), nil, http.StatusRequestEntityTooLarge, "fewer events"},
		"empty":                {nil, nil, http.StatusUnprocessableEntity, "empty"},
		"no JSON":              {[]byte("{]"), nil, http.StatusUnprocessableEntity, "byte 2"},
		"an array":             {[]byte("[]"), nil, http.StatusUnprocessableEntity, "batch"},
		"no run id":            {[]byte(`{"run":{},"job":{"namespace":"a","name":"b"}}`), nil, http.StatusUnprocessableEntity, "run.runId"},
		"nested without bound": {[]byte(strings.Repeat("[", 100_000)), nil, http.StatusUnprocessableEntity, "JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			w := s.do(t, http.MethodPost, "/lineage", tt.body, tt.header...)
			if w.Code != tt.status {
				t.Fatalf("%d %s, want %d", w.Code, w.Body, tt.status)
			}
			if tt.status == http.StatusCreated {
				if w.Body.Len() > 0 || s.events(t) != 1 {
					t.Errorf("taken with %q, %d events", w.Body, s.events(t))
				}
				return
			}
			var fault struct {
				Code          int
				Message, Path string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &fault); err != nil || fault.Code != tt.status || !strings.Contains(fault.Message, tt.says) {
				t.Errorf("%v, %s: want it to say %q", err, w.Body, tt.says)
			}
			if s.events(t) != 0 {
				t.Error("what is refused was kept")
			}
		})
	}
}

func TestIngestTwiceIsOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, started, started)
	if w := s.do(t, http.MethodPost, "/lineage/batch", []byte("[ "+started+"\n, "+started+"]")); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if s.events(t) != 1 {
		t.Errorf("%d events", s.events(t))
	}
}

func TestIngestBatch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"all taken": {
			"[" + started + "]", http.StatusOK,
			`{"status":"success","summary":{"received":1,"successful":1,"failed":0,"retriable":0,"non_retriable":0}}`,
		},
		"none sent": {
			"[]", http.StatusOK,
			`{"status":"success","summary":{"received":0,"successful":0,"failed":0,"retriable":0,"non_retriable":0}}`,
		},
		"some refused": {
			`[{}, ` + started + `, 1]`, http.StatusOK,
			`{"status":"partial_success","summary":{"received":3,"successful":1,"failed":2,"retriable":0,"non_retriable":2},"failed_events":[` +
				`{"index":0,"reason":"about nothing: send run and job, or job, or dataset","retriable":false},` +
				`{"index":2,"reason":"a number: send a JSON object","retriable":false}]}`,
		},
		"no array": {started, http.StatusUnprocessableEntity, `{"code":422,"message":"an object: a batch is a JSON array of events"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newServer(t).do(t, http.MethodPost, "/lineage/batch", []byte(tt.body))
			if got := strings.TrimSpace(w.Body.String()); w.Code != tt.status || got != tt.want {
				t.Errorf("%d %s, want %d (-want +got)\n%s", w.Code, got, tt.status, cmp.Diff(tt.want, got))
			}
		})
	}
}

func TestStoreDown(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.send(t, started)
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, call := range []struct{ method, path, body string }{
		{http.MethodPost, "/lineage", started},
		{http.MethodPost, "/lineage/batch", "[" + started + "]"},
		{http.MethodGet, "/namespaces/shop/jobs/bill", ""},
		{http.MethodGet, "/lineage?nodeId=job:shop:bill", ""},
		{http.MethodGet, "/events/lineage", ""},
	} {
		w := s.do(t, call.method, call.path, []byte(call.body))
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "closed") {
			t.Errorf("%s %s: %d %v %s", call.method, call.path, w.Code, w.Header(), w.Body)
		}
	}
}

// stuck is a store that records nothing until its context is done.
type stuck struct{ lineage.Store }

func (stuck) Record(ctx context.Context, _ []lineage.Event) (int, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestIngestGivesUpWithItsClient(t *testing.T) {
	t.Parallel()
	s := serve(t, stuck{memlog.NewLineage()}, marquez.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for range 6 { // more than are decoded at a time
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/v1/lineage", strings.NewReader(started)))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

// slow is a body whose client sends its beginning, then nothing more until it
// is let go.
type slow struct {
	io.Reader
	letGo chan struct{}
}

func (s slow) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		<-s.letGo
	}
	return n, err
}

func TestSlowClientsKeepNoOthersOut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	letGo := make(chan struct{})
	answered := make(chan int)
	for _, size := range []int{10, 100 << 10} {
		for range 8 {
			go func() {
				body := slow{bytes.NewReader(bytes.Repeat([]byte(" "), size)), letGo}
				w := httptest.NewRecorder()
				s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/lineage", body))
				answered <- w.Code
			}()
		}
	}
	s.send(t, started)
	close(letGo)
	for range 16 {
		if code := <-answered; code != http.StatusUnprocessableEntity {
			t.Errorf("a body of white space: %d", code)
		}
	}
}

func TestVectorsAreTakenOrRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	taken, refused := 0, 0
	err := filepath.WalkDir(schematest.Shared(t, "vectors", "openlineage", "events"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		to, want := "/lineage", http.StatusCreated
		if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
			to, want = "/lineage/batch", http.StatusOK
		}
		switch w := s.do(t, http.MethodPost, to, body); {
		case w.Code == want:
			taken++
		case w.Code >= 400 && w.Code < 500 && strings.Contains(w.Body.String(), `"message"`):
			refused++
		default:
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if taken < 100 || refused == 0 {
		t.Errorf("%d taken, %d refused", taken, refused)
	}
	s.build(t)
}

func FuzzIngest(f *testing.F) {
	f.Add([]byte(started), "application/json", "", false)
	f.Add([]byte("["+started+",{}]"), "application/json; charset=UTF-8", "identity", true)
	f.Add(zipped(f, []byte(started)), "", "gzip", false)
	f.Add([]byte("\x1f\x8b"), "text/plain; charset=\xff", "x-gzip", true)
	f.Fuzz(func(t *testing.T, body []byte, kind, coding string, batch bool) {
		path, taken := "/lineage", http.StatusCreated
		if batch {
			path, taken = "/lineage/batch", http.StatusOK
		}
		w := newServer(t).do(t, http.MethodPost, path, body, "Content-Type", kind, "Content-Encoding", coding)
		if w.Code != taken && (w.Code < 400 || w.Code >= 500) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
