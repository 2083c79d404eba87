package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func (h *Handler) routeChanges() { h.post("/accord/v1/changes", h.change) }

// change makes a change whole or refuses it whole. Names are taken as they are:
// a change describes subjects, so aliases do not apply.
func (h *Handler) change(r *request) (any, error) {
	var body client.ChangeRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := checkCount(client.MaxChanged, len(body.Contracts), len(body.Schemas), len(body.Configs), len(body.Policies)); err != nil {
		return nil, err
	}
	change, err := changeOf(body)
	if err != nil {
		return nil, err
	}
	result, err := h.reg.Change(r.Context(), change)
	if err != nil {
		return nil, err
	}
	return h.changeResponseOf(result), nil
}

// checkCount refuses a request with more than most items of one kind.
func checkCount(most int, counts ...int) error {
	for _, n := range counts {
		if n > most {
			return &requestError{
				status:  http.StatusUnprocessableEntity,
				message: fmt.Sprintf("The request has %d items of one kind: send at most %d at a time", n, most),
			}
		}
	}
	return nil
}

func changeOf(body client.ChangeRequest) (registry.Change, error) {
	change := registry.Change{DryRun: body.DryRun}
	for _, c := range body.Contracts {
		change.Contracts = append(change.Contracts, contractFileOf(c))
	}
	for _, s := range body.Schemas {
		if err := checkNumbers(s.RegisterRequest); err != nil {
			return change, err
		}
		req := registrationOf(s.RegisterRequest)
		req.Subject, req.Normalize = s.Subject, s.Normalize
		change.Schemas = append(change.Schemas, registry.SchemaFile{Name: s.Name, RegisterRequest: req})
	}
	for _, c := range body.Configs {
		change.Configs = append(change.Configs, registry.Scoped[registry.ConfigChange]{Scope: c.Scope, Value: configChangeOf(c.Config)})
	}
	for _, p := range body.Policies {
		value, err := policyChangeOf(p.Policy)
		if err != nil {
			return change, err
		}
		change.Policies = append(change.Policies, registry.Scoped[registry.PolicyChange]{Scope: p.Scope, Value: value})
	}
	return change, nil
}

func contractFileOf(f client.ContractFile) registry.ContractFile {
	return registry.ContractFile{Name: f.Name, Text: []byte(f.Text)}
}

func (h *Handler) changeResponseOf(result registry.ChangeResult) client.ChangeResponse {
	out := client.ChangeResponse{Findings: cut(result.Findings, window{}), Steps: []client.ChangeStep{}}
	for _, s := range result.Steps {
		out.Steps = append(out.Steps, client.ChangeStep{
			Kind: s.Kind, Subject: s.Subject, Outcome: string(s.Outcome), Version: s.Version, ID: s.ID,
		})
	}
	if refused := new(registry.Error); errors.As(result.Refused, &refused) {
		_, body := h.refusal(refused)
		body.Findings = nil // the answer has them already
		out.Refused = &body
	}
	return out
}
