package sqlflow

// call reads the arguments of a function and what may follow them: FILTER,
// WITHIN GROUP, OVER.
func (p *parser) call(at int, path []string) *expression {
	name := fold(path[len(path)-1])
	if !p.enter() {
		p.group()
		return &expression{at: at}
	}
	defer p.leave()
	p.pos++ // the parenthesis
	e := &expression{at: at, effect: functionEffect(name)}
	if p.startsQuery(0) { // EXISTS (SELECT ...), ARRAY(SELECT ...)
		e.operands = []*expression{{at: p.peek().at, query: p.query(), exists: name == "exists"}}
	} else {
		p.arguments(name, e)
	}
	p.close()
	p.afterCall(name, e)
	decide(name, e)
	return e
}

// arguments reads what is in the parentheses. Words divide arguments in some
// functions as commas do in others: CAST(a AS b), EXTRACT(YEAR FROM a),
// SUBSTRING(a FROM 1 FOR 2), TRIM(BOTH a FROM b), POSITION(a IN b).
func (p *parser) arguments(name string, e *expression) {
	for !p.peek().is(")") && p.peek().kind != endToken {
		switch {
		case p.symbol(","), len(e.operands) > 0 && p.symbol(":"): // JSON_OBJECT('a': b)
		case p.acceptAny("FROM", "FOR", "USING", "PLACING", "DISTINCT", "ALL", "BOTH", "LEADING", "TRAILING"):
		case p.acceptAny("IGNORE", "RESPECT") && p.accept("NULLS"):
		case p.acceptAny("SEPARATOR"):
		case p.acceptAny("AS", "RETURNING"): // a type
			p.skipType()
			p.skip(func() bool { return p.peek().is(",") || p.at("ON") })
		case jsonWords[name] && p.acceptAny("KEY", "VALUE"):
		case p.atAny("NULL", "ABSENT", "ERROR", "EMPTY") && p.ahead(1).upper == "ON":
			p.pos++
		case p.accept("TO"): // FLOOR(ts TO DAY)
			p.name()
		case p.accept("ORDER", "BY"):
			e.sorting = append(e.sorting, p.ordering()...)
		case p.accept("ON"): // JSON_VALUE(... NULL ON EMPTY)
			p.skip(func() bool { return p.peek().is(",") })
		case p.at("LIMIT"):
			p.skip(func() bool { return false })
		case timeUnits[p.peek().upper] && (p.ahead(1).is(",") || p.ahead(1).upper == "FROM") && len(e.operands) == 0 && unitFirst[name]:
			p.pos++
		default:
			before := p.pos
			e.operands = append(e.operands, p.argument(name))
			if p.pos == before {
				p.next() // noted already
			}
		}
	}
}

// jsonWords are functions that take KEY 'a' VALUE b.
var jsonWords = set("json_object", "json_objectagg")

// unitFirst are functions whose first argument is a unit of time without
// quotes.
var unitFirst = set("extract", "timestampdiff", "timestampadd", "datediff", "dateadd", "date_diff", "date_add", "datepart", "date_part", "date_trunc")

// argument reads one argument: f(x), name => x, or a lambda where a function
// takes one.
func (p *parser) argument(function string) *expression {
	if higherOrder[function] {
		if bound, ok := p.parameters(); ok {
			body := p.expression()
			return &expression{at: body.at, effect: effect{subtype: Identity}, operands: []*expression{body}, bound: bound}
		}
	}
	if p.ahead(1).is("=>") {
		p.pos += 2
	}
	if p.at("TABLE") && p.ahead(1).named() {
		return p.tableArgument()
	}
	return p.expression()
}

// tableArgument reads TABLE t [PARTITION BY a, b] as functions over tables take
// it: all columns go in.
func (p *parser) tableArgument() *expression {
	at := p.peek().at
	e := &expression{at: at, query: &query{at: at, first: p.term()}}
	if p.accept("PARTITION", "BY") {
		p.skip(func() bool { return p.ahead(1).is("=>") || p.peek().is(",") && !p.ahead(1).named() || p.at("ORDER") })
		if p.accept("ORDER", "BY") {
			p.ordering()
		}
	}
	return e
}

// higherOrder are functions that take lambdas: transform(a, x -> x + 1) in
// Spark, TRANSFORM(a, x => x + 1) in ksqlDB.
var higherOrder = set("transform", "filter", "exists", "forall", "aggregate", "reduce", "zip_with", "map_filter",
	"map_zip_with", "transform_keys", "transform_values", "array_sort", "any_match", "all_match", "none_match")

// parameters reads x -> or (x, y) ->, with either arrow, or nothing.
func (p *parser) parameters() ([]string, bool) {
	start := p.pos
	var bound []string
	if p.peek().is("(") && p.ahead(1).named() {
		bound = p.names()
	} else if name, ok := p.name(); ok {
		bound = []string{name}
	}
	if len(bound) > 0 && (p.symbol("->") || p.symbol("=>")) {
		return bound, true
	}
	p.pos = start
	return nil, false
}

// afterCall reads what follows the parenthesis that closes a call.
func (p *parser) afterCall(name string, e *expression) {
	for {
		switch {
		case p.at("FILTER") && p.ahead(1).is("("):
			p.pos += 2
			p.accept("WHERE")
			e.deciding = append(e.deciding, p.expression())
			p.close()
		case p.at("WITHIN", "GROUP") && p.ahead(2).is("("):
			p.pos += 3
			p.accept("ORDER", "BY")
			e.ordered(name, p.ordering())
			p.close()
		case p.acceptAny("IGNORE", "RESPECT"):
			p.accept("NULLS")
		case p.at("OVER") && (p.ahead(1).is("(") || p.ahead(1).named()):
			p.pos++
			e.window = p.window()
		default:
			return
		}
	}
}

// ordered adds WITHIN GROUP (ORDER BY ...): the values themselves for
// functions that pick one of them, their order for others.
func (e *expression) ordered(function string, by []*expression) {
	switch function {
	case "percentile_cont", "percentile_disc", "mode":
		e.operands = append(e.operands, by...)
	default:
		e.sorting = append(e.sorting, by...)
	}
}

// window reads (PARTITION BY ... ORDER BY ...) or a name.
func (p *parser) window() *window {
	w := &window{}
	if !p.symbol("(") {
		w.base, _ = p.name()
		return w
	}
	for !p.peek().is(")") && p.peek().kind != endToken {
		switch {
		case p.accept("PARTITION", "BY"), p.accept("DISTRIBUTE", "BY"):
			w.expressions = append(w.expressions, p.expressions()...)
		case p.accept("ORDER", "BY"), p.accept("SORT", "BY"):
			w.expressions = append(w.expressions, p.ordering()...)
		case p.atAny("ROWS", "RANGE", "GROUPS"):
			p.skip(func() bool { return false })
		default:
			name, ok := p.name()
			if !ok {
				p.close()
				return w
			}
			w.base = name
		}
	}
	p.close()
	return w
}
