package sqlflow

// expression keeps of an expression what bears on lineage: the columns in it
// and what happens to each. The zero expression is a constant.
type expression struct {
	at int

	// path is a column's name with what is taken out of it: table, column,
	// nested fields; steps "[]" and "{}" take from arrays and maps.
	path []string
	// doubtful: the path is in double quotes and may be a string.
	doubtful bool
	// position is a number by itself, which in ORDER BY is a column's.
	position string

	query *query // a query in parentheses; its columns are the value
	// exists: only whether the query has rows counts.
	exists bool

	// operands go through effect into the value.
	effect   effect
	operands []*expression
	// made: the value is a transformation of the operands and nothing else.
	made bool
	// deciding are conditions: which operand becomes the value.
	deciding []*expression
	// sorting orders what an aggregate collects.
	sorting []*expression
	// window is what follows OVER.
	window *window
	// bound are the parameters of a lambda: no columns.
	bound []string
}

// window is OVER (PARTITION BY ... ORDER BY ...) or the name of one.
type window struct {
	base        string
	expressions []*expression
}

func (p *parser) expressions() []*expression {
	if p.peek().is(")") {
		return nil
	}
	out := []*expression{p.expression()}
	for p.symbol(",") {
		out = append(out, p.expression())
	}
	return out
}

// expression reads operands and the operators between them. How strongly those
// bind makes no difference to what the columns become.
func (p *parser) expression() *expression {
	at := p.peek().at
	if !p.enter() {
		p.skip(func() bool { return p.peek().is(",") || p.atClause() })
		return &expression{at: at}
	}
	defer p.leave()
	operands := []*expression{p.operand()}
	operators := false
	for {
		switch {
		case p.test():
			operators = true
		case p.operator():
			operators = true
			operands = append(operands, p.operand())
		case !operators:
			return operands[0]
		default:
			return transformed(at, operands...)
		}
	}
}

// transformed makes something of operands. Of one that was transformed already
// nothing more is to be said: casts of casts nest no deeper.
func transformed(at int, operands ...*expression) *expression {
	if len(operands) == 1 && operands[0].made {
		return operands[0]
	}
	return &expression{at: at, effect: effect{subtype: Transformation}, operands: operands, made: true}
}

// test reads an operator without a right operand, as IS NOT NULL.
func (p *parser) test() bool {
	if p.acceptAny("ISNULL", "NOTNULL") {
		return true
	}
	if !p.at("IS") {
		return false
	}
	n := 1
	if p.ahead(n).upper == "NOT" {
		n++
	}
	switch p.ahead(n).upper {
	case "NULL", "TRUE", "FALSE", "UNKNOWN", "NAN", "DOCUMENT", "NORMALIZED":
		p.pos += n + 1
		return true
	case "JSON":
		p.pos += n + 1
		p.acceptAny("VALUE", "OBJECT", "ARRAY", "SCALAR")
		return true
	}
	return false
}

// operator reads one that wants an operand after it.
func (p *parser) operator() bool {
	t := p.peek()
	if t.kind == symbolToken {
		return p.operatorSymbol(t)
	}
	switch t.upper {
	case "AND", "OR", "XOR", "LIKE", "ILIKE", "RLIKE", "REGEXP", "DIV", "MOD", "OVERLAPS", "IN", "ESCAPE", "CONTAINS", "PRECEDES", "SUCCEEDS":
		p.pos++
	case "BETWEEN":
		p.pos++
		p.acceptAny("SYMMETRIC", "ASYMMETRIC")
	case "NOT":
		switch p.ahead(1).upper {
		case "LIKE", "ILIKE", "RLIKE", "REGEXP", "IN", "BETWEEN", "SIMILAR":
			p.pos++
			return p.operator()
		}
		return false
	case "SIMILAR":
		p.pos++
		p.accept("TO")
	case "IS":
		p.pos++
		p.accept("NOT")
		p.accept("DISTINCT")
		p.accept("FROM")
	case "AT":
		if !p.accept("AT", "TIME", "ZONE") {
			return false
		}
	case "MEMBER", "SUBMULTISET":
		if p.ahead(1).upper != "OF" {
			return false
		}
		p.pos += 2
	default:
		return false
	}
	return true
}

func (p *parser) operatorSymbol(t token) bool {
	switch t.text {
	case "+", "-", "*", "/", "%", "=", "<", ">", "!", "|", "&", "^", "~", "#", "@", "<=>", "?":
	default:
		return false
	}
	p.pos++
	for { // operators of several characters: <=, ||, @>, #>>
		switch next := p.peek(); {
		case next.is("=") || next.is(">") || next.is("<") || next.is("|") || next.is("&") || next.is("~") || next.is("*") && t.is("~"):
			p.pos++
		default:
			return true
		}
	}
}

