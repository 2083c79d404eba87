package sqlflow

// source is one entry of a FROM clause: exactly one of table, query, function
// and sources is set.
type source struct {
	at       int
	table    []string
	query    *query
	function *expression // UNNEST(...), LATERAL TABLE(f(...)), LATERAL VIEW f(...)
	sources  []*source   // a join in parentheses
	// windowed are the time columns of a window function, in expressions over
	// the source: TUMBLE and its kin add the bounds of the window.
	windowed []*expression
	// opaque says why the columns are not what the source has: PIVOT and
	// MATCH_RECOGNIZE make others.
	opaque string

	alias   string
	columns []string

	join join
}

// join says how a source meets those before it. The zero join is the comma's.
type join struct {
	kind    string // INNER, LEFT, RIGHT, FULL, CROSS, SEMI, ANTI
	on      *expression
	using   []string
	natural bool
	// asOf is the time of FOR SYSTEM_TIME AS OF.
	asOf *expression
}

// drops says whether rows without a partner are left out.
func (j join) drops() bool { return j.kind == "INNER" || j.kind == "SEMI" || j.kind == "ANTI" }

func (p *parser) sources() []*source {
	out := []*source{p.source()}
	for {
		switch {
		case p.symbol(","):
			out = append(out, p.source())
		case p.at("LATERAL", "VIEW"):
			p.pos += 2
			out = append(out, p.lateralView())
		default:
			j, ok := p.joinWords()
			if !ok {
				return out
			}
			s := p.source()
			p.joinCondition(&j)
			j.asOf = s.join.asOf
			s.join = j
			out = append(out, s)
		}
	}
}

// joinWords reads the words before and with JOIN, or nothing.
func (p *parser) joinWords() (join, bool) {
	start := p.pos
	j := join{kind: "INNER"}
	for p.peek().kind == wordToken {
		switch w := p.next().upper; w {
		case "NATURAL":
			j.natural = true
		case "LEFT", "RIGHT", "FULL", "CROSS", "SEMI", "ANTI":
			j.kind = w
		case "INNER", "OUTER", "ASOF":
		case "JOIN":
			return j, true
		case "APPLY": // SQL Server: CROSS APPLY, OUTER APPLY
			return join{kind: "CROSS"}, p.pos > start+1
		default:
			p.pos = start
			return join{}, false
		}
	}
	p.pos = start
	return join{}, false
}

func (p *parser) joinCondition(j *join) {
	if p.accept("WITHIN") { // ksqlDB: WITHIN 1 HOUR, WITHIN (1 HOUR, 2 HOURS) GRACE PERIOD 5 MINUTES
		p.skip(func() bool { return p.atAny("ON", "USING", "WHERE", "JOIN") })
	}
	switch {
	case p.at("ON") && !p.atQueryEnd():
		p.pos++
		j.on = p.expression()
	case p.accept("USING"):
		j.using = p.names()
	}
}

func (p *parser) source() *source {
	s := &source{at: p.peek().at}
	if !p.enter() {
		p.skip(p.atClause)
		s.opaque = "nested too deep"
		return s
	}
	defer p.leave()
	p.acceptAny("LATERAL", "ONLY")
	switch {
	case p.startsQuery(0) && p.peek().is("(") && p.subqueryAhead():
		p.pos++
		s.query = p.query()
		p.close()
	case p.symbol("("):
		s.sources = p.sources()
		p.close()
	case p.atAny("SELECT", "VALUES"):
		s.query = p.query()
	case p.at("TABLE") && p.ahead(1).is("("):
		p.pos += 2
		p.tableFunction(s)
		p.close()
	default:
		p.accept("TABLE")
		p.tableFunction(s)
	}
	p.suffix(s)
	return s
}

// subqueryAhead tells (SELECT ...) and ((SELECT ...) UNION ...) from
// ((SELECT ...) a JOIN b): what follows the inner parenthesis decides.
func (p *parser) subqueryAhead() bool {
	if !p.ahead(1).is("(") {
		return true
	}
	start := p.pos
	p.pos++
	p.group()
	union := p.atQueryEnd()
	p.pos = start
	return union
}

