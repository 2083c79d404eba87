package sqlflow

import "strings"

// Table is a table or stream that a script declares.
type Table struct {
	Name Name
	// Temporary tables live as long as their session.
	Temporary bool
	// Columns in order; empty if the script leaves them to a registry or a
	// query.
	Columns []Column
	// Connector is what stores the rows: kafka, jdbc, parquet, ... as
	// 'connector' or USING says; "" if neither does.
	Connector string
	// Options are those of WITH, OPTIONS and TBLPROPERTIES, keys in lower case:
	// connector, topic, properties.bootstrap.servers, kafka_topic, subscribe,
	// ... They may hold secrets.
	Options map[string]string
	// Location is where files are: LOCATION's path.
	Location string
}

// Column is a column of a declared table.
type Column struct {
	Name string
	// Type as the script writes it, "" if it leaves it out.
	Type string
	// Computed columns are made from others and are not stored.
	Computed bool
	// Metadata is the key of what a connector knows besides the value, such as
	// Kafka's timestamp; Virtual metadata cannot be written.
	Metadata string
	Virtual  bool
}

// definition is what CREATE says.
type definition struct {
	name      []string
	view      bool
	temporary bool
	columns   []columnDefinition
	options   map[string]string
	provider  string
	location  string
	// like is the table whose columns and, with likeOptions, options this one
	// takes over.
	like        []string
	likeOptions bool
}

type columnDefinition struct {
	Column
	computed *expression
}

// createWords stand between CREATE and what is created.
var createWords = set("GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "EXTERNAL", "UNLOGGED", "MATERIALIZED", "SOURCE", "STREAMING", "LIVE",
	"TRANSIENT", "DYNAMIC", "RECURSIVE")

func (p *parser) create(s *statement) {
	p.next()
	p.accept("OR", "REPLACE")
	d := &definition{options: map[string]string{}}
	materialized := false
	for createWords[p.peek().upper] {
		switch p.next().upper {
		case "TEMPORARY", "TEMP":
			d.temporary = true
		case "MATERIALIZED":
			materialized = true
		}
	}
	switch {
	case p.acceptAny("TABLE", "STREAM"):
	case p.accept("VIEW"):
		d.view = !materialized // that stores rows of its own
	default:
		return // a function, a catalog, an index, ...
	}
	s.kind, s.table = CreateTable, d
	p.accept("IF", "NOT", "EXISTS")
	d.name = p.path()
	s.target = d.name
	if p.peek().is("(") && !p.startsQuery(1) {
		p.pos++
		p.columnDefinitions(d)
		p.close()
	}
	p.tableClauses(s)
	p.queryTail()
	switch {
	case s.query == nil:
		d.view = false // Spark: a view over files or a topic
	case d.view:
		s.kind = CreateView
	default:
		s.kind = CreateTableAs
	}
}

// tableClauses reads what follows the columns, up to the query.
func (p *parser) tableClauses(s *statement) {
	d := s.table
	for s.query == nil && p.peek().kind != endToken {
		switch {
		case p.accept("AS"):
			if p.startsQuery(0) {
				s.query = p.query()
			}
		case p.peek().is("(") && p.startsQuery(0): // without AS
			s.query = p.query()
		case p.peek().is("(") || p.at("SELECT"):
			if !p.group() {
				s.query = p.query()
			}
		case p.acceptAny("WITH", "OPTIONS", "TBLPROPERTIES", "SERDEPROPERTIES", "DBPROPERTIES") && p.peek().is("("):
			p.options(d.options)
		case p.accept("PARTITIONED", "BY") && p.peek().is("("):
			p.pos++
			p.partitionColumns(d)
			p.close()
		case p.accept("USING"):
			d.provider, _ = p.name()
		case p.at("LOCATION") && p.ahead(1).kind == textToken:
			p.pos++
			d.location = p.next().text
		case p.accept("STORED", "AS"), p.accept("STORED", "BY"):
			p.next()
		case p.accept("LIKE"):
			d.like = p.path()
			d.likeOptions = p.likeClauses()
		default:
			p.next()
		}
	}
}

// queryTail steps over what may follow the query of a table.
func (p *parser) queryTail() {
	if p.accept("WITH") {
		p.accept("NO")
		p.accept("DATA")
		p.accept("SCHEMA", "BINDING")
		p.acceptAny("CASCADED", "LOCAL")
		p.accept("CHECK", "OPTION")
	}
}