// operand reads what stands between operators, with what is hung on it.
func (p *parser) operand() *expression {
	e := p.primary()
	for {
		switch {
		case p.peek().is("["):
			e = p.index(e)
		case p.peek().is(".") && p.ahead(1).named():
			p.pos++
			part, _ := p.name()
			e = within(e, part)
		case p.peek().is("->") && p.ahead(1).named(): // ksqlDB: a field of a struct
			p.pos++
			part, _ := p.name()
			e = within(e, part)
		case p.symbol("->"), p.symbol("->>"): // Postgres: a value out of JSON
			p.operand()
			e = transformed(e.at, e)
		case p.symbol("::"):
			p.skipType()
			e = transformed(e.at, e)
		case p.peek().is(":") && p.ahead(1).named() && e.path != nil: // Databricks and Snowflake: a path in JSON
			p.pos++
			p.path()
			e = transformed(e.at, e)
		case p.accept("COLLATE"):
			p.path()
		default:
			return e
		}
	}
}

// within takes a nested field out of an expression.
func within(e *expression, step string) *expression {
	if e.path == nil || len(e.path) >= maxDepth {
		return transformed(e.at, e)
	}
	return &expression{at: e.at, path: append(e.path[:len(e.path):len(e.path)], step)}
}

// index reads [1], ['key'] or [1:2] after an expression.
func (p *parser) index(e *expression) *expression {
	p.pos++
	step := "[]"
	if p.peek().kind == textToken {
		step = "{}"
	}
	key := p.expression()
	if p.symbol(":") && !p.peek().is("]") {
		p.expression()
	}
	p.skip(func() bool { return p.peek().is("]") })
	p.symbol("]")
	element := within(e, step)
	switch {
	case key.constant():
		return element
	case element.made: // a[i][j][k] nests no deeper than a[i]
		element.operands = append(element.operands, key)
		return element
	}
	return transformed(e.at, element, key)
}

func (e *expression) constant() bool {
	return e.path == nil && e.query == nil && len(e.operands) == 0
}

func (p *parser) primary() *expression {
	t := p.peek()
	switch t.kind {
	case textToken:
		for p.peek().kind == textToken {
			p.pos++
		}
		return &expression{at: t.at}
	case numberToken:
		p.pos++
		return &expression{at: t.at, position: t.text}
	case symbolToken:
		return p.primarySymbol(t)
	case wordToken:
		return p.primaryWord(t)
	case nameToken, doubleToken:
		return p.column(t.at)
	}
	p.misread("an expression was expected, not " + p.quote())
	return &expression{at: t.at}
}

func (p *parser) primarySymbol(t token) *expression {
	switch t.text {
	case "(":
		p.pos++
		if p.startsQuery(0) {
			q := p.query()
			p.close()
			return &expression{at: t.at, query: q}
		}
		list := p.expressions()
		p.close()
		if len(list) == 1 {
			return list[0]
		}
		return transformed(t.at, list...)
	case "[":
		if name, ok := p.bracketed(); ok {
			return &expression{at: t.at, path: append([]string{name}, p.morePath()...)}
		}
		return p.list()
	case "?", "*": // a parameter; count(*)
		p.pos++
		return &expression{at: t.at}
	case ":", "%": // named parameters: :name, %s, %(name)s
		p.pos++
		p.group()
		if p.peek().kind == wordToken {
			p.pos++
		}
		return &expression{at: t.at}
	case "+", "-", "~", "!", "@":
		p.pos++
		if !p.enter() {
			return &expression{at: t.at}
		}
		defer p.leave()
		e := p.operand()
		if e.constant() {
			return &expression{at: t.at}
		}
		return transformed(t.at, e)
	}
	p.misread("an expression was expected, not " + p.quote())
	return &expression{at: t.at}
}

func (p *parser) morePath() []string {
	if p.peek().is(".") && (p.ahead(1).named() || p.ahead(1).is("[")) {
		p.pos++
		return p.path()
	}
	return nil
}

// list reads [a, b] and, for maps, [k, v].
func (p *parser) list() *expression {
	at := p.next().at
	e := transformed(at)
	for !p.peek().is("]") && p.peek().kind != endToken {
		e.operands = append(e.operands, p.expression())
		if !p.symbol(",") && !p.symbol(":") {
			break
		}
	}
	p.skip(func() bool { return p.peek().is("]") })
	p.symbol("]")
	return e
}

