package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/transfer"
)

// lies are what a source answers instead of the truth, by path; "" is a 404
// and a number a status.
type lies map[string]string

func (l lies) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lie, ok := l[r.URL.Path]
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		var status int
		if _, err := fmt.Sscanf(lie, "%d", &status); err == nil && len(lie) == 3 {
			w.WriteHeader(status)
			return
		}
		if lie == "" {
			w.WriteHeader(http.StatusNotFound)
			lie = `{"error_code":404,"message":"HTTP 404 Not Found"}`
		}
		_, _ = io.WriteString(w, lie)
	})
}

// A source that contradicts itself is reported, version by version, and what
// can be imported is.
func TestSourcesThatLie(t *testing.T) {
	t.Parallel()
	const unlisted = "" // no /schemas, as in old registries: versions are read one by one
	tests := map[string]struct {
		lies lies
		// imported is how many of the source's three versions arrive.
		imported int
		want     []string
	}{
		"it tells the truth": {lies{}, 3, nil},
		"one id for two schemas": {lies{
			"/schemas":               `[{"subject":"a","version":1,"id":1,"schema":"\"int\""},{"subject":"a","version":2,"id":1,"schema":"\"long\""}]`,
			"/subjects":              `["a"]`,
			"/subjects/a/versions":   `[1,2]`,
			"/schemas/ids/1":         `{"schema":"\"int\""}`,
			"/subjects/b/versions/1": "",
		}, 1, []string{"IMPORT_CONFLICT a version 2: Id 1 holds another schema here: version 1 of 'a'"}},
		"a version that is listed and not given": {
			lies{"/schemas": unlisted, "/subjects/a/versions/2": ""},
			2,
			[]string{"IMPORT_UNREADABLE a version 2: the source lists the version and does not give it: HTTP 404 Not Found"},
		},
		"a version that breaks it": {
			lies{"/schemas": unlisted, "/subjects/a/versions/2": "500"},
			2,
			[]string{"IMPORT_UNREADABLE a version 2: the source lists the version and does not give it: HTTP 500 Internal Server Error"},
		},
		"a subject that is listed and gone": {
			lies{"/subjects": `["a","b","ghost"]`},
			3,
			[]string{"IMPORT_UNREADABLE ghost : the source lists the subject and not its versions: Subject 'ghost' not found."},
		},
		"a version that is listed among schemas alone": {lies{"/subjects/a/versions": `[1]`}, 3, []string{
			"IMPORT_CONTRADICTION a version 2: the source lists the schema and not the version",
			"IMPORT_CONTRADICTION a version 2: the source says both that the version is soft-deleted and that it is not; it is taken as the version itself says",
		}},
		"an id that nobody has": {
			lies{"/schemas": unlisted, "/subjects/a/versions/1": `{"subject":"a","version":1,"id":9,"schema":"\"int\""}`},
			3,
			[]string{"IMPORT_UNREADABLE a version 1: the source does not give its id 9: Schema 9 not found"},
		},
		"another text for the id": {
			lies{"/schemas/ids/1": `{"schema":"\"bytes\""}`},
			3,
			[]string{"IMPORT_CONTRADICTION a version 1: the source answers another text for its id 1 than for the version, which is imported"},
		},
		"another subject's version": {
			lies{"/schemas": unlisted, "/subjects/a/versions/2": `{"subject":"b","version":1,"id":3,"schema":"\"string\""}`},
			2,
			[]string{"IMPORT_CONTRADICTION a version 2: asked for it, the source answers version 1 of 'b'"},
		},
		"numbers no version has": {lies{
			"/subjects": `[]`, "/schemas": `[
			{"subject":"a","version":0,"id":1,"schema":"\"int\""},{"subject":"a","version":1,"id":-1,"schema":"\"int\""},
			{"subject":"b","version":1,"id":4294967297,"schema":"\"int\""},{"subject":"b","version":2,"id":1}]`,
			"/subjects/a/versions": `[0,1]`, "/subjects/b/versions": `[1,2]`,
		}, 0, []string{
			"IMPORT_UNREADABLE a version 0: the source answers id 1, version 0 and 5 bytes of schema: no registry can hold that",
			"IMPORT_UNREADABLE a version 1: the source answers id -1, version 1 and 5 bytes of schema: no registry can hold that",
			"IMPORT_UNREADABLE b version 1: the source answers id 4294967297, version 1 and 5 bytes of schema: no registry can hold that",
			"IMPORT_UNREADABLE b version 2: the source answers id 1, version 2 and 0 bytes of schema: no registry can hold that",
		}},
		"a language nobody knows": {
			lies{
				"/schemas":  `[{"subject":"a","version":1,"id":1,"schemaType":"THRIFT","schema":"struct A {}"}]`,
				"/subjects": `["a"]`, "/subjects/a/versions": `[1]`, "/schemas/ids/1": `{"schema":"struct A {}"}`,
			},
			0,
			[]string{"IMPORT_REFUSED a version 1: schema type 'THRIFT' is not one Accord knows"},
		},
		"schemas that refer to one another": {lies{
			"/schemas": `[
			{"subject":"a","version":1,"id":1,"schema":"{\"type\":\"array\",\"items\":\"B\"}","references":[{"name":"B","subject":"b","version":1}]},
			{"subject":"b","version":1,"id":2,"schema":"{\"type\":\"array\",\"items\":\"A\"}","references":[{"name":"A","subject":"a","version":1}]}]`,
			"/subjects/a/versions": `[1]`, "/schemas/ids/1": `{"schema":"{\"type\":\"array\",\"items\":\"B\"}"}`, "/schemas/ids/2": `{"schema":"{\"type\":\"array\",\"items\":\"A\"}"}`,
		}, 0, []string{
			`IMPORT_REFUSED a version 1: No schema reference found for subject "b" and version 1`,
			`IMPORT_REFUSED b version 1: No schema reference found for subject "a" and version 1`,
		}},
		"a GUID of something else": {
			lies{
				"/schemas":  `[{"subject":"a","version":1,"id":1,"guid":"00000000-0000-0000-0000-000000000001","schema":"\"int\""}]`,
				"/subjects": `["a"]`, "/subjects/a/versions": `[1]`,
			},
			1,
			[]string{"IMPORT_DIFFERS a version 1: the target answers another guid"},
		},
		"a list that is no JSON": {lies{"/schemas": "<html>"}, 3, nil},
		"a list that never ends": {lies{"/schemas": `[{"subject":"a","version":1,"id":1,"schema":"\"int\""}]`}, 3, nil},
		"things beside schemas that are secret, broken or none": {lies{
			"/dek-registry/v1/keks": "403", "/accord/v1/contracts": "500", "/accord/v1/exceptions": "401", "/associations/resources/-/-": "<html>",
		}, 3, nil},
		"keys and contracts that are not given": {lies{
			"/dek-registry/v1/keks": `["k","l"]`, "/dek-registry/v1/keks/k/deks": "403", "/dek-registry/v1/keks/l/deks": `["a"]`,
			"/associations/resources/-/-": `[{"subject":"a"}]`, "/accord/v1/contracts": `[{"subject":"a"}]`,
		}, 3, []string{
			"IMPORT_UNREADABLE  key encryption key k: the source lists it and does not give it: HTTP 403 Forbidden",
			"IMPORT_UNREADABLE  key encryption key l: the source lists it and does not give it: Key 'l' not found",
			"IMPORT_REFUSED a association  of  in , id: The association specified an invalid value for property: 'resourceName', detail: cannot be null or empty",
			"IMPORT_UNREADABLE a contract: the source lists it and does not give it: Subject 'a' has no contract.",
		}},
		"settings that are none": {lies{"/config/a": `{"compatibilityLevel":"SIDEWAYS"}`, "/mode/a": `{"mode":"SLEEPY"}`}, 3, []string{
			"IMPORT_REFUSED a config: Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive",
			"IMPORT_REFUSED a mode: Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := serve(t, tt.lies.around), serve(t, nil)
			f := filler{t, from.reg}
			f.register("a", "", `"int"`)
			f.register("a", "", `"long"`)
			f.register("b", "", `"string"`)
			report := bring(t, from, to)
			if diff := cmp.Diff(tt.want, weighty(report)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if v := report.Versions; v.Stored != tt.imported || to.reg.Stats().Active["AVRO"] != tt.imported {
				t.Errorf("versions: %+v, want %d", v, tt.imported)
			}
		})
	}
}

// What ends an import ends it with an error, soon, and says what happened.
func TestSourcesThatFail(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	answer := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"wants a password":  {answer(401, `{"error_code":401,"message":"Unauthorized"}`), "read the source: Unauthorized"},
		"is overloaded":     {answer(429, "slow down"), "read the source: HTTP 429"},
		"is a web page":     {answer(200, "<html>"), "read the source: list the subjects: GET /subjects: the answer is not what a schema registry sends"},
		"is something else": {answer(404, "nothing here"), "read the source: list the subjects: HTTP 404"},
		"hangs":             {func(_ http.ResponseWriter, r *http.Request) { wait(r, release) }, "no registry answers"},
		"breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `["a"`)
		}, "unexpected EOF"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := httptest.NewServer(tt.handler), serve(t, nil)
			t.Cleanup(from.Close)
			source, err := client.New(client.Options{
				URLs: []string{from.URL}, Retries: 1, Backoff: time.Millisecond,
				HTTPClient: &http.Client{Timeout: 100 * time.Millisecond},
			})
			if err != nil {
				t.Fatal(err)
			}
			report, err := try(t, from.URL, to.URL, func(o *transfer.Options) { o.Source = source })
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q; report %+v", err, tt.want, report)
			}
			if !to.reg.Stats().Head.IsZero() {
				t.Error("something was written")
			}
		})
	}
}

