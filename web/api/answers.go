package api

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/accordhq/accord/registry"
)

// maxAnswers bounds the remembered answers, in bytes; so many again may wait to
// be forgotten.
const maxAnswers = 32 << 20

// answerKey names a version in one state, as it is told in one dialect. A log
// never holds two entries at one offset, and of what an entry says of a version
// only the soft deletion may change later, so an answer never goes stale.
type answerKey struct {
	at      registry.Offset
	deleted bool
	dialect registry.Dialect
}

// ready is an encoded answer.
type ready struct {
	body   []byte
	length []string // of body, ready to be the value of a header
}

// answers remembers the answers to GET /schemas/ids/{id}, which every consumer
// asks for and which never change: escaping a text costs more than all else
// that is done for such a request. Two generations are kept: what is used moves
// into the young one, and when that is full, the old one is forgotten.
type answers struct {
	mu         sync.Mutex
	young, old map[answerKey]*ready
	size       int // of the bodies in young
}

// find returns a remembered answer, nil if there is none.
func (a *answers) find(key answerKey) *ready {
	a.mu.Lock()
	defer a.mu.Unlock()
	if found := a.young[key]; found != nil {
		return found
	}
	found := a.old[key]
	if found != nil {
		a.keep(key, found)
	}
	return found
}

func (a *answers) add(key answerKey, answer *ready) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keep(key, answer)
}

// keep puts an answer into the young generation. The caller holds mu.
func (a *answers) keep(key answerKey, answer *ready) {
	if a.young == nil || a.size+len(answer.body) > maxAnswers {
		a.old, a.young, a.size = a.young, map[answerKey]*ready{}, 0
	}
	a.young[key] = answer
	a.size += len(answer.body)
}

// schemaAnswer is a version as reads by id answer it when they ask for nothing
// else.
func (h *Handler) schemaAnswer(v registry.Version) *ready {
	key := answerKey{at: v.Stored, deleted: v.Deleted, dialect: h.reg.Dialect()}
	if found := h.answers.find(key); found != nil {
		return found
	}
	var text encoded
	if err := text.schemaString(h.schemaStringOf(v)); err != nil {
		panic(fmt.Sprintf("api: encode %s version %d: %v", v.Subject, v.Version, err)) // all answers are plain structs
	}
	made := &ready{body: text.b, length: []string{strconv.Itoa(len(text.b))}}
	h.answers.add(key, made)
	return made
}

func (a *ready) write(w http.ResponseWriter) {
	w.Header()["Content-Length"] = a.length
	_, _ = w.Write(a.body) // fails only when the client is gone
}
