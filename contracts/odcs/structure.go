package odcs

import "slices"

// field is a key of a mapping: its name, the type of its value, and whether a
// document is invalid without it.
//
// A type is one of the scalars that judge.scalar knows, an enumeration, a
// mapping of this file, "[]" and a type, or one of the composed types that
// judge.value knows.
type field struct {
	name, typ string
	required  bool
}

const required = true

// mappings are the structures of ODCS v3.1 by the name this package gives
// them. A mapping has these keys and no others; their order is the one in
// which a new key is written.
var mappings = map[string][]field{
	"contract": {
		{"apiVersion", "apiVersion", required},
		{"kind", "kind", required},
		{"id", "text", required},
		{"name", "text", false},
		{"version", "text", required},
		{"status", "text", required},
		{"domain", "text", false},
		{"dataProduct", "text", false},
		{"tenant", "text", false},
		{"tags", "[]text", false},
		{"description", "description", false},
		{"contractCreatedTs", "dateTime", false},
		{"authoritativeDefinitions", "[]definition", false},
		{"customProperties", "[]customProperty", false},
		{"servers", "[]server", false},
		{"schema", "[]object", false},
		{"team", "team", false},
		{"roles", "[]role", false},
		{"support", "[]support", false},
		{"slaDefaultElement", "text", false},
		{"slaProperties", "[]sla", false},
		{"price", "price", false},
	},
	"description": {
		{"purpose", "text", false},
		{"usage", "text", false},
		{"limitations", "text", false},
		{"authoritativeDefinitions", "[]definition", false},
		{"customProperties", "[]customProperty", false},
	},
	"definition": {
		{"id", "id", false},
		{"type", "text", required},
		{"url", "text", required},
		{"description", "text", false},
	},
	"customProperty": {
		{"id", "id", false},
		{"property", "text", required},
		{"value", "any", required},
		{"description", "text", false},
	},
	"object": slices.Concat(element, []field{
		{"logicalType", "objectType", false},
		{"dataGranularityDescription", "text", false},
		{"relationships", "[]objectRelationship", false},
		{"quality", "[]quality", false},
		{"properties", "[]property", false},
	}),
	"property": slices.Concat(element, propertyKeys),
	"item":     slices.Concat(itemElement, propertyKeys),
	"objectRelationship": {
		{"type", "relationshipType", false},
		{"from", "references", required},
		{"to", "references", required},
		{"description", "text", false},
		{"customProperties", "[]customProperty", false},
	},
	"propertyRelationship": {
		{"type", "relationshipType", false},
		{"to", "references", required},
		{"description", "text", false},
		{"customProperties", "[]customProperty", false},
	},
	"team": {
		{"id", "id", false},
		{"name", "text", false},
		{"description", "text", false},
		{"tags", "[]text", false},
		{"authoritativeDefinitions", "[]definition", false},
		{"customProperties", "[]customProperty", false},
		{"members", "[]member", false},
	},
	"member": {
		{"id", "id", false},
		{"username", "text", required},
		{"name", "text", false},
		{"description", "text", false},
		{"role", "text", false},
		{"dateIn", "date", false},
		{"dateOut", "date", false},
		{"replacedByUsername", "text", false},
		{"tags", "[]text", false},
		{"authoritativeDefinitions", "[]definition", false},
		{"customProperties", "[]customProperty", false},
	},
	"role": {
		{"id", "id", false},
		{"role", "text", required},
		{"description", "text", false},
		{"access", "text", false},
		{"firstLevelApprovers", "text", false},
		{"secondLevelApprovers", "text", false},
		{"customProperties", "[]customProperty", false},
	},
	"support": {
		{"id", "id", false},
		{"channel", "text", required},
		{"url", "text", false},
		{"description", "text", false},
		{"tool", "text", false},
		{"scope", "text", false},
		{"invitationUrl", "text", false},
		{"customProperties", "[]customProperty", false},
	},
	"sla": {
		{"id", "id", false},
		{"property", "text", required},
		{"value", "scalar", required},
		{"valueExt", "scalar", false},
		{"unit", "text", false},
		{"element", "text", false},
		{"driver", "text", false},
		{"description", "text", false},
		{"scheduler", "text", false},
		{"schedule", "text", false},
	},
	"price": {
		{"id", "id", false},
		{"priceAmount", "number", false},
		{"priceCurrency", "text", false},
		{"priceUnit", "text", false},
	},
	"quality": {
		{"id", "id", false},
		{"name", "text", false},
		{"description", "text", false},
		{"type", "qualityType", false},
		{"dimension", "dimension", false},
		{"unit", "text", false},
		{"severity", "text", false},
		{"businessImpact", "text", false},
		{"method", "text", false},
		{"schedule", "text", false},
		{"scheduler", "text", false},
		{"tags", "[]text", false},
		{"authoritativeDefinitions", "[]definition", false},
		{"customProperties", "[]customProperty", false},
	},
	"server": {
		{"id", "id", false},
		{"server", "text", required},
		{"type", "serverType", required},
		{"description", "text", false},
		{"environment", "text", false},
		{"roles", "[]role", false},
		{"customProperties", "[]customProperty", false},
	},
}

