package client_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/contracts/contractstest"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/web/api"
)

// accord starts a registry in memory and returns a client of it.
func accord(t *testing.T) *client.Client {
	t.Helper()
	reg, err := registry.Open(t.Context(), registry.Options{Log: memlog.New(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := reg.Close(); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(api.New(reg, api.Options{}))
	t.Cleanup(server.Close)
	c, err := client.New(client.Options{URLs: []string{server.URL}, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// result is what a call returned, until must takes the error off.
type result[T any] struct {
	value T
	err   error
}

func of[T any](value T, err error) result[T] { return result[T]{value, err} }

func (r result[T]) must(t *testing.T) T {
	t.Helper()
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.value
}

func wantCode(t *testing.T, err error, code int) {
	t.Helper()
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Code != code {
		t.Errorf("got %v, want error code %d", err, code)
	}
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestSchemasOfServer walks through a schema's life at a real server, under
// names that are hard to put into a path.
func TestSchemasOfServer(t *testing.T) {
	t.Parallel()
	c, ctx := accord(t), t.Context()
	for _, subject := range []string{"orders-value", "common/money.proto", "a b%2F{c}?#", ":.eu:tilaus/ääni"} {
		req := client.RegisterRequest{Schema: `{"type":"string"}`, Metadata: &schema.Metadata{Properties: map[string]string{"owner": "ann"}}}
		first := of(c.Register(ctx, subject, req, client.RegisterOptions{})).must(t)
		if first.Version != 1 || first.ID < 1 {
			t.Errorf("%s: registered as %+v", subject, first)
		}
		again := of(c.Register(ctx, subject, req, client.RegisterOptions{})).must(t)
		if again.ID != first.ID || again.Version != 1 {
			t.Errorf("%s: registered again as %+v", subject, again)
		}
		found := of(c.Lookup(ctx, subject, req, client.LookupOptions{})).must(t)
		read := of(c.Version(ctx, subject, client.Latest, client.ReadOptions{})).must(t)
		for _, s := range []client.Schema{found, read} {
			if s.Subject != subject || s.ID != first.ID || s.GUID != first.GUID || s.SchemaType != schema.Avro {
				t.Errorf("%s: read as %+v", subject, s)
			}
		}
		text := of(c.VersionText(ctx, subject, 1, client.ReadOptions{})).must(t)
		same(t, "text", read.Schema, text)
		owned := of(c.LatestWith(ctx, subject, map[string]string{"owner": "ann"}, client.ReadOptions{})).must(t)
		same(t, "version of ann", 1, owned.Version)
		byID := of(c.SchemaByID(ctx, first.ID, client.IDOptions{Subject: subject})).must(t)
		same(t, "GUID by id", first.GUID, byID.GUID)
		byGUID := of(c.SchemaByGUID(ctx, first.GUID, "")).must(t)
		same(t, "text by GUID", read.Schema, byGUID.Schema)
		if ids := of(c.IDsOfGUID(ctx, first.GUID)).must(t); len(ids) == 0 {
			t.Errorf("%s: no id of %s", subject, first.GUID)
		}
		if names := of(c.SubjectsOfID(ctx, first.ID, subject, false)).must(t); !slices.Contains(names, subject) {
			t.Errorf("%s: id %d belongs to %q", subject, first.ID, names)
		}
		if uses := of(c.VersionsOfID(ctx, first.ID, subject, false)).must(t); len(uses) == 0 {
			t.Errorf("%s: id %d has no versions", subject, first.ID)
		}
		same(t, "versions", []int{1}, of(c.Versions(ctx, subject, client.VersionsOptions{})).must(t))
		check := of(c.CheckHistory(ctx, subject, req, client.CheckOptions{Verbose: true})).must(t)
		same(t, "check", client.CompatibilityResult{IsCompatible: true, Messages: []string{}}, check)
	}
	names := of(c.Subjects(ctx, client.SubjectsOptions{})).must(t)
	same(t, "subjects", []string{":.eu:tilaus/ääni", "a b%2F{c}?#", "common/money.proto", "orders-value"}, slices.Sorted(slices.Values(names)))
	var listed []string
	for s, err := range c.Schemas(ctx, client.SchemasOptions{Prefix: ":*:", LatestOnly: true}) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, s.Subject)
	}
	same(t, "schemas", names, listed)
	same(t, "contexts", []string{".", ".eu"}, of(c.Contexts(ctx, "")).must(t))
}

func TestDeletesOfServer(t *testing.T) {
	t.Parallel()
	c, ctx := accord(t), t.Context()
	base := client.RegisterRequest{Schema: `{"type":"record","name":"B","fields":[]}`}
	of(c.Register(ctx, "base", base, client.RegisterOptions{})).must(t)
	user := client.RegisterRequest{
		Schema:     `{"type":"record","name":"U","fields":[{"name":"b","type":"B"}]}`,
		References: []schema.Reference{{Name: "B", Subject: "base", Version: client.Latest}},
	}
	got := of(c.Register(ctx, "user", user, client.RegisterOptions{})).must(t)
	same(t, "referrers", []int{got.ID}, of(c.ReferencedBy(ctx, "base", 1, false)).must(t))
	_, err := c.DeleteVersion(ctx, "base", 1, false)
	wantCode(t, err, client.CodeReferenceExists)
	same(t, "deleted", 1, of(c.DeleteVersion(ctx, "user", client.Latest, false)).must(t))
	_, err = c.DeleteVersion(ctx, "user", 1, false)
	wantCode(t, err, client.CodeVersionSoftDeleted)
	_, err = c.Version(ctx, "user", 1, client.ReadOptions{})
	wantCode(t, err, client.CodeSubjectNotFound)
	same(t, "missing", true, client.NotFound(err))
	of(c.Version(ctx, "user", 1, client.ReadOptions{Deleted: true})).must(t)
	same(t, "deleted for good", []int{1}, of(c.DeleteSubject(ctx, "user", true)).must(t))
	_, err = c.DeleteSubject(ctx, "user", true)
	wantCode(t, err, client.CodeSubjectNotFound)
}

func TestSettingsOfServer(t *testing.T) {
	t.Parallel()
	c, ctx := accord(t), t.Context()
	for _, scope := range []string{"orders/value", ":.eu:", ""} {
		if scope != "" {
			_, err := c.Config(ctx, scope, false)
			wantCode(t, err, client.CodeSubjectLevelNotSet)
			_, err = c.Mode(ctx, scope, false)
			wantCode(t, err, client.CodeSubjectModeNotSet)
		}
		of(c.SetConfig(ctx, scope, client.ConfigUpdate{Compatibility: client.Set("full"), Normalize: client.Set(true)})).must(t)
		of(c.SetConfig(ctx, scope, client.ConfigUpdate{Normalize: client.Unset[bool]()})).must(t)
		config := of(c.Config(ctx, scope, false)).must(t)
		if config.CompatibilityLevel == nil || *config.CompatibilityLevel != "FULL" || config.Normalize != nil {
			t.Errorf("%q: config %+v", scope, config)
		}
		of(c.DeleteConfig(ctx, scope)).must(t)
		if err := c.SetMode(ctx, scope, "READONLY", false); err != nil {
			t.Fatal(err)
		}
		same(t, "mode", "READONLY", of(c.Mode(ctx, scope, true)).must(t))
		same(t, "mode deleted", "READONLY", of(c.DeleteMode(ctx, scope, false)).must(t))
	}
}

func TestFactsOfServer(t *testing.T) {
	t.Parallel()
	c, ctx := accord(t), t.Context()
	if v := of(c.ServerVersion(ctx)).must(t); v.Version == "" {
		t.Errorf("version %+v", v)
	}
	if id := of(c.ServerID(ctx)).must(t); id.Scope.Clusters["schema-registry-cluster"] == "" {
		t.Errorf("id %+v", id)
	}
	types := of(c.SchemaTypes(ctx)).must(t)
	slices.Sort(types)
	same(t, "types", []schema.Format{schema.Avro, schema.JSON, schema.Protobuf}, types)
	if found := of(c.AssociationsOfTopic(ctx, "", "orders", "value")).must(t); len(found) != 0 {
		t.Errorf("associations %+v", found)
	}
}

// A stream under governance: refused, changed with its contract, read back,
// excused.
func TestGovernanceOfServer(t *testing.T) {
	t.Parallel()
	c, ctx := accord(t), t.Context()
	of(c.SetPolicy(ctx, "", client.PolicyUpdate{Governance: client.Set("enforce")})).must(t)
	const subject = ":.eu:orders-value"
	contract := strings.Replace(contractstest.Orders, "physicalName: orders\n",
		"physicalName: orders\n    customProperties: [{property: subject, value: \":.eu:orders-value\"}]\n", 1)
	order := client.RegisterRequest{Schema: contractstest.Order}
	_, err := c.Register(ctx, subject, order, client.RegisterOptions{})
	wantCode(t, err, client.CodeUngoverned)
	var refused *client.Error
	if !errors.As(err, &refused) || len(refused.Findings) != 1 || refused.Findings[0].Code != "CONTRACT_MISSING" {
		t.Errorf("refused as %+v", refused)
	}
	change := client.ChangeRequest{
		Contracts: []client.ContractFile{{Name: "orders.odcs.yaml", Text: contract}},
		Schemas:   []client.SchemaFile{{Subject: subject, Name: "orders.avsc", RegisterRequest: order}},
	}
	done := of(c.Change(ctx, change)).must(t)
	same(t, "steps", []client.ChangeStep{
		{Kind: "schema", Subject: subject, Outcome: "created", Version: 1, ID: 1}, {Kind: "contract", Subject: subject, Outcome: "created"},
	}, done.Steps)
	same(t, "document", contract, of(c.Contract(ctx, subject)).must(t).Text)
	same(t, "findings", []finding.Finding{}, of(c.Findings(ctx, "")).must(t))
	same(t, "complete", 1, of(c.Coverage(ctx, ":.eu:")).must(t).Total.Complete)
	wantCode(t, c.DeleteContract(ctx, subject), client.CodeUngoverned)
	_, err = c.SetContract(ctx, "orders-value", change.Contracts[0])
	wantCode(t, err, client.CodeInvalidContract)
	for _, code := range []finding.Code{"CONTRACT_REMOVED", "CONTRACT_MISSING"} {
		e := of(c.AddException(ctx, client.Exception{
			Subject: subject, Code: code, Reason: "it ends", Approver: "aino", Expires: time.Now().Add(time.Hour),
		})).must(t)
		same(t, "approver", "unverified:aino", e.Approver)
	}
	if err := c.DeleteContract(ctx, subject); err != nil {
		t.Error(err)
	}
	_, err = c.Contract(ctx, subject)
	same(t, "missing", true, client.NotFound(err))
	for _, e := range of(c.Exceptions(ctx, subject)).must(t) {
		if err := c.DeleteException(ctx, e.ID); err != nil {
			t.Error(err)
		}
	}
	same(t, "owing", []string{subject}, of(c.SetBaseline(ctx, ":*:")).must(t))
	same(t, "baseline", 1, len(of(c.Baseline(ctx, subject)).must(t).Keys()))
	same(t, "imported", []string{}, of(c.BaselineImported(ctx, []string{subject})).must(t))
}
