package api

import (
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// routeImpact is who is hurt by a change: of fields (GET), or to a schema (POST).
func (h *Handler) routeImpact() {
	h.get("/accord/v1/impact", h.impactOfFields)
	h.post("/accord/v1/impact", h.impactOfSchema)
}

func (h *Handler) impactOfFields(r *request) (any, error) {
	return h.impact(r, client.ImpactRequest{Subject: r.text("subject"), Fields: r.texts("field")})
}

func (h *Handler) impactOfSchema(r *request) (any, error) {
	var body client.ImpactRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	return h.impact(r, body)
}

func (h *Handler) impact(r *request, body client.ImpactRequest) (any, error) {
	if body.Subject == "" {
		return nil, unusable("send the subject that changes")
	}
	if body.Schema != "" && len(body.Fields) > 0 {
		return nil, unusable("send a schema or fields: a schema says by itself which fields it changes")
	}
	req := registry.ImpactRequest{Subject: body.Subject, Fields: body.Fields}
	if body.Schema != "" {
		req.Candidate = &registry.Candidate{Type: body.SchemaType, Text: body.Schema, References: body.References}
	}
	var err error
	if req.Scope, err = h.lineageScope(r); err != nil {
		return nil, err
	}
	if req.Depth, err = r.count("depth"); err != nil {
		return nil, err
	}
	if req.MaxNodes, err = r.count("limit"); err != nil {
		return nil, err
	}
	report, err := h.reg.Impact(r.Context(), req)
	if err != nil {
		return nil, err
	}
	answer := client.Impact{
		Subject: report.Subject, Version: report.Version, Changes: []client.FieldDamage{}, Impact: report.Impact,
		Complete: report.Unknown == "", Unknown: report.Unknown, Hint: report.Hint,
	}
	for _, d := range report.Changes {
		answer.Changes = append(answer.Changes, client.FieldDamage(d))
	}
	return answer, nil
}
