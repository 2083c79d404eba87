package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/memlog"
)

// pair is two nodes that share a log and hear nothing of one another.
func pair(t *testing.T) (a, b *server) {
	t.Helper()
	log := memlog.New()
	return serverOn(t, logtest.Deaf(log), Options{}), serverOn(t, logtest.Deaf(log), Options{})
}

// What one node wrote, the other answers at once, wherever it did not know.
func TestAnotherNodesWrites(t *testing.T) {
	t.Parallel()
	const intSchema = `{"schema":"\"int\""}`
	for _, c := range []struct{ method, target, body string }{
		{http.MethodGet, "/subjects/s/versions", ""},
		{http.MethodGet, "/subjects/s/versions/1", ""},
		{http.MethodGet, "/subjects/s/versions/latest/schema", ""},
		{http.MethodGet, "/subjects/alias/versions/1", ""},
		{http.MethodGet, "/schemas/ids/1", ""},
		{http.MethodGet, "/schemas/ids/1/versions", ""},
		{http.MethodGet, "/config/s", ""},
		{http.MethodGet, "/mode/s", ""},
		{http.MethodPost, "/subjects/s", intSchema},
		{http.MethodPost, "/compatibility/subjects/s/versions/1", intSchema},
		{http.MethodPut, "/config/s", `{"compatibility":"FULL"}`},
		{http.MethodDelete, "/subjects/s", ""},
		{http.MethodDelete, "/config/s", ""},
		{http.MethodGet, "/accord/v1/contracts/orders-value", ""},
		{http.MethodPost, "/accord/v1/changes", `{"dryRun":true,"schemas":[{"subject":"t","schema":"\"int\"","references":[{"name":"s","subject":"s","version":1}]}]}`},
	} {
		t.Run(c.method+c.target, func(t *testing.T) {
			t.Parallel()
			a, b := pair(t)
			a.does(t, http.MethodPost, "/subjects/s/versions", intSchema)
			a.does(t, http.MethodPut, "/config/s", `{"compatibility":"NONE"}`)
			a.does(t, http.MethodPut, "/mode/s", `{"mode":"READWRITE"}`)
			a.does(t, http.MethodPut, "/config/alias", `{"alias":"s"}`)
			a.does(t, http.MethodPut, "/accord/v1/contracts/orders-value", encode(t, client.ContractFile{Text: ordersContract}))
			b.does(t, c.method, c.target, c.body)
		})
	}
}

// A dry run's refusal is no error, and yet rests on what other nodes wrote.
func TestADryRunKnowsAnotherNodesWrites(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	a.does(t, http.MethodPost, "/subjects/s/versions", `{"schema":"\"int\""}`)
	got := b.send(t, http.MethodPost, "/accord/v1/changes", `{"dryRun":true,"schemas":[{"subject":"s","schema":"\"string\""}]}`, nil)
	if !strings.Contains(got.Body.String(), `"refused":{"error_code":40901`) {
		t.Errorf("answer is %d %s", got.Code, got.Body)
	}
}

// A client that sends an answer's offset back is answered from a state at
// least as new.
func TestOffsetOfAnAnswerSentBack(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	a.does(t, http.MethodPost, "/subjects/s/versions", `{"schema":"\"int\""}`)
	b.does(t, http.MethodGet, "/subjects/s/versions/latest", "")
	a.does(t, http.MethodPost, "/subjects/s/versions", `{"schema":"\"int\"", "metadata":{"properties":{"v":"2"}}}`)
	wrote := a.send(t, http.MethodDelete, "/subjects/s/versions/1", "", nil).Header().Get(offsetHeader)

	if got := b.send(t, http.MethodGet, "/subjects/s/versions", "", nil).Body.String(); got != "[1]" {
		t.Fatalf("versions = %s: the other node heard of the writes, this test shows nothing", got)
	}
	got := b.send(t, http.MethodGet, "/subjects/s/versions", "", http.Header{offsetHeader: {wrote}})
	if got.Body.String() != "[2]" || got.Header().Get(offsetHeader) != wrote {
		t.Errorf("versions at %s = %s at %s", wrote, got.Body, got.Header().Get(offsetHeader))
	}
}

func TestOffsetsThatMeanNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	for offset, status := range map[string]int{
		"":      http.StatusBadRequest,
		"abc":   http.StatusBadRequest,
		"-1":    http.StatusBadRequest,
		"1.2.3": http.StatusBadRequest,
		"1":     http.StatusPreconditionFailed,
		"99.9":  http.StatusPreconditionFailed,
		"0":     http.StatusOK,
	} {
		if got := s.send(t, http.MethodGet, "/subjects", "", http.Header{offsetHeader: {offset}}); got.Code != status {
			t.Errorf("offset %q: %d %s, want %d", offset, got.Code, got.Body, status)
		}
	}
}

// does sends a request that must succeed.
func (s *server) does(t *testing.T, method, target, body string) {
	t.Helper()
	if got := s.send(t, method, target, body, nil); got.Code != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, target, got.Code, got.Body)
	}
}
