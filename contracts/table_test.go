package contracts_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to string
		order    int
		level    contracts.Level
	}{
		{"1.2.3", "1.2.3", 0, contracts.NoBump},
		{"1.2.3", "1.2.4", -1, contracts.PatchBump},
		{"1.2.3", "1.3.0", -1, contracts.MinorBump},
		{"1.2.3", "2.0.0", -1, contracts.MajorBump},
		{"1.10.0", "1.9.0", 1, contracts.NoBump},
		{"1.0.0+a", "1.0.0+b", 0, contracts.NoBump},
		{"0.1.0", "0.1.1", -1, contracts.MinorBump},
		{"0.1.0", "0.2.0", -1, contracts.MajorBump},
		{"0.9.0", "1.0.0", -1, contracts.MajorBump},
		{"2.0.0-rc.1", "2.0.0", -1, contracts.MajorBump},
		{"2.0.0-rc.2", "2.0.0-rc.10", -1, contracts.MajorBump},
		{"2.0.0-rc.1", "2.0.0-1", 1, contracts.NoBump},
		{"2.0.0-rc", "2.0.0-rc.1", -1, contracts.MajorBump},
		{"1.4.0", "2.0.0-rc.1", -1, contracts.MajorBump},
	} {
		from, err1 := contracts.ParseVersion(tt.from)
		to, err2 := contracts.ParseVersion(tt.to)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if from.Compare(to) != tt.order || to.Compare(from) != -tt.order || from.LevelTo(to) != tt.level {
			t.Errorf("%s to %s: order %d, level %s", tt.from, tt.to, from.Compare(to), from.LevelTo(to))
		}
	}
	for _, bad := range []string{"", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.x", "99999999999999999999.0.0"} {
		if v, err := contracts.ParseVersion(bad); err == nil {
			t.Errorf("%q was read as %s", bad, v)
		}
	}
}

// The version that Raise gives announces what was asked for.
func TestRaise(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ from, patch, minor, major string }{
		{"1.2.3", "1.2.4", "1.3.0", "2.0.0"},
		{"0.2.3", "0.2.4", "0.2.4", "0.3.0"},
		{"2.0.0-rc.1", "2.0.0", "2.0.0", "2.0.0"},
	} {
		from, err := contracts.ParseVersion(tt.from)
		if err != nil {
			t.Fatal(err)
		}
		for level, want := range map[contracts.Level]string{
			contracts.NoBump: tt.from, contracts.PatchBump: tt.patch, contracts.MinorBump: tt.minor, contracts.MajorBump: tt.major,
		} {
			got := from.Raise(level)
			if got.String() != want || from.LevelTo(got) < level {
				t.Errorf("%s raised by %s is %s, want %s", from, level, got, want)
			}
		}
	}
}

// The table of the life of a contract: which status may follow which, and what
// a gap, a break and a new schema count for.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status contracts.Status
		next   []contracts.Status
		// gap and broken are what a missing owner and a removed required
		// field count for; schema is the most that a compatible change does.
		gap, broken, schema finding.Severity
	}{
		{contracts.Proposed, []contracts.Status{contracts.Draft, contracts.Active, contracts.Retired}, finding.Warning, finding.Info, finding.Info},
		{contracts.Draft, []contracts.Status{contracts.Proposed, contracts.Active, contracts.Retired}, finding.Warning, finding.Info, finding.Info},
		{contracts.Active, []contracts.Status{contracts.Deprecated}, finding.Error, finding.Error, finding.Warning},
		{contracts.Deprecated, []contracts.Status{contracts.Active, contracts.Retired}, finding.Error, finding.Error, finding.Warning},
		{contracts.Retired, nil, finding.Info, finding.Info, finding.Error},
	} {
		for _, next := range contracts.Statuses() {
			if tt.status.MayBecome(next) != (next == tt.status || slices.Contains(tt.next, next)) {
				t.Errorf("%s may become %s: %v", tt.status, next, tt.status.MayBecome(next))
			}
		}
		text := baseText(t, "orders.odcs.yaml")
		text = apply(t, text, "-status: active\n+status: "+string(tt.status)+"\n")
		c := contractIn(t, text)
		unowned := contractIn(t, apply(t, text, "-      role: owner\n+      role: guest\n"))
		old := schemaIn(t, schema.Avro, baseText(t, "orders.avsc"))
		worst := func(code finding.Code, in contracts.Case) finding.Severity {
			in.Subject, in.At = "orders-value", today
			fs, err := contracts.Judge(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			out := finding.Severity("")
			for _, f := range fs {
				if (code == "" || f.Code == code) && (out == "" || f.Severity.AtLeast(out)) {
					out = f.Severity
				}
			}
			return out
		}
		if got := worst("OWNER_MISSING", contracts.Case{Contract: unowned, Schema: old, Previous: old, Before: unowned}); got != tt.gap {
			t.Errorf("%s: a gap is %q", tt.status, got)
		}
		broken := contractIn(t, apply(t, text, "-        unique: true\n"))
		less := contractIn(t, apply(t, text, "-        logicalType: timestamp\n-        required: true\n+        logicalType: timestamp\n"))
		if got := worst("CONTRACT_FIELD_RELAXED", contracts.Case{Contract: less, Before: broken, Schema: old, Previous: old}); got != tt.broken {
			t.Errorf("%s: a break is %q", tt.status, got)
		}
		next := schemaIn(t, schema.Avro, apply(t, baseText(t, "orders.avsc"),
			"-  \"fields\": [\n+  \"fields\": [\n+    {\"name\": \"shop\", \"type\": \"string\", \"default\": \"web\", \"doc\": \"Name of the shop that took the order.\"},\n"))
		if got := worst("", contracts.Case{Contract: c, Before: c, Schema: next, Previous: old}); got != tt.schema {
			t.Errorf("%s: a compatible change is %q", tt.status, got)
		}
	}
}

