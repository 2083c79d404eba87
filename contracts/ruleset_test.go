package contracts_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/contracts/rules"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

func ruledContract(t testing.TB) *contracts.Contract {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "rules", "orders.odcs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return contractIn(t, string(text))
}

// Checks and limits are rules that compile against the schema, and what is none
// is named.
func TestRules(t *testing.T) {
	t.Parallel()
	c := ruledContract(t)
	if !c.Document.Valid() {
		t.Fatal(c.Document.Findings())
	}
	p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
	got := c.Rules(p)
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(map[string]any{"ruleSet": got.Set, "losses": got.Losses}); err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("rules", "orders.json"), text.String())
	if err := got.Set.Check(); err != nil {
		t.Error(err)
	}
	for _, f := range rules.Check(p, got.Set, nil) {
		t.Errorf("%s %s: %s", f.Severity, f.Path, f.Message)
	}
	for path, line := range map[string]int{"ruleSet.domainRules[1]": 18, "ruleSet.domainRules[0]": 12, "ruleSet": 9, "order_id": 0} {
		f, ok := got.Place(finding.Finding{Severity: finding.Error, Path: path})
		if f.Line != line || ok != (line > 0) || ok && f.File != c.File() {
			t.Errorf("%s stands at %s:%d, want line %d", path, f.File, f.Line, line)
		}
	}
}

// What became of a contract comes back as it was.
func TestRulesRoundTrip(t *testing.T) {
	t.Parallel()
	c := ruledContract(t)
	p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
	m, set, losses := contracts.Metadata(c, p)
	back, lost := contracts.FromMetadata(m, set, p)
	if len(lost) > 0 {
		t.Errorf("losses on the way back: %v", lost)
	}
	if diff := gocmp.Diff(c.Document.CustomProperties, back.CustomProperties, said); diff != "" {
		t.Errorf("custom properties (-want +got):\n%s", diff)
	}
	wantCarried(t, c, back, losses)
	if _, set, _ := contracts.Metadata(contractIn(t, "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: draft\nschema: [{name: R, physicalName: r}]\n"), p); set != nil {
		t.Errorf("a contract without rules has %+v", set)
	}
	bare, _ := contracts.FromMetadata(nil, set, nil)
	if raw, ok := bare.CustomProperties.Named("confluentRuleSet"); !ok || len(raw.Value.Member("domainRules").Items()) != len(set.DomainRules) {
		t.Error("without a schema the rules are not kept as they are")
	}
}

// reporter is what both kinds of tests report to.
type reporter interface {
	Errorf(format string, args ...any)
}

// wantCarried compares every check and limit of a contract with what came back,
// but for what is among the losses.
func wantCarried(t reporter, c *contracts.Contract, back odcs.Contract, losses []contracts.Loss) {
	lost := map[string]bool{}
	for _, l := range losses {
		lost[l.Path] = true
	}
	had, has := map[string][]string{}, map[string][]string{}
	collect := func(into map[string][]string, object odcs.Object, kept func(path string) bool) {
		add := func(at string, checks []odcs.Check) {
			for _, check := range checks {
				if kept(check.Path) {
					text, _ := json.Marshal(check.Value())
					into[at] = append(into[at], string(text))
				}
			}
		}
		var visit func(at string, properties []odcs.Property)
		visit = func(at string, properties []odcs.Property) {
			for _, p := range properties {
				for key, value := range p.Options.Members() {
					if kept(p.Path + ".logicalTypeOptions." + key) {
						into[at+p.Name] = append(into[at+p.Name], key+"="+value.Text())
					}
				}
				add(at+p.Name, p.Quality)
				visit(at+p.Name+".", p.Properties)
				if p.Items != nil {
					visit(at+p.Name+".", p.Items.Properties)
				}
			}
		}
		add("", object.Quality)
		visit("", object.Properties)
	}
	collect(had, c.Document.Schema[c.Stream.Object], func(path string) bool { return !lost[path] })
	collect(has, back.Schema[0], func(string) bool { return true })
	if diff := gocmp.Diff(had, has); diff != "" {
		t.Errorf("checks and limits that are not among the losses (-want +got):\n%s", diff)
	}
}

