package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// groupsOf parts a tree into what is written together: each contract with the
// schemas of its streams and all they use, and the schemas without a contract.
func groupsOf(t *tree.Tree, chosen choice) []*group {
	var out []*group
	covered := map[string]bool{}
	for _, c := range t.Contracts {
		g := &group{file: c.Name}
		g.change.Contracts = []registry.ContractFile{{Name: c.Name, Text: c.Text}}
		wanted := chosen.has(c.Name)
		for _, s := range c.Streams {
			if s.Subject == "" {
				continue
			}
			g.streams = append(g.streams, streamView{Subject: s.Subject, File: c.Name})
			wanted = g.with(t, s.Subject, chosen, covered) || wanted
			wanted = g.with(t, s.KeySubject, chosen, covered) || wanted
		}
		if wanted {
			out = append(out, g)
		}
	}
	for _, s := range t.Schemas {
		if covered[s.Subject] {
			continue
		}
		g := &group{file: s.Name}
		if g.with(t, s.Subject, chosen, covered) {
			out = append(out, g)
		}
	}
	return out
}

// with adds a schema and all it uses to a group, and reports whether one of
// them is chosen.
func (g *group) with(t *tree.Tree, subject string, chosen choice, covered map[string]bool) bool {
	s := t.Schema(subject)
	if s == nil {
		return false
	}
	for _, other := range g.change.Schemas {
		if other.Subject == subject {
			return false
		}
	}
	covered[subject] = true
	wanted := chosen.has(s.Name)
	g.change.Schemas = append(g.change.Schemas, schemaFileOf(*s))
	if t.Contract(subject) == nil {
		g.streams = append(g.streams, streamView{Subject: subject, File: s.Name})
	}
	for _, ref := range s.References {
		wanted = g.with(t, ref.Subject, chosen, covered) || wanted
	}
	return wanted
}

// asked is how many questions a registry is asked at once.
const asked = 8

// each does something for every number below n, a few at once, until one fails.
func each(ctx context.Context, n int, tell func(done, total int), do func(ctx context.Context, i int) error) error {
	running, until := errgroup.WithContext(ctx)
	running.SetLimit(asked)
	var mu sync.Mutex
	finished := 0
	for i := range n {
		if until.Err() != nil {
			break
		}
		running.Go(func() error {
			if err := do(until, i); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			finished++
			if tell != nil {
				tell(finished, n)
			}
			return nil
		})
	}
	return cmp.Or(running.Wait(), context.Cause(ctx))
}

// comparison compares a tree with a registry.
type comparison struct {
	*app
	head     *tree.Tree
	registry *client.Client
	// git is nil outside of a repository.
	git *tree.Git
}

func newComparison(ctx context.Context, a *app) (*comparison, error) {
	head, err := readFolder(ctx, ".")
	if err != nil {
		return nil, err
	}
	return compareWith(ctx, a, head)
}

// compareWith compares a tree with the registry that was asked for.
func compareWith(ctx context.Context, a *app, head *tree.Tree) (*comparison, error) {
	c, err := a.client()
	if err != nil {
		return nil, err
	}
	git, _ := tree.OpenGit(ctx, ".") // without one, nothing is known of what drifted
	return &comparison{app: a, head: head, registry: c, git: git}, nil
}

// compare asks what would come of a group, and reads what it would replace.
func (c *comparison) compare(ctx context.Context, g *group) error {
	publish(ctx, c.head, &g.change)
	req := requestOf(g.change)
	req.DryRun = true
	answer, err := c.registry.Change(ctx, req)
	if err != nil {
		return fmt.Errorf("compare %s: %w", g.file, err)
	}
	g.settle(answer)
	if answer.Refused != nil {
		g.refused = errors.New(answer.Refused.Message)
	}
	for i := range g.streams {
		s := &g.streams[i]
		if g.refused != nil && s.File == g.file {
			s.Outcome = string(registry.ChangeRefused)
		}
		if err := c.describe(ctx, s, g.candidate(s.Subject)); err != nil {
			return fmt.Errorf("compare %s: %w", s.Subject, err)
		}
	}
	return nil
}

// candidate is the schema of a subject as it is sent, the zero Candidate for none.
func (g *group) candidate(subject string) registry.Candidate {
	for _, s := range g.change.Schemas {
		if s.Subject == subject {
			return s.Candidate
		}
	}
	return registry.Candidate{}
}

// settle notes what a registry says became of a group, or would.
func (g *group) settle(answer client.ChangeResponse) {
	g.findings = answer.Findings
	for i := range g.streams {
		s := &g.streams[i]
		for _, step := range answer.Steps {
			if step.Subject != s.Subject {
				continue
			}
			switch step.Kind {
			case "contract":
				s.Contract = step.Outcome
			case "schema":
				s.Schema, s.Version, s.latest = step.Outcome, step.Version, step.Latest
			}
		}
		s.Outcome = overall(s.Contract, s.Schema)
	}
}

// overall is the outcome of a stream: of its contract, if that is new, or else
// of what changes at all.
func overall(contract, schema string) string {
	outcomes := []string{contract, schema}
	for _, o := range []registry.ChangeOutcome{registry.ChangeRefused, registry.ChangeUpdates, registry.ChangeCreates} {
		for _, outcome := range outcomes {
			if outcome == string(o) {
				if o == registry.ChangeCreates && (contract == string(registry.ChangeNothing) || schema == string(registry.ChangeNothing)) {
					return string(registry.ChangeUpdates) // one of the two was there
				}
				return outcome
			}
		}
	}
	return string(registry.ChangeNothing)
}

// describe says what would change in a stream, where something does.
func (c *comparison) describe(ctx context.Context, s *streamView, sent registry.Candidate) error {
	changes := func(outcome string) bool { return outcome != "" && outcome != string(registry.ChangeNothing) }
	if changes(s.Contract) || s.Outcome == string(registry.ChangeRefused) && s.Contract == "" {
		if err := c.describeContract(ctx, s); err != nil {
			return err
		}
	}
	if err := c.drift(ctx, s); err != nil {
		return err
	}
	if !changes(s.Schema) {
		return nil
	}
	next, err := c.head.Parse(ctx, s.Subject)
	if err != nil || next == nil {
		return nil //nolint:nilerr // the registry has said what is wrong with it
	}
	if s.latest == 0 {
		s.ExtraEdits = extraEdits(client.Schema{}, sent)
		return nil
	}
	old, err := c.stored(ctx, s.Subject, s.latest)
	if err != nil {
		return err
	}
	if old.parsed != nil {
		s.SchemaEdits = compat.Diff(old.parsed, next)
	}
	s.ExtraEdits = extraEdits(old.version, sent)
	return nil
}

func (c *comparison) describeContract(ctx context.Context, s *streamView) error {
	file := c.head.Contract(s.Subject)
	if file == nil || file.Document == nil {
		return nil
	}
	stored, err := c.registry.Contract(ctx, s.Subject)
	if err != nil && !isMissing(err) {
		return err
	}
	var before *contracts.Contract
	if err == nil {
		before = contractFor(stored.Text, s.Subject)
		s.Drifted = stored.Text != string(file.Text) && c.git != nil && !c.git.Knew(ctx, []byte(stored.Text))
	}
	s.ContractEdits = contracts.Diff(before, contractFor(string(file.Text), s.Subject))
	s.Drifted = s.Drifted && len(s.ContractEdits) > 0 // other comments or spaces are the same promise
	return nil
}
