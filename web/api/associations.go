package api

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/accordhq/accord/registry/client"
)

// Associations tie topics to subjects. None are kept here, and the answers say
// so in the terms of registry API 1.7: reads find nothing, as serializers with
// default settings need on each start before they fall back to the topic's
// name; there is nothing to delete; and what would create one is not found, as
// on a server with associations.enable=false.
func (h *Handler) routeAssociations() {
	h.get("/associations/subjects/{subject}", h.associations)
	h.get("/associations/resources/{id}", h.associations)
	h.get("/associations/resources/{namespace}/{name}", h.associations)
	h.delete("/associations/resources/{id}", h.deleteAssociation)
	h.put("/associations/resources/{id}", h.noAssociations)
	h.post("/associations", h.noAssociations)
	h.post("/associations:batchGet", h.noAssociations)
	h.post("/associations:batchMutate", h.noAssociations)
}

func (h *Handler) associations(r *request) (any, error) {
	if _, err := r.unassociated(); err != nil {
		return nil, err
	}
	return list(r, []client.Association{}, nil)
}

func (h *Handler) deleteAssociation(r *request) (any, error) {
	return nil, &requestError{
		status: http.StatusNotFound, code: codeNoAssociation,
		message: fmt.Sprintf("Association for '%s' not found.", r.param("id")),
	}
}

func (h *Handler) noAssociations(*request) (any, error) {
	return nil, &requestError{
		status:  http.StatusNotFound,
		message: "This registry keeps no associations: name subjects with the topic name strategy",
	}
}

// unassociated reports whether the lifecycles a request asks for include NONE,
// that of subjects without association: here, of all.
func (r *request) unassociated() (bool, error) {
	wanted := r.texts("lifecycle")
	for _, lifecycle := range wanted {
		switch lifecycle {
		case "STRONG", "WEAK", "NONE":
		default:
			return false, plainError(http.StatusNotFound)
		}
	}
	return len(wanted) == 0 || slices.Contains(wanted, "NONE"), nil
}
