package transfer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/transfer"
	"github.com/accordhq/accord/schema/finding"
)

func contract(topic, version string) string {
	return "apiVersion: v3.1.0\nkind: DataContract\nid: " + topic + "\nversion: " + version + "\nstatus: active # as it is\n" +
		"schema:\n  - name: r\n    physicalName: " + topic + "\n    customProperties: [{property: subject, value: '" + topic + "'}]\n"
}

func (f filler) file(text string) {
	f.t.Helper()
	_, err := f.reg.Change(f.t.Context(), registry.Change{Contracts: []registry.ContractFile{{Name: "c.odcs.yaml", Text: []byte(text)}}})
	f.must(err)
}

func (f filler) dek(kek, subject string, algorithm registry.Algorithm, version int) {
	f.t.Helper()
	_, err := f.reg.CreateDek(f.t.Context(), registry.DekRequest{
		DekName: registry.DekName{Kek: kek, Subject: subject, Algorithm: algorithm}, Version: version,
		EncryptedKeyMaterial: fmt.Sprintf("wrapped %s %s %s %d", kek, subject, algorithm, version),
	})
	f.must(err)
}

// holdings are what an Accord keeps beside schemas: keys of each kind, some of
// them deleted, associations, contracts, exceptions.
func (f filler) holdings() {
	f.t.Helper()
	ctx := f.t.Context()
	for _, kek := range []string{"one", "two", "empty", "gone"} {
		_, err := f.reg.CreateKek(ctx, registry.KekRequest{
			Name: kek, KmsType: "aws-kms", KmsKeyID: "arn:aws:kms:eu:1:key/" + kek, Doc: "Wraps " + kek + ".", Shared: kek == "two",
			KmsProps: map[string]string{"region": "eu", "secret.access.key": "hidden"},
		})
		f.must(err)
	}
	f.dek("one", "order", registry.AES256GCM, 1)
	f.dek("one", "order", registry.AES256GCM, 3)
	f.dek("one", "order", registry.AES256SIV, 1)
	f.dek("one", ":.eu:order", registry.AES128GCM, 1)
	f.dek("two", "order", registry.AES256GCM, 1)
	f.dek("gone", "gaps", registry.AES256GCM, 1)
	f.must(f.reg.DeleteDek(ctx, registry.DekName{Kek: "one", Subject: "order"}, registry.VersionRef{Number: 1}, false))
	f.must(f.reg.DeleteDeks(ctx, registry.DekName{Kek: "gone", Subject: "gaps"}, false))
	f.must(f.reg.DeleteKek(ctx, "gone", false))

	text := `"string"`
	for i, change := range []registry.AssociationChange{
		{Subject: new("described"), Lifecycle: registry.Strong},
		{Subject: new("lenient"), Lifecycle: registry.Weak},
		{Subject: new("lenient"), Lifecycle: registry.Weak, Type: registry.KeyAssociation},
		{Schema: &registry.RegisterRequest{Candidate: registry.Candidate{Text: text}}},
	} {
		change.Op = registry.CreateAssociation
		_, err := f.reg.Associate(ctx, registry.AssociationRequest{
			Resource: registry.Resource{Name: "topic", Namespace: "lkc-1", ID: fmt.Sprint("id/", i)}, Changes: []registry.AssociationChange{change},
		})
		f.must(err)
	}

	f.file(contract("order", "1.0.0"))
	f.file(contract(":.eu:nothing-value", "0.1.0"))
	for i, code := range []finding.Code{"DOC_MISSING", "OWNER_TEAM_MISSING", "DOC_MISSING"} {
		_, err := f.reg.AddException(ctx, finding.Exemption{
			Subject: "order", Code: code, Reason: fmt.Sprint("for ", i), Author: "unverified:ada", Expires: time.Date(2090, 1, i+1, 0, 0, 0, 0, time.UTC),
		})
		f.must(err)
	}
}

