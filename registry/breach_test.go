package registry_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema/finding"
)

// edited is goodContract with texts replaced, in pairs.
func edited(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(goodContract) }

const (
	slower   = "value: 60"
	fast     = "value: 5"
	first    = "version: 1.0.0"
	patched  = "version: 1.0.1"
	second   = "version: 1.1.0"
	breaking = "version: 2.0.0"
)

// breaks are the ways to break a promise, each with what is on record of it.
var breaks = map[string]struct {
	do    func(context.Context, *registry.Registry) error
	found []string
	// mend makes the promise whole again.
	mend func(context.Context, *registry.Registry) error
}{
	"weaken a service level": {
		files(edited(fast, slower, first, patched), ""),
		[]string{"SLA_WEAKENED orders-value slaProperties.fresh"},
		files(edited(first, second), ""),
	},
	"drop documentation": {
		files("", undocumented),
		[]string{"DOC_REMOVED orders-value number"},
		files("", strings.Replace(goodOrder, "shop printed", "till of the shop printed", 1)),
	},
	"remove the owner": {
		files(edited("role: owner", "role: reader", first, patched), ""),
		[]string{"OWNER_REMOVED orders-value"},
		files(edited(first, second), ""),
	},
	"remove a required field": {
		files("", emptied),
		[]string{"CONTRACT_FIELD_REMOVED orders-value number"},
		files("", goodOrder[:len(goodOrder)-2]+`,{"name":"total","type":"long","doc":"Sum of the order in cents.","default":0}]}`),
	},
	"lower the level": {
		level(compat.None), []string{"CONTRACT_LEVEL_LOWERED orders-value"}, level(compat.Full),
	},
	"delete the contract": {
		func(ctx context.Context, r *registry.Registry) error { return r.DeleteContract(ctx, "orders-value") },
		[]string{"CONTRACT_REMOVED orders-value"},
		files(goodContract, ""),
	},
	"delete the stream": {
		func(ctx context.Context, r *registry.Registry) error {
			_, err := r.DeleteSubject(ctx, "orders-value", false)
			return err
		},
		[]string{"CONTRACT_STREAM_REMOVED orders-value"},
		files("", goodOrder),
	},
}

func files(contract, schema string) func(context.Context, *registry.Registry) error {
	return func(ctx context.Context, r *registry.Registry) error {
		_, err := r.Change(ctx, change(contract, schema))
		return err
	}
}

func level(l compat.Level) func(context.Context, *registry.Registry) error {
	return func(ctx context.Context, r *registry.Registry) error {
		_, err := r.SetConfig(ctx, "", registry.ConfigChange{Set: registry.Config{CompatibilityLevel: &l}})
		return err
	}
}

// promising is a registry with a stream in force that owes nothing.
func promising(t *testing.T, log registry.Log, mode registry.Governance) *registry.Registry {
	t.Helper()
	r := open(t, log)
	if _, err := r.Change(t.Context(), change(goodContract, goodOrder)); err != nil {
		t.Fatal(err)
	}
	govern(t, r, "", mode)
	wantFindings(t, r, "")
	return r
}

// recordedIn are the findings of changes that are on record, as keysOf prints
// them without what tolerates them.
func recordedIn(t *testing.T, r *registry.Registry) []string {
	t.Helper()
	found, err := r.Findings(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, line := range keysOf(found) {
		if key, ok := strings.CutSuffix(line, " tolerated by record"); ok {
			out = append(out, key)
		}
	}
	return out
}

func wantRecorded(t *testing.T, r *registry.Registry, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, recordedIn(t, r)); diff != "" {
		t.Errorf("on record (-want +got):\n%s", diff)
	}
}

