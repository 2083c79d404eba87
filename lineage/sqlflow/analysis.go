package sqlflow

import (
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema"
)

// analysis is a script on its way through.
type analysis struct {
	lexer             lexer
	lines             schema.Lines
	columns           func(Name) []string
	catalog, database string
	// known are the tables met and the views declared, by folded name.
	known  map[Name]*relation
	work   int
	script Script
}

// statement reads and resolves the tokens of one statement.
func (a *analysis) statement(tokens []token) {
	p := &parser{sql: a.lexer.sql, tokens: tokens}
	if a.lexer.cut > 0 {
		p.note(a.lexer.cut, "the statement is too long: the rest is not read")
	}
	for i, st := range p.statements() {
		r := &resolver{analysis: a, begin: st.at}
		if i == 0 {
			r.unknown = p.unknown
		}
		out := r.statement(st)
		if p.lost {
			out.Sources = a.glimpsed(tokens, out)
		}
		a.script.Statements = append(a.script.Statements, out)
	}
}

func (r *resolver) statement(st *statement) Statement {
	if st.use != nil {
		r.use(st.use, st.useCatalog)
	}
	out := Statement{Kind: st.kind, Position: r.lines.Position(st.at), Target: r.complete(st.target)}
	rel := &relation{}
	queries := r.with(st.ctes, st.recursive, nil, nil)
	if st.query != nil {
		rel = r.query(st.query, nil, queries)
	}
	switch st.kind {
	case Insert:
		out.Columns = r.inserted(st, rel, out.Target)
	case CreateTable, CreateTableAs, CreateView:
		out.Columns = r.created(st, rel, out.Target)
	case Select:
		out.Columns = r.flows(st.at, rel)
	case Update, Merge:
		rel, out.Columns = r.changed(st, queries, out.Target)
	}
	tables, influences := r.collect(rel)
	for _, table := range tables {
		out.Sources = append(out.Sources, table.name)
	}
	out.Influences = influences
	if st.kind == CreateView { // who reads the view need not look below it again
		if view := r.known[out.Target.fold()]; view != nil {
			view.reads, view.influences = tables, influences
		}
	}
	out.Unknown = r.unknowns()
	return out
}

// unknowns are the faults in the order of the text, each once.
func (r *resolver) unknowns() []Unknown {
	slices.SortStableFunc(r.unknown, func(a, b fault) int { return a.at - b.at })
	var out []Unknown
	for _, f := range slices.Compact(r.unknown) {
		out = append(out, Unknown{r.lines.Position(f.at), f.what})
	}
	return out
}

// flows are the columns of a query as it names them.
func (r *resolver) flows(at int, rel *relation) []ColumnFlow {
	if rel.rest.kind != restNone {
		r.starNote(at, rel)
	}
	out := make([]ColumnFlow, 0, len(rel.columns))
	for _, c := range rel.columns {
		out = append(out, ColumnFlow{c.name, c.from})
	}
	return out
}

// starNote says that a query has columns that are not known.
func (r *resolver) starNote(at int, rel *relation) {
	switch rel.rest.kind {
	case restTable:
		r.note(at, "the columns of "+rel.rest.table.String()+" are not known, so * stands for columns that are not known either")
	default:
		r.note(at, "not all columns of the query are known")
	}
}

// inserted gives the columns of a query to those of the table written.
func (r *resolver) inserted(st *statement, rel *relation, target Name) []ColumnFlow {
	if st.query == nil {
		return nil
	}
	names := r.targetColumns(st, target)
	switch {
	case st.into.byName:
		return r.flows(st.at, rel)
	case rel.rest.kind != restNone:
		r.starNote(st.at, rel)
		return nil
	case names == nil:
		r.note(st.at, "the columns of "+target.String()+" are not known: they are taken to be called as the query calls them")
		return r.flows(st.at, rel)
	case len(names) != len(rel.columns):
		r.note(st.at, "the query gives "+strconv.Itoa(len(rel.columns))+" columns for "+strconv.Itoa(len(names)))
	}
	var out []ColumnFlow
	for i := range min(len(names), len(rel.columns)) {
		out = append(out, ColumnFlow{names[i], rel.columns[i].from})
	}
	return out
}

// targetColumns are the columns that INSERT fills in order, nil if they are
// not known.
func (r *resolver) targetColumns(st *statement, target Name) []string {
	if st.into.columns != nil {
		return st.into.columns
	}
	rel := r.stored(target)
	names := rel.writable
	if names == nil {
		names = rel.names()
	}
	if len(names) == 0 {
		return nil
	}
	fixed := map[string]bool{}
	for _, name := range st.into.fixed {
		fixed[fold(name)] = true
	}
	var out []string
	for _, name := range names {
		if !fixed[fold(name)] {
			out = append(out, name)
		}
	}
	return out
}
