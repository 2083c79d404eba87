package avro_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

// Every expectation here was checked against Apache Avro 1.12.1.
func TestCanonical(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"primitive", ` "string" `, `"string"`},
		{"primitive object", `{"type":"string"}`, `"string"`},
		{"primitive with properties", `{"default":"x","type":"string","doc":"gone","a":1,"b":2,"a":3}`, `{"type":"string","default":"x","a":3,"b":2}`},
		{"comments", `/* a */ ["null", // b` + "\n" + ` "int"]`, `["null","int"]`},
		{"empty union", `[]`, `[]`},
		{
			"attribute order",
			`{"fields":[{"type":"int","order":"Descending","aliases":["b-c","b-c"],"default":1,"doc":"d","p":null,"name":"a","namespace":"q"}],
			  "aliases":["Q","y.Q",".Z","x.int"],"doc":"","name":"x.R","type":"record","logicalType":"foo","default":5}`,
			`{"type":"record","name":"R","namespace":"x","doc":"","fields":[{"name":"a","type":"int","doc":"d","default":1,"order":"descending","aliases":["b-c"],"p":null,"namespace":"q"}],"logicalType":"foo","default":5,"aliases":["Q","y.Q","Z","x.int"]}`,
		},
		{
			"namespaces", `{"type":"error","name":"x.R","fields":[{"name":"a","type":{"type":"record","name":"I","namespace":"","fields":[{"name":"r","type":["null","x.R"]}]}}]}`,
			`{"type":"error","name":"R","namespace":"x","fields":[{"name":"a","type":{"type":"record","name":"I","namespace":"","fields":[{"name":"r","type":["null","x.R"]}]}}]}`,
		},
		{
			"keyword as a name", `{"type":"record","name":"int","namespace":"a","fields":[{"name":"x","type":["null","a.int"]}]}`,
			`{"type":"record","name":"int","namespace":"a","fields":[{"name":"x","type":["null","a.int"]}]}`,
		},
		{
			"forward reference", `[{"type":"record","name":"A","fields":[{"name":"b","type":"B"}]},{"type":"record","name":"B","fields":[{"name":"a","type":["null","A"]}]}]`,
			`[{"type":"record","name":"A","fields":[{"name":"b","type":{"type":"record","name":"B","fields":[{"name":"a","type":["null","A"]}]}}]},"B"]`,
		},
		{
			"identical redefinition", `{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"enum","name":"E","symbols":["A"]}},{"name":"b","type":{"type":"enum","name":"E","doc":"other","symbols":["A"]}},{"name":"c","type":{"type":"E","x":1}}]}`,
			`{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"enum","name":"E","symbols":["A"]}},{"name":"b","type":"E"},{"name":"c","type":"E"}]}`,
		},
		{
			"numbers", `{"type":"string","a":[1.50,1e2,-0,-0.0,1E+3,1e-7,12345678901234567890,4.9e-324,1e400,123456.789e3,0.001,1e7]}`,
			`{"type":"string","a":[1.5,100.0,0,-0.0,1000.0,1.0E-7,12345678901234567890,4.9E-324,"Infinity",1.23456789E8,0.001,1.0E7]}`,
		},
		{
			"escapes", `{"type":"record","name":"R","doc":"\u00e9\u2028\/<\u0001\u001f\"","fields":[]}`,
			`{"type":"record","name":"R","doc":"é` + "\u2028" + `/<\u0001\u001F\"","fields":[]}`,
		},
		{
			"numbers in text", `{"type":"record","name":"R","fields":[{"name":"a","type":"double","default":"1.50"},{"name":"b","type":"float","default":"NaN"},{"name":"c","type":"double","default":" -1e400f"},{"name":"d","type":"string","default":"1.50"}]}`,
			`{"type":"record","name":"R","fields":[{"name":"a","type":"double","default":1.5},{"name":"b","type":"float","default":"NaN"},{"name":"c","type":"double","default":"-Infinity"},{"name":"d","type":"string","default":"1.50"}]}`,
		},
		{
			"logical types are properties", `{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":99}`,
			`{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":99}`,
		},
		{
			"keys are exact", `{"type":"record","name":"R","Name":"S","fields":[{"name":"x","type":"int","Default":1}]}`,
			`{"type":"record","name":"R","fields":[{"name":"x","type":"int","Default":1}],"Name":"S"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, tt.text)
			if got := s.Canonical(); got != tt.want {
				t.Errorf("canonical\n got %s\nwant %s", got, tt.want)
			}
			if again := parse(t, s.Canonical()).Canonical(); again != s.Canonical() {
				t.Errorf("canonical text is no fixed point: %s", again)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	const (
		line  = `{"type":"record","name":"Line","namespace":"shop","fields":[{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["A"]}}]}`
		order = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"lines","type":{"type":"array","items":"Line"}},{"name":"kind","type":"Kind"}]}`
	)
	s := parse(t, order, line)
	// Java keeps the referenced schema's root a name, and writes out what lies
	// inside it.
	want := `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"lines","type":{"type":"array","items":"Line"}},{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["A"]}}]}`
	if got := s.Canonical(); got != want {
		t.Errorf("canonical\n got %s\nwant %s", got, want)
	}
	want = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["A"]}}]}}},{"name":"kind","type":"Kind"}]}`
	if got := s.Print("resolved"); got != want {
		t.Errorf("resolved\n got %s\nwant %s", got, want)
	}
	if got := s.Print("nonsense"); got != s.Canonical() {
		t.Errorf("an unknown format prints %s", got)
	}
	for _, f := range s.Fields() {
		if f.Name == "kind" && f.Parent == "shop.Line" && f.File != "dep" {
			t.Errorf("field %s is declared in %q, want the dependency", f.Path, f.File)
		}
	}
}

func TestNormalized(t *testing.T) {
	t.Parallel()
	s := parse(t, `{"type":"error","name":"R","doc":"","z":{"b":1,"a":[{"d":1,"c":2}]},"a":2,"aliases":["b","a"],"fields":[
		{"name":"x","type":{"precision":9,"type":"bytes","scale":0,"aa":1,"logicalType":"decimal"},"doc":"","aliases":["z","y"]},
		{"name":"d","type":"double","default":1},
		{"name":"f","type":["null","float"],"default":0.10000000149},
		{"name":"m","type":{"type":"map","values":"double"},"default":{"b":2,"a":1.0}},
		{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"],"symbolDocs":{"A":"first"},"confluent:enum":[{"doc":"x"},{"doc":"y","n":1}]},"doc":"why"}]}`)
	want := `{"type":"record","name":"R","fields":[` +
		`{"name":"x","type":{"type":"bytes","logicalType":"decimal","precision":9,"aa":1},"doc":"","aliases":["y","z"]},` +
		`{"name":"d","type":"double","default":1.0},` +
		`{"name":"f","type":["null","float"],"default":0.1},` +
		`{"name":"m","type":{"type":"map","values":"double"},"default":{"a":1.0,"b":2.0}},` +
		`{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"],"confluent:enum":[{"doc":"x"},{"doc":"y","n":1}],"symbolDocs":{"A":"first"}},"doc":"why"}` +
		`],"a":2,"z":{"a":[{"c":2,"d":1}],"b":1},"aliases":["a","b"]}`
	if got := s.Normalized(); got != want {
		t.Errorf("normalized\n got %s\nwant %s", got, want)
	}
	if again := parse(t, s.Normalized()).Normalized(); again != s.Normalized() {
		t.Errorf("normalized text is no fixed point: %s", again)
	}
	bare := strings.NewReplacer(`,"doc":""`, "", `,"doc":"why"`, "", `[{"doc":"x"},{"doc":"y","n":1}]`, `[{},{"n":1}]`, `,"symbolDocs":{"A":"first"}`, "").Replace(want)
	if got := s.Structure(); got != bare {
		t.Errorf("structure\n got %s\nwant %s", got, bare)
	}
	if got, want := s.Documentation(), "E#A\tfirst\nE#B\ty\nR.e\twhy"; got != want {
		t.Errorf("documentation %q, want %q", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	field := func(attributes string) string {
		return `{"type":"record","name":"R","fields":[{"name":"x",` + attributes + `}]}`
	}
	tests := []struct {
		name, text string
		pointer    string
		strictOnly bool
	}{
		{"not JSON", `int`, "", false},
		{"trailing comment", `"int" // no`, "", false},
		{"null", `null`, "", false},
		{"unknown type", `"Foo"`, "", false},
		{"type in type", `{"type":{"type":"string"}}`, "", false},
		{"union in union", `["null",["int"]]`, "/1", false},
		{"duplicate branch", `["int","string","int"]`, "/2", false},
		{"logical types do not part", `["int",{"type":"int","logicalType":"date"}]`, "/1", false},
		{"duplicate recursive branch", field(`"type":["R","R"]`), "/fields/0/type/1", false},
		{"named as a primitive", `{"type":"enum","name":"int","symbols":[]}`, "", false},
		{"no name", `{"type":"record","fields":[]}`, "", false},
		{"name of other case", `{"type":"record","Name":"R","fields":[]}`, "", false},
		{"no fields", `{"type":"record","name":"R"}`, "", false},
		{"field without type", `{"type":"record","name":"R","fields":[{"name":"x"}]}`, "/fields/0", false},
		{"field is no object", `{"type":"record","name":"R","fields":["int"]}`, "/fields/0", false},
		{"duplicate field", `{"type":"record","name":"R","fields":[{"name":"x","type":"int"},{"name":"x","type":"int"}]}`, "/fields/1", false},
		{"order", field(`"type":"int","order":"up"`), "/fields/0/order", false},
		{"alias", field(`"type":"int","aliases":[1]`), "/fields/0/aliases/0", false},
		{"aliases", field(`"type":"int","aliases":null`), "/fields/0/aliases", false},
		{"no items", `{"type":"array"}`, "", false},
		{"size in text", `{"type":"fixed","name":"F","size":"4"}`, "", false},
		{"negative size", `{"type":"fixed","name":"F","size":-1}`, "/size", false},
		{"duplicate symbol", `{"type":"enum","name":"E","symbols":["A","A"]}`, "/symbols/1", false},
		{"enum default", `{"type":"enum","name":"E","symbols":["A"],"default":"B"}`, "/default", false},
		{"other redefinition", `[{"type":"fixed","name":"F","size":1},{"type":"array","items":{"type":"fixed","name":"F","size":2}}]`, "/1/items", false},
		{"float default in words", field(`"type":"float","default":"x"`), "/fields/0/default", false},
		{"name", `{"type":"record","name":"R-x","fields":[]}`, "/name", true},
		{"namespace", `{"type":"record","name":"R","namespace":"a-b","fields":[]}`, "", true},
		{"symbol", `{"type":"enum","name":"E","symbols":["a b"]}`, "/symbols/0", true},
		{"alias name", `{"type":"record","name":"R","aliases":["a-b"],"fields":[]}`, "/aliases/0", true},
		{"int default with fraction", field(`"type":"int","default":1.5`), "/fields/0/default", true},
		{"int default out of range", field(`"type":"int","default":3000000000`), "/fields/0/default", true},
		{"long default out of range", field(`"type":"long","default":9223372036854775808`), "/fields/0/default", true},
		{"long default as 1.0", field(`"type":"long","default":1.0`), "/fields/0/default", true},
		{"default of no branch", field(`"type":["null","int"],"default":"x"`), "/fields/0/default", true},
		{"record default lacks a field", field(`"type":{"type":"record","name":"I","fields":[{"name":"a","type":"int"}]},"default":{}`), "/fields/0/default", true},
		{"default of a later enum", `{"type":"record","name":"R","fields":[{"name":"x","type":"E","default":"A"},{"name":"y","type":{"type":"enum","name":"E","symbols":["A"]}}]}`, "/fields/0/default", true},
		{"default through recursion", field(`"type":["null","R"],"default":{"x":null}`), "/fields/0/default", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := avro.Parse(t.Context(), schema.Source{Text: tt.text, Strict: true})
			var fault *schema.Error
			if !errors.As(err, &fault) {
				t.Fatalf("strict: %v, want a *schema.Error", err)
			}
			if fault.Pointer != tt.pointer || fault.Line == 0 || fault.Message == "" || fault.Format != schema.Avro {
				t.Errorf("fault %+v, want pointer %q and a position", fault, tt.pointer)
			}
			if _, err := avro.Parse(t.Context(), schema.Source{Text: tt.text}); (err == nil) != tt.strictOnly {
				t.Errorf("lenient: %v", err)
			}
		})
	}
}

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"type":"enum","name":"E","symbols":[]}`,
		`{"type":"record","name":"R","fields":[{"name":"x","type":["int","string"],"default":"a"}]}`,
		`{"type":"record","name":"R","fields":[{"name":"x","type":{"type":"enum","name":"E","symbols":["A"]},"default":"Z"}]}`,
		`{"type":"bytes","logicalType":"decimal"}`,
		`{"type":"record","name":"R","fields":[{"name":"x","type":"B","default":{}},{"name":"y","type":{"type":"record","name":"B","fields":[{"name":"z","type":"int","default":1}]}}]}`,
	} {
		if _, err := avro.Parse(t.Context(), schema.Source{Text: text, Strict: true}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestErrorsNameTheDependency(t *testing.T) {
	t.Parallel()
	_, err := avro.Parse(t.Context(), schema.Source{
		Text:         `"com.acme.Bad"`,
		Dependencies: []schema.Dependency{{Reference: schema.Reference{Name: "com.acme.Bad"}, Text: "{\"type\":\"record\",\n  \"name\":5}"}},
	})
	if want := "com.acme.Bad:1:1: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want prefix %q", err, want)
	}
}

func TestParseIsBounded(t *testing.T) {
	t.Parallel()
	var chain strings.Builder // definitions that nest only through names
	chain.WriteString("[")
	for i := range 1000 {
		fmt.Fprintf(&chain, `{"type":"record","name":"R%d","fields":[{"name":"f","type":["null","R%d"]}]},`, i, i+1)
	}
	chain.WriteString(`{"type":"record","name":"R1000","fields":[]}]`)
	if _, err := avro.Parse(t.Context(), schema.Source{Text: chain.String()}); err == nil {
		t.Error("a chain of 1000 records is accepted: its canonical text cannot be read back")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := avro.Parse(ctx, schema.Source{Text: `"int"`}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
}

func TestFingerprints(t *testing.T) {
	t.Parallel()
	s := parse(t, `{"type":"error","name":"a.R","doc":"gone","fields":[{"name":"x","type":{"type":"fixed","size":12,"name":"D","logicalType":"duration"},"default":"gone"},{"name":"y","type":["null","D",{"type":"enum","name":"n.E","symbols":["A","B"]},{"type":"map","values":{"type":"array","items":{"type":"long","x":1}}}]}]}`)
	want := `{"name":"a.R","type":"record","fields":[{"name":"x","type":{"name":"a.D","type":"fixed","size":12}},{"name":"y","type":["null","a.D",{"name":"n.E","type":"enum","symbols":["A","B"]},{"type":"map","values":{"type":"array","items":"long"}}]}]}`
	if got := s.CanonicalForm(); got != want {
		t.Errorf("form\n got %s\nwant %s", got, want)
	}
	null := parse(t, `"null"`)
	little := null.CRC64Bytes()
	md, sha := null.MD5(), null.SHA256()
	for name, pair := range map[string][2]string{
		"CRC-64-AVRO": {fmt.Sprintf("%x", null.CRC64()), "63dd24e7cc258f8a"},
		"its bytes":   {hex.EncodeToString(little[:]), "8a8f25cce724dd63"},
		"MD5":         {hex.EncodeToString(md[:]), "9b41ef67651c18488a8b08bb67c75699"},
		"SHA-256":     {hex.EncodeToString(sha[:]), "f072cbec3bf8841871d4284230c5e983dc211a56837aed862487148f947d1a1f"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s = %s, want %s", name, pair[0], pair[1])
		}
	}
}

func TestLogicalTypes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}`:              "bytes (decimal(9,2))",
		`{"type":"bytes","logicalType":"decimal","precision":2,"scale":3}`:              "bytes",
		`{"type":"bytes","logicalType":"decimal","precision":"9"}`:                      "bytes",
		`{"type":"fixed","name":"F","size":2,"logicalType":"decimal","precision":4}`:    "F (decimal(4,0))",
		`{"type":"fixed","name":"F","size":2,"logicalType":"decimal","precision":5}`:    "F",
		`{"type":"fixed","name":"F","size":12,"logicalType":"duration"}`:                "F (duration)",
		`{"type":"string","logicalType":"uuid"}`:                                        "string (uuid)",
		`{"type":"int","logicalType":"timestamp-millis"}`:                               "int",
		`["null",{"type":"array","items":{"type":"long","logicalType":"time-micros"}}]`: "null | array<long (time-micros)>",
	} {
		if got := parse(t, text).Root.Brief(); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`"int"`, `["null",{"type":"fixed","name":"a.F","size":3}]`, `[]`,
		`{"type":"record","name":"a.R","aliases":["b.Q"],"fields":[{"name":"x","type":["null","R"],"default":null,"aliases":["y"],"order":"ignore","p":{"q":[1.5]}},{"name":"e","type":{"type":"enum","name":".E","symbols":["A"],"default":"A"}}]}`,
		`{"type":"map","values":{"type":"array","items":{"type":"bytes","logicalType":"decimal","precision":4,"scale":0}}}`,
		`[{"type":"record","name":"A","fields":[{"name":"b","type":"B"}]},{"type":"error","name":"B","fields":[{"name":"a","type":"A"}]}]`,
		`{"type":"record","name":"R","fields":[{"name":"x","type":"double","default":"NaN"},{"name":"y","type":"float","default":1e39}]}`,
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, strict bool) {
		s, err := avro.Parse(t.Context(), schema.Source{Text: text, Strict: strict})
		if err != nil {
			return
		}
		again, err := avro.Parse(t.Context(), schema.Source{Text: s.Canonical(), Strict: strict})
		if err != nil {
			t.Fatalf("%s prints as %s: %v", text, s.Canonical(), err)
		}
		if again.Canonical() != s.Canonical() {
			t.Fatalf("%s prints as %s, then as %s", text, s.Canonical(), again.Canonical())
		}
		if again.Normalized() != s.Normalized() || again.CanonicalForm() != s.CanonicalForm() || again.Documentation() != s.Documentation() {
			t.Fatalf("%s and its canonical text %s differ in meaning", text, s.Canonical())
		}
		if n := len(s.Fields()); n > schema.MaxFields+len(text) {
			t.Fatalf("%d elements from %d bytes", n, len(text))
		}
	})
}

func BenchmarkParse50Fields(b *testing.B) {
	var text strings.Builder
	text.WriteString(`{"type":"record","name":"Wide","namespace":"com.acme","doc":"A wide record.","fields":[`)
	for i := range 50 {
		if i > 0 {
			text.WriteString(",")
		}
		fmt.Fprintf(&text, `{"name":"field%d","type":["null","string"],"default":null,"doc":"Field number %d."}`, i, i)
	}
	text.WriteString("]}")
	src := schema.Source{Text: text.String(), Strict: true}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := avro.Parse(b.Context(), src); err != nil {
			b.Fatal(err)
		}
	}
}
