// Package transfer moves what one schema registry holds into another over
// their REST APIs: Confluent's, and any that follows it, into Accord.
//
// An import reads the whole source first, then stores what the target does
// not have, versions after those they refer to, and at last compares both
// sides on the endpoints that clients read. Nothing that the target has is
// overwritten, and nothing is kept between runs: one that died is run again
// and finds by itself what is left to do.
package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// Options say what is imported and how.
type Options struct {
	// Source is any registry, Target an Accord.
	Source, Target *client.Client
	// Prefixes select subjects by the start of their qualified name, with the
	// versions they refer to; no settings but theirs are imported then. None
	// is everything.
	Prefixes []string
	// Parallel is how many requests run at once; below 1 is 8.
	Parallel int
	// DryRun reads and compares and writes nothing.
	DryRun bool
	// OverwriteSettings lets the source's configs, policies and modes replace
	// those of the target. Without it they are conflicts.
	OverwriteSettings bool
	// Progress is told how far a stage is; nil is nobody. Calls do not
	// overlap.
	Progress func(stage string, done, total int)
}

const defaultParallel = 8

// Report is what an import did and found.
type Report struct {
	// Subjects are those of the source, soft-deleted ones too.
	Subjects int
	// What became of each kind of thing that was read.
	Contexts, Versions, Configs, Policies, Modes Count
	// Keks, Deks and Associations are what Confluent's registries have, too;
	// Contracts and Exceptions are an Accord's.
	Keks, Deks, Associations, Contracts, Exceptions Count
	// Accord: the source is one.
	Accord bool
	// Baseline is how many imported subjects owe what the target's governance
	// asks for: their baseline tolerates it from now on.
	Baseline int
	// Findings are ordered by subject.
	Findings []finding.Finding
}

// Count tells what became of the things of one kind. In a dry run it tells
// what would become of them, as far as the source and the target can be read.
type Count struct {
	// Read is how many the source has; the others add up to it once an import
	// is complete.
	Read int
	// Stored were not there, Identical were, Deleted are soft-deleted since an
	// earlier import.
	Stored, Identical, Deleted int
	// Conflicts were there and differ, Refused could not be stored. Both are
	// among the findings.
	Conflicts, Refused int
}

// The outcomes of the import endpoint.
const (
	stored    = "stored"
	deleted   = "deleted"
	identical = "identical"
	conflict  = "conflict"
)

func (c *Count) add(outcome string) {
	switch outcome {
	case stored:
		c.Stored++
	case deleted:
		c.Deleted++
	case identical:
		c.Identical++
	case conflict:
		c.Conflicts++
	default:
		c.Refused++
	}
}

// Import brings the source's content into the target. The report is there in
// case of an error, too: it tells how far the import came. What the registries
// contradict, differ in or refuse is in its findings and no error.
func Import(ctx context.Context, opts Options) (Report, error) {
	if opts.Parallel < 1 {
		opts.Parallel = defaultParallel
	}
	t := &transfer{Options: opts, troubled: map[versionKey]bool{}, unparsed: map[versionKey]bool{}}
	err := t.run(ctx)
	finding.Sort(t.report.Findings)
	return t.report, err
}

// transfer is one import under way.
type transfer struct {
	Options
	source, target *content
	// holders are versions of the target by id, any of those that share one.
	holders map[idKey]client.Schema

	mu     sync.Mutex
	report Report
	// troubled are versions with a finding of their own: that they differ
	// afterwards goes without saying.
	troubled map[versionKey]bool
	// unparsed are versions that were reported as such when they were stored.
	unparsed map[versionKey]bool
}

func (t *transfer) run(ctx context.Context) error {
	if _, err := t.Target.Import(ctx, client.ImportRequest{}); err != nil {
		return fmt.Errorf("ask the target whether it takes imports: %w", err)
	}
	source := &reader{transfer: t, Client: t.Source}
	var err error
	if t.source, err = source.read(ctx); err != nil {
		return fmt.Errorf("read the source: %w", err)
	}
	t.report.Accord = source.accord
	t.count()
	if err := t.readTarget(ctx); err != nil {
		return err
	}
	if t.DryRun {
		t.foresee()
		if err := errors.Join(t.foreseeRest(ctx), t.foreseeHoldings(ctx)); err != nil {
			return err
		}
		return t.checkSource(ctx)
	}
	if err := t.store(ctx); err != nil {
		done := t.report.Versions
		return fmt.Errorf("stored %d of %d versions: %w", done.Stored+done.Identical+done.Deleted, done.Read, err)
	}
	if err := t.setBaseline(ctx); err != nil {
		return fmt.Errorf("set the baseline of what was imported: %w", err)
	}
	if err := t.readTarget(ctx); err != nil {
		return err
	}
	return t.verify(ctx)
}

// readTarget reads the target's versions. They are trusted: nothing but the
// list is asked for.
func (t *transfer) readTarget(ctx context.Context) error {
	target := &reader{transfer: t, Client: t.Target}
	rows, err := target.list(ctx, everywhere)
	if err != nil {
		return fmt.Errorf("read the target: %w", err)
	}
	t.target = &content{versions: map[versionKey]client.Schema{}}
	t.holders = map[idKey]client.Schema{}
	for _, row := range rows {
		t.target.versions[keyOf(row.Schema)] = row.Schema
		t.holders[idOf(row.Schema)] = row.Schema
	}
	return nil
}

func (t *transfer) count() {
	subjects := map[string]bool{}
	for k := range t.source.versions {
		subjects[k.subject] = true
	}
	r := &t.report
	r.Subjects = len(subjects)
	r.Contexts.Read, r.Versions.Read = len(t.source.contexts), len(t.source.versions)
	for _, k := range kinds {
		k.count(r).Read = len(t.source.holdings.of(k))
	}
	for _, s := range t.source.settings {
		if s.config != nil {
			r.Configs.Read++
		}
		if s.policy != nil {
			r.Policies.Read++
		}
		if s.mode != "" {
			r.Modes.Read++
		}
	}
}

// note adds a finding.
func (t *transfer) note(f finding.Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report.Findings = append(t.report.Findings, f)
}

// progress counts the steps of a stage.
func (t *transfer) progress(stage string, total int) (step func(n int)) {
	if t.Progress == nil || total == 0 {
		return func(int) {}
	}
	done := 0
	return func(n int) {
		t.mu.Lock()
		defer t.mu.Unlock()
		done += n
		t.Progress(stage, done, total)
	}
}

// versionKey names a version in a registry.
type versionKey struct {
	subject string
	version int
}

func keyOf(s client.Schema) versionKey { return versionKey{s.Subject, s.Version} }

func compareKeys(a, b versionKey) int {
	return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(a.version, b.version))
}

// idKey names an id in its context, the context as a scope: "" or ":.eu:".
type idKey struct {
	scope string
	id    int
}

func idOf(s client.Schema) idKey { return idKey{contextOf(s.Subject), s.ID} }

func compareIDs(a, b idKey) int {
	return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.id, b.id))
}

// each runs do for every item, some at once, until one fails.
func each[T any](ctx context.Context, workers int, items []T, do func(context.Context, T) error) error {
	running, until := errgroup.WithContext(ctx)
	running.SetLimit(max(workers, 1))
	for _, item := range items {
		if until.Err() != nil {
			break
		}
		running.Go(func() error { return do(until, item) })
	}
	return cmp.Or(running.Wait(), context.Cause(ctx))
}
