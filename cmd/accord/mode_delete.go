package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

func newModeDelete(a *app) *cobra.Command {
	var (
		where     scopeFlags
		recursive bool
		output    format
	)
	cmd := &cobra.Command{
		Use:   "delete [SUBJECT]",
		Short: "Delete the mode of a subject, a context or the whole registry",
		Long: `Take away what is set, so that what stands above applies. Prints the mode as
it was.`,
		Example: `  accord mode delete orders-value
  accord mode delete --context .eu --recursive`,
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
			was, err := c.DeleteMode(ctx, scope, recursive)
			if isRefusal(err, client.CodeSubjectNotFound) {
				return unable("'accord mode get' shows what applies instead", "no mode is set for %s", scopeName(scope))
			}
			if err != nil {
				return err
			}
			view := modeView{Scope: scope, Mode: was}
			return a.show(output, view, func() { a.say("%s", view.deleted()) })
		}),
	}
	cmd.Flags().BoolVar(&recursive, "recursive", false, "delete the modes of all subjects in it too")
	where.add(cmd)
	addOutput(cmd, &output)
	return cmd
}

func (v modeView) deleted() string {
	name := printable(scopeName(v.Scope), false)
	if v.Mode == "" {
		return "Deleted the mode of " + name + "; it had none of its own"
	}
	return "Deleted the mode of " + name + "; it was " + v.Mode
}
