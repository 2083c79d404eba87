package contracts_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// golden compares a text with a file of testdata, or writes it there.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func baseText(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "base", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// said compares contracts by what they say, not where.
var said = gocmp.Options{
	cmpopts.IgnoreTypes(odcs.Place{}),
	cmpopts.EquateEmpty(),
	gocmp.Comparer(func(a, b odcs.Value) bool {
		one, err1 := json.Marshal(a)
		two, err2 := json.Marshal(b)
		return err1 == nil && err2 == nil && string(one) == string(two)
	}),
}

const everything = `
tenant: acme
dataProduct: shop
tags: [orders, "1"]
contractCreatedTs: 2025-01-31T10:00:00Z
roles:
  - {role: reader, access: read, firstLevelApprovers: ada}
price: {priceAmount: 9.950, priceCurrency: EUR, priceUnit: month}
customProperties:
  - {property: costCentre, value: "4711"}
  - {property: accordSlo, value: {freshness: {objective: 99.50, window: 28d}}}
  - {property: confluentSensitive, value: [secret]}
`

// What metadata has a place for comes back as it was.
func TestMetadataRoundTrip(t *testing.T) {
	t.Parallel()
	c := contractIn(t, baseText(t, "orders.odcs.yaml")+everything)
	if !c.Document.Valid() {
		t.Fatal(c.Document.Findings())
	}
	p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
	m, rules, losses := contracts.Metadata(c, p)
	text, err := json.MarshalIndent(map[string]any{"metadata": m, "losses": losses}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "metadata.json", string(text)+"\n")

	back, losses := contracts.FromMetadata(m, rules, p)
	if len(losses) > 0 {
		t.Errorf("losses on the way back: %v", losses)
	}
	want := c.Document.Contract
	want.APIVersion, want.Kind = "", ""
	want.Schema, back.Schema = nil, nil
	byName := cmpopts.SortSlices(func(a, b odcs.CustomProperty) bool { return a.Property < b.Property })
	if diff := gocmp.Diff(want, back, said, byName); diff != "" {
		t.Errorf("contract (-want +got):\n%s", diff)
	}
	again, _ := contracts.FromMetadata(m, rules, p)
	for _, property := range again.Schema[0].Properties {
		if property.Name != "customer" {
			continue
		}
		if email := property.Properties[0]; email.Classification != "confidential" || !slices.Equal(email.Tags, []string{"PII"}) {
			t.Errorf("email: %q %v", email.Classification, email.Tags)
		}
	}
}

func TestMetadataLosses(t *testing.T) {
	t.Parallel()
	c := contractIn(t, baseText(t, "orders.odcs.yaml")+`
customProperties:
  - {property: owner, value: me}
  - {property: accord.team, value: x}
  - {property: list, value: [1]}
  - {property: count, value: 5, description: five}
servers: [{server: prod, type: kafka, host: broker}]
`)
	m, _, losses := contracts.Metadata(c, nil)
	var got []string
	for _, l := range losses {
		got = append(got, l.Path+": "+l.Reason)
	}
	golden(t, "metadata_losses.txt", strings.Join(got, "\n")+"\n")
	if m.Properties["owner"] != "checkout" || m.Properties["count"] != "5" || m.Tags["**.email"] == nil {
		t.Errorf("metadata: %+v", m)
	}
}

