package main

import "testing"

func TestContextOf(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string][2]string{
		"orders":          {"", "orders"},
		":.eu:orders":     {":.eu:", "orders"},
		":.eu:a:b":        {":.eu:", "a:b"},
		":.eu:":           {":.eu:", ""},
		":.:orders":       {":.:", "orders"},
		":.eu":            {"", ":.eu"},
		":*:orders":       {"", ":*:orders"},
		"a:.eu:b":         {"", "a:.eu:b"},
		":.__GLOBAL:":     {":.__GLOBAL:", ""},
		"common/a.proto:": {"", "common/a.proto:"},
	} {
		if context, name := contextOf(subject); context != want[0] || name != want[1] {
			t.Errorf("contextOf(%q) = %q, %q", subject, context, name)
		}
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ context, subject, scope, name string }{
		{"", "", "", "the whole registry"},
		{"", "orders", "orders", "subject orders"},
		{".eu", "", ":.eu:", "context .eu"},
		{"eu", "orders", ":.eu:orders", "subject :.eu:orders"},
		{".", "", ":.:", "the default context"},
		{"", ":.eu:", ":.eu:", "context .eu"},
		{"__GLOBAL", "", ":.__GLOBAL:", "all contexts"},
	} {
		flags := scopeFlags{context: tt.context}
		scope, err := flags.scope(new(app), tt.subject)
		if err != nil || scope != tt.scope {
			t.Errorf("scope(%q, %q) = %q, %v; want %q", tt.context, tt.subject, scope, err, tt.scope)
		}
		if name := scopeName(scope); name != tt.name {
			t.Errorf("scopeName(%q) = %q, want %q", scope, name, tt.name)
		}
	}
}
