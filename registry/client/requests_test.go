package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// TestRequests pins what each method sends.
func TestRequests(t *testing.T) {
	t.Parallel()
	const subject = ":.eu:a/b c@%ü"
	const escaped = ":.eu:a%2Fb%20c@%25%C3%BC"
	req := client.RegisterRequest{Schema: `"string"`}
	guid := schema.GUID{1, 2, 3}
	tests := map[string]struct {
		call func(context.Context, *client.Client) error
		// reply is the body answered.
		reply, want string
	}{
		"Subjects": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Subjects(ctx, client.SubjectsOptions{Prefix: ":*:o", Deleted: true, Offset: 2, Limit: 3})
			return err
		}, `[]`, "GET /subjects?deleted=true&limit=3&offset=2&subjectPrefix=%3A%2A%3Ao"},
		"Versions": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Versions(ctx, subject, client.VersionsOptions{DeletedOnly: true, DeletedAsNegative: true})
			return err
		}, `[1]`, "GET /subjects/" + escaped + "/versions?deletedAsNegative=true&deletedOnly=true"},
		"Version": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Version(ctx, subject, 7, client.ReadOptions{Deleted: true, Format: "resolved", FindTags: []string{"PII", "x"}})
			return err
		}, `{}`, "GET /subjects/" + escaped + "/versions/7?deleted=true&findTags=PII&findTags=x&format=resolved"},
		"Version latest": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Version(ctx, "s", client.Latest, client.ReadOptions{ReferenceFormat: "qualified"})
			return err
		}, `{}`, "GET /subjects/s/versions/latest?referenceFormat=qualified"},
		"VersionText": {func(ctx context.Context, c *client.Client) error {
			text, err := c.VersionText(ctx, "s", 1, client.ReadOptions{})
			if text != "not json" {
				return errors.New("text came back as " + text)
			}
			return err
		}, `not json`, "GET /subjects/s/versions/1/schema"},
		"LatestWith": {func(ctx context.Context, c *client.Client) error {
			_, err := c.LatestWith(ctx, "s", map[string]string{"b": "2", "a": "1"}, client.ReadOptions{})
			return err
		}, `{}`, "GET /subjects/s/metadata?key=a&key=b&value=1&value=2"},
		"ReferencedBy": {func(ctx context.Context, c *client.Client) error {
			_, err := c.ReferencedBy(ctx, "s", 1, true)
			return err
		}, `[4]`, "GET /subjects/s/versions/1/referencedby?deleted=true"},
		"Register": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Register(ctx, subject, req, client.RegisterOptions{Normalize: true, Force: true})
			return err
		}, `{"id":1}`, "POST /subjects/" + escaped + `/versions?force=true&normalize=true {"schema":"\"string\""}`},
		"Lookup": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Lookup(ctx, subject, req, client.LookupOptions{Normalize: true, Deleted: true})
			return err
		}, `{}`, "POST /subjects/" + escaped + `?deleted=true&normalize=true {"schema":"\"string\""}`},
		"Lookup of the empty subject": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Lookup(ctx, "", req, client.LookupOptions{})
			return err
		}, `{}`, `POST /subjects/:.: {"schema":"\"string\""}`},
		"Tag": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Tag(ctx, "s", client.Latest, client.TagRequest{RulesToRemove: []string{"r"}})
			return err
		}, `{"id":1}`, `POST /subjects/s/versions/latest/tags {"rulesToRemove":["r"]}`},
		"DeleteSubject": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteSubject(ctx, "..", true)
			return err
		}, `[1,2]`, "DELETE /subjects/%2E%2E?permanent=true"},
		"DeleteVersion": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteVersion(ctx, "s", 2, false)
			return err
		}, `2`, "DELETE /subjects/s/versions/2"},
		"SchemasPage": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SchemasPage(ctx, client.SchemasOptions{Prefix: "o", Aliases: true, LatestOnly: true, RuleType: "CEL", Unparsed: true}, 10, 5)
			return err
		}, `[]`, "GET /schemas?aliases=true&latestOnly=true&limit=5&offset=10&ruleType=CEL&subjectPrefix=o&unparsed=true"},
		"SchemaByID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SchemaByID(ctx, 5, client.IDOptions{Subject: ":.eu:", FetchMaxID: true})
			return err
		}, `{}`, "GET /schemas/ids/5?fetchMaxId=true&subject=%3A.eu%3A"},
		"TextByID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.TextByID(ctx, 5, "s", "serialized")
			return err
		}, `x`, "GET /schemas/ids/5/schema?format=serialized&subject=s"},
		"SubjectsOfID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SubjectsOfID(ctx, 5, "", true)
			return err
		}, `[]`, "GET /schemas/ids/5/subjects?deleted=true"},
		"VersionsOfID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.VersionsOfID(ctx, 5, "s", false)
			return err
		}, `[]`, "GET /schemas/ids/5/versions?subject=s"},
		"SchemaByGUID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SchemaByGUID(ctx, guid, "")
			return err
		}, `{}`, "GET /schemas/guids/01020300-0000-0000-0000-000000000000"},
		"IDsOfGUID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.IDsOfGUID(ctx, guid)
			return err
		}, `[]`, "GET /schemas/guids/01020300-0000-0000-0000-000000000000/ids"},
		"SchemaTypes": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SchemaTypes(ctx)
			return err
		}, `["AVRO"]`, "GET /schemas/types"},
		"Import": {func(ctx context.Context, c *client.Client) error {
			got, err := c.Import(ctx, client.ImportRequest{
				Contexts: []client.ImportContext{{Context: "."}},
				Versions: []client.Schema{{Subject: subject, Version: 2, ID: 7, Schema: "x"}},
				Modes:    []client.ImportMode{{Mode: "READONLY"}},
			})
			if len(got.Versions) != 1 || got.Versions[0].Outcome != "conflict" {
				return fmt.Errorf("answer %+v", got)
			}
			return err
		}, `{"versions":[{"outcome":"conflict","message":"m"}]}`, "POST /accord/v1/import " +
			`{"contexts":[{"context":"."}],"versions":[{"subject":":.eu:a/b c@%ü","version":2,"id":7,"schema":"x"}],"modes":[{"scope":"","mode":"READONLY"}]}`},
		"Config": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Config(ctx, subject, true)
			return err
		}, `{}`, "GET /config/" + escaped + "?defaultToGlobal=true"},
		"SetConfig": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SetConfig(ctx, "", client.ConfigUpdate{
				Compatibility: client.Set("FULL"), Alias: client.Unset[string](), Normalize: client.Set(false),
			})
			return err
		}, `{}`, `PUT /config {"alias":null,"normalize":false,"compatibility":"FULL"}`},
		"DeleteConfig": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteConfig(ctx, ":.eu:")
			return err
		}, `{}`, "DELETE /config/:.eu:"},
		"Mode": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Mode(ctx, "", false)
			return err
		}, `{"mode":"READWRITE"}`, "GET /mode"},
		"SetMode": {func(ctx context.Context, c *client.Client) error {
			return c.SetMode(ctx, "s", "IMPORT", true)
		}, `{"mode":"IMPORT"}`, `PUT /mode/s?force=true {"mode":"IMPORT"}`},
		"DeleteMode": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DeleteMode(ctx, "s", true)
			return err
		}, `{}`, "DELETE /mode/s?recursive=true"},
		"CheckHistory": {func(ctx context.Context, c *client.Client) error {
			_, err := c.CheckHistory(ctx, subject, req, client.CheckOptions{Verbose: true})
			return err
		}, `{"is_compatible":true}`, "POST /compatibility/subjects/" + escaped + `/versions?verbose=true {"schema":"\"string\""}`},
		"CheckVersion": {func(ctx context.Context, c *client.Client) error {
			_, err := c.CheckVersion(ctx, "s", 3, req, client.CheckOptions{Normalize: true})
			return err
		}, `{"is_compatible":true}`, `POST /compatibility/subjects/s/versions/3?normalize=true {"schema":"\"string\""}`},
		"Change": {
			func(ctx context.Context, c *client.Client) error {
				got, err := c.Change(ctx, client.ChangeRequest{
					Contracts: []client.ContractFile{{Name: "o.odcs.yaml", Text: "id: o\n"}},
					Schemas:   []client.SchemaFile{{Subject: subject, Name: "o.avsc", RegisterRequest: req, Normalize: true}},
					Configs:   []client.ScopedConfig{{Scope: "s", Config: client.ConfigUpdate{Compatibility: client.Set("FULL")}}},
					Policies:  []client.ScopedPolicy{{Policy: client.PolicyUpdate{Governance: client.Unset[string]()}}},
					DryRun:    true,
				})
				if len(got.Steps) != 1 || got.Steps[0].ID != 7 || got.Refused == nil || got.Refused.ErrorCode != 42290 {
					return fmt.Errorf("answer %+v", got)
				}
				return err
			}, `{"findings":[],"steps":[{"kind":"schema","subject":"s","outcome":"created","version":1,"id":7}],"refused":{"error_code":42290,"message":"m"}}`,
			`POST /accord/v1/changes {"contracts":[{"name":"o.odcs.yaml","text":"id: o\n"}],` +
				`"schemas":[{"subject":":.eu:a/b c@%ü","name":"o.avsc","schema":"\"string\"","normalize":true}],` +
				`"configs":[{"scope":"s","config":{"compatibility":"FULL"}}],"policies":[{"scope":"","policy":{"governance":null}}],"dryRun":true}`,
		},
		"Contracts": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Contracts(ctx)
			return err
		}, `[]`, "GET /accord/v1/contracts"},
		"Contract": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Contract(ctx, subject)
			return err
		}, `{}`, "GET /accord/v1/contracts/" + escaped},
		"SetContract": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SetContract(ctx, subject, client.ContractFile{Text: "x"})
			return err
		}, `{}`, "PUT /accord/v1/contracts/" + escaped + ` {"text":"x"}`},
		"DeleteContract": {func(ctx context.Context, c *client.Client) error {
			return c.DeleteContract(ctx, "s")
		}, ``, "DELETE /accord/v1/contracts/s"},
		"Findings": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Findings(ctx, ":*:")
			return err
		}, `[]`, "GET /accord/v1/findings?subjectPrefix=%3A%2A%3A"},
		"Coverage": {
			func(ctx context.Context, c *client.Client) error {
				got, err := c.Coverage(ctx, "")
				if got.Total.SLA != 2 || len(got.Streams) != 1 || got.Streams[0].Documentation.Gaps[0].Line != 3 {
					return fmt.Errorf("answer %+v", got)
				}
				return err
			}, `{"total":{"sla":2},"teams":[],"streams":[{"subject":"s","documentation":{"gaps":[{"path":"a","code":"DOC_MISSING","line":3}]}}]}`,
			"GET /accord/v1/coverage",
		},
		"Exceptions": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Exceptions(ctx, "a/b")
			return err
		}, `[]`, "GET /accord/v1/exceptions?subject=a%2Fb"},
		"AddException": {func(ctx context.Context, c *client.Client) error {
			_, err := c.AddException(ctx, client.Exception{
				Subject: "s", Code: "DOC_MISSING", Reason: "r", Approver: "ada", Expires: time.Date(2027, time.May, 1, 0, 0, 0, 0, time.UTC),
			})
			return err
		}, `{}`, `POST /accord/v1/exceptions {"subject":"s","code":"DOC_MISSING","reason":"r","approver":"ada","expires":"2027-05-01T00:00:00Z"}`},
		"DeleteException": {func(ctx context.Context, c *client.Client) error {
			return c.DeleteException(ctx, "7")
		}, ``, "DELETE /accord/v1/exceptions/7"},
		"Baseline": {func(ctx context.Context, c *client.Client) error {
			got, err := c.Baseline(ctx, "s")
			if len(got.Keys()) != 1 {
				return fmt.Errorf("answer %+v", got)
			}
			return err
		}, `[{"code":"DOC_MISSING","subject":"s","path":"a"}]`, "GET /accord/v1/baseline/s"},
		"SetBaseline": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SetBaseline(ctx, "orders")
			return err
		}, `[]`, "PUT /accord/v1/baseline?subjectPrefix=orders"},
		"BaselineImported": {func(ctx context.Context, c *client.Client) error {
			_, err := c.BaselineImported(ctx, []string{subject})
			return err
		}, `["s"]`, `POST /accord/v1/baseline {"imported":[":.eu:a/b c@%ü"]}`},
		"Contexts": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Contexts(ctx, ".e")
			return err
		}, `["."]`, "GET /contexts?contextPrefix=.e"},
		"DeleteContext": {func(ctx context.Context, c *client.Client) error {
			return c.DeleteContext(ctx, ".eu")
		}, ``, "DELETE /contexts/.eu"},
		"ServerVersion": {func(ctx context.Context, c *client.Client) error {
			_, err := c.ServerVersion(ctx)
			return err
		}, `{}`, "GET /v1/metadata/version"},
		"ServerID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.ServerID(ctx)
			return err
		}, `{}`, "GET /v1/metadata/id"},
		"MasterAvailable": {func(ctx context.Context, c *client.Client) error {
			_, err := c.MasterAvailable(ctx)
			return err
		}, `{"master_available":true}`, "GET /master_available"},
		"AssociationsOfTopic": {func(ctx context.Context, c *client.Client) error {
			_, err := c.AssociationsOfTopic(ctx, "", "orders", "value")
			return err
		}, `[]`, "GET /associations/resources/-/orders?associationType=value&resourceType=topic"},
		"Keks": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Keks(ctx, client.KeksOptions{SubjectPrefixes: []string{"a", ":.eu:"}, Deleted: true, Limit: 2})
			return err
		}, `["k"]`, "GET /dek-registry/v1/keks?deleted=true&limit=2&subjectPrefix=a&subjectPrefix=%3A.eu%3A"},
		"Kek": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Kek(ctx, "k", true)
			return err
		}, `{}`, "GET /dek-registry/v1/keks/k?deleted=true"},
		"CreateKek": {func(ctx context.Context, c *client.Client) error {
			_, err := c.CreateKek(ctx, client.KekRequest{Name: "k", KmsType: "hcvault", KmsKeyID: "https://v"})
			return err
		}, `{}`, `POST /dek-registry/v1/keks {"name":"k","kmsType":"hcvault","kmsKeyId":"https://v"}`},
		"UpdateKek": {func(ctx context.Context, c *client.Client) error {
			_, err := c.UpdateKek(ctx, "k", client.KekUpdate{KmsProps: client.Unset[map[string]string](), Shared: client.Set(false)})
			return err
		}, `{}`, `PUT /dek-registry/v1/keks/k {"kmsProps":null,"shared":false}`},
		"DeleteKek": {func(ctx context.Context, c *client.Client) error {
			return c.DeleteKek(ctx, "k", true)
		}, ``, "DELETE /dek-registry/v1/keks/k?permanent=true"},
		"UndeleteKek": {func(ctx context.Context, c *client.Client) error {
			return c.UndeleteKek(ctx, "k")
		}, ``, "POST /dek-registry/v1/keks/k/undelete"},
		"TestKek": {func(ctx context.Context, c *client.Client) error {
			_, err := c.TestKek(ctx, "k")
			return err
		}, `{}`, "POST /dek-registry/v1/keks/k/test"},
		"DekSubjects": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DekSubjects(ctx, "k", true)
			return err
		}, `[]`, "GET /dek-registry/v1/keks/k/deks?deleted=true"},
		"DekVersions": {func(ctx context.Context, c *client.Client) error {
			_, err := c.DekVersions(ctx, client.DekName{Kek: "k", Subject: subject}, false)
			return err
		}, `[]`, "GET /dek-registry/v1/keks/k/deks/" + escaped + "/versions"},
		"Dek": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Dek(ctx, client.DekName{Kek: "k", Subject: "s", Algorithm: "AES256_SIV"}, client.Latest, true)
			return err
		}, `{}`, "GET /dek-registry/v1/keks/k/deks/s/versions/latest?algorithm=AES256_SIV&deleted=true"},
		"CreateDek": {func(ctx context.Context, c *client.Client) error {
			_, err := c.CreateDek(ctx, "k", client.DekRequest{Subject: "a/b", EncryptedKeyMaterial: "bWU="}, true)
			return err
		}, `{}`, `POST /dek-registry/v1/keks/k/deks/a%2Fb?rewrap=true {"subject":"a/b","encryptedKeyMaterial":"bWU="}`},
		"DeleteDeks": {func(ctx context.Context, c *client.Client) error {
			return c.DeleteDeks(ctx, client.DekName{Kek: "k", Subject: "s", Algorithm: "AES128_GCM"}, true)
		}, ``, "DELETE /dek-registry/v1/keks/k/deks/s?algorithm=AES128_GCM&permanent=true"},
		"DeleteDek": {func(ctx context.Context, c *client.Client) error {
			return c.DeleteDek(ctx, client.DekName{Kek: "k", Subject: "s"}, 2, false)
		}, ``, "DELETE /dek-registry/v1/keks/k/deks/s/versions/2"},
		"UndeleteDeks": {func(ctx context.Context, c *client.Client) error {
			return c.UndeleteDeks(ctx, client.DekName{Kek: "k", Subject: "s"})
		}, ``, "POST /dek-registry/v1/keks/k/deks/s/undelete"},
		"UndeleteDek": {func(ctx context.Context, c *client.Client) error {
			return c.UndeleteDek(ctx, client.DekName{Kek: "k", Subject: "s"}, 3)
		}, ``, "POST /dek-registry/v1/keks/k/deks/s/versions/3/undelete"},
		"AssociationsOfID": {func(ctx context.Context, c *client.Client) error {
			_, err := c.AssociationsOfID(ctx, "a/b", client.AssociationsOptions{Types: []string{"key", "value"}, Lifecycle: "WEAK", Offset: 1, Limit: 2})
			return err
		}, `[]`, "GET /associations/resources/a%2Fb?associationType=key&associationType=value&lifecycle=WEAK&limit=2&offset=1&resourceType=topic"},
		"AssociationsOfSubject": {func(ctx context.Context, c *client.Client) error {
			_, err := c.AssociationsOfSubject(ctx, subject, client.AssociationsOptions{})
			return err
		}, `[]`, "GET /associations/subjects/" + escaped + "?resourceType=topic"},
		"CreateAssociations": {func(ctx context.Context, c *client.Client) error {
			_, err := c.CreateAssociations(ctx, client.AssociationRequest{
				ResourceName: "orders", ResourceNamespace: "lkc-1", ResourceID: "t1",
				Associations: []client.AssociationChange{{Schema: &req, Normalize: true}},
			}, client.AssociateOptions{Context: ":.eu:", DryRun: true})
			return err
		}, `{}`, `POST /associations?context=%3A.eu%3A&dryRun=true {"resourceName":"orders","resourceNamespace":"lkc-1","resourceId":"t1",` +
			`"associations":[{"schema":{"schema":"\"string\""},"normalize":true}]}`},
		"UpsertAssociations": {func(ctx context.Context, c *client.Client) error {
			_, err := c.UpsertAssociations(ctx, client.AssociationRequest{
				ResourceID: "t1", Associations: []client.AssociationChange{{Subject: new("s"), Frozen: new(false)}},
			}, client.AssociateOptions{})
			return err
		}, `{}`, `PUT /associations/resources/t1 {"resourceId":"t1","associations":[{"subject":"s","frozen":false}]}`},
		"DeleteAssociations": {func(ctx context.Context, c *client.Client) error {
			return c.DeleteAssociations(ctx, "t1", client.DissociateOptions{Types: []string{"key"}, Cascade: true, DryRun: true})
		}, ``, "DELETE /associations/resources/t1?associationType=key&cascadeLifecycle=true&dryRun=true&resourceType=topic"},
		"BatchGetAssociations": {func(ctx context.Context, c *client.Client) error {
			_, err := c.BatchGetAssociations(ctx, client.AssociationBatchGetRequest{Requests: []client.AssociationGetRequest{{ResourceID: "t1"}}}, true)
			return err
		}, `{"results":[]}`, `POST /associations:batchGet?includeSchemas=true {"requests":[{"resourceId":"t1"}]}`},
		"BatchMutateAssociations": {func(ctx context.Context, c *client.Client) error {
			_, err := c.BatchMutateAssociations(ctx, client.AssociationBatchRequest{Requests: []client.AssociationRequest{
				{ResourceID: "t1", Associations: []client.AssociationChange{{OpType: "DELETE", CascadeLifecycle: true}}},
			}}, client.AssociateOptions{})
			return err
		}, `{"results":[]}`, `POST /associations:batchMutate {"requests":[{"resourceId":"t1","associations":[{"opType":"DELETE","cascadeLifecycle":true}]}]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got string
			c := connect(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = strings.TrimSpace(r.Method + " " + r.URL.RequestURI() + " " + string(body))
				answer(200, tt.reply)(w, r)
			})
			if err := tt.call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSchemasPages(t *testing.T) {
	t.Parallel()
	const total, most = 2345, 700 // the server gives fewer than asked for
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		var offset, limit int
		q := r.URL.Query()
		_ = json.Unmarshal([]byte(q.Get("offset")), &offset)
		_ = json.Unmarshal([]byte(q.Get("limit")), &limit)
		page := []client.Schema{}
		for v := offset + 1; v <= min(offset+min(limit, most), total); v++ {
			page = append(page, client.Schema{Version: v})
		}
		_ = json.NewEncoder(w).Encode(page)
	})
	next := 1
	for s, err := range c.Schemas(t.Context(), client.SchemasOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if s.Version != next {
			t.Fatalf("version %d, want %d", s.Version, next)
		}
		next++
	}
	if next != total+1 {
		t.Errorf("%d schemas, want %d", next-1, total)
	}
	for _, err := range c.Schemas(t.Context(), client.SchemasOptions{}) {
		if err != nil {
			t.Error(err)
		}
		break // stopping early asks for nothing more and does not panic
	}
}

func TestSchemasStopsAtError(t *testing.T) {
	t.Parallel()
	c := connect(t, answer(500, `{"error_code":50001,"message":"store"}`))
	seen := 0
	for _, err := range c.Schemas(t.Context(), client.SchemasOptions{}) {
		seen++
		if err == nil {
			t.Error("no error")
		}
	}
	if seen != 1 {
		t.Errorf("yielded %d times", seen)
	}
}