func TestCurrentOwners(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, in, out string
		there         bool
	}{
		{"no dates", "", "", true},
		{"came", "2026-06-01", "", true},
		{"comes tomorrow", "2026-06-02", "", false},
		{"leaves tomorrow", "", "2026-06-02", true},
		{"left today", "", "2026-06-01", false},
		{"left this minute", "", "2026-06-01T12:00:00Z", false},
		{"leaves soon", "", "2026-06-01T12:00:01Z", true},
		{"no date", "x", "y", true},
	} {
		o := contracts.Owner{Team: "t", Members: []odcs.Member{{Username: "ada", Role: "owner", DateIn: tt.in, DateOut: tt.out}}}
		if there := len(o.Current(at)) == 1; there != tt.there {
			t.Errorf("%s: there %v", tt.name, there)
		}
	}
}

const twoStreams = `
apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: Active
schema:
  - name: Order
    physicalName: orders
    description: An order.
    properties:
      - {name: id, physicalName: order_id}
      - name: pay
        properties: [{name: pan, customProperties: [{property: fieldPath, value: "pay<com.acme.Card>.pan"}]}]
      - name: grid
        items: {items: {properties: [{name: cell}]}}
  - name: Return
    physicalName: returns
    customProperties: [{property: keySubject, value: rma}]
  - name: Lost
team: [{username: ada, role: Data Owner}]
slaProperties:
  - {id: a, property: freshness, value: 5, unit: min, element: Order.placed_at}
  - {id: b, property: latency, value: 1, unit: s, element: "returns, orders"}
  - {id: c, property: retention, value: 7, unit: d}
  - {id: d, property: availability, value: 99, unit: "%", element: something}
customProperties:
  - {property: accordSlo, value: {a: {objective: 99}, zzz: {objective: 99}}}
`

// A document makes a contract of each schema object that names a stream, with
// the service levels that speak of it.
func TestOf(t *testing.T) {
	t.Parallel()
	doc, _ := odcs.Parse("shop.odcs.yaml", []byte(twoStreams))
	all, faults := contracts.Of(doc)
	if len(all) != 2 || len(faults) != 1 || faults[0].Code != odcs.CodeNoTopic {
		t.Fatalf("%d contracts, %+v", len(all), faults)
	}
	type outline struct {
		Subject, Key, Topic, Purpose string
		Levels, Fields, Owners       []string
	}
	var got []outline
	for _, c := range all {
		o := outline{Subject: c.Subject, Key: c.KeySubject, Topic: c.Topic, Purpose: c.Purpose}
		for _, p := range c.SLAs {
			o.Levels = append(o.Levels, p.ID)
		}
		for _, f := range c.Fields {
			o.Fields = append(o.Fields, f.Path)
		}
		for _, m := range c.Owner.Members {
			o.Owners = append(o.Owners, m.Username)
		}
		got = append(got, o)
	}
	want := []outline{
		{
			"orders-value", "orders-key", "orders", "An order.",
			[]string{"a", "b", "c", "d"},
			[]string{"order_id", "pay", "pay<com.acme.Card>.pan", "grid", "grid[][].cell"},
			[]string{"ada"},
		},
		{"returns-value", "rma", "returns", "", []string{"b", "c", "d"}, nil, []string{"ada"}},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("contracts (-want +got):\n%s", diff)
	}
}