// tableFunction reads a table's name, or a function that gives a table.
func (p *parser) tableFunction(s *source) {
	at := p.peek().at
	path := p.path()
	switch {
	case path == nil:
		if p.startsQuery(0) {
			s.query = p.query()
			return
		}
		p.misread("a table was expected, not " + p.quote())
		s.opaque = "a table was not understood"
	case !p.peek().is("("):
		s.table = path
	case windowFunctions[fold(path[len(path)-1])]:
		p.pos++
		p.windowFunction(s)
		p.close()
	default:
		s.function = p.call(at, path)
	}
}

// windowFunctions add window_start, window_end and window_time to a table.
var windowFunctions = set("tumble", "hop", "cumulate", "session")

// windowFunction reads the arguments of TUMBLE(TABLE t, DESCRIPTOR(ts), ...),
// with names or without.
func (p *parser) windowFunction(s *source) {
	for {
		if p.ahead(1).is("=>") {
			p.pos += 2
		}
		switch {
		case p.at("DESCRIPTOR") && p.ahead(1).is("("):
			p.pos += 2
			s.windowed = append(s.windowed, p.expressions()...)
			p.close()
		case p.accept("TABLE"):
			p.windowed(s)
		case p.peek().is("(") && p.startsQuery(1):
			p.pos++
			s.query = p.query()
			p.close()
		default:
			p.expression() // a size or a step
		}
		if !p.symbol(",") {
			return
		}
	}
}

// windowed reads the table that a window function takes.
func (p *parser) windowed(s *source) {
	if p.symbol("(") {
		s.query = p.query()
		p.close()
	} else {
		s.table = p.path()
	}
	if p.accept("PARTITION", "BY") {
		p.expressions()
	}
}

// lateralView reads Hive's LATERAL VIEW [OUTER] f(x) t [AS a, b].
func (p *parser) lateralView() *source {
	p.accept("OUTER")
	s := &source{at: p.peek().at, join: join{kind: "CROSS"}}
	at := p.peek().at
	path := p.path()
	if path == nil || !p.peek().is("(") {
		p.misread("a function was expected, not " + p.quote())
		s.opaque = "a function was not understood"
		return s
	}
	s.function = p.call(at, path)
	if !p.at("AS") {
		s.alias = p.alias()
	}
	if p.accept("AS") {
		for {
			name, ok := p.name()
			if !ok {
				return s
			}
			s.columns = append(s.columns, name)
			if !p.symbol(",") {
				return s
			}
		}
	}
	return s
}

// suffix reads what follows a source: times, samples, aliases.
func (p *parser) suffix(s *source) {
	for {
		switch {
		case p.accept("FOR", "SYSTEM_TIME", "AS", "OF"), p.accept("FOR", "SYSTEM_TIMESTAMP", "AS", "OF"),
			p.accept("FOR", "TIMESTAMP", "AS", "OF"), p.accept("TIMESTAMP", "AS", "OF"), p.accept("FOR", "VERSION", "AS", "OF"), p.accept("VERSION", "AS", "OF"):
			s.join.asOf = p.expression()
		case p.accept("WITH", "ORDINALITY"):
		case p.accept("TABLESAMPLE"):
			p.acceptAny("BERNOULLI", "SYSTEM")
			p.group()
		case p.at("OPTIONS") && p.ahead(1).is("("):
			p.pos++
			p.group()
		case p.atAny("PIVOT", "UNPIVOT", "MATCH_RECOGNIZE"):
			s.opaque = p.peek().upper + " is not analysed: its columns are not known"
			p.note(p.peek().at, s.opaque)
			p.next()
			p.acceptAny("INCLUDE", "EXCLUDE")
			p.accept("NULLS")
			p.group()
		case s.alias == "":
			if s.alias = p.alias(); s.alias == "" {
				return
			}
			s.columns = p.names()
		default:
			return
		}
	}
}
