package odcs

import (
	"fmt"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// New prints a contract as a new document: commented, in a stable order,
// readable, and valid under both the text and the JSON Schema of the standard.
// APIVersion and Kind need not be given. The places of the elements mean
// nothing.
//
// It fails if the contract is not valid ODCS: the error is the first fault.
func New(name string, c Contract) (*Document, error) {
	c.APIVersion, c.Kind = enumerations["apiVersion"][0], enumerations["kind"][0]
	d, findings := Parse(name, []byte(printContract(c)))
	for _, f := range findings {
		if f.Severity == finding.Error {
			return nil, fmt.Errorf("the contract is not valid ODCS: %s: %s", f.Path, f.Message)
		}
	}
	return d, nil
}

// NewValue makes a Value of a string, bool, int, json.Number, nil, Map or Seq.
func NewValue(value any) (Value, error) {
	n, err := asNode(value)
	return Value{n}, err
}

// Value is the check as a document says it.
func (c Check) Value() Value { return Value{&node{kind: Mapping, slots: checkFields(c)}} }

// sections are the keys that begin a part of a printed contract, with what is
// said above each.
var sections = map[string]string{
	"apiVersion":               "A data contract of the Open Data Contract Standard (ODCS).",
	"id":                       "The id names the contract for ever. The version is the contract's own:\nraise its first number when consumers have to change.",
	"description":              "What the stream means, and what it is not for.",
	"authoritativeDefinitions": "",
	"customProperties":         "",
	"servers":                  "Where the stream runs.",
	"schema":                   "What a record holds. physicalName is the topic; the definition of type\nimplementation leads to the schema file.",
	"team":                     "Who answers for the stream.",
	"roles":                    "Who may access it, and who approves that.",
	"support":                  "Where consumers find help.",
	"slaProperties":            "What consumers may rely on.",
	"price":                    "",
}

func printContract(c Contract) string {
	w := &writer{eol: "\n", literal: true, listIndent: 2, dashWidth: 2}
	var b strings.Builder
	for _, s := range contractFields(c) {
		if comment, begins := sections[s.key]; begins {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			for line := range strings.Lines(comment) {
				b.WriteString("# " + strings.TrimSuffix(line, "\n") + "\n")
			}
		}
		b.WriteString(s.key + ":" + w.after(s.value, 0, w.listIndent) + "\n")
	}
	return b.String()
}

// members gathers what a mapping says; what is empty is left out.
type members []slot

func (m *members) add(key string, value *node) {
	if value != nil {
		*m = append(*m, slot{key: key, value: value})
	}
}

func (m *members) text(key, text string) {
	if text != "" {
		m.add(key, &node{kind: Text, text: text})
	}
}

func (m *members) flag(key string, set bool) {
	if set {
		m.add(key, &node{kind: Bool, text: "true"})
	}
}

func (m *members) texts(key string, texts []string) {
	if len(texts) > 0 {
		m.add(key, textList(texts))
	}
}

func textList(texts []string) *node {
	n := &node{kind: List}
	for _, text := range texts {
		n.slots = append(n.slots, slot{value: &node{kind: Text, text: text}})
	}
	return n
}

// list adds the mappings of a list.
func list[T any](m *members, key string, of []T, fields func(T) members) {
	n := &node{kind: List}
	for _, e := range of {
		n.slots = append(n.slots, slot{value: &node{kind: Mapping, slots: fields(e)}})
	}
	if len(of) > 0 {
		m.add(key, n)
	}
}

// mapping adds a mapping that says anything.
func (m *members) mapping(key string, fields members) {
	if len(fields) > 0 {
		m.add(key, &node{kind: Mapping, slots: fields})
	}
}

// linked adds what most elements have.
func (m *members) linked(definitions []Definition, custom CustomProperties) {
	list(m, "authoritativeDefinitions", definitions, definitionFields)
	list(m, "customProperties", custom, customFields)
}

func contractFields(c Contract) (m members) {
	m.text("apiVersion", c.APIVersion)
	m.text("kind", c.Kind)
	m.text("id", c.ID)
	m.text("name", c.Name)
	m.text("version", c.Version)
	m.text("status", c.Status)
	m.text("domain", c.Domain)
	m.text("dataProduct", c.DataProduct)
	m.text("tenant", c.Tenant)
	m.texts("tags", c.Tags)
	m.text("contractCreatedTs", c.CreatedAt)
	m.mapping("description", descriptionFields(c.Description))
	m.linked(c.AuthoritativeDefinitions, c.CustomProperties)
	list(&m, "servers", c.Servers, serverFields)
	list(&m, "schema", c.Schema, objectFields)
	m.mapping("team", teamFields(c.Team))
	list(&m, "roles", c.Roles, roleFields)
	list(&m, "support", c.Support, channelFields)
	m.text("slaDefaultElement", c.SLADefaultElement)
	list(&m, "slaProperties", c.SLAProperties, slaFields)
	m.mapping("price", priceFields(c.Price))
	return m
}

func descriptionFields(d Description) (m members) {
	m.text("purpose", d.Purpose)
	m.text("usage", d.Usage)
	m.text("limitations", d.Limitations)
	m.linked(d.AuthoritativeDefinitions, d.CustomProperties)
	return m
}

func definitionFields(d Definition) (m members) {
	m.text("id", d.ID)
	m.text("type", d.Type)
	m.text("url", d.URL)
	m.text("description", d.Description)
	return m
}

func customFields(p CustomProperty) (m members) {
	m.text("id", p.ID)
	m.text("property", p.Property)
	m.add("value", p.Value.orNull())
	m.text("description", p.Description)
	return m
}

func serverFields(s Server) (m members) {
	m.text("id", s.ID)
	m.text("server", s.Server)
	m.text("type", s.Type)
	m.text("environment", s.Environment)
	m.text("description", s.Description)
	m.text("host", s.Host)
	m.text("format", s.Format)
	list(&m, "roles", s.Roles, roleFields)
	m.linked(nil, s.CustomProperties)
	return m
}

func priceFields(p Price) (m members) {
	m.text("id", p.ID)
	m.add("priceAmount", p.Amount.n)
	m.text("priceCurrency", p.Currency)
	m.text("priceUnit", p.Unit)
	return m
}

func teamFields(t Team) (m members) {
	m.text("id", t.ID)
	m.text("name", t.Name)
	m.text("description", t.Description)
	m.texts("tags", t.Tags)
	m.linked(t.AuthoritativeDefinitions, t.CustomProperties)
	list(&m, "members", t.Members, memberFields)
	return m
}

func memberFields(p Member) (m members) {
	m.text("id", p.ID)
	m.text("username", p.Username)
	m.text("name", p.Name)
	m.text("role", p.Role)
	m.text("description", p.Description)
	m.text("dateIn", p.DateIn)
	m.text("dateOut", p.DateOut)
	m.text("replacedByUsername", p.ReplacedByUsername)
	m.texts("tags", p.Tags)
	m.linked(p.AuthoritativeDefinitions, p.CustomProperties)
	return m
}

func roleFields(r Role) (m members) {
	m.text("id", r.ID)
	m.text("role", r.Role)
	m.text("description", r.Description)
	m.text("access", r.Access)
	m.text("firstLevelApprovers", r.FirstLevelApprovers)
	m.text("secondLevelApprovers", r.SecondLevelApprovers)
	m.linked(nil, r.CustomProperties)
	return m
}

func channelFields(c Channel) (m members) {
	m.text("id", c.ID)
	m.text("channel", c.Channel)
	m.text("tool", c.Tool)
	m.text("scope", c.Scope)
	m.text("url", c.URL)
	m.text("invitationUrl", c.InvitationURL)
	m.text("description", c.Description)
	m.linked(nil, c.CustomProperties)
	return m
}

func slaFields(s SLA) (m members) {
	m.text("id", s.ID)
	m.text("property", s.Property)
	m.add("value", s.Value.orNull())
	m.add("valueExt", s.ValueExt.n)
	m.text("unit", s.Unit)
	m.text("element", s.Element)
	m.text("driver", s.Driver)
	m.text("description", s.Description)
	m.text("scheduler", s.Scheduler)
	m.text("schedule", s.Schedule)
	return m
}
