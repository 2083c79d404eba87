package api

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// TestRememberedAnswers asks for an id twice in each state it can be in.
func TestRememberedAnswers(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	read := func(target string) client.SchemaString {
		t.Helper()
		first := ask[client.SchemaString](t, s, http.MethodGet, target, "", http.StatusOK)
		again := s.send(t, http.MethodGet, target, "", nil)
		if got := fmt.Sprint(again.Body.Len()); again.Header().Get("Content-Length") != got {
			t.Errorf("%s: Content-Length is %s, the body has %s bytes", target, again.Header().Get("Content-Length"), got)
		}
		if second := ask[client.SchemaString](t, s, http.MethodGet, target, "", http.StatusOK); second.Schema != first.Schema {
			t.Errorf("%s: first %+v, then %+v", target, first, second)
		}
		return first
	}
	const body = `{"schema":"\"string\""}`
	for _, subject := range []string{"a", "b"} {
		ask[client.RegisterResponse](t, s, http.MethodPost, "/subjects/"+subject+"/versions", body, http.StatusOK)
	}
	for target, want := range map[string]string{
		"/schemas/ids/1": "a", "/schemas/ids/1?subject=b": "b", "/schemas/ids/1?fetchMaxId=false&subject=b": "b",
	} {
		if got := read(target); got.Subject != want || *got.Deleted || got.MaxID != nil || got.Subjects != nil {
			t.Errorf("%s: %+v", target, got)
		}
	}
	if got := read("/schemas/ids/1?fetchMaxId=true"); got.MaxID == nil || *got.MaxID != 1 {
		t.Errorf("with fetchMaxId: %+v", got)
	}
	if got := read("/schemas/ids/1?includeSubjects=true"); len(got.Subjects) != 2 {
		t.Errorf("with includeSubjects: %+v", got)
	}
	for _, subject := range []string{"a", "b"} {
		ask[[]int](t, s, http.MethodDelete, "/subjects/"+subject, "", http.StatusOK)
	}
	if got := read("/schemas/ids/1"); !*got.Deleted {
		t.Errorf("after the deletion: %+v", got)
	}
	ask[[]int](t, s, http.MethodDelete, "/subjects/a?permanent=true", "", http.StatusOK)
	ask[[]int](t, s, http.MethodDelete, "/subjects/b?permanent=true", "", http.StatusOK)
	ask[client.ErrorBody](t, s, http.MethodGet, "/schemas/ids/1", "", http.StatusNotFound)
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	var a answers
	key := func(i int) answerKey { return answerKey{at: registry.NewOffset(int64(i), 0)} }
	const each, count = 1 << 20, 200
	for i := range count {
		a.add(key(i), &ready{body: make([]byte, each)})
		if a.find(key(0)) == nil {
			t.Fatalf("the answer in use was forgotten after %d others", i)
		}
	}
	if kept := len(a.young) + len(a.old); kept*each > 2*maxAnswers+each {
		t.Errorf("%d answers of %d bytes are kept", kept, each)
	}
	if a.find(key(1)) != nil {
		t.Error("an answer that nobody asked for was kept")
	}
}
