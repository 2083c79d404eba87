package client

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRefusal: whatever a server or a proxy answers becomes an error that can
// be shown.
func FuzzRefusal(f *testing.F) {
	f.Add(404, []byte(`{"error_code":40401,"message":"Subject 's' not found."}`))
	f.Add(502, []byte("<html><body>Bad\x00 Gateway\xff</body></html>"))
	f.Add(500, []byte(`{"error_code":"x"}`))
	f.Add(401, []byte(nil))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		err := refusal(status, body)
		if err.Error() == "" && err.Code == 0 {
			t.Error("an error without a text")
		}
		if !utf8.ValidString(err.Message) {
			t.Errorf("message %q is not UTF-8", err.Message)
		}
		if err.Code == 0 && utf8.RuneCountInString(err.Message) > maxErrorText+1 {
			t.Errorf("message of %d characters", utf8.RuneCountInString(err.Message))
		}
	})
}

// FuzzEscapePath: a server that splits the raw path and then decodes gets back
// what was put in.
func FuzzEscapePath(f *testing.F) {
	f.Add("orders-value", "1")
	f.Add(":.eu:a/b", "..")
	f.Add("100%", "ü {}?#")
	f.Fuzz(func(t *testing.T, a, b string) {
		path := escapePath([]string{a, b})
		req, err := http.NewRequest(http.MethodGet, "http://h"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Split(req.URL.EscapedPath(), "/")
		if len(got) != 3 {
			t.Fatalf("%q became %d segments: %s", []string{a, b}, len(got)-1, req.URL.EscapedPath())
		}
		for i, want := range []string{a, b} {
			if decoded, err := url.PathUnescape(got[i+1]); err != nil || decoded != want {
				t.Errorf("%q became %q (%v)", want, decoded, err)
			}
		}
	})
}

// FuzzRetryAfter: no header makes the wait negative.
func FuzzRetryAfter(f *testing.F) {
	f.Add("120", "")
	f.Add("Mon, 02 Jan 2006 15:04:05 GMT", "Mon, 02 Jan 2006 15:04:00 GMT")
	f.Add("-1", "x")
	f.Fuzz(func(t *testing.T, after, date string) {
		h := http.Header{"Retry-After": {after}, "Date": {date}}
		if wait, _ := retryAfter(h); wait < 0 {
			t.Errorf("wait of %v", wait)
		}
	})
}
