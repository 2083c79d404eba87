package transfer_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/registry/transfer"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/web/api"
)

// server is a registry that listens.
type server struct {
	*httptest.Server
	reg *registry.Registry
}

// serve starts an empty Accord in memory. around, if not nil, stands before
// its API.
func serve(t *testing.T, around func(http.Handler) http.Handler) server {
	t.Helper()
	reg, err := registry.Open(t.Context(), registry.Options{Log: memlog.New(), Now: ticking(), Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = api.New(reg, api.Options{})
	if around != nil {
		handler = around(handler)
	}
	s := server{httptest.NewServer(handler), reg}
	t.Cleanup(func() {
		s.Close()
		if err := reg.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ticking is a clock that moves a second at each look.
func ticking() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

// impatient is a client that repeats little and soon.
func impatient(t *testing.T, url string) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{URLs: []string{url}, Retries: 2, Backoff: time.Millisecond, MaxBackoff: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// bring imports and wants no error.
func bring(t *testing.T, from, to server, adapt ...func(*transfer.Options)) transfer.Report {
	t.Helper()
	report, err := try(t, from.URL, to.URL, adapt...)
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	return report
}

func try(t *testing.T, from, to string, adapt ...func(*transfer.Options)) (transfer.Report, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	opts := transfer.Options{Source: impatient(t, from), Target: impatient(t, to)}
	for _, f := range adapt {
		f(&opts)
	}
	return transfer.Import(ctx, opts)
}

// weighty are the findings that say something is amiss, one line each.
func weighty(report transfer.Report) []string {
	var out []string
	for _, f := range report.Findings {
		if f.Severity != finding.Info {
			out = append(out, fmt.Sprintf("%s %s %s: %s", f.Code, f.Subject, f.Path, f.Message))
		}
	}
	return out
}

// answers reads every endpoint with every variant that says something about
// what the registry holds.
func answers(t *testing.T, s server) map[string]string {
	t.Helper()
	r := answerReader{t: t, server: s, got: map[string]string{}}
	r.lists()
	for _, subject := range s.reg.Subjects(registry.SubjectFilter{Prefix: ":*:", Deleted: true}) {
		r.subject(subject)
	}
	all, err := s.reg.Schemas(t.Context(), registry.SchemaFilter{Prefix: ":*:", Deleted: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		r.schema(v)
	}
	return r.got
}

type answerReader struct {
	t      *testing.T
	server server
	got    map[string]string
}

// read asks for a path once with each query.
func (r *answerReader) read(path string, queries ...string) {
	r.t.Helper()
	for _, q := range append([]string{""}, queries...) {
		target := path
		if q != "" {
			target += "?" + q
		}
		if _, done := r.got[target]; done {
			continue
		}
		req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.server.URL+target, http.NoBody)
		if err != nil {
			r.t.Fatal(err)
		}
		resp, err := r.server.Client().Do(req)
		if err != nil {
			r.t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			r.t.Fatal(err)
		}
		r.got[target] = fmt.Sprintf("%d %s", resp.StatusCode, body)
	}
}

func (r *answerReader) lists() {
	prefixes := []string{"subjectPrefix=:*:", "subjectPrefix=:.eu:", "subjectPrefix=com", "subjectPrefix=:*:google"}
	flags := []string{"deleted=true", "deletedOnly=true", "latestOnly=true", "aliases=true", "deleted=true&latestOnly=true", "offset=3&limit=5", "ruleType=CEL"}
	queries := slices.Concat(prefixes, flags)
	for _, p := range prefixes {
		for _, f := range flags {
			queries = append(queries, p+"&"+f)
		}
	}
	r.read("/subjects", queries...)
	r.read("/schemas", queries...)
	r.read("/schemas/types")
	r.read("/contexts", "contextPrefix=.e", "offset=1")
	for _, scope := range []string{"", "/:.eu:", "/:.us:", "/:.empty:", "/:.__GLOBAL:", "/webshop", "/nothing"} {
		r.settings(scope)
	}
	r.read("/subjects/webshop/versions")
	r.read("/contexts/.eu/subjects", "deleted=true")
	r.read("/contexts/.eu/schemas", "deleted=true")
	r.holdings()
}

func (r *answerReader) settings(scope string) {
	for _, path := range []string{"/config", "/mode", "/accord/v1/config"} {
		r.read(path+scope, "defaultToGlobal=true")
	}
}

func (r *answerReader) subject(name string) {
	path := "/subjects/" + url.PathEscape(name)
	r.read(path+"/versions", "deleted=true", "deletedOnly=true", "deletedAsNegative=true", "deleted=true&offset=1&limit=1")
	r.read(path + "/versions/latest")
	r.read(path+"/metadata", "key=owner&value=me", "deleted=true")
	r.settings("/" + url.PathEscape(name))
}

func (r *answerReader) schema(v registry.Version) {
	path := fmt.Sprintf("/subjects/%s/versions/%d", url.PathEscape(v.Subject), v.Version)
	formats := []string{"format=resolved", "format=serialized", "format=ignore_extensions", "referenceFormat=qualified", "findTags=*"}
	deleted := []string{"deleted=true"}
	for _, f := range formats {
		deleted = append(deleted, "deleted=true&"+f)
	}
	r.read(path, deleted...)
	r.read(path+"/schema", deleted...)
	r.read(path+"/referencedby", "deleted=true")

	in := "subject=" + url.QueryEscape(v.Subject)
	context := in
	if i := strings.LastIndexByte(v.Subject, ':'); i > 0 {
		context = "subject=" + url.QueryEscape(v.Subject[:i+1])
	}
	id := fmt.Sprintf("/schemas/ids/%d", v.ID)
	queries := []string{in, context, in + "&deleted=true", context + "&deleted=true", "deleted=true"}
	for _, f := range append(formats, "fetchMaxId=true", "includeSubjects=true") {
		queries = append(queries, in+"&"+f)
	}
	for _, path := range []string{id, id + "/schema", id + "/subjects", id + "/versions"} {
		r.read(path, queries...)
	}
	r.read("/schemas/guids/"+v.GUID.String(), formats[:3]...)
	r.read("/schemas/guids/" + v.GUID.String() + "/ids")
}
