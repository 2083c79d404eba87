package api

import "github.com/accordhq/accord/registry/client"

func (h *Handler) routeMode() {
	for _, pattern := range []string{"/mode", "/mode/{subject}"} {
		h.get(pattern, h.mode)
		h.put(pattern, h.setMode)
		h.delete(pattern, h.deleteMode)
	}
}

func (h *Handler) mode(r *request) (any, error) {
	m, err := h.reg.Mode(r.scope(), r.flag("defaultToGlobal"))
	if err != nil {
		return nil, err
	}
	return client.Mode{Mode: string(m)}, nil
}

// setMode answers with what was sent, letter for letter, as Confluent does.
func (h *Handler) setMode(r *request) (any, error) {
	var body client.Mode
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := h.reg.SetMode(r.Context(), r.scope(), body.Mode, r.flag("force")); err != nil {
		return nil, err
	}
	return body, nil
}

func (h *Handler) deleteMode(r *request) (any, error) {
	m, err := h.reg.DeleteMode(r.Context(), r.scope(), r.flag("recursive"))
	if err != nil {
		return nil, err
	}
	return client.Mode{Mode: string(m)}, nil
}
