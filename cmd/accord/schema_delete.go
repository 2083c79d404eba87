package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

func newSchemaDelete(a *app) *cobra.Command {
	var del schemaDelete
	cmd := &cobra.Command{
		Use:   "delete SUBJECT[@VERSION]",
		Short: "Delete a subject, or one version of it",
		Long: `Delete a subject or one version of it. Without --permanent the schemas stay
readable by id, so that consumers of old data go on working, and registering
the same schema again brings it back under its id. --permanent removes what
was deleted so before, for good.`,
		Example: `  accord schema delete orders-value@3
  accord schema delete orders-value
  accord schema delete orders-value --permanent`,
		Args:              takes(1, 1, "one subject"),
		ValidArgsFunction: a.subjectNames,
		RunE:              a.does(func(ctx context.Context, args []string) error { return del.run(ctx, a, args[0]) }),
	}
	cmd.Flags().BoolVar(&del.permanent, "permanent", false, "remove for good what is already deleted")
	addOutput(cmd, &del.output)
	return cmd
}

type schemaDelete struct {
	permanent bool
	output    format
}

func (d schemaDelete) run(ctx context.Context, a *app, arg string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	subject, version, one := splitVersion(arg)
	a.about = subject
	view := deletedView{Subject: subject, Permanent: d.permanent}
	if one {
		var number int
		number, err = c.DeleteVersion(ctx, subject, version, d.permanent)
		view.Versions = []int{number}
	} else {
		view.Versions, err = c.DeleteSubject(ctx, subject, d.permanent)
	}
	if isRefusal(err, client.CodeReferenceExists) {
		return unable(referrersHint(ctx, c, subject, version, one), "%w", err)
	}
	if err != nil {
		return err
	}
	return a.show(d.output, view, func() { a.say("%s", view.sentence()) })
}

// maxReferrers bounds how many referring schemas a hint names.
const maxReferrers = 5

// referrersHint names the schemas that keep a subject, or one version of it,
// from being deleted. It asks the registry again, and says less if that fails.
func referrersHint(ctx context.Context, c *client.Client, subject string, version int, one bool) string {
	versions := []int{version}
	if !one {
		versions, _ = c.Versions(ctx, subject, client.VersionsOptions{Deleted: true})
	}
	in, _ := contextOf(subject)
	var names []string
	for _, v := range versions {
		ids, _ := c.ReferencedBy(ctx, subject, v, true)
		for _, id := range ids {
			if len(names) >= maxReferrers {
				return "delete first what refers to it: " + strings.Join(names, ", ") + " and others"
			}
			uses, _ := c.VersionsOfID(ctx, id, in, true)
			for _, use := range uses {
				names = append(names, quoted(use.Subject+"@"+strconv.Itoa(use.Version)))
			}
		}
	}
	if len(names) == 0 {
		return "delete first what refers to it"
	}
	return "delete first what refers to it: " + strings.Join(names, ", ")
}

func (v deletedView) sentence() string {
	numbers := make([]string, len(v.Versions))
	for i, n := range v.Versions {
		numbers[i] = strconv.Itoa(n)
	}
	word, verb := "version", "Deleted"
	if len(numbers) != 1 {
		word = "versions"
	}
	if v.Permanent {
		verb = "Permanently deleted"
	}
	return verb + " " + printable(v.Subject, false) + " " + word + " " + strings.Join(numbers, ", ")
}
