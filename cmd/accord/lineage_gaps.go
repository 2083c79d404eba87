package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

func newLineageGaps(a *app) *cobra.Command {
	var gaps lineageGaps
	cmd := &cobra.Command{
		Use:   "gaps",
		Short: "List streams without readers, streams without producers, producers nobody documented",
		Long: `List the datasets that nobody is known to read, those that are read and that
nobody is known to make, and the producers of which nothing but what was
observed tells. Where somebody watched the whole cluster, "nobody" is proven;
elsewhere it is what is known.`,
		Example: `  accord lineage gaps
  accord lineage gaps --namespace kafka://broker:9092 --output json`,
		Args: takes(0, 0, "no arguments"),
		RunE: a.does(func(ctx context.Context, _ []string) error { return gaps.run(ctx, a) }),
	}
	flags := cmd.Flags()
	flags.StringVar(&gaps.namespace, "namespace", "", "only in this `NAMESPACE`")
	flags.IntVar(&gaps.limit, "limit", 0, "how many of each to show at most, `N`")
	flags.IntVar(&gaps.offset, "offset", 0, "how many to pass over, `N`")
	addOutput(cmd, &gaps.output)
	return cmd
}

type lineageGaps struct {
	namespace     string
	limit, offset int
	output        format
}

func (g lineageGaps) run(ctx context.Context, a *app) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	found, err := c.LineageGaps(ctx, g.namespace, g.offset, g.limit)
	if err != nil {
		return err
	}
	return a.show(g.output, found, func() { printGaps(a, found) })
}

func printGaps(a *app, found client.LineageGaps) {
	if found.OrphansTotal+found.UnproducedTotal+found.UndocumentedTotal == 0 {
		a.say("No gaps are known.")
		return
	}
	printStreams(a, "NOBODY READS", found.Orphans, found.OrphansTotal)
	printStreams(a, "NOBODY MAKES", found.Unproduced, found.UnproducedTotal)
	if found.UndocumentedTotal == 0 {
		return
	}
	t := a.sparseTable("NOBODY DOCUMENTS", "NAMESPACE", "OWNERS", "WRITES", "EVIDENCE", "SEEN")
	for _, p := range found.Undocumented {
		writes := counted(len(p.Datasets)+p.Left, "dataset", "datasets")
		if len(p.Datasets)+p.Left == 1 {
			writes = p.Datasets[0].Name
		}
		t.add(p.Name, p.Namespace, ownersOf(p.Who), writes, evidenceOf(p.Sightings), ago(a.now(), p.Last))
	}
	t.print(a.stdout)
	printLeft(a, len(found.Undocumented), found.UndocumentedTotal)
}

func printStreams(a *app, title string, all []lineage.Stream, total int) {
	if total == 0 {
		return
	}
	t := a.sparseTable(title, "NAMESPACE", "OWNERS", "WRITTEN", "READ", "PROVEN")
	for _, s := range all {
		t.add(s.Name, s.Namespace, ownersOf(s.Who), ago(a.now(), s.LastWritten), ago(a.now(), s.LastRead), mark(s.Proven))
	}
	t.print(a.stdout)
	printLeft(a, len(all), total)
	a.say("")
}

func printLeft(a *app, shown, total int) {
	if total > shown {
		a.say("%d of %d; see --limit and --offset", shown, total)
	}
}
