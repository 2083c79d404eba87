package schema

// EntityType says what carries inline tags.
type EntityType string

// The entity types of Confluent's tagging API.
const (
	EntityRecord EntityType = "sr_record"
	EntityField  EntityType = "sr_field"
)

// ElementTags are inline tags of one element, as Confluent's tagging API moves
// them (registry API 1.3, SchemaTags).
type ElementTags struct {
	Entity Entity   `json:"schemaEntity"`
	Tags   []string `json:"tags"`
}

// Entity names an element: EntityPath is "<record full name>.<field>" for a
// field and the record's full name for a record.
type Entity struct {
	Path string     `json:"entityPath"`
	Type EntityType `json:"entityType"`
}

// Taggable schemas can have their inline tags changed in the text.
type Taggable interface {
	// WithTags returns the text with tags added to and removed from
	// elements, everything else left as it is. Naming an element that is not
	// there is an *Error.
	WithTags(add, remove []ElementTags) (string, error)
}
