package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema/finding"
)

// judgement is what is found about a tree, by comparing it with others.
type judgement struct {
	*app
	head *tree.Tree
	// against says with what it was compared, in words.
	against []string
	// bare: there was nothing on the other side.
	bare  bool
	found []finding.Finding
	// readers tell of those who read a subject, nil if no registry is asked.
	readers *remoteReaders
}

// offlineCache keeps every contract and schema of a large tree parsed, in bytes.
const offlineCache = 2 << 30

// offline judges the tree as a change of another, by the registry's own gate.
func (j *judgement) offline(ctx context.Context, base *tree.Tree) error {
	opts := registry.Options{Log: memlog.New(), Now: j.now, ParseCache: offlineCache}
	if j.readers != nil {
		opts.Readers = j.readers.of
	}
	reg, err := registry.Open(ctx, opts)
	if err != nil {
		return err
	}
	defer reg.Close() //nolint:errcheck // it is in memory
	if base != nil {
		if err := fill(ctx, reg, base); err != nil {
			return fmt.Errorf("read what to compare with: %w", err)
		}
	}
	change := changeOf(ctx, j.head)
	change.DryRun = true
	change.Policies = []registry.Scoped[registry.PolicyChange]{{Value: policyOf(j.head.Settings)}}
	change.Configs = levelsOf(j.head)
	change.Removals = removals(base, j.head)
	result, err := reg.Change(ctx, change)
	if j.readers != nil {
		err = cmp.Or(j.readers.failure(), err)
	}
	if err != nil {
		return err
	}
	j.take(result.Findings, result.Refused)
	return nil
}

// online has a registry judge the tree as a change of what it holds, contract by
// contract as 'accord apply' would send it.
func (j *judgement) online(ctx context.Context) error {
	c, err := compareWith(ctx, j.app, j.head)
	if err != nil {
		return err
	}
	groups := groupsOf(j.head, nil)
	err = each(ctx, len(groups), j.progress("asking"), func(ctx context.Context, i int) error { return c.compare(ctx, groups[i]) })
	if err != nil {
		return fmt.Errorf("ask the registry: %w", err)
	}
	j.against = append(j.against, redacted(j.registryURL()))
	for _, g := range groups {
		j.take(g.findings, g.refused)
		for _, s := range g.streams {
			j.take(s.drifts(), nil)
		}
	}
	return nil
}

// codeRefused is a refusal that no finding explains.
var codeRefused = finding.Claim("CONTRACT_CHANGE_REFUSED", "a registry refuses a change as a whole")

// take adds what one side has to say.
func (j *judgement) take(found []finding.Finding, refused error) {
	explained := slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Counts(finding.Error) })
	if refused != nil && !explained {
		found = append(found, finding.Finding{Code: codeRefused, Severity: finding.Error, Message: refused.Error()})
	}
	for _, f := range found {
		f = j.head.Place(f)
		if slices.ContainsFunc(j.found, func(o finding.Finding) bool { return tells(o, f) }) {
			continue
		}
		j.found = append(slices.DeleteFunc(j.found, func(o finding.Finding) bool { return tells(f, o) }), f)
	}
}

// tells reports whether a finding of one side says what another of the other
// side does: at the same place, of the same paths and perhaps of more.
func tells(f, o finding.Finding) bool {
	if f.Code != o.Code || f.Subject != o.Subject || f.File != o.File || f.Line != o.Line {
		return false
	}
	paths := append([]string{f.Path}, f.Also...)
	return slices.Contains(paths, o.Path) && !slices.ContainsFunc(o.Also, func(p string) bool { return !slices.Contains(paths, p) })
}

// settled are all findings, with what the settings of the tree say of them.
func (j *judgement) settled() []finding.Finding {
	s := j.head.Settings
	all := slices.Concat(j.head.Findings, j.found)
	if s.Governance == string(registry.Advise) {
		j.soften(all)
	}
	// A level is set, and not excused: what it refuses stays refused.
	verdicts, rest := []finding.Finding{}, []finding.Finding{}
	for _, f := range all {
		if ofLevel(f.Code) {
			verdicts = append(verdicts, f)
		} else {
			rest = append(rest, f)
		}
	}
	all = append(finding.Tolerate(rest, j.now(), s.Exemptions, s.Baseline), verdicts...)
	finding.Sort(all)
	return all
}

// soften makes warnings of what is wanting where the mode is advise. What can be
// neither read nor registered stays an error.
func (j *judgement) soften(findings []finding.Finding) {
	invalid := map[string]bool{}
	for _, c := range j.head.Contracts {
		invalid[c.Name] = c.Document == nil || !c.Document.Valid()
	}
	for _, f := range j.head.Findings {
		invalid[f.File] = true
	}
	for i, f := range findings {
		if f.Severity == finding.Error && !ofLevel(f.Code) && !invalid[f.File] && f.Code != codeRefused {
			findings[i].Severity = finding.Warning
		}
	}
}

// ofLevel reports whether a code is that of a schema the registry refuses
// whatever governance says.
func ofLevel(code finding.Code) bool {
	family, _, _ := strings.Cut(string(code), "_")
	return family == "AVRO" || family == "PROTO" || family == "JSON" || code == "CONTRACT_SCHEMA_REFUSED"
}

// streams counts the streams that were looked at: what has a contract, or is
// named as the values of a topic are.
func (j *judgement) streams(chosen choice) int {
	subjects := map[string]bool{}
	for subject := range j.head.Subjects() {
		subjects[subject] = true
	}
	for _, s := range j.head.Schemas {
		if strings.HasSuffix(s.Subject, "-value") {
			subjects[s.Subject] = true
		}
	}
	n := 0
	for subject := range subjects {
		if subject != "" && (len(chosen) == 0 || chosen.subject(j.head, subject)) {
			n++
		}
	}
	return n
}
