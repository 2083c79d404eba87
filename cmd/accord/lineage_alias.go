package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
)

func newLineageAlias(a *app) *cobra.Command {
	var alias lineageAlias
	cmd := &cobra.Command{
		Use:   "alias [NAMESPACE NAME]",
		Short: "Say that two names mean one thing, or list the names that do",
		Long: `Say that a dataset or, with --job, a job is the same as another (--to), or that
a whole namespace is: one Kafka cluster reached by two addresses, a table known
by its path. Without arguments, list the names that mean another, and how that
is known.`,
		Example: `  accord lineage alias
  accord lineage alias kafka://old:9092 --to kafka://broker:9092
  accord lineage alias s3://lake warehouse/orders --to hive --to-name shop.orders
  accord lineage alias kafka://old:9092 --to kafka://broker:9092 --remove`,
		Args: takes(0, 2, "NAMESPACE, or NAMESPACE and NAME"),
		RunE: a.does(func(ctx context.Context, args []string) error { return alias.run(ctx, a, args) }),
	}
	flags := cmd.Flags()
	flags.BoolVar(&alias.job, "job", false, "the names are of jobs")
	flags.StringVar(&alias.to, "to", "", "`NAMESPACE` that is meant")
	flags.StringVar(&alias.toName, "to-name", "", "`NAME` that is meant")
	flags.StringVar(&alias.note, "note", "", "why, in a `TEXT`")
	flags.BoolVar(&alias.remove, "remove", false, "take it back")
	addOutput(cmd, &alias.output)
	return cmd
}

type lineageAlias struct {
	job, remove      bool
	to, toName, note string
	output           format
}

func (l lineageAlias) run(ctx context.Context, a *app, args []string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	if len(args) == 0 {
		all, err := c.LineageAliases(ctx)
		if err != nil {
			return err
		}
		view := aliasesView{Aliases: append([]lineage.Alias{}, all...)}
		return a.show(l.output, view, func() { view.print(a) })
	}
	if l.to == "" {
		return misuse("add --to NAMESPACE", "what does %s mean?", args[0])
	}
	said := lineage.Alias{
		Kind: lineage.DatasetNode, From: lineage.ID{Namespace: args[0]}, To: lineage.ID{Namespace: l.to, Name: l.toName}, Note: l.note, Ended: l.remove,
	}
	if l.job {
		said.Kind = lineage.JobNode
	}
	if len(args) == 2 {
		said.From.Name = args[1]
	}
	said, err = c.SetLineageAlias(ctx, said)
	if err != nil {
		return err
	}
	return a.show(l.output, aliasesView{Aliases: []lineage.Alias{said}}, func() {
		if said.Ended {
			a.say("%s means itself again", printable(idText(said.From), false))
			return
		}
		a.say("%s means %s", printable(idText(said.From), false), printable(idText(said.To), false))
	})
}

func (v aliasesView) print(a *app) {
	if len(v.Aliases) == 0 {
		a.say("Every name means itself.")
		return
	}
	type meaning struct {
		from, to lineage.ID
		evidence lineage.Evidence
		ended    bool
	}
	meaningOf := func(alias lineage.Alias) meaning { return meaning{alias.From, alias.To, alias.Evidence, alias.Ended} }
	kinds := map[meaning]string{}
	for _, alias := range v.Aliases {
		m := meaningOf(alias)
		if known, ok := kinds[m]; ok && known != string(alias.Kind) {
			kinds[m] = "" // of both
			continue
		}
		kinds[m] = string(alias.Kind)
	}
	t := a.sparseTable("NAME", "MEANS", "OF", "EVIDENCE", "SEEN", "NOTE")
	for _, alias := range v.Aliases {
		m := meaningOf(alias)
		of, listed := kinds[m]
		if delete(kinds, m); !listed {
			continue
		}
		cells := []string{idText(alias.From), idText(alias.To), of, string(alias.Evidence), ago(a.now(), alias.Last), alias.Note}
		if alias.Ended {
			cells[3] += ", taken back"
			t.addFaint(cells...)
			continue
		}
		t.add(cells...)
	}
	t.print(a.stdout)
}
