package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts/contractstest"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// What a stream owes, and what takes some of it away.
const (
	goodContract = contractstest.Orders
	goodOrder    = contractstest.Order
	undocumented = contractstest.Undocumented
	emptied      = contractstest.Fieldless
)

func govern(t *testing.T, r *registry.Registry, scope string, mode registry.Governance) {
	t.Helper()
	if _, err := r.SetPolicy(t.Context(), scope, registry.PolicyChange{Set: registry.Policy{Governance: &mode}}); err != nil {
		t.Fatal(err)
	}
}

// change files a contract and registers a schema, "" for none, as one.
func change(contract, schema string) registry.Change {
	var c registry.Change
	if contract != "" {
		c.Contracts = []registry.ContractFile{{Name: "orders.odcs.yaml", Text: []byte(contract)}}
	}
	if schema != "" {
		c.Schemas = []registry.SchemaFile{{Name: "orders.avsc", RegisterRequest: registry.RegisterRequest{Subject: "orders-value", Candidate: avro(schema)}}}
	}
	return c
}

// Every path that changes what a stream promises passes the gate (design 4).
func TestPathsThroughTheGate(t *testing.T) {
	t.Parallel()
	paths := map[string]struct {
		do func(context.Context, *registry.Registry) error
		// found is what the gate has to say.
		found finding.Code
	}{
		"register an undocumented version": {func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Register(ctx, registry.RegisterRequest{Subject: "orders-value", Candidate: avro(undocumented)})
			return err
		}, "DOC_REMOVED"},
		"register without a required field": {func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Register(ctx, registry.RegisterRequest{Subject: "orders-value", Candidate: avro(emptied)})
			return err
		}, "CONTRACT_FIELD_REMOVED"},
		"register a stream without contract": {func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Register(ctx, registry.RegisterRequest{Subject: "returns-value", Candidate: avro(goodOrder)})
			return err
		}, "CONTRACT_MISSING"},
		"register a rule that does not compile": {func(ctx context.Context, r *registry.Registry) error {
			c := avro(goodOrder)
			c.RuleSet = &schema.RuleSet{DomainRules: []schema.Rule{{Name: "numbered", Kind: "CONDITION", Type: "CEL", Mode: "WRITE", Expr: "message.numbr != ''"}}}
			_, err := r.Register(ctx, registry.RegisterRequest{Subject: "orders-value", Candidate: c})
			return err
		}, "CONTRACT_RULE_UNKNOWN_FIELD"},
		"register undocumented keys": {func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Register(ctx, registry.RegisterRequest{Subject: "orders-key", Candidate: avro(undocumented)})
			return err
		}, "DOC_MISSING"},
		"delete the contract": {func(ctx context.Context, r *registry.Registry) error {
			return r.DeleteContract(ctx, "orders-value")
		}, "CONTRACT_REMOVED"},
		"file a contract without owner": {func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Change(ctx, change(strings.Replace(goodContract, "role: owner", "role: reader", 1), ""))
			return err
		}, "OWNER_REMOVED"},
		"file a weaker service level": {func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Change(ctx, change(strings.Replace(goodContract, "value: 5", "value: 60", 1), ""))
			return err
		}, "SLA_WEAKENED"},
	}
	for name, path := range paths {
		for _, mode := range registry.Governances() {
			t.Run(fmt.Sprintf("%s/%s", name, mode), func(t *testing.T) {
				t.Parallel()
				r := open(t, nil)
				govern(t, r, "", registry.Enforce)
				if _, err := r.Change(t.Context(), change(goodContract, goodOrder)); err != nil {
					t.Fatalf("the good stream: %v", err)
				}
				govern(t, r, "", mode)
				err := path.do(t.Context(), r)
				if mode != registry.Enforce {
					if err != nil {
						t.Errorf("refused: %v", err)
					}
					return
				}
				wantCode(t, err, registry.CodeUngoverned)
				wantFinding(t, err, path.found)
			})
		}
	}
}

