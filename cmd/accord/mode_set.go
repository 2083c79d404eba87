package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

// modes are those a person may set.
var modes = []string{"READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT", "FORWARD"}

func newModeSet(a *app) *cobra.Command {
	var set modeSet
	cmd := &cobra.Command{
		Use:   "set MODE [SUBJECT]",
		Short: "Set the mode of a subject, a context or the whole registry",
		Long: `Set the mode. IMPORT is refused where active subjects exist, and removes
soft-deleted ones; --force sets it all the same and removes nothing.`,
		Example: `  accord mode set READONLY
  accord mode set READONLY orders-value
  accord mode set IMPORT --context .eu`,
		Args: takes(1, 2, "a mode and at most one subject"),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return modes, cobra.ShellCompDirectiveNoFileComp
			}
			return a.subjectNames(cmd, args[1:], prefix)
		},
		RunE: a.does(func(ctx context.Context, args []string) error { return set.run(ctx, a, args[0], first(args[1:])) }),
	}
	cmd.Flags().BoolVar(&set.force, "force", false, "set IMPORT although subjects exist")
	set.where.add(cmd)
	addOutput(cmd, &set.output)
	return cmd
}

type modeSet struct {
	where  scopeFlags
	force  bool
	output format
}

func (s modeSet) run(ctx context.Context, a *app, arg, subject string) error {
	mode := strings.ToUpper(arg)
	if !slices.Contains(modes, mode) {
		return misuse("the mode comes first: accord mode set READONLY [SUBJECT]", "%q is no mode; use one of %s", arg, strings.Join(modes, ", "))
	}
	scope, err := s.where.scope(a, subject)
	if err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	err = c.SetMode(ctx, scope, mode, s.force)
	if mode == "IMPORT" && isRefusal(err, client.CodeOperationNotPermitted) {
		return unable("delete the subjects there first, or add --force to import beside them", "%w", err)
	}
	if err != nil {
		return err
	}
	view := modeView{Scope: scope, Mode: mode}
	return a.show(s.output, view, func() { view.table(a) })
}