// Whatever rules a client registered, the contract made of them says those very
// rules.
func TestRuleSetsAreKept(t *testing.T) {
	t.Parallel()
	p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
	ours := ruledContract(t).Rules(p).Set.DomainRules
	text := rapid.SampledFrom([]string{"", "a", "value > 0", "x: 'y' # z", "ü\n", `{"id":"a"}`, `{"type":"custom","engine":"cel","implementation":"true"}`})
	foreign := rapid.Custom(func(t *rapid.T) schema.Rule {
		rule := schema.Rule{
			Doc: text.Draw(t, "doc"), Expr: text.Draw(t, "expr"), Type: rapid.SampledFrom([]string{"CEL", "CEL_FIELD", "ENCRYPT"}).Draw(t, "type"),
			OnFailure: rapid.SampledFrom([]string{"", "ERROR", "DLQ,NONE"}).Draw(t, "onFailure"), Disabled: rapid.Bool().Draw(t, "disabled"),
			Tags: rapid.SliceOfN(rapid.SampledFrom([]string{"PII", "GDPR"}), 0, 2).Draw(t, "tags"),
		}
		keys := rapid.SampledFrom([]string{"dlq.topic", "accord.check", "accord.options", "accord.field"})
		rule.Params = rapid.MapOfN(keys, text, 0, 3).Draw(t, "params")
		return rule
	})
	rapid.Check(t, func(t *rapid.T) {
		list := func(name string) []schema.Rule {
			out := rapid.SliceOfN(rapid.OneOf(foreign, rapid.SampledFrom(ours)), 0, 6).Draw(t, name)
			for i := range out {
				if out[i].Name == "" || rapid.IntRange(0, 9).Draw(t, "renamed") == 0 {
					out[i].Name = fmt.Sprintf("%s%d", name, i)
				}
			}
			return out
		}
		set := (&schema.RuleSet{
			MigrationRules: list("migration"), DomainRules: list("domain"), EncodingRules: list("encoding"),
			EnableAt: rapid.SampledFrom([]string{"", "ALL"}).Draw(t, "enableAt"),
		}).Clone()
		if rapid.Bool().Draw(t, "as written") {
			set.DomainRules = slices.Concat(set.DomainRules[:rapid.IntRange(0, len(set.DomainRules)).Draw(t, "before")], ours[:rapid.IntRange(0, len(ours)).Draw(t, "ours")])
		}
		doc, err := contracts.Scaffold("orders-value", "orders", p, nil, set, "")
		if err != nil {
			t.Fatal(err)
		}
		all, _ := contracts.Of(doc)
		got := all[0].Rules(p)
		if !got.Set.Equal(set) {
			t.Errorf("losses %v (-want +got):\n%s", got.Losses, gocmp.Diff(set, got.Set))
		}
	})
}

