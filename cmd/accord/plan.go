package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/schema/finding"
)

func newPlan(a *app) *cobra.Command {
	var p plan
	cmd := &cobra.Command{
		Use:   "plan [PATH...]",
		Short: "Show what contracts and schemas would change in the registry",
		Long: `Compare the contracts and schemas of the current folder with what the registry
has, and show for each stream which fields, promises and facts would change, and
what the gate says. Nothing is written. Only the streams of the folder are asked
for, and only what differs is read.

A contract that somebody changed in the registry, so that its text was never in
this git repository, has drifted: applying would undo that. A schema has drifted
if the registry has versions that are newer than the file's, or that say what no
commit of this repository says; plan names them, and the command that fetches
the newest.

Exit codes: 0 fine, 1 the registry would refuse something, 2 wrong usage, 3 it
could not be asked.`,
		Example: `  accord plan
  accord plan contracts/orders --registry http://127.0.0.1:8081
  accord plan --output json`,
		RunE: a.does(func(ctx context.Context, args []string) error { return p.run(ctx, a, args) }),
	}
	addOutput(cmd, &p.output)
	return cmd
}

type plan struct{ output format }

// planView is what plan and apply print. It is a promise as those of views.go
// are.
type planView struct {
	// Streams are those that would change, be refused, or have drifted.
	Streams []streamView `json:"streams"`
	// Created, Updated, Unchanged and Refused count streams.
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	report.Document
}

// streamView is a subject of the folder against the registry.
type streamView struct {
	Subject string `json:"subject"`
	// File is the contract, or the schema where there is no contract.
	File string `json:"file"`
	// Outcome is created, updated, unchanged or refused, as a whole.
	Outcome string `json:"outcome"`
	// Contract and Schema are the outcomes of the two; "" for what the folder
	// does not have.
	Contract string `json:"contract,omitempty"`
	Schema   string `json:"schema,omitempty"`
	// Version is the schema's version, 0 for one that is yet to be written.
	Version int `json:"version,omitempty"`
	// ContractEdits and SchemaEdits are what would change.
	ContractEdits []contracts.Edit `json:"contractEdits,omitempty"`
	SchemaEdits   []compat.Edit    `json:"schemaEdits,omitempty"`
	// ExtraEdits are what would change of the rules and metadata that go with
	// the schema.
	ExtraEdits []extraEdit `json:"extraEdits,omitempty"`
	// Drifted: the registry's contract was never in the git repository.
	Drifted bool `json:"drifted,omitempty"`
	// SchemaDrift are versions that the files do not know, nil for none.
	SchemaDrift *driftView `json:"schemaDrift,omitempty"`

	// latest is the newest version that the registry had, 0 for none.
	latest int
}

func (p plan) run(ctx context.Context, a *app, paths []string) error {
	d, err := a.draw(ctx, paths)
	if err != nil {
		return err
	}
	view := d.view()
	if err := a.show(p.output, view, func() { view.print(a, "would be ") }); err != nil {
		return err
	}
	return view.verdict()
}

// verdict is errFindings if something is refused.
func (v planView) verdict() error {
	if v.Refused > 0 || report.Reaches(v.Findings, finding.Error) {
		return errFindings
	}
	return nil
}

// print shows the plan; done is how the outcomes are told.
func (v planView) print(a *app, done string) {
	for _, s := range v.Streams {
		s.print(a)
	}
	_ = report.Text(report.Style{Colour: a.colours(a.stdout)})(a.stdout, v.Findings) // a terminal that is gone cannot be told
	if len(v.Findings) > 0 {
		a.say("")
	}
	a.say("%d %screated, %d %supdated, %d refused, %d unchanged", v.Created, done, v.Updated, done, v.Refused, v.Unchanged)
}

