package jsontree_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/jsontree"
)

// samePlaceApart compares trees by content: where values stand may differ.
var samePlaceApart = cmp.Options{
	cmpopts.IgnoreFields(jsontree.Node{}, "Offset", "End"),
	cmpopts.IgnoreFields(jsontree.Member{}, "NameOffset"),
}

func mustParse(t *testing.T, text string) *jsontree.Node {
	t.Helper()
	n, err := jsontree.Parse(text, jsontree.Options{})
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return n
}

func TestPrintKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, plain, sorted string }{
		{"order", `{ "b" : 1, "a" : [ true , null ] }`, `{"b":1,"a":[true,null]}`, `{"a":[true,null],"b":1}`},
		{"numbers", `[1.50,1e2,-0,9007199254740993]`, `[1.50,1e2,-0,9007199254740993]`, `[1.50,1e2,-0,9007199254740993]`},
		{"duplicates", `{"a":1,"b":2,"a":3}`, `{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`},
		{"escapes", `"\u0041\/\t\u0001\u001f\u2028<"`, "\"A/\\t\\u0001\\u001F\u2028<\"", "\"A/\\t\\u0001\\u001F\u2028<\""},
		{"surrogates", `"\ud83d\ude00 \ud83d \ude00"`, `"😀 � �"`, `"😀 � �"`},
		{"utf16 order", `{"\ue000":1,"😀":2}`, "{\"\ue000\":1,\"😀\":2}", "{\"😀\":2,\"\ue000\":1}"},
		{"nested sort", `[{"b":{"d":1,"c":2},"a":0}]`, `[{"b":{"d":1,"c":2},"a":0}]`, `[{"a":0,"b":{"c":2,"d":1}}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := mustParse(t, tt.text)
			if got := string(jsontree.Append(nil, n)); got != tt.plain {
				t.Errorf("Append = %s, want %s", got, tt.plain)
			}
			if got := string(jsontree.AppendSorted(nil, n)); got != tt.sorted {
				t.Errorf("AppendSorted = %s, want %s", got, tt.sorted)
			}
		})
	}
}

func TestNodesKnowTheirPlace(t *testing.T) {
	t.Parallel()
	const text = `{"a": [1, "x"], "a": null}`
	n := mustParse(t, text)
	first := n.Members[0]
	if got := text[first.Value.Offset:first.Value.End]; got != `[1, "x"]` {
		t.Errorf("array spans %q", got)
	}
	if first.NameOffset != 1 {
		t.Errorf("name stands at %d, want 1", first.NameOffset)
	}
	if got := n.Member("a"); !got.Is(jsontree.Null) {
		t.Errorf("Member(a) = %v, want the last duplicate", got)
	}
	if n.Member("b") != nil || first.Value.Member("a") != nil || (*jsontree.Node)(nil).Member("a") != nil {
		t.Error("Member finds what is not there")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		opts       jsontree.Options
		offset     int
	}{
		{"empty", " ", jsontree.Options{}, 1},
		{"trailing", `1 2`, jsontree.Options{}, 2},
		{"bare word", `int`, jsontree.Options{}, 0},
		{"trailing comma", `[1,]`, jsontree.Options{}, 3},
		{"leading zero", `01`, jsontree.Options{}, 1},
		{"no fraction", `1.x`, jsontree.Options{}, 2},
		{"no exponent", `1e`, jsontree.Options{}, 2},
		{"lone minus", `-`, jsontree.Options{}, 1},
		{"open string", `["ab`, jsontree.Options{}, 1},
		{"raw newline", "\"a\nb\"", jsontree.Options{}, 2},
		{"bad escape", `"\x"`, jsontree.Options{}, 1},
		{"bad hex", `"\u00g0"`, jsontree.Options{}, 1},
		{"no colon", `{"a" 1}`, jsontree.Options{}, 5},
		{"name without quotes", `{a:1}`, jsontree.Options{}, 1},
		{"comment", `[1] // no`, jsontree.Options{}, 4},
		{"open comment", `/* no`, jsontree.Options{AllowComments: true}, 0},
		{"invalid UTF-8", "\"\xff\"", jsontree.Options{}, 1},
		{"too deep", `[[[]]]`, jsontree.Options{MaxDepth: 2}, 2},
		{"too long", `"abc"`, jsontree.Options{MaxText: 4}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := jsontree.Parse(tt.text, tt.opts)
			var syntax *jsontree.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("Parse(%q) = %v, want a *SyntaxError", tt.text, err)
			}
			if syntax.Offset != tt.offset || syntax.Message == "" {
				t.Errorf("Parse(%q) fails at %d (%s), want %d", tt.text, syntax.Offset, syntax.Message, tt.offset)
			}
		})
	}
}

func TestParseBoundsDepthByDefault(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	if _, err := jsontree.Parse(nested(schema.MaxDepth), jsontree.Options{}); err != nil {
		t.Errorf("depth %d: %v", schema.MaxDepth, err)
	}
	if _, err := jsontree.Parse(nested(schema.MaxDepth+1), jsontree.Options{}); err == nil {
		t.Errorf("depth %d is accepted", schema.MaxDepth+1)
	}
}

func TestParseAllowsComments(t *testing.T) {
	t.Parallel()
	n, err := jsontree.Parse("// head\n[1, /* in // it */ 2] // end", jsontree.Options{AllowComments: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(jsontree.Append(nil, n)); got != "[1,2]" {
		t.Errorf("printed %s, want [1,2]", got)
	}
}

func TestPointerEscapes(t *testing.T) {
	t.Parallel()
	if got := jsontree.Pointer("/a", "b/c", "~"); got != "/a/b~1c/~0" {
		t.Errorf("Pointer = %s", got)
	}
	if got := jsontree.Pointer(""); got != "" {
		t.Errorf("root pointer = %q, want the empty one", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5e-3,"x\n\u00e9"],"b":{"a":null,"a":true}}`, `"\ud83d\ude00\ud83d"`, `[]`, `-0.0E+1`, "\t{ }\r\n", `[[[[`, `{"a":1,}`, "\"\xc3\x28\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := jsontree.Parse(text, jsontree.Options{MaxDepth: 9000})
		if utf8.ValidString(text) && (err == nil) != json.Valid([]byte(text)) {
			t.Fatalf("Parse(%q) = %v, encoding/json disagrees", text, err)
		}
		if err != nil {
			return
		}
		for _, appendTo := range []func([]byte, *jsontree.Node) []byte{jsontree.Append, jsontree.AppendSorted} {
			printed := string(appendTo(nil, n))
			again, err := jsontree.Parse(printed, jsontree.Options{MaxDepth: 9000})
			if err != nil {
				t.Fatalf("%q prints as %q: %v", text, printed, err)
			}
			if second := string(appendTo(nil, again)); second != printed {
				t.Fatalf("%q prints as %q, then as %q", text, printed, second)
			}
		}
		again, err := jsontree.Parse(string(jsontree.Append(nil, n)), jsontree.Options{MaxDepth: 9000})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(n, again, samePlaceApart); diff != "" {
			t.Fatalf("%q changes when printed:\n%s", text, diff)
		}
	})
}
