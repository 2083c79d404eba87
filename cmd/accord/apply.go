package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func newApply(a *app) *cobra.Command {
	var p apply
	cmd := &cobra.Command{
		Use:   "apply [PATH...]",
		Short: "Make the registry have what the files say",
		Long: `Register the schemas of the current folder and file its contracts. Each contract
goes with the schemas of its streams, at once or not at all; one that the gate
refuses leaves the others alone. What the registry has already is not written
again, so that an apply that was interrupted may be repeated. Nothing is
deleted.

Schemas are registered bare unless accord.yaml says what of their contracts
Confluent's clients are to get with them:
  publish: [rules]            the rule set: CEL checks, limits of values and
                              confluentRuleSet, in place of the one registered
  publish: [metadata]         owner, service levels, tags and all the metadata
                              that 'accord contract export' prints, likewise
  publish: [rules, metadata]  both
They are part of a schema version: where they change, the schema gets a new
version and id. With rules that is when a rule changes, with metadata whenever
the contract does.

Exit codes: 0 fine, 1 the registry refused something, 2 wrong usage, 3 it could
not be done.`,
		Example: `  accord apply
  accord apply contracts/orders --registry http://127.0.0.1:8081
  accord apply --output json`,
		RunE: a.does(func(ctx context.Context, args []string) error { return p.run(ctx, a, args) }),
	}
	addOutput(cmd, &p.output)
	return cmd
}

type apply struct{ output format }

func (p apply) run(ctx context.Context, a *app, paths []string) error {
	d, err := a.draw(ctx, paths)
	if err != nil {
		return err
	}
	if err := d.apply(ctx); err != nil {
		return err
	}
	view := d.view()
	if err := a.show(p.output, view, func() { view.print(a, "") }); err != nil {
		return err
	}
	return view.verdict()
}

// apply makes the changes, one contract after another: they may share schemas.
func (d *drawing) apply(ctx context.Context) error {
	tell := d.progress("applying")
	for i, g := range d.groups {
		if err := d.write(ctx, g); err != nil {
			return fmt.Errorf("apply %s (%d of %d done; repeat to go on): %w", g.file, i, len(d.groups), err)
		}
		if tell != nil {
			tell(i+1, len(d.groups))
		}
	}
	return nil
}

// write makes the change of one group, if there is anything to change.
func (d *drawing) write(ctx context.Context, g *group) error {
	changes := false
	for i := range g.streams {
		if d.broken(g) {
			g.streams[i].Outcome = string(registry.ChangeRefused)
		}
		changes = changes || g.streams[i].Outcome != string(registry.ChangeNothing)
	}
	if !changes || g.refused != nil || d.broken(g) {
		return nil //nolint:nilerr // what was refused is told with the plan
	}
	answer, err := d.registry.Change(ctx, requestOf(g.change))
	if refused := new(client.Error); errors.As(err, &refused) && refusalCode(refused) == exitFindings {
		// Somebody else changed the registry since it was asked.
		g.refused, g.findings = err, refused.Findings
		for i := range g.streams {
			g.streams[i].Outcome = string(registry.ChangeRefused)
		}
		return nil
	}
	if err != nil {
		return err
	}
	before := slices.Clone(g.streams)
	g.settle(answer)
	for i := range g.streams {
		if g.streams[i].Outcome == string(registry.ChangeNothing) {
			g.streams[i].Outcome = before[i].Outcome // another contract brought what they share
		}
	}
	return nil
}
