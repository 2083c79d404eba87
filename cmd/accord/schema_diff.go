package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
)

func newSchemaDiff(a *app) *cobra.Command {
	var d schemaDiff
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show what changed between two schemas",
		Long: `Show the fields, types and symbols that were added (+), removed (-) or changed
(~), and the compatibility levels at which NEW could follow OLD. The schemas
are files, - for standard input, or versions in the registry as SUBJECT@VERSION
or SUBJECT@latest. They may be of two languages.

Exit codes: 0 also if there are differences, unless --exit-code is given, then
1; 2 wrong usage, 3 a schema could not be read.`,
		Example: `  accord schema diff orders-value@3 orders-value@latest
  accord schema diff orders-value@latest orders.avsc --exit-code
  accord schema diff orders.avsc orders.proto --proto-path proto
  accord schema diff old.json new.json --output json`,
		Args:              takes(2, 2, "two schemas"),
		ValidArgsFunction: completeFiles,
		RunE:              a.does(func(ctx context.Context, args []string) error { return d.run(ctx, a, args[0], args[1]) }),
	}
	d.sources.add(cmd)
	cmd.Flags().BoolVar(&d.exitCode, "exit-code", false, "exit with 1 if there are differences")
	addOutput(cmd, &d.output)
	return cmd
}

type schemaDiff struct {
	sources  sourceFlags
	exitCode bool
	output   format
}

// diffView is what schema diff prints as JSON and YAML. It is a promise as
// those of views.go are.
type diffView struct {
	// Old and New are the arguments.
	Old string `json:"old"`
	New string `json:"new"`
	// Edits come in the order of the new schema.
	Edits   []compat.Edit   `json:"edits"`
	Summary diffSummaryView `json:"summary"`
	// Same: the texts say the same, so that no edit means no difference.
	Same bool `json:"same"`
}

type diffSummaryView struct {
	// Added, Removed and Changed count edits.
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Changed int `json:"changed"`
	// Levels are those at which NEW could follow OLD, under the policy STRICT.
	Levels []compat.Level `json:"levels"`
}

func (d schemaDiff) run(ctx context.Context, a *app, oldArg, nextArg string) error {
	old, next, err := d.sources.read(ctx, a, oldArg, nextArg)
	if err != nil {
		return err
	}
	levels, err := levelsBetween(ctx, old, next)
	if err != nil {
		return err
	}
	view := diffView{Old: oldArg, New: nextArg, Edits: located(compat.Diff(old.Parsed, next.Parsed), old, next)}
	view.Same = len(view.Edits) == 0 && old.Format() == next.Format() &&
		old.Structure() == next.Structure() && old.Documentation() == next.Documentation()
	view.Summary = summarize(view.Edits, levels)
	if err := a.show(d.output, view, func() { view.print(a) }); err != nil {
		return err
	}
	if d.exitCode && !view.Same {
		return errFindings
	}
	return nil
}

// located names the files in which edited elements are declared, also where
// that is the schema's own.
func located(edits []compat.Edit, old, next source) []compat.Edit {
	for i := range edits {
		e := &edits[i]
		if e.OldAt != (schema.Position{}) {
			e.OldFile = old.origin(e.OldFile)
		}
		if e.NewAt != (schema.Position{}) {
			e.NewFile = next.origin(e.NewFile)
		}
	}
	if edits == nil {
		return []compat.Edit{}
	}
	return edits
}

// levelsBetween lists the levels at which next could follow old. With no other
// versions to look at, a transitive level is as good as the plain one.
func levelsBetween(ctx context.Context, old, next source) ([]compat.Level, error) {
	if old.Format() != next.Format() {
		return []compat.Level{compat.None}, nil
	}
	broken := map[compat.Sides]bool{}
	for _, sides := range []compat.Sides{compat.NewReadsOld, compat.OldReadsNew} {
		differences, err := compat.CompareChange(ctx, old.Parsed, next.Parsed, sides)
		if err != nil {
			return nil, err
		}
		broken[sides] = slices.ContainsFunc(differences, func(d compat.Difference) bool { return d.Breaks(compat.Strict) })
	}
	return slices.DeleteFunc(compat.Levels(), func(l compat.Level) bool {
		return l.Transitive() || slices.ContainsFunc(l.Directions(), func(s compat.Sides) bool { return broken[s] })
	}), nil
}

