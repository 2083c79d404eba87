package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/registry/client"
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
