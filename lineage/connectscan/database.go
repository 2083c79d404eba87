package connectscan

import (
	"cmp"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// debezium is of Debezium's connectors to relational databases, which name a
// topic by a prefix and the table.
func debezium(scheme, defaultPort string) func(config) other {
	return func(cfg config) other {
		port := cmp.Or(cfg["database.port"], defaultPort)
		prefix := cmp.Or(cfg["topic.prefix"], cfg["database.server.name"])
		o := other{
			store: address(scheme, cfg["database.hostname"], port), enveloped: true,
			bookkeeping: append(debeziumNotes(cfg, prefix), prefix),
		}
		database := cmp.Or(cfg["database.pdb.name"], cfg["database.dbname"], cfg["database.names"])
		if strings.Contains(database, ",") {
			database = "" // several, of which the topic names one
		}
		o.whole = database
		// qualify makes a table's full name of what follows the prefix in a topic.
		qualify := func(rest string) string {
			switch parts := strings.Count(rest, ".") + 1; {
			case scheme == "mysql" && parts == 2, scheme == "mssql" && parts == 3:
				return rest
			case scheme != "mysql" && parts == 2:
				return join(database, rest)
			}
			return ""
		}
		o.tableOf = func(topic string) string {
			rest, ok := strings.CutPrefix(topic, prefix+".")
			if !ok || prefix == "" {
				return ""
			}
			return qualify(rest)
		}
		o.addTables(cfg.list("table.include.list"), prefix)
		return o
	}
}

// addTables adds the tables of an include list, whose entries are regular
// expressions, as far as they are names.
func (o *other) addTables(patterns []string, prefix string) {
	for _, pattern := range patterns {
		name, ok := plain(pattern)
		topic := prefix + "." + name
		table := o.tableOf(topic)
		if !ok || table == "" {
			o.open = true
			continue
		}
		o.makes = append(o.makes, Flow{Topic: topic, Table: table})
	}
}

// debeziumNotes are the topics that Debezium keeps for itself.
func debeziumNotes(cfg config, prefix string) []string {
	heartbeat := cmp.Or(cfg["topic.heartbeat.prefix"], cfg["heartbeat.topics.prefix"], "__debezium-heartbeat")
	notes := []string{prefix + ".transaction", heartbeat + "." + prefix}
	for _, key := range []string{"schema.history.internal.kafka.topic", "database.history.kafka.topic", "signal.kafka.topic"} {
		if cfg[key] != "" {
			notes = append(notes, cfg[key])
		}
	}
	return notes
}

func debeziumMongo(cfg config) other {
	prefix := cmp.Or(cfg["topic.prefix"], cfg["mongodb.name"])
	store := mongo(cfg["mongodb.connection.string"])
	if host, _, _ := strings.Cut(cfg["mongodb.hosts"], ","); store == "" && host != "" {
		if i := strings.LastIndexByte(host, '/'); i >= 0 {
			host = host[i+1:] // the replica set
		}
		store = "mongodb://" + host
	}
	o := other{store: store, enveloped: true, bookkeeping: debeziumNotes(cfg, prefix)}
	o.tableOf = func(topic string) string {
		name, ok := strings.CutPrefix(topic, prefix+".")
		if !ok || prefix == "" || !strings.Contains(name, ".") {
			return ""
		}
		return name
	}
	o.addTables(cfg.list("collection.include.list"), prefix)
	return o
}

// database is what a JDBC address leads to.
type database struct {
	store, name string
	// schema is the one of tables that name none.
	schema string
}

var (
	jdbcAddress = regexp.MustCompile(`^jdbc:(postgresql|mysql|mariadb|redshift|sqlserver|jtds:sqlserver)://(.*)$`)
	jdbcOracle  = regexp.MustCompile(`^jdbc:oracle:thin:(?:[^@]*)@(?://)?([^:/]+)(?::(\d+))?[:/]([^?]+)`)
	jdbcName    = regexp.MustCompile(`(?i);database(?:Name)?=([^;]+)`)
)

// dialects are the databases that JDBC leads to, as OpenLineage names them.
var dialects = map[string]struct{ scheme, port, schema string }{
	"postgresql":     {"postgres", "5432", "public"},
	"redshift":       {"redshift", "5439", "public"},
	"mysql":          {"mysql", "3306", ""},
	"mariadb":        {"mysql", "3306", ""},
	"sqlserver":      {"mssql", "1433", "dbo"},
	"jtds:sqlserver": {"mssql", "1433", "dbo"},
}

// jdbc reads a JDBC address, and of it never the user or the password.
func jdbc(link string) (database, bool) {
	if m := jdbcOracle.FindStringSubmatch(link); m != nil {
		return database{store: address("oracle", m[1], cmp.Or(m[2], "1521")), name: m[3]}, true
	}
	m := jdbcAddress.FindStringSubmatch(link)
	if m == nil {
		return database{}, false
	}
	dialect := dialects[m[1]]
	rest, options, _ := strings.Cut(m[2], ";")
	rest, _, _ = strings.Cut(rest, "?")
	hosts, name, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(hosts, '@'); i >= 0 {
		hosts = hosts[i+1:]
	}
	host, _, _ := strings.Cut(hosts, ",")
	hostname, port, err := net.SplitHostPort(host)
	if err != nil {
		hostname, port = host, dialect.port
	}
	if n := jdbcName.FindStringSubmatch(";" + options); n != nil {
		name = n[1]
	}
	if unescaped, err := url.PathUnescape(name); err == nil {
		name = unescaped
	}
	return database{address(dialect.scheme, hostname, port), name, dialect.schema}, hostname != ""
}

// table is the full name of a table that a configuration names in one to three
// parts; "" if that leaves it open.
func (d database) table(name string) string {
	name = strings.NewReplacer(`"`, "", "`", "", "[", "", "]", "").Replace(name)
	parts := strings.Count(name, ".") + 1
	isFlat := strings.HasPrefix(d.store, "mysql:")
	switch {
	case name == "":
		return ""
	case parts == 3, isFlat && parts == 2:
		return name
	case parts == 2, isFlat && parts == 1:
		return join(d.name, name)
	case parts == 1:
		return join(d.name, d.schema, name)
	}
	return ""
}

// unknownAddress is where a JDBC address leads that cannot be read.
func unknownAddress() other {
	return other{notes: []string{"the address of the database is of a kind that is not known"}}
}

func jdbcSource(cfg config) other {
	db, ok := jdbc(cfg["connection.url"])
	if !ok {
		return unknownAddress()
	}
	if cfg["schema.pattern"] != "" {
		db.schema = cfg["schema.pattern"]
	}
	o := other{store: db.store, whole: db.name}
	prefix := cfg["topic.prefix"]
	if cfg["query"] != "" {
		o.notes = []string{"the connector runs a query; which tables it reads was not looked at"}
		o.makes = []Flow{{Topic: prefix, Table: ""}}
		return o
	}
	for _, name := range append(cfg.list("table.whitelist"), cfg.list("tables")...) {
		last := name[strings.LastIndexByte(name, '.')+1:]
		o.makes = append(o.makes, Flow{Topic: prefix + strings.Trim(last, "\"`[]"), Table: db.table(name)})
	}
	return o
}

func jdbcSink(cfg config) other {
	return jdbcInto(cfg, cfg["table.name.format"], func(topic string) string { return topic })
}

// jdbcSinkOfDebezium has another default: a dot of the topic is an underscore
// of the table.
func jdbcSinkOfDebezium(cfg config) other {
	return jdbcInto(cfg, cmp.Or(cfg["collection.name.format"], cfg["table.name.format"]), func(topic string) string { return strings.ReplaceAll(topic, ".", "_") })
}

func jdbcInto(cfg config, format string, name func(topic string) string) other {
	db, ok := jdbc(cfg["connection.url"])
	if !ok {
		return unknownAddress()
	}
	format = cmp.Or(format, "${topic}")
	return other{store: db.store, whole: db.name, into: func(topic string) string {
		table := strings.ReplaceAll(format, "${topic}", name(topic))
		if strings.Contains(table, "${") {
			return "" // a template that depends on the record
		}
		return db.table(table)
	}}
}
