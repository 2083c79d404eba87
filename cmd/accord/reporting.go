package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/schema/finding"
)

// reporting says how a command reports its findings.
type reporting struct {
	format string
	floor  failOn
}

// reportFormats are the values of --format.
var reportFormats = []string{"text", "json", "github", "gitlab", "sarif", "junit", "markdown"}

func (r *reporting) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.format, "format", "text", "`FORMAT` of the report: "+strings.Join(reportFormats, ", "))
	completes(cmd, "format", reportFormats)
	r.floor.add(cmd)
}

func (r reporting) valid() error {
	if slices.Contains(reportFormats, r.format) {
		return nil
	}
	return misuse("use one of "+strings.Join(reportFormats, ", "), "--format %s: no such format", r.format)
}

// report prints findings, and fails if one of them is strong enough.
func (r reporting) report(a *app, about report.About, findings []finding.Finding) error {
	if err := r.printer(a, about)(a.stdout, findings); err != nil {
		return err
	}
	if r.format == "text" {
		if len(findings) > 0 {
			a.say("")
		}
		a.say("%s: %s", about, report.Summarize(findings))
	}
	return r.floor.verdict(findings)
}

func (r reporting) printer(a *app, about report.About) report.Printer {
	floor := finding.Severity(r.floor)
	switch r.format {
	case "json":
		return report.JSON
	case "github":
		return report.GitHub
	case "gitlab":
		return report.GitLab
	case "sarif":
		return report.SARIF(buildVersion())
	case "junit":
		return report.JUnit(floor)
	case "markdown":
		return report.Markdown(about, floor)
	}
	return report.Text(report.Style{Colour: a.colours(a.stdout)})
}
