package contracts_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// pool are all contracts and schemas of the cases: any two of them may be a
// change.
type pool struct {
	contracts []*contracts.Contract
	schemas   []schema.Parsed
}

func poolOf(t testing.TB) pool {
	t.Helper()
	var p pool
	for _, c := range cases(t) {
		in := c.load(t)
		p.contracts = append(p.contracts, in.Before, in.Contract)
		p.schemas = append(p.schemas, in.Previous, in.Schema)
	}
	p.contracts = slices.DeleteFunc(p.contracts, func(c *contracts.Contract) bool { return c == nil })
	p.schemas = slices.DeleteFunc(p.schemas, func(s schema.Parsed) bool { return s == nil })
	return p
}

func (p pool) draw(t *rapid.T) contracts.Case {
	return contracts.Case{
		Subject: "orders-value", At: today, SchemaFile: "orders.avsc",
		Before:   rapid.SampledFrom(p.contracts).Draw(t, "before"),
		Contract: rapid.SampledFrom(p.contracts).Draw(t, "contract"),
		Previous: rapid.SampledFrom(p.schemas).Draw(t, "previous"),
		Schema:   rapid.SampledFrom(p.schemas).Draw(t, "schema"),
	}
}

func judged(t *rapid.T, c contracts.Case) []finding.Finding {
	fs, err := contracts.Judge(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

// isChange reports whether a finding speaks of a change: no baseline holds it.
func isChange(f finding.Finding) bool { return len(finding.NewBaseline(f.Key()).Keys()) == 0 }

// withVersion is a contract with another version.
func withVersion(t *rapid.T, c *contracts.Contract, v contracts.Version) *contracts.Contract {
	doc, err := c.Document.SetVersion(v.String())
	if err != nil {
		t.Fatal(err)
	}
	all, _ := contracts.Of(doc)
	return all[0]
}

func errorsOf(fs []finding.Finding) map[finding.Key]int {
	out := map[finding.Key]int{}
	for _, f := range fs {
		if f.Severity == finding.Error {
			out[f.Key()]++
		}
	}
	return out
}

// A state judged against itself shows what it owes, and no change.
func TestNothingChangesInAState(t *testing.T) {
	t.Parallel()
	p := poolOf(t)
	rapid.Check(t, func(t *rapid.T) {
		c := p.draw(t)
		c.Before, c.Previous = c.Contract, c.Schema
		for _, f := range judged(t, c) {
			if isChange(f) && f.Code != "CONTRACT_STATUS_RETIRED" {
				t.Errorf("nothing changed: %+v", f)
			}
		}
		if r := contracts.Bump(c); r.Level != contracts.NoBump {
			t.Errorf("nothing changed: %+v", r)
		}
	})
}

// To announce a break never makes anything worse.
func TestMajorVersionAddsNoError(t *testing.T) {
	t.Parallel()
	p := poolOf(t)
	rapid.Check(t, func(t *rapid.T) {
		c := p.draw(t)
		if c.Before.Version == (contracts.Version{}) {
			return
		}
		plain := errorsOf(judged(t, c))
		c.Contract = withVersion(t, c.Contract, c.Before.Version.Raise(contracts.MajorBump))
		for key, n := range errorsOf(judged(t, c)) {
			if n > plain[key] {
				t.Errorf("version %s adds %v", c.Contract.Version, key)
			}
		}
	})
}

// The version that Bump asks for is one that Judge accepts, and no smaller one
// is.
func TestBumpFits(t *testing.T) {
	t.Parallel()
	p := poolOf(t)
	rapid.Check(t, func(t *rapid.T) {
		c := p.draw(t)
		if c.Before.Version == (contracts.Version{}) {
			return
		}
		r := contracts.Bump(c)
		c.Contract = withVersion(t, c.Contract, r.Version)
		for _, f := range judged(t, c) {
			if strings.HasPrefix(string(f.Code), "CONTRACT_VERSION") {
				t.Errorf("%s was asked for: %+v", r.Version, f)
			}
		}
		if again := contracts.Bump(c); again.Level != r.Level {
			t.Errorf("with its own version, %v became %v", r, again)
		}
		if r.Level < contracts.PatchBump {
			return
		}
		c.Contract = withVersion(t, c.Contract, c.Before.Version.Raise(r.Level-1))
		small := judged(t, c)
		if !slices.ContainsFunc(small, func(f finding.Finding) bool { return isChange(f) }) {
			t.Errorf("%s is less than %s and nobody minds", c.Contract.Version, r.Version)
		}
	})
}

// Every finding says where and what to do, and Judge says the same every time.
func TestFindingsAreComplete(t *testing.T) {
	t.Parallel()
	p := poolOf(t)
	rapid.Check(t, func(t *rapid.T) {
		c := p.draw(t)
		first := judged(t, c)
		for _, f := range first {
			if f.Message == "" || f.Hint == "" || f.Line == 0 || f.File == "" || f.Subject == "" || finding.Purpose(f.Code) == "" {
				t.Errorf("incomplete: %+v", f)
			}
		}
		one, _ := json.Marshal(first)
		two, _ := json.Marshal(judged(t, c))
		if string(one) != string(two) {
			t.Errorf("once %s, then %s", one, two)
		}
	})
}
