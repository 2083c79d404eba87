package sqlflow

import (
	"slices"
	"strings"
)

// scope is where names in a selection are looked up.
type scope struct {
	outer *scope // of the query around, for correlated ones
	// queries are those that WITH names.
	queries *namedQueries
	// bindings are the sources of FROM.
	bindings []binding
	// shared are columns that USING or NATURAL makes one of two.
	shared map[string]bool
	// items are the columns of the selection itself. Clauses may call them by
	// name and position, and in Spark so may items that follow.
	items *relation
	// inClause: items go before columns of tables that are not known.
	inClause bool
	// itemsFirst: they go before columns of all tables, as in ORDER BY.
	itemsFirst bool
	windows    map[string]*window
	// bound are parameters of a lambda.
	bound []string
	// owner is the relation that reads what queries in expressions read.
	owner *relation
}

// namedQueries are what WITH declares, inner before outer.
type namedQueries struct {
	outer     *namedQueries
	relations map[string]*relation
}

func (n *namedQueries) lookup(name string) *relation {
	key := fold(name)
	for ; n != nil; n = n.outer {
		if r := n.relations[key]; r != nil {
			return r
		}
	}
	return nil
}

// binding is a relation under the names a query may call it by.
type binding struct {
	// path is the folded alias, or the parts of the table's name.
	path []string
	rel  *relation
}

// called says whether a qualifier means this binding: o for o, db.t or t for
// db.t.
func (b binding) called(qualifier []string) bool {
	last := b.path[max(0, len(b.path)-len(qualifier)):]
	return len(last) > 0 && slices.EqualFunc(last, qualifier, func(part, q string) bool { return part == fold(q) })
}

// reference finds what a column's name means, from the innermost query out.
func (r *resolver) reference(e *expression, s *scope) []Source {
	if e.doubtful && r.lexer.backticks {
		return nil // a string
	}
	if from, ok := r.qualified(e, s); ok {
		return from
	}
	for in := s; in != nil; in = in.outer {
		if from, ok := r.inScope(e, in); ok {
			return from
		}
	}
	if pseudo := len(e.path) == 1 && pseudoColumns[fold(e.path[0])]; !e.doubtful && !pseudo {
		r.note(e.at, "no table that is read here has a column "+strings.Join(e.path, "."))
	}
	return nil
}

// pseudoColumns are what engines give a row besides its columns.
var pseudoColumns = set("rowtime", "rowkey", "rowpartition", "rowoffset", "windowstart", "windowend", "rownum", "rowid", "sysdate",
	"ctid", "level", "user", "input__file__name", "_metadata", "localtime", "excluded")

func (r *resolver) inScope(e *expression, s *scope) ([]Source, bool) {
	if !r.spend(1 + len(s.bindings)) {
		return nil, true
	}
	item, named := s.item(e.path)
	if named && s.itemsFirst {
		return item, true
	}
	if from, ok := r.listed(e, s); ok {
		return from, true
	}
	if named && s.inClause {
		return item, true
	}
	if from, ok := r.open(e, s); ok {
		return from, true
	}
	return item, named
}

// item finds a column of the selection itself.
func (s *scope) item(path []string) ([]Source, bool) {
	if s.items == nil {
		return nil, false
	}
	from, ok := s.items.lookup(path[0])
	return nested(from, path[1:]), ok
}

// qualified finds parameters of lambdas, which are no columns, and t.a, t being
// a source of this query or one around it: those go before a field a of a column
// t that a table may have.
func (r *resolver) qualified(e *expression, s *scope) ([]Source, bool) {
	for ; s != nil; s = s.outer {
		if slices.ContainsFunc(s.bound, func(b string) bool { return strings.EqualFold(b, e.path[0]) }) {
			return nil, true
		}
		if !r.spend(1 + len(s.bindings)) {
			return nil, true
		}
		if from, ok := inBindings(e.path, s.bindings); ok {
			return from, true
		}
		if s.lists(e.path[0]) {
			return nil, false
		}
		if len(e.path) > 1 && s.calls(e.path[0]) {
			r.note(e.at, e.path[0]+" has no column "+strings.Join(e.path[1:], "."))
			return nil, true
		}
	}
	return nil, false
}

// calls says whether a source goes by a name.
func (s *scope) calls(name string) bool {
	return slices.ContainsFunc(s.bindings, func(b binding) bool { return b.called([]string{name}) })
}

// lists says whether a source is known to have a column.
func (s *scope) lists(name string) bool {
	return slices.ContainsFunc(s.bindings, func(b binding) bool {
		_, ok := b.rel.lookup(name)
		return ok
	})
}

// inBindings finds t.a and db.t.a; longer qualifiers first.
func inBindings(path []string, bindings []binding) ([]Source, bool) {
	for n := min(len(path)-1, 3); n > 0; n-- {
		for _, b := range bindings {
			if !b.called(path[:n]) {
				continue
			}
			if from, ok := b.rel.column(path[n:]); ok {
				return from, true
			}
		}
	}
	return nil, false
}

// listed finds a column that a relation is known to have.
func (r *resolver) listed(e *expression, s *scope) ([]Source, bool) {
	var from []Source
	found := 0
	for _, b := range s.bindings {
		// What a function makes of a row goes by the function's alias too.
		if len(e.path) == 1 && b.rel.rest.kind == restMade && b.called(e.path) {
			return b.rel.rest.from, true
		}
		columns, ok := b.rel.lookup(e.path[0])
		if !ok {
			continue
		}
		if found++; found == 1 {
			from = columns
		}
	}
	switch {
	case found == 0:
		return nil, false
	case found > 1 && !s.shared[fold(e.path[0])]:
		r.note(e.at, "several tables have a column "+e.path[0]+": say whose is meant")
		return nil, true
	}
	return nested(from, e.path[1:]), true
}

// open gives a column to the one relation whose columns are not all known. A
// table goes before a function.
func (r *resolver) open(e *expression, s *scope) ([]Source, bool) {
	var table, made, lost []*relation
	for _, b := range s.bindings {
		switch b.rel.rest.kind {
		case restTable:
			table = append(table, b.rel)
		case restMade:
			made = append(made, b.rel)
		case restUnknown:
			lost = append(lost, b.rel)
		}
	}
	switch {
	case len(table) > 0 && s.shared[fold(e.path[0])], len(table) == 1 && len(lost) == 0:
		return table[0].unlisted(e.path)
	case len(table)+len(lost) == 0 && len(made) == 1:
		return made[0].unlisted(e.path)
	case len(table)+len(lost)+len(made) == 0:
		return nil, false
	}
	if _, named := s.item(e.path); named {
		return nil, false
	}
	if len(table) > 0 || len(lost) == 0 {
		r.note(e.at, "the tables that column "+strings.Join(e.path, ".")+" may belong to are not known well enough to say whose it is")
	}
	return nil, true
}
