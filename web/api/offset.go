package api

import (
	"net/http"

	"github.com/accordhq/accord/registry"
)

// offsetHeader carries an offset of the log, both ways. Every answer says how
// far the state it comes from has read. A client that sends an answer's offset
// back, to this node or another, is answered from a state at least as new: it
// reads its own writes, and nothing it saw vanishes.
const offsetHeader = "Accord-Offset"

// offsetText is an offset as it is sent.
type offsetText struct {
	offset registry.Offset
	header []string
}

// tellOffset puts the state's offset on an answer. Answers between two writes
// share its text.
func (h *Handler) tellOffset(header http.Header) {
	head := h.reg.Head()
	told := h.told.Load()
	if told == nil || told.offset != head {
		told = &offsetText{offset: head, header: []string{head.String()}}
		h.told.Store(told)
	}
	header[offsetHeader] = told.header
}

// awaitOffset waits for the state that a request demands, if it does.
func (h *Handler) awaitOffset(r *request) error {
	sent := r.Header[offsetHeader]
	if len(sent) == 0 {
		return nil
	}
	at, err := registry.ParseOffset(sent[0])
	if err != nil {
		return &requestError{status: http.StatusBadRequest, message: offsetHeader + ": " + err.Error()}
	}
	return h.reg.Await(r.Context(), at)
}
