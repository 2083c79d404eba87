// Package web is the HTTP server: it composes the REST API, the endpoints that
// operators ask, and the middleware around both. It holds no behaviour of the
// registry.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/web/api"
)

// Options configure a Server.
type Options struct {
	// Registry is what is served. The caller closes it after Run returned.
	Registry *registry.Registry
	// Listen is the address to listen on: "127.0.0.1:8081", ":0" for any port.
	Listen string
	// Now is the clock that times requests. Required.
	Now func() time.Time
	// Logger receives what goes wrong. Default: discarded.
	Logger *slog.Logger
	// AccessLog receives a JSON line for each request; nil is no access log.
	AccessLog io.Writer
	// Drain bounds how long requests under way may still run once the server
	// stops. Default 30 s.
	Drain time.Duration
	// Lineage adds the routes of OpenLineage and Marquez; nil serves none.
	Lineage interface{ Route(r chi.Router) }
	// Observer has /readyz and /metrics tell of lineage; nil has them say nothing.
	Observer Observer
	// API configures the REST API. Its Logger defaults to Logger.
	API api.Options
}

// Limits on what a connection may take up. A request may last as long as in
// Confluent's server (request.timeout.ms).
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute
	writeTimeout      = 10 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	defaultDrain      = 30 * time.Second
)

// Server serves a registry over HTTP.
type Server struct {
	opts     Options
	listener net.Listener
	http     *http.Server
	metrics  *metrics
	access   *accessLog // nil without an access log
	contexts sync.Pool  // of *chi.Context
}

// New opens the listening socket, so that URL is known, and serves nothing
// before Run, which closes the socket.
func New(ctx context.Context, opts Options) (*Server, error) {
	if opts.Registry == nil || opts.Now == nil {
		return nil, errors.New("web server: Options.Registry and Options.Now are required")
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.API.Logger == nil {
		opts.API.Logger = opts.Logger
	}
	if opts.Drain <= 0 {
		opts.Drain = defaultDrain
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", opts.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", opts.Listen, err)
	}
	s := &Server{opts: opts, listener: listener}
	if opts.AccessLog != nil {
		s.access = newAccessLog(opts.AccessLog)
	}
	s.metrics = newMetrics(opts.Registry, opts.Observer, s.access)
	s.http = &http.Server{
		Handler:           s.observe(newCompressor().compress(s.routes())),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(opts.Logger.Handler(), slog.LevelWarn),
	}
	return s, nil
}

// routes adds the operators' endpoints to the API's.
func (s *Server) routes() *api.Handler {
	h := api.New(s.opts.Registry, s.opts.API)
	router := h.Router()
	router.Method(http.MethodGet, "/metrics", s.metrics.handler())
	router.Get("/healthz", healthz)
	router.Get("/readyz", s.readyz)
	router.Get("/openapi.json", openAPI)
	if s.opts.Lineage != nil {
		s.opts.Lineage.Route(router)
	}
	return h
}

// Handler is what the server serves, for those who bring their own listener.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// URL is where the server listens, without a slash at the end.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Run serves until ctx is done; then it stops to accept, lets requests under
// way finish within Options.Drain, and flushes the access log. It returns nil
// after an orderly stop. It may be called once.
func (s *Server) Run(ctx context.Context) (err error) {
	if s.access != nil {
		s.access.start()
		defer func() { err = errors.Join(err, s.access.stop()) }()
	}
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", s.URL(), err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.Drain)
	defer cancel()
	if err := s.http.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("requests that ran for more than %s were cut off: %w", s.opts.Drain, err), s.http.Close())
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", s.URL(), err)
	}
	return nil
}