func TestFromMetadata(t *testing.T) {
	t.Parallel()
	m := &schema.Metadata{
		Properties: map[string]string{
			"owner": "checkout", "ownerEmail": "ada@acme.example", "secret": "s3cr3t", "colour": "red",
			"accord.sla.freshness": "5 min", "accord.sla.availability": "99.9 %", "accord.support": "{not json",
			"accord.team": `{"name": "checkout", "membres": []}`, "confluent:version": "3",
		},
		Tags:      map[string][]string{"**.email": {"GDPR"}, "com.acme.Customer.*": {"classification:restricted"}, "a**b": {"X"}},
		Sensitive: []string{"secret"},
	}
	c, losses := contracts.FromMetadata(m, nil, schemaIn(t, schema.Avro, baseText(t, "orders.avsc")))
	if len(m.Properties) != 9 {
		t.Errorf("the metadata given was changed: %v", m.Properties)
	}
	if c.Team.Name != "checkout" || len(c.Team.Members) != 1 || c.Support[0].Channel != "ada@acme.example" {
		t.Errorf("owner: %+v %+v", c.Team, c.Support)
	}
	if len(c.SLAProperties) != 2 || c.SLAProperties[1].Value.Text() != "5" || c.SLAProperties[1].Unit != "min" {
		t.Errorf("levels: %+v", c.SLAProperties)
	}
	email := c.Schema[0].Properties[3].Properties[0]
	if email.Classification != "restricted" || !slices.Equal(email.Tags, []string{"GDPR", "PII"}) {
		t.Errorf("email: %q %v", email.Classification, email.Tags)
	}
	var lost []string
	for _, l := range losses {
		lost = append(lost, l.Path)
	}
	if diff := gocmp.Diff([]string{"secret", "accord.support", "team.membres", "confluent:version", "a**b"}, lost); diff != "" {
		t.Errorf("losses (-want +got):\n%s", diff)
	}
	if _, found := c.CustomProperties.Named("secret"); found {
		t.Error("a sensitive value is shown")
	}
	if c, losses := contracts.FromMetadata(nil, nil, nil); losses != nil || c.Schema != nil {
		t.Errorf("nothing says %+v %v", c, losses)
	}
}

// Whatever a client put into metadata, it is read, or named as lost.
func FuzzFromMetadata(f *testing.F) {
	f.Add("accord.team", `{"name": 5, "members": {}}`, "**.a")
	f.Add("accord.sla.x", `{"value": {"deep": [1e999]}}`, "a.*")
	f.Add("accord.price", `"\ud83d\ude00"`, "?")
	f.Fuzz(func(t *testing.T, key, value, pattern string) {
		m := &schema.Metadata{Properties: map[string]string{key: value}, Tags: map[string][]string{pattern: {value}}}
		p := schemaIn(t, schema.Avro, `{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`)
		c, losses := contracts.FromMetadata(m, nil, p)
		for _, l := range losses {
			if l.Reason == "" {
				t.Errorf("lost without a reason: %q", l.Path)
			}
		}
		if len(c.Schema) != 1 {
			t.Error("the schema is gone")
		}
		if _, err := contracts.Scaffold("s-value", "s", p, m, nil, "s.avsc"); err == nil {
			return
		}
	})
}

func TestScaffold(t *testing.T) {
	t.Parallel()
	p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
	bare, err := contracts.Scaffold("orders-value", "", p, nil, nil, "orders.avsc")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "scaffold.odcs.yaml", string(bare.Bytes()))
	m, rules, _ := contracts.Metadata(contractIn(t, baseText(t, "orders.odcs.yaml")), p)
	known, err := contracts.Scaffold("shop-orders", "orders", p, m, rules, "")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(known.Bytes()), "Still to be said") {
		t.Errorf("asks for what is known:\n%s", known.Bytes())
	}
	all, _ := contracts.Of(known)
	if all[0].Subject != "shop-orders" || all[0].Status != contracts.Active || all[0].Owner.Team != "checkout" {
		t.Errorf("contract: %+v", all[0])
	}
	fs, err := contracts.Judge(t.Context(), contracts.Case{Subject: "shop-orders", At: today, Contract: all[0], Schema: p})
	if err != nil || len(fs) > 0 {
		t.Errorf("%v, %v", fs, err)
	}
}

// A scaffold agrees with its schema, and as a draft blocks nobody.
func TestScaffoldAgrees(t *testing.T) {
	t.Parallel()
	p := poolOf(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(p.schemas).Draw(t, "schema")
		doc, err := contracts.Scaffold("orders-value", "orders", s, nil, nil, "orders.avsc")
		if err != nil {
			t.Fatal(err)
		}
		all, faults := contracts.Of(doc)
		if len(all) != 1 || len(faults) > 0 || !doc.Valid() {
			t.Fatalf("%v %v", faults, doc.Findings())
		}
		c := contracts.Case{Subject: "orders-value", At: today, Contract: all[0], Schema: s}
		for _, f := range judged(t, c) {
			if f.Severity == "error" || strings.HasPrefix(string(f.Code), "CONTRACT_FIELD") {
				t.Errorf("%+v", f)
			}
		}
	})
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	var all contracts.Coverage
	for _, c := range cases(t) {
		name := strings.TrimSuffix(filepath.Base(c.file), ".txtar")
		if slices.Contains([]string{"nothing-changes", "bare", "bare-draft", "must-show-e-new-topic", "owner-left", "key"}, name) {
			all = all.Add(contracts.Cover(c.load(t)))
		}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "coverage.json", string(text)+"\n")
}

