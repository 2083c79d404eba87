package transfer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// foresee tells what an import would do, from what both sides hold now.
func (t *transfer) foresee() {
	for _, s := range t.source.sorted() {
		k := keyOf(s)
		have, there := t.target.versions[k]
		other, taken := t.holders[idOf(s)]
		switch differs := differences(s, have); {
		case there && len(differs) > 0:
			t.settle(&t.report.Versions, client.ImportResult{
				Outcome: conflict, Message: "the target has the version with another " + strings.Join(differs, ", "),
			}, k.about("", "", ""), t.sides(s))
		case there && isDeleted(s) == isDeleted(have):
			t.report.Versions.add(identical)
		case there && isDeleted(s):
			t.report.Versions.add(deleted)
		case there:
			t.settle(&t.report.Versions, client.ImportResult{
				Outcome: conflict, Message: "the version is soft-deleted in the target",
			}, k.about("", "", ""), t.sides(s))
		case taken && other.Schema != s.Schema && other.GUID != s.GUID:
			t.settle(&t.report.Versions, client.ImportResult{
				Outcome: conflict, Message: fmt.Sprintf("id %d holds another schema in the target: version %d of '%s'", s.ID, other.Version, other.Subject),
			}, k.about("", "", ""), t.sides(s))
		default:
			t.report.Versions.add(stored)
		}
	}
}

// foreseeRest does the same for contexts and settings.
func (t *transfer) foreseeRest(ctx context.Context) error {
	target := &reader{transfer: t, Client: t.Target}
	names, err := target.contextNames(ctx)
	if err != nil {
		return fmt.Errorf("read the target: %w", err)
	}
	contexts, err := target.contexts(ctx, names, t.target.versions)
	if err != nil {
		return fmt.Errorf("read the target: %w", err)
	}
	highest := map[string]int{}
	for _, c := range contexts {
		highest[c.Context] = c.MaxID
	}
	for _, c := range t.source.contexts {
		outcome := stored
		if most, known := highest[c.Context]; known && most >= c.MaxID {
			outcome = identical
		}
		t.report.Contexts.add(outcome)
	}
	have, err := target.settings(ctx, t.settingScopes())
	if err != nil {
		return fmt.Errorf("read the target: %w", err)
	}
	for _, scope := range slices.Sorted(maps.Keys(t.source.settings)) {
		t.foreseeScope(scope, t.source.settings[scope], have[scope])
	}
	return nil
}

func (t *transfer) foreseeScope(scope string, source, target settings) {
	settle := func(count *Count, what string, there bool, source, target any) {
		r := client.ImportResult{Outcome: stored}
		switch {
		case there && sameJSON(source, target):
			r.Outcome = identical
		case there && !t.OverwriteSettings:
			r.Outcome, r.Message = conflict, fmt.Sprintf("the %s is %s in the target, not %s", what, wire(target), wire(source))
		}
		t.settle(count, r, finding.Finding{Subject: scope, Path: what}, nil)
	}
	if source.config != nil {
		settle(&t.report.Configs, "config", target.config != nil, source.config, target.config)
	}
	if source.policy != nil {
		settle(&t.report.Policies, "policy", target.policy != nil, source.policy, target.policy)
	}
	if source.mode != "" {
		there := target.mode != "" && (target.mode != readWrite || source.mode == readWrite)
		settle(&t.report.Modes, "mode", there, source.mode, target.mode)
	}
}
