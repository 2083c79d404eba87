package contracts_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Any document that can be read can be judged, before or after, and every
// finding says what to do. The bump that fits is one that fits.
func FuzzJudge(f *testing.F) {
	base, err := os.ReadFile(filepath.Join("testdata", "base", "orders.odcs.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(base)
	f.Add([]byte(twoStreams))
	f.Add([]byte("version: 1.0.0\nschema: [5, {name: a, physicalName: orders, properties: [{name: a, items: {items: {}}}]}]"))
	f.Add([]byte("schema: [{physicalName: orders, properties: [{name: '', physicalName: '<<>>[].'}], tags: [x]}]\nteam: {members: [{role: owner}]}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, _ := odcs.Parse("orders.odcs.yaml", text)
		if doc == nil {
			return
		}
		all, _ := contracts.Of(doc)
		p := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
		known := contractIn(t, baseText(t, "orders.odcs.yaml"))
		for _, c := range all {
			for _, in := range []contracts.Case{
				{Contract: c}, {Contract: c, Before: known}, {Contract: known, Before: c}, {Contract: c, Before: c},
			} {
				in.Subject, in.At, in.Schema, in.Previous = "orders-value", today, p, p
				fs, err := contracts.Judge(t.Context(), in)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range fs {
					if f.Message == "" || f.Hint == "" || finding.Purpose(f.Code) == "" {
						t.Errorf("incomplete: %+v", f)
					}
				}
				contracts.Bump(in)
				contracts.Cover(in)
			}
			m, rules, _ := contracts.Metadata(c, p)
			contracts.FromMetadata(m, rules, p)
		}
	})
}
