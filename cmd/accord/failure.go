package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/accordhq/accord/registry/client"
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

// helpless is something that could not be done: exit code 3.
func helpless(hint, format string, args ...any) error {
	return &failure{code: exitFailed, err: fmt.Errorf(format, args...), hint: hint}
}

// fail prints an error and returns the exit code for it. usage says that no
// command had started when it came up, so the command line is to blame.
func fail(stderr io.Writer, err error, usage bool, help string) int {
	known := classify(err)
	if usage {
		known.code = exitUsage
		if known.hint == "" {
			known.hint = "see " + help
		}
	}
	fmt.Fprintf(stderr, "accord: %s\n", strings.TrimRight(printable(err.Error(), true), "\n"))
	printFindings(stderr, err)
	if known.hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", known.hint)
	}
	return known.code
}

// classify finds exit code and hint for an error.
func classify(err error) failure {
	var known *failure
	if errors.As(err, &known) {
		return *known
	}
	var lost *client.UnreachableError
	if errors.As(err, &lost) {
		return failure{code: exitFailed, hint: "start one with 'accord serve --demo', or name yours with --registry URL or ACCORD_REGISTRY"}
	}
	var refused *client.Error
	if errors.As(err, &refused) {
		return failure{code: refusalCode(refused), hint: refusalHint(refused)}
	}
	return failure{code: exitFailed}
}

func refusalCode(e *client.Error) int {
	if e.Incompatible() || len(e.Findings) > 0 {
		return exitFindings
	}
	return exitFailed
}

func refusalHint(e *client.Error) string {
	switch {
	case e.Incompatible():
		return "change the schema as the message says, or see 'accord config get SUBJECT' for the level that applies"
	case e.Code == 0:
		return "that answer is no schema registry's; check --registry and what stands before it"
	}
	switch e.Code {
	case client.CodeSubjectNotFound:
		return "'accord schema list --deleted' shows every subject"
	case client.CodeVersionNotFound:
		return "'accord schema versions SUBJECT --deleted' shows every version"
	case client.CodeSubjectSoftDeleted, client.CodeVersionSoftDeleted:
		return "add --permanent to remove it for good"
	case client.CodeSubjectNotSoftDeleted, client.CodeVersionNotSoftDeleted:
		return "delete it without --permanent first, then again with it"
	case client.CodeOperationNotPermitted:
		return "'accord mode get SUBJECT' shows the mode, 'accord mode set READWRITE SUBJECT' allows writes"
	case client.CodeReferenceExists:
		return "delete the schemas that refer to it first"
	}
	return ""
}

// printFindings prints what stands behind a refusal, one line each.
func printFindings(w io.Writer, err error) {
	var refused *client.Error
	if !errors.As(err, &refused) {
		return
	}
	for _, f := range refused.Findings {
		place := f.Path
		if place != "" {
			place += ": "
		}
		fmt.Fprintf(w, "  %s %s %s%s\n", f.Severity, f.Code, printable(place, false), printable(f.Message, false))
		if f.Hint != "" {
			fmt.Fprintf(w, "    fix: %s\n", printable(f.Hint, false))
		}
	}
}
