package transfer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/transfer"
	"github.com/accordhq/accord/schema/finding"
)

// What comes from elsewhere may owe what nobody asked for there. New debt may
// not, also after a run that died, and also after the import is repeated.
func TestImportsSetABaseline(t *testing.T) {
	t.Parallel()
	for _, mode := range registry.Governances() {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			from, to := serve(t, nil), serve(t, nil)
			f, g := filler{t, from.reg}, filler{t, to.reg}
			f.register("orders-value", "", `{"type":"record","name":"Order","fields":[{"name":"id","type":"int"}]}`)
			f.register("_internal-value", "", `"int"`)
			g.register(":.mine:mine-value", "", `"int"`)
			_, err := to.reg.SetPolicy(t.Context(), "", registry.PolicyChange{Set: registry.Policy{Governance: &mode}})
			g.must(err)
			want := 1
			if mode == registry.GovernanceOff {
				want = 0
			}
			if dry := bring(t, from, to, func(o *transfer.Options) { o.DryRun = true }); dry.Baseline != 0 {
				t.Errorf("a dry run set %d baselines", dry.Baseline)
			}
			if got := bring(t, from, to); got.Baseline != want {
				t.Errorf("the baseline of %d subjects was set, want %d", got.Baseline, want)
			}
			if got := bring(t, from, to); got.Baseline != 0 {
				t.Errorf("a second import set the baseline of %d subjects", got.Baseline)
			}
			wantDue := []string{":.mine:mine-value"}
			if mode == registry.GovernanceOff {
				wantDue = nil
			}
			if diff := cmp.Diff(wantDue, due(t, to)); diff != "" {
				t.Errorf("subjects with errors that count (-want +got):\n%s", diff)
			}
		})
	}
}

// Debt that comes after the baseline counts, and a version imported later
// brings old debt along.
func TestABaselineCoversWhatWasImported(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	f, g := filler{t, from.reg}, filler{t, to.reg}
	f.register("orders-value", "", `{"type":"record","name":"Order","fields":[{"name":"id","type":"int"}]}`)
	_, err := to.reg.SetPolicy(t.Context(), "", registry.PolicyChange{Set: registry.Policy{Governance: new(registry.Enforce)}})
	g.must(err)
	bring(t, from, to)
	const more = `{"type":"record","name":"Order","fields":[{"name":"id","type":"int"},{"name":"total","type":"int","default":0}]}`
	_, err = to.reg.Register(t.Context(), registry.RegisterRequest{Subject: "orders-value", Candidate: registry.Candidate{Text: more}})
	if err == nil || !strings.Contains(err.Error(), "DOC_MISSING at total") || strings.Contains(err.Error(), "CONTRACT_MISSING") {
		t.Errorf("new debt: %v", err)
	}
	f.register("orders-value", "", more)
	if got := bring(t, from, to); got.Baseline != 1 {
		t.Errorf("after another version, the baseline of %d subjects was set", got.Baseline)
	}
	if got := due(t, to); len(got) > 0 {
		t.Errorf("subjects with errors that count: %v", got)
	}
}

// due lists the subjects with errors that nothing tolerates.
func due(t *testing.T, s server) []string {
	t.Helper()
	found, err := s.reg.Findings(t.Context(), ":*:")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range found {
		if f.Counts(finding.Error) && (len(out) == 0 || out[len(out)-1] != f.Subject) {
			out = append(out, f.Subject)
		}
	}
	return out
}
