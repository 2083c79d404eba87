package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry/client"
)

func newContractCoverage(a *app) *cobra.Command {
	var cover contractCoverage
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Count what streams have of what they owe",
		Long: `Count the streams with a contract, an owner, a support channel and a service
level, and the elements of schemas with useful words: of the registry, of each
team, and with --streams of each stream. BROKEN are those with a promise that a
change broke and that was let pass; GET /accord/v1/findings tells which.`,
		Example: `  accord contract coverage
  accord contract coverage --prefix orders --streams
  accord contract coverage --output json`,
		Args: takes(0, 0, "no arguments"),
		RunE: a.does(func(ctx context.Context, _ []string) error { return cover.run(ctx, a) }),
	}
	cmd.Flags().StringVar(&cover.prefix, "prefix", "", "only subjects whose names begin with `PREFIX`")
	cmd.Flags().BoolVar(&cover.streams, "streams", false, "list each stream")
	addOutput(cmd, &cover.output)
	return cmd
}

type contractCoverage struct {
	prefix  string
	streams bool
	output  format
}

func (c contractCoverage) run(ctx context.Context, a *app) error {
	registry, err := a.client()
	if err != nil {
		return err
	}
	found, err := registry.Coverage(ctx, c.prefix)
	if err != nil {
		return err
	}
	return a.show(c.output, found, func() { c.table(a, found) })
}

func (c contractCoverage) table(a *app, found client.CoverageReport) {
	t := table{header: []string{"OF", "STREAMS", "CONTRACT", "OWNER", "SUPPORT", "SLA", "COMPLETE", "BROKEN", "WORDS"}, bold: a.colours(a.stdout)}
	for _, team := range found.Teams {
		name := team.Team
		if name == "" {
			name = "(nobody)"
		}
		t.add(coverageRow(name, team.Coverage)...)
	}
	t.add(coverageRow("all", found.Total)...)
	t.print(a.stdout)
	if !c.streams {
		return
	}
	a.say("")
	s := table{header: []string{"SUBJECT", "TEAM", "CONTRACT", "OWNER", "SUPPORT", "SLA", "BROKEN", "WORDS"}, bold: a.colours(a.stdout)}
	for _, stream := range found.Streams {
		s.add(stream.Subject, stream.Team, yes(stream.Contract), yes(stream.Owner), yes(stream.Support), yes(stream.SLA), yes(stream.Broken), words(stream.Documentation))
	}
	s.print(a.stdout)
}

func coverageRow(name string, c client.Coverage) []string {
	return []string{
		name, fmt.Sprint(c.Streams), fmt.Sprint(c.Contract), fmt.Sprint(c.Owner), fmt.Sprint(c.Support), fmt.Sprint(c.SLA),
		fmt.Sprint(c.Complete), fmt.Sprint(c.Broken), words(c.Documentation),
	}
}

func yes(n int) string {
	if n > 0 {
		return "yes"
	}
	return "-"
}

// words is how many of the elements have words that say something.
func words(d client.DocumentationCoverage) string {
	if d.Required == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d (%d%%)", d.Useful, d.Required, 100*d.Useful/d.Required)
}
