package main

import (
	"bytes"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/protobuf"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/test"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

func (s *suite) protobufSerializer(config serde.SerializerConfig) *protobuf.Serializer {
	return tap.Must(protobuf.NewSerializer(s.client(), serde.ValueSerde,
		&protobuf.SerializerConfig{SerializerConfig: config}))
}

// protobufDeserializer knows the types of the messages given.
func (s *suite) protobufDeserializer(messages ...proto.Message) *protobuf.Deserializer {
	de := tap.Must(protobuf.NewDeserializer(s.client(), serde.ValueSerde, protobuf.NewDeserializerConfig()))
	for _, m := range messages {
		tap.OK(de.ProtoRegistry.RegisterMessage(m.ProtoReflect().Type()))
	}
	return de
}

// messageTrip serializes a message, checks its message indexes and lets a
// client that has seen nothing find out by the schema what it is.
func (s *suite) messageTrip(topic string, config serde.SerializerConfig, sent proto.Message, indexes ...byte) {
	payload := tap.Must(s.protobufSerializer(config).Serialize(topic, sent))
	if !bytes.HasPrefix(payload[5:], indexes) {
		tap.Failf("message indexes %v, want %v", payload[5:min(len(payload), 10)], indexes)
	}
	got := tap.Must(s.protobufDeserializer(sent).Deserialize(topic, payload))
	tap.Equal("record", sent, got.(proto.Message))
}

// protobuf sends messages with the Protobuf serializer.
func (s *suite) protobuf() {
	s.protobufGenerated()
	order := shop.OrderMessage()
	s.Case("protobuf: register a schema with meta.proto, a reference and a timestamp", func() {
		s.messageTrip("protobuf-order", registering(), order, 2, 2)
		made := tap.Must(s.client().GetLatestSchemaMetadata("protobuf-order-value"))
		if len(made.References) != 1 || made.References[0].Name != "shop/money.proto" {
			tap.Failf("references %v", made.References)
		}
		s.messageTrip("protobuf-order", lookingUp(), order, 2, 2)
		refused(40401, refusal(s.protobufSerializer(lookingUp()).Serialize("protobuf-unknown", order)))
	})
	s.Case("protobuf: the latest schema", func() {
		s.ordered(shop.Protobuf, "protobuf-latest")
		s.messageTrip("protobuf-latest", usingLatest(), order, 2, 2)
	})
	s.Case("protobuf: the schema of an id", func() {
		id := s.ordered(shop.Protobuf, "protobuf-id")
		s.messageTrip("protobuf-id", usingID(id), order, 2, 2)
	})
	s.Case("protobuf: GUID in a header", func() {
		s.ordered(shop.Protobuf, "protobuf-header")
		ser := s.protobufSerializer(usingLatest())
		ser.SchemaIDSerializer = serde.HeaderSchemaIDSerializer
		headers, payload, err := ser.SerializeWithHeaders("protobuf-header", order)
		tap.OK(err)
		tap.Equal("length of the header", 1+16+2, len(headers[0].Value))
		got := tap.Must(s.protobufDeserializer(order).DeserializeWithHeaders("protobuf-header", headers, payload))
		tap.Equal("record", order, got.(proto.Message))
	})
	s.Case("protobuf: every type that needs no reference", func() {
		config := schemaregistry.SchemaInfo{SchemaType: "PROTOBUF", Schema: `syntax = "proto3";
package builtin;
import "confluent/meta.proto";
import "confluent/type/decimal.proto";
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/wrappers.proto";
import "google/type/date.proto";
import "google/type/money.proto";
message Builtin {
  option (confluent.message_meta) = { doc: "all of them", params: [{ key: "a", value: "b" }] };
  confluent.type.Decimal price = 1 [(confluent.field_meta) = { params: [{ key: "precision", value: "8" }] }];
  google.protobuf.Any any = 2;
  google.protobuf.Struct struct = 3;
  google.protobuf.StringValue text = 4;
  google.type.Date day = 5;
  google.type.Money money = 6;
}`}
		made := tap.Must(s.client().RegisterFullResponse("protobuf-builtin", config, false))
		tap.Equal("schema", config.Schema, made.Schema)
		tap.Must(s.client().Register("protobuf-builtin", config, true))
	})
}

// protobufGenerated sends messages of the client's own generated code.
func (s *suite) protobufGenerated() {
	s.Case("protobuf: a message", func() {
		author := &test.Author{
			Name: "Ada", Id: 7, Picture: []byte{1}, Works: []string{"notes"},
			PiiOneof: &test.Author_OneofString{OneofString: "x"},
		}
		s.messageTrip("protobuf-author", registering(), author, 0)
		s.messageTrip("protobuf-author", lookingUp(), author, 0)
		s.messageTrip("protobuf-author", usingLatest(), author, 0)
		s.messageTrip("protobuf-author", registering(), &test.Pizza{Size: "L"}, 2, 2)
		tap.Equal("versions", []int{1}, tap.Must(s.client().GetAllVersions("protobuf-author-value")))
	})
	s.Case("protobuf: a message that contains itself", func() {
		list := &test.LinkedList{Value: 1, Next: &test.LinkedList{Value: 2}}
		s.messageTrip("protobuf-list", registering(), list, 0)
	})
	s.Case("protobuf: a message among others", func() {
		nested := &test.NestedMessage{
			UserId: &test.UserId{UserId: &test.UserId_KafkaUserId{KafkaUserId: "u"}}, IsActive: true,
			UpdatedAt: timestamppb.New(timestamppb.Now().AsTime()), Status: test.Status_INACTIVE,
			MapType: map[string]string{"a": "b"}, Inner: &test.NestedMessage_InnerMessage{Id: "i", Ids: []int32{1, 2}},
		}
		s.messageTrip("protobuf-nested", registering(), nested, 2, 6)
		s.messageTrip("protobuf-nested", lookingUp(), nested, 2, 6)
	})
	s.Case("protobuf: a message within a message", func() {
		inner := &test.NestedMessage_InnerMessage{Id: "i", Ids: []int32{1, 2}}
		s.messageTrip("protobuf-inner", registering(), inner, 4, 6, 2)
		s.messageTrip("protobuf-inner", usingLatest(), inner, 4, 6, 2)
	})
	s.Case("protobuf: register what a message imports", func() {
		dependent := &test.DependencyMessage{IsActive: true, TestMesssage: &test.TestMessage{
			TestString: "Größe", TestBool: true, TestBytes: []byte{0}, TestDouble: 0.5, TestSint64: -1, TestFixed64: 1 << 60,
		}}
		s.messageTrip("protobuf-dependent", registering(), dependent, 0)
		made := tap.Must(s.client().GetLatestSchemaMetadata("protobuf-dependent-value"))
		if len(made.References) != 1 {
			tap.Failf("references %v", made.References)
		}
		tap.Equal("subject", made.References[0].Name, made.References[0].Subject)
		s.messageTrip("protobuf-dependent", lookingUp(), dependent, 0)
	})
}
