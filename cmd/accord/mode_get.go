package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

func newModeGet(a *app) *cobra.Command {
	var (
		where  scopeFlags
		output format
	)
	cmd := &cobra.Command{
		Use:   "get [SUBJECT]",
		Short: "Show the mode of a subject, a context or the whole registry",
		Example: `  accord mode get
  accord mode get orders-value --output json`,
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
			view, err := readMode(ctx, c, scope)
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

// readMode reads a scope's own mode, or what applies to it instead.
func readMode(ctx context.Context, c *client.Client, scope string) (modeView, error) {
	own, err := c.Mode(ctx, scope, false)
	if !isRefusal(err, client.CodeSubjectModeNotSet) {
		return modeView{Scope: scope, Mode: own}, err
	}
	applies, err := c.Mode(ctx, scope, true)
	return modeView{Scope: scope, Inherited: true, Mode: applies}, err
}
