package client_test

import (
	"testing"

	"github.com/accordhq/accord/registry/client"
)

// TestAssociationsOfServer walks through the life of a topic's associations at
// a real server.
func TestAssociationsOfServer(t *testing.T) {
	t.Parallel()
	c, ctx := accord(t), t.Context()
	orders := func(changes ...client.AssociationChange) client.AssociationRequest {
		return client.AssociationRequest{ResourceName: "orders.v1", ResourceNamespace: "lkc-1", ResourceID: "a/b", Associations: changes}
	}
	text := &client.RegisterRequest{Schema: `"string"`}
	tried := of(c.CreateAssociations(ctx, orders(client.AssociationChange{Schema: text}), client.AssociateOptions{DryRun: true})).must(t)
	if len(tried.Associations) != 0 {
		t.Errorf("a dry run answered %+v", tried)
	}
	made := of(c.CreateAssociations(ctx, orders(client.AssociationChange{Schema: text}), client.AssociateOptions{})).must(t)
	if len(made.Associations) != 1 || made.Associations[0].Lifecycle != "STRONG" || made.Associations[0].Schema.Version != 1 {
		t.Fatalf("created %+v", made)
	}
	const subject = ":.lkc-1:orders.v1-value"
	found := of(c.AssociationsOfTopic(ctx, "", "orders.v1", "value")).must(t)
	if len(found) != 1 || found[0].Subject != subject || found[0].ResourceID != "a/b" || found[0].GUID == "" || found[0].CreateTimestamp == 0 {
		t.Fatalf("found %+v", found)
	}
	same(t, "by subject", found, of(c.AssociationsOfSubject(ctx, subject, client.AssociationsOptions{})).must(t))
	same(t, "by id", found, of(c.AssociationsOfID(ctx, "a/b", client.AssociationsOptions{Lifecycle: "STRONG"})).must(t))
	listed := of(c.SchemasPage(ctx, client.SchemasOptions{Prefix: ":*:", Lifecycles: []string{"STRONG"}}, 0, 10)).must(t)
	if len(listed) != 1 {
		t.Fatalf("listed %+v", listed)
	}
	same(t, "in the list of schemas", found, listed[0].Associations)

	_, err := c.DeleteSubject(ctx, subject, false)
	wantCode(t, err, client.CodeSubjectAssociated)
	_, err = c.DeleteVersion(ctx, subject, client.Latest, false)
	wantCode(t, err, client.CodeNoActiveVersion)
	wantCode(t, c.DeleteAssociations(ctx, "a/b", client.DissociateOptions{}), client.CodeAssociationFrozen)
	_, err = c.UpsertAssociations(ctx, orders(client.AssociationChange{Subject: new("x")}), client.AssociateOptions{Context: "eu"})
	wantCode(t, err, client.CodeInvalidAssociation)

	mutated := of(c.BatchMutateAssociations(ctx, client.AssociationBatchRequest{Requests: []client.AssociationRequest{
		orders(client.AssociationChange{OpType: "DELETE"}),
		orders(client.AssociationChange{OpType: "DELETE", CascadeLifecycle: true}),
	}}, client.AssociateOptions{})).must(t)
	if len(mutated.Results) != 2 || mutated.Results[0].Error == nil || mutated.Results[0].Error.ErrorCode != client.CodeAssociationFrozen ||
		mutated.Results[1].Error != nil || len(mutated.Results[1].Result.Associations) != 0 {
		t.Errorf("mutated %+v", mutated)
	}
	got := of(c.BatchGetAssociations(ctx, client.AssociationBatchGetRequest{Requests: []client.AssociationGetRequest{{ResourceID: "a/b"}}}, true)).must(t)
	if len(got.Results) != 1 || got.Results[0].Result == nil || len(got.Results[0].Result.Associations) != 0 {
		t.Errorf("got %+v", got)
	}
	if err := c.DeleteAssociations(ctx, "a/b", client.DissociateOptions{}); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
}
