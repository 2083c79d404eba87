package main

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/schema/finding"
)

// reporting says how a command reports its findings.
type reporting struct {
	format string
	floor  failOn
}

// reportFormats are the values of --format.
var reportFormats = []string{"text", "json", "github", "gitlab", "sarif", "junit", "markdown"}

// byRepository are the formats whose readers show findings at the lines of files,
// which they know by their paths from the root of the repository.
var byRepository = []string{"github", "gitlab", "sarif"}

// fromRoot gives files their paths from the root of the repository, if the
// current folder is in one.
func fromRoot(ctx context.Context, findings []finding.Finding) []finding.Finding {
	git, err := tree.OpenGit(ctx, ".")
	if err != nil {
		return findings
	}
	prefix := git.Prefix(ctx)
	out := slices.Clone(findings)
	for i, f := range out {
		if f.File != "" && !path.IsAbs(f.File) {
			out[i].File = path.Join(prefix, f.File)
		}
	}
	return out
}

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
func (r reporting) report(ctx context.Context, a *app, about report.About, findings []finding.Finding) error {
	if slices.Contains(byRepository, r.format) {
		findings = fromRoot(ctx, findings)
	}
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
