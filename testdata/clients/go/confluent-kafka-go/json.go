package main

import (
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/jsonschema"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

func (s *suite) jsonSerializer(config serde.SerializerConfig) *jsonschema.Serializer {
	return tap.Must(jsonschema.NewSerializer(s.client(), serde.ValueSerde,
		&jsonschema.SerializerConfig{SerializerConfig: config, EnableValidation: true}))
}

func (s *suite) jsonDeserializer() *jsonschema.Deserializer {
	config := jsonschema.NewDeserializerConfig()
	config.EnableValidation = true
	return tap.Must(jsonschema.NewDeserializer(s.client(), serde.ValueSerde, config))
}

// json sends records with the JSON Schema serializer, which validates them.
func (s *suite) json() {
	customer, order := shop.ACustomer(), shop.AnOrder()
	s.Case("json: register the schema of a struct", func() {
		roundTrip("json-auto", s.jsonSerializer(registering()), s.jsonDeserializer(), &order, new(shop.Order), 0)
		roundTrip("json-auto", s.jsonSerializer(lookingUp()), s.jsonDeserializer(), &order, new(shop.Order), 0)
		refused(40401, refusal(s.jsonSerializer(lookingUp()).Serialize("json-unknown", &order)))
	})
	s.Case("json: the latest schema, with a reference", func() {
		id := s.ordered(shop.JSON, "json-order")
		roundTrip("json-order", s.jsonSerializer(usingLatest()), s.jsonDeserializer(), &order, new(shop.Order), id)
	})
	s.Case("json: the schema of an id", func() {
		id := s.ordered(shop.JSON, "json-id")
		roundTrip("json-id", s.jsonSerializer(usingID(id)), s.jsonDeserializer(), &order, new(shop.Order), id)
	})
	s.Case("json: GUID in a header", func() {
		s.ordered(shop.JSON, "json-header")
		ser := s.jsonSerializer(usingLatest())
		ser.SchemaIDSerializer = serde.HeaderSchemaIDSerializer
		headerTrip("json-header", ser, s.jsonDeserializer(), &order, new(shop.Order))
	})
	s.Case("json: a record that the schema refuses", func() {
		s.ordered(shop.JSON, "json-invalid")
		broken := order
		broken.Total.Currency = "Euro"
		if _, err := s.jsonSerializer(usingLatest()).Serialize("json-invalid", &broken); err == nil {
			tap.Failf("a currency of four letters passed through the reference")
		}
	})
	s.Case("json: normalized", func() {
		config := registering()
		config.NormalizeSchemas = true
		roundTrip("json-normal", s.jsonSerializer(config), s.jsonDeserializer(), &customer, new(shop.Customer), 0)
	})
	s.Case("json: a subject named after the record", func() {
		config := usingLatest()
		config.SubjectNameStrategyType = serde.AssociatedNameStrategyType
		tap.Must(s.client().Register("json-by-value", info(shop.JSON, "customer"), false))
		roundTrip("json-by", s.jsonSerializer(config), s.jsonDeserializer(), &customer, new(shop.Customer), 0)
	})
}
