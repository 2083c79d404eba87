package sqlflow

// glimpsed adds to the sources of a statement, parts of which were not
// understood, the tables that seem to be read there: what follows FROM and JOIN
// where a query can be.
func (a *analysis) glimpsed(tokens []token, of Statement) []Name {
	g := glimpse{analysis: a, named: map[string]bool{}, seen: map[Name]bool{}, out: of.Sources}
	for _, name := range of.Sources {
		g.seen[name.fold()] = true
	}
	p := &parser{sql: a.lexer.sql, tokens: tokens}
	// inCall says of each open parenthesis whether it is a function's, where
	// FROM divides arguments.
	var inCall []bool
	for p.peek().kind != endToken {
		t := p.next()
		switch {
		case t.is("("):
			inCall = append(inCall, p.pos > 1 && callable(tokens[p.pos-2]) && !p.startsQuery(0))
		case t.is(")") && len(inCall) > 0:
			inCall = inCall[:len(inCall)-1]
		case t.named() && p.at("AS") && p.ahead(1).is("("):
			g.named[fold(t.text)] = true
		case (t.upper == "FROM" || t.upper == "JOIN") && (len(inCall) == 0 || !inCall[len(inCall)-1]):
			p.accept("LATERAL")
			if path := p.path(); path != nil && !p.peek().is("(") {
				g.table(path)
			}
		}
	}
	return g.out
}

// callable says whether a parenthesis after the token begins arguments.
func callable(t token) bool { return t.named() && !reserved[t.upper] }

type glimpse struct {
	*analysis
	named map[string]bool // by WITH
	seen  map[Name]bool
	out   []Name
}

func (g *glimpse) table(path []string) {
	if len(path) == 1 && (g.named[fold(path[0])] || reserved[fold(path[0])]) {
		return
	}
	for _, table := range g.below(g.stored(g.complete(path))) {
		if key := table.name.fold(); !g.seen[key] {
			g.seen[key] = true
			g.out = append(g.out, table.name)
		}
	}
}

// below are the stored tables that a table or view stands for.
func (g *glimpse) below(rel *relation) []*relation {
	if rel.name.Table == "" {
		return rel.reads
	}
	return []*relation{rel}
}
