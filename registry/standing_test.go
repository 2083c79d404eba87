package registry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema/finding"
)

// keysOf prints what findings are about.
func keysOf(found []finding.Finding) []string {
	var out []string
	for _, f := range found {
		words := []string{string(f.Code), f.Subject}
		if f.Path != "" {
			words = append(words, f.Path)
		}
		if f.Tolerated != nil {
			words = append(words, "tolerated by", f.Tolerated.By)
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

func wantFindings(t *testing.T, r *registry.Registry, prefix string, want ...string) {
	t.Helper()
	found, err := r.Findings(t.Context(), prefix)
	if diff := cmp.Diff(want, keysOf(found)); err != nil || diff != "" {
		t.Errorf("findings of %q: %v (-want +got):\n%s", prefix, err, diff)
	}
}

// What came past the gate is in the log, with who let it past, and so told by
// every node.
func TestPassagesAreRecorded(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	govern(t, r, "", registry.Enforce)
	ctx := registry.WithActor(t.Context(), "ada")
	for _, schema := range []string{`"int"`, `"long"`} {
		if _, err := r.Register(ctx, registry.RegisterRequest{Subject: "forced-value", Candidate: avro(schema), Force: true}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.Import(ctx, registry.ImportBatch{Versions: []registry.Version{
		{Subject: "imported-value", Version: 3, ID: 9, Text: `"int"`}, {Subject: "imported-value", Version: 4, ID: 10, Text: `"long"`, Deleted: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SetMode(ctx, "copied-value", "IMPORT", false); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Register(ctx, registry.RegisterRequest{Subject: "copied-value", Candidate: avro(`"bytes"`), ID: 11, Version: 2}); err != nil {
		t.Fatal(err)
	}
	for _, node := range []*registry.Registry{r, open(t, log)} {
		wantFindings(t, node, "",
			"CONTRACT_MISSING copied-value", "CONTRACT_IMPORTED copied-value version 2",
			"CONTRACT_MISSING forced-value", "CONTRACT_FORCED forced-value version 2",
			"CONTRACT_MISSING imported-value", "CONTRACT_IMPORTED imported-value version 3",
		)
		found, err := node.Findings(t.Context(), "forced")
		want := "version 2 was registered with force=true by ada on "
		if err != nil || len(found) != 2 || !strings.HasPrefix(found[1].Message, want) || found[1].Severity != finding.Warning {
			t.Errorf("%+v, %v", found, err)
		}
	}
	// A baseline covers what was imported, and never what somebody forced.
	if _, err := r.SetBaseline(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	wantFindings(t, r, "forced", "CONTRACT_MISSING forced-value tolerated by baseline", "CONTRACT_FORCED forced-value version 2")
	wantFindings(t, r, "imported",
		"CONTRACT_MISSING imported-value tolerated by baseline", "CONTRACT_IMPORTED imported-value version 3 tolerated by baseline")
}

// A contract without a schema is a stream, too: one that is promised.
func TestFindingsOfContractsWithoutSchema(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	if _, err := r.Change(t.Context(), change(goodContract, "")); err != nil {
		t.Fatal(err)
	}
	govern(t, r, "", registry.Advise)
	for _, prefix := range []string{"", "ord", ":*:", ":*:ord", ":.:"} {
		wantFindings(t, r, prefix, "CONTRACT_SCHEMA_MISSING orders-value")
	}
	for _, prefix := range []string{"x", ":.eu:", ":*:x"} {
		wantFindings(t, r, prefix)
	}
	register(t, r, "orders-value", avro(goodOrder))
	wantFindings(t, r, "")
}

func TestSetContractWantsItsSubject(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	file := registry.ContractFile{Name: "orders.odcs.yaml", Text: []byte(goodContract)}
	for _, subject := range []string{"returns-value", "orders-key", "orders"} {
		_, err := r.SetContract(t.Context(), subject, file)
		wantCode(t, err, registry.CodeInvalidContract)
		wantFinding(t, err, "CONTRACT_SUBJECT")
	}
	for given, filed := range map[string]string{":.:orders-value": "orders-value", ":.eu:orders-value": ":.eu:orders-value"} {
		result, err := r.SetContract(t.Context(), given, file)
		if err != nil || len(result.Steps) != 1 || result.Steps[0].Outcome != registry.ChangeCreates || result.Steps[0].Subject != filed {
			t.Errorf("%+v, %v", result, err)
		}
	}
	_, err := r.SetContract(t.Context(), "orders-value", registry.ContractFile{Text: []byte("id: [")})
	wantCode(t, err, registry.CodeInvalidContract)
}

// What is deleted for good owes nothing when its name is used again.
func TestABaselineGoesWithItsSubject(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	govern(t, r, "", registry.Advise)
	register(t, r, "old-value", avro(undocumented))
	if owing, err := r.SetBaseline(t.Context(), "old"); err != nil || len(owing) != 1 {
		t.Fatalf("%v, %v", owing, err)
	}
	for _, permanent := range []bool{false, true} {
		if _, err := r.DeleteSubject(t.Context(), "old-value", permanent); err != nil {
			t.Fatal(err)
		}
	}
	if keys := r.Baseline("old-value").Keys(); len(keys) > 0 {
		t.Errorf("baseline %v", keys)
	}
}

func TestExceptionsAreForOneSubject(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	for _, e := range []finding.Exemption{{Subject: "orders-*"}, {Subject: "orders-value", Reason: strings.Repeat("x", 4001)}} {
		e.Code, e.Author, e.Expires = "DOC_MISSING", "ada", time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)
		if e.Reason == "" {
			e.Reason = "because"
		}
		_, err := r.AddException(t.Context(), e)
		wantCode(t, err, registry.CodeInvalidException)
	}
}

func TestCoverageOfARegistry(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	if _, err := r.Change(t.Context(), change(goodContract, undocumented)); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"orders-key", "returns-value", "_internal-value", ":.eu:x"} {
		register(t, r, subject, avro(goodOrder))
	}
	govern(t, r, "returns-value", registry.Advise)
	got, err := r.Coverage(t.Context(), ":*:")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		subject, team    string
		mode             registry.Governance
		streams, whole   int
		required, useful int
	}
	var rows []row
	for _, s := range got {
		rows = append(rows, row{s.Subject, s.Team, s.Governance, s.Streams, s.Complete, s.Documentation.Required, s.Documentation.Useful})
	}
	want := []row{
		{":.eu:x", "", registry.GovernanceOff, 0, 0, 2, 2},
		{"orders-key", "Shop", registry.GovernanceOff, 0, 0, 2, 2},
		{"orders-value", "Shop", registry.GovernanceOff, 1, 0, 2, 1},
		{"returns-value", "", registry.Advise, 1, 0, 2, 2},
	}
	if diff := cmp.Diff(want, rows, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}
