package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

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
