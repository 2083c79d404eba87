package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func (h *Handler) routeChanges() { h.post("/accord/v1/changes", h.change) }

// change makes a change whole or refuses it whole. Its names are those of the
// routes that do one thing at a time: schemas are registered behind an alias,
// settings belong to the name itself, contracts to the subject that they
// describe, and all of them lie in the context of the path.
func (h *Handler) change(r *request) (any, error) {
	var body client.ChangeRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := checkCount(client.MaxChanged, len(body.Contracts), len(body.Schemas), len(body.Configs), len(body.Policies)); err != nil {
		return nil, err
	}
	change, err := h.changeOf(body, r.text("context"))
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

// changeOf reads a body whose names are in a context, "" for the default one.
func (h *Handler) changeOf(body client.ChangeRequest, context string) (registry.Change, error) {
	change := registry.Change{DryRun: body.DryRun}
	prefix, err := contextPrefix(strings.Trim(context, ":"))
	if err != nil {
		return change, err
	}
	for _, c := range body.Contracts {
		file := contractFileOf(c)
		file.Context = prefix
		change.Contracts = append(change.Contracts, file)
	}
	for _, s := range body.Schemas {
		if err := checkNumbers(s.RegisterRequest); err != nil {
			return change, err
		}
		req := registrationOf(s.RegisterRequest)
		req.Subject, req.Normalize = h.reg.ResolveAlias(qualify(s.Subject, prefix)), s.Normalize
		change.Schemas = append(change.Schemas, registry.SchemaFile{Name: s.Name, RegisterRequest: req})
	}
	for _, c := range body.Configs {
		change.Configs = append(change.Configs, registry.Scoped[registry.ConfigChange]{Scope: qualify(c.Scope, prefix), Value: configChangeOf(c.Config)})
	}
	for _, p := range body.Policies {
		value, err := policyChangeOf(p.Policy)
		if err != nil {
			return change, err
		}
		change.Policies = append(change.Policies, registry.Scoped[registry.PolicyChange]{Scope: qualify(p.Scope, prefix), Value: value})
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
			Kind: s.Kind, Subject: s.Subject, Outcome: string(s.Outcome), Version: s.Version, ID: s.ID, Latest: s.Latest,
		})
	}
	if refused := new(registry.Error); errors.As(result.Refused, &refused) {
		_, body := h.refusal(refused)
		body.Findings = nil // the answer has them already
		out.Refused = &body
	}
	return out
}
