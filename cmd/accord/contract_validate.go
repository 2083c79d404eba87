package main

import (
	"context"
	"math"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/finding"
)

func newContractValidate(a *app) *cobra.Command {
	var v contractValidate
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Say what is wrong with contracts as documents",
		Long: `Hold contracts against the Open Data Contract Standard v3.1, and say every fault
at once with line and column; - is standard input. Warnings are what other
tools refuse, or read otherwise. What a stream owes beyond the standard, and
whether contract and schema agree, is for 'accord check'.

Exit codes: 0 fine, 1 there are findings at or above --fail-on, 2 wrong usage,
3 a file could not be read.`,
		Example: `  accord contract validate orders.odcs.yaml
  accord contract validate contracts/*.yaml --format github
  accord contract validate - --fail-on warning < orders.odcs.yaml`,
		Args: takes(1, math.MaxInt, "at least one file"),
		RunE: a.does(func(ctx context.Context, args []string) error { return v.run(ctx, a, args) }),
	}
	v.add(cmd)
	return cmd
}

type contractValidate struct{ reporting }

func (v contractValidate) run(ctx context.Context, a *app, files []string) error {
	if err := v.valid(); err != nil {
		return err
	}
	var all []finding.Finding
	for _, name := range files {
		text, err := a.readFile(name, odcs.MaxBytes+1)
		if err != nil {
			return err
		}
		doc, faults := odcs.Parse(name, text)
		all = append(all, faults...)
		if doc != nil {
			_, more := contracts.Of(doc)
			all = append(all, more...)
		}
	}
	finding.Sort(all)
	return v.report(ctx, a, report.About{What: report.Count(len(files), "file", "files")}, all)
}
