package avro_test

import (
	"testing"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

func TestSame(t *testing.T) {
	t.Parallel()
	const list = `{"type":"record","name":"List","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","List"],"default":null}]}`
	for name, tc := range map[string]struct {
		a, b string
		want bool
	}{
		"doc and properties": {`{"type":"record","name":"a.R","doc":"x","fields":[]}`, `{"type":"record","name":"R","namespace":"a","p":1,"fields":[]}`, true},
		"namespace":          {`{"type":"record","name":"a.R","fields":[]}`, `{"type":"record","name":"b.R","fields":[]}`, false},
		"logical type":       {`{"type":"long","logicalType":"timestamp-millis"}`, `"long"`, false},
		"recursion":          {list, list, true},
		"inside a recursion": {list, `{"type":"record","name":"List","fields":[{"name":"v","type":"long"},{"name":"next","type":["null","List"],"default":null}]}`, false},
		"default": {
			`{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":1}]}`,
			`{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":2}]}`, false,
		},
		"branch order": {`["null","int"]`, `["int","null"]`, false},
		"deep": {
			`{"type":"array","items":{"type":"map","values":{"type":"enum","name":"E","symbols":["A"]}}}`,
			`{"type":"array","items":{"type":"map","values":{"type":"enum","name":"E","symbols":["A","B"]}}}`, false,
		},
		"alias of its own other field": {
			`{"type":"record","name":"R","fields":[{"name":"a","type":"int","aliases":["b"]},{"name":"b","type":"int"}]}`,
			`{"type":"record","name":"R","fields":[{"name":"a","type":"int","aliases":["b"]},{"name":"b","type":"int"}]}`, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var roots []*avro.Type
			for _, text := range []string{tc.a, tc.b} {
				s, err := avro.Parse(t.Context(), schema.Source{Text: text})
				if err != nil {
					t.Fatal(err)
				}
				roots = append(roots, s.Root)
			}
			if got := roots[0].Same(roots[1]); got != tc.want {
				t.Errorf("same: %v, want %v", got, tc.want)
			}
		})
	}
}

// A type is the same wherever it stands, in whatever order the types around it
// were written.
func TestSameAcrossSchemas(t *testing.T) {
	t.Parallel()
	const tree = `{"type":"record","name":"Tree","fields":[{"name":"kids","type":{"type":"array","items":{"type":"record","name":"Kid","fields":[{"name":"of","type":["null","Tree"]}]}}}]}`
	var kinds []*avro.Type
	for _, text := range []string{
		`{"type":"record","name":"A","fields":[{"name":"t","type":` + tree + `},{"name":"k","type":"Kid"}]}`,
		`{"type":"record","name":"B","fields":[{"name":"x","type":"int"},{"name":"t","type":` + tree + `},{"name":"k","type":"Kid"}]}`,
	} {
		s, err := avro.Parse(t.Context(), schema.Source{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		n := len(s.Root.Fields)
		kinds = append(kinds, s.Root.Fields[n-2].Type, s.Root.Fields[n-1].Type)
	}
	if !kinds[0].Same(kinds[2]) || !kinds[1].Same(kinds[3]) || kinds[0].Same(kinds[3]) {
		t.Error("recursive types are not told apart by what they are")
	}
}
