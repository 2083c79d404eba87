package demo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	reg := open(t)
	var steps []int
	var total int
	if err := Load(t.Context(), reg, func(done, all int) { steps, total = append(steps, done), all }); err != nil {
		t.Fatal(err)
	}
	if len(steps) != total || steps[total-1] != total {
		t.Errorf("progress went %v of %d", steps, total)
	}

	streams := map[schema.Format]int{}
	var deleted []string
	for _, v := range schemas(t, reg) {
		if v.Deleted {
			deleted = append(deleted, fmt.Sprintf("%s %d", v.Subject, v.Version))
		}
		if strings.HasSuffix(v.Subject, "-value") && v.Version == 1 {
			streams[v.Type]++
		}
	}
	for format, least := range map[schema.Format]int{schema.Avro: 6, schema.Protobuf: 4, schema.JSON: 4} {
		if streams[format] < least {
			t.Errorf("%d streams in %s, want at least %d", streams[format], format, least)
		}
	}
	if diff := cmp.Diff([]string{"payments.transactions-value 2"}, deleted); diff != "" {
		t.Errorf("softly deleted versions: %s", diff)
	}
	if got := reg.Contexts(""); !slices.Contains(got, ".pohjataht") {
		t.Errorf("contexts %v lack the bicycle shop's", got)
	}
	if got := reg.ResolveAlias("webshop-orders-value"); got != "shop.orders-value" {
		t.Errorf("the old topic's name resolves to %q", got)
	}
}

func TestLoadingTwiceWritesNothing(t *testing.T) {
	t.Parallel()
	reg := open(t)
	if err := Load(t.Context(), reg, nil); err != nil {
		t.Fatal(err)
	}
	head := reg.Stats().Head
	if err := Load(t.Context(), reg, nil); err != nil {
		t.Fatal(err)
	}
	if got := reg.Stats().Head; got != head {
		t.Errorf("the second load moved the head of the log from %v to %v", head, got)
	}
}

func TestIDsAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	var loads [2][]string
	for i := range loads {
		reg := open(t)
		if err := Load(t.Context(), reg, nil); err != nil {
			t.Fatal(err)
		}
		for _, v := range schemas(t, reg) {
			loads[i] = append(loads[i], fmt.Sprintf("%s %d: id %d, guid %s", v.Subject, v.Version, v.ID, v.GUID))
		}
	}
	if diff := cmp.Diff(loads[0], loads[1]); diff != "" {
		t.Error(diff)
	}
}

// absence finds the words by which a sentence says what a missing value means.
var absence = regexp.MustCompile(`(?i)\b(null|absent|missing|empty|left out|none)\b`)

func TestEveryElementIsDocumented(t *testing.T) {
	t.Parallel()
	for name, parsed := range parseAll(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range parsed.Fields() {
				switch {
				case f.Doc == "":
					t.Errorf("%s %q in line %d has no documentation", f.Kind, f.Path, f.Line)
				case len(strings.Fields(f.Doc)) < 3 || !strings.HasSuffix(f.Doc, "."):
					t.Errorf("%s %q is documented by no sentence: %q", f.Kind, f.Path, f.Doc)
				case f.Kind == schema.KindField && strings.Contains(f.Type, "null") && !absence.MatchString(f.Doc):
					t.Errorf("field %q may be null and does not say what that means: %q", f.Path, f.Doc)
				}
			}
		})
	}
}

// personal names fields that hold personal data wherever they stand.
var personal = regexp.MustCompile(`(?i)^(e-?mail|phone|iban|street|postal_?code|birthDate|customer_?id|ip)$`)

func TestPersonalDataIsTagged(t *testing.T) {
	t.Parallel()
	for name, parsed := range parseAll(t) {
		for _, f := range parsed.Fields() {
			if f.Kind == schema.KindField && personal.MatchString(f.Name) && !slices.Contains(f.Tags, "PII") {
				t.Errorf("%s: field %q carries tags %v without PII", name, f.Path, f.Tags)
			}
		}
	}
}

// open returns an empty registry that forgets everything after the test.
func open(t *testing.T) *registry.Registry {
	t.Helper()
	reg, err := registry.Open(t.Context(), registry.Options{Log: memlog.New(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := reg.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return reg
}

// schemas lists every version, deleted ones too, over all contexts.
func schemas(t *testing.T, reg *registry.Registry) []registry.Version {
	t.Helper()
	all, err := reg.Schemas(t.Context(), registry.SchemaFilter{Prefix: ":*:", Deleted: true})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// parseAll parses every schema file by the name "subject version", with the
// schemas it refers to.
func parseAll(t *testing.T) map[string]schema.Parsed {
	t.Helper()
	m, err := readManifest()
	if err != nil {
		t.Fatal(err)
	}
	texts := map[schema.Reference]string{}
	all := map[string]schema.Parsed{}
	for _, s := range m.Subjects {
		for i := range s.Versions {
			c, err := s.candidate(i + 1)
			if err != nil {
				t.Fatal(err)
			}
			texts[schema.Reference{Subject: s.Subject, Version: i + 1}] = c.Text
			src := schema.Source{Format: s.Type, Text: c.Text, References: c.References, Strict: true}
			for _, r := range c.References {
				text := texts[schema.Reference{Subject: r.Subject, Version: r.Version}]
				src.Dependencies = append(src.Dependencies, schema.Dependency{Reference: r, Text: text})
			}
			name := fmt.Sprintf("%s %d", s.Subject, i+1)
			if all[name], err = formats.Parse(t.Context(), src); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	return all
}
