// Package marquez serves lineage to the tools that exist: it takes OpenLineage
// events as every emitter sends them, and answers Marquez's read API, so that
// its web UI and clients work unchanged (lineage reference, 1.6 and 2).
package marquez

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/accordhq/accord/lineage"
)

// Prefix is the path below which everything is served.
const Prefix = "/api/v1"

// DefaultMaxBody is the largest event or batch taken, in bytes and not
// compressed: Spark sends events of 10 MB.
const DefaultMaxBody = 16 << 20

// Options configure a Handler. Store, Graph and Now are required.
type Options struct {
	Store lineage.Store
	// Graph is the newest graph.
	Graph func() *lineage.Graph
	Now   func() time.Time
	// Logger receives what clients must not see of an internal error.
	Logger  *slog.Logger
	MaxBody int64
}

// Handler serves the API. It is safe for concurrent use.
type Handler struct {
	opts Options
	// decoding bounds how many bodies are in memory at a time, so that a flood
	// of events takes neither memory nor processors from the registry.
	decoding chan struct{}
}

// concurrent is how many bodies are decoded at a time.
const concurrent = 4

// New returns the API over a store and its graph.
func New(opts Options) *Handler {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.MaxBody <= 0 {
		opts.MaxBody = DefaultMaxBody
	}
	return &Handler{opts: opts, decoding: make(chan struct{}, concurrent)}
}

// Route adds the API's routes to a router.
func (h *Handler) Route(r chi.Router) {
	r.Post(Prefix+"/lineage", h.serve(h.ingest))
	r.Post(Prefix+"/lineage/batch", h.serve(h.ingestBatch))
}

// answer is a status and what is sent as JSON; a nil body sends none.
type answer struct {
	status int
	body   any
}

// fault is bad news for the client, in Marquez's form.
type fault struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	// Path is the place in the event that is wrong; only Accord says it.
	Path string `json:"path,omitempty"`
}

// Error implements error.
func (f *fault) Error() string { return f.Message }

func faultf(status int, format string, args ...any) *fault {
	return &fault{Code: status, Message: fmt.Sprintf(format, args...)}
}

// serve makes a function that answers a request an http.HandlerFunc.
func (h *Handler) serve(f func(r *http.Request) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, err := f(r)
		if err != nil {
			known := h.faultOf(r, err)
			a = answer{known.Code, known}
			if known.Code == http.StatusServiceUnavailable {
				w.Header().Set("Retry-After", "1")
			}
		}
		if a.body == nil {
			w.WriteHeader(a.status)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(a.body) // fails only when the client is gone
	}
}

// faultOf tells what the client may know of an error. A store that does not
// answer is 503, so that emitters try again.
func (h *Handler) faultOf(r *http.Request, err error) *fault {
	known := new(fault)
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return faultf(http.StatusServiceUnavailable, "the request was given up: send it again")
	}
	h.opts.Logger.Error("lineage request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	return faultf(http.StatusServiceUnavailable, "lineage cannot be stored or read now: send it again")
}