// holdings reads what tells of them.
func (r *answerReader) holdings() {
	const keys = "/dek-registry/v1/keks"
	r.read(keys, "deleted=true")
	for _, kek := range []string{"one", "two", "empty", "gone"} {
		r.read(keys+"/"+kek, "deleted=true")
		r.read(keys+"/"+kek+"/deks", "deleted=true")
		for _, subject := range []string{"order", ":.eu:order", "gaps"} {
			for _, algorithm := range []string{"AES128_GCM", "AES256_GCM", "AES256_SIV"} {
				r.read(keys+"/"+kek+"/deks/"+subject+"/versions", "deleted=true&algorithm="+algorithm, "algorithm="+algorithm)
				for version := range 4 {
					r.read(fmt.Sprintf("%s/%s/deks/%s/versions/%d", keys, kek, subject, version+1), "deleted=true&algorithm="+algorithm)
				}
			}
		}
	}
	r.read("/associations/resources/-/-")
	r.read("/associations/resources/lkc-1/topic")
	r.read("/accord/v1/contracts")
	for _, subject := range []string{"order", ":.eu:nothing-value"} {
		r.read("/accord/v1/contracts/"+subject, "format=yaml")
	}
	r.read("/accord/v1/exceptions", "subject=order")
}

// An Accord moves with all it has, and what comes later follows.
func TestAnAccordMoves(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	f := filler{t, from.reg}
	f.oddities()
	report := bring(t, from, to)
	if got := weighty(report); len(got) > 0 || !report.Accord {
		t.Errorf("findings: %v", got)
	}
	got := []transfer.Count{report.Keks, report.Deks, report.Associations, report.Contracts, report.Exceptions}
	want := []transfer.Count{{Read: 4, Stored: 4}, {Read: 6, Stored: 6}, {Read: 4, Stored: 4}, {Read: 2, Stored: 2}, {Read: 3, Stored: 3}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	same(t, from, to)

	f.must(f.reg.DeleteDek(t.Context(), registry.DekName{Kek: "two", Subject: "order"}, registry.VersionRef{Number: 1}, false))
	f.must(f.reg.DeleteKek(t.Context(), "two", false))
	f.dek("one", "order", registry.AES256GCM, 4)
	f.file(contract("order", "1.1.0"))
	for _, dry := range []bool{true, false} {
		report = bring(t, from, to, func(o *transfer.Options) { o.DryRun = dry })
		got = []transfer.Count{report.Keks, report.Deks, report.Associations, report.Contracts, report.Exceptions}
		want = []transfer.Count{
			{Read: 4, Deleted: 1, Identical: 3},
			{Read: 7, Stored: 1, Deleted: 1, Identical: 5},
			{Read: 4, Identical: 4},
			{Read: 2, Stored: 1, Identical: 1},
			{Read: 3, Identical: 3},
		}
		if diff := cmp.Diff(want, got); diff != "" || len(weighty(report)) > 0 {
			t.Errorf("counts with dry run %t (-want +got):\n%s\n%v", dry, diff, weighty(report))
		}
	}
	same(t, from, to)
}

// What the target has in a place stays there.
func TestHoldingsInConflict(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	f, g := filler{t, from.reg}, filler{t, to.reg}
	for _, x := range []filler{f, g} {
		x.register("order", "", `"string"`)
		x.register("gaps", "", `"string"`)
	}
	for doc, x := range map[string]filler{"Ours.": f, "Another.": g} {
		for _, kek := range []registry.KekRequest{{Name: "one", Doc: doc}, {Name: "other"}} {
			kek.KmsType, kek.KmsKeyID = "aws-kms", "arn:aws:kms:eu:1:key/a"
			_, err := x.reg.CreateKek(t.Context(), kek)
			x.must(err)
		}
	}
	f.dek("other", "order", registry.AES256GCM, 1)
	_, err := g.reg.CreateDek(t.Context(), registry.DekRequest{DekName: registry.DekName{Kek: "other", Subject: "order"}, EncryptedKeyMaterial: "else"})
	g.must(err)
	associate := func(x filler, subject string, lifecycle registry.Lifecycle, id string) {
		_, err := x.reg.Associate(t.Context(), registry.AssociationRequest{
			Resource: registry.Resource{Name: "t" + id, Namespace: "n", ID: id},
			Changes:  []registry.AssociationChange{{Op: registry.CreateAssociation, Subject: &subject, Lifecycle: lifecycle}},
		})
		x.must(err)
	}
	associate(f, "order", registry.Weak, "1")
	associate(f, "order", registry.Weak, "2")
	associate(g, "order", registry.Strong, "1")
	f.file(contract("order", "1.0.0"))
	g.file(contract("order", "2.0.0"))
	before := answers(t, to)
	want := []string{
		"IMPORT_CONFLICT  key encryption key one: Key 'one' is another here: aws-kms arn:aws:kms:eu:1:key/a",
		"IMPORT_CONFLICT order association value of t1 in n, id 1: The value of resource 't1' is associated with 'order' here, STRONG",
		"IMPORT_CONFLICT order association value of t2 in n, id 2: A strong association already exists for subject 'order'",
		"IMPORT_CONFLICT order contract: The contract of 'order' is another here: order 2.0.0",
		"IMPORT_CONFLICT order data encryption key other AES256_GCM version 1: Version 1 of the key of 'order' is another here",
	}
	if diff := cmp.Diff(want, weighty(bring(t, from, to))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, answers(t, to)); diff != "" {
		t.Errorf("the target changed:\n%s", diff)
	}
}

// Only what has to do with the subjects that were asked for comes along.
func TestHoldingsOfSomeSubjects(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	filler{t, from.reg}.oddities()
	report := bring(t, from, to, func(o *transfer.Options) { o.Prefixes = []string{"order"} })
	got := []transfer.Count{report.Keks, report.Deks, report.Associations, report.Contracts, report.Exceptions}
	want := []transfer.Count{{Read: 2, Stored: 2}, {Read: 4, Stored: 4}, {}, {Read: 1, Stored: 1}, {Read: 3, Stored: 3}}
	if diff := cmp.Diff(want, got); diff != "" || len(weighty(report)) > 0 {
		t.Errorf("counts (-want +got):\n%s\n%v", diff, weighty(report))
	}
}

// What no registry can have is refused item by item.
func TestHoldingsThatCannotBe(t *testing.T) {
	t.Parallel()
	to := serve(t, nil)
	filler{t, to.reg}.register("order", "", `"string"`)
	got, err := impatient(t, to.URL).Import(t.Context(), client.ImportRequest{
		Contracts:  []client.Contract{{Subject: "order", Text: "a: ["}, {Subject: "order", Text: contract("else", "1.0.0")}, {Subject: strings.Repeat("x", 5000)}},
		Exceptions: []client.Exception{{ID: "x", Subject: "order", Code: "NONE", Reason: "r", Approver: "a", Expires: time.Now()}, {}},
		Keks:       []client.Kek{{Name: "no name"}, {Name: "k", KmsType: "aws-kms", KmsKeyID: "nothing"}},
		Deks: []client.Dek{
			{KekName: "nobody", Subject: "order", Version: 1, EncryptedKeyMaterial: "x"},
			{KekName: "k", Subject: "order", Version: -1},
			{KekName: "k", Subject: "order", Version: 1, Algorithm: "ROT13"},
		},
		Associations: []client.Association{
			{Subject: "order"},
			{Subject: "order", ResourceName: "t", ResourceNamespace: "n", ResourceID: "i", Lifecycle: "WEAK", GUID: "g"},
			{Subject: "nothing", ResourceName: "t", ResourceNamespace: "n", ResourceID: "i", Lifecycle: "WEAK", GUID: "00000000-0000-0000-0000-000000000001"},
			{Subject: "order", ResourceName: "t", ResourceNamespace: "n", ResourceID: "i", Lifecycle: "WEAK", Frozen: new(true), GUID: "00000000-0000-0000-0000-000000000001"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, results := range [][]client.ImportResult{got.Contracts, got.Exceptions, got.Keks, got.Deks, got.Associations} {
		if len(results) == 0 {
			t.Error("no results")
		}
		for _, r := range results {
			if r.Outcome != "refused" || r.Message == "" {
				t.Errorf("%+v", r)
			}
		}
	}
}