// Whatever checks and limits a contract has, each comes back or is named.
func TestChecksAreKept(t *testing.T) {
	t.Parallel()
	p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
	value := func(v any) odcs.Value {
		out, err := odcs.NewValue(v)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	check := rapid.Custom(func(t *rapid.T) odcs.Check {
		words := rapid.SampledFrom([]string{"", "id", "9 lives", "ä"})
		return odcs.Check{
			ID: rapid.SampledFrom([]string{"", "a", "b-1"}).Draw(t, "id"), Name: words.Draw(t, "name"), Description: words.Draw(t, "description"),
			Severity: rapid.SampledFrom([]string{"", "info", "warning", "error"}).Draw(t, "severity"), Type: "custom",
			Engine:         rapid.SampledFrom([]string{"cel", "CEL", "soda"}).Draw(t, "engine"),
			Implementation: value(rapid.SampledFrom([]string{"true", "size(value) > 0", "a ; b", "'\\n'\n"}).Draw(t, "implementation")),
		}
	})
	checks := rapid.Custom(func(t *rapid.T) []odcs.Check {
		out := rapid.SliceOfN(check, 0, 3).Draw(t, "checks")
		for i := range out {
			if out[i].ID != "" {
				out[i].ID += strings.Repeat("x", i) // no id twice
			}
		}
		return out
	})
	options := rapid.Custom(func(t *rapid.T) odcs.Value {
		return value(rapid.SampledFrom([]odcs.Map{
			nil,
			{{Key: "pattern", Value: "^a.*$"}},
			{{Key: "pattern", Value: "a;|b'"}, {Key: "minLength", Value: 3}},
			{{Key: "pattern", Value: "(?<=x)"}, {Key: "maxLength", Value: 3}},
		}).Draw(t, "options"))
	})
	rapid.Check(t, func(t *rapid.T) {
		c, _ := contracts.FromMetadata(nil, nil, p)
		c.ID, c.Version, c.Status = "x", "1.0.0", "active"
		object := &c.Schema[0]
		object.PhysicalName = "orders"
		object.Quality = checks.Draw(t, "of the object")
		for i := range object.Properties {
			property := &object.Properties[i]
			property.Quality = checks.Draw(t, "of a property")
			if property.LogicalType == "string" {
				property.Options = options.Draw(t, "options")
			}
		}
		doc, err := odcs.New("c.yaml", c)
		if err != nil {
			t.Fatal(err)
		}
		all, _ := contracts.Of(doc)
		m, set, losses := contracts.Metadata(all[0], p)
		if err := set.Check(); err != nil {
			t.Error(err)
		}
		back, _ := contracts.FromMetadata(m, set, p)
		wantCarried(t, all[0], back, losses)
	})
}

// The rules made of limits and checks let pass what keeps to them, in every
// language, and nothing else.
func TestRulesMeanWhatTheContractSays(t *testing.T) {
	t.Parallel()
	const contract = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n- name: R\n  physicalName: r\n  properties:\n  - name: v\n    "
	avro := func(of string) string {
		return `{"type":"record","name":"R","fields":[{"name":"v","type":` + of + `}]}`
	}
	for _, tt := range []struct {
		property, in string
		format       schema.Format
		schema       string
		good, bad    []any
	}{
		{"pattern", "logicalTypeOptions: {pattern: 'b;|c'}", schema.Avro, avro(`"string"`), []any{"ab;\nx", "c", "\nc"}, []any{"b", ""}},
		{"anchored", "logicalTypeOptions: {pattern: '^a+$'}", schema.Avro, avro(`"string"`), []any{"a", "aaa"}, []any{"ba", "ab"}},
		{"begins", `logicalTypeOptions: {pattern: '^\d'}`, schema.JSON, `{"type":"object","properties":{"v":{"type":"string"}}}`, []any{"1", "1a"}, []any{"a1"}},
		{"dollar", `logicalTypeOptions: {pattern: '^a\$'}`, schema.Avro, avro(`"string"`), []any{"a$", "a$b"}, []any{"a"}},
		{"length", "logicalTypeOptions: {minLength: 2, maxLength: 3}", schema.Avro, avro(`["null","string"]`), []any{"ab", "äöü", nil}, []any{"a", "abcd"}},
		{"bounds", "logicalTypeOptions: {minimum: -1, exclusiveMaximum: 2.5}", schema.Avro, avro(`"long"`), []any{int64(-1), int64(2)}, []any{int64(-2), int64(3)}},
		{"large", "logicalTypeOptions: {maximum: 9007199254740993}", schema.Avro, avro(`"long"`), []any{int64(9007199254740993)}, []any{int64(9007199254740994)}},
		{"floats", "logicalTypeOptions: {exclusiveMinimum: 0, maximum: 1e3}", schema.Avro, avro(`"double"`), []any{0.5, 1000.0}, []any{0.0, 1000.5}},
		{"steps", "logicalTypeOptions: {multipleOf: 5}", schema.Avro, avro(`"int"`), []any{int32(10), int32(0)}, []any{int32(11)}},
		{"numbers of JSON", "logicalTypeOptions: {minimum: 1, maximum: 2}", schema.JSON, `{"type":"object","properties":{"v":{"type":"number"}}}`, []any{1.0, 1.5}, []any{0.5, 2.5}},
		{"whole numbers of JSON", "logicalTypeOptions: {minimum: 1}", schema.JSON, `{"type":"object","properties":{"v":{"type":"integer"}}}`, []any{1.0, 7.0}, []any{0.0}},
		{"valid values", "quality: [{metric: invalidValues, arguments: {validValues: [a, \"b'\"]}, mustBe: 0}]", schema.Avro, avro(`"string"`), []any{"a", "b'"}, []any{"b", ""}},
		{"check", "quality: [{type: custom, engine: cel, implementation: value > 1}]", schema.Avro, avro(`["null","int"]`), []any{int32(2), nil}, []any{int32(1)}},
	} {
		t.Run(tt.property, func(t *testing.T) {
			t.Parallel()
			p := schemaIn(t, tt.format, tt.schema)
			c := contractIn(t, contract+tt.in+"\n")
			got := c.Rules(p)
			if len(got.Losses) > 0 || got.Set == nil || len(got.Set.DomainRules) != 1 {
				t.Fatalf("rules %+v, losses %v", got.Set, got.Losses)
			}
			for _, f := range rules.Check(p, got.Set, nil) {
				t.Errorf("%s: %s", f.Severity, f.Message)
			}
			program, err := rules.NewEngine(time.Now).Program(p, nil, got.Set.DomainRules[0])
			if err != nil {
				t.Fatal(err)
			}
			for _, values := range [][]any{tt.good, tt.bad} {
				for _, v := range values {
					out, err := program.Run(t.Context(), map[string]any{"v": v})
					if passes := err == nil && out.Holds; passes != slices.Contains(tt.good, v) {
						t.Errorf("%v passes %s: %v, %v", v, got.Set.DomainRules[0].Expr, passes, err)
					}
				}
			}
		})
	}
}

// Rules on the fields of Protobuf messages compile, too.
func TestRulesOfProtobuf(t *testing.T) {
	t.Parallel()
	p := schemaIn(t, schema.Protobuf, `syntax = "proto3"; package acme; message R { string v = 1; uint64 n = 2; double d = 3; repeated int32 all = 4; }`)
	c := contractIn(t, `apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
status: active
schema:
  - name: R
    physicalName: r
    properties:
      - {name: v, logicalTypeOptions: {pattern: a}}
      - {name: n, logicalType: integer, logicalTypeOptions: {minimum: 1, maximum: 2.5, multipleOf: 3}}
      - {name: d, logicalType: number, logicalTypeOptions: {minimum: 1}}
      - {name: all, logicalType: array, items: {logicalType: integer, logicalTypeOptions: {minimum: 1}}}
`)
	got := c.Rules(p)
	if len(got.Set.DomainRules) != 3 {
		t.Errorf("rules %+v, losses %v", got.Set, got.Losses)
	}
	for _, f := range rules.Check(p, got.Set, nil) {
		t.Errorf("%s: %s", f.Severity, f.Message)
	}
}

// A document of several streams may have a rule set for each.
func TestRulesOfSeveralStreams(t *testing.T) {
	t.Parallel()
	doc, _ := odcs.Parse("c.yaml", []byte(`apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
status: active
customProperties:
  - {property: confluentRuleSet, value: {domainRules: [{name: all, type: CEL, expr: 'true'}]}}
schema:
  - {name: A, physicalName: a}
  - name: B
    physicalName: b
    customProperties:
      - {property: confluentRuleSet, value: {domainRules: [{name: own, type: CEL, expr: 'true'}]}}
`))
	all, _ := contracts.Of(doc)
	for i, want := range []string{"all", "own"} {
		if got := all[i].Rules(nil).Set; len(got.DomainRules) != 1 || got.DomainRules[0].Name != want {
			t.Errorf("stream %d has %+v, want rule %s", i, got, want)
		}
	}
}
