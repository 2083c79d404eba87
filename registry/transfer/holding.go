package transfer

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// holding is a thing that some registries keep beside schemas and settings.
type holding struct {
	holdingKey
	// order is that in which those of a kind were made.
	order int64
	// value is of the client's type for the kind.
	value any
}

// kind is what a holding is.
type kind string

// The kinds, in the words of findings.
const (
	contracts    kind = "contract"
	exceptions   kind = "exception"
	associations kind = "association"
	keks         kind = "key encryption key"
	deks         kind = "data encryption key"
)

// kinds are in the order in which they are stored: data encryption keys need
// those that wrap them.
var kinds = []kind{keks, deks, associations, contracts, exceptions}

func (k kind) count(r *Report) *Count {
	return map[kind]*Count{
		contracts: &r.Contracts, exceptions: &r.Exceptions, associations: &r.Associations, keks: &r.Keks, deks: &r.Deks,
	}[k]
}

func (k kind) results(r client.ImportResponse) []client.ImportResult {
	return map[kind][]client.ImportResult{
		contracts: r.Contracts, exceptions: r.Exceptions, associations: r.Associations, keks: r.Keks, deks: r.Deks,
	}[k]
}

// request asks for holdings to be stored.
func request(batch []holding) client.ImportRequest {
	var req client.ImportRequest
	for _, h := range batch {
		switch v := h.value.(type) {
		case client.Contract:
			req.Contracts = append(req.Contracts, v)
		case client.Exception:
			req.Exceptions = append(req.Exceptions, v)
		case client.Association:
			req.Associations = append(req.Associations, v)
		case client.Kek:
			req.Keks = append(req.Keks, v)
		case client.Dek:
			req.Deks = append(req.Deks, v)
		}
	}
	return req
}

// holdingKey names a holding in a registry. The subject is the one it is about,
// "" for none.
type holdingKey struct {
	kind          kind
	subject, name string
}

// holdings are what a registry keeps beside schemas and settings.
type holdings map[holdingKey]holding

func (h holdings) add(things ...holding) {
	for _, thing := range things {
		h[thing.holdingKey] = thing
	}
}

func compareHoldingKeys(a, b holdingKey) int {
	return cmp.Or(cmp.Compare(a.subject, b.subject), cmp.Compare(a.name, b.name))
}

// of lists those of a kind, the oldest first.
func (h holdings) of(k kind) []holding {
	var out []holding
	for _, key := range slices.SortedFunc(maps.Keys(h), compareHoldingKeys) {
		if key.kind == k {
			out = append(out, h[key])
		}
	}
	slices.SortStableFunc(out, func(a, b holding) int { return cmp.Compare(a.order, b.order) })
	return out
}

// about is a finding about a holding.
func (h holding) about() finding.Finding {
	return finding.Finding{Subject: h.subject, Path: strings.TrimSpace(string(h.kind) + " " + h.name)}
}

// same reports whether two registries answer the same about a holding. Names of
// people are unverified where they were imported, and an Accord keeps no
// credentials of a KMS.
func (h holding) same(other holding) bool { return sameJSON(h.comparable(other), other.comparable(h)) }

func (h holding) comparable(beside holding) any {
	const unverified = "unverified:"
	switch v := h.value.(type) {
	case client.Contract:
		v.Actor = strings.TrimPrefix(v.Actor, unverified)
		return v
	case client.Exception:
		v.Approver = strings.TrimPrefix(v.Approver, unverified)
		return v
	case client.Kek:
		if o, ok := beside.value.(client.Kek); ok {
			v.KmsProps = maps.Clone(v.KmsProps)
			maps.DeleteFunc(v.KmsProps, func(name, _ string) bool { _, kept := o.KmsProps[name]; return !kept })
		}
		return v
	}
	return h.value
}

// storeHoldings sends what the target does not have just so.
func (t *transfer) storeHoldings(ctx context.Context) error {
	step := t.progress("Storing keys and contracts", len(t.source.holdings))
	for _, k := range kinds {
		for batch := range slices.Chunk(t.source.holdings.of(k), batchVersions) {
			got, err := t.Target.Import(ctx, request(batch))
			if err != nil {
				return fmt.Errorf("store each %s: %w", k, err)
			}
			for i, h := range batch {
				t.settle(k.count(&t.report), at(k.results(got), i), h.about(), nil)
			}
			step(len(batch))
		}
	}
	return nil
}

// foreseeHoldings tells what storing them would do.
func (t *transfer) foreseeHoldings(ctx context.Context) error {
	have, err := t.targetHoldings(ctx)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		for _, h := range t.source.holdings.of(k) {
			r := client.ImportResult{Outcome: stored}
			if old, there := have[h.holdingKey]; there {
				r = h.over(old)
			}
			t.settle(k.count(&t.report), r, h.about(), nil)
		}
	}
	return nil
}

// over is what becomes of a holding where the target has one in its place. A
// contract that is newer takes the place of one that was imported before.
func (h holding) over(old holding) client.ImportResult {
	if h.same(old) {
		return client.ImportResult{Outcome: identical}
	}
	switch v := h.value.(type) {
	case client.Contract:
		if o, ok := old.value.(client.Contract); ok && v.Timestamp > o.Timestamp {
			return client.ImportResult{Outcome: stored}
		}
	case client.Kek:
		o, ok := old.value.(client.Kek)
		deletes := v.Deleted && !o.Deleted
		o.Deleted, o.Timestamp = v.Deleted, v.Timestamp
		if old.value = o; ok && deletes && h.same(old) {
			return client.ImportResult{Outcome: deleted}
		}
	case client.Dek:
		o, ok := old.value.(client.Dek)
		if ok && v.Deleted && !o.Deleted && v.EncryptedKeyMaterial == o.EncryptedKeyMaterial {
			return client.ImportResult{Outcome: deleted}
		}
	}
	return client.ImportResult{Outcome: conflict, Message: "the target has another " + string(h.kind) + " here"}
}

// compareHoldings reads them back.
func (t *transfer) compareHoldings(ctx context.Context) error {
	have, err := t.targetHoldings(ctx)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		for _, h := range t.source.holdings.of(k) {
			f := h.about()
			told := func(o finding.Finding) bool { return o.Subject == f.Subject && o.Path == f.Path }
			if got, there := have[h.holdingKey]; there && h.same(got) || slices.ContainsFunc(t.report.Findings, told) {
				continue
			}
			f.Code, f.Severity, f.Message = codeDiffers, finding.Error, "the target's "+string(k)+" is not the source's"
			t.note(f)
		}
	}
	return nil
}

// targetHoldings reads what the target has, if there is anything to compare it
// with.
func (t *transfer) targetHoldings(ctx context.Context) (holdings, error) {
	if len(t.source.holdings) == 0 {
		return nil, nil
	}
	target := &reader{transfer: t, Client: t.Target, accord: true}
	have, err := target.holdings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the target: %w", err)
	}
	return have, nil
}
