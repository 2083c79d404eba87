// Package sqlflow reads SQL and says which columns of which tables come from
// where: column lineage out of the text of a job.
//
// It knows no dialect and tolerates many. Flink SQL and Spark SQL come first;
// what ksqlDB, Hive and Postgres write is read where it says the same in other
// words. What it does not understand it says, with the place: such a statement
// has its tables still, and the columns it is sure of.
//
// Reading takes three steps. Tokens become a tree of what matters for lineage
// (query, select.go, from.go, expression.go; create.go, insert.go, merge.go):
// types, operators and frames of windows are skipped. The tree is resolved to
// relations, whose columns know the columns of stored tables they are made
// from (resolve.go, relation.go). A statement's answer is read off the relation
// it writes.
//
// The vocabulary is that of OpenLineage's column lineage facet 1-2-0, and edges
// are those that its Spark and Hive integrations report of the same SQL, which
// has these consequences:
//
//   - What CASE, IF, COALESCE and their kin choose is an IDENTITY of the chosen;
//     conditions are CONDITIONAL, at the column and not at the table.
//   - A join that drops rows without a partner is a FILTER, too.
//   - DISTINCT and UNION without ALL are a GROUP_BY of all columns.
//   - COUNT(*) is made from no column; COUNT(a) is a masking AGGREGATION of a.
//
// Those read the plan after the optimizer and this reads the text. So a column
// that WHERE compares with a constant is a source here and none there, and what
// a comma joins and WHERE compares is a FILTER here and a JOIN there as well.
package sqlflow

import "github.com/accordhq/accord/schema"

// Options say what is known besides the text. The zero value knows nothing.
type Options struct {
	// Columns returns the columns of a stored table in order, for * and for
	// names without a table; nil if they are not known. It is asked once per
	// table, and not for tables that the script itself declares.
	Columns func(table Name) []string
	// Catalog and Database complete names that leave them out.
	Catalog, Database string
	// Dialect is the name that OpenLineage's sql facet gives the dialect, "" if
	// it is not known. It matters for "..." alone: a string in spark, hive,
	// databricks, bigquery and mysql, else a name. Without it, a script that
	// quotes names in backticks has strings there.
	Dialect string
}

// Script is what a text says.
type Script struct {
	// Statements in order. Those without data flow (SET, DROP, ...) are here
	// too.
	Statements []Statement
	// Tables are those that the script declares.
	Tables []Table
}

// Kind says what a statement does.
type Kind string

// The kinds of statements.
const (
	Insert        Kind = "INSERT"
	CreateTable   Kind = "CREATE_TABLE"
	CreateTableAs Kind = "CREATE_TABLE_AS"
	CreateView    Kind = "CREATE_VIEW"
	Select        Kind = "SELECT" // a query whose rows go to whoever asked
	Merge         Kind = "MERGE"
	Update        Kind = "UPDATE"
	Other         Kind = "OTHER"
)

// Statement is one statement of a script.
type Statement struct {
	Kind Kind
	schema.Position
	// Target is the table written, zero if there is none.
	Target Name
	// Sources are the tables read, each once, in the order they are met. A
	// view that the script declares stands for the tables it reads.
	Sources []Name
	// Columns say for each column written what it is made from, as far as that
	// is known. One without From is made from constants.
	Columns []ColumnFlow
	// Influences are columns that decide which rows are written, in which order
	// and how they are grouped; they bear on all columns. All are INDIRECT.
	Influences []Source
	// Unknown is what was not understood. Where there is any, columns may be
	// missing; the sources are still all that were recognised.
	Unknown []Unknown
}

// ColumnFlow says what one column is made from.
type ColumnFlow struct {
	// Target is the column written. One that a query gives no name is EXPR$n,
	// n counting its columns from 0, as Flink calls it.
	Target string
	From   []Source
}

// Source is a column of a stored table and what is done with it.
type Source struct {
	Table Name
	// Column is its path as in schema.Field: "order.id" is a nested field,
	// "items[]" what an index takes from an array, "tags{}" what a key takes
	// from a map.
	Column  string
	Subtype Subtype
	// Masking: the result no longer tells the value, as of a hash or a count.
	Masking bool
}

// Unknown is a place that was not understood.
type Unknown struct {
	schema.Position
	// What is a sentence for people.
	What string
}

// Subtype is OpenLineage's word for what is done with a column.
type Subtype string

// The subtypes: the first three are DIRECT, the value goes into the result;
// the others are INDIRECT, it decides about the result.
const (
	Identity       Subtype = "IDENTITY"
	Transformation Subtype = "TRANSFORMATION"
	Aggregation    Subtype = "AGGREGATION"

	Join        Subtype = "JOIN"
	GroupBy     Subtype = "GROUP_BY"
	Filter      Subtype = "FILTER"
	Sort        Subtype = "SORT"
	Window      Subtype = "WINDOW"
	Conditional Subtype = "CONDITIONAL"
)

// Type is OpenLineage's type of a subtype: DIRECT or INDIRECT.
func (s Subtype) Type() string {
	if s.direct() {
		return "DIRECT"
	}
	return "INDIRECT"
}

func (s Subtype) direct() bool {
	return s == Identity || s == Transformation || s == Aggregation
}

// Limits keep the work in proportion to the text, whatever it says.
const (
	// maxDepth is how deep queries, expressions and joins may nest.
	maxDepth = 200
	// maxPath is how long the path of a nested field may get, in bytes.
	maxPath = 4096
	// maxTokens is how long one statement may be.
	maxTokens = 500_000
	// maxStatements is how many statements a script may have.
	maxStatements = 10_000
	// maxWork is how many columns may be looked up, expanded from * or carried
	// over in all; a star over a join of stars doubles them with every step.
	maxWork = 1_000_000
	// maxUnknown is how many places of one statement are said not to be
	// understood.
	maxUnknown = 50
)

// quotesStrings are the dialects in which "..." is a string.
var quotesStrings = set("spark", "sparksql", "spark_sql", "hive", "databricks", "bigquery", "mysql")

// Analyze reads a script. It never fails: what it does not understand is in
// the statements' Unknown. Its time grows with the length of the text, and
// Columns is all it asks of the outside.
func Analyze(sql string, opts Options) Script {
	a := &analysis{
		lexer:   lexer{sql: sql},
		lines:   schema.NewLines(sql),
		columns: opts.Columns,
		catalog: opts.Catalog, database: opts.Database,
		known: map[Name]*relation{},
		work:  maxWork,
	}
	a.lexer.backticks = quotesStrings[fold(opts.Dialect)]
	for len(a.script.Statements) < maxStatements {
		tokens, more := a.lexer.statement()
		if len(tokens) > 1 { // the last is its end
			a.statement(tokens)
		}
		if !more {
			return a.script
		}
	}
	rest := a.lines.Position(a.lexer.pos)
	a.script.Statements = append(a.script.Statements, Statement{
		Kind: Other, Position: rest,
		Unknown: []Unknown{{rest, "the script has too many statements: the rest is not read"}},
	})
	return a.script
}
