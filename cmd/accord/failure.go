package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// The exit codes, the same for every command.
const (
	exitFine     = 0 // done, nothing to report
	exitFindings = 1 // done, and there are findings; or refused because of them
	exitUsage    = 2 // the command line is wrong
	exitFailed   = 3 // could not be done
)

// failure is an error with the exit code it deserves and the command that
// helps.
type failure struct {
	code int
	err  error
	// hint is one sentence, "" for none.
	hint string
}

func (f *failure) Error() string { return f.err.Error() }

func (f *failure) Unwrap() error { return f.err }

// misuse is wrong usage: exit code 2.
func misuse(hint, format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// unable is something that could not be done: exit code 3.
func unable(hint, format string, args ...any) error {
	return &failure{code: exitFailed, err: fmt.Errorf(format, args...), hint: hint}
}

// fail prints an error and returns the exit code for it. What comes up before
// a command has started is the fault of the command line.
func (a *app) fail(err error, command string) int {
	known := a.classify(err)
	if !a.started {
		known.code = exitUsage
		if known.hint == "" {
			known.hint = "see '" + command + " --help'"
		}
	}
	fmt.Fprintf(a.stderr, "accord: %s\n", headline(&known))
	a.printFindings(err)
	if known.hint != "" {
		fmt.Fprintf(a.stderr, "hint: %s\n", known.hint)
	}
	return known.code
}

// classify finds exit code and hint for an error.
func (a *app) classify(err error) failure {
	var known *failure
	if errors.As(err, &known) {
		return failure{code: known.code, err: err, hint: known.hint}
	}
	if errors.Is(err, context.Canceled) {
		return failure{code: exitFailed, err: errors.New("interrupted")}
	}
	var lost *client.UnreachableError
	if errors.As(err, &lost) {
		return failure{code: exitFailed, err: err, hint: "start one with 'accord serve --demo', or name yours with --registry URL or " + registryEnv}
	}
	var refused *client.Error
	if errors.As(err, &refused) {
		return failure{code: refusalCode(refused), err: err, hint: refusalHint(refused, a.about)}
	}
	return failure{code: exitFailed, err: err}
}

// isRefusal reports whether err is the registry's refusal with a code.
func isRefusal(err error, code int) bool {
	var refused *client.Error
	return errors.As(err, &refused) && refused.Code == code
}

func refusalCode(e *client.Error) int {
	if e.Incompatible() || len(e.Findings) > 0 {
		return exitFindings
	}
	return exitFailed
}

// refusalHint names the command that helps with a refusal; subject is what the
// refused command was about.
func refusalHint(e *client.Error, subject string) string {
	subject = cmp.Or(quoted(subject), "SUBJECT")
	switch {
	case e.Incompatible():
		return "change the schema as it says; 'accord config get " + subject + "' shows the level that applies"
	case e.Code == 0:
		return "that answer is no schema registry's; check --registry and what stands before it"
	}
	switch e.Code {
	case client.CodeUngoverned:
		return "add what is missing; 'accord config set " + subject + " --governance advise' lets it pass and be shown"
	case client.CodeSubjectNotFound:
		return "'accord schema list --deleted' shows every subject"
	case client.CodeContractNotFound:
		return "'accord init' begins a contract, 'accord apply' files it"
	case client.CodeVersionNotFound:
		return "'accord schema versions " + subject + " --deleted' shows every version"
	case client.CodeSubjectSoftDeleted, client.CodeVersionSoftDeleted:
		return "add --permanent to remove it for good"
	case client.CodeSubjectNotSoftDeleted, client.CodeVersionNotSoftDeleted:
		return "delete it without --permanent first, then again with it"
	case client.CodeOperationNotPermitted:
		return "'accord mode get " + subject + "' shows the mode, 'accord mode set READWRITE " + subject + "' allows writes"
	}
	return ""
}

// quoted writes a subject as a shell takes it.
func quoted(subject string) string {
	if strings.ContainsAny(subject, " \t\n'\"\\$`*?[]{}()<>|&;#~!") {
		return "'" + strings.ReplaceAll(printable(subject, false), "'", `'\''`) + "'"
	}
	return printable(subject, false)
}

// headline is an error in one sentence. The details of a refusal go, where
// findings say the same for people.
func headline(err error) string {
	message := err.Error()
	var refused *client.Error
	if errors.As(err, &refused) && len(refused.Findings) > 0 {
		switch {
		case refused.Incompatible():
			message, _, _ = strings.Cut(message, ", details: [")
		case refused.Code == client.CodeUngoverned:
			message, _, _ = strings.Cut(message, ": ")
		}
	}
	return strings.TrimRight(printable(message, true), "\n")
}

// printFindings prints what stands behind a refusal. Places are in the file
// that was sent.
func (a *app) printFindings(err error) {
	var refused *client.Error
	if !errors.As(err, &refused) || len(refused.Findings) == 0 {
		return
	}
	findings := slices.Clone(refused.Findings)
	if refused.Code == client.CodeUngoverned {
		findings = slices.DeleteFunc(findings, func(f finding.Finding) bool { return f.Severity == finding.Info })
	}
	for i := range findings {
		if findings[i].File == "" && findings[i].Line > 0 {
			findings[i].File = a.sent
		}
	}
	_ = report.Text(report.Style{Colour: a.colours(a.stderr)})(a.stderr, findings) // a terminal that is gone cannot be told
}
