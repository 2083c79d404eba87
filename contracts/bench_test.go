package contracts_test

import (
	"testing"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// BenchmarkJudge is what a contract and its schema cost a check: the document
// read and judged against a changed schema.
func BenchmarkJudge(b *testing.B) {
	text, avsc := baseText(b, "orders.odcs.yaml"), baseText(b, "orders.avsc")
	old := schemaIn(b, schema.Avro, avsc)
	next := schemaIn(b, schema.Avro, apply(b, avsc, "-  \"fields\": [\n+  \"fields\": [\n+    {\"name\": \"shop\", \"type\": \"string\"},\n"))
	before := contractIn(b, text)
	b.ReportAllocs()
	for b.Loop() {
		doc, _ := odcs.Parse("orders.odcs.yaml", []byte(text+"\n"))
		all, _ := contracts.Of(doc)
		c := contracts.Case{Subject: "orders-value", At: today, Before: before, Contract: all[0], Previous: old, Schema: next}
		if _, err := contracts.Judge(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
}