func (s streamView) print(a *app) {
	sign := map[string]string{"created": "+", "refused": "!", "unchanged": "="}[s.Outcome]
	sign = cmp.Or(sign, "~")
	a.say("%s", a.painted(sign, printable(fmt.Sprintf("%s %s  %s (%s)", sign, s.Subject, s.Outcome, s.File), false)))
	if s.Drifted {
		a.say("    drift: the registry's contract was never in this repository; applying takes back what was changed there")
	}
	if s.SchemaDrift != nil {
		a.say("    drift: %s", s.SchemaDrift.what())
		a.say("    hint: fetch it: %s", printable(s.SchemaDrift.fetch(s.Subject), false))
	}
	for _, e := range s.ContractEdits {
		a.say("    contract %s", printable(strings.TrimPrefix(e.String(), ": "), false))
	}
	for _, e := range s.SchemaEdits {
		mark := signOf(e)
		a.say("    schema   %s", a.painted(mark, printable(mark+" "+shownPath(e)+"  "+told(e), false)))
	}
	for _, e := range s.ExtraEdits {
		mark := cmp.Or(e.sign(), "~")
		a.say("    %-8s %s", e.Kind, a.painted(mark, printable(mark+" "+e.Name, false)))
	}
	a.say("")
}

// drawing is a folder against a registry, contract by contract.
type drawing struct {
	*comparison
	groups []*group
	faults []finding.Finding
}

// group is what is written together or not at all: a contract, the schemas of
// its streams, and all they use.
type group struct {
	// file is the contract, or a schema that has none.
	file     string
	change   registry.Change
	streams  []streamView
	findings []finding.Finding
	refused  error
}

// draw asks the registry what would come of each contract of the folder.
func (a *app) draw(ctx context.Context, paths []string) (*drawing, error) {
	chosen, err := choose(paths)
	if err != nil {
		return nil, err
	}
	c, err := newComparison(ctx, a)
	if err != nil {
		return nil, err
	}
	d := &drawing{comparison: c, groups: groupsOf(c.head, chosen), faults: chosen.among(c.head.Findings, c.head)}
	if len(d.groups)+len(d.faults) == 0 {
		return nil, unable("name a folder with *.odcs.yaml, or begin with 'accord init'", "there is no contract here")
	}
	tell := a.progress("comparing")
	err = each(ctx, len(d.groups), tell, func(ctx context.Context, i int) error { return c.compare(ctx, d.groups[i]) })
	if err != nil {
		return nil, err
	}
	return d, nil
}

// broken reports whether the folder itself has something against a group.
func (d *drawing) broken(g *group) bool {
	return slices.ContainsFunc(d.faults, func(f finding.Finding) bool {
		return f.Severity == finding.Error && (f.File == g.file || slices.ContainsFunc(g.streams, func(s streamView) bool { return s.Subject == f.Subject }))
	})
}

func (d *drawing) view() planView {
	v := planView{Streams: []streamView{}}
	all := slices.Clone(d.faults)
	seen := map[string]bool{}
	for _, g := range d.groups {
		for _, f := range g.findings {
			all = append(all, d.head.Place(f))
		}
		if explained := slices.ContainsFunc(g.findings, func(f finding.Finding) bool { return f.Severity == finding.Error }); g.refused != nil && !explained {
			all = append(all, finding.Finding{Code: codeRefused, Severity: finding.Error, File: g.file, Message: g.refused.Error()})
		}
		for _, s := range g.streams {
			if seen[s.Subject] {
				continue // used by several
			}
			seen[s.Subject] = true
			v.add(s)
		}
	}
	v.Document = report.NewDocument(unique(all))
	slices.SortFunc(v.Streams, func(x, y streamView) int { return strings.Compare(x.Subject, y.Subject) })
	return v
}

// unique sorts findings and drops what is there twice: several groups have
// something to say of a schema they share.
func unique(findings []finding.Finding) []finding.Finding {
	finding.Sort(findings)
	return slices.CompactFunc(findings, func(x, y finding.Finding) bool {
		return x.Key() == y.Key() && x.File == y.File && x.Line == y.Line && x.Message == y.Message
	})
}

func (v *planView) add(s streamView) {
	switch s.Outcome {
	case string(registry.ChangeCreates):
		v.Created++
	case string(registry.ChangeUpdates):
		v.Updated++
	case string(registry.ChangeRefused):
		v.Refused++
	default:
		v.Unchanged++
		if s.SchemaDrift == nil {
			return
		}
	}
	v.Streams = append(v.Streams, s)
}
