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
		Args:              takes(0, 2, "at most one node: "+nodeArgs),
		ValidArgsFunction: a.nodeNames,
		RunE:              a.does(func(ctx context.Context, args []string) error { return e.run(ctx, a, args) }),
	}
	e.add(cmd)
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

// maxExported bounds a whole graph: around each node there is a question.
const maxExported = lineage.MaxPage

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

// picture asks for what lies around places, and for the columns of datasets.
func (e lineageExport) picture(ctx context.Context, a *app, c *client.Client, places []client.Place, scope client.LineageScope) (export.Picture, error) {
	streams := make([]client.Lineage, len(places))
	columns := make([]client.Lineage, len(places))
	if err := each(ctx, len(places), a.progress("Asking"), func(ctx context.Context, i int) (err error) {
		if streams[i], err = c.Lineage(ctx, places[i], "", scope); err != nil || places[i].Kind == lineage.JobNode {
			return err
		}
		fields, near := places[i], scope
		fields.Field = client.EveryField
		if near.Depth == 1 {
			near.Depth = 2 // from field to field, past the job
		}
		columns[i], err = c.Lineage(ctx, fields, "", near)
		return err
	}); err != nil {
		return export.Picture{}, err
	}
	var p export.Picture
	truncated := false
	for _, answer := range slices.Concat(streams, columns) {
		for _, n := range answer.Nodes {
			p.Nodes = append(p.Nodes, n.Node)
		}
		for _, reach := range []*lineage.Reach{answer.Upstream, answer.Downstream} {
			if reach == nil {
				continue
			}
			p.Add(*reach)
			truncated = truncated || reach.Truncated
		}
	}
	if truncated && len(places) == 1 {
		fmt.Fprintln(a.stderr, "accord: there is more than this; see --limit and --depth")
	}
	p.Tidy()
	return p, nil
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
