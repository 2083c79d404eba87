package transfer

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// What one request carries at most: enough to share an append, little enough
// to stay below the target's limit and to lose little when it dies.
const (
	batchVersions = 100
	batchBytes    = 1 << 20
	batchSettings = 500
)

// store sends what the target does not have: contexts first, then versions,
// then settings, which would stand in the way of the rest.
func (t *transfer) store(ctx context.Context) error {
	for batch := range slices.Chunk(t.source.contexts, batchSettings) {
		got, err := t.Target.Import(ctx, client.ImportRequest{Contexts: batch})
		if err != nil {
			return err
		}
		for i, c := range batch {
			t.settle(&t.report.Contexts, at(got.Contexts, i), finding.Finding{Subject: c.Context, Path: "context"}, nil)
		}
	}
	if err := t.storeVersions(ctx); err != nil {
		return err
	}
	if err := t.storeHoldings(ctx); err != nil {
		return err
	}
	return t.storeSettings(ctx)
}

// at is the i-th result. A target that answers less than it was asked has
// refused the rest.
func at(results []client.ImportResult, i int) client.ImportResult {
	if i < len(results) {
		return results[i]
	}
	return client.ImportResult{Outcome: "refused", Message: "the target did not say what became of it"}
}

// settle counts a result and makes a finding of what did not go well. It
// reports whether it did well.
func (t *transfer) settle(count *Count, r client.ImportResult, f finding.Finding, evidence []string) bool {
	t.mu.Lock()
	count.add(r.Outcome)
	t.mu.Unlock()
	switch r.Outcome {
	case stored, deleted, identical:
		if r.Unparsed != "" {
			t.noteUnparsed(f, ": "+r.Unparsed)
		}
		return true
	case conflict:
		f.Code = codeConflict
	default:
		f.Code = codeRefused
	}
	f.Severity, f.Message, f.Evidence = finding.Error, r.Message, evidence
	t.note(f)
	return false
}

func (t *transfer) noteUnparsed(f finding.Finding, why string) {
	f.Code, f.Severity, f.Message = codeUnparsed, finding.Warning, "no parser takes the schema, it is kept as it is"+why
	f.Hint = "readers get it byte for byte; to register a compatible version after it, use force or level NONE"
	t.note(f)
}

