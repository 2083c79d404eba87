package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

func newSchemaCompat(a *app) *cobra.Command {
	var c schemaCompat
	cmd := &cobra.Command{
		Use:   "compat OLD NEW",
		Short: "Say whether a schema may follow another",
		Long: `Judge a change of a schema as the registry would, and say what breaks, for whom
and where. OLD and NEW are files, - for standard input, or versions in the
registry as SUBJECT@VERSION or SUBJECT@latest.

A level judges what readers and writers of the two schemas make of each other's
data: NONE, BACKWARD, FORWARD or FULL, with _TRANSITIVE as without. Protobuf
schemas may be held to a set of rules instead: WIRE, WIRE_JSON, PACKAGE or FILE.
Risks that do not make the change incompatible are warnings.

Exit codes: 0 fine, 1 there are findings at or above --fail-on, 2 wrong usage,
3 a schema could not be read.`,
		Example: `  accord schema compat orders-value@latest orders.avsc
  accord schema compat old.json new.json --level FULL --policy LENIENT
  accord schema compat old.proto new.proto --level WIRE_JSON --proto-path proto
  accord schema compat old.avsc new.avsc --reference com.acme.Money=money.avsc
  accord schema compat orders-value@3 orders-value@4 --output json`,
		Args:              takes(2, 2, "two schemas"),
		ValidArgsFunction: completeFiles,
		RunE:              a.does(func(ctx context.Context, args []string) error { return c.run(ctx, a, args[0], args[1]) }),
	}
	c.sources.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&c.level, "level", string(compat.Backward), "the `LEVEL` or set of rules the change is held to")
	flags.StringVar(&c.policy, "policy", string(compat.Strict), "STRICT or LENIENT, for JSON Schema: `POLICY` about open content")
	completes(cmd, "level", levelsAndRules())
	completes(cmd, "policy", []compat.Policy{compat.Strict, compat.Lenient})
	flags.BoolVar(&c.all, "all", false, "list compatible differences too")
	c.floor.add(cmd)
	addOutput(cmd, &c.output)
	return cmd
}

type schemaCompat struct {
	sources       sourceFlags
	level, policy string
	all           bool
	floor         failOn
	output        format
}

// compatView is what schema compat prints as JSON and YAML. It is a promise as
// those of views.go are.
type compatView struct {
	// Old and New are the arguments.
	Old string `json:"old"`
	New string `json:"new"`
	// Level is the level or set of rules, Policy the policy.
	Level      string        `json:"level"`
	Policy     compat.Policy `json:"policy"`
	Compatible bool          `json:"compatible"`
	// Breaking is how many differences make the change incompatible, Passed how
	// many do not; these are among the findings with --all alone.
	Breaking int `json:"breaking"`
	Passed   int `json:"passed"`
	report.Document
}

func (c schemaCompat) run(ctx context.Context, a *app, oldArg, nextArg string) error {
	check, err := c.standard()
	if err != nil {
		return err
	}
	old, next, err := c.sources.read(ctx, a, oldArg, nextArg)
	if err != nil {
		return err
	}
	findings, err := check.judge(ctx, old, next)
	if err != nil {
		return err
	}
	breaking := slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool { return f.Severity != finding.Error })
	passed := len(findings) - len(breaking)
	if !c.all {
		findings = breaking
	}
	if findings, err = withRisks(ctx, findings, old, next); err != nil {
		return err
	}
	finding.Sort(findings)
	view := compatView{
		Old: oldArg, New: nextArg, Level: check.name, Policy: check.policy,
		Compatible: len(breaking) == 0, Breaking: len(breaking), Passed: passed, Document: report.NewDocument(findings),
	}
	if err := a.show(c.output, view, func() { view.print(a, c.all) }); err != nil {
		return err
	}
	return c.floor.verdict(findings)
}

// print says the verdict and then the findings; all: none is left out.
func (v compatView) print(a *app, all bool) {
	if v.Compatible {
		a.say("compatible at %s", v.Level)
	} else {
		a.say("incompatible at %s: %s", v.Level, report.Count(v.Breaking, "difference", "differences"))
	}
	if len(v.Findings) > 0 {
		a.say("")
	}
	_ = report.Text(report.Style{Colour: a.colours(a.stdout)})(a.stdout, v.Findings) // a terminal that is gone cannot be told
	if v.Passed > 0 && !all {
		a.say("\n%s not shown; see --all", report.Count(v.Passed, "compatible difference", "compatible differences"))
	}
}

