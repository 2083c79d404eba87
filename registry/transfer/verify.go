package transfer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// differences names what two answers about one version do not share: all that
// makes a version but its GUID, its time and whether it is deleted.
func differences(source, target client.Schema) []string {
	var out []string
	for _, part := range []struct {
		name string
		same bool
	}{
		{"id", source.ID == target.ID},
		{"type", languageOf(source) == languageOf(target)},
		{"text", source.Schema == target.Schema},
		{"references", slices.Equal(source.References, target.References)},
		{"metadata", source.Metadata.Equal(target.Metadata)},
		{"rule set", source.RuleSet.Equal(target.RuleSet)},
	} {
		if !part.same {
			out = append(out, part.name)
		}
	}
	return out
}

// verify reads both sides again and notes what is not the same.
func (t *transfer) verify(ctx context.Context) error {
	for _, s := range t.source.sorted() {
		if !t.troubled[keyOf(s)] {
			t.compare(s)
		}
	}
	t.findExtra()
	if err := t.findUnparsed(ctx); err != nil {
		return err
	}
	if err := t.compareIDs(ctx); err != nil {
		return err
	}
	return errors.Join(t.compareSettings(ctx), t.compareHoldings(ctx))
}

// compare notes what of a version is not as in the source.
func (t *transfer) compare(s client.Schema) {
	k := keyOf(s)
	have, ok := t.target.versions[k]
	if !ok {
		t.note(k.about(codeDiffers, finding.Error, "the target does not have the version"))
		return
	}
	differs := differences(s, have)
	if isDeleted(s) != isDeleted(have) {
		differs = append(differs, "deletion")
	}
	if s.GUID != (schema.GUID{}) && s.GUID != have.GUID {
		differs = append(differs, "guid")
	}
	if s.Timestamp != nil && (have.Timestamp == nil || *s.Timestamp != *have.Timestamp) {
		differs = append(differs, "time")
	}
	if len(differs) > 0 {
		f := k.about(codeDiffers, finding.Error, "the target answers another %s", strings.Join(differs, ", "))
		f.Evidence = t.sides(s)
		t.note(f)
	}
}

// findExtra notes what the target has of an imported subject beyond the
// source.
func (t *transfer) findExtra() {
	subjects := map[string]bool{}
	for k := range t.source.versions {
		subjects[k.subject] = subjects[k.subject] || t.selected(k.subject)
	}
	for _, k := range slices.SortedFunc(maps.Keys(t.target.versions), compareKeys) {
		if _, ok := t.source.versions[k]; !ok && subjects[k.subject] {
			t.note(k.about(codeExtra, finding.Warning, "the source does not have the version"))
		}
	}
}

// findUnparsed notes what earlier runs stored although no parser takes it.
func (t *transfer) findUnparsed(ctx context.Context) error {
	for row, err := range t.Target.Schemas(ctx, client.SchemasOptions{Prefix: everywhere, Deleted: true, Unparsed: true}) {
		if err != nil {
			return fmt.Errorf("read the target: %w", err)
		}
		k := keyOf(row.Schema)
		if _, ours := t.source.versions[k]; ours && !t.unparsed[k] {
			t.noteUnparsed(k.about("", "", ""), "")
		}
	}
	return nil
}

// ids groups the source's versions by what consumers ask for.
func (t *transfer) ids() map[idKey][]client.Schema {
	out := map[idKey][]client.Schema{}
	for _, s := range t.source.sorted() {
		out[idOf(s)] = append(out[idOf(s)], s)
	}
	return out
}

// compareIDs reads every id on both sides, as consumers do.
func (t *transfer) compareIDs(ctx context.Context) error {
	rows := t.ids()
	step := t.progress("Comparing ids", len(rows))
	return each(ctx, t.Parallel, slices.SortedFunc(maps.Keys(rows), compareIDs), func(ctx context.Context, id idKey) error {
		defer step(1)
		source, ok, err := t.sourceByID(ctx, id, rows[id])
		if err != nil || !ok || t.allTroubled(rows[id]) {
			return err
		}
		target, err := t.Target.SchemaByID(ctx, id.id, client.IDOptions{Subject: id.scope})
		if fatal(ctx, err) {
			return fmt.Errorf("read the target: %w", err)
		}
		k := keyOf(rows[id][0])
		switch {
		case err != nil:
			t.note(k.about(codeDiffers, finding.Error, "the target does not give its id %d: %v", id.id, err))
		case source.Schema != target.Schema:
			t.note(k.about(codeDiffers, finding.Error, "the target answers another text for its id %d", id.id))
		}
		return nil
	})
}

