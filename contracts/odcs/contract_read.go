package odcs

import "strconv"

// readContract fills the typed model from a document, leaving out what has the
// wrong type.
func readContract(n *node) Contract {
	c := Contract{
		APIVersion: n.string("apiVersion"), Kind: n.string("kind"), ID: n.string("id"), Name: n.string("name"),
		Version: n.string("version"), Status: n.string("status"), Domain: n.string("domain"),
		DataProduct: n.string("dataProduct"), Tenant: n.string("tenant"), CreatedAt: n.string("contractCreatedTs"),
		Tags:                     n.texts("tags"),
		AuthoritativeDefinitions: readDefinitions("", n),
		CustomProperties:         readCustom("", n),
		Servers:                  entries("", n, "servers", readServer),
		Schema:                   entries("", n, "schema", readObject),
		Roles:                    entries("", n, "roles", readRole),
		Support:                  entries("", n, "support", readChannel),
		SLAProperties:            entries("", n, "slaProperties", readSLA),
		SLADefaultElement:        n.string("slaDefaultElement"),
	}
	if v := n.value("description"); v != nil {
		c.Description = readDescription("description", v)
	}
	if v := n.value("team"); v != nil {
		c.Team = readTeam("team", v)
	}
	if v := n.value("price"); v != nil {
		c.Price = Price{
			Place: place("price", v), ID: v.string("id"), Currency: v.string("priceCurrency"), Unit: v.string("priceUnit"),
			Amount: Value{v.value("priceAmount")},
		}
	}
	return c
}

// entries reads the elements of a list that are mappings.
func entries[T any](path string, n *node, key string, read func(path string, n *node) T) []T {
	var out []T
	path = join(path, key)
	for i, s := range n.list(key) {
		if s.value.kind == Mapping {
			out = append(out, read(path+"["+strconv.Itoa(i)+"]", s.value))
		}
	}
	return out
}

func place(path string, n *node) Place { return Place{Path: path, Position: n.at} }

// texts returns the texts of a list.
func (n *node) texts(key string) []string {
	var out []string
	for _, s := range n.list(key) {
		if s.value.kind == Text {
			out = append(out, s.value.text)
		}
	}
	return out
}

func (n *node) bool(key string) bool {
	v := n.value(key)
	return v != nil && v.kind == Bool && v.text == "true"
}

func readDescription(path string, n *node) Description {
	return Description{
		Place: place(path, n), Purpose: n.string("purpose"), Usage: n.string("usage"), Limitations: n.string("limitations"),
		AuthoritativeDefinitions: readDefinitions(path, n), CustomProperties: readCustom(path, n),
	}
}

func readDefinitions(path string, n *node) []Definition {
	return entries(path, n, "authoritativeDefinitions", func(path string, n *node) Definition {
		return Definition{Place: place(path, n), ID: n.string("id"), Type: n.string("type"), URL: n.string("url"), Description: n.string("description")}
	})
}

func readCustom(path string, n *node) CustomProperties {
	return entries(path, n, "customProperties", func(path string, n *node) CustomProperty {
		return CustomProperty{
			Place: place(path, n), ID: n.string("id"), Property: n.string("property"), Description: n.string("description"),
			Value: Value{n.value("value")},
		}
	})
}

func readServer(path string, n *node) Server {
	return Server{
		Place: place(path, n), ID: n.string("id"), Server: n.string("server"), Type: n.string("type"),
		Description: n.string("description"), Environment: n.string("environment"),
		Host: n.string("host"), Format: n.string("format"),
		Roles: entries(path, n, "roles", readRole), CustomProperties: readCustom(path, n),
	}
}

func readElement(path string, n *node) Element {
	return Element{
		Place: place(path, n), ID: n.string("id"), Name: n.string("name"), PhysicalName: n.string("physicalName"),
		PhysicalType: n.string("physicalType"), BusinessName: n.string("businessName"),
		Description: n.string("description"), LogicalType: n.string("logicalType"),
		Tags: n.texts("tags"), AuthoritativeDefinitions: readDefinitions(path, n), CustomProperties: readCustom(path, n),
		Relationships: entries(path, n, "relationships", readRelationship), Quality: entries(path, n, "quality", readCheck),
	}
}

func readObject(path string, n *node) Object {
	return Object{
		Element: readElement(path, n), DataGranularityDescription: n.string("dataGranularityDescription"),
		Properties: entries(path, n, "properties", readProperty),
	}
}

