package schema

// Kind says what sort of element a Field is.
type Kind string

// The kinds of elements.
const (
	KindObject Kind = "object" // Avro record or error, Protobuf message, JSON object schema
	KindField  Kind = "field"  // record field, message field, property
	KindEnum   Kind = "enum"   // Avro enum, Protobuf enum, JSON enum
	KindSymbol Kind = "symbol" // one value of an enum
)

// Field is one element of a schema, the same in every language: what
// compatibility, contracts, PII and lineage talk about.
//
// Elements come in declaration order, an object before its fields. A named
// type used in several places is unfolded at each of them, so that every data
// path is there; a type met inside itself is not unfolded again, and past
// MaxFields elements only types not yet seen are. Ref names the type then.
type Field struct {
	Kind Kind `json:"kind"`
	// Path leads from the root to the element through the data:
	// "customer.address.city"; "[]" steps into array items, "{}" into map
	// values, "<com.acme.Card>" into one branch of a union. The root object's
	// path is "". A symbol's path is its enum's followed by "#SYMBOL".
	Path string `json:"path"`
	// Name is the element's own name: a field's name, a symbol, a type's full
	// name.
	Name string `json:"name"`
	// Parent is the full name of the type that declares the element: record,
	// message, enum, or the title of a JSON object ("" if it has none).
	Parent string `json:"parent,omitempty"`
	// Type is the type as a user of the language writes it, short: "string",
	// "long (timestamp-millis)", "array<com.acme.Line>", "map<string>",
	// "int64", "repeated .acme.v1.Line", "integer | null".
	Type string `json:"type"`
	// Ref is the full name of the named type below a field, if there is one.
	Ref string `json:"ref,omitempty"`
	// Optional: the value may be absent or null.
	Optional bool `json:"optional,omitempty"`
	// Default is the default value as JSON text, "" for none.
	Default string `json:"default,omitempty"`
	// Doc is the documentation that counts for the element, with comment
	// markers and surrounding white space gone. "" is undocumented.
	Doc string `json:"doc,omitempty"`
	// Tags are the inline tags (confluent:tags, confluent.field_meta), sorted.
	Tags []string `json:"tags,omitempty"`
	// Number is the Protobuf field or enum number; 0 elsewhere.
	Number int `json:"number,omitempty"`
	// Pointer is the JSON pointer of the element in the schema text, for Avro
	// and JSON Schema; "" elsewhere.
	Pointer string `json:"pointer,omitempty"`
	// Deprecated is set where the schema says that the element is.
	Deprecated bool `json:"deprecated,omitempty"`
	// Position is where the element begins. File is the dependency's name when
	// it is declared in one, "" for the text itself.
	Position
	File string `json:"file,omitempty"`
}
