package main

import (
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// settings reads and writes levels and configuration.
func (s *suite) settings() {
	const subject = "settings-value"
	s.Case("config: the global level", func() {
		c := s.client()
		tap.Equal("at first", schemaregistry.Compatibility(schemaregistry.None), tap.Must(c.GetDefaultCompatibility()))
		full := schemaregistry.Compatibility(schemaregistry.FullTransitive)
		tap.Equal("set", full, tap.Must(c.UpdateDefaultCompatibility(full)))
		tap.Equal("read", full, tap.Must(c.GetDefaultCompatibility()))
		tap.Must(c.UpdateDefaultCompatibility(schemaregistry.None))
	})
	s.Case("config: the level of a subject", func() {
		c := s.client()
		refused(40408, refusal(c.GetCompatibility(subject)))
		refused(40408, refusal(c.GetConfig(subject, false)))
		inherited := tap.Must(c.GetConfig(subject, true))
		tap.Equal("inherited", schemaregistry.Compatibility(schemaregistry.None), inherited.CompatibilityLevel)
		forward := schemaregistry.Compatibility(schemaregistry.Forward)
		tap.Equal("set", forward, tap.Must(c.UpdateCompatibility(subject, forward)))
		tap.Equal("read", forward, tap.Must(c.GetCompatibility(subject)))
	})
	s.Case("config: everything it holds", func() {
		c := s.client()
		set := schemaregistry.ServerConfig{
			Normalize: true, CompatibilityUpdate: schemaregistry.Full, CompatibilityGroup: "major",
			DefaultMetadata:  &schemaregistry.Metadata{Properties: map[string]string{"team": "shop"}},
			OverrideMetadata: &schemaregistry.Metadata{Properties: map[string]string{"region": "eu"}},
			DefaultRuleSet:   &schemaregistry.RuleSet{DomainRules: []schemaregistry.Rule{{Name: "any", Type: "CEL", Kind: "CONDITION", Mode: "WRITE", Expr: "true"}}},
		}
		tap.Equal("answer", set, tap.Must(c.UpdateConfig("all-"+subject, set)))
		got := tap.Must(c.GetConfig("all-"+subject, false))
		read := set
		read.CompatibilityUpdate, read.CompatibilityLevel = 0, schemaregistry.Full
		tap.Equal("read", read, got)
		made := tap.Must(c.RegisterFullResponse("all-"+subject, info(shop.Avro, "customer"), false))
		tap.Equal("merged", map[string]string{"team": "shop", "region": "eu"}, made.Metadata.Properties)
		tap.Equal("rules", set.DefaultRuleSet, made.RuleSet)
	})
	s.Case("config: an alias", func() {
		c := s.client()
		id := tap.Must(c.Register("settings-real-value", info(shop.Avro, "customer"), false))
		tap.Must(c.UpdateConfig("settings-alias-value", schemaregistry.ServerConfig{Alias: "settings-real-value"}))
		tap.Equal("id", id, tap.Must(c.GetLatestSchemaMetadata("settings-alias-value")).ID)
	})
}

// contexts keeps schemas apart that have the same subject and the same id.
func (s *suite) contexts() {
	customer, other := info(shop.Avro, "customer"), info(shop.JSON, "customer")
	s.Case("context: by a qualified subject", func() {
		c := s.client()
		made := tap.Must(c.RegisterFullResponse(":.lab:context-value", customer, false))
		tap.Equal("id", 1, made.ID)
		tap.Equal("by id", customer.Schema, tap.Must(s.client().GetBySubjectAndID(":.lab:context-value", 1)).Schema)
		tap.Equal("subject", ":.lab:context-value", tap.Must(c.GetLatestSchemaMetadata(":.lab:context-value")).Subject)
		// Whoever names no context gets what is in any.
		tap.Equal("searched", ":.lab:context-value", tap.Must(c.GetLatestSchemaMetadata("context-value")).Subject)
		refused(40401, refusal(c.GetLatestSchemaMetadata(":.:context-value")))
		tap.Equal("contexts", []string{".", ".lab"}, tap.Must(c.GetAllContexts()))
	})
	s.Case("context: by the address of the registry", func() {
		c := clientAt(s.url + "/contexts/.lab")
		tap.Equal("id", 2, tap.Must(c.Register("addressed-value", other, false)))
		tap.Equal("by id", other.Schema, tap.Must(clientAt(s.url+"/contexts/.lab").GetBySubjectAndID("", 2)).Schema)
		if all := tap.Must(s.client().GetAllSubjects()); !slices.Contains(all, ":.lab:addressed-value") {
			tap.Failf("subjects: %v", all)
		}
	})
}

// addresses calls subjects and the registry what people call them.
func (s *suite) addresses() {
	for _, subject := range []string{
		"shop/orders-value", "100%-value", "größe-値段-☃", "a b+c", "a?b#c&d=e", "{braces}", `back\slash`, "%2F-value", "a//b",
	} {
		s.Case("address: subject "+subject, func() {
			c := s.client()
			customer := info(shop.Avro, "customer")
			id := tap.Must(c.Register(subject, customer, false))
			tap.Equal("subject", subject, tap.Must(c.GetLatestSchemaMetadata(subject)).Subject)
			tap.Equal("look up", id, tap.Must(s.client().GetID(subject, customer, false)))
			tap.Equal("by id", customer.Schema, tap.Must(s.client().GetBySubjectAndID(subject, id)).Schema)
			tap.Must(c.UpdateCompatibility(subject, schemaregistry.Full))
			tap.Equal("compatible", true, tap.Must(c.TestCompatibility(subject, 1, customer)))
			if all := tap.Must(c.GetAllSubjects()); !slices.Contains(all, subject) {
				tap.Failf("subjects: %v", all)
			}
			tap.Equal("deleted", []int{1}, tap.Must(c.DeleteSubject(subject, false)))
		})
	}
	s.Case("address: a slash at the end", func() {
		c := clientAt(s.url + "/")
		tap.Must(c.Register("slash-value", info(shop.Protobuf, "customer"), false))
		tap.Equal("versions", []int{1}, tap.Must(c.GetAllVersions("slash-value")))
		tap.Must(clientAt(s.url + "//").GetAllSubjects())
	})
}
