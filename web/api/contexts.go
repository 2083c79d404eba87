package api

import "strings"

func (h *Handler) routeContexts() {
	h.get("/contexts", h.contexts)
	h.delete("/contexts/{context}", h.deleteContext)
}

func (h *Handler) contexts(r *request) (any, error) {
	return list(r, h.reg.Contexts(r.text("contextPrefix")), nil)
}

func (h *Handler) deleteContext(r *request) (any, error) {
	name := "." + strings.TrimPrefix(r.param("context"), ".")
	return noContent{}, h.reg.DeleteContext(r.Context(), name)
}
