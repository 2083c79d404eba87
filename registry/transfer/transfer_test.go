package transfer_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/transfer"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/schematest"
)

// The clock of regexp2 stops by itself.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

// filler registers things and fails the test where it cannot.
type filler struct {
	t   *testing.T
	reg *registry.Registry
}

func (f filler) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f filler) register(subject, format, text string, refs ...schema.Reference) registry.Version {
	f.t.Helper()
	v, err := f.reg.Register(f.t.Context(), registry.RegisterRequest{
		Subject: subject, Force: true, Candidate: registry.Candidate{Type: format, Text: text, References: refs},
	})
	f.must(err)
	return v
}

func (f filler) config(scope string, c registry.Config) {
	f.t.Helper()
	_, err := f.reg.SetConfig(f.t.Context(), scope, registry.ConfigChange{Set: c})
	f.must(err)
}

func (f filler) drop(subject string, version int, permanent bool) {
	f.t.Helper()
	_, err := f.reg.DeleteVersion(f.t.Context(), subject, registry.VersionRef{Number: version}, false)
	f.must(err)
	if permanent {
		_, err := f.reg.DeleteVersion(f.t.Context(), subject, registry.VersionRef{Number: version}, true)
		f.must(err)
	}
}

// oddities are what a corpus does not have: contexts, gaps, deletions,
// references of every kind, metadata, rules, aliases, settings, texts that are
// shown printed.
func (f filler) oddities() {
	f.t.Helper()
	ctx := f.t.Context()
	owner := &schema.Metadata{Properties: map[string]string{"owner": "me"}, Tags: map[string][]string{"**.x": {"PII"}}, Sensitive: []string{"owner"}}
	rules := &schema.RuleSet{DomainRules: []schema.Rule{{Name: "r", Kind: "CONDITION", Mode: "WRITE", Type: "CEL", Expr: "true"}}}
	for i := range 5 {
		f.register("gaps", "", fmt.Sprintf(`{"type":"record","name":"G","doc":"take %d","fields":[{"name":"f","type":"int","confluent:tags":["PII"]}]}`, i))
	}
	f.drop("gaps", 2, true)
	f.drop("gaps", 4, false)
	f.drop("gaps", 5, true)
	f.register("money", "", `{"type":"record","name":"Money","fields":[{"name":"cents","type":"long"}]}`)
	for _, subject := range []string{":.eu:order", "order"} {
		f.register(subject, "", `{"type":"record","name":"Order","fields":[{"name":"price","type":"Money"}]}`,
			schema.Reference{Name: "Money", Subject: ":.:money", Version: 1})
	}
	f.register(":.eu:local", "", `{"type":"record","name":"L","fields":[{"name":"o","type":"Order"}]}`,
		schema.Reference{Name: "Order", Subject: "order", Version: 1})
	f.drop(":.eu:local", 1, false)
	f.drop(":.eu:order", 1, false) // what it refers to may be deleted, too
	_, err := f.reg.Register(ctx, registry.RegisterRequest{Subject: "described", Candidate: registry.Candidate{Text: `"bytes"`, Metadata: owner, RuleSet: rules}})
	f.must(err)
	_, err = f.reg.Register(ctx, registry.RegisterRequest{
		Subject: "normal", Normalize: true,
		Candidate: registry.Candidate{Type: "JSON", Text: `{"type": "object", "properties": {"b": {}, "a": {}}}`},
	})
	f.must(err)
	f.register("normal", "JSON", `{"properties": {"b": {}, "a": {}}, "type": "object"}`)
	f.register("lenient", "", `/* with a comment */ {"type": "string"}`)
	f.register("compiled", "PROTOBUF", descriptor(f.t))
	f.register(":.us:gone", "", `"string"`)
	f.drop(":.us:gone", 1, false)
	f.register(":.empty:x", "", `"string"`)
	f.drop(":.empty:x", 1, true)
	f.register("", "", `"string"`)
	f.register("with/slash %", "", `"string"`)
	f.holdings()
	f.settings(owner, rules)
}

