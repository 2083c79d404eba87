package main

import (
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	older "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avro"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avrov2"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/test"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

func (s *suite) avroSerializer(config serde.SerializerConfig) *avrov2.Serializer {
	return tap.Must(avrov2.NewSerializer(s.client(), serde.ValueSerde, &avrov2.SerializerConfig{SerializerConfig: config}))
}

func (s *suite) avroDeserializer() *avrov2.Deserializer {
	return tap.Must(avrov2.NewDeserializer(s.client(), serde.ValueSerde, avrov2.NewDeserializerConfig()))
}

// avro sends records with the serializer of package avrov2.
func (s *suite) avro() {
	customer, order := shop.ACustomer(), shop.AnOrder()
	s.Case("avro: register the schema of a struct", func() {
		roundTrip("avro-auto", s.avroSerializer(registering()), s.avroDeserializer(), &customer, new(shop.Customer), 0)
		roundTrip("avro-auto", s.avroSerializer(lookingUp()), s.avroDeserializer(), &customer, new(shop.Customer), 0)
		refused(40401, refusal(s.avroSerializer(lookingUp()).Serialize("avro-unknown", &customer)))
	})
	s.Case("avro: the latest schema, with a reference", func() {
		id := s.ordered(shop.Avro, "avro-order")
		roundTrip("avro-order", s.avroSerializer(usingLatest()), s.avroDeserializer(), &order, new(shop.Order), id)
	})
	s.Case("avro: the schema of an id", func() {
		id := s.ordered(shop.Avro, "avro-id")
		roundTrip("avro-id", s.avroSerializer(usingID(id)), s.avroDeserializer(), &order, new(shop.Order), id)
	})
	s.Case("avro: GUID in a header", func() {
		s.ordered(shop.Avro, "avro-header")
		ser := s.avroSerializer(usingLatest())
		ser.SchemaIDSerializer = serde.HeaderSchemaIDSerializer
		headerTrip("avro-header", ser, s.avroDeserializer(), &order, new(shop.Order))
	})
	s.Case("avro: a record without a type", func() {
		tap.Must(s.client().Register("avro-map-value", info(shop.Avro, "customer"), false))
		sent := map[string]any{"id": 7, "name": "Ada"}
		roundTrip("avro-map", s.avroSerializer(usingLatest()), s.avroDeserializer(), &sent, new(map[string]any), 0)
	})
	s.Case("avro: a primitive", func() {
		tap.Must(s.client().Register("avro-text-value", schemaregistry.SchemaInfo{Schema: `"string"`}, false))
		sent := "Größe"
		roundTrip("avro-text", s.avroSerializer(usingLatest()), s.avroDeserializer(), &sent, new(string), 0)
	})
	s.Case("avro: a schema with its metadata", func() {
		latest := info(shop.Avro, "customer")
		latest.Metadata = &schemaregistry.Metadata{Properties: map[string]string{"major": "1"}}
		id := tap.Must(s.client().Register("avro-major-value", latest, false))
		next := info(shop.Avro, "customer-compatible")
		next.Metadata = &schemaregistry.Metadata{Properties: map[string]string{"major": "2"}}
		tap.Must(s.client().Register("avro-major-value", next, false))
		config := lookingUp()
		config.UseLatestWithMetadata = latest.Metadata.Properties
		roundTrip("avro-major", s.avroSerializer(config), s.avroDeserializer(), &customer, new(shop.Customer), id)
	})
	s.Case("avro: subjects named after records", func() {
		for by, subject := range map[serde.SubjectNameStrategyType]string{
			serde.RecordNameStrategyType:      "Customer",
			serde.TopicRecordNameStrategyType: "avro-by-Customer",
			serde.AssociatedNameStrategyType:  "avro-by-value",
		} {
			tap.Must(s.avroSerializer(named(by)).Serialize("avro-by", &customer))
			tap.Equal("subject", subject, tap.Must(s.client().GetLatestSchemaMetadata(subject)).Subject)
		}
	})
}

func demoSchema() test.DemoSchema {
	return test.DemoSchema{IntField: 7, DoubleField: 0.5, StringField: "Größe", BoolField: true, BytesField: []byte{0, 1}}
}

// avroOlder sends records with the serializers of package avro.
func (s *suite) avroOlder() {
	config := older.NewDeserializerConfig()
	s.Case("avro: generic serializer", func() {
		type record struct {
			Name string `json:"name"`
			Size int    `json:"size"`
		}
		ser := tap.Must(older.NewGenericSerializer(s.client(), serde.ValueSerde, older.NewSerializerConfig()))
		de := tap.Must(older.NewGenericDeserializer(s.client(), serde.ValueSerde, config))
		roundTrip("avro-generic", ser, de, &record{"Ada", 3}, new(record), 0)
	})
	s.Case("avro: a reader of another version", func() {
		type written struct {
			Name string `json:"name"`
			Size int    `json:"size"`
		}
		type read struct {
			Name string `json:"name"`
			Kind string `json:"kind"`
		}
		ser := tap.Must(older.NewGenericSerializer(s.client(), serde.ValueSerde, older.NewSerializerConfig()))
		de := tap.Must(older.NewGenericDeserializer(s.client(), serde.ValueSerde, config))
		payload := tap.Must(ser.Serialize("avro-evolved", &written{"Ada", 3}))
		var got read
		tap.OK(de.DeserializeInto("avro-evolved", payload, &got))
		tap.Equal("record", read{Name: "Ada"}, got)
	})
	s.Case("avro: specific serializer", func() {
		ser := tap.Must(older.NewSpecificSerializer(s.client(), serde.ValueSerde, older.NewSerializerConfig()))
		de := tap.Must(older.NewSpecificDeserializer(s.client(), serde.ValueSerde, config))
		demo := demoSchema()
		roundTrip("avro-specific", ser, de, &demo, new(test.DemoSchema), 0)
		nested := test.NestedRecord{StringField: "deep", BoolField: true, BytesField: []byte{1}}
		roundTrip("avro-nested", ser, de, &nested, new(test.NestedRecord), 0)
	})
}
