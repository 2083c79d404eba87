package odcs

import "github.com/accordhq/accord/schema"

// Place is where an element of a document stands: its path, such as
// "schema[0].properties[2]", and the position of its first key.
type Place struct {
	Path string
	schema.Position
}

// Contract is what a document says, with the names of ODCS v3.1. A text is ""
// and a list nil where the document says nothing. What a single key says is at
// Document.Position(place.Path + ".key").
type Contract struct {
	// APIVersion is the version of the standard, Version the contract's own.
	APIVersion, Kind, ID, Name, Version, Status string
	Domain, DataProduct, Tenant                 string
	// CreatedAt is contractCreatedTs as written.
	CreatedAt                string
	Tags                     []string
	Description              Description
	AuthoritativeDefinitions []Definition
	CustomProperties         CustomProperties
	Servers                  []Server
	Schema                   []Object
	Team                     Team
	Roles                    []Role
	Support                  []Channel
	SLAProperties            []SLA
	// SLADefaultElement is the element of SLAs that name none; deprecated.
	SLADefaultElement string
	Price             Price
}

// Description is what a contract says of its stream as a whole.
type Description struct {
	Place
	Purpose, Usage, Limitations string
	AuthoritativeDefinitions    []Definition
	CustomProperties            CustomProperties
}

// Definition leads to where something is defined or implemented. See Stream for
// the type "implementation".
type Definition struct {
	Place
	ID, Type, URL, Description string
}

// CustomProperty is a fact the standard has no key for.
type CustomProperty struct {
	Place
	ID, Property, Description string
	Value                     Value
}

// CustomProperties are the custom properties of one element.
type CustomProperties []CustomProperty

// Named returns the first custom property of a name, and whether there is one.
func (c CustomProperties) Named(property string) (CustomProperty, bool) {
	for _, p := range c {
		if p.Property == property {
			return p, true
		}
	}
	return CustomProperty{}, false
}

// Server is where a stream runs, one for each environment. Host and Format are
// those of a kafka server; what other types add is at Document.Value.
type Server struct {
	Place
	ID, Server, Type, Description, Environment string
	Host, Format                               string
	Roles                                      []Role
	CustomProperties                           CustomProperties
}

// Element is what schema objects and properties have in common.
type Element struct {
	Place
	ID, Name, PhysicalName, PhysicalType, BusinessName, Description, LogicalType string

	Tags                     []string
	AuthoritativeDefinitions []Definition
	CustomProperties         CustomProperties
	Relationships            []Relationship
	Quality                  []Check
}

// Object is a record type of a topic. Its PhysicalName is the topic.
type Object struct {
	Element
	DataGranularityDescription string
	Properties                 []Property
}

// Property is a field of a record, or the items of an array.
type Property struct {
	Element
	// Options are the logicalTypeOptions, of kind Null without any.
	Options                                   Value
	Required, Unique, PrimaryKey, Partitioned bool
	PrimaryKeyPosition, PartitionKeyPosition  Value
	Classification, EncryptedName             string
	CriticalDataElement                       bool
	Examples                                  []Value
	TransformSourceObjects                    []string
	TransformLogic, TransformDescription      string
	// Properties are those of an object, Items those of an array.
	Properties []Property
	Items      *Property
}

// Relationship leads from one or, as a composite key, several properties to as
// many others. From is nil at a property, which is that end itself.
type Relationship struct {
	Place
	Type             string
	From, To         []string
	CustomProperties CustomProperties
}

// Check is a quality rule.
type Check struct {
	Place
	ID, Name, Description, Type, Dimension, Unit, Severity, BusinessImpact string
	Method, Scheduler, Schedule                                            string
	// Metric is the library's, under its old name rule, too. Query is that of
	// an SQL check, Engine and Implementation that of a custom one.
	Metric, Query, Engine string
	Arguments             Value
	Implementation        Value
	// Operators are what the check compares with, in the order of the text.
	Operators                []Operator
	Tags                     []string
	AuthoritativeDefinitions []Definition
	CustomProperties         CustomProperties
}

// Operator is one comparison, such as mustBeLessThan 5.
type Operator struct {
	Place
	Name  string
	Value Value
}

// Team owns a contract. In the form of ODCS 3.0, a list, it has Members alone.
type Team struct {
	Place
	ID, Name, Description    string
	Tags                     []string
	AuthoritativeDefinitions []Definition
	CustomProperties         CustomProperties
	Members                  []Member
}

// Member is a person of a team. DateIn and DateOut are dates as written, as a
// rule "2006-01-02".
type Member struct {
	Place
	ID, Username, Name, Description, Role string
	DateIn, DateOut, ReplacedByUsername   string
	Tags                                  []string
	AuthoritativeDefinitions              []Definition
	CustomProperties                      CustomProperties
}

// Role is a way to access a stream, and who approves it.
type Role struct {
	Place
	ID, Role, Description, Access             string
	FirstLevelApprovers, SecondLevelApprovers string
	CustomProperties                          CustomProperties
}

// Channel is where consumers find help.
type Channel struct {
	Place
	ID, Channel, URL, Description, Tool, Scope, InvitationURL string
	CustomProperties                                          CustomProperties
}

// SLA is one promise. Value and ValueExt are a text, a number, a boolean or
// null as written.
type SLA struct {
	Place
	ID, Property, Unit, Element, Driver, Description, Scheduler, Schedule string
	Value, ValueExt                                                       Value
}

// Price is what a stream costs.
type Price struct {
	Place
	ID, Currency, Unit string
	Amount             Value
}
