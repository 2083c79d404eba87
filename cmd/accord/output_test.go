package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/accordhq/accord/schema"
)

func TestTable(t *testing.T) {
	t.Parallel()
	table := table{header: []string{"SUBJECT", "ID", "STATE"}}
	table.add("orders-value", "1", "active")
	table.add("tilaus-ääni", "22", "")
	table.add("evil\x1b[2J\nname", "3", "x")
	var out bytes.Buffer
	table.print(&out)
	want := "" +
		"SUBJECT        ID  STATE\n" +
		"orders-value   1   active\n" +
		"tilaus-ääni    22\n" +
		"evil·[2J·name  3   x\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestEncodeYAML(t *testing.T) {
	t.Parallel()
	view := schemaView{
		Subject: "no", Version: 1, Type: schema.Protobuf,
		Metadata: &schema.Metadata{Properties: map[string]string{"on": "1e3", "empty": ""}},
		Schema:   "syntax = \"proto3\";\n\nmessage A {} // <ä>\n",
	}
	text, err := encode(asYAML, view)
	if err != nil {
		t.Fatal(err)
	}
	want := `subject: "no"
version: 1
type: PROTOBUF
metadata:
  properties:
    empty: ""
    "on": "1e3"
deleted: false
schema: |
  syntax = "proto3";

  message A {} // <ä>
`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("yaml (-want +got):\n%s", diff)
	}
}

// FuzzEncodeYAML: YAML says the same as JSON, whatever the strings hold.
func FuzzEncodeYAML(f *testing.F) {
	f.Add("a", "syntax = \"proto3\";\n")
	f.Add("null", "- 1\n\ttab\r\n  \n")
	f.Add("0x1f", "\u2028\x00\x7f\u0085 'quote' \"double\" # no comment: ")
	f.Add("<<", "~")
	f.Fuzz(func(t *testing.T, key, value string) {
		view := map[string]any{key: value, "list": []string{}, "more": []any{value, 1, true, nil}}
		asJSONText, err := encode(asJSON, view)
		if err != nil {
			t.Fatal(err)
		}
		asYAMLText, err := encode(asYAML, view)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal(asJSONText, &want); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(asYAMLText, &got); err != nil {
			t.Fatalf("%v\n%s", err, asYAMLText)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		got = nil
		if err := json.Unmarshal(again, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("yaml differs from json:\n%s\n%s", diff, asYAMLText)
		}
	})
}

func TestColours(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		vars map[string]string
		tty  bool
		want bool
	}{
		"terminal":      {nil, true, true},
		"pipe":          {nil, false, false},
		"NO_COLOR":      {map[string]string{"NO_COLOR": "1"}, true, false},
		"NO_COLOR void": {map[string]string{"NO_COLOR": ""}, true, true},
		"dumb":          {map[string]string{"TERM": "dumb"}, true, false},
	} {
		e := env{
			lookup: func(name string) (string, bool) { v, ok := tt.vars[name]; return v, ok },
			isTTY:  func(any) bool { return tt.tty },
		}
		if got := e.colours(nil); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSplitVersion(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]struct {
		subject string
		version int
		named   bool
	}{
		"orders":         {"orders", -1, false},
		"orders@3":       {"orders", 3, true},
		"orders@LATEST":  {"orders", -1, true},
		"orders@-1":      {"orders", -1, true},
		"a@b":            {"a@b", -1, false},
		"a@b@2":          {"a@b", 2, true},
		"a@0":            {"a@0", -1, false},
		"a@99999999999":  {"a@99999999999", -1, false},
		"a@":             {"a@", -1, false},
		":.eu:orders@12": {":.eu:orders", 12, true},
	} {
		subject, version, named := splitVersion(arg)
		if subject != want.subject || version != want.version || named != want.named {
			t.Errorf("splitVersion(%q) = %q, %d, %v", arg, subject, version, named)
		}
	}
}

func TestParseReference(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]schema.Reference{
		"a.proto=a.proto@2":           {Name: "a.proto", Subject: "a.proto", Version: 2},
		"a.proto=money":               {Name: "a.proto", Subject: "money", Version: -1},
		"https://x/?a=b#/c=money@1":   {Name: "https://x/?a=b#/c", Subject: "money", Version: 1},
		"com.acme.Money=:.eu:money@7": {Name: "com.acme.Money", Subject: ":.eu:money", Version: 7},
	} {
		got, err := parseReference(arg)
		if err != nil || got != want {
			t.Errorf("parseReference(%q) = %+v, %v", arg, got, err)
		}
	}
	for _, arg := range []string{"", "money", "=money", "a=", "a=@2"} {
		if got, err := parseReference(arg); err == nil {
			t.Errorf("parseReference(%q) = %+v", arg, got)
		}
	}
}

func TestReadableKeepsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{not json", "", `{"a":1} trailing`} {
		if got := readable(schema.Avro, text); got != text {
			t.Errorf("readable(%q) = %q", text, got)
		}
	}
	if got := readable(schema.JSON, `{"a":[1]}`); !strings.Contains(got, "\n  \"a\"") {
		t.Errorf("not indented: %s", got)
	}
}
