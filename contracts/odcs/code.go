package odcs

import "github.com/accordhq/accord/schema/finding"

// The codes of what Parse finds. Except where a code says otherwise, its
// findings are errors: the document is not valid ODCS.
var (
	// CodeBrokenYAML is a text that no YAML reader can make sense of.
	CodeBrokenYAML = finding.Claim("CONTRACT_BROKEN_YAML", "the file is not YAML, or uses a part of YAML that has no place in a contract")
	// CodeEncoding is a text that is not UTF-8.
	CodeEncoding = finding.Claim("CONTRACT_ENCODING", "the file is not UTF-8 text")
	// CodeTooLarge is a document beyond the limits of size, depth or nodes.
	CodeTooLarge = finding.Claim("CONTRACT_TOO_LARGE", "the contract is larger or deeper than any contract needs to be")
	// CodeEmpty is a file without a document.
	CodeEmpty = finding.Claim("CONTRACT_EMPTY", "the file holds no contract")
	// CodeSeveralDocuments is a file with more than one YAML document.
	CodeSeveralDocuments = finding.Claim("CONTRACT_SEVERAL_DOCUMENTS", "the file holds more than one YAML document")
	// CodeMissingKey is a mapping without a key the standard requires.
	CodeMissingKey = finding.Claim("CONTRACT_MISSING_KEY", "a key that ODCS requires is missing")
	// CodeUnknownKey is a key the standard does not know there.
	CodeUnknownKey = finding.Claim("CONTRACT_UNKNOWN_KEY", "ODCS has no such key at this place")
	// CodeDuplicateKey is a key that stands twice in one mapping.
	CodeDuplicateKey = finding.Claim("CONTRACT_DUPLICATE_KEY", "a key stands twice in one mapping")
	// CodeWrongType is a value of another type than the standard wants.
	CodeWrongType = finding.Claim("CONTRACT_WRONG_TYPE", "a value has another type than ODCS wants")
	// CodeBadValue is a value outside of what the standard allows. It is a
	// warning where the standard asks for a form and enforces none.
	CodeBadValue = finding.Claim("CONTRACT_BAD_VALUE", "a value is none of those ODCS allows")
	// CodeDuplicateID is an id that two elements of one list share.
	CodeDuplicateID = finding.Claim("CONTRACT_DUPLICATE_ID", "two elements of one list have the same id")
	// CodeDuplicateName is a name that two elements of one list share: a
	// warning.
	CodeDuplicateName = finding.Claim("CONTRACT_DUPLICATE_NAME", "two elements of one list have the same name")
	// CodeReference is a relationship that is malformed (an error) or leads to
	// nothing in the contract (a warning).
	CodeReference = finding.Claim("CONTRACT_REFERENCE", "a relationship does not lead to an element of the contract")
	// CodeUnequalEnds is a composite key whose ends have different lengths.
	CodeUnequalEnds = finding.Claim("CONTRACT_UNEQUAL_ENDS", "the two ends of a relationship name different numbers of properties")
	// CodeDeprecated is information: the standard is about to drop something.
	CodeDeprecated = finding.Claim("CONTRACT_DEPRECATED", "ODCS is about to drop what the contract uses")
	// CodeNotPortable is a warning: the text of the standard allows something
	// that its JSON Schema, and so other tools, refuse.
	CodeNotPortable = finding.Claim("CONTRACT_NOT_PORTABLE", "the text of ODCS allows it, tools that follow its JSON Schema do not")
	// CodeTooManyFaults ends a list of findings that was cut off.
	CodeTooManyFaults = finding.Claim("CONTRACT_TOO_MANY_FAULTS", "the contract has more faults than are shown")
)

// The codes of what Document.Streams finds: valid ODCS that leaves open which
// subject or schema it speaks of.
var (
	// CodeNoTopic is a schema object without physicalName and subject.
	CodeNoTopic = finding.Claim("CONTRACT_NO_TOPIC", "a schema object names neither topic nor subject")
	// CodeSubjectTwice is a subject that two schema objects describe.
	CodeSubjectTwice = finding.Claim("CONTRACT_SUBJECT_TWICE", "two schema objects describe the same subject")
	// CodeSeveralSchemaFiles is a schema object that names several files.
	CodeSeveralSchemaFiles = finding.Claim("CONTRACT_SEVERAL_SCHEMA_FILES", "a schema object names more than one schema file")
	// CodeBadSubject is a custom property subject or keySubject that is no
	// name.
	CodeBadSubject = finding.Claim("CONTRACT_BAD_SUBJECT", "the subject a contract names is not one")
)
