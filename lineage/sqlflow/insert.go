package sqlflow

// insertion says which columns of its target INSERT fills.
type insertion struct {
	// columns are those listed; nil is all, in order.
	columns []string
	// fixed are partition columns with a constant value.
	fixed []string
	// byName: the query names the columns.
	byName bool
}

func (p *parser) insert(s *statement) {
	p.next()
	s.kind = Insert
	p.accept("OR", "REPLACE")
	p.acceptAny("INTO", "OVERWRITE")
	p.accept("LOCAL")
	if p.at("DIRECTORY") && p.ahead(1).kind == textToken {
		p.note(p.peek().at, "files in a directory are written: that target is no table")
		p.skip(func() bool { return p.atAny("SELECT", "WITH") })
		s.query = p.query()
		return
	}
	p.accept("TABLE")
	if s.target = p.path(); s.target == nil {
		p.misread("a table to insert into was expected, not " + p.quote())
	}
	p.insertion(s)
	if p.accept("DEFAULT", "VALUES") || p.peek().kind == endToken {
		return
	}
	s.query = p.query()
	if p.at("ON", "CONFLICT") || p.at("ON", "DUPLICATE") {
		p.note(p.peek().at, "what happens to rows that exist already is not analysed")
		p.skip(func() bool { return false })
	}
	if p.at("RETURNING") {
		p.skip(func() bool { return false })
	}
}

// insertion reads what stands between the table and the query.
func (p *parser) insertion(s *statement) {
	for {
		switch {
		case p.accept("PARTITION"):
			s.into.fixed = append(s.into.fixed, p.partition()...)
		case p.accept("IF", "NOT", "EXISTS"):
		case p.accept("BY", "NAME"):
			s.into.byName = true
		case p.accept("OVERRIDING"):
			p.acceptAny("SYSTEM", "USER")
			p.accept("VALUE")
		case p.at("AS") && !p.startsQuery(1):
			p.alias()
		case p.peek().is("(") && !p.startsQuery(1):
			s.into.columns = p.names()
		default:
			return
		}
	}
}

// partition reads PARTITION (a = 1, b) and returns those with a value.
func (p *parser) partition() []string {
	var fixed []string
	if !p.symbol("(") {
		return nil
	}
	for {
		path := p.path()
		if path != nil && p.symbol("=") {
			fixed = append(fixed, path[len(path)-1])
			p.expression()
		}
		if !p.symbol(",") {
			break
		}
	}
	p.close()
	return fixed
}

// fromInserts reads Hive's FROM t INSERT INTO a SELECT ... INSERT INTO b
// SELECT ...: the sources are shared.
func (p *parser) fromInserts(s *statement) []*statement {
	start := p.pos
	p.pos++
	from := p.sources()
	if !p.at("INSERT") {
		p.pos = start
		s.kind, s.query = Select, p.query()
		return []*statement{s}
	}
	var out []*statement
	for p.at("INSERT") {
		one := &statement{at: p.peek().at}
		p.insert(one)
		if one.query != nil && one.query.first.selection != nil {
			one.query.first.selection.from = append(from[:len(from):len(from)], one.query.first.selection.from...)
		}
		out = append(out, one)
	}
	return out
}
