package api

import (
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func (h *Handler) routeConfig() {
	for _, pattern := range []string{"/config", "/config/{subject}"} {
		h.get(pattern, h.config)
		h.put(pattern, h.setConfig)
		h.delete(pattern, h.deleteConfig)
	}
}

// scope is what config and mode speak of: a subject, a context, or "" for the
// top level. Aliases do not apply to it.
func (r *request) scope() string { return r.param("subject") }

func (h *Handler) config(r *request) (any, error) {
	c, err := h.reg.Config(r.scope(), r.flag("defaultToGlobal"))
	if err != nil {
		return nil, err
	}
	return configOf(c), nil
}

func (h *Handler) setConfig(r *request) (any, error) {
	var body client.ConfigUpdate
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	c, err := h.reg.SetConfig(r.Context(), r.scope(), configChangeOf(body))
	if err != nil {
		return nil, err
	}
	return configUpdateOf(c), nil
}

func (h *Handler) deleteConfig(r *request) (any, error) {
	c, err := h.reg.DeleteConfig(r.Context(), r.scope())
	if err != nil {
		return nil, err
	}
	return configOf(c), nil
}

// configOf is a config as GET and DELETE answer it.
func configOf(c registry.Config) client.Config {
	return client.Config{
		Alias:               nonEmpty(c.Alias),
		AliasForDeks:        nonEmpty(c.AliasForDeks),
		Normalize:           c.Normalize,
		ValidateFields:      c.ValidateFields,
		ValidateNewSchemas:  c.ValidateNewSchemas,
		ValidateRules:       c.ValidateRules,
		CompatibilityLevel:  (*string)(c.CompatibilityLevel),
		CompatibilityPolicy: (*string)(c.CompatibilityPolicy),
		CompatibilityGroup:  nonEmpty(c.CompatibilityGroup),
		DefaultMetadata:     c.DefaultMetadata,
		OverrideMetadata:    c.OverrideMetadata,
		DefaultRuleSet:      c.DefaultRuleSet,
		OverrideRuleSet:     c.OverrideRuleSet,
	}
}

// configUpdateOf is a config as PUT answers it.
func configUpdateOf(c registry.Config) client.ConfigUpdate {
	return client.ConfigUpdate{
		Alias:               client.SetPointer(nonEmpty(c.Alias)),
		AliasForDeks:        client.SetPointer(nonEmpty(c.AliasForDeks)),
		Normalize:           client.SetPointer(c.Normalize),
		ValidateFields:      client.SetPointer(c.ValidateFields),
		ValidateNewSchemas:  client.SetPointer(c.ValidateNewSchemas),
		ValidateRules:       client.SetPointer(c.ValidateRules),
		Compatibility:       client.SetPointer((*string)(c.CompatibilityLevel)),
		CompatibilityPolicy: client.SetPointer((*string)(c.CompatibilityPolicy)),
		CompatibilityGroup:  client.SetPointer(nonEmpty(c.CompatibilityGroup)),
		DefaultMetadata:     client.SetPointer(c.DefaultMetadata),
		OverrideMetadata:    client.SetPointer(c.OverrideMetadata),
		DefaultRuleSet:      client.SetPointer(c.DefaultRuleSet),
		OverrideRuleSet:     client.SetPointer(c.OverrideRuleSet),
	}
}

// nonEmpty leaves out an empty text, as all answers do.
func nonEmpty(s *string) *string {
	if s != nil && *s == "" {
		return nil
	}
	return s
}

// configChangeOf reads the body of PUT.
func configChangeOf(u client.ConfigUpdate) registry.ConfigChange {
	change := registry.ConfigChange{Set: registry.Config{
		Alias:               u.Alias.Value(),
		AliasForDeks:        u.AliasForDeks.Value(),
		Normalize:           u.Normalize.Value(),
		ValidateFields:      u.ValidateFields.Value(),
		ValidateNewSchemas:  u.ValidateNewSchemas.Value(),
		ValidateRules:       u.ValidateRules.Value(),
		CompatibilityLevel:  (*compat.Level)(u.Compatibility.Value()),
		CompatibilityPolicy: (*compat.Policy)(u.CompatibilityPolicy.Value()),
		CompatibilityGroup:  u.CompatibilityGroup.Value(),
		DefaultMetadata:     u.DefaultMetadata.Value(),
		OverrideMetadata:    u.OverrideMetadata.Value(),
		DefaultRuleSet:      u.DefaultRuleSet.Value(),
		OverrideRuleSet:     u.OverrideRuleSet.Value(),
	}}
	for _, field := range []struct {
		name  string
		unset bool
	}{
		{"alias", u.Alias.IsUnset()},
		{"aliasForDeks", u.AliasForDeks.IsUnset()},
		{"normalize", u.Normalize.IsUnset()},
		{"validateFields", u.ValidateFields.IsUnset()},
		{"validateNewSchemas", u.ValidateNewSchemas.IsUnset()},
		{"validateRules", u.ValidateRules.IsUnset()},
		{"compatibilityLevel", u.Compatibility.IsUnset()},
		{"compatibilityPolicy", u.CompatibilityPolicy.IsUnset()},
		{"compatibilityGroup", u.CompatibilityGroup.IsUnset()},
		{"defaultMetadata", u.DefaultMetadata.IsUnset()},
		{"overrideMetadata", u.OverrideMetadata.IsUnset()},
		{"defaultRuleSet", u.DefaultRuleSet.IsUnset()},
		{"overrideRuleSet", u.OverrideRuleSet.IsUnset()},
	} {
		if field.unset {
			change.Clear = append(change.Clear, field.name)
		}
	}
	return change
}
