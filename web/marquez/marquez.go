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
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/accordhq/accord/lineage"
)

// Prefix is the path below which almost everything is served; betaPrefix is that
// of what Marquez asks its search engine.
const (
	Prefix     = "/api/v1"
	betaPrefix = "/api/v2beta"
)

// DefaultMaxBody is room for what Spark sends: events of 10 MB.
const DefaultMaxBody = 16 << 20

// Options configure a Handler. Store, Graph and Now are required.
type Options struct {
	Store lineage.Store
	// Graph is the newest graph.
	Graph func() *lineage.Graph
	Now   func() time.Time
	// Logger receives what clients must not see of an internal error. Default:
	// discarded.
	Logger *slog.Logger
	// MaxBody is the largest event or batch taken, in bytes and not compressed.
	// Default DefaultMaxBody.
	MaxBody int64
}

// Handler serves the API. It is safe for concurrent use.
type Handler struct {
	opts Options
	// large bounds how many large bodies are in memory at a time, decoding how
	// many of any size are decoded, so that a flood of events takes neither
	// memory nor processors from the registry. Nobody who decodes waits for a
	// client or the store.
	large, decoding chan struct{}
}

// Bounds of what is done at a time.
const (
	concurrent = 4
	// largeBody is the size from which a body waits for its turn to be read, so
	// that clients who are slow to send one keep no others out.
	largeBody = 64 << 10
)

// New returns the API over a store and its graph.
func New(opts Options) *Handler {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.MaxBody <= 0 {
		opts.MaxBody = DefaultMaxBody
	}
	return &Handler{opts: opts, large: make(chan struct{}, concurrent), decoding: make(chan struct{}, concurrent)}
}

// Route adds the API's routes to a router that sees paths still escaped: names
// hold slashes.
func (h *Handler) Route(r chi.Router) {
	r.Post(Prefix+"/lineage", h.serve(h.ingest))
	r.Post(Prefix+"/lineage/batch", h.serve(h.ingestBatch))
	r.Put(Prefix+"/namespaces/{namespace}", h.serve(plain(h.keepNamespace)))
	for _, read := range []struct {
		path   string
		answer func(*http.Request) (any, error)
	}{
		{"/lineage", h.lineage},
		{"/column-lineage", h.columnLineage},
		{"/runlineage/upstream", h.upstream},
		{"/namespaces", h.namespaces},
		{"/namespaces/{namespace}", h.namespace},
		{"/namespaces/{namespace}/datasets", h.datasets},
		{"/namespaces/{namespace}/datasets/{dataset}", h.dataset},
		{"/namespaces/{namespace}/datasets/{dataset}/versions", h.datasetVersions},
		{"/namespaces/{namespace}/datasets/{dataset}/versions/{version}", h.datasetVersion},
		{"/namespaces/{namespace}/jobs", h.jobs},
		{"/namespaces/{namespace}/jobs/{job}", h.job},
		{"/namespaces/{namespace}/jobs/{job}/runs", h.jobRuns},
		{"/namespaces/{namespace}/jobs/{job}/versions", h.jobVersions},
		{"/namespaces/{namespace}/jobs/{job}/versions/{version}", h.jobVersion},
		{"/jobs", h.allJobs},
		{"/jobs/runs/{run}", h.run},
		{"/jobs/runs/{run}/facets", h.runFacets},
		{"/search", h.search},
		{"/tags", h.tags},
		{"/events", h.events}, // as the Python client asks for them
		{"/events/lineage", h.events},
		{"/sources", h.sources},
		{"/sources/{source}", h.source},
		{"/stats/lineage-events", h.runStats},
		{"/stats/jobs", h.jobStats},
		{"/stats/datasets", h.datasetStats},
		{"/stats/sources", h.sourceStats},
	} {
		r.Get(Prefix+read.path, h.serve(plain(read.answer)))
	}
	r.Get(betaPrefix+"/search/jobs", h.serve(plain(h.hits(lineage.JobNode))))
	r.Get(betaPrefix+"/search/datasets", h.serve(plain(h.hits(lineage.DatasetNode))))
	// Not HEAD, which a router may take for GET where there is no route for it.
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		r.Method(method, Prefix+"/*", h.serve(unserved))
	}
}

// plain makes a function that tells something one that answers with it.
func plain(f func(*http.Request) (any, error)) func(*http.Request) (answer, error) {
	return func(r *http.Request) (answer, error) {
		body, err := f(r)
		return answer{http.StatusOK, body}, err
	}
}

// unserved answers what nothing else does. Whoever wants to write by the calls
// that Marquez had before OpenLineage, or to change what events said, is told
// how it is done.
func unserved(r *http.Request) (answer, error) {
	switch {
	case r.Method == http.MethodGet:
		return answer{}, faultf(http.StatusNotFound, "there is no %s", r.URL.Path)
	case strings.Contains(r.URL.Path, "/tags/"):
		return answer{}, faultf(http.StatusMethodNotAllowed, "tags are what events say: send an OpenLineage event with the tags facet to %s/lineage", Prefix)
	case r.Method == http.MethodDelete:
		return answer{}, faultf(http.StatusMethodNotAllowed, "nothing is deleted here: what is not seen any more is forgotten in time")
	}
	return answer{}, faultf(http.StatusMethodNotAllowed, "datasets, jobs and runs are what events say: send OpenLineage events to %s/lineage", Prefix)
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
			switch known.Code {
			case http.StatusServiceUnavailable:
				w.Header().Set("Retry-After", "1")
			case http.StatusMethodNotAllowed:
				w.Header().Set("Allow", http.MethodGet)
			}
		}
		if a.body == nil {
			w.WriteHeader(a.status)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		_ = out.Encode(a.body) // fails only when the client is gone
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
