package api

import (
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// routePolicy is what Accord configures beside Confluent's config.
func (h *Handler) routePolicy() {
	for _, pattern := range []string{"/accord/v1/config", "/accord/v1/config/{subject}"} {
		h.get(pattern, h.policy)
		h.put(pattern, h.setPolicy)
	}
}

func (h *Handler) policy(r *request) (any, error) {
	return policyOf(h.reg.Policy(r.scope(), r.flag("defaultToGlobal"))), nil
}

func (h *Handler) setPolicy(r *request) (any, error) {
	var body client.PolicyUpdate
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	change, err := policyChangeOf(body)
	if err != nil {
		return nil, err
	}
	p, err := h.reg.SetPolicy(r.Context(), r.scope(), change)
	if err != nil {
		return nil, err
	}
	return policyOf(p), nil
}

// policyChangeOf reads the body of PUT.
func policyChangeOf(body client.PolicyUpdate) (registry.PolicyChange, error) {
	set, err := policyFrom(client.Policy{
		ProtobufRules: body.ProtobufRules.Value(), FailOn: body.FailOn.Value(),
		APIVersion: body.APIVersion.Value(), SchemaText: body.SchemaText.Value(),
		Governance: body.Governance.Value(), Unread: body.Unread.Value(), ExemptTopics: body.ExemptTopics.Value(),
	})
	change := registry.PolicyChange{Set: set}
	for name, unset := range map[string]bool{
		"protobufRules": body.ProtobufRules.IsUnset(), "failOn": body.FailOn.IsUnset(), "governance": body.Governance.IsUnset(),
		"unread": body.Unread.IsUnset(), "exemptTopics": body.ExemptTopics.IsUnset(), "apiVersion": body.APIVersion.IsUnset(), "schemaText": body.SchemaText.IsUnset(),
	} {
		if unset {
			change.Clear = append(change.Clear, name)
		}
	}
	return change, err
}

func policyOf(p registry.Policy) client.Policy {
	wire := client.Policy{
		ProtobufRules: (*string)(p.ProtobufRules), FailOn: (*string)(p.FailOn), SchemaText: (*string)(p.SchemaText),
		Governance: (*string)(p.Governance), Unread: (*string)(p.Unread), ExemptTopics: (*[]string)(p.ExemptTopics),
	}
	if p.APIVersion != nil {
		wire.APIVersion = new(p.APIVersion.String())
	}
	return wire
}

// policyFrom is the inverse of policyOf.
func policyFrom(wire client.Policy) (registry.Policy, error) {
	p := registry.Policy{
		ProtobufRules: (*compat.Rules)(wire.ProtobufRules),
		FailOn:        (*finding.Severity)(wire.FailOn),
		SchemaText:    (*registry.SchemaText)(wire.SchemaText),
		Governance:    (*registry.Governance)(wire.Governance),
		Unread:        (*registry.Unread)(wire.Unread),
		ExemptTopics:  (*registry.Patterns)(wire.ExemptTopics),
	}
	if wire.APIVersion != nil {
		version, err := registry.ParseAPIVersion(*wire.APIVersion)
		if err != nil {
			return p, err
		}
		p.APIVersion = &version
	}
	return p, nil
}
