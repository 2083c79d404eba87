package sqlflow

// query is SELECT, VALUES or TABLE, several of them joined by UNION and its
// kin, with what WITH names before and ORDER BY after.
type query struct {
	at        int
	ctes      []cte
	recursive bool
	first     term
	rest      []operation
	order     []*expression
}

// cte is a query with a name.
type cte struct {
	name    string
	columns []string
	query   *query
}

// term is one side of a UNION: exactly one of its fields is set.
type term struct {
	selection *selection
	rows      [][]*expression // VALUES
	query     *query          // in parentheses
}

// operation adds a term: UNION, INTERSECT or EXCEPT.
type operation struct {
	at    int
	union bool
	// all keeps duplicates.
	all bool
	// byName matches columns by name (BY NAME) and not by position.
	byName bool
	term   term
}

// startsQuery says whether the token n places ahead begins a query, perhaps
// after parentheses.
func (p *parser) startsQuery(n int) bool {
	for deepest := n + maxDepth; n < deepest && p.ahead(n).is("("); {
		n++
	}
	switch p.ahead(n).upper {
	case "SELECT", "WITH":
		return true
	case "VALUES", "TABLE":
		return !p.ahead(n+1).is(".") && !p.ahead(n+1).is(",") && !p.ahead(n+1).is(")")
	case "FROM":
		return p.ahead(n + 1).named() // Hive and Spark: FROM t SELECT ...
	}
	return false
}

func (p *parser) query() *query {
	q := &query{at: p.peek().at}
	if !p.enter() {
		p.skip(func() bool { return false })
		return q
	}
	defer p.leave()
	if p.accept("WITH") {
		q.recursive = p.accept("RECURSIVE")
		q.ctes = p.ctes()
	}
	q.first = p.term()
	for p.atAny("UNION", "INTERSECT", "EXCEPT", "MINUS") {
		op := operation{at: p.peek().at, union: p.next().upper == "UNION"}
		op.all = p.accept("ALL")
		p.accept("DISTINCT")
		op.byName = p.accept("BY", "NAME")
		op.term = p.term()
		q.rest = append(q.rest, op)
	}
	p.queryEnd(q)
	return q
}

// ctes reads the named queries of a WITH clause.
func (p *parser) ctes() []cte {
	var out []cte
	for {
		name, ok := p.name()
		if !ok {
			p.misread("a name for a query was expected, not " + p.quote())
			return out
		}
		c := cte{name: name, columns: p.names()}
		if !p.accept("AS") {
			p.misread("AS and a query were expected, not " + p.quote())
			p.skip(func() bool {
				if t := p.peek(); t.named() && p.ahead(1).upper == "AS" {
					c.name = t.text // what stands before is a slip
				}
				return p.atAny("AS", "SELECT")
			})
			p.accept("AS")
		}
		p.accept("NOT")
		p.accept("MATERIALIZED")
		if p.symbol("(") {
			c.query = p.query()
			p.close()
			out = append(out, c)
		}
		if !p.symbol(",") {
			return out
		}
		if p.atAny("SELECT", "INSERT") {
			return out // a comma too many is common in scripts made by templates
		}
	}
}

func (p *parser) term() term {
	switch {
	case p.peek().is("("):
		p.pos++
		q := p.query()
		p.close()
		return term{query: q}
	case p.accept("VALUES"):
		return term{rows: p.rows()}
	case p.at("TABLE"):
		at := p.next().at
		return term{selection: &selection{
			items: []item{{at: at, star: &star{}}},
			from:  []*source{{at: p.peek().at, table: p.path()}},
		}}
	case p.atAny("SELECT", "FROM"):
		return term{selection: p.selection()}
	}
	p.misread("a query was expected, not " + p.quote())
	return term{selection: &selection{}}
}

// rows reads what follows VALUES.
func (p *parser) rows() [][]*expression {
	var out [][]*expression
	for {
		if p.symbol("(") {
			out = append(out, p.expressions())
			p.close()
		} else {
			p.accept("ROW")
			out = append(out, []*expression{p.expression()})
		}
		if !p.symbol(",") {
			return out
		}
	}
}

// queryEnd reads what may follow the last term.
func (p *parser) queryEnd(q *query) {
	for {
		switch {
		case p.accept("ORDER", "BY"):
			q.order = append(q.order, p.ordering()...)
		case p.acceptAny("LIMIT", "OFFSET", "FETCH"):
			p.skip(func() bool { return p.atQueryEnd() || p.peek().kind == wordToken && reserved[p.peek().upper] })
		case p.at("FOR") && p.ahead(1).upper != "SYSTEM_TIME":
			p.skip(func() bool { return false }) // FOR UPDATE and its kin
		case p.accept("EMIT"):
			p.acceptAny("CHANGES", "FINAL")
		default:
			return
		}
	}
}

// ordering reads the expressions of an ORDER BY.
func (p *parser) ordering() []*expression {
	var out []*expression
	for {
		out = append(out, p.expression())
		p.acceptAny("ASC", "DESC")
		if p.accept("NULLS") {
			p.acceptAny("FIRST", "LAST")
		}
		if !p.symbol(",") {
			return out
		}
	}
}