// wait keeps a request waiting until it is given up.
func wait(r *http.Request, release <-chan struct{}) {
	select {
	case <-r.Context().Done():
	case <-release:
	}
}

// A source that asks for patience gets it.
func TestSourcesThatAreBusy(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	busy := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch requests.Add(1) % 3 {
			case 0:
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
			case 1:
				w.WriteHeader(http.StatusServiceUnavailable)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
	from, to := serve(t, busy), serve(t, nil)
	f := filler{t, from.reg}
	f.oddities()
	report := bring(t, from, to, func(o *transfer.Options) { o.Parallel = 1 })
	if got := weighty(report); len(got) > 0 || report.Versions.Stored != report.Versions.Read {
		t.Errorf("%+v\n%v", report, got)
	}
}

// ancient answers as registries before contexts, modes, GUIDs, times and lists
// of schemas did.
func ancient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		switch {
		case path == "/contexts", path == "/schemas", strings.HasPrefix(path, "/mode"), strings.HasPrefix(path, "/accord"), strings.Contains(path, "GLOBAL"):
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
			return
		}
		r.URL.RawQuery = ""
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		body := modern.ReplaceAllString(rec.Body.String(), "")
		w.WriteHeader(rec.Code)
		_, _ = io.WriteString(w, body)
	})
}

