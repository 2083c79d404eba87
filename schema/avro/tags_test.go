package avro_test

import (
	"errors"
	"testing"

	"github.com/accordhq/accord/schema"
)

func TestWithTags(t *testing.T) {
	t.Parallel()
	const text = `{ "type": "record", "name": "a.R", // kept
  "fields": [
    { "confluent:tags": [ "X" ], "name": "x", "type": "int" },
    { "name": "y",
      "type": {"type":"array","items":{"type":"record","name":"I","fields":[{"name":"z","type":"int","confluent:tags":["P","Q"]}]}} }
  ]
}`
	element := func(typ schema.EntityType, path string, tags ...string) schema.ElementTags {
		return schema.ElementTags{Entity: schema.Entity{Path: path, Type: typ}, Tags: tags}
	}
	tests := []struct {
		name        string
		add, remove []schema.ElementTags
		want        string
	}{
		{"nothing", nil, nil, text},
		{"known already", []schema.ElementTags{element(schema.EntityField, "a.R.x", "X")}, nil, text},
		{
			"new property in the object's style",
			[]schema.ElementTags{element(schema.EntityField, "a.R.y", "N")},
			nil,
			`{ "type": "record", "name": "a.R", // kept
  "fields": [
    { "confluent:tags": [ "X" ], "name": "x", "type": "int" },
    { "name": "y",
      "type": {"type":"array","items":{"type":"record","name":"I","fields":[{"name":"z","type":"int","confluent:tags":["P","Q"]}]}},
      "confluent:tags":["N"] }
  ]
}`,
		},
		{
			"record, beside a comment, and one more tag",
			[]schema.ElementTags{element(schema.EntityRecord, "a.R", "N", "M"), element(schema.EntityField, "I.z", "R")},
			[]schema.ElementTags{element(schema.EntityField, "a.I.z", "P")},
			`{ "type": "record", "name": "a.R", // kept
  "fields": [
    { "confluent:tags": [ "X" ], "name": "x", "type": "int" },
    { "name": "y",
      "type": {"type":"array","items":{"type":"record","name":"I","fields":[{"name":"z","type":"int","confluent:tags":["Q","R"]}]}} }
  ], "confluent:tags":["N","M"]
}`,
		},
		{
			"last tags removed", nil,
			[]schema.ElementTags{element(schema.EntityField, "a.R.x", "X"), element(schema.EntityField, "a.I.z", "P", "Q")},
			`{ "type": "record", "name": "a.R", // kept
  "fields": [
    { "name": "x", "type": "int" },
    { "name": "y",
      "type": {"type":"array","items":{"type":"record","name":"I","fields":[{"name":"z","type":"int"}]}} }
  ]
}`,
		},
	}
	s := parse(t, text)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := s.WithTags(tt.add, tt.remove)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			parse(t, got)
		})
	}
	for _, path := range []string{"a.R.q", "b.R.x", "x"} {
		var fault *schema.Error
		if _, err := s.WithTags([]schema.ElementTags{element(schema.EntityField, path, "T")}, nil); !errors.As(err, &fault) {
			t.Errorf("tagging %s: %v, want a *schema.Error", path, err)
		}
	}
}
