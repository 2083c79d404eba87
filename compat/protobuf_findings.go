package compat

import (
	"context"

	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/protobuf"
)

// protobufFindings says what a change risks that Confluent's verdict passes
// over, and where the verdict refuses what is fine (compatibility reference
// 3.2 to 3.4, 6.1): rules of buf's that hold for any topic, and the checks of
// protoRisks.
func protobufFindings(ctx context.Context, old, next *protobuf.File) ([]finding.Finding, error) {
	c := newProtoChange(ctx, old, next)
	var found []finding.Finding
	for _, rule := range protoRules {
		if severity, ok := protoRuleRisks[rule.code]; ok {
			found = append(found, c.run(rule, severity)...)
		}
	}
	for _, risk := range protoRisks {
		found = append(found, c.run(risk, finding.Warning)...)
	}
	if c.err != nil {
		return nil, c.err
	}
	finding.Sort(found)
	return found, nil
}

// protoRuleRisks are the rules whose breach is worth a word whatever rules a
// subject has asked for.
var protoRuleRisks = map[finding.Code]finding.Severity{
	"PROTO_RESERVED_MESSAGE_NO_DELETE":                  finding.Warning,
	"PROTO_RESERVED_ENUM_NO_DELETE":                     finding.Warning,
	"PROTO_EXTENSION_MESSAGE_NO_DELETE":                 finding.Warning,
	"PROTO_MESSAGE_SAME_REQUIRED_FIELDS":                finding.Warning,
	"PROTO_FIELD_SAME_DEFAULT":                          finding.Warning,
	"PROTO_ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED": finding.Warning,

	"PROTO_ENUM_VALUE_NO_DELETE":                   finding.Info,
	"PROTO_FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED": finding.Info,
	"PROTO_ENUM_NO_DELETE":                         finding.Info,
	"PROTO_EXTENSION_NO_DELETE":                    finding.Info,
	"PROTO_FIELD_SAME_NAME":                        finding.Info,
	"PROTO_FIELD_SAME_JSON_NAME":                   finding.Info,
	"PROTO_ENUM_VALUE_SAME_NAME":                   finding.Info,
	"PROTO_MESSAGE_SAME_JSON_FORMAT":               finding.Info,
	"PROTO_ENUM_SAME_JSON_FORMAT":                  finding.Info,
	"PROTO_FIELD_SAME_JSTYPE":                      finding.Info,

	"PROTO_SERVICE_NO_DELETE":          finding.Info,
	"PROTO_RPC_NO_DELETE":              finding.Info,
	"PROTO_RPC_SAME_REQUEST_TYPE":      finding.Info,
	"PROTO_RPC_SAME_RESPONSE_TYPE":     finding.Info,
	"PROTO_RPC_SAME_CLIENT_STREAMING":  finding.Info,
	"PROTO_RPC_SAME_SERVER_STREAMING":  finding.Info,
	"PROTO_RPC_SAME_IDEMPOTENCY_LEVEL": finding.Info,

	"PROTO_FILE_SAME_PACKAGE":              finding.Info,
	"PROTO_FILE_SAME_SYNTAX":               finding.Info,
	"PROTO_FILE_SAME_GO_PACKAGE":           finding.Info,
	"PROTO_FILE_SAME_JAVA_PACKAGE":         finding.Info,
	"PROTO_FILE_SAME_JAVA_MULTIPLE_FILES":  finding.Info,
	"PROTO_FILE_SAME_JAVA_OUTER_CLASSNAME": finding.Info,
	"PROTO_FILE_SAME_CSHARP_NAMESPACE":     finding.Info,
}

// protoRisks are the checks beside the rules. They warn, unless a breach says
// that it is information.
var protoRisks = []protoRule{
	{protoRuleCode("FIELD_NARROWED", "a number's new type does not hold all values of the old one, or the other way round"), "", OldData, eachField(fieldNarrowed)},
	{protoRuleCode("FIELD_ENUM_AND_NUMBER", "a field turned from a number into an enum, or back"), "", Meaning, eachField(fieldEnumAndNumber)},
	{protoRuleCode("FIELD_ENUM_SWAPPED", "a field turned from one enum into another"), "", Meaning, eachField(fieldEnumSwapped)},
	{protoRuleCode("FIELD_TEXT_AND_BYTES", "a field turned from string into bytes, or back"), "", OldData, eachField(fieldTextAndBytes)},
	{protoRuleCode("FIELD_UNCOMPARED_TYPE", "an extension, a group or a field within one changed its type, which the verdict does not look at"), "", Wire, eachField(fieldUncompared)},
	{protoRuleCode("FIELD_SINGLE_AND_REPEATED", "a field turned from one value into many, or back"), "", OldData, eachField(fieldSingleAndRepeated)},
	{protoRuleCode("FIELD_PRESENCE_CHANGED", "a field gained or lost presence"), "", Meaning, eachField(fieldPresenceChanged)},
	{protoRuleCode("FIELD_PACKED_CHANGED", "a repeated field is packed otherwise"), "", Wire, eachField(fieldPackedChanged)},
	{protoRuleCode("FIELD_RENUMBERED", "a field's name has another number"), "", Wire, eachMessage(fieldsRenumbered)},
	{protoRuleCode("ENUM_VALUE_RENUMBERED", "an enum value's name has another number"), "", Wire, eachEnum(valuesRenumbered)},
	{"PROTO_FIELD_SAME_ONEOF", "", OldData, eachField(fieldOneofRisk)},
	{"PROTO_ENUM_SAME_TYPE", "", OldData, eachEnum(enumTypeRisk)},
	{"PROTO_FIELD_SAME_UTF8_VALIDATION", "", OldData, eachField(fieldUTF8Risk)},
	{protoRuleCode("MESSAGE_MOVED_TO_REFERENCE", "a message moved to a referenced file, which the verdict refuses and data does not notice"), "", Code, eachMessage(messageMovedToReference)},
	{protoRuleCode("FIELD_SAME_SHAPE", "a field's message has another name and the same fields, which the verdict refuses and data does not notice"), "", Code, eachField(fieldSameShape)},
}