// constants are words that stand for a value. Dates and intervals are words
// before a string.
var constants = set("TRUE", "FALSE", "NULL", "DEFAULT", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME",
	"LOCALTIMESTAMP", "CURRENT_USER", "SESSION_USER", "CURRENT_ROW_TIMESTAMP")

func (p *parser) primaryWord(t token) *expression {
	switch {
	case constants[t.upper] && !p.ahead(1).is("."):
		p.pos++
		p.group() // CURRENT_TIMESTAMP(3)
		return &expression{at: t.at}
	case t.upper == "CASE":
		return p.caseWhen()
	case t.upper == "INTERVAL" && p.intervalAhead():
		return p.interval()
	case p.ahead(1).kind == textToken && !reserved[t.upper]: // DATE '2026-01-01'
		p.pos += 2
		return &expression{at: t.at}
	case t.upper == "NOT", t.upper == "PRIOR", t.upper == "DISTINCT" && !p.ahead(1).is("."):
		p.pos++
		if !p.enter() {
			return &expression{at: t.at}
		}
		defer p.leave()
		e := p.operand()
		if t.upper == "NOT" {
			return transformed(t.at, e)
		}
		return e
	case (t.upper == "ARRAY" || t.upper == "MAP" || t.upper == "MULTISET") && p.ahead(1).is("["):
		p.pos++
		return p.list()
	case structural[t.upper] && !p.ahead(1).is(".") && !p.ahead(1).is("("):
		p.misread("an expression was expected, not " + p.quote())
		return &expression{at: t.at}
	}
	return p.column(t.at)
}

// column reads a column's name or the call of a function.
func (p *parser) column(at int) *expression {
	doubtful := p.peek().kind == doubleToken
	path := p.path()
	if p.peek().is("(") {
		return p.call(at, path)
	}
	return &expression{at: at, path: path, doubtful: doubtful && len(path) == 1}
}

// intervalAhead tells the keyword from a column called interval.
func (p *parser) intervalAhead() bool {
	t := p.ahead(1)
	return t.kind == textToken || t.kind == numberToken || t.is("(") || t.is("-") || t.is("?")
}

// interval reads INTERVAL '5' MINUTE, INTERVAL 1 DAY 2 HOURS, INTERVAL '1-2'
// YEAR TO MONTH.
func (p *parser) interval() *expression {
	at := p.next().at
	p.symbol("-")
	if t := p.peek(); t.kind != textToken && t.kind != numberToken {
		return transformed(at, p.operand())
	}
	p.pos++
	for timeUnits[p.peek().upper] {
		p.pos++
		p.group() // DAY(3)
		p.accept("TO")
		if p.peek().kind == numberToken && timeUnits[p.ahead(1).upper] {
			p.pos++
		}
	}
	return &expression{at: at}
}

var timeUnits = set("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND",
	"YEARS", "QUARTERS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS", "MICROSECONDS",
	"DOY", "DOW", "EPOCH", "DECADE", "CENTURY", "MILLENNIUM", "ISODOW", "ISOYEAR", "DAYOFWEEK", "DAYOFYEAR")

// caseWhen reads CASE [x] WHEN a THEN b ... ELSE c END: x and a decide, b and
// c are the values as they are.
func (p *parser) caseWhen() *expression {
	e := &expression{at: p.next().at, effect: effect{subtype: Identity}}
	if !p.at("WHEN") {
		e.deciding = append(e.deciding, p.expression())
	}
	for {
		switch {
		case p.accept("WHEN"):
			e.deciding = append(e.deciding, p.expression())
		case p.acceptAny("THEN", "ELSE"):
			e.operands = append(e.operands, p.expression())
		case p.accept("END"):
			return e
		default:
			p.misread("END of a CASE was expected, not " + p.quote())
			return e
		}
	}
}

// skipType steps over the name of a type: decimal(10, 2), double precision,
// map<string, int>, text[].
func (p *parser) skipType() {
	p.path()
	for p.acceptAny("PRECISION", "VARYING", "UNSIGNED", "SIGNED") {
	}
	p.group()
	if p.peek().is("<") {
		p.angles()
	}
	if p.accept("WITH") || p.accept("WITHOUT") {
		p.accept("LOCAL")
		p.accept("TIME")
		p.accept("ZONE")
	}
	for p.peek().is("[") && (p.ahead(1).is("]") || p.ahead(2).is("]")) {
		p.skip(func() bool { return p.peek().is("]") })
		p.pos++
	}
}

// angles steps over <...> in a type.
func (p *parser) angles() {
	depth := 0
	p.skip(func() bool {
		switch {
		case p.peek().is("<"):
			depth++
		case p.peek().is(">"):
			depth--
		}
		return depth == 0
	})
	p.symbol(">")
}
