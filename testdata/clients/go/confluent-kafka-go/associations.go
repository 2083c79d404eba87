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
	s.strongAssociations()
}

// strongAssociations makes associations as servers before 8.5 took them: strong
// on any subject, frozen or not, beside weak ones.
func (s *suite) strongAssociations() {
	resource := func(name string, infos ...schemaregistry.AssociationCreateOrUpdateInfo) schemaregistry.AssociationCreateOrUpdateRequest {
		return schemaregistry.AssociationCreateOrUpdateRequest{
			ResourceName: name, ResourceNamespace: "lkc-1", ResourceID: "lkc-1:" + name, Associations: infos,
		}
	}
	customer := info(shop.Avro, "customer")
	s.Case("association: strong on a subject that is there, made weak and strong again", func() {
		c := s.client()
		tap.Must(c.Register("strong-customers", customer, false))
		on := schemaregistry.AssociationCreateOrUpdateInfo{Subject: "strong-customers", Lifecycle: schemaregistry.STRONG}
		for range 2 {
			made := tap.Must(c.CreateAssociation(resource("strong", on))).Associations[0]
			tap.Equal("lifecycle", schemaregistry.STRONG, made.Lifecycle)
			tap.Equal("frozen", false, made.Frozen)
		}
		other := on
		refused(40904, refusal(c.CreateAssociation(resource("other", other))))
		other.Lifecycle = schemaregistry.WEAK
		refused(40905, refusal(c.CreateAssociation(resource("other", other))))
		refused(40903, refusal(c.CreateAssociation(resource("strong", other))))
		tap.Equal("weak", schemaregistry.WEAK, tap.Must(c.CreateOrUpdateAssociation(resource("strong", other))).Associations[0].Lifecycle)
		tap.Equal("strong", schemaregistry.STRONG, tap.Must(c.CreateOrUpdateAssociation(resource("strong", on))).Associations[0].Lifecycle)
		on.Frozen = true
		refused(42212, refusal(c.CreateOrUpdateAssociation(resource("strong", on))))
		tap.Equal("by name", 1, len(tap.Must(c.GetAssociationsByResourceName("strong", "", "", nil, "STRONG", 0, -1))))
		tap.OK(c.DeleteAssociations("lkc-1:strong", "", nil, false))
		tap.OK(c.DeleteAssociations("lkc-1:strong", "", nil, false))
		tap.Equal("versions", []int{1}, tap.Must(c.GetAllVersions("strong-customers")))
	})
	s.Case("association: schemas that come along, one side frozen", func() {
		c := s.client()
		frozen := schemaregistry.AssociationCreateOrUpdateInfo{
			Subject: "frozen-customers", Lifecycle: schemaregistry.STRONG, Frozen: true, Schema: &customer,
		}
		key := schemaregistry.AssociationCreateOrUpdateInfo{Subject: "customer-keys", AssociationType: "key", Schema: &customer}
		made := tap.Must(c.CreateAssociation(resource("frozen", frozen, key))).Associations
		tap.Equal("value is frozen", true, made[0].Frozen)
		tap.Equal("key", schemaregistry.WEAK, made[1].Lifecycle)
		tap.Must(c.CreateAssociation(resource("frozen", frozen, key)))
		tap.Equal("by id", true, tap.Must(c.GetAssociationsByResourceID("lkc-1:frozen", "topic", []string{"value"}, "", 0, -1))[0].Frozen)
		thawed := schemaregistry.AssociationCreateOrUpdateInfo{Subject: "frozen-customers"}
		refused(40908, refusal(c.CreateOrUpdateAssociation(resource("frozen", thawed))))
		refused(40908, c.DeleteAssociations("lkc-1:frozen", "", nil, false))
		tap.OK(c.DeleteAssociations("lkc-1:frozen", "", nil, true))
		refused(40401, refusal(c.GetAllVersions("frozen-customers")))
		tap.Equal("versions of the weak one", []int{1}, tap.Must(c.GetAllVersions("customer-keys")))
	})
}
