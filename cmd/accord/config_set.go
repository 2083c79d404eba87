package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
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
  accord config set --context .eu --default-metadata owner.yaml`,
		Args:              takes(0, 1, "at most one subject"),
		ValidArgsFunction: a.subjectNames,
	}
	set.values = make([]string, len(configFields))
	for i, field := range configFields {
		cmd.Flags().StringVar(&set.values[i], field.flag, "", field.help)
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
	// values are the texts of the flags, in the order of configFields.
	values []string
	unset  []string
	output format
}

func (s configSet) run(ctx context.Context, a *app, subject string, given func(flag string) bool) error {
	scope, err := s.where.scope(a, subject)
	if err != nil {
		return err
	}
	update, err := s.update(a, given)
	if err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	if _, err := c.SetConfig(ctx, scope, update); err != nil {
		return err
	}
	view, err := readConfig(ctx, c, scope)
	if err != nil {
		return err
	}
	return a.show(s.output, view, func() { view.table(a) })
}

func (s configSet) update(a *app, given func(flag string) bool) (client.ConfigUpdate, error) {
	var update client.ConfigUpdate
	changed := false
	for i, field := range configFields {
		if !given(field.flag) {
			continue
		}
		if slices.Contains(s.unset, field.flag) {
			return update, misuse("", "--%s and --unset %s contradict each other", field.flag, field.flag)
		}
		if err := field.set(a, s.values[i], &update); err != nil {
			return update, err
		}
		changed = true
	}
	for _, name := range s.unset {
		i := slices.IndexFunc(configFields, func(f configField) bool { return f.flag == name })
		if i < 0 {
			return update, misuse("use one of "+strings.Join(fieldNames(), ", "), "--unset %s: no such field", name)
		}
		configFields[i].unset(&update)
		changed = true
	}
	if !changed {
		return update, misuse("for example: accord config set --compatibility FULL", "nothing to change is given")
	}
	return update, nil
}

func fieldNames() []string {
	names := make([]string, len(configFields))
	for i, field := range configFields {
		names[i] = field.flag
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
