package registry

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/schema"
)

// TestPlainFactsReadAsJSON compares the quick reader with encoding/json, on
// facts as they are written and on texts that merely look like them.
func TestPlainFactsReadAsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) digest { return digest(rapid.Uint64().Draw(rt, name)) }
		f := schemaFacts{
			ID: rapid.Int().Draw(rt, "id"), Type: rapid.SampledFrom(schema.Formats()).Draw(rt, "type"),
			Deriver: rapid.IntRange(0, 3).Draw(rt, "deriver"), Registered: rapid.Int64().Draw(rt, "registered"),
			Imported: rapid.Bool().Draw(rt, "imported"),
			sameness: sameness{
				GUID:      schema.GUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "guid")),
				Canonical: draw("canonical"), Normal: draw("normal"), Structure: draw("structure"), Docs: draw("docs"),
			},
		}
		text := put(Key{}, f, "").Facts
		got, ok := plainFacts(text)
		if diff := cmp.Diff(f, got, cmp.AllowUnexported(schemaFacts{})); !ok || diff != "" {
			rt.Fatalf("%s: %t, (-want +got):\n%s", text, ok, diff)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(rt, "at")
		text[at] = rapid.Byte().Draw(rt, "byte")
		samePlain(rt, text)
	})
}

// samePlain fails if the quick reader takes a text that encoding/json refuses or
// reads otherwise.
func samePlain(tb rapid.TB, text []byte) {
	tb.Helper()
	got, ok := plainFacts(text)
	if !ok {
		return
	}
	var want schemaFacts
	if err := json.Unmarshal(text, &want); err != nil {
		tb.Fatalf("%q is read, but: %v", text, err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(schemaFacts{})); diff != "" {
		tb.Fatalf("%q (-want +got):\n%s", text, diff)
	}
}

// TestFactsThatAreNotPlain leaves the rest to encoding/json.
func TestFactsThatAreNotPlain(t *testing.T) {
	t.Parallel()
	f := schemaFacts{ID: 7, Type: schema.Avro, References: []schema.Reference{{Name: "n", Subject: "s", Version: 1}}, Printed: true, Forced: true}
	text := put(Key{}, f, "").Facts
	for _, text := range []string{string(text), strings.Replace(string(text), ":", " : ", 1)} {
		if _, ok := plainFacts([]byte(text)); ok {
			t.Errorf("%s was read as plain", text)
		}
		got, err := decodeSchemaFacts([]byte(text))
		if diff := cmp.Diff(f, got, cmp.AllowUnexported(schemaFacts{})); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
	}
	if _, err := decodeSchemaFacts([]byte(`{"id":`)); err == nil {
		t.Error("half a text was read")
	}
}