// standard is what a change is held to: a level, or a set of Protobuf rules.
type standard struct {
	name   string
	level  compat.Level
	rules  compat.Rules
	policy compat.Policy
}

func (c schemaCompat) standard() (standard, error) {
	policy, ok := compat.ParsePolicy(c.policy)
	if !ok {
		return standard{}, misuse("use STRICT or LENIENT", "--policy %s: no such policy", c.policy)
	}
	if level, ok := compat.ParseLevel(c.level); ok {
		return standard{name: string(level), level: level, policy: policy}, nil
	}
	if rules, ok := compat.ParseRules(c.level); ok && c.level != "" {
		return standard{name: string(rules), rules: rules, policy: policy}, nil
	}
	return standard{}, misuse(fmt.Sprintf("use one of %v", levelsAndRules()), "--level %s: no such level or set of rules", c.level)
}

// levelsAndRules are the values of --level.
func levelsAndRules() []string {
	names := namesOf(compat.Levels())
	for _, r := range compat.RuleSets() {
		if r != compat.NoRules {
			names = append(names, string(r))
		}
	}
	return names
}

// typeChanged is the finding of a subject that leaves its language.
var typeChanged = finding.Claim("SCHEMA_TYPE_CHANGED", "the new schema is of another language than the old one")

// judge lists what the standard has to say: what breaks it as errors, what it
// lets pass as information.
func (s standard) judge(ctx context.Context, old, next source) ([]finding.Finding, error) {
	switch {
	case s.level == compat.None:
		return nil, nil
	case old.Format() != next.Format():
		return []finding.Finding{{
			Code: typeChanged, Severity: finding.Error, File: next.name,
			Message: fmt.Sprintf("The new schema is %s, the old one in %s is %s", next.Format(), old.name, old.Format()),
			Hint:    "keep the language, or register the new schema under another subject",
		}}, nil
	case s.rules != "" && next.Format() != schema.Protobuf:
		return nil, misuse("use a level, such as BACKWARD", "--level %s: rules for Protobuf, and %s is %s", s.name, next.name, next.Format())
	case s.rules != "":
		findings, err := compat.CheckRules(ctx, s.rules, old.Parsed, next.Parsed)
		return locate(findings, old, next), err
	}
	var findings []finding.Finding
	for _, sides := range s.level.Directions() {
		differences, err := compat.CompareChange(ctx, old.Parsed, next.Parsed, sides)
		if err != nil {
			return nil, err
		}
		for _, d := range differences {
			f := d.Finding(sides, s.policy)
			f.File = next.name
			if _, newAt := d.Places(sides); newAt.Position == (schema.Position{}) && f.Line > 0 {
				f.File = old.name
			}
			findings = append(findings, f)
		}
	}
	return findings, nil
}

// withRisks adds the findings beside the verdict, unless the verdict rests on
// them: a set of rules has some in common with the risks of every change.
func withRisks(ctx context.Context, findings []finding.Finding, old, next source) ([]finding.Finding, error) {
	if old.Format() != next.Format() {
		return findings, nil
	}
	risks, err := compat.Findings(ctx, old.Parsed, next.Parsed)
	if err != nil {
		return nil, err
	}
	for _, risk := range locate(risks, old, next) {
		known := slices.ContainsFunc(findings, func(f finding.Finding) bool {
			return f.Code == risk.Code && f.Path == risk.Path && f.Message == risk.Message
		})
		if !known {
			findings = append(findings, risk)
		}
	}
	return findings, nil
}

// locate names the files that findings about two schemas and what they use
// speak of.
func locate(findings []finding.Finding, old, next source) []finding.Finding {
	for i := range findings {
		f := &findings[i]
		in := next
		if slices.ContainsFunc(f.Evidence, func(fact string) bool { return strings.HasSuffix(fact, compat.InOldSchema) }) {
			in = old
		}
		f.File = in.origin(f.File)
	}
	return findings
}

// completeFiles completes arguments with the names of schema files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"avsc", "proto", "json"}, cobra.ShellCompDirectiveFilterFileExt
}
