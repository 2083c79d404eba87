package main

import (
	"encoding/base64"
	"encoding/json"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/test"
	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/sr"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// ordered registers the schema "order" and "money", to which it refers.
func (s *suite) ordered(f shop.Format, subject string) sr.SubjectSchema {
	money := tap.Must(s.CreateSchema(s.ctx, f.Reference(), schema(f, f.Money())))
	order := schema(f, f.Order())
	order.References = []sr.SchemaReference{{Name: f.Reference(), Subject: money.Subject, Version: money.Version}}
	return tap.Must(s.CreateSchema(s.ctx, subject, order))
}

// trip encodes a record and decodes it again.
func trip(serde *sr.Serde, id int, sent any) {
	payload := tap.Must(serde.Encode(sent))
	wrote, _, err := serde.DecodeID(payload)
	tap.OK(err)
	tap.Equal("id", id, wrote)
	tap.Equal("record", sent, tap.Must(serde.DecodeNew(payload)))
}

// avro encodes with the schemas that the registry answers, references and all.
func (s *suite) avro() {
	s.Case("avro: a record with a reference", func() {
		made := s.ordered(shop.Avro, "avro-order-value")
		read := tap.Must(s.SchemaByID(s.ctx, made.ID))
		names := &avro.SchemaCache{}
		for _, ref := range read.References {
			text := tap.Must(s.SchemaTextByVersion(s.ctx, ref.Subject, ref.Version))
			tap.Must(avro.ParseWithCache(text, "", names))
		}
		parsed := tap.Must(avro.ParseWithCache(read.Schema, "", names))
		serde := sr.NewSerde()
		serde.Register(made.ID, shop.Order{},
			sr.EncodeFn(func(v any) ([]byte, error) { return avro.Marshal(parsed, v) }),
			sr.DecodeFn(func(b []byte, v any) error { return avro.Unmarshal(parsed, b, v) }),
			sr.GenerateFn(func() any { return new(shop.Order) }),
		)
		order := shop.AnOrder()
		payload := tap.Must(serde.Encode(order))
		tap.Equal("record", &order, tap.Must(serde.DecodeNew(payload)))
	})
}

func (s *suite) json() {
	s.Case("json: a record with a reference", func() {
		made := s.ordered(shop.JSON, "json-order-value")
		serde := sr.NewSerde(sr.EncodeFn(json.Marshal), sr.DecodeFn(json.Unmarshal))
		serde.Register(made.ID, shop.Order{})
		order := shop.AnOrder()
		var got shop.Order
		tap.OK(serde.Decode(tap.Must(serde.Encode(order)), &got))
		tap.Equal("record", order, got)
	})
}

// messages returns a Serde of one message of a schema, which stands at index.
func messages(id int, m proto.Message, index ...int) *sr.Serde {
	serde := sr.NewSerde()
	serde.Register(id, m, sr.Index(index...),
		sr.EncodeFn(func(v any) ([]byte, error) { return proto.Marshal(v.(proto.Message)) }),
		sr.DecodeFn(func(b []byte, v any) error { return proto.Unmarshal(b, v.(proto.Message)) }),
		sr.GenerateFn(func() any { return m.ProtoReflect().New().Interface() }),
	)
	return serde
}

// protobuf tells messages of one schema apart by their indexes.
func (s *suite) protobuf() {
	s.Case("protobuf: a message with a reference", func() {
		made, order := s.ordered(shop.Protobuf, "protobuf-order-value"), shop.OrderMessage()
		trip(messages(made.ID, order, 1), made.ID, order)
	})
	s.Case("protobuf: messages of a compiled descriptor", func() {
		compiled := tap.Must(proto.Marshal(protodesc.ToFileDescriptorProto(test.File_schemaregistry_test_proto_nested_proto)))
		text := sr.Schema{Schema: base64.StdEncoding.EncodeToString(compiled), Type: sr.TypeProtobuf}
		made := tap.Must(s.CreateSchema(s.ctx, "protobuf-nested-value", text))
		if made.Schema.Schema == text.Schema {
			tap.Failf("the descriptor is not answered as text")
		}
		outer := &test.NestedMessage{IsActive: true, ExperimentsActive: []string{"a"}}
		trip(messages(made.ID, outer, 3), made.ID, outer)
		inner := &test.NestedMessage_InnerMessage{Id: "i", Ids: []int32{1, 2}}
		trip(messages(made.ID, inner, 3, 1), made.ID, inner)
		tap.Equal("look up", made, tap.Must(s.LookupSchema(s.ctx, "protobuf-nested-value", text)))
		tap.Equal("look up as text", made, tap.Must(s.LookupSchema(s.ctx, "protobuf-nested-value", made.Schema)))
	})
}