func summarize(edits []compat.Edit, levels []compat.Level) diffSummaryView {
	s := diffSummaryView{Levels: levels}
	for _, e := range edits {
		switch e.Kind {
		case compat.EditAdded:
			s.Added++
		case compat.EditRemoved:
			s.Removed++
		default:
			s.Changed++
		}
	}
	return s
}

// maxColumn is the widest path or type that others are aligned with.
const maxColumn = 40

func (v diffView) print(a *app) {
	paths, types := 0, 0
	for _, e := range v.Edits {
		paths = max(paths, columns(shownPath(e)))
		if e.Kind == compat.EditAdded {
			types = max(types, columns(told(e)))
		}
	}
	last := ""
	for _, e := range v.Edits {
		sign := signOf(e)
		path := sign + " " + shownPath(e)
		shown := path
		if path == last {
			shown = " "
		}
		last = path
		text := fmt.Sprintf("%-*s  %s", paths+2, shown, told(e))
		if e.Kind == compat.EditAdded && e.Doc != "" {
			text = fmt.Sprintf("%-*s  %-*s  %s", paths+2, shown, types, told(e), shortened(e.Doc))
		}
		text += alsoAt(e) + placeOf(e)
		a.say("%s", a.painted(sign, strings.TrimRight(printable(text, false), " ")))
	}
	if len(v.Edits) > 0 {
		a.say("")
	}
	a.say("%s. Levels that hold: %s.", v.conclusion(), joined(v.Summary.Levels))
}

// columns is the width of a cell, 0 if it is too wide to align others with.
func columns(cell string) int {
	if n := utf8.RuneCountInString(cell); n <= maxColumn {
		return n
	}
	return 0
}

func (v diffView) conclusion() string {
	s := v.Summary
	switch {
	case len(v.Edits) > 0:
		return fmt.Sprintf("%d added, %d removed, %d changed", s.Added, s.Removed, s.Changed)
	case v.Same:
		return "No differences"
	}
	return "No field, type or symbol differs, though the schemas do: see 'accord schema compat'"
}

func joined(levels []compat.Level) string {
	return strings.Join(namesOf(levels), ", ")
}

func shownPath(e compat.Edit) string {
	if e.Path == "" {
		return "(root)"
	}
	return e.Path
}

func signOf(e compat.Edit) string {
	switch e.Kind {
	case compat.EditAdded:
		return "+"
	case compat.EditRemoved:
		return "-"
	}
	return "~"
}

// maxShownDoc is how many characters of documentation a line shows.
const maxShownDoc = 48

// told says in a few words what an edit did: the type of what came or went.
func told(e compat.Edit) string {
	switch e.Kind {
	case compat.EditAdded:
		return cmp.Or(e.New, string(e.Element))
	case compat.EditRemoved:
		return cmp.Or(e.Old, string(e.Element))
	case compat.EditDocumented, compat.EditRedocumented:
		return e.Message + ": " + shortened(e.New)
	}
	return e.Message
}

// placeOf is where an edited element stands, in the old schema if it is gone.
func placeOf(e compat.Edit) string {
	file, at := e.NewFile, e.NewAt
	if e.Kind == compat.EditRemoved {
		file, at = e.OldFile, e.OldAt
	}
	if at == (schema.Position{}) {
		return ""
	}
	return fmt.Sprintf("  (%s:%d:%d)", file, at.Line, at.Column)
}

func alsoAt(e compat.Edit) string {
	switch n := len(e.Also); {
	case n == 0:
		return ""
	case n <= 3:
		return "  (also at " + strings.Join(e.Also, ", ") + ")"
	default:
		return "  (also at " + report.Count(n, "other place", "other places") + ")"
	}
}

func shortened(doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	if utf8.RuneCountInString(doc) <= maxShownDoc {
		return doc
	}
	return string([]rune(doc)[:maxShownDoc-1]) + "…"
}

// painted colours a line by its sign, on a terminal that can.
func (a *app) painted(sign, line string) string {
	colour := map[string]string{"+": "\x1b[32m", "-": "\x1b[31m", "~": "\x1b[33m"}[sign]
	if !a.colours(a.stdout) {
		return line
	}
	return colour + line + "\x1b[0m"
}
