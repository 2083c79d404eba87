package main

import (
	"bytes"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	_ "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rules/cel" // rules of types CEL and CEL_FIELD
	_ "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rules/encryption"
	_ "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rules/encryption/localkms" // a KMS that is a password
	_ "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rules/jsonata"             // rules of type JSONATA
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/jsonschema"
	"google.golang.org/protobuf/proto"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// rules lets the client run the rules that it reads from the registry.
func (s *suite) rules() {
	s.Case("rules: a condition in Avro", func() {
		s.conditioned(shop.Avro)
		ser := s.avroSerializer(usingLatest())
		tap.Must(ser.Serialize("condition-AVRO", &map[string]any{"id": 1, "name": "Ada"}))
		stopped(ser.Serialize("condition-AVRO", &map[string]any{"id": 1, "name": ""}))
	})
	s.Case("rules: a condition in JSON Schema", func() {
		s.conditioned(shop.JSON)
		ser := s.jsonSerializer(usingLatest())
		tap.Must(ser.Serialize("condition-JSON", &map[string]any{"id": 1, "name": "Ada"}))
		stopped(ser.Serialize("condition-JSON", &map[string]any{"id": 1, "name": ""}))
	})
	s.Case("rules: a condition in Protobuf", func() {
		s.ordered(shop.Protobuf, "condition-PROTOBUF")
		s.ruled("condition-PROTOBUF-value", condition("message.total.units > 0"))
		ser := s.protobufSerializer(usingLatest())
		order := shop.OrderMessage()
		tap.Must(ser.Serialize("condition-PROTOBUF", order))
		empty := order.ProtoReflect().New().Interface()
		stopped(ser.Serialize("condition-PROTOBUF", proto.Message(empty)))
	})
	s.Case("rules: a tagged field transformed", func() {
		tap.Must(s.client().Register("transform-value", info(shop.Avro, "customer"), false))
		s.ruled("transform-value", schemaregistry.RuleSet{DomainRules: []schemaregistry.Rule{{
			Name: "mask", Kind: "TRANSFORM", Mode: "WRITE", Type: "CEL_FIELD", Tags: []string{"PII"},
			Expr: "typeName == 'STRING' ; 'masked'",
		}}})
		customer, got := shop.ACustomer(), shop.Customer{}
		payload := tap.Must(s.avroSerializer(usingLatest()).Serialize("transform", &customer))
		tap.OK(s.avroDeserializer().DeserializeInto("transform", payload, &got))
		tap.Equal("record", shop.Customer{ID: customer.ID, Name: "masked"}, got)
	})
	s.Case("rules: records of another major version", s.migration)
	s.Case("rules: encrypt a field", func() { s.encrypted("ENCRYPT", "field") })
	s.Case("rules: encrypt a record", func() { s.encrypted("ENCRYPT_PAYLOAD", "payload") })
}

// condition is a rule that a written record has to meet.
func condition(expr string) schemaregistry.RuleSet {
	return schemaregistry.RuleSet{DomainRules: []schemaregistry.Rule{{
		Name: "condition", Kind: "CONDITION", Mode: "WRITE", Type: "CEL", Expr: expr,
	}}}
}

// conditioned registers customers that must have a name.
func (s *suite) conditioned(f shop.Format) {
	subject := "condition-" + f.Type + "-value"
	tap.Must(s.client().Register(subject, info(f, "customer"), false))
	s.ruled(subject, condition("message.name != ''"))
}

// ruled registers the latest schema of a subject again, with rules.
func (s *suite) ruled(subject string, rules schemaregistry.RuleSet) {
	latest := tap.Must(s.client().GetLatestSchemaMetadata(subject)).SchemaInfo
	latest.RuleSet = &rules
	tap.Must(s.client().Register(subject, latest, false))
}

// stopped ends the running case unless a rule stopped a record.
func stopped(_ []byte, err error) {
	if err == nil {
		tap.Failf("the rule let a record pass")
	}
}

// migration reads a record of major version 1 as one of version 2, in which
// name is called label. Versions are compatible within a major version alone.
func (s *suite) migration() {
	const subject = "migration-value"
	c := s.client()
	tap.Must(c.UpdateConfig(subject, schemaregistry.ServerConfig{
		CompatibilityUpdate: schemaregistry.Full, CompatibilityGroup: "major",
	}))
	first := schemaregistry.SchemaInfo{
		SchemaType: "JSON", Schema: `{"type":"object","properties":{"name":{"type":"string"}}}`,
		Metadata: &schemaregistry.Metadata{Properties: map[string]string{"major": "1"}},
	}
	second := schemaregistry.SchemaInfo{
		SchemaType: "JSON", Schema: `{"type":"object","properties":{"label":{"type":"string"}},"required":["label"]}`,
		Metadata: &schemaregistry.Metadata{Properties: map[string]string{"major": "2"}},
		RuleSet: &schemaregistry.RuleSet{MigrationRules: []schemaregistry.Rule{{
			Name: "relabel", Kind: "TRANSFORM", Mode: "UPGRADE", Type: "JSONATA", Expr: "{'label': name}",
		}}},
	}
	tap.Must(c.Register(subject, first, false))
	tap.Must(c.Register(subject, second, false))

	writing := lookingUp()
	writing.UseLatestWithMetadata = first.Metadata.Properties
	payload := tap.Must(s.jsonSerializer(writing).Serialize("migration", &map[string]any{"name": "Ada"}))
	reading := jsonschema.NewDeserializerConfig()
	reading.UseLatestWithMetadata = second.Metadata.Properties
	de := tap.Must(jsonschema.NewDeserializer(s.client(), serde.ValueSerde, reading))
	got := map[string]any{}
	tap.OK(de.DeserializeInto("migration", payload, &got))
	tap.Equal("record", map[string]any{"label": "Ada"}, got)
}

// encrypted writes a record with a key that the registry keeps encrypted, and
// reads it with a client that has yet to ask for the key.
func (s *suite) encrypted(kind, topic string) {
	tap.Must(s.client().Register(topic+"-value", info(shop.Avro, "customer"), false))
	rule := schemaregistry.Rule{
		Name: "encrypt", Kind: "TRANSFORM", Mode: "WRITEREAD", Type: kind, OnFailure: "ERROR,ERROR",
		Params: map[string]string{
			"encrypt.kek.name": "kek-" + topic, "encrypt.kms.type": "local-kms", "encrypt.kms.key.id": "key",
		},
	}
	rules := schemaregistry.RuleSet{EncodingRules: []schemaregistry.Rule{rule}}
	if kind == "ENCRYPT" {
		rule.Tags = []string{"PII"}
		rules = schemaregistry.RuleSet{DomainRules: []schemaregistry.Rule{rule}}
	}
	s.ruled(topic+"-value", rules)

	writing := usingLatest()
	writing.RuleConfig = map[string]string{"secret": "password"}
	customer, got := shop.ACustomer(), shop.Customer{}
	payload := tap.Must(s.avroSerializer(writing).Serialize(topic, &customer))
	if bytes.Contains(payload, []byte(shop.ACustomer().Name)) {
		tap.Failf("the record is legible")
	}
	tap.OK(s.avroDeserializer().DeserializeInto(topic, payload, &got))
	tap.Equal("record", shop.ACustomer(), got)
}
