package compat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
	"github.com/accordhq/accord/schema/protobuf"
)

// To pass over what is the same on both sides changes no difference, neither
// its place nor its order.
func TestProtobufShortcut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		old, next := drawProtoPair(rt)
		if diff := shortcutError(t, old, next); diff != "" {
			rt.Fatalf("%s\nfrom %s\nto %s", diff, old.Text(), next.Text())
		}
	})
}

// The files of the cases of one side have nothing in common with most of those
// of the other, and share the names of their types.
func TestProtobufShortcutBetweenCases(t *testing.T) {
	t.Parallel()
	var all []*protobuf.File
	for _, c := range casesOf(t, "protobuf") {
		old, next := c.Parse(t)
		all = append(all, old.(*protobuf.File), next.(*protobuf.File))
	}
	for _, c := range ruleCases(t) {
		all = append(all, c.old, c.next)
	}
	for _, old := range all {
		for _, next := range all {
			if diff := shortcutError(t, old, next); diff != "" {
				t.Errorf("%s\nfrom %s\nto %s", diff, old.Text(), next.Text())
			}
		}
	}
}

// shortcutError says what a thorough comparison finds otherwise.
func shortcutError(t testing.TB, old, next *protobuf.File) string {
	t.Helper()
	want, err := compat.CompareProtobufThoroughly(t.Context(), next, old, compat.NewReadsOld)
	if err != nil {
		t.Fatal(err)
	}
	return cmp.Diff(want, compareProtobuf(t, next, old, compat.NewReadsOld))
}

// drawProtoPair draws two schemas that share much of what they hold. Both
// import one file that imports another, and google/type/money.proto, in
// versions of their own.
func drawProtoPair(t *rapid.T) (old, next *protobuf.File) {
	base := drawProtoVariants(t, "base", []string{"P", "Q"}, nil)
	common := drawProtoVariants(t, "common", []string{"M", "N"}, []string{"base.P", "base.Q.In"})
	main := drawProtoVariants(t, "main", []string{"A", "B", "M"}, []string{"common.M", "common.N.In", "google.type.Money", "google.type.Date"})
	draw := func(side string) *protobuf.File {
		src := schema.Source{
			Format: schema.Protobuf,
			Text:   main.file(t, side, rapid.SampledFrom([]string{"shop", "shop", "shop", "store"}).Draw(t, side+" package"), "common.proto", "google/type/money.proto", "google/type/date.proto"),
			Dependencies: []schema.Dependency{
				drawProtoDependency(t, side, "base.proto", base.file(t, side, "base")),
				drawProtoDependency(t, side, "common.proto", common.file(t, side, "common", "base.proto")),
			},
		}
		if rapid.Bool().Draw(t, side+" brings its own money") {
			money := "syntax = \"proto3\"; package google.type; message Money { string currency_code = 1; int64 units = 2; sint32 nanos = 3; }"
			src.Dependencies = append(src.Dependencies, drawProtoDependency(t, side, "google/type/money.proto", money))
		}
		parsed, err := formats.Parse(t.Context(), src)
		if err != nil {
			t.Fatalf("%v in %s", err, src.Text)
		}
		return parsed.(*protobuf.File)
	}
	return draw("old"), draw("new")
}

func drawProtoDependency(t *rapid.T, side, name, text string) schema.Dependency {
	version := rapid.IntRange(1, 2).Draw(t, side+" version of "+name)
	return schema.Dependency{Reference: schema.Reference{Name: name, Subject: name, Version: version}, Text: text}
}

// protoVariants are two ways to declare each message of a file.
type protoVariants [][]string

func drawProtoVariants(t *rapid.T, file string, names, imported []string) protoVariants {
	types := append([]string{"int32", "int64", "sint32", "string", "bytes", "E", "map<string, int32>", "map<bool, E>"}, imported...)
	for _, name := range names {
		types = append(types, name, name+".In", "map<string, "+name+">")
	}
	var variants protoVariants
	for _, name := range names {
		body := rapid.Custom(func(t *rapid.T) string { return drawProtoMessage(t, name, types) })
		variants = append(variants, rapid.SliceOfN(body, 2, 2).Draw(t, file+" "+name))
	}
	enum := rapid.SampledFrom([]string{"enum E { Z = 0; }", "enum E { Z = 0; ONE = 1; }"})
	return append(variants, rapid.SliceOfN(enum, 2, 2).Draw(t, file+" enum"))
}

// file writes the file with one way for each message, in some order.
func (v protoVariants) file(t *rapid.T, side, pkg string, imports ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "syntax = \"proto3\";\npackage %s;\n", pkg)
	for _, path := range imports {
		fmt.Fprintf(&b, "import %q;\n", path)
	}
	order := v
	if rapid.IntRange(0, 3).Draw(t, side+" moved") == 0 {
		order = rapid.Permutation(v).Draw(t, side+" order")
	}
	for _, ways := range order {
		b.WriteString(rapid.SampledFrom(ways).Draw(t, side+" way") + "\n")
	}
	return b.String()
}

// drawProtoMessage draws a message with a nested one and six fields, each of
// them plain, in one of two oneofs, or left out.
func drawProtoMessage(t *rapid.T, name string, types []string) string {
	var labelled []string
	for _, typ := range types {
		labelled = append(labelled, typ)
		if !strings.HasPrefix(typ, "map<") {
			labelled = append(labelled, "optional "+typ, "repeated "+typ)
		}
	}
	single := slices.DeleteFunc(slices.Clone(types), func(typ string) bool { return strings.HasPrefix(typ, "map<") })
	places := map[string]string{}
	for number := 1; number <= 6; number++ {
		place := rapid.SampledFrom([]string{"", "plain", "plain", "o", "p"}).Draw(t, "place")
		pool := labelled
		if place != "plain" {
			pool = single
		}
		places[place] += fmt.Sprintf("  %s %s%d = %d;\n", rapid.SampledFrom(pool).Draw(t, "type"), rapid.SampledFrom([]string{"f", "g"}).Draw(t, "name"), number, number)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "message %s {\n  message In { %s in = 1; }\n%s", name, rapid.SampledFrom(labelled).Draw(t, "inner"), places["plain"])
	if rapid.Bool().Draw(t, "nested enum") {
		b.WriteString("  enum Of { NONE = 0; }\n")
	}
	for _, oneof := range []string{"o", "p"} {
		if places[oneof] != "" {
			b.WriteString("  oneof " + oneof + " {\n" + places[oneof] + "  }\n")
		}
	}
	return b.String() + "}"
}