// modern are the fields that old registries do not send.
var modern = regexp.MustCompile(`"guid":"[^"]*",|"schemaType":"AVRO",|,"ts":\d+|,"deleted":false`)

func TestOldSources(t *testing.T) {
	t.Parallel()
	from, to := serve(t, ancient), serve(t, nil)
	f := filler{t, from.reg}
	f.register("a", "", `"int"`)
	f.register("a", "", `"long"`)
	f.drop("a", 1, true)
	f.config("a", registry.Config{CompatibilityLevel: new(compat.Full)})
	report := bring(t, from, to)
	if got := weighty(report); len(got) > 0 {
		t.Errorf("findings: %v", got)
	}
	var notes []string
	for _, f := range report.Findings {
		notes = append(notes, f.Message)
	}
	want := []string{
		"the source does not know contexts: HTTP 404 Not Found",
		"the source does not list schemas, they are read one by one: list the schemas: HTTP 404 Not Found",
		"the source does not know modes: HTTP 404 Not Found",
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	v, err := to.reg.Version(t.Context(), "a", registry.LatestVersion, registry.ReadOptions{})
	if err != nil || v.ID != 2 || v.Version != 2 || v.Text != `"long"` {
		t.Errorf("%+v, %v", v, err)
	}
	if c, err := to.reg.Config("a", false); err != nil || *c.CompatibilityLevel != "FULL" {
		t.Errorf("%+v, %v", c, err)
	}
}

// An import that is interrupted stops at once.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	filler{t, from.reg}.oddities()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := transfer.Import(ctx, transfer.Options{
		Source: impatient(t, from.URL), Target: impatient(t, to.URL),
		Progress: func(string, int, int) { cancel() },
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// What a version does not say of its deletion, two lists of versions tell.
func TestDeletionsThatVersionsDoNotTell(t *testing.T) {
	t.Parallel()
	silent := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, r)
			w.WriteHeader(rec.Code)
			_, _ = io.WriteString(w, regexp.MustCompile(`,"deleted":\w+`).ReplaceAllString(rec.Body.String(), ""))
		})
	}
	from, to := serve(t, silent), serve(t, nil)
	f := filler{t, from.reg}
	for _, text := range []string{`"int"`, `"long"`, `"string"`} {
		f.register("a", "", text)
	}
	f.register("gone", "", `"bytes"`)
	f.drop("a", 2, false)
	f.drop("gone", 1, false)
	if got := weighty(bring(t, from, to)); len(got) > 0 {
		t.Errorf("findings: %v", got)
	}
	if got, err := to.reg.Versions("a", registry.VersionFilter{DeletedAsNegative: true}); err != nil || !cmp.Equal(got, []int{1, -2, 3}) {
		t.Errorf("versions %v, %v", got, err)
	}
	if got := to.reg.Subjects(registry.SubjectFilter{DeletedOnly: true}); !cmp.Equal(got, []string{"gone"}) {
		t.Errorf("deleted subjects %v", got)
	}
}

// A target that takes little at a time is sent little; what is too large for
// it alone is refused.
func TestTargetsThatTakeLittle(t *testing.T) {
	t.Parallel()
	small := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > 2000 {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				_, _ = io.WriteString(w, `{"error_code":413,"message":"too large"}`)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	from, to := serve(t, nil), serve(t, small)
	f := filler{t, from.reg}
	for i := range 40 {
		f.register("a", "", fmt.Sprintf(`{"type":"fixed","name":"F","size":%d}`, i+1))
	}
	f.register("large", "", fmt.Sprintf(`{"type":"fixed","name":"F","size":1,"doc":"%s"}`, strings.Repeat("x", 3000)))
	report := bring(t, from, to)
	if diff := cmp.Diff([]string{"IMPORT_REFUSED large version 1: too large"}, weighty(report)); diff != "" || report.Versions.Stored != 40 {
		t.Errorf("findings (-want +got):\n%s\n%+v", diff, report.Versions)
	}
}
