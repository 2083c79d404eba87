package schematest

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// CorpusSchema is a real schema and the subject it is registered under. One
// that imports others comes after them.
type CorpusSchema struct {
	// Subject is the import path in Protobuf; the revisions of one model are
	// versions of one subject in JSON Schema.
	Subject string
	// Type is the schemaType as sent; "" is AVRO.
	Type, Text string
	// Imports are the subjects it refers to, named alike, at their newest
	// version.
	Imports []string
}

// Corpus returns every schema of the shared corpus.
func Corpus(tb testing.TB) []CorpusSchema {
	tb.Helper()
	dir := Shared(tb, "corpus")
	return slices.Concat(
		avroCorpus(files(tb, filepath.Join(dir, "avro-datagen"), ".avsc")),
		jsonCorpus(files(tb, filepath.Join(dir, "jsonschema-iglu"), "")),
		protobufCorpus(files(tb, filepath.Join(dir, "protobuf-googleapis"), ".proto")),
	)
}

// files reads every file with a suffix below dir, keyed by slash path from it.
func files(tb testing.TB, dir, suffix string) map[string]string {
	tb.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, suffix) {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		out[name] = string(text)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func avroCorpus(texts map[string]string) []CorpusSchema {
	var out []CorpusSchema
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, CorpusSchema{Subject: strings.TrimSuffix(name, ".avsc") + "-value", Text: texts[name]})
	}
	return out
}

// jsonCorpus names subjects by vendor, name and model: the revisions and
// additions of one model are its versions.
func jsonCorpus(texts map[string]string) []CorpusSchema {
	var out []CorpusSchema
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		vendorAndName, version, ok := strings.Cut(name, "/jsonschema/")
		if !ok {
			continue
		}
		model, _, _ := strings.Cut(version, "-")
		out = append(out, CorpusSchema{Subject: vendorAndName + "/" + model, Type: "JSON", Text: texts[name]})
	}
	return out
}

var importLine = regexp.MustCompile(`(?m)^import (?:public |weak )?"([^"]+)";`)

// protobufCorpus puts each file after those it imports.
func protobufCorpus(texts map[string]string) []CorpusSchema {
	var out []CorpusSchema
	done := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		text, ok := texts[name]
		if !ok || done[name] {
			return
		}
		done[name] = true
		s := CorpusSchema{Subject: name, Type: "PROTOBUF", Text: text}
		for _, m := range importLine.FindAllStringSubmatch(text, -1) {
			if add(m[1]); done[m[1]] {
				s.Imports = append(s.Imports, m[1])
			}
		}
		out = append(out, s)
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		add(name)
	}
	return out
}
