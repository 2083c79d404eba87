package contracts

import "github.com/accordhq/accord/schema/finding"

// The rules for a state: what a stream owes, whenever one looks.
var (
	codeMissing     = finding.Claim("CONTRACT_MISSING", "a stream has no contract")
	codeInvalid     = finding.Claim("CONTRACT_INVALID", "a contract is not valid ODCS")
	codeSubject     = finding.Claim("CONTRACT_SUBJECT", "a contract is filed under a subject that it does not describe")
	codeTooLarge    = finding.Claim("CONTRACT_TOO_MANY_STREAMS", "a document describes more streams, or promises more, than any contract needs to")
	codeNoSchema    = finding.Claim("CONTRACT_SCHEMA_MISSING", "a contract describes a subject that has no schema")
	codeBadVersion  = finding.Claim("CONTRACT_VERSION_INVALID", "a contract's version is no semantic version")
	codeBadStatus   = finding.Claim("CONTRACT_STATUS_UNKNOWN", "a contract's status is none of those that have a meaning")
	codeNoEnd       = finding.Claim("CONTRACT_STATUS_NO_END", "a deprecated stream names neither its end nor what replaces it")
	codeUnknown     = finding.Claim("CONTRACT_FIELD_UNKNOWN", "a contract describes a field that the schema does not have")
	codeUnlisted    = finding.Claim("CONTRACT_FIELD_UNLISTED", "a schema has a field that the contract does not list")
	codeNullable    = finding.Claim("CONTRACT_FIELD_NULLABLE", "a contract requires a field that the schema lets be absent or null")
	codeType        = finding.Claim("CONTRACT_FIELD_TYPE", "a contract's logical type contradicts the schema's type")
	codeTagMismatch = finding.Claim("CONTRACT_TAG_MISMATCH", "a contract and the tags in the schema do not agree about a field")

	codeRule = finding.Claim("CONTRACT_RULE_UNUSABLE", "what a contract says as a rule cannot be one, so nobody runs it")

	codePurpose = finding.Claim("DOC_PURPOSE_MISSING", "a contract does not say what its stream is for")

	codeNoTeam    = finding.Claim("OWNER_TEAM_MISSING", "a contract names no team")
	codeNoOwner   = finding.Claim("OWNER_MISSING", "nobody in a contract's team has the role owner")
	codeOwnerLeft = finding.Claim("OWNER_LEFT", "everybody with the role owner has left")
	codeOwnerDate = finding.Claim("OWNER_DATE_INVALID", "the date on which an owner came or left is none")
	codeNoSupport = finding.Claim("OWNER_SUPPORT_MISSING", "a contract names no channel where consumers find help")

	codeNoLevels = finding.Claim("SLA_MISSING", "a contract promises no service level")
)

// The rules for a change.
var (
	codeRemoved       = finding.ClaimChange("CONTRACT_REMOVED", "a stream had a contract and has none any more")
	codeStreamRemoved = finding.ClaimChange("CONTRACT_STREAM_REMOVED", "a stream goes that its contract still promises")
	codeRenamed       = finding.ClaimChange("CONTRACT_ID_CHANGED", "a stream's contract has another id than before")
	codeFormat        = finding.ClaimChange("CONTRACT_FORMAT_CHANGED", "a stream's schema is written in another language than before")

	codeFieldRemoved  = finding.ClaimChange("CONTRACT_FIELD_REMOVED", "a field that the contract marks required is gone")
	codeFieldRenamed  = finding.ClaimChange("CONTRACT_FIELD_RENAMED", "a field that the contract marks required has another name or place")
	codeFieldNarrowed = finding.ClaimChange("CONTRACT_FIELD_NARROWED", "a field that the contract marks required holds less than before")
	codeFieldRetyped  = finding.ClaimChange("CONTRACT_FIELD_RETYPED", "a field that the contract marks required has a type that old readers misread")
	codeFieldRelaxed  = finding.ClaimChange("CONTRACT_FIELD_RELAXED", "a field that the contract marked required may be absent now")
	codeFieldRemeant  = finding.ClaimChange("CONTRACT_FIELD_REMEANT", "the documentation of a required field says something else than before")
	codeClassLowered  = finding.ClaimChange("CONTRACT_CLASSIFICATION_LOWERED", "a field's classification is lower than before, or gone")
	codeTagRemoved    = finding.ClaimChange("CONTRACT_TAG_REMOVED", "a field has lost a tag")

	codeBackwards = finding.ClaimChange("CONTRACT_VERSION_BACKWARDS", "a contract's version is lower than before")
	codeUnchanged = finding.ClaimChange("CONTRACT_VERSION_UNCHANGED", "a contract changed and its version did not")
	codeBump      = finding.ClaimChange("CONTRACT_VERSION_BUMP", "a contract's version announces less than what changed")

	codeTransition = finding.ClaimChange("CONTRACT_STATUS_TRANSITION", "a contract's status may not follow the one before")
	codeFrozen     = finding.ClaimChange("CONTRACT_STATUS_FROZEN", "the schema of a deprecated stream changed incompatibly")
	codeClosed     = finding.ClaimChange("CONTRACT_STATUS_RETIRED", "a retired stream was given another schema version")

	codePurposeRemoved     = finding.ClaimChange("DOC_PURPOSE_REMOVED", "a contract does not say any more what its stream is for")
	codeDescriptionRemoved = finding.ClaimChange("DOC_DESCRIPTION_REMOVED", "a contract does not describe a field any more that it did describe")

	codeOwnerRemoved   = finding.ClaimChange("OWNER_REMOVED", "a contract had an owner and has none any more")
	codeSupportRemoved = finding.ClaimChange("OWNER_SUPPORT_REMOVED", "a contract had a support channel and has none any more")
)
