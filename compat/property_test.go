package compat_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/compat/compattest"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
)

// reparsed reads another text with the references of a source.
func reparsed(t testing.TB, src schema.Source, text string) schema.Parsed {
	t.Helper()
	src.Text = text
	s, err := formats.Parse(t.Context(), src)
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return s
}

func anyBreaks(differences []compat.Difference, policy compat.Policy) bool {
	for _, d := range differences {
		if d.Breaks(policy) {
			return true
		}
	}
	return false
}

// unreadable are the cases with a schema that Apache Avro refuses to read with
// itself: an alias of one of its fields names another.
var unreadable = map[string]bool{"alias-of-another-field": true}

// What holds for every change (compatibility reference 7).
func TestLaws(t *testing.T) {
	t.Parallel()
	for _, language := range languagesWithCases {
		for _, c := range casesOf(t, language) {
			t.Run(language+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				if err := brokenLaw(t.Context(), c.Old, c.New); err != nil {
					t.Error(err)
				}
				old, next := c.Parse(t)
				for _, s := range []schema.Parsed{old, next} {
					differences, err := compat.Compare(t.Context(), s, s, compat.NewReadsOld)
					if err != nil {
						t.Fatal(err)
					}
					if reads := !anyBreaks(differences, compat.Strict); reads == unreadable[c.Name] {
						t.Errorf("reads itself: %v", reads)
					}
				}
			})
		}
	}
}

func TestLawsOfAnyChange(t *testing.T) {
	t.Parallel()
	for language, draw := range map[schema.Format]func(t *rapid.T) (old, next string){
		schema.Avro: func(t *rapid.T) (string, string) {
			names := 0
			pair := drawAvroRecord(t, 3, &names)
			return pair.writer, pair.reader
		},
		schema.JSON: func(t *rapid.T) (string, string) { return drawJSONRoot(t), drawJSONRoot(t) },
	} {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				before, after := draw(t)
				err := brokenLaw(t.Context(), schema.Source{Format: language, Text: before}, schema.Source{Format: language, Text: after})
				if syntax := (*schema.Error)(nil); errors.As(err, &syntax) {
					t.Skip("a reference leads to itself")
				}
				if err != nil {
					t.Fatalf("from %s to %s: %v", before, after, err)
				}
			})
		})
	}
}

// brokenLaw says which law a change breaks, if any. A schema that cannot be
// parsed is a *schema.Error.
func brokenLaw(ctx context.Context, before, after schema.Source) error {
	old, errOld := formats.Parse(ctx, before)
	next, errNext := formats.Parse(ctx, after)
	if err := errors.Join(errOld, errNext); err != nil {
		return err
	}
	backward, err := compat.Compare(ctx, next, old, compat.NewReadsOld)
	if err != nil {
		return err
	}
	swapped, err := compat.Compare(ctx, next, old, compat.OldReadsNew)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(compattest.Differences(backward), compattest.Differences(swapped)); diff != "" {
		return fmt.Errorf("BACKWARD(a, b) is not FORWARD(b, a):\n%s", diff)
	}
	if !anyBreaks(backward, compat.Strict) && anyBreaks(backward, compat.Lenient) {
		return errors.New("STRICT accepts what LENIENT refuses")
	}
	first, err := compattest.Judge(ctx, old, next)
	if err != nil {
		return err
	}
	otherOld, errOld := restyled(ctx, before, old)
	otherNext, errNext := restyled(ctx, after, next)
	if err := errors.Join(errOld, errNext); err != nil {
		return fmt.Errorf("restyled: %v", err) //nolint:errorlint // its position must not count as a refusal
	}
	again, err := compattest.Judge(ctx, otherOld, otherNext)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(withoutOrder(first), withoutOrder(again)); diff != "" {
		return fmt.Errorf("layout, the order of members or comments make a difference:\n%s", diff)
	}
	return nil
}

// protoRestyler lays Protobuf text out anew and adds comments.
var protoRestyler = strings.NewReplacer("\n", "\n\n", "  ", "\t", ";", " /* { } service X { */ ;// } it's\n", "{", "\n{")

// restyled writes a schema with another layout and a comment, and the members
// of JSON objects sorted.
func restyled(ctx context.Context, src schema.Source, parsed schema.Parsed) (schema.Parsed, error) {
	if src.Format == schema.Protobuf {
		src.Text = protoRestyler.Replace(src.Text)
		return formats.Parse(ctx, src)
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(parsed.Canonical()))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if object, ok := value.(map[string]any); ok {
		object["$comment"] = "restyled"
	}
	text, err := json.MarshalIndent(value, "", "   ")
	if err != nil {
		return nil, err
	}
	if src.Format == schema.Avro {
		text = append([]byte("/* restyled */"), text...)
	}
	src.Text = string(text)
	return formats.Parse(ctx, src)
}

// withoutOrder sorts lines: those about properties follow the order of the
// text.
func withoutOrder(e compattest.Expectation) []string {
	return append(append(sortedLines(e.Backward), sortedLines(e.Forward)...), sortedLines(e.Findings)...)
}

func sortedLines(text string) []string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return lines
}
