package api

import (
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
	h.opts.Usage.Saw(usage.Sighting{
		Principal: clipped(principal(r.Request), maxActor), Agent: r.agent(), Address: address(r.Request),
		Action: action, Subject: v.Subject, Version: v.Version,
	})
}

// agent is the client's program, as its headers name it: Confluent's newer
// clients say their version, the others have a User-Agent.
func (r *request) agent() string {
	for _, header := range [...]string{"Confluent-Client-Version", "User-Agent"} {
		if values := r.Header[header]; len(values) > 0 && values[0] != "" {
			return clipped(values[0], maxAgent)
		}
	}
	return ""
}
