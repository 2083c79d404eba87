package sqlflow

// statement is one statement as it is written.
type statement struct {
	at   int
	kind Kind
	// target is the table written.
	target []string
	// table is what CREATE declares.
	table *definition
	// into says how INSERT fills its target.
	into insertion
	// ctes come before INSERT, UPDATE or MERGE and are known to all of it.
	ctes      []cte
	recursive bool
	query     *query
	// change is what UPDATE and MERGE do.
	change *change
	// use and useCatalog are the defaults that USE sets.
	use        []string
	useCatalog bool
}

// statements reads the tokens of one statement. Hive's FROM t INSERT ...
// INSERT ... are several.
func (p *parser) statements() []*statement {
	p.prefix()
	s := &statement{at: p.peek().at, kind: Other}
	if p.at("FROM") {
		return p.fromInserts(s)
	}
	if p.accept("WITH") {
		s.recursive = p.accept("RECURSIVE")
		s.ctes = p.ctes()
	}
	p.verb(s)
	if p.peek().kind != endToken && s.kind != Other {
		p.misread("not understood: " + p.quote())
	}
	return []*statement{s}
}

// prefix steps over what may stand before a statement proper.
func (p *parser) prefix() {
	for {
		switch {
		case p.accept("EXPLAIN"):
			p.acceptAny("EXTENDED", "FORMATTED", "CODEGEN", "COST", "ANALYZE")
			p.accept("PLAN", "FOR")
		case p.accept("EXECUTE", "STATEMENT", "SET"), p.accept("BEGIN", "STATEMENT", "SET"), p.accept("STATEMENT", "SET"):
			p.accept("BEGIN")
		case p.at("EXECUTE") && p.ahead(1).upper == "INSERT":
			p.pos++
		default:
			return
		}
	}
}

// quiet are the first words of statements that move no rows from one table to
// another.
var quiet = set("SET", "RESET", "UNSET", "DROP", "ALTER", "SHOW", "DESCRIBE", "DESC", "END", "BEGIN", "START", "COMMIT", "ROLLBACK",
	"TRUNCATE", "DELETE", "GRANT", "REVOKE", "ADD", "REMOVE", "LIST", "ANALYZE", "REFRESH", "CACHE", "UNCACHE", "CLEAR", "COMMENT",
	"MSCK", "TERMINATE", "PAUSE", "RESUME", "PRINT", "DEFINE", "UNDEFINE", "DECLARE", "VACUUM", "OPTIMIZE", "LOCK", "LOAD_MODULE",
	"STOP", "HELP", "QUIT", "EXIT", "CLOSE", "SAVEPOINT", "RELEASE", "DISCARD", "REINDEX", "STATEMENT", "UNLOAD", "REPAIR")

func (p *parser) verb(s *statement) {
	switch w := p.peek().upper; {
	case p.peek().kind == endToken:
	case p.startsQuery(0):
		s.kind, s.query = Select, p.query()
		if into := s.query.into(); into != nil {
			s.kind, s.target = CreateTableAs, into
			s.table = &definition{name: into}
		}
	case w == "INSERT" || w == "UPSERT" || w == "REPLACE" && p.ahead(1).upper == "INTO":
		p.insert(s)
	case w == "CREATE" || w == "REPLACE" && (p.ahead(1).upper == "TABLE" || p.ahead(1).upper == "VIEW"):
		p.create(s)
	case w == "MERGE" && p.ahead(1).upper == "INTO":
		p.merge(s)
	case w == "UPDATE":
		p.update(s)
	case w == "USE":
		p.pos++
		s.useCatalog = p.accept("CATALOG")
		p.acceptAny("DATABASE", "SCHEMA", "NAMESPACE")
		s.use = p.path()
	case !quiet[w]:
		p.misread("a statement that begins with " + p.quote() + " is not analysed")
	}
}

// into is the table of SELECT ... INTO t, nil without.
func (q *query) into() []string {
	for q.first.query != nil {
		q = q.first.query
	}
	if q.first.selection == nil {
		return nil
	}
	return q.first.selection.into
}
