package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/accordhq/accord/"

// room is a package, or with /... all below one, and what it may import of
// ours. A package belongs to the first room that fits; one without a room
// fails the test, so that a new package says where it belongs.
type room struct {
	packages string
	may      []string
	why      string
}

// rooms draw the one direction imports run in (design, section 2). Test files
// are free.
var rooms = []room{
	{"schema/finding", nil, "findings are what every rule returns, so everyone imports them"},
	{"schema", nil, "it is the vocabulary of all, so it knows nobody"},
	{"schema/jsontree", []string{"schema"}, "a reader of JSON with positions knows schema's errors and no language"},
	{"schema/avro", []string{"schema", "schema/jsontree"}, "a language knows no other language"},
	{"schema/jsonschema", []string{"schema", "schema/jsontree"}, "a language knows no other language"},
	{"schema/protobuf", []string{"schema"}, "a language knows no other language"},
	{"schema/schematest", nil, "it finds files and knows no schema"},
	{"schema/formats", []string{"schema/..."}, "it picks a language and judges nothing"},
	{"compat", []string{"schema/..."}, "verdicts are pure: two schemas in, differences out"},
	{"compat/compattest", []string{"compat", "schema/..."}, "cases are data with a loader"},
	{"contracts/contractstest", nil, "a stream as text, for tests"},
	{"contracts/odcs", []string{"schema", "schema/finding"}, "a contract's document knows places and findings, no schema and no policy"},
	{"contracts/docs", []string{"schema", "schema/finding"}, "rules about words need a parsed schema and nothing else"},
	{"contracts/sla", []string{"schema", "schema/finding"}, "rules about service levels know no document and no stream"},
	{"contracts", []string{"schema/...", "compat", "contracts/odcs", "contracts/docs", "contracts/sla"}, "what a contract demands is pure: documents and schemas in, findings out"},
	{"contracts/export", []string{"contracts/...", "compat", "schema"}, "a page shows what a contract says and judges nothing"},
	{"contracts/rules", []string{"schema/..."}, "rules are judged and run on schemas alone, by whoever holds both"},
	{"lineage", nil, "facts and the graph made of them are pure: what is asked of a schema is a path"},
	{"lineage/usage", []string{"lineage"}, "it notes requests as facts and knows no registry"},
	{"lineage/connectscan", []string{"lineage"}, "a collector turns what it sees into facts and knows no store"},
	{"lineage/kafkascan/kafkatest", nil, "it leads tests to a broker and knows no lineage"},
	{"lineage/kafkascan", []string{"lineage"}, "a collector turns what it sees into facts and knows no store"},
	{"lineage/eventtopic", []string{"lineage", "lineage/openlineage"}, "it takes events from Kafka to a store"},
	{"lineage/export", []string{"lineage"}, "it writes what it is handed"},
	{"lineage/lineagetest", []string{"lineage"}, "the suite knows the Store alone, not who implements it"},
	{"lineage/openlineage", []string{"lineage", "lineage/sqlflow"}, "what an event proves is pure: events in, facts out"},
	{"lineage/sqlflow", []string{"schema"}, "a reader of SQL knows places in a text, no graph and no store"},
	{"registry/client", []string{"schema", "schema/finding", "lineage"}, "who calls a registry must not carry one"},
	{"registry/transfer", []string{"registry/client", "schema", "schema/finding"}, "content moves over the API alone, so it knows no registry from within"},
	{"registry/logtest", []string{"registry"}, "the suite knows the Log alone, not who implements it"},
	{"registry/memlog", []string{"registry", "lineage"}, "a store knows what it implements and no other store"},
	{"registry/sqlstore", []string{"lineage"}, "what the stores in SQL databases share knows neither of the databases"},
	{"registry/sqlitelog", []string{"registry", "registry/sqlstore", "lineage"}, "a store knows what it implements and no other store"},
	{"registry/pglog", []string{"registry", "registry/sqlstore", "lineage"}, "a store knows what it implements and no other store"},
	{"registry/pglog/pgtest", nil, "it gives tests a database and knows no log"},
	{"registry", []string{"schema/...", "compat/...", "contracts", "contracts/...", "lineage"}, "the core knows the domains, and neither its stores nor its callers"},
	{"web/marquez", []string{"lineage", "lineage/openlineage"}, "Marquez's API is lineage's alone"},
	{"web/api", []string{"registry", "registry/client", "schema/...", "compat", "lineage", "lineage/usage"}, "a handler decodes, asks the registry and encodes"},
	{"web", []string{"web/...", "registry", "schema", "schema/jsontree"}, "the server composes and decides nothing"},
	{"cmd/...", []string{"..."}, "commands put everything together"},
}

