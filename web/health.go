package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/accordhq/accord/web/api"
)

// readyTimeout bounds a readiness check, so that a probe is answered while a
// store hangs.
const readyTimeout = 3 * time.Second

// health is the answer of /healthz and /readyz.
type health struct {
	Status string `json:"status"`
	// Checks name what was looked at: "ok", or what is wrong with it.
	Checks map[string]string `json:"checks,omitempty"`
}

// healthz answers while the process serves requests at all.
func healthz(w http.ResponseWriter, _ *http.Request) {
	writeHealth(w, http.StatusOK, health{Status: "alive"})
}

// readyz answers whether requests can be served now: 200 or 503.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	checks := map[string]string{"registry": "ok"}
	if s.opts.Observer != nil {
		checks["lineage"] = s.opts.Observer.Observed().check()
	}
	if err := s.opts.Registry.Ready(ctx); err != nil {
		checks["registry"] = err.Error()
		writeHealth(w, http.StatusServiceUnavailable, health{Status: "unready", Checks: checks})
		return
	}
	writeHealth(w, http.StatusOK, health{Status: "ready", Checks: checks})
}

func writeHealth(w http.ResponseWriter, status int, h health) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(h) // fails only when the client is gone
}

func openAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(api.OpenAPI())
}
