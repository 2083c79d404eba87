package api

import (
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func (h *Handler) routeCompatibility() {
	h.post("/compatibility/subjects/{subject}/versions", func(r *request) (any, error) {
		return h.checkCompatibility(r, nil)
	})
	h.post("/compatibility/subjects/{subject}/versions/{version}", func(r *request) (any, error) {
		at, err := r.versionParam()
		if err != nil {
			return nil, err
		}
		return h.checkCompatibility(r, &at)
	})
}

func (h *Handler) checkCompatibility(r *request, against *registry.VersionRef) (any, error) {
	body, err := r.decodeSchema()
	if err != nil {
		return nil, err
	}
	verbose, findings := r.flag("verbose"), r.flag("findings")
	result, err := h.reg.CheckCompatibility(r.Context(), registry.CheckRequest{
		Subject:   h.subject(r),
		Against:   against,
		Candidate: candidateOf(body),
		Normalize: r.flag("normalize"),
		Verbose:   verbose,
		Findings:  findings,
	})
	if err != nil {
		return nil, err
	}
	answer := client.CompatibilityResult{IsCompatible: result.Compatible}
	if verbose {
		answer.Messages = cut(result.Messages, window{})
	}
	if findings {
		answer.Findings = cut(result.Findings, window{})
	}
	return answer, nil
}
