package main

import (
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// associations says which subject a topic has, and asks, as serializers do.
func (s *suite) associations() {
	s.Case("association: none", func() {
		c := s.client()
		none := tap.Must(c.GetAssociationsByResourceName("nothing", "-", "topic", []string{"value"}, "", 0, -1))
		tap.Equal("by resource", 0, len(none))
		none = tap.Must(c.GetAssociationsBySubject("nothing-value", "topic", []string{"key", "value"}, "", 0, -1))
		tap.Equal("by subject", 0, len(none))
		none = tap.Must(c.GetAssociationsByResourceID("nothing", "topic", nil, "", 0, -1))
		tap.Equal("by id", 0, len(none))
	})
	request := schemaregistry.AssociationCreateOrUpdateRequest{
		ResourceName: "associated", ResourceNamespace: "lkc-1", ResourceID: "lkc-1:associated", ResourceType: "topic",
		Associations: []schemaregistry.AssociationCreateOrUpdateInfo{{
			Subject: "shared-customers", AssociationType: "value", Lifecycle: "WEAK",
		}},
	}
	s.Case("association: create and read", func() {
		c := s.client()
		refused(40907, refusal(c.CreateAssociation(request)))
		tap.Must(c.Register("shared-customers", info(shop.Avro, "customer"), false))
		made := tap.Must(c.CreateAssociation(request))
		tap.Equal("made", "shared-customers", made.Associations[0].Subject)
		for _, found := range [][]schemaregistry.Association{
			tap.Must(c.GetAssociationsByResourceName("associated", "lkc-1", "topic", []string{"value"}, "", 0, -1)),
			tap.Must(c.GetAssociationsByResourceID("lkc-1:associated", "topic", nil, "", 0, -1)),
			tap.Must(c.GetAssociationsBySubject("shared-customers", "topic", nil, "WEAK", 0, -1)),
		} {
			tap.Equal("found", 1, len(found))
			tap.Equal("subject", "shared-customers", found[0].Subject)
		}
	})
	s.Case("association: serialize with the subject of the topic", func() {
		config := usingLatest()
		config.SubjectNameStrategyType = serde.AssociatedNameStrategyType
		id := tap.Must(s.client().GetLatestSchemaMetadata("shared-customers")).ID
		customer := shop.ACustomer()
		roundTrip("associated", s.avroSerializer(config), s.avroDeserializer(), &customer, new(shop.Customer), id)
	})
	s.Case("association: keep the subject, delete, free the subject", func() {
		c := s.client()
		refused(40904, refusal(c.DeleteSubject("shared-customers", false)))
		tap.OK(c.DeleteAssociations("lkc-1:associated", "topic", []string{"value"}, false))
		tap.Equal("deleted", []int{1}, tap.Must(c.DeleteSubject("shared-customers", false)))
	})
}