// Names that no one would choose, and types inside themselves and one another,
// make a scaffold that agrees with its schema all the same.
func TestScaffoldOfOddSchemas(t *testing.T) {
	t.Parallel()
	deep := `"string"`
	for i := range 60 {
		deep = fmt.Sprintf(`{"type": "record", "name": "R%d", "fields": [{"name": "f", "type": %s}]}`, i, deep)
	}
	for _, tt := range []struct {
		name   string
		format schema.Format
		text   string
	}{
		{"names", schema.JSON, `{"type": "object", "properties": {
			"a.b": {"type": "object", "properties": {"c": {}}}, "x[]": {"type": "array", "items": {"type": "object", "properties": {"<y>": {}, "y": {}}}},
			"{}": {}, " ": {}, "": {}, "yes": {}, "#": {}, "1": {"type": "number"}, "- x": {}, "ünï": {}, "a\"b\\n": {}}}`},
		{"deep", schema.Avro, deep},
		{"recursive", schema.Avro, `{"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}, {"name": "all", "type": {"type": "map", "values": {"type": "array", "items": "Node"}}}]}`},
		{"union", schema.Avro, `[{"type": "record", "name": "A", "fields": [{"name": "x", "type": "int"}]}, {"type": "record", "name": "B", "fields": [{"name": "x", "type": "string"}]}]`},
		{"scalar", schema.Avro, `"string"`},
		{"messages", schema.Protobuf, "syntax = \"proto3\"; package p; message A { oneof o { B b = 1; C c = 2; } map<int32, B> m = 3; } message B { int32 x = 1; } message C { int32 x = 1; } message D { string x = 1; }"},
		{"boolean", schema.JSON, `true`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := schemaIn(t, tt.format, tt.text)
			doc, err := contracts.Scaffold("odd-value", "odd", p, nil, nil, "odd.avsc")
			if err != nil {
				t.Fatal(err)
			}
			all, _ := contracts.Of(doc)
			fs, err := contracts.Judge(t.Context(), contracts.Case{Subject: "odd-value", At: today, Contract: all[0], Schema: p})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range fs {
				if strings.HasPrefix(string(f.Code), "CONTRACT_") && f.Code != "CONTRACT_FIELD_UNLISTED" {
					t.Errorf("%+v", f)
				}
			}
			for _, f := range doc.Findings() {
				if f.Severity != finding.Info {
					t.Logf("%s: %s", f.Path, f.Message)
				}
			}
		})
	}
}

// Tag patterns are read as Confluent's clients do, here as in the rules.
func TestTagPatternsAreConfluents(t *testing.T) {
	t.Parallel()
	p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
	for _, tt := range []struct {
		pattern      string
		tagged, lost bool
	}{
		{"com.acme.Customer.email", true, false},
		{"com.acme.Customer.[ep]mail", true, false}, // a set of characters, which it was not
		{`com.acme.Customer.\email`, true, false},
		{"com.acme.Customer.[email]", false, true}, // one character, which no field is
		{"com.acme.Customer.e[", false, true},      // no client can compile it
		{"com.acme.Customer.e**", true, false},
	} {
		c, losses := contracts.FromMetadata(&schema.Metadata{Tags: map[string][]string{tt.pattern: {"GDPR"}}}, nil, p)
		email := c.Schema[0].Properties[3].Properties[0]
		if slices.Contains(email.Tags, "GDPR") != tt.tagged || (len(losses) > 0) != tt.lost {
			t.Errorf("%s: tags %v, losses %v", tt.pattern, email.Tags, losses)
		}
	}
	// A name that looks like a pattern is quoted, and so comes back.
	odd := schemaIn(t, schema.JSON, `{"type": "object", "properties": {"a*": {"type": "string"}, "ab": {"type": "string"}}}`)
	c := contractIn(t, "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: draft\nschema: [{name: R, physicalName: r, properties: [{name: a*, tags: [PII]}, {name: ab}]}]\n")
	m, set, _ := contracts.Metadata(c, odd)
	back, _ := contracts.FromMetadata(m, set, odd)
	for _, property := range back.Schema[0].Properties {
		if slices.Contains(property.Tags, "PII") != (property.Name == "a*") {
			t.Errorf("%s has tags %v", property.Name, property.Tags)
		}
	}
}