func TestBySubject(t *testing.T) {
	t.Parallel()
	one, two := contractIn(t, baseText(t, "orders.odcs.yaml")), contractIn(t, baseText(t, "orders.odcs.yaml"))
	filed, faults := contracts.BySubject([]*contracts.Contract{one, two})
	if len(filed) != 1 || filed["orders-value"] != one || len(faults) != 1 || faults[0].Line != 11 {
		t.Errorf("%v, %+v", filed, faults)
	}
}

// What changed between two contracts, value by value.
func TestDiff(t *testing.T) {
	t.Parallel()
	base := baseText(t, "orders.odcs.yaml")
	edit := "-version: 1.2.0\n+version: 2.0.0\n\n-    value: 5\n-    unit: min\n+    value: 1\n+    unit: h\n\n" +
		"-            tags: [PII]\n-          - name: phone\n+            tags: [GDPR, PII]\n+          - name: phone\n\n" +
		"-    - username: bob@acme.example\n-      role: developer\n\n-domain: sales\n+name: Orders\n"
	edit = "-name: Orders\n+# a comment\n\n" + edit
	before, next := contractIn(t, base), contractIn(t, apply(t, base, edit))
	var got []string
	for _, e := range contracts.Diff(before, next) {
		got = append(got, fmt.Sprintf("%s %s %q -> %q %d:%d", e.Kind, e.Path, e.Old, e.New, e.NewAt.Line, e.NewAt.Column))
	}
	want := []string{
		`changed version "1.2.0" -> "2.0.0" 5:10`,
		`added schema[Order].properties[customer].properties[email].tags[GDPR] "" -> "GDPR" 35:20`,
		`removed team.members[bob@acme.example] "{\"username\":\"bob@acme.example\",\"role\":\"developer\"}" -> "" 0:0`,
		`changed slaProperties[freshness].value "5" -> "1" 68:12`,
		`changed slaProperties[freshness].unit "min" -> "h" 69:11`,
		`removed domain "sales" -> "" 0:0`,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("edits (-want +got):\n%s", diff)
	}
	if all := contracts.Diff(nil, next); len(all) != 1 || all[0].New != "shop.orders 2.0.0" {
		t.Errorf("from nothing: %+v", all)
	}
	if all := contracts.Diff(before, nil); len(all) != 1 || contracts.Diff(nil, nil) != nil || contracts.Diff(next, next) != nil {
		t.Errorf("to nothing: %+v", all)
	}
}

// What nobody would write is refused in time, and says so.
func TestTooManyStreams(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "  - {name: o%d, physicalName: t%d}\n", i, i)
	}
	many := b.String()
	b.WriteString("slaProperties:\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "  - {id: s%d, property: freshness, value: %d, unit: s, element: 'o%d.a, b'}\n", i, i+1, i)
	}
	for text, want := range map[string]int{many: 500, b.String(): 0} {
		doc, _ := odcs.Parse("many.odcs.yaml", []byte(text))
		all, faults := contracts.Of(doc)
		if len(all) != want || len(faults) != 1 || faults[0].Code != "CONTRACT_TOO_MANY_STREAMS" {
			t.Errorf("%d contracts, %+v", len(all), faults)
		}
	}
}

var claims = regexp.MustCompile(`Claim(?:Change)?\("([A-Z_]+)"`)

// Every rule of the package is found in a case.
func TestEveryCodeHasACase(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("code.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, c := range cases(t) {
		findings, _ := c.section("findings")
		all.WriteString(findings)
	}
	for _, m := range claims.FindAllStringSubmatch(string(source), -1) {
		if !strings.Contains(all.String(), " "+m[1]+" ") && m[1] != "CONTRACT_TOO_MANY_STREAMS" {
			t.Errorf("no case finds %s", m[1])
		}
	}
}
