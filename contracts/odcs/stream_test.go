package odcs_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

func TestStreams(t *testing.T) {
	t.Parallel()
	const file = "authoritativeDefinitions: [{type: implementation, url: ./a.avsc}]"
	ignored := cmpopts.IgnoreTypes(odcs.Place{}, schema.Position{})
	for _, tt := range []struct {
		name, text string
		want       []odcs.Stream
		findings   string
	}{
		{
			name: "topic", text: "schema: [{name: A, physicalName: a, " + file + "}]",
			want: []odcs.Stream{{Topic: "a", Subject: "a-value", KeySubject: "a-key", SchemaFile: "./a.avsc"}},
		},
		{
			name: "overridden",
			text: "schema: [{name: A, physicalName: a, customProperties: [{property: subject, value: a-com.A}, {property: keySubject, value: k}]}]",
			want: []odcs.Stream{{Topic: "a", Subject: "a-com.A", KeySubject: "k"}},
		},
		{
			name: "overridden at the top", text: "customProperties: [{property: subject, value: s}]\nschema: [{name: A}]",
			want: []odcs.Stream{{Subject: "s"}},
		},
		{
			name: "registry beside the file",
			text: "schema: [{name: A, physicalName: a, authoritativeDefinitions: [{type: implementation, url: http://r/subjects/a-value/versions/1}, " +
				"{type: implementation, url: file:///x/a%20b.avsc}, {type: tutorial, url: b.avsc}, {type: implementation, url: 'jdbc:x'}]}]",
			want: []odcs.Stream{{
				Topic: "a", Subject: "a-value", KeySubject: "a-key", SchemaFile: "/x/a b.avsc",
				RegistryURL: "http://r/subjects/a-value/versions/1",
			}},
		},
		{
			name: "key and value", text: "schema: [{name: A, physicalName: a}, {name: K, physicalName: a, customProperties: [{property: subject, value: a-key}]}]",
			want: []odcs.Stream{{Topic: "a", Subject: "a-value", KeySubject: "a-key"}, {Object: 1, Topic: "a", Subject: "a-key", KeySubject: "a-key"}},
		},
		{
			name: "key file", text: "schema: [{name: A, physicalName: a, authoritativeDefinitions: [{type: keyImplementation, url: ./k.avsc}, {type: implementation, url: ./a.avsc}]}]",
			want: []odcs.Stream{{Topic: "a", Subject: "a-value", KeySubject: "a-key", SchemaFile: "./a.avsc", KeyFile: "./k.avsc"}},
		},
		{
			name: "two key files", text: "schema: [{name: A, physicalName: a, authoritativeDefinitions: [{type: keyImplementation, url: k.avsc}, {type: keyImplementation, url: l.avsc}]}]",
			want:     []odcs.Stream{{Topic: "a", Subject: "a-value", KeySubject: "a-key", KeyFile: "k.avsc"}},
			findings: "1:135 error CONTRACT_SEVERAL_SCHEMA_FILES schema[0].authoritativeDefinitions[1].url: l.avsc is a second schema file of one schema object; the first is k.avsc (give other links another type, or describe the other schema in a schema object of its own)\n",
		},
		{
			name: "in a context", text: "schema: [{name: A, physicalName: a, customProperties: [{property: subject, value: ':.eu:a-value'}]}]",
			want: []odcs.Stream{{Topic: "a", Subject: ":.eu:a-value", KeySubject: ":.eu:a-key"}},
		},
		{
			name: "keys in another context",
			text: "schema: [{name: A, physicalName: a, customProperties: [{property: subject, value: ':.eu:a-value'}, {property: keySubject, value: ':.us:k'}]}]",
			want: []odcs.Stream{{Topic: "a", Subject: ":.eu:a-value", KeySubject: ":.us:k"}},
		},
		{
			name: "twice", text: "schema:\n  - {name: A, physicalName: a}\n  - {name: B, physicalName: a}",
			want:     []odcs.Stream{{Topic: "a", Subject: "a-value", KeySubject: "a-key"}, {Object: 1, Topic: "a", Subject: "a-value", KeySubject: "a-key"}},
			findings: "3:5 error CONTRACT_SUBJECT_TWICE schema[1]: schema[0] describes the subject a-value, too (give one of them its own: customProperties: [{property: subject, value: …}])\n",
		},
		{
			name: "nothing", text: "schema:\n  - name: A",
			want:     []odcs.Stream{{}},
			findings: "2:5 error CONTRACT_NO_TOPIC schema[0]: the schema object \"A\" names no topic (add the topic as physicalName)\n",
		},
		{
			name: "two files", text: "schema: [{name: A, physicalName: a, authoritativeDefinitions: [{type: implementation, url: a.avsc}, {type: implementation, url: b.avsc}]}]",
			want:     []odcs.Stream{{Topic: "a", Subject: "a-value", KeySubject: "a-key", SchemaFile: "a.avsc"}},
			findings: "1:129 error CONTRACT_SEVERAL_SCHEMA_FILES schema[0].authoritativeDefinitions[1].url: b.avsc is a second schema file of one schema object; the first is a.avsc (give other links another type, or describe the other schema in a schema object of its own)\n",
		},
		{
			name: "no subject", text: "schema: [{name: A, physicalName: a, customProperties: [{property: subject, value: [a]}]}]",
			want:     []odcs.Stream{{Topic: "a", Subject: "a-value", KeySubject: "a-key"}},
			findings: "1:56 error CONTRACT_BAD_SUBJECT schema[0].customProperties[0].value: the custom property subject names no subject (write the subject as text, or remove the property to use <topic>-value)\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			streams, findings := mustParse(t, tt.text).Streams()
			if diff := cmp.Diff(tt.want, streams, ignored); diff != "" {
				t.Errorf("streams (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.findings, printed(findings)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPosition: a path that leads nowhere has the place of what is around it.
func TestPosition(t *testing.T) {
	t.Parallel()
	doc := mustParse(t, "id: a\nschema:\n  - name: A\n    \"odd key\": x\n")
	for path, want := range map[string]schema.Position{
		"":                            {Line: 1, Column: 1},
		"id":                          {Line: 1, Column: 5},
		"schema[0].name":              {Line: 3, Column: 11},
		`schema[0]["odd key"]`:        {Line: 4, Column: 16},
		"schema[0].properties[3].doc": {Line: 3, Column: 5},
		"schema[7]":                   {Line: 3, Column: 3},
		"not a [path":                 {Line: 1, Column: 1},
	} {
		if got := doc.Position(path); got != want {
			t.Errorf("%q stands at %+v, want %+v", path, got, want)
		}
	}
}

// TestJSON: numbers keep their digits and keys their order.
func TestJSON(t *testing.T) {
	t.Parallel()
	doc := mustParse(t, "z: &a {n: 1.50, big: 123456789012345678901234567890, hex: 0x1F, oct: 0o17, plus: +.5, under: 1_000}\na: *a\nm: {<<: *a, n: 2}\nt: 2022-08-02\ns: <é>\nnothing:\n")
	got, err := doc.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	const numbers = `"big":123456789012345678901234567890,"hex":31,"oct":15,"plus":0.5,"under":1000`
	want := `{"z":{"n":1.50,` + numbers + `},"a":{"n":1.50,` + numbers + `},"m":{` + numbers + `,"n":2},"t":"2022-08-02","s":"<é>","nothing":null}`
	if string(got) != want {
		t.Errorf("json = %s\nwant   %s", got, want)
	}
}