// Whatever metadata a client registered, the contract made of it says each of
// its facts, or it is named.
func TestMetadataIsKept(t *testing.T) {
	t.Parallel()
	p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
	keys := rapid.SampledFrom([]string{
		"owner", "ownerEmail", "accord.team", "accord.support", "accord.sla.a", "accord.slo", "accord.contract.id", "accord.contract.tags",
		"accord.price", "accord.other", "confluent:version", "confluentRuleSet", "confluentSensitive", "accordSlo", "subject", "free",
	})
	values := rapid.SampledFrom([]string{
		"", "x", "ada@acme.example", "5 min", "3", "[]", "{}", `{"name": "y"}`, `{"name": "y", "members": [{"username": "b"}]}`, `[{"channel": "c"}]`,
		`["a"]`, `{"id": "a", "property": "freshness", "value": 5, "unit": "min"}`, `{"a": {"objective": 99.5}}`, `{"priceAmount": 5}`, "null", "{",
	})
	patterns := rapid.SampledFrom([]string{
		"com.acme.Order", "com.acme.Customer", "com.acme.Order.order_id", "**.email", "com.acme.Customer.*", "nothing", "[", "**",
	})
	tags := rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B", "classification:c", "classification:d", "classification:"}), 1, 3)
	rapid.Check(t, func(t *rapid.T) {
		m := (&schema.Metadata{
			Properties: rapid.MapOfN(keys, values, 0, 5).Draw(t, "properties"), Tags: rapid.MapOfN(patterns, tags, 0, 3).Draw(t, "tags"),
			Sensitive: rapid.SliceOfN(keys, 0, 1).Draw(t, "sensitive"),
		}).Clone()
		c, losses := contracts.FromMetadata(m, nil, p)
		c.ID, c.Version, c.Status = "x", "1.0.0", "draft"
		c.Schema[0].PhysicalName = "orders"
		doc, err := odcs.New("c.yaml", c)
		switch {
		case err != nil && len(losses) > 0:
			return // what keeps it from being a contract is named
		case err != nil:
			t.Fatal(err)
		}
		all, _ := contracts.Of(doc)
		again, _, more := contracts.Metadata(all[0], p)
		named := func(key string) bool {
			part := strings.TrimPrefix(strings.TrimPrefix(key, "accord."), "contract.")
			return slices.ContainsFunc(slices.Concat(losses, more), func(l contracts.Loss) bool {
				return l.Path == key || l.Path == "accord.*" || strings.HasPrefix(l.Path, part) || strings.HasPrefix(l.Path, "slaProperties") || strings.HasPrefix(l.Path, "customProperties")
			})
		}
		for key, value := range m.Properties {
			empty := value == "" || strings.HasPrefix(key, "accord.") && slices.Contains([]string{"[]", "{}", "null"}, value)
			if !empty && again.Properties[key] == "" && !named(key) {
				t.Errorf("property %s: %q is gone; losses %v %v", key, value, losses, more)
			}
		}
		was, is := tagsIn(p, m), tagsIn(p, again)
		if diff := gocmp.Diff(was, is); diff != "" && !slices.ContainsFunc(losses, func(l contracts.Loss) bool { return m.Tags[l.Path] != nil }) {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
	})
}

// tagsIn are the tags of the fields of a schema, and of its record, as clients
// see them.
func tagsIn(p schema.Parsed, m *schema.Metadata) map[string][]string {
	out := map[string][]string{}
	for _, f := range p.Fields() {
		name := f.Parent + "." + f.Name
		switch {
		case f.Kind == schema.KindObject && f.Path == "":
			name = f.Name
		case f.Kind != schema.KindField:
			continue
		}
		all := slices.Clone(f.Tags)
		for source, tags := range m.Tags {
			if schema.CompileTagPattern(source).Match(name) {
				all = append(all, tags...)
			}
		}
		slices.Sort(all)
		if all = slices.Compact(all); len(all) > 0 {
			out[name] = all
		}
	}
	return out
}
