package registry

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
)

// Dialect is how a registry speaks to its clients. It is part of the top
// level's Policy, so that every replica speaks alike.
type Dialect struct {
	APIVersion APIVersion
	SchemaText SchemaText
}

// APIVersion is a version of Confluent's API: what its servers of that version
// sent, clients of that time are sent (registry API 0.1).
type APIVersion struct{ Major, Minor int }

// The oldest and the newest version that is spoken.
var (
	OldestAPI = APIVersion{5, 0}
	NewestAPI = APIVersion{8, 5}
)

// ParseAPIVersion reads "7.6"; a patch level after it is ignored. Anything that
// is no version from OldestAPI to NewestAPI is CodeInvalidPolicy.
func ParseAPIVersion(s string) (APIVersion, error) {
	major, rest, _ := strings.Cut(s, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, errMajor := strconv.ParseUint(major, 10, 7)
	b, errMinor := strconv.ParseUint(minor, 10, 7)
	v := APIVersion{int(a), int(b)}
	if errMajor != nil || errMinor != nil || !v.AtLeast(OldestAPI) || !NewestAPI.AtLeast(v) {
		return APIVersion{}, errorf(CodeInvalidPolicy, "'%s' is no version of the API. Valid values are %s to %s", s, OldestAPI, NewestAPI)
	}
	return v, nil
}

// AtLeast reports whether v is other or newer.
func (v APIVersion) AtLeast(other APIVersion) bool {
	return v.Major > other.Major || v.Major == other.Major && v.Minor >= other.Minor
}

// String prints "7.6".
func (v APIVersion) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// MarshalText implements encoding.TextMarshaler.
func (v APIVersion) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (v *APIVersion) UnmarshalText(text []byte) error {
	parsed, err := ParseAPIVersion(string(text))
	*v = parsed
	return err
}

// SchemaText says which text of a schema clients get.
type SchemaText string

const (
	// SourceText is the text as it was registered, byte for byte.
	SourceText SchemaText = "source"
	// ConfluentText is the text as Confluent's server prints it, for those who
	// compare strings. Comments of Protobuf schemas do not make a version then.
	ConfluentText SchemaText = "confluent"
)

// SchemaTexts lists the values, the default first.
func SchemaTexts() []SchemaText { return []SchemaText{SourceText, ConfluentText} }

// ParseSchemaText reads a value in any case, or answers CodeInvalidPolicy.
func ParseSchemaText(s string) (SchemaText, error) {
	for _, t := range SchemaTexts() {
		if strings.EqualFold(s, string(t)) {
			return t, nil
		}
	}
	return "", errorf(CodeInvalidPolicy, "schemaText '%s' is not known. Valid values are %v", s, SchemaTexts())
}

func (st *State) dialect() Dialect {
	d := Dialect{APIVersion: NewestAPI, SchemaText: SourceText}
	if p := st.ownPolicy(""); p != nil {
		if p.APIVersion != nil {
			d.APIVersion = *p.APIVersion
		}
		if p.SchemaText != nil {
			d.SchemaText = *p.SchemaText
		}
	}
	return d
}

func (st *State) reprints() bool { return st.dialect().SchemaText == ConfluentText }

// Dialect returns how the registry speaks now.
func (r *Registry) Dialect() Dialect { return r.state.Load().dialect() }

// reprint is a version as Confluent's server would store it: normalised where
// it was registered so, which its GUID tells.
func (v *version) reprint(parsed schema.Parsed) string {
	canonical := parsed.Canonical()
	if schema.ContentGUID(canonical, v.refs, v.metadata, v.rules) == v.same.GUID {
		return canonical
	}
	return parsed.Normalized()
}
