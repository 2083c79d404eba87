package main

import (
	"encoding/binary"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// Configurations of serializers.

func registering() serde.SerializerConfig { return *serde.NewSerializerConfig() }

func lookingUp() serde.SerializerConfig {
	c := registering()
	c.AutoRegisterSchemas = false
	return c
}

func usingLatest() serde.SerializerConfig {
	c := lookingUp()
	c.UseLatestVersion = true
	return c
}

func usingID(id int) serde.SerializerConfig {
	c := lookingUp()
	c.UseSchemaID = id
	return c
}

func named(by serde.SubjectNameStrategyType) serde.SerializerConfig {
	c := registering()
	c.SubjectNameStrategyType = by
	return c
}

// roundTrip serializes a record, checks the bytes in front of it and
// deserializes it into the zero value got with a client that has seen nothing.
func roundTrip[V any](topic string, ser serde.Serializer, de serde.Deserializer, sent, got V, id int) {
	payload := tap.Must(ser.Serialize(topic, sent))
	if payload[0] != serde.MagicByteV0 {
		tap.Failf("magic byte %d", payload[0])
	}
	if wrote := int(binary.BigEndian.Uint32(payload[1:5])); id > 0 && wrote != id {
		tap.Failf("id %d written, want %d", wrote, id)
	}
	tap.OK(de.DeserializeInto(topic, payload, got))
	tap.Equal("record", sent, got)
}

// headerTrip does the same with the GUID of the schema in a header.
func headerTrip[V any](topic string, ser serde.Serializer, de serde.Deserializer, sent, got V) {
	headers, payload, err := ser.SerializeWithHeaders(topic, sent)
	tap.OK(err)
	if len(headers) != 1 || headers[0].Key != serde.ValueSchemaIDHeader || headers[0].Value[0] != serde.MagicByteV1 {
		tap.Failf("headers %v", headers)
	}
	tap.OK(de.DeserializeWithHeadersInto(topic, headers, payload, got))
	tap.Equal("record", sent, got)
}

// ordered registers the schema "order", and "money" to which it refers, under
// a topic and returns its id.
func (s *suite) ordered(f shop.Format, topic string) int {
	c := s.client()
	version := tap.Must(c.RegisterFullResponse(f.Reference(), info(f, f.Money()), false)).Version
	order := info(f, f.Order())
	order.References = []schemaregistry.Reference{{Name: f.Reference(), Subject: f.Reference(), Version: version}}
	return tap.Must(c.Register(topic+"-value", order, false))
}
