package demo

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/contracts/sla"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// TestEnforceIsSatisfied loads the company into a registry that refuses what is
// not documented, owned and promised, with all of its history, and asks
// afterwards whether anything is left to say.
func TestEnforceIsSatisfied(t *testing.T) {
	t.Parallel()
	reg := enforcing(t)
	if err := Load(t.Context(), reg, nil); err != nil {
		t.Fatal(err)
	}
	found, err := reg.Findings(t.Context(), ":*:")
	if err != nil {
		t.Fatal(err)
	}
	noneCounts(t, found)
}

// TestHistory asks what the gate says of each version on its way in. A field
// that no contract names and a break that the contract announces are worth a
// warning, and nothing else of the company's history is.
func TestHistory(t *testing.T) {
	t.Parallel()
	m, err := readManifest()
	if err != nil {
		t.Fatal(err)
	}
	l := loader{reg: enforcing(t)}
	var got []string
	for _, s := range m.Subjects {
		if err := l.configure(t.Context(), s.Subject, s.Config); err != nil {
			t.Fatal(err)
		}
		for i := range s.Versions {
			change, err := s.change(i + 1)
			if err != nil {
				t.Fatal(err)
			}
			change.DryRun = true
			result, err := l.reg.Change(t.Context(), change)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range result.Findings {
				if f.Severity.AtLeast(finding.Warning) {
					got = append(got, fmt.Sprintf("%s %d: %s %s", s.Subject, i+1, f.Code, f.Path))
				}
			}
			if err := l.register(t.Context(), s, i+1); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := []string{
		"payments.transactions-value 2: CONTRACT_VERSION_BUMP ",
		"catalog.prices-value 3: CONTRACT_FIELD_REMOVED amount",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEveryStreamHasItsContract holds the last contract of each stream against
// the stream's latest schema and what company.yaml says of its owner.
func TestEveryStreamHasItsContract(t *testing.T) {
	t.Parallel()
	parsed := parseAll(t)
	var all contracts.Coverage
	statuses := map[contracts.Status]int{}
	for _, s := range streams(t) {
		latest := fmt.Sprintf("%s %d", s.Subject, len(s.Versions))
		c := contractOf(t, s, len(s.Versions))
		all = all.Add(contracts.Cover(contracts.Case{Subject: s.Subject, At: time.Now(), Contract: c, Schema: parsed[latest]}))
		statuses[c.Status]++
		t.Run(s.Subject, func(t *testing.T) {
			t.Parallel()
			if got, want := c.File(), path.Join(s.Folder, c.Topic+".odcs.yaml"); got != want {
				t.Errorf("the last contract is in %s, want %s", got, want)
			}
			if got, want := path.Join(s.Folder, c.Stream.SchemaFile), s.schemaFile(len(s.Versions)); got != want {
				t.Errorf("the contract leads to the schema %s, want %s", got, want)
			}
			owned(t, s, c)
			classified(t, c, parsed[latest])
		})
	}

	n := all.Streams
	want := contracts.Coverage{Streams: n, Contract: n, InForce: n - 1, Owner: n, Support: n, Level: n, Complete: n - 1}
	if all.Documentation.Gaps != nil {
		t.Errorf("gaps in the documentation: %v", all.Documentation.Gaps)
	}
	all.Documentation = want.Documentation
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("coverage, where all but the draft should be in force: %s", diff)
	}
	if diff := cmp.Diff(map[contracts.Status]int{contracts.Draft: 1, contracts.Deprecated: 1, contracts.Active: n - 2}, statuses); diff != "" {
		t.Error(diff)
	}
}

// TestServiceLevels reads every version of every contract.
func TestServiceLevels(t *testing.T) {
	t.Parallel()
	kinds := map[sla.Kind]bool{}
	for _, s := range streams(t) {
		for number := range s.Versions {
			if s.Versions[number].Contract == "" {
				continue
			}
			c := contractOf(t, s, number+1)
			for _, p := range c.SLAs {
				kinds[p.Kind] = true
				if !p.Readable || p.ID == "" {
					t.Errorf("%s version %s: the service level %q (%s) has no id, or a value that nothing can measure", s.Subject, c.Version, p.Property, p.ID)
				}
			}
		}
	}
	if len(kinds) < 10 {
		t.Errorf("the contracts promise %d kinds of service levels, want a variety", len(kinds))
	}
}

// enforcing returns an empty registry in which governance is enforced.
func enforcing(t *testing.T) *registry.Registry {
	t.Helper()
	reg := open(t)
	enforce := registry.Enforce
	if _, err := reg.SetPolicy(t.Context(), "", registry.PolicyChange{Set: registry.Policy{Governance: &enforce}}); err != nil {
		t.Fatal(err)
	}
	return reg
}

// noneCounts reports findings that are more than information.
func noneCounts(t *testing.T, found []finding.Finding) {
	t.Helper()
	for _, f := range found {
		if f.Severity.AtLeast(finding.Warning) {
			t.Errorf("%s of %s: %s: %s (%s:%d)", f.Severity, f.Subject, f.Code, f.Message, f.File, f.Line)
		}
	}
}

// owned checks that registry and contract name one owner.
func owned(t *testing.T, s subject, c *contracts.Contract) {
	t.Helper()
	if got, want := c.Owner.Team, s.Metadata.Property("owner"); got != want {
		t.Errorf("the contract's team is %s, that of the schema %s", got, want)
	}
	email := s.Metadata.Property("ownerEmail")
	if !slices.ContainsFunc(c.Support, func(ch odcs.Channel) bool { return ch.URL == "mailto:"+email && ch.Channel == email }) {
		t.Errorf("no support channel of the contract is %s", email)
	}
	if got, want := c.Domain, s.Metadata.Property("domain"); got != want {
		t.Errorf("the contract's domain is %s, that of the schema %s", got, want)
	}
}

// classified checks that what the schema tags as personal the contract keeps
// from most eyes.
func classified(t *testing.T, c *contracts.Contract, p schema.Parsed) {
	t.Helper()
	for _, f := range p.Fields() {
		if f.Kind != schema.KindField || !slices.Contains(f.Tags, "PII") {
			continue
		}
		own, listed := c.Field(f.Path)
		if !listed {
			continue // in a shared type, or below the items of a list
		}
		if class := own.Property.Classification; class != "confidential" && class != "restricted" {
			t.Errorf("field %s is personal data and classified %q", f.Path, class)
		}
	}
}

// contractOf reads the contract that came with a version, which must have one.
func contractOf(t *testing.T, s subject, number int) *contracts.Contract {
	t.Helper()
	change, err := s.change(number)
	if err != nil {
		t.Fatal(err)
	}
	if len(change.Contracts) != 1 {
		t.Fatalf("%s version %d comes with %d contracts", s.Subject, number, len(change.Contracts))
	}
	doc, found := odcs.Parse(change.Contracts[0].Name, change.Contracts[0].Text)
	noneCounts(t, found)
	all, found := contracts.Of(doc)
	noneCounts(t, found)
	if len(all) != 1 || all[0].Subject != s.Subject {
		t.Fatalf("%s describes %d streams, want %s alone", doc.Name(), len(all), s.Subject)
	}
	return all[0]
}

// streams are the subjects of values.
func streams(t *testing.T) []subject {
	t.Helper()
	m, err := readManifest()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(m.Subjects, func(s subject) bool { return !strings.HasSuffix(s.Subject, "-value") })
}
