package client

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// offsetHeader is how far into its log an Accord registry had read when it
// answered. Sent back, it makes any node of the same registry answer from a
// state at least as new. Other registries know nothing of it.
const offsetHeader = "Accord-Offset"

// offset is one or two numbers joined by a dot, each of which only grows.
type offset struct{ main, side int64 }

func parseOffset(s string) (o offset, ok bool) {
	first, second, two := strings.Cut(s, ".")
	var err error
	if o.main, err = strconv.ParseInt(first, 10, 64); err == nil && two {
		o.side, err = strconv.ParseInt(second, 10, 64)
	}
	return o, err == nil
}

func (o offset) String() string {
	if o.side == 0 {
		return strconv.FormatInt(o.main, 10)
	}
	return fmt.Sprintf("%d.%d", o.main, o.side)
}

// written is the offset that holds every write a client made.
type written struct{ at atomic.Pointer[offset] }

// note takes in the answer to a write.
func (w *written) note(header http.Header) {
	got, ok := parseOffset(header.Get(offsetHeader))
	for ok {
		have := w.at.Load()
		if have != nil {
			got = offset{max(got.main, have.main), max(got.side, have.side)}
		}
		if w.at.CompareAndSwap(have, &got) {
			return
		}
	}
}

// demand asks for an answer that knows of every write.
func (w *written) demand(header http.Header) {
	if have := w.at.Load(); have != nil {
		header.Set(offsetHeader, have.String())
	}
}

// forget drops an offset that the registry does not know: it was started over,
// or restored.
func (w *written) forget() { w.at.Store(nil) }
