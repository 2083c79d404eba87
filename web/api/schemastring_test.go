package api

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// TestEncodersPrintAsJSON compares the hand-written encoders with
// encoding/json.
func TestEncodersPrintAsJSON(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[\x00-\x7f]*`),
		rapid.SampledFrom([]string{"", "<a>&", "\u2028\u2029", "\xff\xc3", "\ufffd", "\x7f", `"\/`}))
	maybe := func(rt *rapid.T, name string) bool { return rapid.Bool().Draw(rt, name) }
	rapid.Check(t, func(rt *rapid.T) {
		s := client.SchemaString{
			Subject: text.Draw(rt, "subject"), Version: rapid.IntRange(0, 3).Draw(rt, "version"),
			SchemaType: rapid.SampledFrom([]schema.Format{"", schema.Avro}).Draw(rt, "type"), Schema: text.Draw(rt, "schema"),
			GUID: rapid.SampledFrom([]schema.GUID{{}, {1, 2, 3}}).Draw(rt, "guid"),
		}
		if maybe(rt, "references") {
			s.References = []schema.Reference{{Name: text.Draw(rt, "name"), Subject: "s", Version: 1}}
		}
		if maybe(rt, "metadata") {
			s.Metadata = &schema.Metadata{Properties: map[string]string{"k": text.Draw(rt, "property")}}
		}
		if maybe(rt, "rules") {
			s.RuleSet = &schema.RuleSet{EnableAt: "ALL"}
		}
		if maybe(rt, "tags") {
			s.SchemaTags = []schema.ElementTags{{Tags: []string{"PII"}}}
		}
		if maybe(rt, "stored") {
			s.MaxID, s.Timestamp, s.Deleted = new(7), new(int64(1)), new(maybe(rt, "deleted"))
			s.Subjects = []string{text.Draw(rt, "user")}
		}
		samePrint(rt, &s, s)
		registered := client.RegisterResponse{
			ID: 7, Version: s.Version, GUID: s.GUID, SchemaType: s.SchemaType, References: s.References,
			Metadata: s.Metadata, RuleSet: s.RuleSet, Schema: s.Schema, Timestamp: s.Timestamp, Deleted: s.Deleted,
		}
		if maybe(rt, "old server") {
			registered.GUID, registered.SchemaType = schema.GUID{}, ""
		}
		samePrint(rt, &registered, registered)
	})
}

// samePrint compares what is printed for a pointer, by hand, with what
// encoding/json prints for the value.
func samePrint(rt *rapid.T, pointer, value any) {
	rt.Helper()
	var got, want encoded
	if err := got.encode(pointer); err != nil {
		rt.Fatal(err)
	}
	if err := want.encode(value); err != nil {
		rt.Fatal(err)
	}
	if string(got.b) != string(want.b) {
		rt.Fatalf("printed\n%s, want\n%s", got.b, want.b)
	}
}
