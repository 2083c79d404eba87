package api

import (
	"strings"
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
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
		len(body.Contexts), len(body.Versions), len(body.Configs), len(body.Policies), len(body.Modes),
		len(body.Contracts), len(body.Exceptions), len(body.Associations), len(body.Keks), len(body.Deks)); err != nil {
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

		Contracts:    importResultsOf(got.Contracts),
		Exceptions:   importResultsOf(got.Exceptions),
		Associations: importResultsOf(got.Associations),
		Keks:         importResultsOf(got.Keks),
		Deks:         importResultsOf(got.Deks),
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
	holdingsFrom(body, &batch)
	return batch, nil
}

// holdingsFrom are what an Accord keeps beside schemas and settings, as another
// one answered it. Whoever answers for something there is unverified here.
func holdingsFrom(body client.ImportRequest, batch *registry.ImportBatch) {
	for _, c := range body.Contracts {
		batch.Contracts = append(batch.Contracts, registry.StoredContract{
			Subject: c.Subject, Text: c.Text, Time: timeFrom(c.Timestamp), Actor: importedActor(c.Actor),
		})
	}
	for _, e := range body.Exceptions {
		batch.Exceptions = append(batch.Exceptions, registry.Exception{ID: e.ID, Time: timeFrom(e.Timestamp), Exemption: finding.Exemption{
			Subject: e.Subject, Path: e.Path, Code: e.Code, Reason: e.Reason, Author: importedActor(e.Approver), Expires: e.Expires,
		}})
	}
	for _, a := range body.Associations {
		batch.Associations = append(batch.Associations, registry.Association{
			Resource: registry.Resource{Name: a.ResourceName, Namespace: a.ResourceNamespace, ID: a.ResourceID, Type: a.ResourceType},
			Type:     a.AssociationType, Subject: a.Subject, Lifecycle: registry.Lifecycle(a.Lifecycle), GUID: a.GUID,
			Frozen:  a.Frozen == nil && a.Lifecycle == string(registry.Strong) || a.Frozen != nil && *a.Frozen,
			Created: timeFrom(a.CreateTimestamp), Updated: timeFrom(a.UpdateTimestamp),
		})
	}
	for _, k := range body.Keks {
		batch.Keks = append(batch.Keks, registry.Kek{
			Name: k.Name, KmsType: k.KmsType, KmsKeyID: k.KmsKeyID, KmsProps: k.KmsProps, Doc: k.Doc,
			Shared: k.Shared, Time: timeFrom(k.Timestamp), Deleted: k.Deleted,
		})
	}
	for _, d := range body.Deks {
		batch.Deks = append(batch.Deks, registry.Dek{
			DekName: registry.DekName{Kek: d.KekName, Subject: d.Subject, Algorithm: registry.Algorithm(d.Algorithm)},
			Version: d.Version, EncryptedKeyMaterial: d.EncryptedKeyMaterial, Time: timeFrom(d.Timestamp), Deleted: d.Deleted,
		})
	}
}

// importedActor is somebody whom another registry names, "" for nobody.
func importedActor(name string) string {
	if name = strings.TrimSpace(strings.TrimPrefix(name, unverifiedPrefix)); name == "" {
		return ""
	}
	return unverified(name)
}

// timeFrom reads milliseconds since 1970, of which 0 is no time.
func timeFrom(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
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
