package compat_test

import (
	"fmt"
	"strings"
	"testing"

	hamba "github.com/hamba/avro/v2"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

// drawnPair is a type as the writer has it and as the reader does.
type drawnPair struct{ writer, reader string }

// avroLeaves change in ways that are compatible and in ways that are not.
var avroLeaves = []drawnPair{
	{`"int"`, `"int"`},
	{`"string"`, `"string"`},
	{`"boolean"`, `"boolean"`},
	{`"int"`, `"long"`},
	{`"long"`, `"double"`},
	{`"float"`, `"double"`},
	{`"int"`, `"float"`},
	{`"string"`, `"bytes"`},
	{`"bytes"`, `"string"`},
	{`"long"`, `"int"`},
	{`"string"`, `"int"`},
	{`"int"`, `["null","int"]`},
	{`["null","int"]`, `["int","null"]`},
	{`["null","int"]`, `["null","long"]`},
	{`["null","string"]`, `"string"`},
	{`["null","string"]`, `["null","string","int"]`},
	{`["null","string","boolean"]`, `["null","string"]`},
}

// drawAvroPair draws a pair of types. Named types take a name from names, so
// that no two are called alike.
func drawAvroPair(t *rapid.T, depth int, names *int) drawnPair {
	if depth == 0 {
		return rapid.SampledFrom(avroLeaves).Draw(t, "leaf")
	}
	switch rapid.IntRange(0, 5).Draw(t, "sort") {
	case 0:
		item := drawAvroPair(t, depth-1, names)
		return drawnPair{`{"type":"array","items":` + item.writer + `}`, `{"type":"array","items":` + item.reader + `}`}
	case 1:
		value := drawAvroPair(t, depth-1, names)
		return drawnPair{`{"type":"map","values":` + value.writer + `}`, `{"type":"map","values":` + value.reader + `}`}
	case 2:
		*names++
		enum := func(rest string) string {
			return fmt.Sprintf(`{"type":"enum","name":"E%d","symbols":[%s}`, *names, rest)
		}
		return drawnPair{enum(`"A","B"]`), enum(rapid.SampledFrom([]string{`"B","A"]`, `"A","B","C"]`, `"A"]`, `"A"],"default":"A"`}).Draw(t, "symbols"))}
	case 3:
		*names++
		fixed := func(size int) string { return fmt.Sprintf(`{"type":"fixed","name":"F%d","size":%d}`, *names, size) }
		return drawnPair{fixed(2), fixed(rapid.SampledFrom([]int{2, 2, 2, 3}).Draw(t, "size"))}
	case 4:
		return drawAvroRecord(t, depth-1, names)
	}
	return rapid.SampledFrom(avroLeaves).Draw(t, "leaf")
}

func drawAvroRecord(t *rapid.T, depth int, names *int) drawnPair {
	*names++
	name := fmt.Sprintf(`R%d`, *names)
	var writer, reader []string
	for i := range rapid.IntRange(1, 3).Draw(t, "fields") {
		f := drawAvroPair(t, depth, names)
		field := func(name, typ, more string) string { return `{"name":"` + name + `","type":` + typ + more + `}` }
		plain, renamed := fmt.Sprintf("f%d", i), fmt.Sprintf("g%d", i)
		switch rapid.IntRange(0, 6).Draw(t, "change") {
		case 0:
			writer = append(writer, field(plain, f.writer, ""))
		case 1:
			reader = append(reader, field(plain, `"int"`, `,"default":7`))
		case 2:
			reader = append([]string{field(plain, f.reader, "")}, reader...)
			writer = append(writer, field(plain, f.writer, ""))
		case 3:
			reader = append(reader, field(renamed, f.reader, `,"aliases":["`+plain+`"]`))
			writer = append(writer, field(plain, f.writer, ""))
		default:
			reader = append(reader, field(plain, f.reader, ""))
			writer = append(writer, field(plain, f.writer, ""))
		}
	}
	record := func(fields []string) string {
		return `{"type":"record","name":"` + name + `","fields":[` + strings.Join(fields, ",") + `]}`
	}
	return drawnPair{record(writer), record(reader)}
}

// drawAvroValue draws a value of a type, as the library takes it.
func drawAvroValue(t *rapid.T, of *avro.Type) any {
	switch of.Kind {
	case avro.Boolean:
		return rapid.Bool().Draw(t, "boolean")
	case avro.Int:
		return int(rapid.Int32().Draw(t, "int"))
	case avro.Long:
		return rapid.Int64().Draw(t, "long")
	case avro.Float:
		return rapid.Float32().Draw(t, "float")
	case avro.Double:
		return rapid.Float64().Draw(t, "double")
	case avro.Bytes:
		return []byte(rapid.String().Draw(t, "bytes"))
	case avro.String:
		return rapid.String().Draw(t, "string")
	case avro.Enum:
		return rapid.SampledFrom(of.Symbols).Draw(t, "symbol")
	case avro.Fixed:
		return [2]byte{1, 2}
	case avro.Array:
		items := make([]any, rapid.IntRange(0, 2).Draw(t, "items"))
		for i := range items {
			items[i] = drawAvroValue(t, of.Element)
		}
		return items
	case avro.Map:
		values := map[string]any{}
		for range rapid.IntRange(0, 2).Draw(t, "values") {
			values[rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key")] = drawAvroValue(t, of.Element)
		}
		return values
	case avro.Union:
		branch := rapid.SampledFrom(of.Branches).Draw(t, "branch")
		if branch.Kind == avro.Null {
			return nil
		}
		return map[string]any{branch.FullName(): drawAvroValue(t, branch)}
	case avro.Record:
		fields := map[string]any{}
		for _, f := range of.Fields {
			fields[f.Name] = drawAvroValue(t, f.Type)
		}
		return fields
	}
	return nil
}

// Data that was written with the old schema is read with the new one wherever
// the verdict says so, by a library of others.
func TestAvroVerdictIsSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := 0
		pair := drawAvroRecord(t, 3, &names)
		old, next := parsedAvro(t, pair.writer), parsedAvro(t, pair.reader)
		differences, err := compat.Compare(t.Context(), next, old, compat.NewReadsOld)
		if err != nil {
			t.Fatal(err)
		}
		if anyBreaks(differences, compat.Strict) {
			return
		}
		value := drawAvroValue(t, old.Root)
		if err := writeAndRead(pair, value); err != nil {
			t.Fatalf("%v, written with %s, is not read with %s: %v", value, pair.writer, pair.reader, err)
		}
	})
}

func parsedAvro(t *rapid.T, text string) *avro.Schema {
	s, err := avro.Parse(t.Context(), schema.Source{Format: schema.Avro, Text: text, Strict: true})
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return s
}

// writeAndRead uses an API of its own for every pair: the library keeps what it
// knows of schemas by fingerprints, which leave out defaults and aliases.
func writeAndRead(pair drawnPair, value any) error {
	writer, err := hamba.ParseWithCache(pair.writer, "", &hamba.SchemaCache{})
	if err != nil {
		return fmt.Errorf("parse the writer: %w", err)
	}
	reader, err := hamba.ParseWithCache(pair.reader, "", &hamba.SchemaCache{})
	if err != nil {
		return fmt.Errorf("parse the reader: %w", err)
	}
	api := hamba.Config{}.Freeze()
	data, err := api.Marshal(writer, value)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	resolved, err := hamba.NewSchemaCompatibility().Resolve(reader, writer)
	if err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	var read any
	if err := api.Unmarshal(resolved, data, &read); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}
