package compat_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
)

// benchFields is how many fields the schemas of the benchmarks have.
const benchFields = 50

// benchSchema writes a schema with 50 fields of which one is narrower.
type benchSchema func(narrow int) string

var benchSchemas = map[schema.Format]benchSchema{
	schema.Avro: func(narrow int) string {
		return `{"type":"record","name":"R","fields":[` + benchList(func(i int) string {
			number := "long"
			if i == narrow {
				number = "int"
			}
			return fmt.Sprintf(`{"name":"field%d","type":["null","string",%q],"default":null,"doc":"The field number %d."}`, i, number, i)
		}) + `]}`
	},
	schema.JSON: func(narrow int) string {
		return `{"type":"object","additionalProperties":false,"properties":{` + benchList(func(i int) string {
			length := 40
			if i == narrow {
				length = 20
			}
			return fmt.Sprintf(`"field%d":{"type":["string","null"],"maxLength":%d,"description":"The field number %d."}`, i, length, i)
		}) + `}}`
	},
	schema.Protobuf: func(narrow int) string {
		return "syntax = \"proto3\";\nmessage R {\n" + strings.ReplaceAll(benchList(func(i int) string {
			number := "int64"
			if i == narrow {
				number = "int32"
			}
			return fmt.Sprintf("  %s field%d = %d;\n", number, i, i+1)
		}), ",", "") + "}\n"
	},
}

func benchList(item func(i int) string) string {
	items := make([]string, benchFields)
	for i := range items {
		items[i] = item(i)
	}
	return strings.Join(items, ",")
}

func mustParse(b *testing.B, format schema.Format, text string) schema.Parsed {
	b.Helper()
	s, err := formats.Parse(b.Context(), schema.Source{Format: format, Text: text})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func mustCompare(b *testing.B, reader, writer schema.Parsed) {
	differences, err := compat.Compare(b.Context(), reader, writer, compat.NewReadsOld)
	if err != nil || anyBreaks(differences, compat.Strict) {
		b.Fatalf("%v, %v", differences, err)
	}
}

// mustNotBreak is what a registry asks about a new version and an older one.
func mustNotBreak(b *testing.B, next, old schema.Parsed) {
	differences, err := compat.Breaking(b.Context(), old, next, compat.NewReadsOld, compat.Strict)
	if err != nil || len(differences) > 0 {
		b.Fatalf("%v, %v", differences, err)
	}
}

// BenchmarkGoalTransitive compares a new version of 50 fields with each of a
// thousand older ones that were compared before, as BACKWARD_TRANSITIVE does,
// and, in turns, one pair cold. It reports how many times the mean per older
// version the pair takes.
//
// Every older version was parsed by itself and differs from the new one in one
// field, which is compatible. Cold means that nothing is known of either side:
// both texts are parsed and compared for the first time. Most of that is
// parsing; BenchmarkCompare has the comparison of a pair that was just parsed.
func BenchmarkGoalTransitive(b *testing.B) {
	for _, format := range []schema.Format{schema.Avro, schema.JSON, schema.Protobuf} {
		b.Run(string(format)+", one of 1,000 versions warm, faster by : one pair cold", func(b *testing.B) {
			reader, writers := benchTexts(format)
			r, versions := mustParse(b, format, reader), make([]schema.Parsed, 1000)
			for i := range versions {
				versions[i] = mustParse(b, format, writers[i%len(writers)])
				mustNotBreak(b, r, versions[i])
			}
			var cold, warm time.Duration
			const turn = 100 // versions
			for b.Loop() {
				for some := range slices.Chunk(versions, turn) {
					began := time.Now()
					mustNotBreak(b, mustParse(b, format, reader), mustParse(b, format, writers[3]))
					between := time.Now()
					for _, v := range some {
						mustNotBreak(b, r, v)
					}
					cold, warm = cold+between.Sub(began), warm+time.Since(between)
				}
			}
			turns := float64(b.N * len(versions) / turn)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(cold.Microseconds())/turns, "us-cold")
			b.ReportMetric(float64(warm.Nanoseconds())/turns/turn, "ns/version")
			b.ReportMetric(float64(cold)/float64(warm)*turn, "x")
			b.ReportMetric(50, "x-at-least")
		})
	}
}

