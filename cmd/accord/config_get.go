package main

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

func newConfigGet(a *app) *cobra.Command {
	var (
		where  scopeFlags
		output format
	)
	cmd := &cobra.Command{
		Use:   "get [SUBJECT]",
		Short: "Show the config of a subject, a context or the whole registry",
		Example: `  accord config get
  accord config get orders-value
  accord config get --context .eu --output json`,
		Args:              takes(0, 1, "at most one subject"),
		ValidArgsFunction: a.subjectNames,
		RunE: a.does(func(ctx context.Context, args []string) error {
			scope, err := where.scope(a, first(args))
			if err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			view, err := readConfig(ctx, c, scope)
			if err != nil {
				return err
			}
			return a.show(output, view, func() { view.table(a) })
		}),
	}
	where.add(cmd)
	addOutput(cmd, &output)
	return cmd
}

// readConfig reads a scope's own config, or what applies to it instead.
func readConfig(ctx context.Context, c *client.Client, scope string) (configView, error) {
	view := configView{Scope: scope}
	own, err := c.Config(ctx, scope, false)
	if isRefusal(err, client.CodeSubjectLevelNotSet) {
		view.Inherited = true
		own, err = c.Config(ctx, scope, true)
	}
	if err != nil {
		return view, err
	}
	view.Config = own
	policy, err := c.Policy(ctx, scope, true)
	if isRefusal(err, http.StatusNotFound) {
		return view, nil // not an Accord: it has no policies
	}
	view.Policy = &policy
	return view, err
}
