package compat_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accordhq/accord/compat"
)

// BenchmarkProtobufRules judges a mesh of 25 messages that changed everywhere,
// and a message of 50 fields in which one did.
func BenchmarkProtobufRules(b *testing.B) {
	wide := func(kind string) string {
		var text strings.Builder
		text.WriteString("syntax = \"proto3\";\nmessage M {\n")
		for i := range 50 {
			fmt.Fprintf(&text, "  string f%d = %d;\n", i, i+1)
		}
		return text.String() + "  " + kind + " last = 51;\n}\n"
	}
	for _, bc := range []struct{ name, old, next string }{
		{"mesh", mesh("proto2", "M"), mesh("proto3", "M")},
		{"wide", wide("int32"), wide("int64")},
	} {
		old, next := parseProtobuf(b, bc.old), parseProtobuf(b, bc.next)
		for _, rules := range compat.RuleSets() {
			b.Run(bc.name+"/"+string(rules), func(b *testing.B) {
				for b.Loop() {
					checkRules(b, rules, old, next)
				}
			})
		}
		b.Run(bc.name+"/findings", func(b *testing.B) {
			for b.Loop() {
				findingsOf(b, old, next)
			}
		})
	}
}
