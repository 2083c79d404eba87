package api

import (
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func (h *Handler) routeImport() { h.post("/accord/v1/import", h.importBatch) }

// importBatch answers what became of each item; items that conflict or are
// refused do not make the request fail.
func (h *Handler) importBatch(r *request) (any, error) {
	var body client.ImportRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := checkCount(client.MaxImported,
		len(body.Contexts), len(body.Versions), len(body.Configs), len(body.Policies), len(body.Modes)); err != nil {
		return nil, err
	}
	batch, err := importBatchOf(body)
	if err != nil {
		return nil, err
	}
	got, err := h.reg.Import(r.Context(), batch)
	if err != nil {
		return nil, err
	}
	return client.ImportResponse{
		Contexts: importResultsOf(got.Contexts),
		Versions: importResultsOf(got.Versions),
		Configs:  importResultsOf(got.Configs),
		Policies: importResultsOf(got.Policies),
		Modes:    importResultsOf(got.Modes),
	}, nil
}

func importBatchOf(body client.ImportRequest) (registry.ImportBatch, error) {
	batch := registry.ImportBatch{OverwriteSettings: body.OverwriteSettings}
	for _, c := range body.Contexts {
		batch.Contexts = append(batch.Contexts, registry.ImportedContext{Name: c.Context, MaxID: c.MaxID})
	}
	for _, s := range body.Versions {
		batch.Versions = append(batch.Versions, versionOf(s))
	}
	for _, c := range body.Configs {
		batch.Configs = append(batch.Configs, registry.Scoped[registry.Config]{Scope: c.Scope, Value: configFrom(c.Config)})
	}
	for _, p := range body.Policies {
		value, err := policyFrom(p.Policy)
		if err != nil {
			return batch, err
		}
		batch.Policies = append(batch.Policies, registry.Scoped[registry.Policy]{Scope: p.Scope, Value: value})
	}
	for _, m := range body.Modes {
		batch.Modes = append(batch.Modes, registry.Scoped[registry.Mode]{Scope: m.Scope, Value: registry.Mode(m.Mode)})
	}
	return batch, nil
}

// versionOf is a version as another registry answered it.
func versionOf(s client.Schema) registry.Version {
	v := registry.Version{
		Subject: s.Subject, Version: s.Version, ID: s.ID, GUID: s.GUID, Type: s.SchemaType,
		References: s.References, Metadata: s.Metadata, RuleSet: s.RuleSet, Text: s.Schema,
		Deleted: s.Deleted != nil && *s.Deleted,
	}
	if s.Timestamp != nil {
		v.Time = time.UnixMilli(*s.Timestamp).UTC()
	}
	return v
}

// configFrom is the inverse of configOf.
func configFrom(c client.Config) registry.Config {
	return registry.Config{
		Alias:               c.Alias,
		AliasForDeks:        c.AliasForDeks,
		Normalize:           c.Normalize,
		ValidateFields:      c.ValidateFields,
		ValidateNewSchemas:  c.ValidateNewSchemas,
		ValidateRules:       c.ValidateRules,
		CompatibilityLevel:  (*compat.Level)(c.CompatibilityLevel),
		CompatibilityPolicy: (*compat.Policy)(c.CompatibilityPolicy),
		CompatibilityGroup:  c.CompatibilityGroup,
		DefaultMetadata:     c.DefaultMetadata,
		OverrideMetadata:    c.OverrideMetadata,
		DefaultRuleSet:      c.DefaultRuleSet,
		OverrideRuleSet:     c.OverrideRuleSet,
	}
}

func importResultsOf(results []registry.ImportResult) []client.ImportResult {
	var out []client.ImportResult
	for _, r := range results {
		out = append(out, client.ImportResult{Outcome: string(r.Outcome), Message: r.Message, Unparsed: r.Unparsed})
	}
	return out
}
