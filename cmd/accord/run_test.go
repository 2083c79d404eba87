package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// against runs a command against a registry that answers every request alike,
// and returns exit code, output and errors.
func against(t *testing.T, status int, body string, adapt func(*env), args ...string) (code int, out, errs string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	var stdout, stderr bytes.Buffer
	e := testEnv(&stdout, &stderr)
	e.lookup = func(name string) (string, bool) {
		if name == registryEnv {
			return server.URL, true
		}
		return "", false
	}
	if adapt != nil {
		adapt(&e)
	}
	code = run(t.Context(), args, e)
	return code, stdout.String(), strings.ReplaceAll(stderr.String(), server.URL, "REGISTRY")
}

// TestRefusals shows what people read when a registry, or what stands before
// it, says no.
func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		args   []string
		code   int
		want   string
	}{
		"findings": {
			422, `{"error_code":42290,"message":"the schema is not documented","findings":[
				{"code":"DOC_MISSING","severity":"error","path":"Order.id","message":"the field says nothing of itself","hint":"add a doc"},
				{"code":"OWNER_MISSING","severity":"warning","message":"nobody owns \u001b[31mit"}]}`,
			[]string{"schema", "delete", "orders"},
			exitFindings,
			`accord: the schema is not documented
Order.id: error   DOC_MISSING the field says nothing of itself
    hint: add a doc
          warning OWNER_MISSING nobody owns ·[31mit
hint: add what is missing; 'accord config set orders --governance advise' lets it pass and be shown
`,
		},
		"a proxy's page": {
			403, "<html>\n<h1>Forbidden</h1></html>",
			[]string{"schema", "list"},
			exitFailed,
			`accord: HTTP 403 Forbidden: <html> <h1>Forbidden</h1></html>
hint: that answer is no schema registry's; check --registry and what stands before it
`,
		},
		"no registry at all": {
			200, "<html>",
			[]string{"schema", "list"},
			exitFailed,
			`accord: GET /schemas: the answer is not what a schema registry sends: invalid character '<' looking for beginning of value
`,
		},
		"a subject to quote": {
			404, `{"error_code":40402,"message":"Version 9 not found."}`,
			[]string{"schema", "get", "it's (mine)@9"},
			exitFailed,
			`accord: Version 9 not found.
hint: 'accord schema versions 'it'\''s (mine)' --deleted' shows every version
`,
		},
		"an old registry's code": {
			409, `{"error_code":409,"message":"incompatible"}`,
			[]string{"schema", "delete", "orders"},
			exitFindings,
			`accord: incompatible
hint: change the schema as it says; 'accord config get orders' shows the level that applies
`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := against(t, tt.status, tt.body, nil, tt.args...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if out != "" {
				t.Errorf("standard output: %s", out)
			}
			if diff := cmp.Diff(tt.want, errs); diff != "" {
				t.Errorf("standard error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOldRegistry: registries before 8.0 leave out what newer ones say.
func TestOldRegistry(t *testing.T) {
	t.Parallel()
	stdin := func(e *env) { e.stdin = strings.NewReader(`"string"`) }
	_, out, _ := against(t, 200, `{"id":7}`, stdin, "schema", "register", "orders", "--file", "-", "--type", "avro")
	if want := "Registered orders: id 7\n"; out != want {
		t.Errorf("register: %q, want %q", out, want)
	}
	_, out, _ = against(t, 200, `{"subject":"orders","version":1,"id":7,"schema":"\"string\""}`, nil, "schema", "get", "orders")
	want := `Subject  orders
Version  1
ID       7
Type     AVRO

"string"
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("get (-want +got):\n%s", diff)
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	terminal := func(e *env) { e.isTTY = func(any) bool { return true } }
	_, out, _ := against(t, 200, `[]`, terminal, "schema", "versions", "orders")
	if want := "\x1b[1mVERSION  ID  TYPE  REFS  REGISTERED\x1b[0m\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"schema", "list"}, testEnv(&out, &errs)); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if want := "accord: interrupted\n"; errs.String() != want {
		t.Errorf("got %q, want %q", errs.String(), want)
	}
}
