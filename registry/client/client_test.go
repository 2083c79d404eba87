package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// connect returns a client of a handler that waits hardly at all.
func connect(t *testing.T, handler http.HandlerFunc) *client.Client {
	t.Helper()
	return connectWith(t, client.Options{}, handler)
}

func connectWith(t *testing.T, opts client.Options, handlers ...http.HandlerFunc) *client.Client {
	t.Helper()
	for _, h := range handlers {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		opts.URLs = append(opts.URLs, server.URL)
	}
	opts.Backoff = time.Millisecond
	c, err := client.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestRequests pins what each method sends.
func TestRequests(t *testing.T) {
	t.Parallel()
	const subject = ":.eu:a/b c@%ü"
	const escaped = ":.eu:a%2Fb%20c@%25%C3%BC"
	req := client.RegisterRequest{Schema: `"string"`}
	guid := schema.GUID{1, 2, 3}
	tests := map[string]struct {
		call func(context.Context, *client.Client) error
		// reply is the body answered.
		reply, want string
	}{
		"Subjects": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Subjects(ctx, client.SubjectsOptions{Prefix: ":*:o", Deleted: true, Offset: 2, Limit: 3})
			return err
		}, `[]`, "GET /subjects?deleted=true&limit=3&offset=2&subjectPrefix=%3A%2A%3Ao"},
		"Versions": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Versions(ctx, subject, client.VersionsOptions{DeletedOnly: true, DeletedAsNegative: true})
			return err
		}, `[1]`, "GET /subjects/" + escaped + "/versions?deletedAsNegative=true&deletedOnly=true"},
		"Version": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Version(ctx, subject, 7, client.ReadOptions{Deleted: true, Format: "resolved", FindTags: []string{"PII", "x"}})
			return err
		}, `{}`, "GET /subjects/" + escaped + "/versions/7?deleted=true&findTags=PII&findTags=x&format=resolved"},
		"Version latest": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Version(ctx, "s", client.Latest, client.ReadOptions{ReferenceFormat: "qualified"})
			return err
		}, `{}`, "GET /subjects/s/versions/latest?referenceFormat=qualified"},
		"VersionText": {func(ctx context.Context, c *client.Client) error {
			text, err := c.VersionText(ctx, "s", 1, client.ReadOptions{})
			if text != "not json" {
				return errors.New("text came back as " + text)
			}
			return err
		}, `not json`, "GET /subjects/s/versions/1/schema"},
		"LatestWith": {func(ctx context.Context, c *client.Client) error {
			_, err := c.LatestWith(ctx, "s", map[string]string{"b": "2", "a": "1"}, client.ReadOptions{})
			return err
		}, `{}`, "GET /subjects/s/metadata?key=a&key=b&value=1&value=2"},
		"ReferencedBy": {func(ctx context.Context, c *client.Client) error {
			_, err := c.ReferencedBy(ctx, "s", 1, true)
			return err
		}, `[4]`, "GET /subjects/s/versions/1/referencedby?deleted=true"},
		"Register": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Register(ctx, subject, req, client.RegisterOptions{Normalize: true, Force: true})
			return err
		}, `{"id":1}`, "POST /subjects/" + escaped + `/versions?force=true&normalize=true {"schema":"\"string\""}`},
		"Lookup": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Lookup(ctx, subject, req, client.LookupOptions{Normalize: true, Deleted: true})
			return err
		}, `{}`, "POST /subjects/" + escaped + `?deleted=true&normalize=true {"schema":"\"string\""}`},
		"Lookup of the empty subject": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Lookup(ctx, "", req, client.LookupOptions{})
			return err
		}, `{}`, `POST /subjects/:.: {"schema":"\"string\""}`},
		"Tag": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Tag(ctx, "s", client.Latest, client.TagRequest{RulesToRemove: []string{"r"}})
			return err
		}, `{"id":1}`, `POST /subjects/s/versions/latest/tags {"rulesToRemove":["r"]}`},
		"DeleteSubject": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteSubject(ctx, "..", true)
			return err
		}, `[1,2]`, "DELETE /subjects/%2E%2E?permanent=true"},
		"DeleteVersion": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteVersion(ctx, "s", 2, false)
			return err
		}, `2`, "DELETE /subjects/s/versions/2"},
		"SchemasPage": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SchemasPage(ctx, client.SchemasOptions{Prefix: "o", Aliases: true, LatestOnly: true, RuleType: "CEL"}, 10, 5)
			return err
		}, `[]`, "GET /schemas?aliases=true&latestOnly=true&limit=5&offset=10&ruleType=CEL&subjectPrefix=o"},
		"SchemaByID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SchemaByID(ctx, 5, client.IDOptions{Subject: ":.eu:", FetchMaxID: true})
			return err
		}, `{}`, "GET /schemas/ids/5?fetchMaxId=true&subject=%3A.eu%3A"},
		"TextByID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.TextByID(ctx, 5, "s", "serialized")
			return err
		}, `x`, "GET /schemas/ids/5/schema?format=serialized&subject=s"},
		"SubjectsOfID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SubjectsOfID(ctx, 5, "", true)
			return err
		}, `[]`, "GET /schemas/ids/5/subjects?deleted=true"},
		"VersionsOfID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.VersionsOfID(ctx, 5, "s", false)
			return err
		}, `[]`, "GET /schemas/ids/5/versions?subject=s"},
		"SchemaByGUID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SchemaByGUID(ctx, guid, "")
			return err
		}, `{}`, "GET /schemas/guids/01020300-0000-0000-0000-000000000000"},
		"IDsOfGUID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.IDsOfGUID(ctx, guid)
			return err
		}, `[]`, "GET /schemas/guids/01020300-0000-0000-0000-000000000000/ids"},
		"SchemaTypes": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SchemaTypes(ctx)
			return err
		}, `["AVRO"]`, "GET /schemas/types"},
		"Config": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Config(ctx, subject, true)
			return err
		}, `{}`, "GET /config/" + escaped + "?defaultToGlobal=true"},
		"SetConfig": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SetConfig(ctx, "", client.ConfigUpdate{
				Compatibility: client.Set("FULL"), Alias: client.Unset[string](), Normalize: client.Set(false),
			})
			return err
		}, `{}`, `PUT /config {"alias":null,"normalize":false,"compatibility":"FULL"}`},
		"DeleteConfig": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteConfig(ctx, ":.eu:")
			return err
		}, `{}`, "DELETE /config/:.eu:"},
		"Mode": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Mode(ctx, "", false)
			return err
		}, `{"mode":"READWRITE"}`, "GET /mode"},
		"SetMode": {func(ctx context.Context, c *client.Client) error {
			return c.SetMode(ctx, "s", "IMPORT", true)
		}, `{"mode":"IMPORT"}`, `PUT /mode/s?force=true {"mode":"IMPORT"}`},
		"DeleteMode": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteMode(ctx, "s", true)
			return err
		}, `{}`, "DELETE /mode/s?recursive=true"},
		"CheckHistory": {func(ctx context.Context, c *client.Client) error {
			_, err := c.CheckHistory(ctx, subject, req, client.CheckOptions{Verbose: true})
			return err
		}, `{"is_compatible":true}`, "POST /compatibility/subjects/" + escaped + `/versions?verbose=true {"schema":"\"string\""}`},
		"CheckVersion": {func(ctx context.Context, c *client.Client) error {
			_, err := c.CheckVersion(ctx, "s", 3, req, client.CheckOptions{Normalize: true})
			return err
		}, `{"is_compatible":true}`, `POST /compatibility/subjects/s/versions/3?normalize=true {"schema":"\"string\""}`},
		"Contexts": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Contexts(ctx, ".e")
			return err
		}, `["."]`, "GET /contexts?contextPrefix=.e"},
		"DeleteContext": {func(ctx context.Context, c *client.Client) error {
			return c.DeleteContext(ctx, ".eu")
		}, ``, "DELETE /contexts/.eu"},
		"ServerVersion": {func(ctx context.Context, c *client.Client) error {
			_, err := c.ServerVersion(ctx)
			return err
		}, `{}`, "GET /v1/metadata/version"},
		"ServerID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.ServerID(ctx)
			return err
		}, `{}`, "GET /v1/metadata/id"},
		"AssociationsOfTopic": {func(ctx context.Context, c *client.Client) error {
			_, err := c.AssociationsOfTopic(ctx, "", "orders", "value")
			return err
		}, `[]`, "GET /associations/resources/-/orders?associationType=value&resourceType=topic"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got string
			c := connect(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = strings.TrimSpace(r.Method + " " + r.URL.RequestURI() + " " + string(body))
				answer(200, tt.reply)(w, r)
			})
			if err := tt.call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		opts     client.Options
		user     string
		wantAuth string
	}{
		"none":            {},
		"user in the URL": {user: "ann:s3c@", wantAuth: "Basic YW5uOnMzYw=="},
		"basic":           {opts: client.Options{Auth: client.BasicAuth("bob", "pw")}, user: "ann:s3c@", wantAuth: "Basic Ym9iOnB3"},
		"bearer":          {opts: client.Options{Auth: client.BearerToken("tok")}, wantAuth: "Bearer tok"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got http.Header
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r.Header
				answer(200, `{"id":1}`)(w, r)
			}))
			t.Cleanup(server.Close)
			tt.opts.URLs = []string{strings.Replace(server.URL, "http://", "http://"+tt.user, 1)}
			tt.opts.UserAgent = "accord/test"
			c, err := client.New(tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Register(t.Context(), "s", client.RegisterRequest{Schema: "x"}, client.RegisterOptions{}); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{
				"Authorization": tt.wantAuth,
				"User-Agent":    "accord/test",
				"Content-Type":  "application/vnd.schemaregistry.v1+json",
			}
			for name, value := range want {
				if got.Get(name) != value {
					t.Errorf("%s: got %q, want %q", name, got.Get(name), value)
				}
			}
			if !strings.HasPrefix(got.Get("Accept"), "application/vnd.schemaregistry.v1+json") {
				t.Errorf("Accept: got %q", got.Get("Accept"))
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "localhost:8081", "ftp://h", "http://", "http://h?x=1", "http://u:secret@h:port", "/path", "http://h#f"} {
		_, err := client.New(client.Options{URLs: []string{raw}})
		if err == nil {
			t.Errorf("New(%q) did not fail", raw)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("New(%q) shows the password: %v", raw, err)
		}
	}
	if _, err := client.New(client.Options{}); err == nil {
		t.Error("New without URLs did not fail")
	}
}

