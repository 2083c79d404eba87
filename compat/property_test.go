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

// reparsed reads another text in the language and with the references of a
// schema.
func reparsed(t testing.TB, like schema.Parsed, text string) schema.Parsed {
	t.Helper()
	s, err := formats.Parse(t.Context(), schema.Source{Format: like.Format(), Text: text})
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
				old, next := c.Parse(t)
				if err := brokenLaw(t.Context(), old, next); err != nil {
					t.Error(err)
				}
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
				old, errOld := formats.Parse(t.Context(), schema.Source{Format: language, Text: before})
				next, errNext := formats.Parse(t.Context(), schema.Source{Format: language, Text: after})
				if errOld != nil || errNext != nil {
					t.Skip("a reference leads to itself")
				}
				if err := brokenLaw(t.Context(), old, next); err != nil {
					t.Fatalf("from %s to %s: %v", before, after, err)
				}
			})
		})
	}
}

// brokenLaw says which law a change breaks, if any.
func brokenLaw(ctx context.Context, old, next schema.Parsed) error {
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
	otherOld, errOld := restyled(ctx, old)
	otherNext, errNext := restyled(ctx, next)
	if err := errors.Join(errOld, errNext); err != nil {
		return err
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

// restyled writes a schema with another layout, members sorted, and a comment.
func restyled(ctx context.Context, s schema.Parsed) (schema.Parsed, error) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(s.Canonical()))
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
	if s.Format() == schema.Avro {
		text = append([]byte("/* restyled */"), text...)
	}
	return formats.Parse(ctx, schema.Source{Format: s.Format(), Text: string(text)})
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
