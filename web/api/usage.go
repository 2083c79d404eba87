package api

import (
	"net"
	"strings"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/usage"
	"github.com/accordhq/accord/registry"
)

// Usage notes who uses which schema. It must not wait for anything.
type Usage interface {
	Saw(s usage.Sighting)
}

// maxAgent bounds what is kept of a client's name for itself, in bytes.
const maxAgent = 200

// note tells who asked for a version, and how.
func (h *Handler) note(r *request, action lineage.Action, v registry.Version) {
	if h.opts.Usage == nil {
		return
	}
	s := usage.Sighting{Action: action, Subject: v.Subject, Version: v.Version, Agent: r.agent(), Address: r.address()}
	if r.Header["Authorization"] != nil {
		if name, _, ok := r.BasicAuth(); ok && name != "" {
			s.Principal = strings.ToValidUTF8(name[:min(len(name), maxActor)], "")
		}
	}
	h.opts.Usage.Saw(s)
}

// agent is the client's program, as its headers name it: Confluent's newer
// clients say their version, the others have a User-Agent.
func (r *request) agent() string {
	for _, header := range [...]string{"Confluent-Client-Version", "User-Agent"} {
		if values := r.Header[header]; len(values) > 0 && values[0] != "" {
			return strings.ToValidUTF8(values[0][:min(len(values[0]), maxAgent)], "")
		}
	}
	return ""
}

// address is where the request comes from, without the port.
func (r *request) address() string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