// likeClauses reads (INCLUDING ALL, EXCLUDING OPTIONS, ...) and says whether
// options are taken over.
func (p *parser) likeClauses() bool {
	if !p.symbol("(") {
		return true
	}
	take := true
	for p.peek().kind != endToken && !p.peek().is(")") {
		if w := p.next().upper; w == "EXCLUDING" && p.atAny("ALL", "OPTIONS") {
			take = false
		} else if (w == "INCLUDING" || w == "OVERWRITING") && p.at("OPTIONS") {
			take = true
		}
	}
	p.close()
	return take
}

// options reads ('key' = 'value', key 'value', a.b = 1).
func (p *parser) options(into map[string]string) {
	p.symbol("(")
	for !p.peek().is(")") && p.peek().kind != endToken {
		var key string
		if p.peek().kind == textToken {
			key = p.next().text
		} else {
			key = strings.Join(p.path(), ".")
		}
		p.symbol("=")
		if value := p.peek(); key != "" && !value.is(",") && !value.is(")") {
			into[fold(key)] = value.text
		}
		p.skip(func() bool { return p.peek().is(",") })
		p.symbol(",")
	}
	p.close()
}

// columnDefinitions reads the columns of a table, and steps over its keys,
// watermarks and constraints.
func (p *parser) columnDefinitions(d *definition) {
	for !p.peek().is(")") && p.peek().kind != endToken {
		switch {
		case p.at("PRIMARY", "KEY"), p.at("FOREIGN", "KEY"), p.at("WATERMARK", "FOR"), p.at("CONSTRAINT"),
			p.atAny("UNIQUE", "CHECK", "EXCLUDE") && p.ahead(1).is("("), p.at("PERIOD", "FOR"):
			p.next()
		case p.at("LIKE") && p.ahead(1).named():
			p.next()
			d.like = p.path()
		default:
			if c, ok := p.columnDefinition(); ok {
				d.columns = append(d.columns, c)
			}
		}
		p.skip(func() bool { return p.peek().is(",") })
		p.symbol(",")
	}
}

// columnDefinition reads a name, a type and what matters of the rest.
func (p *parser) columnDefinition() (columnDefinition, bool) {
	name, ok := p.name()
	if !ok {
		p.misread("a column was expected, not " + p.quote())
		return columnDefinition{}, false
	}
	c := columnDefinition{Column: Column{Name: name, Type: p.typeText()}}
	for !p.peek().is(",") && !p.peek().is(")") && p.peek().kind != endToken {
		switch {
		case p.accept("AS"):
			c.Computed, c.computed = true, p.expression()
		case p.accept("METADATA"):
			c.Metadata = name
			if p.accept("FROM") {
				c.Metadata = p.next().text
			}
		case p.accept("VIRTUAL"):
			c.Virtual = c.Metadata != ""
		case p.at("COMMENT") && p.ahead(1).kind == textToken:
			p.pos += 2
		case !p.group():
			p.next()
		}
	}
	return c, true
}

// afterType are the words that end a column's type.
var afterType = set("NOT", "NULL", "PRIMARY", "KEY", "COMMENT", "METADATA", "DEFAULT", "AS", "GENERATED", "REFERENCES", "UNIQUE",
	"CHECK", "CONSTRAINT", "COLLATE", "HEADER", "HEADERS", "VIRTUAL", "MASK", "ENCODE", "IDENTITY")

// typeText is the type as the script has it, without line breaks.
func (p *parser) typeText() string {
	from := p.peek().at
	depth := 0
	p.skip(func() bool {
		switch t := p.peek(); {
		case t.is("<"):
			depth++
		case t.is(">"):
			depth--
		case depth > 0:
		default:
			return t.is(",") || afterType[t.upper] || t.kind == textToken
		}
		return false
	})
	return strings.Join(strings.Fields(p.sql[from:p.peek().at]), " ")
}

// partitionColumns reads PARTITIONED BY (a, b STRING): Hive declares columns
// there, others name them.
func (p *parser) partitionColumns(d *definition) {
	var declared definition
	p.columnDefinitions(&declared)
	for _, c := range declared.columns {
		if c.Type != "" && !strings.HasPrefix(c.Type, "(") {
			d.columns = append(d.columns, c)
		}
	}
}
