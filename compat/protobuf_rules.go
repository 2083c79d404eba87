package compat

import (
	"context"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/protobuf"
)

// protoRule is one rule about a change from an old schema to a new one.
type protoRule struct {
	code finding.Code
	// sets are the letters of the sets the rule belongs to: F for FileRules, P
	// for PackageRules, J for WireJSONRules, W for WireRules.
	sets   string
	breaks Breaks
	check  protoCheck
}

// protoCheck finds all breaches of one rule.
type protoCheck func(*protoChange) []protoBreach

// protoBreach is one place where a rule is broken.
type protoBreach struct {
	// old and next are the element on either side, one of them nil if it is
	// there no more or was not there before.
	old, next protoreflect.Descriptor
	// statement is the statement of the file that the breach is about:
	// "package", "syntax", "option java_package"; "" for the element as such.
	statement     string
	message, hint string
	// severity and breaks are the rule's unless the breach has its own.
	severity finding.Severity
	breaks   Breaks
}

// protoRuleCode claims the code of a rule.
func protoRuleCode(rule, purpose string) finding.Code {
	return finding.Claim(finding.Code("PROTO_"+rule), purpose)
}

// ruleSetLetters are the letters of protoRule.sets.
var ruleSetLetters = map[Rules]string{FileRules: "F", PackageRules: "P", WireJSONRules: "J", WireRules: "W"}

