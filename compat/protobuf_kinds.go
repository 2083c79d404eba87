package compat

import "strings"

// Kinds of Protobuf differences, named as Confluent names them (compatibility
// reference 3.1).
const (
	protoPackageChanged           = "PACKAGE_CHANGED"
	protoMessageAdded             = "MESSAGE_ADDED"
	protoMessageRemoved           = "MESSAGE_REMOVED"
	protoMessageMoved             = "MESSAGE_MOVED"
	protoEnumAdded                = "ENUM_ADDED"
	protoEnumRemoved              = "ENUM_REMOVED"
	protoEnumConstAdded           = "ENUM_CONST_ADDED"
	protoEnumConstRemoved         = "ENUM_CONST_REMOVED"
	protoEnumConstChanged         = "ENUM_CONST_CHANGED"
	protoFieldAdded               = "FIELD_ADDED"
	protoFieldRemoved             = "FIELD_REMOVED"
	protoFieldNameChanged         = "FIELD_NAME_CHANGED"
	protoFieldKindChanged         = "FIELD_KIND_CHANGED"
	protoFieldScalarKindChanged   = "FIELD_SCALAR_KIND_CHANGED"
	protoFieldNamedTypeChanged    = "FIELD_NAMED_TYPE_CHANGED"
	protoFieldNumericLabelChanged = "FIELD_NUMERIC_LABEL_CHANGED"
	protoFieldStringLabelChanged  = "FIELD_STRING_OR_BYTES_LABEL_CHANGED"
	protoRequiredFieldAdded       = "REQUIRED_FIELD_ADDED"
	protoRequiredFieldRemoved     = "REQUIRED_FIELD_REMOVED"
	protoOneofAdded               = "ONEOF_ADDED"
	protoOneofRemoved             = "ONEOF_REMOVED"
	protoOneofFieldAdded          = "ONEOF_FIELD_ADDED"
	protoOneofFieldRemoved        = "ONEOF_FIELD_REMOVED"
	protoOneofFieldMovedToTop     = "ONEOF_FIELD_MOVED_TO_TOP_LEVEL"
	protoMultipleFieldsToOneof    = "MULTIPLE_FIELDS_MOVED_TO_ONEOF"
	protoFieldToExistingOneof     = "FIELD_MOVED_TO_EXISTING_ONEOF"
)

// protoSentences describe the kinds: $p stands for the path, $r for the
// reader's side and $w for the writer's. The kinds that break have Confluent's
// sentences (registry API 2.11); it has none for the others.
var protoSentences = map[string]string{
	protoPackageChanged:           "The package at '$p' in the $r schema does not match the package in the $w schema",
	protoMessageRemoved:           "The $r schema is missing a MESSAGE type at path '$p' in the $w schema",
	protoFieldKindChanged:         "The type of a field at path '$p' in the $r schema does not match the $w schema",
	protoFieldScalarKindChanged:   "The kind of a SCALAR field at path '$p' in the $r schema does not match its kind in the $w schema",
	protoFieldNamedTypeChanged:    "The type of a MESSAGE field at path '$p' in the $r schema does not match its type in the $w schema",
	protoFieldNumericLabelChanged: "The label for a NUMERIC field at path '$p' in the $r schema does not match its label in the $w schema",
	protoRequiredFieldAdded:       "A required field  at path '$p' in the $r schema is missing in the $w schema",
	protoRequiredFieldRemoved:     "The $r schema is missing a required field at path: '$p' in the $w schema",
	protoOneofFieldRemoved:        "The $r schema is missing a oneof field at path '$p' in the $w schema",
	protoMultipleFieldsToOneof:    "Multiple fields in the oneof at path '$p' in the $r schema are outside a oneof in the $w schema",
	protoFieldToExistingOneof:     "A field in the oneof at path '$p' in the $r schema is outside an existing oneof in the $w schema",

	protoMessageAdded:            "The $w schema has no message at path '$p' of the $r schema",
	protoMessageMoved:            "The message at path '$p' has another place among its siblings in the $r schema than in the $w schema",
	protoEnumAdded:               "The $w schema has no enum at path '$p' of the $r schema",
	protoEnumRemoved:             "The $r schema has no enum at path '$p' of the $w schema",
	protoEnumConstAdded:          "The $w schema has no enum value at path '$p' of the $r schema",
	protoEnumConstRemoved:        "The $r schema has no enum value at path '$p' of the $w schema",
	protoEnumConstChanged:        "The enum value at path '$p' has another name in the $r schema than in the $w schema",
	protoFieldAdded:              "The $w schema has no field at path '$p' of the $r schema",
	protoFieldRemoved:            "The $r schema has no field at path '$p' of the $w schema",
	protoFieldNameChanged:        "The field at path '$p' has another name in the $r schema than in the $w schema",
	protoFieldStringLabelChanged: "The string or bytes field at path '$p' has another label in the $r schema than in the $w schema",
	protoOneofAdded:              "The $w schema has no oneof at path '$p' of the $r schema",
	protoOneofRemoved:            "The $r schema has no oneof at path '$p' of the $w schema",
	protoOneofFieldAdded:         "The $w schema has no field at path '$p' of the $r schema, where it is in a oneof",
	protoOneofFieldMovedToTop:    "The field at path '$p' of the $w schema is in no oneof of the $r schema",
}

// protoBreaking are the kinds that are incompatible.
var protoBreaking = map[string]bool{
	protoPackageChanged: true, protoMessageRemoved: true, protoFieldKindChanged: true,
	protoFieldScalarKindChanged: true, protoFieldNamedTypeChanged: true, protoFieldNumericLabelChanged: true,
	protoRequiredFieldAdded: true, protoRequiredFieldRemoved: true, protoOneofFieldRemoved: true,
	protoMultipleFieldsToOneof: true, protoFieldToExistingOneof: true,
}

// describeProto fills a kind's sentence in. Path and sides go in as they are:
// what looks like a placeholder in a name stays text.
func describeProto(kind, path string, sides Sides) string {
	return strings.NewReplacer("$p", path, "$r", sides.Reader, "$w", sides.Writer).Replace(protoSentences[kind])
}
