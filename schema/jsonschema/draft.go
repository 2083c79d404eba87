package jsonschema

import "strings"

// Draft is a version of the JSON Schema specification. Drafts are ordered:
// later ones compare greater.
type Draft int

// The drafts that are understood.
const (
	Draft4    Draft = 4
	Draft6    Draft = 6
	Draft7    Draft = 7
	Draft2019 Draft = 2019
	Draft2020 Draft = 2020
)

// String prints the draft as people write it: "draft-07", "2020-12".
func (d Draft) String() string {
	switch d {
	case Draft4:
		return "draft-04"
	case Draft6:
		return "draft-06"
	case Draft7:
		return "draft-07"
	case Draft2019:
		return "2019-09"
	case Draft2020:
		return "2020-12"
	}
	return "unknown draft"
}

// url is the draft's metaschema.
func (d Draft) url() string {
	if d >= Draft2019 {
		return "https://json-schema.org/draft/" + d.String() + "/schema"
	}
	return "http://json-schema.org/" + d.String() + "/schema"
}

// modern drafts read keywords beside $ref.
func (d Draft) modern() bool { return d >= Draft2019 }

// idKeyword is the keyword that names a schema.
func (d Draft) idKeyword() string {
	if d == Draft4 {
		return "id"
	}
	return "$id"
}

// draftOf reads a $schema value, with http or https and with or without an
// empty fragment. The versionless URL is draft-04, as it was when that URL was
// current (compatibility reference 4.1).
func draftOf(schemaURL string) (Draft, bool) {
	s := strings.TrimSuffix(schemaURL, "#")
	rest, ok := strings.CutPrefix(s, "http://json-schema.org/")
	if !ok {
		rest, ok = strings.CutPrefix(s, "https://json-schema.org/")
	}
	if !ok {
		return 0, false
	}
	switch rest {
	case "schema", "draft-04/schema":
		return Draft4, true
	case "draft-06/schema":
		return Draft6, true
	case "draft-07/schema":
		return Draft7, true
	case "draft/2019-09/schema":
		return Draft2019, true
	case "draft/2020-12/schema":
		return Draft2020, true
	}
	return 0, false
}

// shape says which schemas a keyword's value holds.
type shape uint8

const (
	holdsSchema shape = 1 << iota // the value is a schema
	holdsList                     // an array of schemas
	holdsMap                      // an object of schemas
)

// applicators are the keywords that hold schemas, of every draft together: a
// keyword that a draft does not know is an annotation there, and finding a
// schema inside it does no harm.
var applicators = map[string]shape{
	"$defs":                 holdsMap,
	"additionalItems":       holdsSchema,
	"additionalProperties":  holdsSchema,
	"allOf":                 holdsList,
	"anyOf":                 holdsList,
	"contains":              holdsSchema,
	"contentSchema":         holdsSchema,
	"definitions":           holdsMap,
	"dependencies":          holdsMap,
	"dependentSchemas":      holdsMap,
	"else":                  holdsSchema,
	"if":                    holdsSchema,
	"items":                 holdsSchema | holdsList,
	"not":                   holdsSchema,
	"oneOf":                 holdsList,
	"patternProperties":     holdsMap,
	"prefixItems":           holdsList,
	"properties":            holdsMap,
	"propertyNames":         holdsSchema,
	"then":                  holdsSchema,
	"unevaluatedItems":      holdsSchema,
	"unevaluatedProperties": holdsSchema,
}
