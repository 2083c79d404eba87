package rules

import "github.com/accordhq/accord/schema/finding"

// The codes of what Check finds.
var (
	codeShape     = finding.Claim("CONTRACT_RULE_SHAPE", "a rule set has the shape that registries and clients expect")
	codeLimit     = finding.Claim("CONTRACT_RULE_LIMIT", "a rule is small enough to be compiled and run safely")
	codeSyntax    = finding.Claim("CONTRACT_RULE_SYNTAX", "the expression of a rule can be parsed")
	codeField     = finding.Claim("CONTRACT_RULE_UNKNOWN_FIELD", "a rule speaks of fields that the schema has")
	codeType      = finding.Claim("CONTRACT_RULE_TYPE", "the expression of a rule fits the types of the schema")
	codeResult    = finding.Claim("CONTRACT_RULE_RESULT", "a condition gives a boolean, a transformation what its field or message can hold")
	codeGuard     = finding.Claim("CONTRACT_RULE_GUARD", "the text before the first semicolon of a rule is a guard")
	codeMatches   = finding.Claim("CONTRACT_RULE_MATCHES", "a regular expression means the same to every client")
	codePortable  = finding.Claim("CONTRACT_RULE_PORTABLE", "a rule uses what every client of Confluent's has")
	codeTag       = finding.Claim("CONTRACT_RULE_TAG", "a rule's tags are carried by fields that it can visit")
	codeWildcard  = finding.Claim("CONTRACT_RULE_WILDCARD", "a tag pattern of the metadata matches a field")
	codeEncrypt   = finding.Claim("CONTRACT_RULE_ENCRYPT", "an encryption rule names its key and reaches text and bytes alone")
	codeAction    = finding.Claim("CONTRACT_RULE_ACTION", "a rule's actions are known and have what they need")
	codeShadowed  = finding.Claim("CONTRACT_RULE_SHADOWED", "a transformation is not skipped because another has the same type, mode and tags")
	codeUnchecked = finding.Claim("CONTRACT_RULE_UNCHECKED", "a rule could be checked against the schema")
)
