package registry

import (
	"slices"

	"github.com/accordhq/accord/compat"
)

// defaultLevel is what holds where nothing is configured, as in Confluent's
// server (schema.compatibility.level).
const defaultLevel = compat.Backward

// ownConfig is what was set for exactly this scope, nil for nothing.
func (st *State) ownConfig(scope string) *Config {
	c, _ := st.configs.Get(scope)
	return c
}

// effectiveConfig is what holds for a subject (registry API 2.9): its own
// config, a few fields completed from the top level; else its context's as a
// whole, else the global one, else the defaults. The level is always set.
func (st *State) effectiveConfig(subject string) Config {
	var c Config
	if own := st.ownConfig(subject); own != nil {
		c = *own
		if top := st.ownConfig(""); top != nil && subject != "" {
			c.completeFrom(top)
		}
	} else {
		for _, scope := range []string{contextScope(subject), globalScope} {
			if inherited := st.ownConfig(scope); inherited != nil {
				c = *inherited
				break
			}
		}
	}
	if c.CompatibilityLevel == nil {
		level := defaultLevel
		c.CompatibilityLevel = &level
	}
	return c
}

// completeFrom fills the fields that a subject with its own config still takes
// from the top level.
func (c *Config) completeFrom(top *Config) {
	fill(&c.Normalize, top.Normalize)
	fill(&c.ValidateFields, top.ValidateFields)
	fill(&c.ValidateNewSchemas, top.ValidateNewSchemas)
	fill(&c.ValidateRules, top.ValidateRules)
	fill(&c.CompatibilityPolicy, top.CompatibilityPolicy)
	fill(&c.CompatibilityGroup, top.CompatibilityGroup)
}

func fill[T any](field **T, from *T) {
	if *field == nil {
		*field = from
	}
}

// isSet reads an optional switch.
func isSet(b *bool, otherwise bool) bool {
	if b == nil {
		return otherwise
	}
	return *b
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (c Config) policy() compat.Policy {
	if c.CompatibilityPolicy == nil {
		return compat.Strict
	}
	return *c.CompatibilityPolicy
}

// merges reports whether the config adds metadata or rules to what clients
// send.
func (c Config) merges() bool {
	return c.DefaultMetadata != nil || c.OverrideMetadata != nil || c.DefaultRuleSet != nil || c.OverrideRuleSet != nil
}

// with returns the config after a change.
func (c Config) with(change ConfigChange) Config {
	set := change.Set
	update(&c.Alias, set.Alias, change, "alias")
	update(&c.AliasForDeks, set.AliasForDeks, change, "aliasForDeks")
	update(&c.Normalize, set.Normalize, change, "normalize")
	update(&c.ValidateFields, set.ValidateFields, change, "validateFields")
	update(&c.ValidateNewSchemas, set.ValidateNewSchemas, change, "validateNewSchemas")
	update(&c.ValidateRules, set.ValidateRules, change, "validateRules")
	update(&c.CompatibilityLevel, set.CompatibilityLevel, change, "compatibilityLevel")
	update(&c.CompatibilityPolicy, set.CompatibilityPolicy, change, "compatibilityPolicy")
	update(&c.CompatibilityGroup, set.CompatibilityGroup, change, "compatibilityGroup")
	update(&c.DefaultMetadata, set.DefaultMetadata.Clone(), change, "defaultMetadata")
	update(&c.OverrideMetadata, set.OverrideMetadata.Clone(), change, "overrideMetadata")
	update(&c.DefaultRuleSet, set.DefaultRuleSet.Clone(), change, "defaultRuleSet")
	update(&c.OverrideRuleSet, set.OverrideRuleSet.Clone(), change, "overrideRuleSet")
	return c
}

func update[T any](field **T, value *T, change ConfigChange, name string) {
	assign(field, value, slices.Contains(change.Clear, name))
}

// assign sets an optional field to a value, takes it away, or leaves it.
func assign[T any](field **T, value *T, unset bool) {
	switch {
	case value != nil:
		*field = value
	case unset:
		*field = nil
	}
}

// ownMode is what was set for exactly this scope, "" for nothing.
func (st *State) ownMode(scope string) Mode {
	m, _ := st.modes.Get(scope)
	return m
}

// effectiveMode is what holds for a subject: its own mode, its context's, the
// one above all contexts, READWRITE (registry API 2.8).
func (st *State) effectiveMode(subject string) Mode {
	for _, scope := range []string{subject, contextScope(subject), globalScope} {
		if m := st.ownMode(scope); m != "" {
			return m
		}
	}
	return ReadWrite
}

// replicates reports whether a mode takes schemas as another registry had
// them, unchecked.
func (m Mode) replicates() bool { return m == Import || m == ForwardMode }

func (m Mode) readOnly() bool { return m == ReadOnly || m == ReadOnlyOverride }

// checkWritable refuses changes of a subject that is read-only.
func (st *State) checkWritable(subject string) error {
	if st.effectiveMode(subject).readOnly() {
		return notInMode(subject, "is in read-only mode")
	}
	return nil
}

// notInMode words a refusal; the default context prints as nothing.
func notInMode(subject, what string) error {
	context, _ := contextOf(subject)
	if context == DefaultContext {
		context = ""
	}
	return errorf(CodeOperationNotPermitted, "Subject %s in context %s %s", subject, context, what)
}

// alias is the subject that stands behind a name: one hop, in the alias's own
// context unless it names another. A context as a whole has none.
func (st *State) alias(subject string) string {
	if _, name := contextOf(subject); name == "" {
		return subject
	}
	own := st.ownConfig(subject)
	if own == nil || text(own.Alias) == "" {
		return subject
	}
	return aliasTarget(subject, *own.Alias)
}

// dekAlias is the subject whose data encryption keys stand behind a name:
// aliasForDeks wins over alias.
func (st *State) dekAlias(subject string) string {
	if _, name := contextOf(subject); name == "" {
		return subject
	}
	if own := st.ownConfig(subject); own != nil && text(own.AliasForDeks) != "" {
		return aliasTarget(subject, *own.AliasForDeks)
	}
	return st.alias(subject)
}

// aliasTarget is where an alias leads: into its own context, unless it names
// another.
func aliasTarget(alias, target string) string {
	if isQualified(target) {
		return canonicalSubject(target)
	}
	context, _ := contextOf(alias)
	return Qualified(context, target)
}