// libraries say who may import a module of others. One without a line fails
// the test.
var libraries = []room{
	{"modernc.org/sqlite", []string{"registry/sqlitelog"}, "SQLite stays behind its store"},
	{"github.com/jackc/pgx/v5", []string{"registry/pglog", "registry/pglog/pgtest"}, "Postgres stays behind its store"},
	{"github.com/go-chi/chi/v5", []string{"web/..."}, "routing is the web's affair"},
	{"github.com/prometheus/client_golang", []string{"web"}, "metrics are read where they are served"},
	{"github.com/spf13/cobra", []string{"cmd/accord"}, "only commands have flags"},
	{"golang.org/x/term", []string{"cmd/accord"}, "only commands have a terminal"},
	{"golang.org/x/sync", []string{"cmd/...", "lineage/connectscan", "registry", "registry/transfer"}, "who does many things at once bounds how many"},
	{"go.yaml.in/yaml/v3", []string{"cmd/...", "contracts/odcs"}, "contracts are YAML; the registry speaks JSON"},
	{"github.com/bufbuild/protocompile", []string{"schema/protobuf"}, "one package knows how Protobuf is compiled"},
	{"google.golang.org/protobuf", []string{"schema/protobuf", "compat", "contracts/rules"}, "descriptors are read where Protobuf is parsed and compared, messages where rules run on them"},
	{"google.golang.org/genproto", []string{"schema/protobuf"}, "one package knows how Protobuf is compiled"},
	{"github.com/santhosh-tekuri/jsonschema/v6", []string{"schema/jsonschema"}, "one package knows how JSON Schema is compiled"},
	{"github.com/dlclark/regexp2/v2", []string{"schema/jsonschema"}, "only JSON Schema has ECMA patterns"},
	{"cel.dev/cel-go", []string{"contracts/rules"}, "one package knows how CEL is compiled and run"},
	{"github.com/tidwall/btree", []string{"registry"}, "the catalog's snapshots are the registry's own"},
	{"github.com/hashicorp/golang-lru/v2", []string{"registry"}, "the registry alone keeps texts in memory"},
	{"github.com/twmb/franz-go", []string{"lineage/kafkascan", "lineage/kafkascan/kafkatest", "lineage/eventtopic", "cmd/accord"}, "who speaks to Kafka does nothing else"},
	{"github.com/google/uuid", []string{"registry", "web/..."}, "changes and requests have ids, nothing else has"},
}

// testOnly are libraries no program may link.
var testOnly = []string{
	"github.com/getkin/kin-openapi", "github.com/hamba/avro/v2", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal",
	"github.com/twmb/franz-go/pkg/kfake", "github.com/twmb/franz-go/pkg/sr", "go.uber.org/goleak", "pgregory.net/rapid", "golang.org/x/tools",
}

// testPackages hold tests for others to run, so they may import what tests do.
var testPackages = []string{"registry/logtest", "compat/compattest", "contracts/contractstest", "schema/schematest", "registry/pglog/pgtest", "lineage/lineagetest"}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		for _, imported := range p.Imports {
			if fault := judge(p.ImportPath, imported); fault != "" {
				t.Error(fault)
			}
		}
	}
}

// TestRoomsAreNamedOnce: of two lines for one thing, the second says nothing.
func TestRoomsAreNamedOnce(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, r := range slices.Concat(rooms, libraries) {
		if named[r.packages] {
			t.Errorf("%s has two lines", r.packages)
		}
		named[r.packages] = true
	}
}

func TestImportsJudge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, imported string
		allowed        bool
	}{
		{"schema/avro", module + "schema", true},
		{"schema/avro", module + "schema/protobuf", false},
		{"schema", module + "schema/finding", false},
		{"registry", module + "schema/formats", true},
		{"registry", module + "registry/memlog", false},
		{"registry/client", module + "registry", false},
		{"web/api", module + "registry/sqlitelog", false},
		{"cmd/accord/demo", module + "registry", true},
		{"nowhere", module + "schema", false},
		{"registry", "modernc.org/sqlite", false},
		{"registry/sqlitelog", "modernc.org/sqlite/lib", true},
		{"registry", "example.com/unknown", false},
		{"registry/logtest", "github.com/google/go-cmp/cmp", true},
		{"registry", "github.com/google/go-cmp/cmp", false},
		{"registry", "encoding/json", true},
	} {
		if fault := judge(module+tt.from, tt.imported); (fault == "") != tt.allowed {
			t.Errorf("%s imports %s: %q", tt.from, tt.imported, fault)
		}
	}
}

// judge returns a sentence that says why an import is forbidden, "" if it is
// not.
func judge(importer, imported string) string {
	from := strings.TrimPrefix(importer, module)
	domain, _, _ := strings.Cut(imported, "/")
	switch to, ours := strings.CutPrefix(imported, module); {
	case ours:
		return judgeOurs(from, to)
	case strings.Contains(domain, "."):
		return judgeLibrary(from, imported)
	}
	return "" // the standard library
}

func judgeOurs(from, to string) string {
	for _, r := range rooms {
		if !within(from, r.packages) {
			continue
		}
		if slices.ContainsFunc(r.may, func(p string) bool { return within(to, p) }) {
			return ""
		}
		return from + " must not import " + to + ": " + r.why
	}
	return from + " has no line in the table of rooms: add one that says what it may import and why"
}

func judgeLibrary(from, imported string) string {
	if slices.ContainsFunc(testOnly, func(m string) bool { return within(imported, m+"/...") }) {
		if slices.Contains(testPackages, from) {
			return ""
		}
		return from + " must not import " + imported + ": it is a library for tests"
	}
	for _, l := range libraries {
		if !within(imported, l.packages+"/...") {
			continue
		}
		if slices.ContainsFunc(l.may, func(p string) bool { return within(from, p) }) {
			return ""
		}
		return from + " must not import " + imported + ": " + l.why
	}
	return imported + ", imported by " + from + ", has no line in the table of libraries: add one that says who may import it and why"
}

// within reports whether a path is a pattern, or lies in it if it ends in
// "...".
func within(path, pattern string) bool {
	tree, ok := strings.CutSuffix(pattern, "...")
	if !ok {
		return path == pattern
	}
	return path+"/" == tree || strings.HasPrefix(path, tree)
}

type listedPackage struct {
	ImportPath string
	Imports    []string
}

// listPackages asks the go command for every package of the module.
func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listedPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
}
