package tree_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// folder writes the files of a txtar archive.
func folder(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, file.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, archive string) (*tree.Tree, error) {
	t.Helper()
	files, err := tree.Folder(folder(t, archive))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	return tree.Read(t.Context(), files)
}

// stream is a contract of one topic with a schema file.
func stream(topic, file string) string {
	return "apiVersion: v3.1.0\nkind: DataContract\nid: " + topic + "\nversion: 1.0.0\nstatus: active\n" +
		"schema:\n  - name: r\n    physicalName: " + topic + "\n    authoritativeDefinitions:\n      - {type: implementation, url: " + file + "}\n"
}

// fileRef is a schema with what it uses, in short.
type fileRef struct {
	Subject, Name string
	Uses          []schema.Reference
}

func refs(t *tree.Tree) []fileRef {
	var out []fileRef
	for _, s := range t.Schemas {
		out = append(out, fileRef{s.Subject, s.Name, s.References})
	}
	return out
}

func TestReferences(t *testing.T) {
	t.Parallel()
	got, err := read(t, `
-- accord.yaml --
schemas:
  common/Address.avsc: acme-address
-- a/a.odcs.yaml --
`+stream("a", "a.avsc")+`
-- a/a.avsc --
{"type":"record","name":"A","namespace":"acme","fields":[
 {"name":"x","type":["null",{"type":"array","items":"Money"}]},
 {"name":"y","type":{"type":"map","values":"acme.geo.Address"}},
 {"name":"z","type":{"type":"record","name":"Own","fields":[{"name":"o","type":"Own"}]}}]}
-- common/Address.avsc --
{"type":"record","name":"Address","namespace":"acme.geo","fields":[{"name":"m","type":"acme.Money"}]}
-- common/money.avsc --
{"type":"fixed","name":"Money","namespace":"acme","size":8}
-- unused/other.avsc --
"string"
-- b/b.yaml --
`+stream("b", "proto/b.proto")+`
-- b/proto/b.proto --
syntax = "proto3";
import "google/protobuf/timestamp.proto";
import public "common/geo.proto";
import "nowhere.proto";
message B {}
-- common/geo.proto --
syntax = "proto3";
message Geo {}
-- c/c.odcs.yml --
`+stream("c", "./c.json")+`
-- c/c.json --
{"$schema":"http://json-schema.org/draft-07/schema#","properties":{
 "a":{"$ref":"parts/d.json#/definitions/x"},"b":{"$ref":"#/properties/a"},"c":{"$ref":"https://acme.example/e.json"}}}
-- c/parts/d.json --
{"$schema":"http://json-schema.org/draft-07/schema#"}
-- other/e.json --
{"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://acme.example/e.json"}
-- c/package.json --
{"name":"no schema"}
-- c/forgotten.json --
{"$schema":"http://json-schema.org/draft-07/schema#"}
-- node_modules/x/x.odcs.yaml --
broken: [
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []fileRef{
		{"a-value", "a/a.avsc", []schema.Reference{{Name: "acme.Money", Subject: "acme.Money", Version: -1}, {Name: "acme.geo.Address", Subject: "acme-address", Version: -1}}},
		{"acme-address", "common/Address.avsc", []schema.Reference{{Name: "acme.Money", Subject: "acme.Money", Version: -1}}},
		{"acme.Money", "common/money.avsc", nil},
		{"b-value", "b/proto/b.proto", []schema.Reference{{Name: "common/geo.proto", Subject: "common/geo.proto", Version: -1}}},
		{
			"c-value", "c/c.json",
			[]schema.Reference{{Name: "parts/d.json", Subject: "c/parts/d.json", Version: -1}, {Name: "https://acme.example/e.json", Subject: "https://acme.example/e.json", Version: -1}},
		},
		{"c/parts/d.json", "c/parts/d.json", nil},
		{"common/geo.proto", "common/geo.proto", nil},
		{"forgotten-value", "c/forgotten.json", nil},
		{"https://acme.example/e.json", "other/e.json", nil},
		{"other-value", "unused/other.avsc", nil}, // a tree with settings passes nothing over
	}
	byName := cmp.Transformer("sorted", func(in []schema.Reference) map[string]schema.Reference {
		out := map[string]schema.Reference{}
		for _, r := range in {
			out[r.Name] = r
		}
		return out
	})
	if diff := cmp.Diff(want, refs(got), byName); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.Findings) > 0 {
		t.Error(got.Findings)
	}
	parsed, err := got.Parse(t.Context(), "a-value")
	if err != nil || parsed.Name() != "acme.A" {
		t.Errorf("parsed %v: %v", parsed, err)
	}
}

// Keys are known by their files, unless something names them; nothing that
// another name has for itself is taken.
func TestKeys(t *testing.T) {
	t.Parallel()
	named := strings.Replace(stream("named", "n.avsc"), "authoritativeDefinitions:\n", "authoritativeDefinitions:\n      - {type: keyImplementation, url: ../keys/id.avsc}\n", 1)
	custom := strings.Replace(stream("custom", "c.avsc"), "physicalName: custom\n", "physicalName: custom\n    customProperties: [{property: subject, value: ':.eu:custom-value'}]\n", 1)
	got, err := read(t, `
-- accord.yaml --
schemas:
  out/out-key.avsc: ""
  set/set-key.avsc: other-key
-- topic/a.odcs.yaml --
`+stream("shop.topic", "x.avsc")+`
-- topic/x.avsc --
"string"
-- topic/shop.topic-key.proto --
syntax = "proto3";
-- stem/b.odcs.yaml --
`+stream("shop.stem", "schemas/stem-value.avsc")+`
-- stem/schemas/stem-value.avsc --
"string"
-- stem/schemas/stem-key.json --
{"type": "string"}
-- n/n.odcs.yaml --
`+named+`
-- n/n.avsc --
"string"
-- keys/id.avsc --
"long"
-- c/c.odcs.yaml --
`+custom+`
-- c/c.avsc --
"string"
-- c/custom-key.avsc --
"string"
-- out/out.odcs.yaml --
`+stream("out", "out.avsc")+`
-- out/out.avsc --
"string"
-- out/out-key.avsc --
"string"
-- set/set.odcs.yaml --
`+stream("set", "set.avsc")+`
-- set/set.avsc --
"string"
-- set/set-key.avsc --
"string"
`)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for _, s := range got.Schemas {
		if strings.HasSuffix(s.Subject, "-key") {
			keys[s.Subject] = s.Name
		}
	}
	want := map[string]string{
		":.eu:custom-key": "c/custom-key.avsc",
		"named-key":       "keys/id.avsc",
		"other-key":       "set/set-key.avsc",
		"shop.stem-key":   "stem/schemas/stem-key.json",
		"shop.topic-key":  "topic/shop.topic-key.proto",
	}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if len(got.Findings) > 0 {
		t.Error(got.Findings)
	}
}

// Of several files that declare a name, the nearest is meant; it lies in the
// context of the first that uses it.
func TestNearest(t *testing.T) {
	t.Parallel()
	eu := strings.Replace(stream("a", "a.avsc"), "physicalName: a\n", "physicalName: a\n    customProperties: [{property: subject, value: ':.eu:a-value'}]\n", 1)
	const uses = `{"type":"record","name":"A","namespace":"acme","fields":[{"name":"m","type":"Money"},{"name":"f","type":"Fee"}]}`
	const money = `{"type":"fixed","name":"Money","namespace":"acme","size":8}`
	got, err := read(t, `
-- a/a.odcs.yaml --
`+stream("a", "a.avsc")+`
-- a/a.avsc --
`+uses+`
-- aa/a/a.odcs.yaml --
`+eu+`
-- aa/a/a.avsc --
`+uses+`
-- aa/money.avsc --
`+money+`
-- money.avsc --
`+money+`
-- zz/fee.avsc --
{"type":"fixed","name":"Fee","namespace":"acme","size":8}
`)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]string{}
	for _, s := range got.Schemas {
		for _, ref := range s.References {
			files[s.Subject] = append(files[s.Subject], ref.Subject+" "+got.Schema(ref.Subject).Name)
		}
	}
	want := map[string][]string{
		":.eu:a-value": {":.eu:acme.Money aa/money.avsc", "acme.Fee zz/fee.avsc"},
		"a-value":      {"acme.Money money.avsc", "acme.Fee zz/fee.avsc"},
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	got, err := read(t, `
-- accord.yaml --
schemas: {lost.avsc: lost}
-- a.odcs.yaml --
`+stream("a", "schemas/a.avsc")+`
-- moved/a.avsc --
"string"
-- b.odcs.yaml --
`+stream("b", "b.txt")+`
-- b2.odcs.yaml --
`+stream("b", "b.avsc")+`
-- c.odcs.yaml --
`+stream("c", "../../outside.avsc")+`
`)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, f := range got.Findings {
		said = append(said, f.File+" "+string(f.Code)+" "+f.Hint)
		if f.Severity != finding.Error || f.Line == 0 {
			t.Errorf("%s: %s at line %d", f.Code, f.Severity, f.Line)
		}
	}
	want := []string{
		"a.odcs.yaml CONTRACT_SCHEMA_FILE_MISSING did you mean ./moved/a.avsc? The url is relative to the contract",
		"b.odcs.yaml CONTRACT_SCHEMA_FILE_LANGUAGE call it .avsc, .proto or .json",
		"b2.odcs.yaml CONTRACT_SUBJECT_SHARED delete one of the two, or give this stream its own topic as physicalName",
		"c.odcs.yaml CONTRACT_SCHEMA_FILE_MISSING correct the url: it is relative to the contract",
		"accord.yaml CONTRACT_SETTINGS_FILE_MISSING correct the path below schemas, or take it away",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	got, err := read(t, `
-- accord.yaml --
governance: advise
exemptTopics: ["_*"]
compatibility:
  pay-core-*: FULL_TRANSITIVE
  pay-*: full
baseline: debt.json
exemptions:
  - {subject: a-value, code: DOC_*, reason: soon gone, approver: ada, expires: 2027-01-31}
-- debt.json --
[{"code":"DOC_MISSING","subject":"b-value","path":"x"}]
`)
	if err != nil {
		t.Fatal(err)
	}
	s := got.Settings
	for subject, want := range map[string]compat.Level{"pay-core-value": compat.FullTransitive, "pay-value": compat.Full, "orders-value": ""} {
		if level := s.Level(subject); level != want {
			t.Errorf("level of %s: %q", subject, level)
		}
	}
	if s.Governance != "advise" || len(s.Exemptions) != 1 || s.Exemptions[0].Line != 8 || len(s.Baseline.Keys()) != 1 || len(s.ExemptTopics) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestSettingsFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"governance: strict":            `governance "strict": want enforce, advise or off`,
		"wardens: off":                  "line 1: field wardens is not known: there are governance",
		"compatibility: FULL":           "want a mapping of subjects to levels",
		"compatibility:\n  a: SOME":     `line 2: compatibility of a: "SOME" is no level`,
		"exemptions:\n  - {subject: a}": "line 2: exemption has no approver",
		"exemptions:\n  - {subjct: a}":  `an exemption has no key "subjct"`,
		"exemptions:\n  - {subject: a, code: DOC_NONE, reason: r, approver: a, expires: 2027-01-01}": "no rule has this code",
		"exemptions:\n  - {subject: a, code: DOC_*, reason: r, approver: a, expires: tomorrow}":      "want a day",
		"baseline: nowhere.json": "baseline: ",
		"a: [":                   "accord.yaml: ",
		"schemas: [a]":           "accord.yaml: ",
	} {
		_, err := read(t, "-- accord.yaml --\n"+text+"\n")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "accord.yaml: ") {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// FuzzRead reads trees whose every file is what somebody made of it.
func FuzzRead(f *testing.F) {
	f.Add("governance: off\nschemas: {a.avsc: a}", stream("a", "a.avsc"), `{"type":"record","name":"A","fields":[{"name":"x","type":"B"}]}`, `import "a.proto";`, `{"$ref":"a.json"}`)
	f.Add("exemptions: [{}]", "a: &a [*a]", `[[[[`, "", `{"$id":1}`)
	f.Fuzz(func(t *testing.T, settings, contract, avsc, proto, json string) {
		dir := t.TempDir()
		for name, text := range map[string]string{
			"accord.yaml": settings, "a.odcs.yaml": contract, "a.avsc": avsc, "b.avsc": avsc, "a.proto": proto, "a.json": json,
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		files, err := tree.Folder(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		got, err := tree.Read(t.Context(), files)
		if err != nil {
			return
		}
		for _, s := range got.Schemas {
			if s.Subject == "" || !files.Has(s.Name) {
				t.Errorf("schema %q of subject %q", s.Name, s.Subject)
			}
		}
	})
}
