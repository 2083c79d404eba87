package client_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/accordhq/accord/registry/client"
)

// offsets answers each request with the next offset and keeps what was sent.
type offsets struct {
	mu      sync.Mutex
	answers []string
	sent    []string
	unknown string // this one is refused
}

func (o *offsets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	demanded := r.Header.Get("Accord-Offset")
	o.sent = append(o.sent, demanded)
	if demanded != "" && demanded == o.unknown {
		answer(http.StatusPreconditionFailed, `{"error_code":412,"message":"no such offset"}`)(w, r)
		return
	}
	if len(o.answers) > 0 {
		w.Header().Set("Accord-Offset", o.answers[0])
		o.answers = o.answers[1:]
	}
	answer(http.StatusOK, `[]`)(w, r)
}

// A client demands the newest of its own writes, whatever other answers say.
func TestAClientReadsItsOwnWrites(t *testing.T) {
	t.Parallel()
	registry := &offsets{answers: []string{"3", "7.1", "", "5.2", "nonsense"}}
	c := connect(t, registry.ServeHTTP)
	read := func() error {
		_, err := c.Subjects(t.Context(), client.SubjectsOptions{})
		return err
	}
	write := func() error {
		_, err := c.DeleteSubject(t.Context(), "s", false)
		return err
	}
	for _, call := range []func() error{read, write, read, write, write, read} {
		if err := call(); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"", "", "7.1", "7.1", "7.2", "7.2"}; !slices.Equal(registry.sent, want) {
		t.Errorf("sent %q, want %q", registry.sent, want)
	}
}

// A registry that was started over does not know the offset: it is forgotten.
func TestAnUnknownOffsetIsForgotten(t *testing.T) {
	t.Parallel()
	registry := &offsets{answers: []string{"9"}, unknown: "9"}
	c := connect(t, registry.ServeHTTP)
	for range 2 {
		if _, err := c.DeleteSubject(t.Context(), "s", false); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"", "9", ""}; !slices.Equal(registry.sent, want) {
		t.Errorf("sent %q, want %q", registry.sent, want)
	}
}
