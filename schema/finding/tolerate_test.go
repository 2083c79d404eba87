package finding_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/schema/finding"
)

var (
	debt   = finding.Claim("TEST_DEBT", "a state, for tests")
	change = finding.ClaimChange("TEST_CHANGE", "a change, for tests")
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestExemptionCovers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, subject, path string
		code                finding.Code
		want                bool
	}{
		{"exact", "orders-value", "customer.email", "TEST_DEBT", true},
		{"other subject", "payments-value", "customer.email", "TEST_DEBT", false},
		{"any subject", "*", "customer.email", "TEST_DEBT", true},
		{"subjects by prefix", "orders-*", "customer.email", "TEST_DEBT", true},
		{"subjects by suffix", "*-key", "customer.email", "TEST_DEBT", false},
		{"whole subject", "orders-value", "", "TEST_DEBT", true},
		{"root alone", "orders-value", ".", "TEST_DEBT", false},
		{"one step", "orders-value", "customer.*", "TEST_DEBT", true},
		{"one step is not two", "orders-value", "*", "TEST_DEBT", false},
		{"any depth", "orders-value", "**", "TEST_DEBT", true},
		{"any depth below", "orders-value", "customer.**", "TEST_DEBT", true},
		{"last name anywhere", "orders-value", "**email", "TEST_DEBT", true},
		{"within a name", "orders-value", "cust*.e*l", "TEST_DEBT", true},
		{"the declaration's other path", "orders-value", "buyer.email", "TEST_DEBT", true},
		{"no such path", "orders-value", "seller.email", "TEST_DEBT", false},
		{"family", "orders-value", "customer.email", "TEST_*", true},
		{"other family", "orders-value", "customer.email", "PII_*", false},
		{"other code", "orders-value", "customer.email", "TEST_CHANGE", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := finding.Exemption{Subject: tt.subject, Path: tt.path, Code: tt.code}
			f := finding.Finding{Code: debt, Subject: "orders-value", Path: "customer.email", Also: []string{"buyer.email"}}
			if got := e.Covers(f); got != tt.want {
				t.Errorf("Covers = %v, want %v", got, tt.want)
			}
		})
	}
	root := finding.Finding{Code: debt, Subject: "s"}
	if !(finding.Exemption{Subject: "s", Path: ".", Code: debt}).Covers(root) {
		t.Error(`"." does not name the root`)
	}
}

func TestExemptionValidate(t *testing.T) {
	t.Parallel()
	good := finding.Exemption{Subject: "s", Code: debt, Reason: "r", Author: "a", Expires: day("2026-01-01")}
	for _, tt := range []struct {
		name   string
		change func(*finding.Exemption)
		faults []string
	}{
		{"good", func(*finding.Exemption) {}, nil},
		{"family", func(e *finding.Exemption) { e.Code = "DOC_*" }, nil},
		{"nothing", func(e *finding.Exemption) { *e = finding.Exemption{} }, []string{"no subject", "no reason", "no author", "no code", "no expiry"}},
		{"every code", func(e *finding.Exemption) { e.Code = "*" }, []string{`"*"`}},
		{"unknown code", func(e *finding.Exemption) { e.Code = "DOC_MISING" }, []string{`no rule has this code`}},
		{"long", func(e *finding.Exemption) { e.Path = strings.Repeat("a", 2000) }, []string{"1000 bytes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := good
			tt.change(&e)
			err := e.Validate()
			if (err == nil) != (tt.faults == nil) {
				t.Fatalf("Validate: %v", err)
			}
			for _, fault := range tt.faults {
				if !strings.Contains(err.Error(), fault) {
					t.Errorf("%v does not speak of %q", err, fault)
				}
			}
		})
	}
}