// element is what schema objects and properties share.
var element = []field{
	{"id", "id", false},
	{"name", "text", required},
	{"physicalName", "text", false},
	{"physicalType", "text", false},
	{"businessName", "text", false},
	{"description", "text", false},
	{"tags", "[]text", false},
	{"authoritativeDefinitions", "[]definition", false},
	{"customProperties", "[]customProperty", false},
}

// itemElement is element for the items of an array, which need no name.
var itemElement = optional(element)

// propertyKeys are the keys properties have and schema objects do not. Which
// of "properties" and "items" fit, and which logicalTypeOptions, the logical
// type decides.
var propertyKeys = []field{
	{"logicalType", "logicalType", false},
	{"logicalTypeOptions", "mapping", false},
	{"required", "bool", false},
	{"unique", "bool", false},
	{"primaryKey", "bool", false},
	{"primaryKeyPosition", "integer", false},
	{"partitioned", "bool", false},
	{"partitionKeyPosition", "integer", false},
	{"classification", "text", false},
	{"encryptedName", "text", false},
	{"criticalDataElement", "bool", false},
	{"examples", "[]any", false},
	{"transformSourceObjects", "[]text", false},
	{"transformLogic", "text", false},
	{"transformDescription", "text", false},
	{"relationships", "[]propertyRelationship", false},
	{"quality", "[]quality", false},
	{"properties", "[]property", false},
	{"items", "item", false},
}

func optional(fields []field) []field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].required = false
	}
	return out
}

// enumerations are the closed sets of words.
var enumerations = map[string][]string{
	"apiVersion":       {"v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0", "v2.2.2", "v2.2.1", "v2.2.0"},
	"kind":             {"DataContract"},
	"objectType":       {"object"},
	"logicalType":      LogicalTypes(),
	"relationshipType": {"foreignKey"},
	"qualityType":      {"text", "library", "sql", "custom"},
	"metric":           {"nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"},
	"dimension":        {"accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"},
	"integerFormat":    {"i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"},
	"numberFormat":     {"f32", "f64"},
	"serverType": {
		"api", "athena", "azure", "bigquery", "clickhouse", "cloudsql", "custom", "databricks", "db2", "denodo", "dremio",
		"duckdb", "glue", "hive", "impala", "informix", "kafka", "kinesis", "local", "mysql", "oracle", "postgres",
		"postgresql", "presto", "pubsub", "redshift", "s3", "sftp", "snowflake", "sqlserver", "synapse", "trino",
		"vertica", "zen",
	},
}

// dimensionSynonyms are the two letters by which the text of the standard lets
// a dimension go, and its JSON Schema does not.
var dimensionSynonyms = map[string]string{
	"ac": "accuracy", "cp": "completeness", "cf": "conformity", "cs": "consistency", "cv": "coverage", "tm": "timeliness",
	"uq": "uniqueness",
}

// LogicalTypes returns the vocabulary of logicalType. There is no map, no
// bytes, no decimal, no enum and no union in it.
func LogicalTypes() []string {
	return []string{"string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean"}
}

// typeOptions are the logicalTypeOptions of each logical type; boolean has no
// say about its own.
var typeOptions = map[string][]field{
	"string": {
		{"minLength", "size", false},
		{"maxLength", "size", false},
		{"pattern", "text", false},
		{"format", "text", false},
	},
	"date":      textBounds,
	"timestamp": slices.Concat(textBounds, zoned),
	"time":      slices.Concat(textBounds, zoned),
	"integer":   slices.Concat(numberBounds, []field{{"format", "integerFormat", false}}),
	"number":    slices.Concat(numberBounds, []field{{"format", "numberFormat", false}}),
	"object": {
		{"minProperties", "size", false},
		{"maxProperties", "size", false},
		{"required", "names", false},
	},
	"array": {
		{"minItems", "size", false},
		{"maxItems", "size", false},
		{"uniqueItems", "bool", false},
	},
}

var textBounds = []field{
	{"minimum", "text", false},
	{"maximum", "text", false},
	{"exclusiveMinimum", "text", false},
	{"exclusiveMaximum", "text", false},
	{"format", "text", false},
}

var zoned = []field{
	{"timezone", "bool", false},
	{"defaultTimezone", "text", false},
}

var numberBounds = []field{
	{"minimum", "number", false},
	{"maximum", "number", false},
	{"exclusiveMinimum", "number", false},
	{"exclusiveMaximum", "number", false},
	{"multipleOf", "positive", false},
}

// operators are the comparisons of a quality check, one to a check.
var operators = []field{
	{"mustBe", "any", false},
	{"mustNotBe", "any", false},
	{"mustBeGreaterThan", "number", false},
	{"mustBeGreaterOrEqualTo", "number", false},
	{"mustBeLessThan", "number", false},
	{"mustBeLessOrEqualTo", "number", false},
	{"mustBeBetween", "range", false},
	{"mustNotBeBetween", "range", false},
}

// qualityKeys are what each type of quality check adds.
var qualityKeys = map[string][]field{
	"library": slices.Concat([]field{
		{"metric", "metric", required},
		{"rule", "text", false},
		{"arguments", "mapping", false},
	}, operators),
	"sql":    slices.Concat([]field{{"query", "text", required}}, operators),
	"custom": {{"engine", "text", required}, {"implementation", "implementation", required}},
}
