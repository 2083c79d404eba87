package sqlflow

// change is what UPDATE and MERGE do to rows of a table.
type change struct {
	// alias is what the table is called in the statement.
	alias string
	// from are the other tables.
	from []*source
	// on matches rows of MERGE; where picks those of UPDATE and of the branches
	// of MERGE.
	on          *expression
	where       []*expression
	assignments []assignment
	// all: columns are set to those of the same name (SET *, INSERT *).
	all bool
}

// assignment is column = value.
type assignment struct {
	column string
	value  *expression
	// inserted: the row is new.
	inserted bool
}

func (p *parser) update(s *statement) {
	p.next()
	s.kind = Update
	p.accept("ONLY")
	s.target = p.path()
	c := &change{alias: p.alias()}
	s.change = c
	if !p.accept("SET") {
		p.misread("SET was expected, not " + p.quote())
		return
	}
	p.assignments(c)
	if p.accept("FROM") {
		c.from = p.sources()
	}
	if p.accept("WHERE") {
		c.where = append(c.where, p.expression())
	}
	if p.at("RETURNING") {
		p.skip(func() bool { return false })
	}
}

func (p *parser) merge(s *statement) {
	p.pos += 2
	s.kind = Merge
	s.target = p.path()
	c := &change{alias: p.alias()}
	s.change = c
	if p.accept("USING") {
		c.from = []*source{p.source()}
	}
	if p.accept("ON") {
		c.on = p.expression()
	}
	for p.accept("WHEN") {
		p.accept("NOT")
		p.accept("MATCHED")
		if p.accept("BY") {
			p.acceptAny("SOURCE", "TARGET")
		}
		if p.accept("AND") {
			c.where = append(c.where, p.expression())
		}
		p.accept("THEN")
		p.mergeAction(c)
	}
}

func (p *parser) mergeAction(c *change) {
	switch {
	case p.accept("UPDATE"):
		p.accept("SET")
		if p.symbol("*") {
			c.all = true
			return
		}
		p.assignments(c)
		if p.accept("WHERE") {
			c.where = append(c.where, p.expression())
		}
	case p.accept("INSERT"):
		if p.symbol("*") {
			c.all = true
			return
		}
		columns := p.names()
		if p.accept("VALUES") && p.symbol("(") {
			values := p.expressions()
			p.close()
			p.pairs(c, columns, values, true)
		}
	case p.accept("DELETE"):
	case p.accept("DO", "NOTHING"):
	}
}

// pairs assigns values to columns by position.
func (p *parser) pairs(c *change, columns []string, values []*expression, inserted bool) {
	if len(columns) != len(values) {
		p.note(p.peek().at, "columns and values are not as many as one another")
	}
	for i := range min(len(columns), len(values)) {
		c.assignments = append(c.assignments, assignment{columns[i], values[i], inserted})
	}
}

// assignments reads a = x, t.b = y, (c, d) = (z, w).
func (p *parser) assignments(c *change) {
	for {
		if p.peek().is("(") {
			p.rowAssignment(c)
		} else if path := p.path(); path != nil && p.symbol("=") {
			c.assignments = append(c.assignments, assignment{column: path[len(path)-1], value: p.expression()})
		} else {
			p.misread("an assignment was expected, not " + p.quote())
			return
		}
		if !p.symbol(",") {
			return
		}
	}
}

func (p *parser) rowAssignment(c *change) {
	columns := p.names()
	p.symbol("=")
	value := p.expression()
	if len(value.operands) == len(columns) {
		p.pairs(c, columns, value.operands, false)
		return
	}
	for _, column := range columns {
		c.assignments = append(c.assignments, assignment{column: column, value: transformed(value.at, value)})
	}
}