func wantFinding(t *testing.T, err error, code finding.Code) {
	t.Helper()
	refused := new(registry.Error)
	if !errors.As(err, &refused) {
		t.Errorf("error = %v", err)
		return
	}
	var codes []finding.Code
	for _, f := range refused.Findings {
		if f.Code == code && f.Severity == finding.Error {
			return
		}
		codes = append(codes, f.Code)
	}
	t.Errorf("no %s among the findings %v of: %v", code, codes, err)
}

// A refusal names the gaps and the command that lets the change pass.
func TestRefusalSaysWhatToDo(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	govern(t, r, "", registry.Enforce)
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "orders-value", Candidate: avro(undocumented)})
	for _, part := range []string{"'orders-value'", "CONTRACT_MISSING", "DOC_MISSING at number", "accord config set orders-value --governance advise"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("refusal %q lacks %q", err, part)
		}
	}
}

// What programs keep for themselves owes nothing, nor what is there already.
func TestGateLetsPass(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "old-value", avro(undocumented))
	govern(t, r, "", registry.Enforce)
	for _, subject := range []string{"app-store-changelog-value", "_internal-value", "x-repartition-key", ":.eu:app-store-changelog-value"} {
		register(t, r, subject, avro(undocumented))
	}
	register(t, r, "old-value", avro(undocumented)) // as it is
	register(t, r, "acme.Money", avro(goodOrder))   // others refer to it
	govern(t, r, "lab-value", registry.GovernanceOff)
	register(t, r, "lab-value", avro(undocumented))
	govern(t, r, ":.lab:", registry.Advise)
	register(t, r, ":.lab:any-value", avro(undocumented))
}

// An incompatible schema is refused as such; what governance misses is told
// with it.
func TestIncompatibleWinsOverUngoverned(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "orders-value", avro(goodOrder))
	govern(t, r, "", registry.Enforce)
	_, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "orders-value", Candidate: avro(`"int"`)})
	wantCode(t, err, registry.CodeIncompatible)
	wantFinding(t, err, "CONTRACT_MISSING")
}

// Contract and schema are one entry of the audit trail.
func TestAChangeIsOneEntry(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	govern(t, r, "", registry.Enforce)
	dry := change(goodContract, goodOrder)
	dry.DryRun = true
	before := r.Head()
	planned, err := r.Change(t.Context(), dry)
	if err != nil || planned.Refused != nil || r.Head() != before {
		t.Fatalf("dry run: %v, refused: %v", err, planned.Refused)
	}
	done, err := r.Change(t.Context(), change(goodContract, goodOrder))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(planned, done); diff != "" {
		t.Errorf("planned (-) and done (+):\n%s", diff)
	}
	changes := map[string]int{}
	for e, err := range log.Read(t.Context(), before) {
		if err != nil {
			t.Fatal(err)
		}
		changes[e.Change]++
	}
	if len(changes) != 1 {
		t.Errorf("%d changes in the log, want one", len(changes))
	}
	again, err := r.Change(t.Context(), change(goodContract, goodOrder))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range again.Steps {
		if step.Outcome != registry.ChangeNothing {
			t.Errorf("again, %s of %s is %s", step.Kind, step.Subject, step.Outcome)
		}
	}
	got, err := r.Contract(t.Context(), "orders-value")
	if err != nil || got.Text != goodContract || got.Version != "1.0.0" {
		t.Errorf("contract = %+v, %v", got, err)
	}
}