// What a change breaks under advise is told until it is whole again, by every
// node, whatever the mode is later.
func TestBrokenPromisesAreOnRecord(t *testing.T) {
	t.Parallel()
	for name, tt := range breaks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := memlog.New()
			r := promising(t, log, registry.Advise)
			if err := tt.do(registry.WithActor(t.Context(), "ada"), r); err != nil {
				t.Fatal(err)
			}
			for _, node := range []*registry.Registry{r, open(t, log)} {
				wantRecorded(t, node, tt.found...)
			}
			found, err := r.Findings(t.Context(), "")
			if err != nil || !strings.Contains(fmt.Sprint(found), "when ada changed it: governance only advised") {
				t.Errorf("%+v, %v: who did it is not told", found, err)
			}
			govern(t, r, "", registry.GovernanceOff)
			wantFindings(t, r, "")
			govern(t, r, "", registry.Enforce)
			wantRecorded(t, r, tt.found...)
			if err := tt.mend(t.Context(), r); err != nil {
				t.Fatalf("mend: %v", err)
			}
			wantRecorded(t, r)
			if dump := r.State().Dump(); strings.Contains(dump, "breach of") {
				t.Errorf("what is whole is still kept:\n%s", dump)
			}
		})
	}
}

// Nothing is on record where nothing was promised or nobody looks.
func TestWhatBreaksNoPromise(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.GovernanceOff)
	for _, step := range []func(context.Context, *registry.Registry) error{
		files(edited(fast, slower, first, patched), ""), level(compat.None),
	} {
		if err := step(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	govern(t, r, "", registry.Advise)
	wantRecorded(t, r)
	announced := edited(fast, "value: 90", first, breaking)
	if err := files(announced, "")(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	wantRecorded(t, r)
}

// A debt on record refuses no other change, and another breach is one more.
func TestOldBreachesRefuseNothing(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.Advise)
	weak := edited(fast, slower, first, patched)
	if err := files(weak, "")(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	govern(t, r, "", registry.Enforce)

	worded := strings.NewReplacer(patched, "version: 1.0.2", "placed in the shop", "placed in the web shop").Replace(weak)
	result, err := r.Change(t.Context(), change(worded, ""))
	if err != nil {
		t.Fatalf("a change of words: %v", err)
	}
	if diff := cmp.Diff([]string{"SLA_WEAKENED orders-value slaProperties.fresh tolerated by record"}, keysOf(result.Findings)); diff != "" {
		t.Errorf("what the change is told (-want +got):\n%s", diff)
	}
	weaker := strings.NewReplacer(slower, "value: 90", "version: 1.0.2", "version: 1.0.3").Replace(worded)
	_, err = r.Change(t.Context(), change(weaker, ""))
	wantCode(t, err, registry.CodeUngoverned)
	wantFinding(t, err, "SLA_WEAKENED")

	// Halfway back is not whole; a major version says so to everybody.
	halfway := strings.NewReplacer(slower, "value: 30", "version: 1.0.2", second).Replace(worded)
	if err := files(halfway, "")(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	wantRecorded(t, r, "SLA_WEAKENED orders-value slaProperties.fresh")
	if err := files(strings.Replace(halfway, second, breaking, 1), "")(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	wantRecorded(t, r)
}

// A promise that is broken twice is one, compared with how it was at first, and
// what was promised in between counts, too.
func TestBreachesOfSeveralPromises(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.Advise)
	gained := "slaProperties:\n  - id: kept\n    property: retention\n    value: 7\n    unit: d\n"
	for _, text := range []string{
		edited(fast, slower, first, patched),
		edited(fast, slower, first, second, "slaProperties:\n", gained),
		edited(fast, "value: 90", first, "version: 1.1.1"),
	} {
		if err := files(text, "")(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	wantRecorded(t, r, "SLA_WEAKENED orders-value slaProperties.fresh", "SLA_REMOVED orders-value slaProperties.kept")
	if err := files(edited(fast, slower, first, "version: 1.2.0", "slaProperties:\n", gained), "")(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	wantRecorded(t, r, "SLA_WEAKENED orders-value slaProperties.fresh")
}

// An exception excuses what is on record as it does anything else; what it let
// pass stays when it ends.
func TestExceptionsAndTheRecord(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.Enforce)
	e, err := r.AddException(t.Context(), finding.Exemption{
		Subject: "orders-value", Code: "SLA_WEAKENED", Reason: "a move", Author: "ada", Expires: time.Now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := files(edited(fast, slower, first, patched), "")(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	wantFindings(t, r, "", "SLA_WEAKENED orders-value slaProperties.fresh tolerated by exemption")
	if err := r.DeleteException(t.Context(), e.ID); err != nil {
		t.Fatal(err)
	}
	wantRecorded(t, r, "SLA_WEAKENED orders-value slaProperties.fresh")
}

// What is forced is judged after the fact.
func TestForcedBreachesAreOnRecord(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.Enforce)
	req := registry.RegisterRequest{Subject: "orders-value", Candidate: avro(emptied), Force: true}
	if _, err := r.Register(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	wantRecorded(t, r, "CONTRACT_FIELD_REMOVED orders-value number")
	coverage, err := r.Coverage(t.Context(), "")
	if err != nil || len(coverage) != 1 || coverage[0].Broken != 1 {
		t.Errorf("coverage %+v, %v: want one stream with a broken promise", coverage, err)
	}
}

// Registrations break and mend as changes do, those of keys, too.
func TestRegistrationsAndTheRecord(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.Advise)
	register(t, r, "orders-key", avro(goodOrder))
	for _, subject := range []string{"orders-key", "orders-value"} {
		register(t, r, subject, avro(undocumented))
	}
	wantRecorded(t, r, "DOC_REMOVED orders-key number", "DOC_REMOVED orders-value number")
	for _, subject := range []string{"orders-key", "orders-value"} {
		register(t, r, subject, avro(strings.Replace(goodOrder, "shop printed", "till of the shop printed", 1)))
	}
	wantFindings(t, r, "")
	if dump := r.State().Dump(); strings.Contains(dump, "breach of") {
		t.Errorf("what is whole is still kept:\n%s", dump)
	}
}

// Taking things away and bringing them back mends nothing.
func TestDetoursMendNothing(t *testing.T) {
	t.Parallel()
	weak := edited(fast, slower, first, patched)
	for name, tt := range map[string]struct {
		detour func(context.Context, *registry.Registry) error
		back   func(context.Context, *registry.Registry) error
	}{
		"the contract": {func(ctx context.Context, r *registry.Registry) error { return r.DeleteContract(ctx, "orders-value") }, files(weak, "")},
		"the schema": {func(ctx context.Context, r *registry.Registry) error {
			_, err := r.DeleteSubject(ctx, "orders-value", false)
			return err
		}, files("", undocumented)},
		"the status": {files(strings.Replace(weak, "status: active", "status: draft", 1), ""), files(weak, "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := promising(t, nil, registry.Advise)
			for _, step := range []func(context.Context, *registry.Registry) error{files(weak, undocumented), level(compat.None), tt.detour, tt.back} {
				if err := step(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
			got := recordedIn(t, r)
			for _, want := range []string{
				"SLA_WEAKENED orders-value slaProperties.fresh", "DOC_REMOVED orders-value number", "CONTRACT_LEVEL_LOWERED orders-value",
			} {
				if !slices.Contains(got, want) {
					t.Errorf("on record is %q, want %s among it", got, want)
				}
			}
		})
	}
}

// A new major version announces a lower level afterwards.
func TestALowerLevelIsAnnouncedAfterwards(t *testing.T) {
	t.Parallel()
	for version, want := range map[string][]string{second: {"CONTRACT_LEVEL_LOWERED orders-value"}, breaking: nil} {
		fresh := promising(t, nil, registry.Advise)
		if err := errors.Join(level(compat.None)(t.Context(), fresh), files(edited(first, version), "")(t.Context(), fresh)); err != nil {
			t.Fatal(err)
		}
		wantRecorded(t, fresh, want...)
	}
}

// What is deleted for good is told no more, whether it went in one step or two.
func TestBreachesGoWithTheirSubject(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.Advise)
	if err := r.DeleteContract(t.Context(), "orders-value"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DeleteSubject(t.Context(), "orders-value", false); err != nil {
		t.Fatal(err)
	}
	wantRecorded(t, r, "CONTRACT_STREAM_REMOVED orders-value")
	if _, err := r.DeleteSubject(t.Context(), "orders-value", true); err != nil {
		t.Fatal(err)
	}
	wantFindings(t, r, "")

	associated := open(t, nil)
	topic := registry.Resource{Name: "orders", Namespace: "eu", ID: "id/orders"}
	schema := registry.RegisterRequest{Candidate: avro(goodOrder)}
	associate := func(change registry.AssociationChange) {
		t.Helper()
		if _, err := associated.Associate(t.Context(), registry.AssociationRequest{Resource: topic, Changes: []registry.AssociationChange{change}}); err != nil {
			t.Fatal(err)
		}
	}
	associate(registry.AssociationChange{Op: "CREATE", Type: "value", Schema: &schema})
	contract := change(goodContract, "")
	contract.Contracts[0].Context = ":.eu:"
	if _, err := associated.Change(t.Context(), contract); err != nil {
		t.Fatal(err)
	}
	govern(t, associated, "", registry.Advise)
	associate(registry.AssociationChange{Op: "DELETE", Type: "value", Cascade: true})
	wantFindings(t, associated, ":*:", "CONTRACT_SCHEMA_MISSING :.eu:orders-value")
	for _, r := range []*registry.Registry{r, associated} {
		if dump := r.State().Dump(); strings.Contains(dump, "breach of") {
			t.Errorf("there is nothing to tell, and it is kept:\n%s", dump)
		}
	}
}

// What is kept of one subject has an end.
func TestBreachesAreBounded(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.Advise)
	fields := ""
	for i := range registry.MaxBreaches + 4 {
		bare := fmt.Sprintf(`,{"name":"f%d","type":"int","default":0}`, i)
		for _, field := range []string{strings.Replace(bare, `"default"`, `"doc":"Items in the parcel.","default"`, 1), bare} {
			if err := files("", goodOrder[:len(goodOrder)-2]+fields+field+"]}")(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		fields += bare
	}
	if got := len(recordedIn(t, r)); got != registry.MaxBreaches {
		t.Errorf("%d on record, want %d", got, registry.MaxBreaches)
	}
}

// Subjects that owe nothing are not compared.
func TestLoweredLevelsOfExemptTopics(t *testing.T) {
	t.Parallel()
	r := promising(t, nil, registry.Enforce)
	wantCode(t, level(compat.None)(t.Context(), r), registry.CodeUngoverned)
	topics := registry.Patterns{"orders"}
	if _, err := r.SetPolicy(t.Context(), "", registry.PolicyChange{Set: registry.Policy{ExemptTopics: &topics}}); err != nil {
		t.Fatal(err)
	}
	if err := level(compat.None)(t.Context(), r); err != nil {
		t.Errorf("the topic is exempt: %v", err)
	}
	wantRecorded(t, r)
}

// Pages put together are the whole, whatever is remembered of them and whatever
// happens in between.
func TestPagesOfFindings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		r, err := registry.Open(ctx, registry.Options{Log: memlog.New(), Now: time.Now})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		for _, c := range rapid.SliceOfN(rapid.Custom(drawCommand), 1, 10).Draw(rt, "commands") {
			_ = c.run(ctx, r) // refusals are as good
			_ = drawGovernance(rt, false).run(ctx, r)
			all, err := r.Findings(ctx, ":*:")
			if err != nil {
				rt.Fatal(err)
			}
			size := rapid.IntRange(1, 4).Draw(rt, "size")
			var pages []finding.Finding
			for offset := 0; offset < len(all)+size; offset += size {
				page, err := r.FindingsPage(ctx, ":*:", offset, size)
				if err != nil || len(page) > size {
					rt.Fatalf("page at %d: %d findings, %v", offset, len(page), err)
				}
				pages = append(pages, page...)
			}
			if diff := cmp.Diff(keysOf(all), keysOf(pages)); diff != "" {
				rt.Fatalf("pages of %d (-all +pages):\n%s", size, diff)
			}
		}
	})
}