// BenchmarkCompare takes one pair apart: "cold" is from its texts, "parsed"
// just parsed and never compared, "warm" once more.
func BenchmarkCompare(b *testing.B) {
	for _, format := range []schema.Format{schema.Avro, schema.JSON, schema.Protobuf} {
		b.Run(string(format), func(b *testing.B) {
			reader, writers := benchTexts(format)
			b.Run("cold", func(b *testing.B) {
				for b.Loop() {
					mustCompare(b, mustParse(b, format, reader), mustParse(b, format, writers[3]))
				}
			})
			b.Run("parsed", func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					r, w := mustParse(b, format, reader), mustParse(b, format, writers[3])
					b.StartTimer()
					mustCompare(b, r, w)
				}
			})
			b.Run("warm", func(b *testing.B) {
				r, w := mustParse(b, format, reader), mustParse(b, format, writers[3])
				b.ReportAllocs()
				for b.Loop() {
					mustCompare(b, r, w)
				}
			})
		})
	}
}

// benchTexts are the schema to read with, and those that were written with: one
// for every field that may be narrower.
func benchTexts(format schema.Format) (reader string, writers []string) {
	for i := range benchFields {
		writers = append(writers, benchSchemas[format](i))
	}
	return benchSchemas[format](-1), writers
}

// recursiveJSON writes 12 types that lead to one another, each a oneOf of 5
// branches.
func recursiveJSON(leaf string) string {
	const types, branches = 12, 5
	var b strings.Builder
	for i := range types {
		members := make([]string, branches)
		for j := range members {
			members[j] = fmt.Sprintf(`{"type":"object","properties":{"k%d":{"$ref":"#/definitions/t%d"},"v":{"type":%q}},"additionalProperties":false}`,
				j, (i+j+1)%types, leaf)
		}
		fmt.Fprintf(&b, `"t%d":{"oneOf":[%s]},`, i, strings.Join(members, ","))
	}
	return `{"$ref":"#/definitions/t0","definitions":{` + b.String() + `"end":{}}}`
}

// recursiveAvro writes the same as records with a union of 5 others each.
func recursiveAvro(leaf string) string {
	const types, branches = 12, 5
	var b strings.Builder
	for i := range types {
		if i > 0 {
			b.WriteByte(',')
		}
		union := `"null"`
		for j := range branches {
			union += `,"T` + strconv.Itoa((i+j+1)%types) + `"`
		}
		fmt.Fprintf(&b, `{"type":"record","name":"T%d","fields":[{"name":"next","type":[%s]},{"name":"v","type":%q}]}`, i, union, leaf)
	}
	return `[` + b.String() + `]`
}

// deepAvro writes 60 records within one another.
func deepAvro(leaf string) string {
	text := strconv.Quote(leaf)
	for i := range 60 {
		text = fmt.Sprintf(`{"type":"record","name":"D%d","fields":[{"name":"f","type":%s}]}`, i, text)
	}
	return text
}

// BenchmarkHardPairs compares schemas whose pairs multiply if nobody remembers
// them.
func BenchmarkHardPairs(b *testing.B) {
	for name, pair := range map[string]struct {
		format   schema.Format
		old, new string
	}{
		"avro recursive unions": {schema.Avro, recursiveAvro("int"), recursiveAvro("long")},
		"avro depth 60":         {schema.Avro, deepAvro("int"), deepAvro("long")},
		"json recursive unions": {schema.JSON, recursiveJSON("integer"), recursiveJSON("number")},
	} {
		b.Run(name, func(b *testing.B) {
			old, next := mustParse(b, pair.format, pair.old), mustParse(b, pair.format, pair.new)
			for b.Loop() {
				mustCompare(b, next, old)
			}
		})
	}
}