// storeVersions sends versions level by level: those of one level refer to
// earlier levels alone, so their batches may go at once.
func (t *transfer) storeVersions(ctx context.Context) error {
	var missing []client.Schema
	for _, s := range t.source.sorted() {
		if have, ok := t.target.versions[keyOf(s)]; ok && sameStored(s, have) {
			t.report.Versions.Identical++
			continue
		}
		missing = append(missing, s)
	}
	step := t.progress("Storing versions", len(missing))
	for _, level := range levels(missing) {
		err := each(ctx, t.Parallel, batches(level), func(ctx context.Context, batch []client.Schema) error {
			defer step(len(batch))
			return t.storeBatch(ctx, batch)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sameStored reports whether the target has a version just so. What tells time
// and GUID apart is for the comparison afterwards: importing does not mend it.
func sameStored(source, target client.Schema) bool {
	return len(differences(source, target)) == 0 && isDeleted(source) == isDeleted(target)
}

// storeBatch sends versions; a batch that is too large for the target is sent
// in halves.
func (t *transfer) storeBatch(ctx context.Context, batch []client.Schema) error {
	got, err := t.Target.Import(ctx, client.ImportRequest{Versions: batch})
	var refused *client.Error
	tooLarge := errors.As(err, &refused) && refused.Status == http.StatusRequestEntityTooLarge
	switch {
	case tooLarge && len(batch) > 1:
		half := len(batch) / 2
		if err := t.storeBatch(ctx, batch[:half]); err != nil {
			return err
		}
		return t.storeBatch(ctx, batch[half:])
	case tooLarge:
		got.Versions = []client.ImportResult{{Outcome: "refused", Message: refused.Message}}
	case err != nil:
		return err
	}
	for i, s := range batch {
		k, result := keyOf(s), at(got.Versions, i)
		well := t.settle(&t.report.Versions, result, k.about("", "", ""), t.sides(s))
		t.mu.Lock()
		t.troubled[k], t.unparsed[k] = !well, result.Unparsed != ""
		t.mu.Unlock()
	}
	return nil
}

// batches cuts versions into requests.
func batches(versions []client.Schema) [][]client.Schema {
	var out [][]client.Schema
	from, size := 0, 0
	for i, s := range versions {
		if i > from && (i-from == batchVersions || size+len(s.Schema) > batchBytes) {
			out = append(out, versions[from:i])
			from, size = i, 0
		}
		size += len(s.Schema)
	}
	if from < len(versions) {
		out = append(out, versions[from:])
	}
	return out
}

// levels orders versions so that each comes after those it refers to. Those
// that refer to one another in a circle, which no honest registry has, come
// last: the target says what is wrong with them.
func levels(versions []client.Schema) [][]client.Schema {
	index := make(map[versionKey]int, len(versions))
	for i, s := range versions {
		index[keyOf(s)] = i
	}
	waits := make([]int, len(versions))
	referrers := map[int][]int{}
	for i, s := range versions {
		for _, ref := range s.References {
			if target, ok := index[versionKey{targetOf(s.Subject, ref.Subject), ref.Version}]; ok {
				waits[i]++
				referrers[target] = append(referrers[target], i)
			}
		}
	}
	var ready []int
	for i, n := range waits {
		if n == 0 {
			ready = append(ready, i)
		}
	}
	var out [][]client.Schema
	for left := len(versions); left > 0; {
		if len(ready) == 0 {
			ready = circular(waits)
		}
		var level []client.Schema
		var next []int
		for _, i := range ready {
			level = append(level, versions[i])
			waits[i] = -1
			for _, by := range referrers[i] {
				if waits[by]--; waits[by] == 0 {
					next = append(next, by)
				}
			}
		}
		out = append(out, level)
		left -= len(level)
		ready = next
	}
	return out
}

// circular are the versions that still wait for one another.
func circular(waits []int) []int {
	var rest []int
	for i, n := range waits {
		if n > 0 {
			rest = append(rest, i)
		}
	}
	return rest
}

// storeSettings sends modes after everything else: a READONLY one would keep
// the rest out.
func (t *transfer) storeSettings(ctx context.Context) error {
	var configs []client.ImportConfig
	var policies []client.ImportPolicy
	var modes []client.ImportMode
	for _, scope := range slices.Sorted(maps.Keys(t.source.settings)) {
		s := t.source.settings[scope]
		if s.config != nil {
			configs = append(configs, client.ImportConfig{Scope: scope, Config: *s.config})
		}
		if s.policy != nil {
			policies = append(policies, client.ImportPolicy{Scope: scope, Policy: *s.policy})
		}
		if s.mode != "" {
			modes = append(modes, client.ImportMode{Scope: scope, Mode: s.mode})
		}
	}
	for batch := range slices.Chunk(configs, batchSettings) {
		got, err := t.importSettings(ctx, client.ImportRequest{Configs: batch})
		if err != nil {
			return err
		}
		for i, c := range batch {
			t.settle(&t.report.Configs, at(got.Configs, i), finding.Finding{Subject: c.Scope, Path: "config"}, nil)
		}
	}
	for batch := range slices.Chunk(policies, batchSettings) {
		got, err := t.importSettings(ctx, client.ImportRequest{Policies: batch})
		if err != nil {
			return err
		}
		for i, p := range batch {
			t.settle(&t.report.Policies, at(got.Policies, i), finding.Finding{Subject: p.Scope, Path: "policy"}, nil)
		}
	}
	for batch := range slices.Chunk(modes, batchSettings) {
		got, err := t.importSettings(ctx, client.ImportRequest{Modes: batch})
		if err != nil {
			return err
		}
		for i, m := range batch {
			t.settle(&t.report.Modes, at(got.Modes, i), finding.Finding{Subject: m.Scope, Path: "mode"}, nil)
		}
	}
	return nil
}

func (t *transfer) importSettings(ctx context.Context, req client.ImportRequest) (client.ImportResponse, error) {
	req.OverwriteSettings = t.OverwriteSettings
	return t.Target.Import(ctx, req)
}
