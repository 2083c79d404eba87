package odcs_test

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accordhq/accord/contracts/odcs"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestNew: a printed contract is valid with nothing to say about it, under the
// official JSON Schema too, and reads as what was printed.
func TestNew(t *testing.T) {
	t.Parallel()
	want := outline(t)
	doc, err := odcs.New("orders.odcs.yaml", want)
	if err != nil {
		t.Fatal(err)
	}
	if findings := doc.Findings(); len(findings) > 0 {
		t.Errorf("findings: %+v", findings)
	}
	const golden = "testdata/new.odcs.yaml"
	if *update {
		if err := os.WriteFile(golden, doc.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), string(doc.Bytes())); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	want.APIVersion, want.Kind = "v3.1.0", "DataContract"
	if diff := cmp.Diff(want, doc.Contract, readAs); diff != "" {
		t.Errorf("contract (-want +got):\n%s", diff)
	}
	if err := accepts(t, oracle(t), doc); err != nil {
		t.Error(err)
	}
}

// readAs compares contracts by what they say, not where.
var readAs = cmp.Options{
	cmpopts.IgnoreTypes(odcs.Place{}),
	cmp.Comparer(func(a, b odcs.Value) bool {
		one, err1 := json.Marshal(a)
		two, err2 := json.Marshal(b)
		return err1 == nil && err2 == nil && string(one) == string(two)
	}),
}

// TestNewKeepsEverything: what a contract that uses every key says is printed.
func TestNewKeepsEverything(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/every-key.odcs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := mustParse(t, string(text)).Contract
	want.Servers = want.Servers[:1] // other types of servers have keys the model has not
	doc, err := odcs.New("again.odcs.yaml", want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, doc.Contract, readAs); diff != "" {
		t.Errorf("contract (-want +got):\n%s", diff)
	}
}

func TestNewRefusesInvalid(t *testing.T) {
	t.Parallel()
	if doc, err := odcs.New("x", odcs.Contract{ID: "a", Version: "1"}); err == nil {
		t.Errorf("a contract without status is printed:\n%s", doc.Bytes())
	}
}

func value(t *testing.T, v any) odcs.Value {
	t.Helper()
	of, err := odcs.NewValue(v)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

func outline(t *testing.T) odcs.Contract {
	t.Helper()
	field := func(name, logical, description string) odcs.Property {
		return odcs.Property{Element: odcs.Element{Name: name, LogicalType: logical, Description: description}}
	}
	id := field("id", "string", "Number of the order, as customers see it.")
	id.Required = true
	lines := field("lines", "array", "What was ordered.")
	lines.Items = &odcs.Property{
		Element:    odcs.Element{LogicalType: "object"},
		Properties: []odcs.Property{field("sku", "string", "Article: its number in the catalogue."), field("count", "integer", "How many.\nNever 0.")},
	}
	return odcs.Contract{
		ID: "shop.orders", Name: "Orders", Version: "1.0.0", Status: "draft", Domain: "sales",
		Description: odcs.Description{Purpose: "One event for each order.\n\nAlso for those that are paid later.", Usage: "yes"},
		Servers:     []odcs.Server{{Server: "production", Type: "kafka", Host: "broker.shop.example:9092", Format: "avro", Environment: "prod"}},
		Schema: []odcs.Object{{
			Element: odcs.Element{
				Name: "Order", PhysicalName: "shop.orders", PhysicalType: "topic", LogicalType: "object", Description: "An order.",
				AuthoritativeDefinitions: []odcs.Definition{{Type: odcs.Implementation, URL: "./orders.avsc"}},
				CustomProperties:         odcs.CustomProperties{{Property: odcs.SubjectProperty, Value: value(t, "orders-value")}},
			},
			Properties: []odcs.Property{id, lines},
		}},
		Team:    odcs.Team{Name: "checkout", Members: []odcs.Member{{Username: "ada@shop.example", Role: "owner"}}},
		Support: []odcs.Channel{{Channel: "#orders", Tool: "slack", URL: "https://chat.shop.example/orders"}},
		SLAProperties: []odcs.SLA{
			{ID: "fresh", Property: "latency", Value: value(t, 5), ValueExt: value(t, json.Number("99.50")), Unit: "minutes"},
		},
	}
}
