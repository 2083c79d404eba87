package sqlflow

// selection is one SELECT.
type selection struct {
	distinct bool
	items    []item
	// into is the table of SELECT ... INTO t.
	into []string
	from []*source
	// clauses decide about rows: WHERE, GROUP BY, HAVING, QUALIFY, SORT BY.
	clauses []clause
	windows map[string]*window
}

// clause is a part of a selection that bears on all its columns.
type clause struct {
	subtype     Subtype
	expressions []*expression
	// items: names may be those of the selection's own columns, and numbers
	// their positions.
	items bool
}

// item is one entry of a select list.
type item struct {
	at         int
	expression *expression
	// names are one alias, or those that a generator gives several columns.
	names []string
	star  *star
}

// star is * or t.*.
type star struct {
	table  []string
	except []string
	// of is the expression in (f(x)).*, whose fields are not known.
	of *expression
	// replaced are the columns of Spark's and BigQuery's REPLACE.
	replaced []item
}

func (p *parser) selection() *selection {
	s := &selection{}
	if p.accept("FROM") {
		s.from = p.sources()
	}
	if !p.accept("SELECT") {
		p.misread("SELECT was expected, not " + p.quote())
	}
	p.quantifier(s)
	s.items = p.items()
	for !p.atQueryEnd() {
		if !p.clause(s) {
			p.misread("not understood: " + p.quote())
			p.next()
			p.skip(p.atClause)
		}
	}
	return s
}

func (p *parser) quantifier(s *selection) {
	p.accept("STREAM")
	p.accept("ALL")
	if p.accept("DISTINCT") {
		if p.at("ON") && p.ahead(1).is("(") {
			p.pos += 2
			s.clauses = append(s.clauses, clause{GroupBy, p.expressions(), true})
			p.close()
			return
		}
		s.distinct = true
	}
	if p.at("TOP") && (p.ahead(1).kind == numberToken || p.ahead(1).is("(")) {
		p.pos++
		p.primary()
	}
}

func (p *parser) items() []item {
	var out []item
	for {
		if t := p.peek(); t.kind == endToken || t.is(")") || structural[t.upper] && t.upper != "NOT" && !p.ahead(1).is("(") {
			return out // a comma too many, or none at all
		}
		out = append(out, p.item())
		if !p.symbol(",") {
			return out
		}
	}
}

func (p *parser) item() item {
	at := p.peek().at
	if s := p.star(); s != nil {
		return item{at: at, star: s}
	}
	e := p.expression()
	if p.peek().is(".") && p.ahead(1).is("*") {
		p.pos += 2
		return item{at: at, star: &star{of: e}}
	}
	return item{at: at, expression: e, names: p.itemNames()}
}

// itemNames reads an alias, or the names that a generator gives its columns in
// Spark: explode(m) AS (k, v).
func (p *parser) itemNames() []string {
	if p.at("AS") && p.ahead(1).is("(") {
		p.pos++
		return p.names()
	}
	if alias := p.alias(); alias != "" {
		return []string{alias}
	}
	return nil
}

// star reads * and t.*, or nothing.
func (p *parser) star() *star {
	n := 0
	for p.ahead(n).named() && p.ahead(n+1).is(".") {
		n += 2
	}
	if !p.ahead(n).is("*") {
		return nil
	}
	s := &star{}
	for range n / 2 {
		name, _ := p.name()
		s.table = append(s.table, name)
		p.pos++
	}
	p.pos++
	for {
		switch {
		case p.atAny("EXCEPT", "EXCLUDE") && p.ahead(1).is("(") && !p.startsQuery(1):
			p.pos++
			s.except = append(s.except, p.names()...)
		case p.at("REPLACE") && p.ahead(1).is("("):
			p.pos += 2
			s.replaced = p.items()
			p.close()
		default:
			return s
		}
	}
}

// clause reads one clause, or nothing.
func (p *parser) clause(s *selection) bool {
	add := func(subtype Subtype, items bool, expressions ...*expression) {
		s.clauses = append(s.clauses, clause{subtype, expressions, items})
	}
	switch {
	case p.accept("FROM"):
		s.from = append(s.from, p.sources()...)
	case p.accept("INTO"):
		p.acceptAny("TEMPORARY", "TEMP", "UNLOGGED")
		p.accept("TABLE")
		s.into = p.path()
	case p.accept("WHERE"):
		add(Filter, false, p.expression())
	case p.accept("GROUP", "BY"):
		add(GroupBy, true, p.grouping()...)
	case p.acceptAny("HAVING", "QUALIFY"):
		add(Filter, true, p.expression())
	case p.accept("SORT", "BY"), p.accept("CLUSTER", "BY"), p.accept("DISTRIBUTE", "BY"):
		add(Sort, true, p.ordering()...)
	case p.accept("PARTITION", "BY"): // ksqlDB: the new key
		add(Sort, true, p.ordering()...)
	case p.at("WINDOW") && p.ahead(2).upper == "AS":
		p.pos++
		p.namedWindows(s)
	case p.accept("WINDOW"): // ksqlDB: TUMBLING (SIZE 1 HOUR)
		p.skip(p.atClause)
	default:
		return false
	}
	return true
}

// grouping reads the expressions of a GROUP BY; sets of them are read as all
// they contain.
func (p *parser) grouping() []*expression {
	p.accept("DISTINCT")
	if p.accept("ALL") {
		return nil
	}
	var out []*expression
	for {
		p.accept("GROUPING", "SETS")
		out = append(out, p.expression())
		if p.accept("WITH") {
			p.acceptAny("ROLLUP", "CUBE")
		}
		if !p.symbol(",") && !p.at("GROUPING", "SETS") {
			return out
		}
	}
}

func (p *parser) namedWindows(s *selection) {
	for {
		name, ok := p.name()
		if !ok || !p.accept("AS") {
			return
		}
		if s.windows == nil {
			s.windows = map[string]*window{}
		}
		s.windows[fold(name)] = p.window()
		if !p.symbol(",") {
			return
		}
	}
}

// atClause says whether a clause of a selection begins here.
func (p *parser) atClause() bool {
	return p.atAny("FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "WINDOW", "SORT", "CLUSTER", "DISTRIBUTE") || p.atQueryEnd()
}

// atQueryEnd says whether the selection is over: nothing of it can come.
func (p *parser) atQueryEnd() bool {
	t := p.peek()
	return t.kind == endToken || t.is(")") ||
		p.atAny("UNION", "INTERSECT", "EXCEPT", "MINUS", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "EMIT", "INSERT", "RETURNING") ||
		p.at("ON", "CONFLICT") || p.at("ON", "DUPLICATE") || p.at("WITH", "NO") || p.at("WITH", "DATA")
}
