package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

func newSchemaVersions(a *app) *cobra.Command {
	var versions schemaVersions
	cmd := &cobra.Command{
		Use:   "versions SUBJECT",
		Short: "List the versions of a subject",
		Example: `  accord schema versions orders-value
  accord schema versions orders-value --deleted --output json`,
		Args:              takes(1, 1, "one subject"),
		ValidArgsFunction: a.subjectNames,
		RunE:              a.does(func(ctx context.Context, args []string) error { return versions.run(ctx, a, args[0]) }),
	}
	cmd.Flags().BoolVar(&versions.deleted, "deleted", false, "soft-deleted versions too")
	addOutput(cmd, &versions.output)
	return cmd
}

type schemaVersions struct {
	deleted bool
	output  format
}

func (v schemaVersions) run(ctx context.Context, a *app, subject string) error {
	a.about = subject
	c, err := a.client()
	if err != nil {
		return err
	}
	// deletedAsNegative would tell both in one call, but only the newest
	// servers know it.
	all, err := c.Versions(ctx, subject, client.VersionsOptions{Deleted: v.deleted})
	if err != nil {
		return err
	}
	gone := map[int]bool{}
	if v.deleted {
		only, err := c.Versions(ctx, subject, client.VersionsOptions{Deleted: true, DeletedOnly: true})
		if err != nil && !client.NotFound(err) {
			return err
		}
		for _, n := range only {
			gone[n] = true
		}
	}
	view := versionsView{Subject: subject, Versions: []versionNumberView{}}
	for _, n := range all {
		s, err := c.Version(ctx, subject, n, client.ReadOptions{Deleted: v.deleted})
		if err != nil {
			return err
		}
		view.Versions = append(view.Versions, versionNumberView{
			Version: n, ID: s.ID, Type: typeOf(s.SchemaType), References: len(s.References),
			Registered: registeredAt(s.Timestamp), Deleted: gone[n],
		})
	}
	return a.show(v.output, view, func() { v.table(a, view) })
}

func (v schemaVersions) table(a *app, view versionsView) {
	t := table{header: []string{"VERSION", "ID", "TYPE", "REFS", "REGISTERED"}, bold: a.colours(a.stdout)}
	if v.deleted {
		t.header = append(t.header, "STATE")
	}
	for _, n := range view.Versions {
		row := []string{strconv.Itoa(n.Version), strconv.Itoa(n.ID), string(n.Type), strconv.Itoa(n.References), when(n.Registered)}
		if v.deleted {
			row = append(row, stateOf(n.Deleted))
		}
		t.add(row...)
	}
	t.print(a.stdout)
}
