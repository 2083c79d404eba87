package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

func newConfig(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Read and change compatibility levels and other settings",
		Long: `Read and change what the registry asks of new schemas. A subject without a
config of its own follows its context, a context the whole registry.`,
		Example: `  accord config get
  accord config set orders-value --compatibility FULL_TRANSITIVE
  accord config delete orders-value`,
	}
	cmd.AddCommand(newConfigGet(a), newConfigSet(a), newConfigDelete(a))
	return asGroup(cmd)
}

func (v configView) table(a *app) {
	var f facts
	f.add("Scope", scopeName(v.Scope))
	if v.Inherited {
		f.add("Note", "nothing is set here; this is what applies")
	}
	for _, field := range configFields {
		f.add(field.flag, field.shown(v.Config))
	}
	if v.Policy != nil {
		for _, field := range policyFields {
			if shown := field.shown(*v.Policy); shown != field.values[0] {
				f.add(field.flag, shown)
			}
		}
	}
	f.print(a.stdout)
}

// policyField is one setting beside Confluent's: the flag that changes it, and
// where the wire has it.
type policyField struct {
	flag, help string
	// values are what it may be; the first is what holds where nothing is set.
	values []string
	value  func(*client.Policy) **string
	change func(*client.PolicyUpdate) *client.Change[string]
}

// policyFields are what Accord alone configures.
var policyFields = []policyField{
	{
		"protobuf-rules", "`SET` of rules for Protobuf beside the level: NONE, WIRE, WIRE_JSON, PACKAGE or FILE",
		namesOf(compat.RuleSets()),
		func(p *client.Policy) **string { return &p.ProtobufRules },
		func(u *client.PolicyUpdate) *client.Change[string] { return &u.ProtobufRules },
	},
	{
		"fail-on", "weakest `SEVERITY` of a finding that refuses a schema: error or warning",
		namesOf([]finding.Severity{finding.Error, finding.Warning}),
		func(p *client.Policy) **string { return &p.FailOn },
		func(u *client.PolicyUpdate) *client.Change[string] { return &u.FailOn },
	},
	{
		"governance", "what the gate does with a stream that lacks something, `MODE`: enforce, advise or off",
		namesOf(registry.Governances()),
		func(p *client.Policy) **string { return &p.Governance },
		func(u *client.PolicyUpdate) *client.Change[string] { return &u.Governance },
	},
	{
		"unread", "what becomes of a change that breaks a promised field nobody has read, as discovery proves, `POLICY`: error or warn",
		namesOf(registry.UnreadPolicies()),
		func(p *client.Policy) **string { return &p.Unread },
		func(u *client.PolicyUpdate) *client.Change[string] { return &u.Unread },
	},
	{
		"api-version", "`VERSION` of Confluent's API whose bodies and codes are sent, such as 7.6; of the whole registry",
		apiVersions,
		func(p *client.Policy) **string { return &p.APIVersion },
		func(u *client.PolicyUpdate) *client.Change[string] { return &u.APIVersion },
	},
	{
		"schema-text", "which `TEXT` of a schema is sent: source, as it was registered, or confluent, as Confluent prints it; of the whole registry",
		namesOf(registry.SchemaTexts()),
		func(p *client.Policy) **string { return &p.SchemaText },
		func(u *client.PolicyUpdate) *client.Change[string] { return &u.SchemaText },
	},
}

// apiVersions are those at which Confluent's answers changed, the newest first.
var apiVersions = []string{"8.5", "8.1", "7.9", "7.4", "7.3"}

func (f policyField) shown(p client.Policy) string {
	if v := *f.value(&p); v != nil {
		return *v
	}
	return ""
}

// configField is one setting: the flag that changes it, and how the wire
// carries it.
type configField struct {
	flag, help string
	// shown prints the value, "" if it is not set.
	shown func(client.Config) string
	// set puts the flag's text into an update.
	set func(a *app, text string, u *client.ConfigUpdate) error
	// unset takes the value away.
	unset func(u *client.ConfigUpdate)
}

