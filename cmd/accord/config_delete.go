package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

func newConfigDelete(a *app) *cobra.Command {
	var (
		where  scopeFlags
		output format
	)
	cmd := &cobra.Command{
		Use:   "delete [SUBJECT]",
		Short: "Delete the config of a subject, a context or the whole registry",
		Long: `Take away what is set, so that what stands above applies. Prints the config as
it was.`,
		Example: `  accord config delete orders-value
  accord config delete --context .eu`,
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
			was, err := c.DeleteConfig(ctx, scope)
			if isRefusal(err, client.CodeSubjectNotFound) {
				return unable("'accord config get' shows what applies instead", "no config is set for %s", scopeName(scope))
			}
			if err != nil {
				return err
			}
			view := configView{Scope: scope, Config: was}
			return a.show(output, view, func() {
				a.say("Deleted the config of %s. It was:\n", printable(scopeName(scope), false))
				view.table(a)
			})
		}),
	}
	where.add(cmd)
	addOutput(cmd, &output)
	return cmd
}
