package registry_test

import (
	"strings"
	"testing"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/schema"
)

func ruled(expr string) *schema.RuleSet {
	return &schema.RuleSet{DomainRules: []schema.Rule{{Name: "r", Kind: "CONDITION", Type: "CEL", Mode: "WRITE", Expr: expr}}}
}

func owned(by string) *schema.Metadata {
	return &schema.Metadata{Properties: map[string]string{"owner": by}}
}

// TestChangeDeclaresExtras: the schemas of a change have from then on the
// metadata and rules that it says, whatever they had before, and saying so again
// changes nothing.
func TestChangeDeclaresExtras(t *testing.T) {
	t.Parallel()
	type step struct {
		text    string
		rules   *schema.RuleSet
		meta    *schema.Metadata
		version int
	}
	const a, b = `"int"`, `"long"`
	for name, steps := range map[string][]step{
		"rules come and go": {
			{a, nil, nil, 1},
			{a, &schema.RuleSet{}, nil, 1},
			{a, ruled("true"), nil, 2},
			{a, &schema.RuleSet{}, nil, 3},
			{a, &schema.RuleSet{}, nil, 3},
		},
		"rules come back": {
			{a, ruled("true"), nil, 1}, {a, ruled("false"), nil, 2}, {a, ruled("true"), nil, 3}, {a, ruled("true"), nil, 3}, {a, ruled("false"), nil, 4},
		},
		"what is not said stays": {
			{a, ruled("true"), owned("x"), 1}, {a, nil, owned("y"), 2}, {a, ruled("true"), owned("y"), 2}, {a, ruled("false"), nil, 3}, {a, ruled("false"), owned("y"), 3},
		},
		"each text has its own": {
			{a, ruled("true"), nil, 1}, {b, ruled("false"), nil, 2}, {a, ruled("true"), nil, 1}, {b, ruled("false"), nil, 2},
		},
		"with the number pinned": {
			{a, nil, owned("x").WithProperty(schema.VersionProperty, "1"), 1}, {a, nil, owned("x"), 1}, {a, ruled("true"), nil, 2}, {a, ruled("true"), nil, 2}, {a, ruled("true"), owned("x"), 2},
		},
	} {
		for _, config := range []registry.Config{{}, {OverrideMetadata: owned("everybody")}} {
			suffix := ""
			if config.OverrideMetadata != nil {
				suffix = ", overridden"
				if name == "what is not said stays" {
					continue // the owner is not theirs to say
				}
			}
			t.Run(name+suffix, func(t *testing.T) {
				t.Parallel()
				r := open(t, nil)
				govern(t, r, "", registry.GovernanceOff)
				config.CompatibilityLevel = new(compat.None)
				if _, err := r.SetConfig(t.Context(), "", registry.ConfigChange{Set: config}); err != nil {
					t.Fatal(err)
				}
				for i, s := range steps {
					c := avro(s.text)
					c.RuleSet, c.Metadata = s.rules, s.meta
					req := registry.RegisterRequest{Subject: "s", Candidate: c}
					for range 2 {
						result, err := r.Change(t.Context(), registry.Change{Schemas: []registry.SchemaFile{{RegisterRequest: req}}})
						if err != nil || result.Steps[0].Version != s.version {
							t.Fatalf("step %d: %+v, %v, want version %d", i, result.Steps, err, s.version)
						}
					}
				}
			})
		}
	}
}

// TestBareSchemasAreFound: a producer that sends its text alone finds the newest
// version of it, whatever metadata and rules came later.
func TestBareSchemasAreFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		versions []registry.Candidate
		want     int
	}{
		{"inherited", []registry.Candidate{with(`"int"`, owned("x"), ruled("true"))}, 1},
		{"newest of the text", []registry.Candidate{with(`"int"`, owned("x"), nil), with(`"int"`, owned("y"), nil)}, 2},
		{"bare before all", []registry.Candidate{with(`"int"`, nil, nil), with(`"int"`, owned("y"), nil)}, 1},
		{"another text since", []registry.Candidate{with(`"int"`, owned("x"), ruled("true")), with(`"long"`, owned("y"), ruled("false"))}, 1},
		{"with the number pinned", []registry.Candidate{with(`"int"`, owned("x").WithProperty(schema.VersionProperty, "1"), nil)}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := open(t, nil)
			govern(t, r, "", registry.GovernanceOff)
			if _, err := r.SetConfig(t.Context(), "", registry.ConfigChange{Set: registry.Config{CompatibilityLevel: new(compat.None)}}); err != nil {
				t.Fatal(err)
			}
			for _, c := range tt.versions {
				if _, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: c}); err != nil {
					t.Fatal(err)
				}
			}
			found, err := r.Lookup(t.Context(), "s", avro(`"int"`), registry.LookupOptions{})
			if err != nil || found.Version != tt.want {
				t.Errorf("looked up %d, %v, want %d", found.Version, err, tt.want)
			}
			again, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: avro(`"int"`)})
			if err != nil || again.Version != tt.want {
				t.Errorf("registered as %d, %v, want %d", again.Version, err, tt.want)
			}
		})
	}
}

// TestContractRulesAreCompiled: the gate compiles what a contract says as rules,
// whether a schema was registered with them or not, and tells it once.
func TestContractRulesAreCompiled(t *testing.T) {
	t.Parallel()
	contract := strings.Replace(goodContract, "    physicalName: orders\n", "    physicalName: orders\n"+
		"    quality:\n      - {id: numbered, type: custom, engine: cel, implementation: size(message.numbr) > 0}\n", 1)
	for name, sent := range map[string]*schema.RuleSet{"not sent": nil, "sent": {DomainRules: []schema.Rule{{
		Name: "numbered", Kind: "CONDITION", Mode: "WRITE", Type: "CEL", Expr: "size(message.numbr) > 0", OnFailure: "ERROR",
		Params: map[string]string{"accord.check": `{"id":"numbered","type":"custom","engine":"cel","implementation":"size(message.numbr) > 0"}`},
	}}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := change(contract, goodOrder)
			c.Schemas[0].RuleSet, c.DryRun = sent, true
			r := open(t, nil)
			govern(t, r, "", registry.Enforce)
			result, err := r.Change(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, f := range result.Findings {
				if f.Code == "CONTRACT_RULE_UNKNOWN_FIELD" {
					found++
					if f.File != "orders.odcs.yaml" || f.Line == 0 || f.Subject != "orders-value" {
						t.Errorf("finding %+v", f)
					}
				}
			}
			if found != 1 {
				t.Errorf("%d findings in %v", found, result.Findings)
			}
		})
	}
}

func with(text string, m *schema.Metadata, rules *schema.RuleSet) registry.Candidate {
	c := avro(text)
	c.Metadata, c.RuleSet = m, rules
	return c
}
