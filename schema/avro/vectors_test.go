package avro_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/schematest"
)

// vector is one case of Apache Avro's schema-tests.txt.
type vector struct{ input, canonical, fingerprint string }

// readVectors understands the file's here-documents: "<<KEY rest" is a value up
// to the end of the line, "<<KEY" one up to a line that is KEY.
func readVectors(t *testing.T, path string) []vector {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`^<<(\w+)\s*(.*)$`)
	var vectors []vector
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		m := start.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		value := m[2]
		if value == "" {
			var body []string
			for i++; strings.TrimSpace(lines[i]) != m[1]; i++ {
				body = append(body, lines[i])
			}
			value = strings.Join(body, "\n")
		}
		switch m[1] {
		case "INPUT":
			vectors = append(vectors, vector{input: value})
		case "canonical":
			vectors[len(vectors)-1].canonical = strings.TrimSpace(value)
		case "fingerprint":
			vectors[len(vectors)-1].fingerprint = strings.TrimSpace(value)
		}
	}
	return vectors
}

func TestCanonicalFormVectors(t *testing.T) {
	t.Parallel()
	vectors := readVectors(t, schematest.Shared(t, "vectors", "apache-avro", "schema-tests.txt"))
	if len(vectors) != 34 {
		t.Fatalf("read %d vectors, want 34", len(vectors))
	}
	for i, v := range vectors {
		s := parse(t, v.input)
		if got := s.CanonicalForm(); got != v.canonical {
			t.Errorf("case %d: form of %s\n got %s\nwant %s", i, v.input, got, v.canonical)
		}
		if v.fingerprint == "" {
			continue
		}
		want, err := strconv.ParseInt(v.fingerprint, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := int64(s.CRC64()); got != want {
			t.Errorf("case %d: CRC-64-AVRO %d, want %d", i, got, want)
		}
	}
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(schematest.Shared(t, "corpus", "avro-datagen"), "*.avsc"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, strict := range []bool{false, true} {
				s, err := avro.Parse(t.Context(), schema.Source{Text: string(text), Strict: strict})
				if err != nil {
					t.Fatalf("strict %v: %v", strict, err)
				}
				if again := parse(t, s.Canonical()).Canonical(); again != s.Canonical() {
					t.Errorf("canonical text is no fixed point:\n%s\n%s", s.Canonical(), again)
				}
				if again := parse(t, s.Normalized()).Normalized(); again != s.Normalized() {
					t.Errorf("normalised text is no fixed point:\n%s\n%s", s.Normalized(), again)
				}
				if len(s.Fields()) == 0 {
					t.Error("schema has no elements")
				}
			}
		})
	}
}
