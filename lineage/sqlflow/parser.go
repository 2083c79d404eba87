package sqlflow

import (
	"slices"
	"strings"
)

// parser turns the tokens of one statement into a tree. It never gives up:
// what it cannot place it notes and steps over, up to the next word that begins
// a clause.
type parser struct {
	sql    string
	tokens []token // the last is the endToken
	pos    int
	depth  int
	faults
	// lost: tokens were stepped over, so that tables may be missing.
	lost bool
}

// fault is what was not understood at an offset.
type fault struct {
	at   int
	what string
}

// faults are what was not understood of a statement, at most maxUnknown.
type faults struct{ unknown []fault }

func (f *faults) note(at int, what string) {
	if len(f.unknown) < maxUnknown {
		f.unknown = append(f.unknown, fault{at, what})
	}
}

func (p *parser) peek() token { return p.tokens[p.pos] }

// ahead looks n tokens past the next.
func (p *parser) ahead(n int) token {
	return p.tokens[min(p.pos+n, len(p.tokens)-1)]
}

func (p *parser) next() token {
	t := p.tokens[p.pos]
	if t.kind != endToken {
		p.pos++
	}
	return t
}

// at says whether these words come next.
func (p *parser) at(words ...string) bool {
	for i, w := range words {
		if p.ahead(i).upper != w {
			return false
		}
	}
	return true
}

// atAny says whether one of these words comes next.
func (p *parser) atAny(words ...string) bool {
	w := p.peek().upper
	return w != "" && slices.Contains(words, w)
}

// accept steps over these words if they come next.
func (p *parser) accept(words ...string) bool {
	if !p.at(words...) {
		return false
	}
	p.pos += len(words)
	return true
}

// acceptAny steps over one of these words.
func (p *parser) acceptAny(words ...string) bool {
	if !p.atAny(words...) {
		return false
	}
	p.pos++
	return true
}

func (p *parser) symbol(s string) bool {
	if !p.peek().is(s) {
		return false
	}
	p.pos++
	return true
}

// close steps over the parenthesis that ends a list, and over whatever is left
// before it.
func (p *parser) close() {
	if p.symbol(")") {
		return
	}
	if p.peek().kind == endToken {
		p.misread("a parenthesis is not closed")
		return
	}
	p.misread("not understood: " + p.quote())
	p.skip(func() bool { return false })
	p.symbol(")")
}

// misread notes that what comes next was not expected.
func (p *parser) misread(what string) {
	p.lost = true
	p.note(p.peek().at, what)
}

// quote shows the next token as the script has it, cut if it is long.
func (p *parser) quote() string {
	t := p.peek()
	if t.kind == endToken {
		return "the end of the statement"
	}
	const longest = 40
	if len(t.text) <= longest {
		return t.text
	}
	return strings.ToValidUTF8(t.text[:longest], "") + "..."
}

// skip steps over tokens until stop says so, the parenthesis ends that encloses
// them, or the statement does. Parentheses are stepped over whole.
func (p *parser) skip(stop func() bool) {
	depth := 0
	for p.peek().kind != endToken {
		switch t := p.peek(); {
		case depth == 0 && (t.is(")") || stop()):
			return
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		p.pos++
	}
}

// group steps over a parenthesis and all in it, if one comes next.
func (p *parser) group() bool {
	if !p.symbol("(") {
		return false
	}
	p.skip(func() bool { return false })
	p.symbol(")")
	return true
}

// enter counts one more level of nesting; without room for it, it says so and
// the caller steps over what it would have read.
func (p *parser) enter() bool {
	if p.depth >= maxDepth {
		p.misread("nested too deep to be read")
		return false
	}
	p.depth++
	return true
}

func (p *parser) leave() { p.depth-- }

// name reads one part of a name: a word, a quoted name or one in [brackets].
func (p *parser) name() (string, bool) {
	t := p.peek()
	if t.named() {
		p.pos++
		return t.text, true
	}
	return p.bracketed()
}

// bracketed reads a name in brackets, as SQL Server quotes them.
func (p *parser) bracketed() (string, bool) {
	if !p.peek().is("[") {
		return "", false
	}
	for i := 1; ; i++ {
		switch t := p.ahead(i); {
		case t.is("]") && i > 1:
			from, to := p.peek().at+1, t.at
			p.pos += i + 1
			return p.sql[from:to], true
		case t.kind != wordToken:
			return "", false
		}
	}
}

// path reads a name with dots; of one with more parts than anything can nest,
// the first.
func (p *parser) path() []string {
	part, ok := p.name()
	if !ok {
		return nil
	}
	path := []string{part}
	for p.peek().is(".") && (p.ahead(1).named() || p.ahead(1).is("[")) {
		p.pos++
		part, ok := p.name()
		if !ok {
			break
		}
		if len(path) < maxDepth {
			path = append(path, part)
		}
	}
	return path
}

// names reads a list of names in parentheses, if there is one. What each name
// carries besides, as types and directions, is left out.
func (p *parser) names() []string {
	if !p.peek().is("(") || p.startsQuery(1) {
		return nil
	}
	p.pos++
	var out []string
	for {
		if path := p.path(); path != nil {
			out = append(out, path[len(path)-1])
		}
		p.skip(func() bool { return p.peek().is(",") })
		if !p.symbol(",") {
			break
		}
	}
	p.symbol(")")
	return out
}

// alias reads a name given with AS or, unless a clause may begin with it,
// without.
func (p *parser) alias() string {
	if p.accept("AS") {
		if t := p.peek(); t.kind == textToken {
			p.pos++
			return t.text
		}
		name, _ := p.name()
		return name
	}
	t := p.peek()
	if t.kind == nameToken || t.kind == doubleToken || t.kind == wordToken && !reserved[t.upper] {
		p.pos++
		return t.text
	}
	return ""
}

// reserved are the words that go on with a query, so that they are no names
// unless quoted or after AS.
var reserved = set(
	"SELECT", "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR",
	"UNION", "INTERSECT", "EXCEPT", "MINUS", "VALUES", "INTO", "WITH", "AS", "ON", "USING", "SET", "WHEN", "THEN",
	"JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "OUTER", "SEMI", "ANTI", "ASOF", "LATERAL", "UNNEST",
	"CLUSTER", "DISTRIBUTE", "SORT", "PARTITION", "EMIT", "WITHIN", "TABLESAMPLE", "PIVOT", "UNPIVOT", "MATCH_RECOGNIZE",
	"RETURNING", "ELSE", "END", "CASE", "AND", "OR", "NOT", "IN", "IS", "LIKE", "ILIKE", "RLIKE", "REGEXP", "SIMILAR",
	"BETWEEN", "ESCAPE", "DIV", "XOR", "OVERLAPS", "COLLATE", "INSERT", "BY", "EXISTS", "GRACE",
)

// structural words begin or divide what is around an expression. The other
// reserved ones are also columns: Kafka's offset and partition are.
var structural = set(
	"SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "UNION", "INTERSECT", "EXCEPT", "INTO", "AS", "ON", "USING", "JOIN",
	"WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "IN", "IS", "LIKE", "BETWEEN", "QUALIFY", "RETURNING",
)

func set(words ...string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}
