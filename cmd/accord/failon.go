package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/schema/finding"
)

// failOn is the value of --fail-on: how strong a finding must be to fail the
// command.
type failOn finding.Severity

// String, Set and Type make failOn a flag.
func (f *failOn) String() string { return string(*f) }

// Set refuses what is no severity a command can fail on.
func (f *failOn) Set(s string) error {
	switch finding.Severity(s) {
	case finding.Error, finding.Warning:
		*f = failOn(s)
		return nil
	}
	return fmt.Errorf("want error or warning")
}

// Type names the value in help texts.
func (f *failOn) Type() string { return "severity" }

func (f *failOn) add(cmd *cobra.Command) {
	*f = failOn(finding.Error)
	cmd.Flags().Var(f, "fail-on", "exit with 1 if there is a finding this strong: error or warning")
	completes(cmd, "fail-on", []finding.Severity{finding.Error, finding.Warning})
}

// errFindings ends a command that has printed its findings: exit code 1 and
// nothing more to say.
var errFindings = errors.New("there are findings")

// verdict is errFindings if a finding is strong enough to fail the command.
func (f failOn) verdict(findings []finding.Finding) error {
	if report.Reaches(findings, finding.Severity(f)) {
		return errFindings
	}
	return nil
}
