package main

import (
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// latest is the version that the client calls the latest.
const latest = -1

// subjects registers a schema and finds it again in every way.
func (s *suite) subjects(f shop.Format) {
	subject := "subjects-" + f.Type + "-value"
	customer := schema(f, "customer")
	var made sr.SubjectSchema
	s.Case(f.Type+": create", func() {
		made = tap.Must(s.CreateSchema(s.ctx, subject, customer))
		want := sr.SubjectSchema{Subject: subject, Version: 1, ID: made.ID, GUID: made.GUID, Schema: customer}
		tap.Equal("created", want, made)
		tap.Equal("again", made, tap.Must(s.CreateSchema(s.ctx, subject, customer)))
		tap.Equal("registered", made.ID, tap.Must(s.RegisterSchema(s.ctx, subject, customer, -1, -1)))
	})
	s.Case(f.Type+": look up", func() {
		tap.Equal("found", made, tap.Must(s.LookupSchema(s.ctx, subject, customer)))
		refused(40403, refusal(s.LookupSchema(s.ctx, subject, schema(f, "customer-compatible"))))
		refused(40401, refusal(s.LookupSchema(s.ctx, "no-"+subject, customer)))
	})
	s.Case(f.Type+": read by id, GUID, version and latest", func() {
		tap.Equal("by id", customer, tap.Must(s.SchemaByID(s.ctx, made.ID)))
		tap.Equal("by GUID", customer, tap.Must(s.SchemaByGUID(s.ctx, made.GUID)).Schema)
		tap.Equal("by version", made, tap.Must(s.SchemaByVersion(s.ctx, subject, 1)))
		tap.Equal("latest", made, tap.Must(s.SchemaByVersion(s.ctx, subject, latest)))
		tap.Equal("text", customer.Schema, tap.Must(s.SchemaTextByVersion(s.ctx, subject, latest)))
		tap.Equal("text by id", customer.Schema, tap.Must(s.SchemaTextByID(s.ctx, made.ID)))
		users := []sr.SubjectVersion{{Subject: subject, Version: 1}}
		tap.Equal("users", users, tap.Must(s.SchemaVersionsByID(s.ctx, made.ID)))
		refused(40403, refusal(s.SchemaByID(s.ctx, 99999)))
		refused(40402, refusal(s.SchemaByVersion(s.ctx, subject, 9)))
	})
	s.Case(f.Type+": refuse what is no schema", func() {
		broken := customer
		broken.Schema = "{nonsense"
		refused(42201, refusal(s.CreateSchema(s.ctx, subject, broken)))
	})
}

// versions deletes versions and subjects, softly and for good.
func (s *suite) versions(f shop.Format) {
	subject := "versions-" + f.Type + "-value"
	s.Case(f.Type+": delete a version", func() {
		first := tap.Must(s.CreateSchema(s.ctx, subject, schema(f, "customer")))
		tap.Must(s.CreateSchema(s.ctx, subject, schema(f, "customer-compatible")))
		refused(40407, s.DeleteSchema(s.ctx, subject, 1, sr.HardDelete))
		tap.OK(s.DeleteSchema(s.ctx, subject, 1, sr.SoftDelete))
		refused(40402, refusal(s.SchemaByVersion(s.ctx, subject, 1)))
		shown := sr.WithParams(s.ctx, sr.ShowDeleted)
		tap.Equal("deleted", first.ID, tap.Must(s.SchemaByVersion(shown, subject, 1)).ID)
		tap.Equal("by id", first.Schema, tap.Must(s.SchemaByID(s.ctx, first.ID)))
		tap.Equal("versions", []int{2}, tap.Must(s.SubjectVersions(s.ctx, subject)))
		tap.Equal("all versions", []int{1, 2}, tap.Must(s.SubjectVersions(shown, subject)))
	})
	s.Case(f.Type+": delete a subject", func() {
		refused(40405, refusal(s.DeleteSubject(s.ctx, subject, sr.HardDelete)))
		tap.Equal("deleted", []int{2}, tap.Must(s.DeleteSubject(s.ctx, subject, sr.SoftDelete)))
		refused(40404, refusal(s.DeleteSubject(s.ctx, subject, sr.SoftDelete)))
		tap.Equal("for good", []int{1, 2}, tap.Must(s.DeleteSubject(s.ctx, subject, sr.HardDelete)))
		refused(40401, refusal(s.SubjectVersions(s.ctx, subject)))
	})
}

// compatibility asks and tries what may follow a schema.
func (s *suite) compatibility(f shop.Format) {
	subject := "compatibility-" + f.Type + "-value"
	good, bad := schema(f, "customer-compatible"), schema(f, "customer-incompatible")
	s.Case(f.Type+": check compatibility", func() {
		tap.Must(s.CreateSchema(s.ctx, subject, schema(f, "customer")))
		set := s.SetCompatibility(s.ctx, sr.SetCompatibility{Level: sr.CompatBackward}, subject)
		tap.OK(set[0].Err)
		verbose := sr.WithParams(s.ctx, sr.Verbose)
		tap.Equal("compatible", true, tap.Must(s.CheckCompatibility(s.ctx, subject, latest, good)).Is)
		verdict := tap.Must(s.CheckCompatibility(verbose, subject, 1, bad))
		if verdict.Is || len(verdict.Messages) == 0 {
			tap.Failf("verdict %+v", verdict)
		}
	})
	s.Case(f.Type+": refuse an incompatible schema", func() {
		refused(40901, refusal(s.CreateSchema(s.ctx, subject, bad)))
		tap.Equal("version", 2, tap.Must(s.CreateSchema(s.ctx, subject, good)).Version)
	})
}

// references registers a schema that refers to another one.
func (s *suite) references(f shop.Format) {
	subject := "references-" + f.Type + "-value"
	s.Case(f.Type+": refer to a schema", func() {
		order := schema(f, f.Order())
		money := tap.Must(s.CreateSchema(s.ctx, f.Reference(), schema(f, f.Money())))
		order.References = []sr.SchemaReference{{Name: f.Reference(), Subject: money.Subject, Version: money.Version}}
		made := tap.Must(s.CreateSchema(s.ctx, subject, order))
		tap.Equal("schema", order, made.Schema)
		tap.Equal("referrers", []sr.SubjectSchema{made}, tap.Must(s.SchemaReferences(s.ctx, money.Subject, money.Version)))
		refused(42206, s.DeleteSchema(s.ctx, money.Subject, money.Version, sr.SoftDelete))
	})
}

// contracts sends metadata and rules beside the schema.
func (s *suite) contracts(f shop.Format) {
	s.Case(f.Type+": keep metadata and rules", func() {
		customer := schema(f, "customer")
		customer.SchemaMetadata = &sr.SchemaMetadata{
			Tags: map[string][]string{"**.name": {"PII"}}, Properties: map[string]string{"owner": "shop"}, Sensitive: []string{"owner"},
		}
		customer.SchemaRuleSet = &sr.SchemaRuleSet{DomainRules: []sr.SchemaRule{{
			Name: "named", Kind: sr.SchemaRuleKindCondition, Mode: sr.SchemaRuleModeWrite, Type: "CEL",
			Expr: "message.name != ''", OnFailure: "ERROR",
		}}}
		made := tap.Must(s.CreateSchema(s.ctx, "contracts-"+f.Type+"-value", customer))
		tap.Equal("schema", customer, made.Schema)
		tap.Equal("by id", customer, tap.Must(s.SchemaByID(s.ctx, made.ID)))
	})
}
