package compat

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/protobuf"
)

func TestEveryProtobufRuleHasACase(t *testing.T) {
	t.Parallel()
	for _, rule := range slices.Concat(protoRules, protoRisks) {
		name := strings.TrimPrefix(string(rule.code), "PROTO_") + ".txtar"
		if _, err := os.Stat(filepath.Join("..", "testdata", "compat", "protobuf-rules", name)); err != nil {
			t.Errorf("%s: %v", rule.code, err)
		}
	}
}

// The sets have as many rules as compatibility reference 3.7 counts.
func TestProtobufRuleSetSizes(t *testing.T) {
	t.Parallel()
	got := map[string]int{}
	known := map[finding.Code]bool{}
	for _, rule := range protoRules {
		known[rule.code] = true
		for _, letter := range rule.sets {
			got[string(letter)]++
		}
		if finding.Purpose(rule.code) == "" {
			t.Errorf("%s is not claimed", rule.code)
		}
	}
	if diff := cmp.Diff(map[string]int{"F": 51, "P": 51, "J": 22, "W": 15}, got); diff != "" {
		t.Errorf("rules by set (-want +got):\n%s", diff)
	}
	for code := range protoRuleRisks {
		if !known[code] {
			t.Errorf("%s is no rule", code)
		}
	}
}

func TestProtobufRulesStopInTime(t *testing.T) {
	t.Parallel()
	f, err := protobuf.Parse(t.Context(), schema.Source{Text: "syntax = \"proto3\"; message A { int32 n = 1; } message B { A a = 1; }"})
	if err != nil {
		t.Fatal(err)
	}
	for limit := 1; ; limit++ {
		c := newProtoChange(t.Context(), f, f)
		c.steps, c.limit = 0, limit
		for _, rule := range protoRules {
			c.run(rule, finding.Error)
		}
		if c.err == nil {
			break
		}
		if !errors.Is(c.err, ErrTooComplex) {
			t.Fatalf("error with %d steps = %v, want ErrTooComplex", limit, c.err)
		}
		if limit > 10_000 {
			t.Fatal("two messages take more than ten thousand steps")
		}
	}
}

func TestProtoRanges(t *testing.T) {
	t.Parallel()
	of := func(pairs ...int64) protoRanges {
		var rs protoRanges
		for i := 0; i < len(pairs); i += 2 {
			rs = append(rs, protoRange{pairs[i], pairs[i+1]})
		}
		return rs.merged()
	}
	for _, tc := range []struct {
		name         string
		rs, others   protoRanges
		want         string
		inside, free int64
	}{
		{"nothing left", of(1, 5), of(1, 3, 4, 9), "", 5, 6},
		{"nothing taken", of(1, 5), nil, "1 to 5", 1, 0},
		{"the middle", of(1, 9), of(3, 4, 6, 6), "1 to 2, 5, 7 to 9", 9, 10},
		{"both ends", of(5, 9), of(1, 5, 9, 20), "6 to 8", 5, 4},
		{"several", of(10, 536870911, 1, 2, 4, 4), of(2, 4, 20, 30), "1, 10 to 19, 31 to max", 4, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range tc.rs.without(tc.others) {
				got = append(got, r.String())
			}
			if strings.Join(got, ", ") != tc.want {
				t.Errorf("rest = %v, want %s", got, tc.want)
			}
			if !tc.rs.has(tc.inside) || tc.rs.has(tc.free) {
				t.Errorf("has(%d) = %v, has(%d) = %v", tc.inside, tc.rs.has(tc.inside), tc.free, tc.rs.has(tc.free))
			}
		})
	}
}

func TestProtoStatements(t *testing.T) {
	t.Parallel()
	text := `// service Fake {
syntax = "proto2"; /* package fake; */ package a.b;
import 'x/y.proto';
option java_package = 'it\'s {';
option (mine) = { service: "}" };
message M {
	extend X { optional group G = 9 { extend .a.b.M { optional string in_group = 1; } } }
	extend .a.X { repeated .a.b.M	ext = 10 [default = "}", (o) = { a: 1 }]; }
}
service S { option deprecated = true; rpc R(.a.M) returns (stream a.M); rpc Q (M) returns (M) { option (x) = { rpc: 1 }; } }
`
	want := protoStatements{
		"syntax": {Line: 2, Column: 1}, "package": {Line: 2, Column: 40}, "import x/y.proto": {Line: 3, Column: 1},
		"option java_package": {Line: 4, Column: 1}, "option (": {Line: 5, Column: 1},
		"M.g": {Line: 7, Column: 13}, "M.G.in_group": {Line: 7, Column: 52}, "M.ext": {Line: 8, Column: 16},
		"S": {Line: 10, Column: 1}, "S.R": {Line: 10, Column: 39}, "S.Q": {Line: 10, Column: 73},
	}
	if diff := cmp.Diff(want, findProtoStatements(text)); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
}

// Whatever text parses, everything the statements are asked for has a place.
func FuzzProtoStatements(f *testing.F) {
	f.Add("syntax = \"proto3\"; package a; option java_package = 'x;\\'{'; message M {} service S { rpc R(M) returns (M) { option deprecated = true; } }")
	f.Add("syntax = \"proto2\"; message M { extensions 4 to max; extend M { optional group G = 5 {} } } extend M { repeated M m = 6 [json_name = \"}\"]; /* } */ }")
	f.Add("edition = \"2023\"; message service { extend rpc { string extend = 1; } } message rpc { extensions 1; } service package { rpc extend (rpc) returns (stream service); }")
	f.Fuzz(func(t *testing.T, text string) {
		found := findProtoStatements(text)
		file, err := protobuf.Parse(t.Context(), schema.Source{Text: text})
		if err != nil || file.Text() != text {
			return
		}
		want := func(key string) {
			at := found[key]
			lines := strings.Split(text, "\n")
			if at.Line < 1 || at.Line > len(lines) || at.Column < 1 || at.Column > len(lines[at.Line-1]) {
				t.Errorf("%s is at %v", key, at)
			}
		}
		walkProto(file.Descriptor(), func(d protoreflect.Descriptor) bool {
			switch d := d.(type) {
			case protoreflect.FieldDescriptor:
				want(protoLocalName(d))
			case protoreflect.ServiceDescriptor:
				want(protoLocalName(d))
				for m := range protoList(d.Methods()) {
					want(protoLocalName(m))
				}
			}
			return true
		})
	})
}