// descriptor is a compiled file as producers send it.
func descriptor(t *testing.T) string {
	t.Helper()
	file, err := proto.Marshal(&descriptorpb.FileDescriptorProto{
		Name: proto.String("m.proto"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("Compiled")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(file)
}

func (f filler) settings(owner *schema.Metadata, rules *schema.RuleSet) {
	f.t.Helper()
	full, forward, wire := compat.FullTransitive, compat.Forward, compat.Rules("WIRE")
	f.config("", registry.Config{CompatibilityLevel: new(compat.None), Normalize: new(true)})
	f.config(":.eu:", registry.Config{CompatibilityLevel: &full, CompatibilityGroup: new("major")})
	f.config(":.__GLOBAL:", registry.Config{CompatibilityLevel: &forward})
	f.config("order", registry.Config{ValidateFields: new(true), DefaultMetadata: owner, OverrideRuleSet: rules})
	f.config("webshop", registry.Config{Alias: new("order")})
	f.config("money", registry.Config{Alias: new("order")}) // hides what the subject itself holds
	_, err := f.reg.SetPolicy(f.t.Context(), "order", registry.PolicyChange{Set: registry.Policy{ProtobufRules: &wire}})
	f.must(err)
	for scope, mode := range map[string]string{"gaps": "READONLY", ":.eu:": "READONLY", ":.us:gone": "IMPORT"} {
		f.must(f.reg.SetMode(f.t.Context(), scope, mode, true))
	}
}

// fill registers the corpus at level NONE, and all that it does not have.
func fill(t *testing.T, s server) {
	t.Helper()
	f := filler{t, s.reg}
	for _, c := range schematest.Corpus(t) {
		var refs []schema.Reference
		for _, name := range c.Imports {
			refs = append(refs, schema.Reference{Name: name, Subject: name, Version: -1})
		}
		f.register(c.Subject, c.Type, c.Text, refs...)
		if len(c.Text)%5 == 0 && len(refs) == 0 {
			f.register(":.eu:"+c.Subject, c.Type, c.Text)
		}
	}
	f.oddities()
}

func same(t *testing.T, from, to server) {
	t.Helper()
	want, got := answers(t, from), answers(t, to)
	t.Logf("compared %d answers", len(want))
	differing := 0
	for path, answer := range want {
		if got[path] == answer {
			continue
		}
		if differing++; differing <= 10 {
			t.Errorf("%s (-source +target):\n%s", path, cmp.Diff(answer, got[path]))
		}
	}
	if len(got) != len(want) || differing > 0 {
		t.Errorf("%d of %d answers differ; the target gives %d", differing, len(want), len(got))
	}
}

// Every endpoint that reads answers the same bytes after an import, times
// included; a second import finds nothing to do.
func TestEveryAnswerIsTheSame(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	fill(t, from)
	report := bring(t, from, to)
	if got := weighty(report); len(got) > 0 {
		t.Errorf("findings:\n%s", strings.Join(got, "\n"))
	}
	if v := report.Versions; v.Stored != v.Read || v.Read == 0 {
		t.Errorf("versions: %+v", v)
	}
	t.Logf("imported %+v", report.Versions)
	same(t, from, to)

	head := to.reg.Stats().Head
	report = bring(t, from, to)
	if v := report.Versions; v.Identical != v.Read || report.Configs.Identical != report.Configs.Read || report.Modes.Identical != report.Modes.Read {
		t.Errorf("a second import: %+v", report)
	}
	if to.reg.Stats().Head != head {
		t.Error("a second import wrote something")
	}
}

// The same for oddities alone, which need no shared corpus, and one worker.
func TestOdditiesAreTheSame(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	filler{t, from.reg}.oddities()
	before := answers(t, to)
	dry := bring(t, from, to, func(o *transfer.Options) { o.DryRun = true })
	if diff := cmp.Diff(before, answers(t, to)); diff != "" {
		t.Errorf("a dry run changed the target:\n%s", diff)
	}
	var steps atomic.Int64
	report := bring(t, from, to, func(o *transfer.Options) {
		o.Parallel = 1
		o.Progress = func(_ string, done, total int) {
			if steps.Add(1); done > total {
				t.Errorf("%d of %d steps", done, total)
			}
		}
	})
	if got := weighty(report); len(got) > 0 {
		t.Errorf("findings:\n%s", strings.Join(got, "\n"))
	}
	if diff := cmp.Diff(dry, report); diff != "" {
		t.Errorf("the import did not do what the dry run said (-said +done):\n%s", diff)
	}
	if steps.Load() == 0 {
		t.Error("no progress was told")
	}
	same(t, from, to)
}

// dying stands before a registry and, once it has let some requests through,
// breaks every connection.
func dying(left *atomic.Int64, path string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, path) && left.Add(-1) < 0 {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Whenever the source or the target dies, running the import again completes
// it, and nothing is there twice.
func TestInterruptedImportsAreResumed(t *testing.T) {
	t.Parallel()
	var sourceLeft, targetLeft atomic.Int64
	sourceLeft.Store(1 << 40)
	targetLeft.Store(1 << 40)
	from := serve(t, dying(&sourceLeft, "/"))
	to := serve(t, dying(&targetLeft, "/accord/v1/import"))
	f := filler{t, from.reg}
	f.oddities()
	for i := range 350 {
		f.register(fmt.Sprintf("many-%d", i%7), "", fmt.Sprintf(`{"type":"fixed","name":"F","size":%d}`, i+1))
	}
	for _, n := range []int64{0, 1, 5, 20, 70} {
		sourceLeft.Store(n)
		if report, err := try(t, from.URL, to.URL); err == nil {
			t.Fatalf("the source died after %d requests and the import says %+v", n, report)
		}
	}
	sourceLeft.Store(1 << 40)
	failures := 0
	for n := int64(0); ; n++ {
		targetLeft.Store(n)
		report, err := try(t, from.URL, to.URL)
		if err == nil {
			if v := report.Versions; v.Stored+v.Identical != v.Read || len(weighty(report)) > 0 {
				t.Errorf("resumed: %+v\n%v", v, weighty(report))
			}
			break
		}
		failures++
	}
	t.Logf("completed after %d failures", failures)
	targetLeft.Store(1 << 40)
	want, got := answerReader{t, from, map[string]string{}}, answerReader{t, to, map[string]string{}}
	want.lists()
	got.lists()
	if diff := cmp.Diff(want.got, got.got); diff != "" {
		t.Errorf("answers (-source +target):\n%s", diff)
	}
}

func TestOnlySomeSubjects(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	filler{t, from.reg}.oddities()
	report := bring(t, from, to, func(o *transfer.Options) { o.Prefixes = []string{"or", ":.eu:loc"} })
	if got := weighty(report); len(got) > 0 {
		t.Errorf("findings: %v", got)
	}
	want := []string{":.eu:local", ":.eu:order", "money", "order"} // with what they refer to
	if diff := cmp.Diff(want, to.reg.Subjects(registry.SubjectFilter{Prefix: ":*:", Deleted: true})); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
	if m, err := to.reg.Mode(":.eu:", true); err != nil || m != registry.ReadWrite {
		t.Errorf("mode of the context: %s, %v", m, err)
	}
	if c, err := to.reg.Config("order", false); err != nil || c.ValidateFields == nil {
		t.Errorf("config of the subject: %+v, %v", c, err)
	}
}

// What the target has stays, and the report shows both sides.
func TestConflicts(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	f := filler{t, from.reg}
	f.register("a", "", `"int"`)
	f.register("b", "", `"long"`)
	f.config("", registry.Config{CompatibilityLevel: new(compat.Full)})
	f.must(f.reg.SetMode(t.Context(), "", "READONLY", false))
	g := filler{t, to.reg}
	g.register("a", "", `"float"`)
	g.register("a", "", `"double"`)
	g.config("", registry.Config{CompatibilityLevel: new(compat.None)})
	want := []string{
		"IMPORT_CONFLICT  config: The config is {\"compatibilityLevel\":\"NONE\"} here, not {\"compatibilityLevel\":\"FULL\"}",
		"IMPORT_CONFLICT a version 1: Version 1 is there with another text",
		"IMPORT_EXTRA a version 2: the source does not have the version",
		"IMPORT_CONFLICT b version 1: Id 2 holds another schema here: version 2 of 'a'",
	}
	report := bring(t, from, to)
	if diff := cmp.Diff(want, weighty(report)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if m, err := to.reg.Mode("", false); err != nil || m != registry.ReadOnly {
		t.Errorf("mode %s, %v", m, err)
	}
	report = bring(t, from, to, func(o *transfer.Options) { o.OverwriteSettings = true })
	if report.Configs.Refused != 1 {
		t.Errorf("the target is read-only now, and yet: %+v", report.Configs)
	}
}

func TestTheTargetMustTakeImports(t *testing.T) {
	t.Parallel()
	from := serve(t, nil)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	if _, err := try(t, from.URL, other.URL); err == nil || !strings.Contains(err.Error(), "ask the target whether it takes imports") {
		t.Errorf("error %v", err)
	}
}

// Texts that no parser takes arrive byte for byte, and every run warns of them.
func TestUnparsedTexts(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	texts := []registry.Version{
		{Subject: "a", Version: 1, ID: 1, Text: `{"type":"record"}`},
		{Subject: "b", Version: 1, ID: 2, Type: schema.JSON, Text: `{"$ref":"https://example.com/x"}`, Deleted: true},
		{Subject: "c", Version: 1, ID: 3, Type: schema.Protobuf, Text: "edition = \"2024\";\n"},
		{
			Subject: "d", Version: 1, ID: 4, Type: schema.Protobuf, Text: "syntax = \"proto3\";\nimport \"c\";\nmessage M {}\n",
			References: []schema.Reference{{Name: "c", Subject: "c", Version: 1}},
		},
	}
	if _, err := from.reg.Import(t.Context(), registry.ImportBatch{Versions: texts}); err != nil {
		t.Fatal(err)
	}
	for _, run := range []string{"first", "second"} {
		report := bring(t, from, to)
		var warned []string
		for _, f := range report.Findings {
			if f.Code == "IMPORT_UNPARSED" {
				warned = append(warned, f.Subject)
			}
		}
		if diff := cmp.Diff([]string{"a", "b", "c", "d"}, warned); diff != "" || len(report.Findings) != 4 {
			t.Errorf("%s run: warnings (-want +got):\n%s\n%v", run, diff, weighty(report))
		}
	}
	same(t, from, to)
}
