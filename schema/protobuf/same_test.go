package protobuf_test

import (
	"testing"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/protobuf"
)

func TestMessageSame(t *testing.T) {
	t.Parallel()
	const common = `syntax = "proto3"; package common; message Money { int64 units = 1; }`
	for _, tc := range []struct {
		name, one, other       string
		oneCommon, otherCommon string // common is imported unless these say otherwise
		same                   bool
	}{
		{
			name: "comments, options and order of fields", one: `message A { string a = 1; string b = 2; }`,
			other: `message A { option deprecated = true; string b = 2 [deprecated = true]; /* a */ string a = 1; reserved 9; }`, same: true,
		},
		{name: "another enum", one: `message A { E e = 1; } enum E { Z = 0; }`, other: `message A { F e = 1; } enum F { Z = 0; }`, same: true},
		{name: "qualified", one: `message A { A a = 1; }`, other: `message A { .shop.A a = 1; }`, same: true},
		{name: "own type with other contents", one: `message A { B b = 1; } message B { string s = 1; }`, other: `message A { B b = 1; } message B { int32 n = 1; }`, same: true},
		{name: "number", one: `message A { string a = 1; }`, other: `message A { string a = 2; }`},
		{name: "name", one: `message A { string a = 1; }`, other: `message A { string b = 1; }`},
		{name: "label", one: `message A { string a = 1; }`, other: `message A { optional string a = 1; }`},
		{name: "scalar", one: `message A { int32 a = 1; }`, other: `message A { int64 a = 1; }`},
		{name: "key", one: `message A { map<int32, string> a = 1; }`, other: `message A { map<int64, string> a = 1; }`},
		{name: "own type", one: `message A { B b = 1; } message B {}`, other: `message A { C b = 1; } message C {}`},
		{name: "oneof", one: `message A { oneof o { string a = 1; } }`, other: `message A { oneof p { string a = 1; } }`},
		{name: "out of the oneof", one: `message A { oneof o { string a = 1; string b = 2; } }`, other: `message A { oneof o { string a = 1; } string b = 2; }`},
		{
			name: "to the other oneof", one: `message A { oneof o { string a = 1; string b = 2; } oneof p { string c = 3; } }`,
			other: `message A { oneof o { string a = 1; } oneof p { string b = 2; string c = 3; } }`,
		},
		{name: "nested message", one: `message A { message In { string a = 1; } }`, other: `message A { message In { bytes a = 1; } }`},
		{name: "order of nested messages", one: `message A { message B {} message C {} }`, other: `message A { message C {} message B {} }`},
		{name: "nested enum", one: `message A { enum E { Z = 0; } }`, other: `message A { enum E { Y = 0; } }`},
		{name: "one imported file", one: `message A { common.Money m = 1; }`, other: `message A { common.Money m = 1; }`, same: true},
		{
			name: "another package of the imported file", one: `message A { common.Money m = 1; }`, other: `message A { money.Money m = 1; }`,
			otherCommon: `syntax = "proto3"; package money; message Money { int64 units = 1; }`, same: true,
		},
		{
			name: "contents of the imported file", one: `message A { common.Money m = 1; }`, other: `message A { common.Money m = 1; }`,
			otherCommon: `syntax = "proto3"; package common; message Money { sint64 units = 1; }`,
		},
		{
			name: "contents behind the imported type", one: `message A { common.Money m = 1; }`, other: `message A { common.Money m = 1; }`,
			oneCommon:   `syntax = "proto3"; package common; message Money { In in = 1; } message In { string a = 1; }`,
			otherCommon: `syntax = "proto3"; package common; message Money { In in = 1; } message In { bytes a = 1; }`,
		},
		{name: "imported and own", one: `message A { common.Money m = 1; }`, other: `message A { Money m = 1; } message Money { int64 units = 1; }`},
		{name: "imported and nested", one: `message A { common.Money m = 1; message Money {} }`, other: `message A { Money m = 1; message Money {} }`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			parse := func(text, imported string) *protobuf.Message {
				if imported == "" {
					imported = common
				}
				f, err := protobuf.Parse(t.Context(), schema.Source{
					Text:         `syntax = "proto3"; package shop; import "common.proto"; ` + text,
					Dependencies: []schema.Dependency{{Reference: schema.Reference{Name: "common.proto", Subject: "common", Version: 1}, Text: imported}},
				})
				if err != nil {
					t.Fatal(err)
				}
				return f.Document().Messages[0]
			}
			one, other := parse(tc.one, tc.oneCommon), parse(tc.other, tc.otherCommon)
			if one.Same(other) != tc.same || other.Same(one) != tc.same {
				t.Errorf("same = %v and %v, want %v", one.Same(other), other.Same(one), tc.same)
			}
			if !one.Same(one) || !other.Same(parse(tc.other, tc.otherCommon)) {
				t.Error("a message is not the same as itself")
			}
		})
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	f, err := protobuf.Parse(t.Context(), schema.Source{Text: `syntax = "proto2";
message A { optional string c = 7; oneof o { string b = 3; } optional string a = 1; optional group G = 2 {} }`})
	if err != nil {
		t.Fatal(err)
	}
	message := f.Document().Messages[0]
	var names string
	for _, m := range message.Members() {
		names += m.Name
	}
	if names != "abc" {
		t.Errorf("members %s, want abc", names)
	}
	if b, ok := message.Member(3); !ok || b.Oneof == nil || b.Oneof.Name != "o" {
		t.Errorf("member 3 = %+v, %v", b, ok)
	}
	for _, number := range []int32{0, 2, 4, 8} {
		if m, ok := message.Member(number); ok {
			t.Errorf("member %d = %s", number, m.Name)
		}
	}
}

// Editions can change how a message is written.
func TestMemberSameDelimited(t *testing.T) {
	t.Parallel()
	var members []protobuf.Member
	for _, option := range []string{"", "[features.message_encoding = DELIMITED]"} {
		f, err := protobuf.Parse(t.Context(), schema.Source{Text: `edition = "2023"; message A { A a = 1 ` + option + `; }`})
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, f.Document().Messages[0].Members()...)
	}
	if members[0].Same(members[1]) || !members[0].Same(members[0]) {
		t.Error("a delimited message is the same as one with its length before it")
	}
}
