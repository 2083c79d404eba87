package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/export"
	"github.com/accordhq/accord/registry/client"
)

func newLineageExport(a *app) *cobra.Command {
	var e lineageExport
	cmd := &cobra.Command{
		Use:   "export [NODE]",
		Short: "Write the graph, or what lies around a node, as DOT, Mermaid, JSON or OpenLineage",
		Long: `Write what lies around a node, or without one the whole graph, in a form that
others read: DOT for Graphviz, Mermaid for Markdown, JSON, or OpenLineage job
events for other catalogues.`,
		Example: `  accord lineage export orders-value --format mermaid
  accord lineage export --format dot | dot -Tsvg -o lineage.svg
  accord lineage export --format openlineage > events.ndjson`,
		Args: takes(0, 2, "at most one node: "+nodeArgs),
		RunE: a.does(func(ctx context.Context, args []string) error { return e.run(ctx, a, args) }),
	}
	e.lineageFlags.add(cmd)
	cmd.Flags().StringVar(&e.form, "format", "dot", "`FORM` to write: "+strings.Join(exportForms, ", "))
	completes(cmd, "format", exportForms)
	return cmd
}

var exportForms = []string{"dot", "mermaid", "json", "openlineage"}

type lineageExport struct {
	lineageFlags
	form string
}

func (e lineageExport) run(ctx context.Context, a *app, args []string) error {
	if !slices.Contains(exportForms, e.form) {
		return misuse("use one of "+strings.Join(exportForms, ", "), "--format %s: no such form", e.form)
	}
	scope, err := e.scope()
	if err != nil {
		return err
	}
	scope.Stale = !e.current
	c, err := a.client()
	if err != nil {
		return err
	}
	var places []client.Place
	if len(args) > 0 {
		at, err := e.place(ctx, c, args)
		if err != nil {
			return err
		}
		places = append(places, at)
	} else if places, err = e.everything(ctx, c, &scope); err != nil {
		return err
	}
	picture, err := e.picture(ctx, a, c, places, scope)
	if err != nil {
		return err
	}
	return e.write(a, picture)
}

// maxExported bounds a whole graph.
const maxExported = 10_000

// everything names every job, around each of which a step is enough to see the
// whole graph, and every dataset, of which some have no job.
func (e lineageExport) everything(ctx context.Context, c *client.Client, scope *client.LineageScope) ([]client.Place, error) {
	found, err := c.SearchLineage(ctx, "", "", maxExported)
	if err != nil {
		return nil, err
	}
	if found.Total > len(found.Nodes) {
		return nil, unable("name a node, around which to export", "the graph has %d nodes, more than the %d that are exported at once", found.Total, maxExported)
	}
	scope.Depth = 1
	places := make([]client.Place, len(found.Nodes))
	for i, n := range found.Nodes {
		places[i] = client.Place{Kind: n.Kind, Namespace: n.Namespace, Name: n.Name}
	}
	return places, nil
}

// picture asks for what lies around places.
func (e lineageExport) picture(ctx context.Context, a *app, c *client.Client, places []client.Place, scope client.LineageScope) (export.Picture, error) {
	answers := make([]client.Lineage, len(places))
	columns := make([]client.Lineage, len(places))
	err := each(ctx, len(places), a.progress("asking"), func(ctx context.Context, i int) (err error) {
		if answers[i], err = c.Lineage(ctx, places[i], "", scope); err != nil || places[i].Kind == lineage.JobNode {
			return err
		}
		at, one := places[i], scope
		at.Field, one.Depth = client.EveryField, 2
		columns[i], err = c.Lineage(ctx, at, "", one)
		return err
	})
	var p export.Picture
	for _, answer := range slices.Concat(answers, columns) {
		for _, n := range answer.Nodes {
			p.Nodes = append(p.Nodes, n.Node)
		}
		for _, reach := range []*lineage.Reach{answer.Upstream, answer.Downstream} {
			if reach != nil {
				p.Add(*reach)
				if reach.Truncated && len(places) == 1 {
					fmt.Fprintln(a.stderr, "accord: the picture is cut: there is more than was asked for; see --limit and --depth")
				}
			}
		}
	}
	p.Tidy()
	return p, err
}

func (e lineageExport) write(a *app, p export.Picture) error {
	switch e.form {
	case "mermaid":
		return export.Mermaid(a.stdout, p)
	case "openlineage":
		return export.OpenLineage(a.stdout, p, a.now())
	case "json":
		text, err := encode(asJSON, p)
		if err == nil {
			_, err = a.stdout.Write(text)
		}
		return err
	}
	return export.DOT(a.stdout, p)
}