// allTroubled reports whether none of the versions of an id was stored.
func (t *transfer) allTroubled(rows []client.Schema) bool {
	return !slices.ContainsFunc(rows, func(s client.Schema) bool { return !t.troubled[keyOf(s)] })
}

// checkSource reads every id of the source alone.
func (t *transfer) checkSource(ctx context.Context) error {
	rows := t.ids()
	step := t.progress("Checking ids", len(rows))
	return each(ctx, t.Parallel, slices.SortedFunc(maps.Keys(rows), compareIDs), func(ctx context.Context, id idKey) error {
		defer step(1)
		_, _, err := t.sourceByID(ctx, id, rows[id])
		return err
	})
}

// sourceByID reads an id of the source. Its text must be that of one of the
// versions which the source says to have it.
func (t *transfer) sourceByID(ctx context.Context, id idKey, rows []client.Schema) (client.SchemaString, bool, error) {
	k := keyOf(rows[0])
	got, err := t.Source.SchemaByID(ctx, id.id, client.IDOptions{Subject: id.scope})
	switch {
	case fatal(ctx, err):
		return got, false, fmt.Errorf("read the source: %w", err)
	case err != nil:
		t.note(k.about(codeUnreadable, finding.Error, "the source does not give its id %d: %v", id.id, err))
		return got, false, nil
	}
	if !slices.ContainsFunc(rows, func(s client.Schema) bool { return s.Schema == got.Schema }) {
		f := k.about(codeContradiction, finding.Error, "the source answers another text for its id %d than for the version, which is imported", id.id)
		f.Evidence = []string{fmt.Sprintf("version: %d bytes", len(rows[0].Schema)), fmt.Sprintf("id %d: %d bytes", id.id, len(got.Schema))}
		t.note(f)
		return got, false, nil
	}
	return got, true, nil
}

// compareSettings reads contexts and settings back and compares what holds for
// each scope.
func (t *transfer) compareSettings(ctx context.Context) error {
	names, err := t.Target.Contexts(ctx, "")
	if err != nil {
		return fmt.Errorf("read the target: %w", err)
	}
	for _, c := range t.source.contexts {
		if !slices.Contains(names, c.Context) {
			t.note(finding.Finding{Code: codeDiffers, Severity: finding.Error, Subject: c.Context, Path: "context", Message: "the target does not have the context"})
		}
	}
	target := &reader{transfer: t, Client: t.Target, hasContexts: true}
	have, err := target.settings(ctx, t.settingScopes())
	if err != nil {
		return fmt.Errorf("read the target: %w", err)
	}
	all := maps.Clone(have)
	maps.Copy(all, t.source.settings)
	for _, scope := range slices.Sorted(maps.Keys(all)) {
		t.compareScope(scope, t.source.settings[scope], have[scope])
	}
	return nil
}

// settingScopes are the scopes to read on the target: those that have settings
// in the source and the top level, with which all contexts come along.
func (t *transfer) settingScopes() []string {
	scopes := slices.Sorted(maps.Keys(t.source.settings))
	if len(t.Prefixes) == 0 && !slices.Contains(scopes, "") {
		scopes = append(scopes, "")
	}
	return slices.DeleteFunc(scopes, func(scope string) bool { return scope == global })
}

// compareScope notes settings that differ and are no conflict already told.
func (t *transfer) compareScope(scope string, source, target settings) {
	differs := func(what string, source, target any) {
		told := func(f finding.Finding) bool { return f.Subject == scope && f.Path == what }
		if sameJSON(source, target) || slices.ContainsFunc(t.report.Findings, told) {
			return
		}
		t.note(finding.Finding{
			Code: codeDiffers, Severity: finding.Error, Subject: scope, Path: what,
			Message:  "the target's " + what + " is not the source's",
			Evidence: []string{"source: " + setting(source), "target: " + setting(target)},
		})
	}
	differs("config", source.config, target.config)
	differs("policy", source.policy, target.policy)
	differs("mode", source.mode, target.mode)
}

// setting prints a setting for people.
func setting(value any) string {
	switch text := wire(value); text {
	case `""`, "null":
		return "not set"
	default:
		return text
	}
}