// protoRules are all rules by what they look at (compatibility reference 3.7).
var protoRules = []protoRule{
	// Files.
	{protoRuleCode("FILE_NO_DELETE", "a referenced file stays"), "F", Code, eachGoneFile(fileDeleted)},
	{protoRuleCode("PACKAGE_NO_DELETE", "a package stays"), "P", Code, packagesDeleted},
	{protoRuleCode("FILE_SAME_PACKAGE", "a file keeps its package"), "FPJW", Code, eachFile(fileSamePackage)},
	{protoRuleCode("FILE_SAME_SYNTAX", "a file keeps its syntax or edition"), "FP", Code, eachFile(fileSameSyntax)},
	{protoRuleCode("FILE_SAME_GO_PACKAGE", "a file keeps its option go_package"), "FP", Code, fileSameOption("go_package", (*descriptorpb.FileOptions).GetGoPackage)},
	{protoRuleCode("FILE_SAME_JAVA_PACKAGE", "a file keeps its option java_package"), "FP", Code, fileSameOption("java_package", (*descriptorpb.FileOptions).GetJavaPackage)},
	{protoRuleCode("FILE_SAME_JAVA_MULTIPLE_FILES", "a file keeps its option java_multiple_files"), "FP", Code, fileSameOption("java_multiple_files", (*descriptorpb.FileOptions).GetJavaMultipleFiles)},
	{protoRuleCode("FILE_SAME_JAVA_OUTER_CLASSNAME", "a file keeps its option java_outer_classname"), "FP", Code, fileSameOption("java_outer_classname", (*descriptorpb.FileOptions).GetJavaOuterClassname)},
	{protoRuleCode("FILE_SAME_JAVA_GENERIC_SERVICES", "a file keeps its option java_generic_services"), "FP", Code, fileSameOption("java_generic_services", (*descriptorpb.FileOptions).GetJavaGenericServices)},
	{protoRuleCode("FILE_SAME_RUBY_PACKAGE", "a file keeps its option ruby_package"), "FP", Code, fileSameOption("ruby_package", (*descriptorpb.FileOptions).GetRubyPackage)},
	{protoRuleCode("FILE_SAME_CSHARP_NAMESPACE", "a file keeps its option csharp_namespace"), "FP", Code, fileSameOption("csharp_namespace", (*descriptorpb.FileOptions).GetCsharpNamespace)},
	{protoRuleCode("FILE_SAME_PHP_CLASS_PREFIX", "a file keeps its option php_class_prefix"), "FP", Code, fileSameOption("php_class_prefix", (*descriptorpb.FileOptions).GetPhpClassPrefix)},
	{protoRuleCode("FILE_SAME_PHP_NAMESPACE", "a file keeps its option php_namespace"), "FP", Code, fileSameOption("php_namespace", (*descriptorpb.FileOptions).GetPhpNamespace)},
	{protoRuleCode("FILE_SAME_PHP_METADATA_NAMESPACE", "a file keeps its option php_metadata_namespace"), "FP", Code, fileSameOption("php_metadata_namespace", (*descriptorpb.FileOptions).GetPhpMetadataNamespace)},
	{protoRuleCode("FILE_SAME_OBJC_CLASS_PREFIX", "a file keeps its option objc_class_prefix"), "FP", Code, fileSameOption("objc_class_prefix", (*descriptorpb.FileOptions).GetObjcClassPrefix)},
	{protoRuleCode("FILE_SAME_SWIFT_PREFIX", "a file keeps its option swift_prefix"), "FP", Code, fileSameOption("swift_prefix", (*descriptorpb.FileOptions).GetSwiftPrefix)},
	{protoRuleCode("FILE_SAME_OPTIMIZE_FOR", "a file keeps its option optimize_for"), "FP", Code, fileSameOption("optimize_for", (*descriptorpb.FileOptions).GetOptimizeFor)},
	{protoRuleCode("FILE_SAME_CC_GENERIC_SERVICES", "a file keeps its option cc_generic_services"), "FP", Code, fileSameOption("cc_generic_services", (*descriptorpb.FileOptions).GetCcGenericServices)},
	{protoRuleCode("FILE_SAME_PY_GENERIC_SERVICES", "a file keeps its option py_generic_services"), "FP", Code, fileSameOption("py_generic_services", (*descriptorpb.FileOptions).GetPyGenericServices)},
	{protoRuleCode("FILE_SAME_CC_ENABLE_ARENAS", "a file keeps its option cc_enable_arenas"), "FP", Code, fileSameOption("cc_enable_arenas", (*descriptorpb.FileOptions).GetCcEnableArenas)},

	// What files declare.
	{protoRuleCode("MESSAGE_NO_DELETE", "a message stays in its file"), "F", Code, goneFromFile[protoreflect.MessageDescriptor]},
	{protoRuleCode("ENUM_NO_DELETE", "an enum stays in its file"), "F", Code, goneFromFile[protoreflect.EnumDescriptor]},
	{protoRuleCode("EXTENSION_NO_DELETE", "an extension stays in its file"), "F", Code, goneFromFile[protoreflect.ExtensionDescriptor]},
	{protoRuleCode("SERVICE_NO_DELETE", "a service stays in its file"), "F", Code, goneFromFile[protoreflect.ServiceDescriptor]},
	{protoRuleCode("PACKAGE_MESSAGE_NO_DELETE", "a message stays in its package"), "P", Code, goneFromPackage[protoreflect.MessageDescriptor]},
	{protoRuleCode("PACKAGE_ENUM_NO_DELETE", "an enum stays in its package"), "P", Code, goneFromPackage[protoreflect.EnumDescriptor]},
	{protoRuleCode("PACKAGE_EXTENSION_NO_DELETE", "an extension stays in its package"), "P", Code, goneFromPackage[protoreflect.ExtensionDescriptor]},
	{protoRuleCode("PACKAGE_SERVICE_NO_DELETE", "a service stays in its package"), "P", Code, goneFromPackage[protoreflect.ServiceDescriptor]},

	// Messages.
	{protoRuleCode("MESSAGE_SAME_REQUIRED_FIELDS", "no required field is added or removed"), "FPJW", Wire, eachMessage(messageSameRequired)},
	{protoRuleCode("MESSAGE_SAME_JSON_FORMAT", "a message's JSON form stays supported"), "FPJ", JSONForm, eachMessage(messageSameJSONFormat)},
	{protoRuleCode("MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR", "generated code keeps its descriptor accessor"), "FP", Code, eachMessage(messageKeepsAccessor)},
	{protoRuleCode("RESERVED_MESSAGE_NO_DELETE", "reserved field numbers and names stay reserved"), "FPJW", Wire, eachMessage(messageSameReserved)},
	{protoRuleCode("EXTENSION_MESSAGE_NO_DELETE", "extension ranges stay"), "FP", Wire, eachMessage(messageSameExtensionRanges)},
	{protoRuleCode("ONEOF_NO_DELETE", "a oneof stays"), "FP", Code, eachMessage(oneofsDeleted)},

	// Fields, extensions among them.
	{protoRuleCode("FIELD_NO_DELETE", "a field stays"), "FP", Code, eachGoneField(fieldDeleted)},
	{protoRuleCode("FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", "a field is removed only if its number becomes reserved"), "JW", Wire, eachGoneField(fieldNumberFreed)},
	{protoRuleCode("FIELD_NO_DELETE_UNLESS_NAME_RESERVED", "a field is removed only if its name becomes reserved"), "J", JSONForm, eachGoneField(fieldNameFreed)},
	{protoRuleCode("FIELD_SAME_TYPE", "a field keeps exactly its type"), "FP", Code, eachField(fieldSameType)},
	{protoRuleCode("FIELD_WIRE_COMPATIBLE_TYPE", "a field's type stays in its group on the wire"), "W", Wire, eachField(fieldWireType)},
	{protoRuleCode("FIELD_WIRE_JSON_COMPATIBLE_TYPE", "a field's type stays in its group on the wire and in JSON"), "J", JSONForm, eachField(fieldWireJSONType)},
	{protoRuleCode("FIELD_SAME_CARDINALITY", "a field keeps exactly its presence, or stays repeated or a map"), "FP", Code, eachField(fieldSameCardinality)},
	{protoRuleCode("FIELD_WIRE_COMPATIBLE_CARDINALITY", "a field stays single, required or repeated on the wire"), "W", Wire, eachField(fieldWireCardinality)},
	{protoRuleCode("FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY", "a field stays single, required, repeated or a map on the wire and in JSON"), "J", JSONForm, eachField(fieldWireJSONCardinality)},
	{protoRuleCode("FIELD_SAME_NAME", "a field keeps its name"), "FPJ", JSONForm, eachField(fieldSameName)},
	{protoRuleCode("FIELD_SAME_JSON_NAME", "a field keeps its name in JSON"), "FPJ", JSONForm, eachField(fieldSameJSONName)},
	{protoRuleCode("FIELD_SAME_ONEOF", "a field moves neither into nor out of a oneof"), "FPJW", Wire, eachField(fieldSameOneof)},
	{protoRuleCode("FIELD_SAME_DEFAULT", "a field keeps its default"), "FPJW", Meaning, eachField(fieldSameDefault)},
	{protoRuleCode("FIELD_SAME_JSTYPE", "a field keeps its type in JavaScript"), "FP", Code, eachField(fieldSameJSType)},
	{protoRuleCode("FIELD_SAME_UTF8_VALIDATION", "a string field keeps whether its text is checked"), "FP", Code, eachField(fieldSameUTF8)},
	{protoRuleCode("FIELD_SAME_JAVA_UTF8_VALIDATION", "a string field keeps whether Java checks its text"), "FP", Code, eachField(fieldSameJavaUTF8)},
	{protoRuleCode("FIELD_SAME_CPP_STRING_TYPE", "a string or bytes field keeps its type in C++"), "FP", Code, eachField(fieldSameCppString)},

	// Enums.
	{protoRuleCode("ENUM_SAME_TYPE", "an enum stays open or closed"), "FP", Code, eachEnum(enumSameType)},
	{protoRuleCode("ENUM_SAME_JSON_FORMAT", "an enum's JSON form stays supported"), "FPJ", JSONForm, eachEnum(enumSameJSONFormat)},
	{protoRuleCode("RESERVED_ENUM_NO_DELETE", "reserved enum numbers and names stay reserved"), "FPJW", Wire, eachEnum(enumSameReserved)},
	{protoRuleCode("ENUM_VALUE_NO_DELETE", "an enum's number stays"), "FP", Code, eachGoneNumber(valueDeleted)},
	{protoRuleCode("ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED", "an enum's number is removed only if it becomes reserved"), "JW", Wire, eachGoneNumber(valueNumberFreed)},
	{protoRuleCode("ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", "an enum's number is removed only if all its names become reserved"), "J", JSONForm, eachGoneNumber(valueNameFreed)},
	{protoRuleCode("ENUM_VALUE_SAME_NAME", "an enum's number keeps its names"), "FPJ", JSONForm, eachEnum(valueSameName)},

	// Services.
	{protoRuleCode("RPC_NO_DELETE", "an rpc stays"), "FP", Code, eachService(rpcDeleted)},
	{protoRuleCode("RPC_SAME_REQUEST_TYPE", "an rpc keeps its request type"), "FPJW", Wire, eachRPC(rpcSameRequest)},
	{protoRuleCode("RPC_SAME_RESPONSE_TYPE", "an rpc keeps its response type"), "FPJW", Wire, eachRPC(rpcSameResponse)},
	{protoRuleCode("RPC_SAME_CLIENT_STREAMING", "an rpc keeps whether the client streams"), "FPJW", Wire, eachRPC(rpcSameClientStreaming)},
	{protoRuleCode("RPC_SAME_SERVER_STREAMING", "an rpc keeps whether the server streams"), "FPJW", Wire, eachRPC(rpcSameServerStreaming)},
	{protoRuleCode("RPC_SAME_IDEMPOTENCY_LEVEL", "an rpc keeps its idempotency level"), "FPJW", Meaning, eachRPC(rpcSameIdempotency)},
}

// checkProtoRules runs the rules of a set.
func checkProtoRules(ctx context.Context, set Rules, old, next *protobuf.File) ([]finding.Finding, error) {
	c := newProtoChange(ctx, old, next)
	var found []finding.Finding
	for _, rule := range protoRules {
		if strings.Contains(rule.sets, ruleSetLetters[set]) {
			found = append(found, c.run(rule, finding.Error)...)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	finding.Sort(found)
	return found, nil
}

// run turns a rule's breaches into findings of a severity, or of a breach's
// own.
func (c *protoChange) run(rule protoRule, severity finding.Severity) []finding.Finding {
	if c.err != nil {
		return nil
	}
	var found []finding.Finding
	for _, b := range rule.check(c) {
		if b.severity == "" {
			b.severity = severity
		}
		if b.breaks == "" {
			b.breaks = rule.breaks
		}
		f := c.locate(b)
		f.Code, f.Severity, f.Message, f.Hint = rule.code, b.severity, b.message, b.hint
		found = append(found, f)
	}
	return found
}
