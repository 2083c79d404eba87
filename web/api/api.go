// Package api serves Confluent's schema registry REST API over a
// registry.Registry, as the registry API reference describes it.
//
// A handler decodes a request, calls one method of the Registry and encodes
// what it returned; it holds no rules of its own. The three things that every
// request goes through live in files of their own: paths.go brings the path
// into one form, codec.go moves bodies, errors.go turns refusals into answers.
package api

import (
	_ "embed"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/accordhq/accord/registry"
)

// Options configure a Handler. The zero value is complete.
type Options struct {
	// Logger receives what clients must not see of an internal error.
	// Default: discarded.
	Logger *slog.Logger
	// MaxBody is the largest request body in bytes. Default 8 MiB.
	MaxBody int64
	// MaxListed is how many schemas GET /schemas answers at most and by
	// default (schema.search.max.limit). Default 1000.
	MaxListed int
	// Observations are what is known of lineage; nil observes nothing. Now is
	// the clock they are looked at by, required with them.
	Observations Observations
	Now          func() time.Time
	// Usage notes who uses which schema; nil notes nothing.
	Usage Usage
	// Build names the running program in /v1/metadata/version.
	Build string
	// KafkaCluster and Group name the clusters in /v1/metadata/id. Group
	// defaults to "schema-registry"; KafkaCluster is left out when empty.
	KafkaCluster, Group string
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 8 << 20
	}
	if o.MaxListed <= 0 {
		o.MaxListed = 1000
	}
	if o.Group == "" {
		o.Group = "schema-registry"
	}
	return o
}

// Handler is the REST API. It is safe for concurrent use.
type Handler struct {
	mux     *chi.Mux
	reg     *registry.Registry
	opts    Options
	buffers sync.Pool                  // of *encoded
	told    atomic.Pointer[offsetText] // the head as answers last told it
	answers answers
}

// New returns the API over reg, which the caller closes after the last
// request.
func New(reg *registry.Registry, opts Options) *Handler {
	mux := chi.NewMux()
	h := &Handler{mux: mux, reg: reg, opts: opts.withDefaults()}
	mux.Use(middleware.GetHead)
	mux.NotFound(h.refuse(http.StatusNotFound))
	mux.MethodNotAllowed(h.refuse(http.StatusMethodNotAllowed))
	h.routeMetadata()
	h.routeSchemas()
	h.routeSubjects()
	h.routeCompatibility()
	h.routeConfig()
	h.routePolicy()
	h.routeMode()
	h.routeContexts()
	h.routeAssociations()
	h.routeKeks()
	h.routeDeks()
	h.routeImport()
	h.routeChanges()
	h.routeContracts()
	h.routeGovernance()
	h.routeLineage()
	h.routeImpact()
	return h
}

// Router lets a server add routes of its own beside the API's, before the
// first request. Their paths are brought into form like the API's.
func (h *Handler) Router() chi.Router { return h.mux }

// ServeHTTP answers one request. It uses the chi.Context of the request, if
// there is one, so that middleware around it can ask for the route. Whatever
// happens inside, an error answer is JSON.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.recover(w, r)
	r, err := routed(r, h.mux)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// recover answers for a handler that panicked. Answers are written in one
// piece after all work is done, so none has begun then.
func (h *Handler) recover(w http.ResponseWriter, r *http.Request) {
	switch p := recover(); p {
	case nil:
	case http.ErrAbortHandler:
		panic(p)
	default:
		h.opts.Logger.Error("request handler panicked",
			"method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
		h.fail(w, r, plainError(http.StatusInternalServerError))
	}
}

// endpoint answers a request with a value to encode: a text as it is, noContent
// as 204, multiStatus as 207, *ready and yamlText as they are, anything else as
// JSON.
type endpoint func(*request) (any, error)

func (h *Handler) get(pattern string, e endpoint)    { h.mux.Get(pattern, h.serve(e)) }
func (h *Handler) post(pattern string, e endpoint)   { h.mux.Post(pattern, h.serve(e)) }
func (h *Handler) put(pattern string, e endpoint)    { h.mux.Put(pattern, h.serve(e)) }
func (h *Handler) delete(pattern string, e endpoint) { h.mux.Delete(pattern, h.serve(e)) }

// serve makes an endpoint an http.HandlerFunc.
func (h *Handler) serve(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		media, ok := negotiate(r.Header["Accept"])
		w.Header()["Content-Type"] = media
		if !ok {
			h.fail(w, r, plainError(http.StatusNotAcceptable))
			return
		}
		req := request{Request: r, maxBody: h.opts.MaxBody, writer: w}
		if r.Method != http.MethodGet {
			req.Request = r.WithContext(registry.WithActor(r.Context(), actor(r)))
		}
		answer, err := h.answer(e, &req)
		h.tellOffset(w.Header())
		if err != nil {
			h.fail(w, r, err)
			return
		}
		h.write(w, answer)
	}
}

// answer asks an endpoint, on a state that holds what the client demands, and
// again on a newer state before it is refused.
func (h *Handler) answer(e endpoint, req *request) (answer any, err error) {
	if err := h.awaitOffset(req); err != nil {
		return nil, err
	}
	err = h.reg.Current(req.Context(), func() error {
		answer, err = e(req)
		return err
	})
	return answer, err
}

// refuse answers every request with a status, whatever it accepts.
func (h *Handler) refuse(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { h.fail(w, r, plainError(status)) }
}

//go:embed openapi.json
var openAPI []byte

// OpenAPI returns the OpenAPI 3.1 description of the whole server, as JSON.
func OpenAPI() []byte { return openAPI }
