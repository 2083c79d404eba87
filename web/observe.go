package web

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
)

// requestIDHeader in the form that http.Header keys have.
const (
	requestIDHeader    = "X-Request-Id"
	maxRequestIDLength = 128
)

// observe gives each request its id and tells metrics and access log how it
// went.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.opts.Now()
		seen := &watchedWriter{ResponseWriter: w, status: http.StatusOK}
		seen.requestID[0] = requestID(r)
		w.Header()[requestIDHeader] = seen.requestID[:]
		rctx, ok := s.contexts.Get().(*chi.Context)
		if !ok {
			rctx = chi.NewRouteContext()
		}
		next.ServeHTTP(seen, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, rctx)))
		took := s.opts.Now().Sub(start)
		route := rctx.RoutePattern()
		if route == "" {
			route = "none"
		}
		rctx.Reset()
		s.contexts.Put(rctx)
		s.metrics.observe(r.Method, route, seen.status, took)
		if s.access != nil {
			s.access.add(accessEntry{
				at: start, took: took, status: seen.status, size: seen.size, route: route, id: seen.requestID[0],
				method: r.Method, target: r.RequestURI, remote: r.RemoteAddr, agent: r.UserAgent(),
			})
		}
	})
}

// requestID is the one the client sent, if it is fit to be repeated in headers
// and logs, or a new one.
func requestID(r *http.Request) string {
	if given := r.Header[requestIDHeader]; len(given) > 0 && isRequestID(given[0]) {
		return given[0]
	}
	return newRequestID()
}

// newRequestID makes a random UUID (version 4). It names a request and guards
// nothing, so that it need not ask the system for its bytes.
func newRequestID() string {
	var id uuid.UUID
	binary.NativeEndian.PutUint64(id[:8], rand.Uint64()) //nolint:gosec // a name, not a secret
	binary.NativeEndian.PutUint64(id[8:], rand.Uint64()) //nolint:gosec // a name, not a secret
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

func isRequestID(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= maxRequestIDLength
}

// watchedWriter remembers what was answered.
type watchedWriter struct {
	http.ResponseWriter
	status    int
	size      int64
	requestID [1]string // ready to be the value of a header
}

func (w *watchedWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.size += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