// Schemas that refer to one another may be sent in any order.
func TestAChangeSortsItsSchemas(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	order := avro(`{"type":"record","name":"Order","fields":[{"name":"total","type":"Money"}]}`, ref("Money", "money", -1))
	_, err := r.Change(t.Context(), registry.Change{Schemas: []registry.SchemaFile{
		{Name: "order.avsc", RegisterRequest: registry.RegisterRequest{Subject: "orders-value", Candidate: order}},
		{Name: "money.avsc", RegisterRequest: registry.RegisterRequest{Subject: "money", Candidate: avro(record("Money", "currency"))}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.Version(t.Context(), "orders-value", registry.LatestVersion, registry.ReadOptions{})
	if err != nil || v.References[0].Version != 1 {
		t.Errorf("version = %+v, %v", v, err)
	}
}

func TestAnExceptionEndsOnItsDay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	r, err := registry.Open(t.Context(), registry.Options{Log: memlog.New(), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	govern(t, r, "", registry.Enforce)
	e := finding.Exemption{
		Subject: "returns-value", Code: "CONTRACT_MISSING", Reason: "the team forms in April", Author: "unverified:aino",
		Expires: time.Date(2026, time.April, 1, 0, 0, 0, 0, time.UTC),
	}
	made, err := r.AddException(t.Context(), e)
	if err != nil || len(r.Exceptions("returns-value")) != 1 {
		t.Fatalf("exception %+v, %v", made, err)
	}
	register(t, r, "returns-value", avro(goodOrder))
	now = e.Expires
	_, err = r.Register(t.Context(), registry.RegisterRequest{Subject: "returns-value", Candidate: avro(strings.Replace(goodOrder, "placed", "has placed", 1))})
	wantCode(t, err, registry.CodeUngoverned)
	wantCode(t, r.DeleteException(t.Context(), "nobody"), registry.CodeExceptionNotFound)
	if err := r.DeleteException(t.Context(), made.ID); err != nil || len(r.Exceptions("")) != 0 {
		t.Errorf("delete: %v", err)
	}
	_, err = r.AddException(t.Context(), e)
	wantCode(t, err, registry.CodeInvalidException)
}

// Old debt is shown and refuses nothing; new debt does.
func TestABaselineToleratesOldDebt(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	register(t, r, "old-value", avro(undocumented))
	govern(t, r, "", registry.Enforce)
	owing, err := r.SetBaseline(t.Context(), "")
	if diff := cmp.Diff([]string{"old-value"}, owing); diff != "" || err != nil {
		t.Fatalf("baseline: %v %s", err, diff)
	}
	found, err := r.Findings(t.Context(), "")
	if err != nil || len(found) == 0 {
		t.Fatalf("findings %v, %v", found, err)
	}
	for _, f := range found {
		if f.Counts(finding.Error) {
			t.Errorf("old debt counts: %+v", f)
		}
	}
	more := strings.Replace(undocumented, `"fields":[`, `"fields":[{"name":"total","type":"long","default":0},`, 1)
	_, err = r.Register(t.Context(), registry.RegisterRequest{Subject: "old-value", Candidate: avro(more)})
	wantCode(t, err, registry.CodeUngoverned)
	wantFinding(t, err, "DOC_MISSING")
}

func ref(name, subject string, version int) schema.Reference {
	return schema.Reference{Name: name, Subject: subject, Version: version}
}

// A lower level is announced as any break is: by a new major version.
func TestALowerLevelIsAnnounced(t *testing.T) {
	t.Parallel()
	none := compat.None
	lower := func(scope string) registry.Change {
		return registry.Change{Configs: []registry.Scoped[registry.ConfigChange]{
			{Scope: scope, Value: registry.ConfigChange{Set: registry.Config{CompatibilityLevel: &none}}},
		}}
	}
	for _, scope := range []string{"", "orders-value"} {
		t.Run("scope "+scope, func(t *testing.T) {
			t.Parallel()
			r := open(t, nil)
			govern(t, r, "", registry.Enforce)
			if _, err := r.Change(t.Context(), change(goodContract, goodOrder)); err != nil {
				t.Fatal(err)
			}
			_, err := r.Change(t.Context(), lower(scope))
			wantCode(t, err, registry.CodeUngoverned)
			wantFinding(t, err, "CONTRACT_LEVEL_LOWERED")

			announced := lower(scope)
			announced.Contracts = change(strings.Replace(goodContract, "version: 1.0.0", "version: 2.0.0", 1), "").Contracts
			if _, err := r.Change(t.Context(), announced); err != nil {
				t.Errorf("announced: %v", err)
			}
		})
	}
}
