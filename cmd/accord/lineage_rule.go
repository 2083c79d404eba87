package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
)

func newLineageRule(a *app) *cobra.Command {
	var rule lineageRule
	cmd := &cobra.Command{
		Use:   "rule [PATTERN]",
		Short: "Say who owns jobs by their names, or which are tools; or list the rules",
		Long: `Say something of all jobs whose "namespace name" a pattern matches as a whole: a
regular expression (RE2). --owner names the team to tell, --tool says that they
read everything and need nothing, --hidden that they are not shown. Without a
pattern, list the rules.`,
		Example: `  accord lineage rule
  accord lineage rule '.* fraud-.*' --owner Risk
  accord lineage rule '.* (akhq|kafka-ui).*' --tool
  accord lineage rule '.* fraud-.*' --remove`,
		Args: takes(0, 1, "at most one pattern"),
		RunE: a.does(func(ctx context.Context, args []string) error { return rule.run(ctx, a, first(args)) }),
	}
	flags := cmd.Flags()
	flags.StringVar(&rule.said.Owner, "owner", "", "`TEAM` that owns the jobs")
	flags.BoolVar(&rule.said.Tool, "tool", false, "the jobs are tools")
	flags.BoolVar(&rule.said.Hidden, "hidden", false, "the jobs are not shown")
	flags.BoolVar(&rule.said.Ended, "remove", false, "take the rule back")
	addOutput(cmd, &rule.output)
	return cmd
}

type lineageRule struct {
	said   lineage.Rule
	output format
}

func (l lineageRule) run(ctx context.Context, a *app, pattern string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	if pattern == "" {
		all, err := c.LineageRules(ctx)
		if err != nil {
			return err
		}
		view := rulesView{Rules: append([]lineage.Rule{}, all...)}
		return a.show(l.output, view, func() { view.print(a) })
	}
	if said := l.said; said == (lineage.Rule{}) {
		return misuse("add --owner, --tool, --hidden or --remove", "what of the jobs that %s matches?", pattern)
	}
	l.said.Pattern = pattern
	said, err := c.SetLineageRule(ctx, l.said)
	if err != nil {
		return err
	}
	view := rulesView{Rules: []lineage.Rule{said}}
	return a.show(l.output, view, func() {
		if said.Ended {
			a.say("%s says nothing any more", printable(said.Pattern, false))
			return
		}
		view.print(a)
	})
}

func (v rulesView) print(a *app) {
	if len(v.Rules) == 0 {
		a.say("There are no rules.")
		return
	}
	t := a.sparseTable("PATTERN", "OWNER", "TOOL", "HIDDEN", "BY", "SINCE")
	for _, r := range v.Rules {
		t.add(r.Pattern, r.Owner, mark(r.Tool), mark(r.Hidden), r.By, ago(a.now(), r.First))
	}
	t.print(a.stdout)
}
