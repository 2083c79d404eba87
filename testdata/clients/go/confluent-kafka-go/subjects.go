package main

import (
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// subjects registers a schema and finds it again in every way.
func (s *suite) subjects(f shop.Format) {
	subject := "subjects-" + f.Type + "-value"
	customer := info(f, "customer")
	var made schemaregistry.SchemaMetadata
	s.Case(f.Type+": register", func() {
		made = tap.Must(s.client().RegisterFullResponse(subject, customer, false))
		tap.Equal("version", 1, made.Version)
		tap.Equal("schema", customer.Schema, made.Schema)
		if made.ID < 1 || len(made.GUID) != 36 {
			tap.Failf("id %d, guid %q", made.ID, made.GUID)
		}
		tap.Equal("again", made.ID, tap.Must(s.client().Register(subject, customer, false)))
		tap.Equal("elsewhere", made.ID, tap.Must(s.client().Register("other-"+subject, customer, false)))
	})
	s.Case(f.Type+": look up", func() {
		c := s.client()
		tap.Equal("id", made.ID, tap.Must(c.GetID(subject, customer, false)))
		tap.Equal("version", 1, tap.Must(c.GetVersion(subject, customer, false)))
		full := tap.Must(s.client().GetIDFullResponse(subject, customer, false))
		tap.Equal("guid", made.GUID, full.GUID)
		tap.Equal("normalized", made.ID, tap.Must(s.client().GetID(subject, customer, true)))
	})
	s.Case(f.Type+": look up what is not there", func() {
		refused(40403, refusal(s.client().GetID(subject, info(f, "customer-compatible"), false)))
		refused(40401, refusal(s.client().GetID("no-"+subject, customer, false)))
		refused(40401, refusal(s.client().GetLatestSchemaMetadata("no-"+subject)))
		refused(40402, refusal(s.client().GetSchemaMetadata(subject, 9)))
		refused(40403, refusal(s.client().GetBySubjectAndID(subject, 99999)))
		refused(40403, refusal(s.client().GetByGUID("00000000-0000-0000-0000-000000000000")))
	})
	s.Case(f.Type+": read by id, GUID, version and latest", func() {
		c := s.client()
		tap.Equal("by id", customer.Schema, tap.Must(c.GetBySubjectAndID(subject, made.ID)).Schema)
		tap.Equal("by id alone", customer.Schema, tap.Must(s.client().GetBySubjectAndID("", made.ID)).Schema)
		tap.Equal("by GUID", customer.Schema, tap.Must(c.GetByGUID(made.GUID)).Schema)
		for _, got := range []schemaregistry.SchemaMetadata{
			tap.Must(c.GetSchemaMetadata(subject, 1)),
			tap.Must(c.GetLatestSchemaMetadata(subject)),
		} {
			tap.Equal("schema", customer.Schema, got.Schema)
			tap.Equal("id and version", []int{made.ID, 1}, []int{got.ID, got.Version})
			tap.Equal("GUID and subject", []string{made.GUID, subject}, []string{got.GUID, got.Subject})
		}
		users := tap.Must(c.GetSubjectsAndVersionsByID(made.ID))
		want := schemaregistry.SubjectAndVersion{Subject: subject, Version: 1}
		if !slices.Contains(users, want) || len(users) != 2 {
			tap.Failf("users of id %d: %v", made.ID, users)
		}
	})
	s.Case(f.Type+": refuse what is no schema", func() {
		broken := schemaregistry.SchemaInfo{Schema: "{nonsense", SchemaType: f.Type}
		refused(42201, refusal(s.client().Register(subject, broken, false)))
		refused(42201, refusal(s.client().GetID(subject, broken, false)))
	})
}

// versions deletes versions and subjects, softly and for good.
func (s *suite) versions(f shop.Format) {
	subject := "versions-" + f.Type + "-value"
	first, second := info(f, "customer"), info(f, "customer-compatible")
	s.Case(f.Type+": delete a version", func() {
		c := s.client()
		tap.Must(c.Register(subject, first, false))
		tap.Must(c.Register(subject, second, false))
		tap.Equal("versions", []int{1, 2}, tap.Must(c.GetAllVersions(subject)))
		refused(40407, refusal(c.DeleteSubjectVersion(subject, 1, true)))
		tap.Equal("deleted", 1, tap.Must(c.DeleteSubjectVersion(subject, 1, false)))
		refused(40406, refusal(c.DeleteSubjectVersion(subject, 1, false)))
		tap.Equal("versions left", []int{2}, tap.Must(c.GetAllVersions(subject)))
	})
	s.Case(f.Type+": read a deleted version", func() {
		c := s.client()
		refused(40402, refusal(c.GetSchemaMetadata(subject, 1)))
		got := tap.Must(c.GetSchemaMetadataIncludeDeleted(subject, 1, true))
		tap.Equal("schema", first.Schema, got.Schema)
		tap.Equal("by id", first.Schema, tap.Must(s.client().GetBySubjectAndID(subject, got.ID)).Schema)
		refused(40403, refusal(s.client().GetVersion(subject, first, false)))
		tap.Equal("version", 1, tap.Must(s.client().GetVersionIncludeDeleted(subject, first, false, true)))
	})
	s.Case(f.Type+": register a deleted schema again", func() {
		c := s.client()
		tap.Equal("deleted", 1, tap.Must(c.DeleteSubjectVersion(subject, 1, true)))
		tap.Equal("version", 3, tap.Must(c.RegisterFullResponse(subject, first, false)).Version)
	})
	s.Case(f.Type+": delete a subject", func() {
		c := s.client()
		refused(40405, refusal(c.DeleteSubject(subject, true)))
		tap.Equal("deleted", []int{2, 3}, tap.Must(c.DeleteSubject(subject, false)))
		refused(40404, refusal(c.DeleteSubject(subject, false)))
		refused(40401, refusal(c.GetAllVersions(subject)))
		tap.Equal("for good", []int{2, 3}, tap.Must(c.DeleteSubject(subject, true)))
		refused(40401, refusal(c.DeleteSubject(subject, true)))
		if slices.Contains(tap.Must(c.GetAllSubjects()), subject) {
			tap.Failf("%s is still there", subject)
		}
	})
}

// compatibility asks and tries what may follow a schema.
func (s *suite) compatibility(f shop.Format) {
	subject := "compatibility-" + f.Type + "-value"
	good, bad := info(f, "customer-compatible"), info(f, "customer-incompatible")
	s.Case(f.Type+": check compatibility", func() {
		c := s.client()
		tap.Must(c.Register(subject, info(f, "customer"), false))
		level := tap.Must(c.UpdateCompatibility(subject, schemaregistry.Backward))
		tap.Equal("level", schemaregistry.Compatibility(schemaregistry.Backward), level)
		tap.Equal("compatible", true, tap.Must(c.TestCompatibility(subject, 1, good)))
		tap.Equal("incompatible", false, tap.Must(c.TestCompatibility(subject, 1, bad)))
		tap.Equal("with all versions", true, tap.Must(c.TestSubjectCompatibility(subject, good)))
		tap.Equal("not with all versions", false, tap.Must(c.TestSubjectCompatibility(subject, bad)))
	})
	s.Case(f.Type+": refuse an incompatible schema", func() {
		refused(40901, refusal(s.client().Register(subject, bad, false)))
		tap.Equal("version", 2, tap.Must(s.client().RegisterFullResponse(subject, good, false)).Version)
	})
}

// references registers a schema that refers to another one.
func (s *suite) references(f shop.Format) {
	subject, other := "references-"+f.Type+"-value", f.Reference()
	order := info(f, f.Order())
	order.References = []schemaregistry.Reference{{Name: f.Reference(), Subject: other, Version: 1}}
	s.Case(f.Type+": refer to a schema", func() {
		c := s.client()
		refused(42201, refusal(c.Register(subject, order, false)))
		tap.Must(c.Register(other, info(f, f.Money()), false))
		made := tap.Must(c.RegisterFullResponse(subject, order, false))
		got := tap.Must(s.client().GetBySubjectAndID(subject, made.ID))
		tap.Equal("references", order.References, got.References)
		tap.Equal("by GUID", order.References, tap.Must(s.client().GetByGUID(made.GUID)).References)
		tap.Equal("look up", made.ID, tap.Must(s.client().GetID(subject, order, false)))
	})
	s.Case(f.Type+": keep a schema that others refer to", func() {
		refused(42206, refusal(s.client().DeleteSubjectVersion(other, 1, false)))
		refused(42206, refusal(s.client().DeleteSubject(other, false)))
	})
}

// contracts sends metadata and rules beside the schema.
func (s *suite) contracts(f shop.Format) {
	subject := "contracts-" + f.Type + "-value"
	customer := info(f, "customer")
	customer.Metadata = &schemaregistry.Metadata{
		Tags:       map[string][]string{"**.name": {"PII"}},
		Properties: map[string]string{"owner": "shop", "sla": "24h"},
		Sensitive:  []string{"owner"},
	}
	customer.RuleSet = &schemaregistry.RuleSet{DomainRules: []schemaregistry.Rule{{
		Name: "named", Kind: "CONDITION", Mode: "WRITE", Type: "CEL", Expr: "message.name != ''",
		Doc: "A customer has a name.", OnFailure: "ERROR", Params: map[string]string{"a": "b"}, Tags: []string{"PII"},
	}}}
	s.Case(f.Type+": keep metadata and rules", func() {
		made := tap.Must(s.client().RegisterFullResponse(subject, customer, false))
		for _, got := range []schemaregistry.SchemaInfo{
			made.SchemaInfo,
			tap.Must(s.client().GetBySubjectAndID(subject, made.ID)),
			tap.Must(s.client().GetLatestSchemaMetadata(subject)).SchemaInfo,
		} {
			tap.Equal("metadata", customer.Metadata, got.Metadata)
			tap.Equal("rules", customer.RuleSet, got.RuleSet)
		}
		plain := tap.Must(s.client().Register("plain-"+subject, info(f, "customer"), false))
		if plain == made.ID {
			tap.Failf("id %d with and without metadata", plain)
		}
	})
	s.Case(f.Type+": find by metadata", func() {
		c := s.client()
		found := tap.Must(c.GetLatestWithMetadata(subject, map[string]string{"owner": "shop", "sla": "24h"}, false))
		tap.Equal("version", 1, found.Version)
		refused(40403, refusal(c.GetLatestWithMetadata(subject, map[string]string{"owner": "bank"}, false)))
	})
	s.Case(f.Type+": refuse a broken rule", func() {
		broken := customer
		broken.RuleSet = &schemaregistry.RuleSet{DomainRules: []schemaregistry.Rule{{Name: "1st", Type: "CEL"}}}
		refused(42210, refusal(s.client().Register(subject, broken, false)))
	})
}
