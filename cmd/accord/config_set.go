package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry/client"
)

// maxSettingsFile bounds a file with metadata or rules, in bytes.
const maxSettingsFile = 4 << 20

func newConfigSet(a *app) *cobra.Command {
	var set configSet
	cmd := &cobra.Command{
		Use:   "set [SUBJECT] --FIELD VALUE...",
		Short: "Change the config of a subject, a context or the whole registry",
		Long: `Change the fields named and leave the others as they are. --unset takes a
field's value away.`,
		Example: `  accord config set --compatibility BACKWARD_TRANSITIVE
  accord config set orders-value --compatibility FULL --normalize true
  accord config set orders-value --unset compatibility-group
  accord config set parcels-value --protobuf-rules WIRE_JSON
  accord config set orders-value --governance advise
  accord config set --context .eu --default-metadata owner.yaml`,
		Args:              takes(0, 1, "at most one subject"),
		ValidArgsFunction: a.subjectNames,
	}
	set.values = make([]string, len(configFields))
	for i, field := range configFields {
		cmd.Flags().StringVar(&set.values[i], field.flag, "", field.help)
	}
	set.demands = make([]string, len(policyFields))
	for i, field := range policyFields {
		cmd.Flags().StringVar(&set.demands[i], field.flag, "", field.help)
		completes(cmd, field.flag, field.values)
	}
	cmd.Flags().StringArrayVar(&set.unset, "unset", nil, "take the value of `FIELD` away; repeat for more")
	completes(cmd, "compatibility", compat.Levels())
	completes(cmd, "compatibility-policy", []compat.Policy{compat.Strict, compat.Lenient})
	completes(cmd, "unset", fieldNames())
	set.where.add(cmd)
	addOutput(cmd, &set.output)
	cmd.RunE = a.does(func(ctx context.Context, args []string) error {
		return set.run(ctx, a, first(args), cmd.Flags().Changed)
	})
	return cmd
}

type configSet struct {
	where scopeFlags
	// values are the texts of the flags, in the order of configFields, demands
	// those of policyFields.
	values  []string
	demands []string
	unset   []string
	output  format
}

func (s configSet) run(ctx context.Context, a *app, subject string, given func(flag string) bool) error {
	scope, err := s.where.scope(a, subject)
	if err != nil {
		return err
	}
	update, policy, err := s.updates(a, given)
	if err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	if update != (client.ConfigUpdate{}) {
		if _, err := c.SetConfig(ctx, scope, update); err != nil {
			return err
		}
	}
	if policy != (client.PolicyUpdate{}) {
		if _, err := c.SetPolicy(ctx, scope, policy); err != nil {
			return err
		}
	}
	view, err := readConfig(ctx, c, scope)
	if err != nil {
		return err
	}
	return a.show(s.output, view, func() { view.table(a) })
}

// updates turns the flags into what is sent.
func (s configSet) updates(a *app, given func(flag string) bool) (client.ConfigUpdate, client.PolicyUpdate, error) {
	var (
		config client.ConfigUpdate
		policy client.PolicyUpdate
	)
	for _, name := range s.unset {
		if given(name) {
			return config, policy, misuse("", "--%s and --unset %s contradict each other", name, name)
		}
		if !s.takeAway(name, &config, &policy) {
			return config, policy, misuse("use one of "+strings.Join(fieldNames(), ", "), "--unset %s: no such field", name)
		}
	}
	for i, field := range configFields {
		if !given(field.flag) {
			continue
		}
		if err := field.set(a, s.values[i], &config); err != nil {
			return config, policy, err
		}
	}
	for i, field := range policyFields {
		if given(field.flag) {
			*field.change(&policy) = client.Set(s.demands[i])
		}
	}
	if config == (client.ConfigUpdate{}) && policy == (client.PolicyUpdate{}) {
		return config, policy, misuse("for example: accord config set --compatibility FULL", "nothing to change is given")
	}
	return config, policy, nil
}

// takeAway unsets the field of a name, if there is one.
func (s configSet) takeAway(name string, config *client.ConfigUpdate, policy *client.PolicyUpdate) bool {
	for _, field := range configFields {
		if field.flag == name {
			field.unset(config)
			return true
		}
	}
	for _, field := range policyFields {
		if field.flag == name {
			*field.change(policy) = client.Unset[string]()
			return true
		}
	}
	return false
}

func fieldNames() []string {
	var names []string
	for _, field := range configFields {
		names = append(names, field.flag)
	}
	for _, field := range policyFields {
		names = append(names, field.flag)
	}
	return names
}

// decodeFile reads JSON or YAML with the names of the JSON form; a name it
// does not know is a mistake.
func (a *app) decodeFile(name string, into any) error {
	text, err := a.readFile(name, maxSettingsFile)
	if err != nil {
		return err
	}
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return unable("", "%s: %w", name, err)
	}
	asJSON, err := json.Marshal(tree)
	if err != nil {
		return unable("", "%s: %w", name, err)
	}
	dec := json.NewDecoder(bytes.NewReader(asJSON))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		// The file may be YAML, so the decoder's name would puzzle.
		return unable("", "%s: %s", name, strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}