// configFields are all settings of Confluent's API, in the order they are
// shown (registry API 2.9).
var configFields = []configField{
	textField("compatibility", "compatibility `LEVEL`: NONE, BACKWARD, FORWARD, FULL, or one of the last three with _TRANSITIVE",
		func(c client.Config) *string { return c.CompatibilityLevel },
		func(u *client.ConfigUpdate) *client.Change[string] { return &u.Compatibility }),
	textField("compatibility-policy", "compatibility `POLICY`: STRICT or, for JSON Schema, LENIENT",
		func(c client.Config) *string { return c.CompatibilityPolicy },
		func(u *client.ConfigUpdate) *client.Change[string] { return &u.CompatibilityPolicy }),
	textField("compatibility-group", "compare only versions with an equal value of metadata property `NAME`",
		func(c client.Config) *string { return c.CompatibilityGroup },
		func(u *client.ConfigUpdate) *client.Change[string] { return &u.CompatibilityGroup }),
	flagField("normalize", "`BOOL`, whether to normalise every schema before it is registered or looked up",
		func(c client.Config) *bool { return c.Normalize },
		func(u *client.ConfigUpdate) *client.Change[bool] { return &u.Normalize }),
	flagField("validate-fields", "`BOOL`, whether to refuse reserved field names",
		func(c client.Config) *bool { return c.ValidateFields },
		func(u *client.ConfigUpdate) *client.Change[bool] { return &u.ValidateFields }),
	flagField("validate-new-schemas", "`BOOL`, whether to check names and default values of new schemas strictly",
		func(c client.Config) *bool { return c.ValidateNewSchemas },
		func(u *client.ConfigUpdate) *client.Change[bool] { return &u.ValidateNewSchemas }),
	flagField("validate-rules", "`BOOL`, whether to check rule sets on registration",
		func(c client.Config) *bool { return c.ValidateRules },
		func(u *client.ConfigUpdate) *client.Change[bool] { return &u.ValidateRules }),
	textField("alias", "`SUBJECT` that this name stands for",
		func(c client.Config) *string { return c.Alias },
		func(u *client.ConfigUpdate) *client.Change[string] { return &u.Alias }),
	textField("alias-for-deks", "`SUBJECT` that this name stands for among encryption keys",
		func(c client.Config) *string { return c.AliasForDeks },
		func(u *client.ConfigUpdate) *client.Change[string] { return &u.AliasForDeks }),
	fileField("default-metadata", "metadata laid under every schema's, from `FILE` (JSON or YAML)",
		func(c client.Config) *schema.Metadata { return c.DefaultMetadata },
		func(u *client.ConfigUpdate) *client.Change[schema.Metadata] { return &u.DefaultMetadata }),
	fileField("override-metadata", "metadata laid over every schema's, from `FILE`",
		func(c client.Config) *schema.Metadata { return c.OverrideMetadata },
		func(u *client.ConfigUpdate) *client.Change[schema.Metadata] { return &u.OverrideMetadata }),
	fileField("default-rule-set", "rules laid under every schema's, from `FILE`",
		func(c client.Config) *schema.RuleSet { return c.DefaultRuleSet },
		func(u *client.ConfigUpdate) *client.Change[schema.RuleSet] { return &u.DefaultRuleSet }),
	fileField("override-rule-set", "rules laid over every schema's, from `FILE`",
		func(c client.Config) *schema.RuleSet { return c.OverrideRuleSet },
		func(u *client.ConfigUpdate) *client.Change[schema.RuleSet] { return &u.OverrideRuleSet }),
}

func textField(flag, help string, value func(client.Config) *string, change func(*client.ConfigUpdate) *client.Change[string]) configField {
	return configField{
		flag: flag, help: help,
		shown: func(c client.Config) string {
			if v := value(c); v != nil {
				return *v
			}
			return ""
		},
		set: func(_ *app, text string, u *client.ConfigUpdate) error {
			*change(u) = client.Set(text)
			return nil
		},
		unset: func(u *client.ConfigUpdate) { *change(u) = client.Unset[string]() },
	}
}

func flagField(flag, help string, value func(client.Config) *bool, change func(*client.ConfigUpdate) *client.Change[bool]) configField {
	return configField{
		flag: flag, help: help,
		shown: func(c client.Config) string {
			if v := value(c); v != nil {
				return strconv.FormatBool(*v)
			}
			return ""
		},
		set: func(_ *app, text string, u *client.ConfigUpdate) error {
			v, err := strconv.ParseBool(text)
			if err != nil {
				return misuse("", "--%s %s: want true or false", flag, text)
			}
			*change(u) = client.Set(v)
			return nil
		},
		unset: func(u *client.ConfigUpdate) { *change(u) = client.Unset[bool]() },
	}
}

func fileField[T any](flag, help string, value func(client.Config) *T, change func(*client.ConfigUpdate) *client.Change[T]) configField {
	return configField{
		flag: flag, help: help,
		shown: func(c client.Config) string {
			if value(c) == nil {
				return ""
			}
			return "set (see --output yaml)"
		},
		set: func(a *app, name string, u *client.ConfigUpdate) error {
			var v T
			if err := a.decodeFile(name, &v); err != nil {
				return fmt.Errorf("--%s: %w", flag, err)
			}
			*change(u) = client.Set(v)
			return nil
		},
		unset: func(u *client.ConfigUpdate) { *change(u) = client.Unset[T]() },
	}
}