func TestTolerate(t *testing.T) {
	t.Parallel()
	fs := []finding.Finding{
		{Code: debt, Severity: finding.Error, Subject: "s", Path: "a"},
		{Code: debt, Severity: finding.Error, Subject: "s", Path: "b"},
		{Code: debt, Severity: finding.Error, Subject: "s", Path: "c"},
		{Code: change, Severity: finding.Error, Subject: "s", Path: "b"},
	}
	exemptions := []finding.Exemption{
		{Subject: "s", Path: "a", Code: debt, Reason: "third party", Author: "ann", Expires: day("2026-06-01")},
		{Subject: "s", Path: "c", Code: debt, Reason: "later", Author: "bob", Expires: day("2026-03-01"), File: "accord.yaml", Line: 7},
	}
	old := finding.BaselineOf([]finding.Finding{fs[1], fs[3]})
	got := finding.Tolerate(fs, day("2026-03-01"), exemptions, old)
	var tolerated []string
	for _, f := range got {
		by := "counts"
		if !f.Counts(finding.Warning) {
			by = f.Tolerated.By
		}
		tolerated = append(tolerated, string(f.Code)+" "+f.Path+" "+by)
	}
	want := []string{"TEST_DEBT a exemption", "TEST_DEBT b baseline", "TEST_DEBT c counts", "TEST_CHANGE b counts", "EXEMPTION_EXPIRED c counts"}
	if diff := cmp.Diff(want, tolerated); diff != "" {
		t.Error(diff)
	}
	last := got[len(got)-1]
	if last.Message != "the exemption from TEST_DEBT by bob ended on 2026-03-01; 1 finding counts again" || last.Line != 7 {
		t.Errorf("expiry: %+v", last)
	}
	if fs[0].Tolerated != nil {
		t.Error("the findings given were changed")
	}
	before := finding.Tolerate(fs, day("2026-03-01").Add(-1), exemptions, old)
	if len(before) != len(fs) || before[2].Counts(finding.Info) {
		t.Error("an exemption had no effect a moment before it expires")
	}
}

func TestBaselineJSON(t *testing.T) {
	t.Parallel()
	b := finding.NewBaseline(finding.Key{Code: debt, Subject: "s", Path: "b"}, finding.Key{Code: debt, Subject: "s", Path: "a"}, finding.Key{Code: change, Subject: "s"})
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"code":"TEST_DEBT","subject":"s","path":"a"},{"code":"TEST_DEBT","subject":"s","path":"b"}]`
	if string(data) != want {
		t.Errorf("got %s", data)
	}
	var again finding.Baseline
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.Keys(), again.Keys()); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{}`, `[{"path":"a"}]`, `["DOC_MISSING"]`} {
		if err := json.Unmarshal([]byte(bad), &again); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
	if empty, err := json.Marshal(finding.Baseline{}); err != nil || string(empty) != "[]" {
		t.Errorf("empty: %s, %v", empty, err)
	}
}

// A baseline covers what it was made of, wherever a shared type is listed
// first, and nothing else.
func TestBaselineLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		paths := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-d]\.[a-z]`), 2, 8, rapid.ID[string]).Draw(t, "paths")
		f := finding.Finding{Code: debt, Subject: "s", Path: paths[0], Also: paths[1 : len(paths)-1], Line: rapid.Int().Draw(t, "line")}
		b := finding.BaselineOf([]finding.Finding{f})
		turned := f
		turned.Path, turned.Also, turned.Line = "new.place", []string{paths[len(paths)-2]}, 1
		other := finding.Finding{Code: debt, Subject: "s", Path: paths[len(paths)-1]}
		if !b.Covers(f) || !b.Covers(turned) || b.Covers(other) {
			t.Fatal("the baseline does not cover what it was made of, or more")
		}
	})
}

// What is on record stays so until an exemption excuses it, and is not due when
// that ends.
func TestTolerateWhatIsOnRecord(t *testing.T) {
	t.Parallel()
	if !change.OfChange() || debt.OfChange() {
		t.Error("changes and debts are taken for one another")
	}
	fs := []finding.Finding{{
		Code: change, Severity: finding.Error, Subject: "s",
		Tolerated: &finding.Tolerance{By: finding.ByRecord, Reason: "governance only advised", Author: "ann"},
	}}
	excuse := []finding.Exemption{{Subject: "s", Code: change, Reason: "later", Author: "bob", Expires: day("2026-03-01")}}
	before := finding.Tolerate(fs, day("2026-02-28"), excuse, finding.Baseline{})
	if len(before) != 1 || before[0].Tolerated.By != finding.ByExemption {
		t.Errorf("%+v, want it excused", before)
	}
	after := finding.Tolerate(fs, day("2026-03-01"), excuse, finding.Baseline{})
	if len(after) != 2 || after[0].Tolerated.By != finding.ByRecord || after[1].Message != "the exemption from TEST_CHANGE by bob ended on 2026-03-01 and excuses nothing" {
		t.Errorf("%+v, want it on record and nothing due", after)
	}
}
