package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 5000)
	tests := map[string]struct {
		status int
		body   string
		want   client.Error
		text   string
	}{
		"registry's": {
			404, `{"error_code":40401,"message":"Subject 's' not found."}`,
			client.Error{Status: 404, Code: 40401, Message: "Subject 's' not found."},
			"Subject 's' not found.",
		},
		"with findings": {
			422, `{"error_code":42290,"message":"no","findings":[{"code":"DOC_MISSING","severity":"error","message":"m"}]}`,
			client.Error{Status: 422, Code: 42290, Message: "no", Findings: []finding.Finding{{Code: "DOC_MISSING", Severity: finding.Error, Message: "m"}}},
			"no",
		},
		"proxy's page": {
			403, "<html>\n <b>Forbidden</b>\xff</html>",
			client.Error{Status: 403, Message: "<html> <b>Forbidden</b>?</html>"},
			"HTTP 403 Forbidden: <html> <b>Forbidden</b>?</html>",
		},
		"other JSON": {
			404, `{"error":"nope"}`,
			client.Error{Status: 404, Message: `{"error":"nope"}`},
			`HTTP 404 Not Found: {"error":"nope"}`,
		},
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
