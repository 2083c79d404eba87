package odcs

func elementFields(e Element) (m members) {
	m.text("id", e.ID)
	m.text("name", e.Name)
	m.text("physicalName", e.PhysicalName)
	m.text("physicalType", e.PhysicalType)
	m.text("businessName", e.BusinessName)
	m.text("logicalType", e.LogicalType)
	m.text("description", e.Description)
	m.texts("tags", e.Tags)
	m.linked(e.AuthoritativeDefinitions, e.CustomProperties)
	return m
}

func objectFields(o Object) members {
	m := elementFields(o.Element)
	m.text("dataGranularityDescription", o.DataGranularityDescription)
	list(&m, "relationships", o.Relationships, relationshipFields)
	list(&m, "quality", o.Quality, checkFields)
	list(&m, "properties", o.Properties, propertyFields)
	return m
}

func propertyFields(p Property) members {
	m := elementFields(p.Element)
	m.add("logicalTypeOptions", p.Options.n)
	m.flag("required", p.Required)
	m.flag("unique", p.Unique)
	m.flag("primaryKey", p.PrimaryKey)
	m.add("primaryKeyPosition", p.PrimaryKeyPosition.n)
	m.flag("partitioned", p.Partitioned)
	m.add("partitionKeyPosition", p.PartitionKeyPosition.n)
	m.text("classification", p.Classification)
	m.text("encryptedName", p.EncryptedName)
	m.flag("criticalDataElement", p.CriticalDataElement)
	if len(p.Examples) > 0 {
		m.add("examples", valueList(p.Examples))
	}
	m.texts("transformSourceObjects", p.TransformSourceObjects)
	m.text("transformLogic", p.TransformLogic)
	m.text("transformDescription", p.TransformDescription)
	list(&m, "relationships", p.Relationships, relationshipFields)
	list(&m, "quality", p.Quality, checkFields)
	list(&m, "properties", p.Properties, propertyFields)
	if p.Items != nil {
		m.add("items", &node{kind: Mapping, slots: propertyFields(*p.Items)})
	}
	return m
}

func valueList(values []Value) *node {
	n := &node{kind: List}
	for _, v := range values {
		n.slots = append(n.slots, slot{value: v.orNull()})
	}
	return n
}

// orNull is the value's node, that of null for the zero Value.
func (v Value) orNull() *node {
	if v.n == nil {
		return &node{}
	}
	return v.n
}

func relationshipFields(r Relationship) (m members) {
	m.text("type", r.Type)
	for _, end := range []struct {
		key        string
		references []string
	}{{"from", r.From}, {"to", r.To}} {
		if len(end.references) == 1 {
			m.text(end.key, end.references[0])
		} else {
			m.texts(end.key, end.references)
		}
	}
	list(&m, "customProperties", r.CustomProperties, customFields)
	return m
}

func checkFields(c Check) (m members) {
	m.text("id", c.ID)
	m.text("name", c.Name)
	m.text("description", c.Description)
	m.text("type", c.Type)
	m.text("metric", c.Metric)
	m.add("arguments", c.Arguments.n)
	m.text("query", c.Query)
	m.text("engine", c.Engine)
	m.add("implementation", c.Implementation.n)
	operators := c.Operators
	if len(operators) == 2 && isBound(operators[0].Name, "Greater") && isBound(operators[1].Name, "Less") {
		// The standard lets two bounds stand for a range; its JSON Schema does
		// not.
		m.add("mustBeBetween", valueList([]Value{operators[0].Value, operators[1].Value}))
		operators = nil
	}
	for _, o := range operators {
		m.add(o.Name, o.Value.orNull())
	}
	m.text("unit", c.Unit)
	m.text("dimension", c.Dimension)
	m.text("severity", c.Severity)
	m.text("businessImpact", c.BusinessImpact)
	m.text("method", c.Method)
	m.text("scheduler", c.Scheduler)
	m.text("schedule", c.Schedule)
	m.texts("tags", c.Tags)
	m.linked(c.AuthoritativeDefinitions, c.CustomProperties)
	return m
}