func TestBasePath(t *testing.T) {
	t.Parallel()
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.EscapedPath()
		answer(200, `[]`)(w, r)
	}))
	t.Cleanup(server.Close)
	c, err := client.New(client.Options{URLs: []string{server.URL + "/registry%2Fone/"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Versions(t.Context(), "a/b", client.VersionsOptions{}); err != nil {
		t.Fatal(err)
	}
	if want := "/registry%2Fone/subjects/a%2Fb/versions"; got != want {
		t.Errorf("path %s, want %s", got, want)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 5000)
	tests := map[string]struct {
		status int
		body   string
		want   client.Error
		text   string
	}{
		"registry's": {404, `{"error_code":40401,"message":"Subject 's' not found."}`,
			client.Error{Status: 404, Code: 40401, Message: "Subject 's' not found."}, "Subject 's' not found."},
		"with findings": {422, `{"error_code":42290,"message":"no","findings":[{"code":"DOC_MISSING","severity":"error","message":"m"}]}`,
			client.Error{Status: 422, Code: 42290, Message: "no", Findings: []finding.Finding{{Code: "DOC_MISSING", Severity: finding.Error, Message: "m"}}}, "no"},
		"proxy's page": {403, "<html>\n <b>Forbidden</b>\xff</html>",
			client.Error{Status: 403, Message: "<html> <b>Forbidden</b>?</html>"}, "HTTP 403 Forbidden: <html> <b>Forbidden</b>?</html>"},
		"other JSON": {404, `{"error":"nope"}`,
			client.Error{Status: 404, Message: `{"error":"nope"}`}, `HTTP 404 Not Found: {"error":"nope"}`},
		"empty": {500, "", client.Error{Status: 500}, "HTTP 500 Internal Server Error"},
		"long":  {500, long, client.Error{Status: 500, Message: long[:200] + "…"}, "HTTP 500 Internal Server Error: " + long[:200] + "…"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, answer(tt.status, tt.body))
			_, err := c.Subjects(t.Context(), client.SubjectsOptions{})
			var got *client.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want *client.Error", err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if got.Error() != tt.text {
				t.Errorf("text %q, want %q", got.Error(), tt.text)
			}
		})
	}
}

func TestErrorKinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err          client.Error
		missing, bad bool
	}{
		{client.Error{Status: 404, Code: 40401}, true, false},
		{client.Error{Status: 404, Code: 404}, false, false}, // no such path, says nothing of the subject
		{client.Error{Status: 404}, false, false},
		{client.Error{Status: 409, Code: 409}, false, true},
		{client.Error{Status: 409, Code: 40901}, false, true},
		{client.Error{Status: 409, Code: 40904}, false, false},
	} {
		if got := client.NotFound(&tt.err); got != tt.missing {
			t.Errorf("NotFound(%+v) = %v", tt.err, got)
		}
		if got := tt.err.Incompatible(); got != tt.bad {
			t.Errorf("Incompatible(%+v) = %v", tt.err, got)
		}
	}
}

func TestAnswersThatAreNot(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"page": "<html>", "empty": "", "other type": `{"a":1}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, answer(200, body))
			if _, err := c.Subjects(t.Context(), client.SubjectsOptions{}); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestResponseIsBounded(t *testing.T) {
	t.Parallel()
	body, _ := json.Marshal([]string{strings.Repeat("x", 1000)})
	for limit, fits := range map[int64]bool{int64(len(body)): true, int64(len(body)) - 1: false} {
		c := connectWith(t, client.Options{MaxResponse: limit}, answer(200, string(body)))
		if _, err := c.Subjects(t.Context(), client.SubjectsOptions{}); (err == nil) != fits {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestSchemasPages(t *testing.T) {
	t.Parallel()
	const total = 2345
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		var offset, limit int
		q := r.URL.Query()
		_ = json.Unmarshal([]byte(q.Get("offset")), &offset)
		_ = json.Unmarshal([]byte(q.Get("limit")), &limit)
		page := []client.Schema{}
		for v := offset + 1; v <= min(offset+limit, total); v++ {
			page = append(page, client.Schema{Version: v})
		}
		_ = json.NewEncoder(w).Encode(page)
	})
	next := 1
	for s, err := range c.Schemas(t.Context(), client.SchemasOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if s.Version != next {
			t.Fatalf("version %d, want %d", s.Version, next)
		}
		next++
	}
	if next != total+1 {
		t.Errorf("%d schemas, want %d", next-1, total)
	}
	for range c.Schemas(t.Context(), client.SchemasOptions{}) {
		break // stopping early asks for nothing more and does not panic
	}
}

func TestSchemasStopsAtError(t *testing.T) {
	t.Parallel()
	c := connect(t, answer(500, `{"error_code":50001,"message":"store"}`))
	seen := 0
	for _, err := range c.Schemas(t.Context(), client.SchemasOptions{}) {
		seen++
		if err == nil {
			t.Error("no error")
		}
	}
	if seen != 1 {
		t.Errorf("yielded %d times", seen)
	}
}

// counted answers with the statuses in turn, the last one for ever.
func counted(calls *atomic.Int32, header http.Header, statuses ...int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n := int(calls.Add(1))
		status := statuses[min(n, len(statuses))-1]
		for name, values := range header {
			w.Header()[name] = values
		}
		if status == 0 {
			panic(http.ErrAbortHandler) // the connection breaks
		}
		answer(status, `[]`)(w, r)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	read := func(ctx context.Context, c *client.Client) error {
		_, err := c.Subjects(ctx, client.SubjectsOptions{})
		return err
	}
	remove := func(ctx context.Context, c *client.Client) error {
		_, err := c.DeleteSubject(ctx, "s", false)
		return err
	}
	tests := map[string]struct {
		call     func(context.Context, *client.Client) error
		retries  int
		header   http.Header
		statuses []int
		calls    int32
		fails    bool
	}{
		"read, each status": {read, 5, nil, []int{408, 429, 502, 503, 504, 200}, 6, false},
		"read, connection":  {read, 0, nil, []int{0, 0, 200}, 3, false},
		"read, gives up":    {read, 2, nil, []int{503}, 3, true},
		"read, never":       {read, -1, nil, []int{503}, 1, true},
		"read, plain 500":   {read, 0, nil, []int{500}, 1, true},
		"read, refused":     {read, 0, nil, []int{404}, 1, true},
		"delete, busy":      {remove, 0, nil, []int{429, 200}, 2, false},
		"delete, unsure":    {remove, 0, nil, []int{503, 200}, 1, true},
		"delete, broken":    {remove, 0, nil, []int{0, 200}, 1, true},
		"asks for a moment": {read, 0, http.Header{"Retry-After": {"0"}}, []int{503, 200}, 2, false},
		"asks for too long": {read, 0, http.Header{"Retry-After": {"3600"}}, []int{503, 200}, 1, true},
		"asks by date": {read, 0, http.Header{
			"Date": {"Mon, 02 Jan 2006 15:04:05 GMT"}, "Retry-After": {"Mon, 02 Jan 2006 16:04:05 GMT"},
		}, []int{503, 200}, 1, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			c := connectWith(t, client.Options{Retries: tt.retries}, counted(&calls, tt.header, tt.statuses...))
			if err := tt.call(t.Context(), c); (err != nil) != tt.fails {
				t.Errorf("error %v, want one: %v", err, tt.fails)
			}
			if got := calls.Load(); got != tt.calls {
				t.Errorf("%d calls, want %d", got, tt.calls)
			}
		})
	}
}

func TestRegisterRepeats(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		req   client.RegisterRequest
		calls int32
	}{
		"plain":     {client.RegisterRequest{}, 2},
		"versioned": {client.RegisterRequest{Version: 3}, 1},
		"tagging":   {client.RegisterRequest{SchemaTagsToAdd: []schema.ElementTags{{}}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			c := connect(t, counted(&calls, nil, 502, 404))
			_, _ = c.Register(t.Context(), "s", tt.req, client.RegisterOptions{})
			if got := calls.Load(); got != tt.calls {
				t.Errorf("%d calls, want %d", got, tt.calls)
			}
		})
	}
}

func TestFailover(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	dead := httptest.NewServer(nil)
	dead.Close()
	c := connectWith(t, client.Options{URLs: []string{dead.URL}}, counted(&calls, nil, 200))
	for range 3 {
		// Even a delete: a connection that was never made did nothing.
		if _, err := c.DeleteSubject(t.Context(), "s", false); err != nil {
			t.Fatal(err)
		}
	}
	if got := calls.Load(); got != 3 {
		t.Errorf("%d calls, want 3", got)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	dead := httptest.NewServer(nil)
	dead.Close()
	c, err := client.New(client.Options{URLs: []string{strings.Replace(dead.URL, "//", "//u:secret@", 1)}, Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Subjects(t.Context(), client.SubjectsOptions{})
	var lost *client.UnreachableError
	if !errors.As(err, &lost) {
		t.Fatalf("got %v, want *client.UnreachableError", err)
	}
	var op *net.OpError
	if !errors.As(err, &op) {
		t.Errorf("%v does not carry the cause", err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the password shows: %v", err)
	}
}

func TestContextEndsTheWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int32
	c := connectWith(t, client.Options{Retries: 1000}, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 2 {
			cancel()
		}
		answer(503, "")(w, r)
	})
	if _, err := c.Subjects(ctx, client.SubjectsOptions{}); err == nil {
		t.Error("no error")
	}
	if got := calls.Load(); got > 3 {
		t.Errorf("%d calls after the context ended", got)
	}
}