func readProperty(path string, n *node) Property {
	p := Property{
		Element: readElement(path, n), Options: Value{n.value("logicalTypeOptions")},
		Required: n.bool("required"), Unique: n.bool("unique"), PrimaryKey: n.bool("primaryKey"), Partitioned: n.bool("partitioned"),
		PrimaryKeyPosition: Value{n.value("primaryKeyPosition")}, PartitionKeyPosition: Value{n.value("partitionKeyPosition")},
		Classification: n.string("classification"), EncryptedName: n.string("encryptedName"),
		CriticalDataElement: n.bool("criticalDataElement"), Examples: Value{n.value("examples")}.Items(),
		TransformSourceObjects: n.texts("transformSourceObjects"),
		TransformLogic:         n.string("transformLogic"), TransformDescription: n.string("transformDescription"),
		Properties: entries(path, n, "properties", readProperty),
	}
	if items := n.value("items"); items != nil && items.kind == Mapping {
		of := readProperty(join(path, "items"), items)
		p.Items = &of
	}
	return p
}

func readRelationship(path string, n *node) Relationship {
	ends := func(key string) []string {
		if text := n.string(key); text != "" {
			return []string{text}
		}
		return n.texts(key)
	}
	return Relationship{Place: place(path, n), Type: n.string("type"), From: ends("from"), To: ends("to"), CustomProperties: readCustom(path, n)}
}

func readCheck(path string, n *node) Check {
	c := Check{
		Place: place(path, n), ID: n.string("id"), Name: n.string("name"), Description: n.string("description"),
		Type: n.string("type"), Dimension: n.string("dimension"), Unit: n.string("unit"), Severity: n.string("severity"),
		BusinessImpact: n.string("businessImpact"), Method: n.string("method"), Scheduler: n.string("scheduler"), Schedule: n.string("schedule"),
		Tags: n.texts("tags"), AuthoritativeDefinitions: readDefinitions(path, n), CustomProperties: readCustom(path, n), Metric: n.string("metric"), Query: n.string("query"), Engine: n.string("engine"),
		Arguments: Value{n.value("arguments")}, Implementation: Value{n.value("implementation")},
	}
	if c.Metric == "" {
		c.Metric = n.string("rule")
	}
	for _, s := range n.slots {
		if isOperator(s.key) {
			c.Operators = append(c.Operators, Operator{Place: place(join(path, s.key), s.value), Name: s.key, Value: Value{s.value}})
		}
	}
	return c
}

// readTeam reads the mapping of ODCS 3.1 and the list of members of 3.0.
func readTeam(path string, n *node) Team {
	t := Team{Place: place(path, n)}
	if n.kind == List {
		for i, s := range n.slots {
			if s.value.kind == Mapping {
				t.Members = append(t.Members, readMember(path+"["+strconv.Itoa(i)+"]", s.value))
			}
		}
		return t
	}
	t.ID, t.Name, t.Description, t.Tags = n.string("id"), n.string("name"), n.string("description"), n.texts("tags")
	t.AuthoritativeDefinitions, t.CustomProperties = readDefinitions(path, n), readCustom(path, n)
	t.Members = entries(path, n, "members", readMember)
	return t
}

func readMember(path string, n *node) Member {
	return Member{
		Place: place(path, n), ID: n.string("id"), Username: n.string("username"), Name: n.string("name"),
		Description: n.string("description"), Role: n.string("role"),
		DateIn: n.string("dateIn"), DateOut: n.string("dateOut"), ReplacedByUsername: n.string("replacedByUsername"),
		Tags: n.texts("tags"), AuthoritativeDefinitions: readDefinitions(path, n), CustomProperties: readCustom(path, n),
	}
}

func readRole(path string, n *node) Role {
	return Role{
		Place: place(path, n), ID: n.string("id"), Role: n.string("role"), Description: n.string("description"), Access: n.string("access"),
		FirstLevelApprovers: n.string("firstLevelApprovers"), SecondLevelApprovers: n.string("secondLevelApprovers"),
		CustomProperties: readCustom(path, n),
	}
}

func readChannel(path string, n *node) Channel {
	return Channel{
		Place: place(path, n), ID: n.string("id"), Channel: n.string("channel"), URL: n.string("url"),
		Description: n.string("description"), Tool: n.string("tool"), Scope: n.string("scope"),
		InvitationURL: n.string("invitationUrl"), CustomProperties: readCustom(path, n),
	}
}

func readSLA(path string, n *node) SLA {
	return SLA{
		Place: place(path, n), ID: n.string("id"), Property: n.string("property"), Unit: n.string("unit"),
		Element: n.string("element"), Driver: n.string("driver"), Description: n.string("description"),
		Scheduler: n.string("scheduler"), Schedule: n.string("schedule"),
		Value: Value{n.value("value")}, ValueExt: Value{n.value("valueExt")},
	}
}
