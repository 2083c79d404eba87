package openlineage

import (
	"strings"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/sqlflow"
)

// The bounds of the SQL that is read: it is read again with every event of a
// run. What is longer is most often data, and nobody writes down so many tables.
const (
	maxSQL      = 256 << 10 // bytes
	maxDatasets = 500       // of inputs and of outputs
)

// sql adds what the SQL of a job says of the outputs for which nothing better
// was sent. It joins the datasets of the event, and finds no others: what else
// a text names may be a view, or of another database.
func (c *collector) sql(e Event) {
	outputs := c.unexplained(e.Outputs)
	query := e.JobFacets.get(sqlFacet).text("query")
	if len(outputs) == 0 || query == "" || len(query) > maxSQL || max(len(e.Inputs), len(outputs)) > maxDatasets {
		return
	}
	r := readSQL(query, e.Inputs, outputs)
	for _, output := range r.outputs.all {
		statements := r.writing(output)
		for _, s := range statements {
			c.statementFields(r, s, output)
		}
		c.statementThroughs(r, statements, output)
	}
}

// unexplained returns the datasets that come without lineage of their own.
func (c *collector) unexplained(outputs []Dataset) []Dataset {
	var out []Dataset
	for _, d := range outputs {
		if d.Facets.get(columnLineageFacet) == nil && !c.explicit[d.ID] {
			out = append(out, d)
		}
	}
	return out
}

// statementFields adds the columns of a dataset that a statement writes.
func (c *collector) statementFields(r *sqlReading, s sqlflow.Statement, output *stored) {
	confidence := lineage.VeryLikely
	if len(s.Unknown) > 0 {
		confidence = lineage.Possible
	}
	add := func(from sqlflow.Source, to string) {
		input := r.inputs.find(r.script, from.Table)
		if input == nil || from.Column == "" {
			return
		}
		c.add(lineage.FieldEdge{
			Job:            c.job,
			From:           lineage.Field{Dataset: input.id, Path: input.spelling(from.Column)},
			To:             lineage.Field{Dataset: output.id, Path: to},
			Transformation: lineage.Transformation{Type: from.Subtype.Type(), Subtype: string(from.Subtype), Masking: from.Masking},
			Evidence:       lineage.Parsed, Source: c.source, Confidence: confidence, Interval: c.at,
		}.Fact())
	}
	for _, column := range s.Columns {
		if column.Target == "" {
			continue
		}
		for _, from := range column.From {
			add(from, output.spelling(column.Target))
		}
	}
	for _, from := range s.Influences {
		add(from, "")
	}
}

// statementThroughs adds which inputs become a dataset, if every statement that
// writes it was understood and reads nothing but inputs of the event. Else one
// that was overlooked would be ruled out.
func (c *collector) statementThroughs(r *sqlReading, statements []sqlflow.Statement, output *stored) {
	var inputs []lineage.ID
	for _, s := range statements {
		if len(s.Unknown) > 0 {
			return
		}
		for _, table := range s.Sources {
			input := r.inputs.find(r.script, table)
			if input == nil {
				return
			}
			inputs = append(inputs, input.id)
		}
	}
	for _, input := range inputs {
		c.add(lineage.Through{
			Job: c.job, Input: input, Output: output.id, Derivation: lineage.Columns,
			Evidence: lineage.Parsed, Source: c.source, Interval: c.at,
		}.Fact())
	}
}

// sqlReading is the SQL of an event, and the datasets its tables may be.
type sqlReading struct {
	script          sqlflow.Script
	inputs, outputs *storage
}

func readSQL(query string, inputs, outputs []Dataset) *sqlReading {
	r := &sqlReading{inputs: newStorage(inputs), outputs: newStorage(outputs)}
	// What the script declares it knows itself, so the names it asks for are
	// those of datasets.
	columns := func(table sqlflow.Name) []string {
		for _, side := range []*storage{r.inputs, r.outputs} {
			if d := side.named([]string{table.String()}); d != nil && d.columns != nil {
				return d.columns
			}
		}
		return nil
	}
	r.script = sqlflow.Analyze(query, sqlflow.Options{Columns: columns})
	return r
}

// writing returns the statements that write a dataset. A query without a target
// is what dbt sends of a model: it writes the one output there is.
func (r *sqlReading) writing(output *stored) []sqlflow.Statement {
	var out []sqlflow.Statement
	for _, s := range r.script.Statements {
		switch {
		case s.Target != (sqlflow.Name{}):
			if r.outputs.find(r.script, s.Target) == output {
				out = append(out, s)
			}
		case s.Kind == sqlflow.Select && len(r.outputs.all) == 1:
			out = append(out, s)
		}
	}
	return out
}

// storage is the inputs or the outputs of an event.
type storage struct {
	all   []*stored
	found map[sqlflow.Name]*stored
}

// stored is a dataset as SQL may name it.
type stored struct {
	id lineage.ID
	// names are its own and those of its symlinks, in lower case.
	names []string
	// columns are the top fields of its schema, spelled how each is spelled
	// there by its lower case.
	columns []string
	spelled map[string]string
}

func newStorage(datasets []Dataset) *storage {
	out, seen := &storage{found: map[sqlflow.Name]*stored{}}, map[lineage.ID]bool{}
	for _, d := range datasets {
		if seen[d.ID] {
			continue
		}
		seen[d.ID] = true
		s := &stored{id: d.ID, names: []string{strings.ToLower(d.Name)}, spelled: map[string]string{}}
		for _, v := range d.Facets.get(symlinksFacet).get("identifiers").elements() {
			s.names = append(s.names, strings.ToLower(v.object().text("name")))
		}
		for _, v := range d.Facets.get(schemaFacet).get("fields").elements() {
			if name := v.object().text("name"); name != "" {
				s.columns = append(s.columns, name)
				s.spelled[strings.ToLower(name)] = name
			}
		}
		for _, name := range s.columns {
			s.spelled[name] = name // before another that differs by case alone
		}
		out.all = append(out.all, s)
	}
	return out
}

// stores are the options of a declared table that say what stores it.
var stores = []string{"topic", "kafka_topic", "table-name", "path"}

// find returns the dataset that a table of a script is, nil if none or several
// can be meant. A declared table is what the script says it is stored in.
func (s *storage) find(script sqlflow.Script, table sqlflow.Name) *stored {
	if d, ok := s.found[table]; ok {
		return d
	}
	var names []string
	for _, declared := range script.Tables {
		if declared.Name != table {
			continue
		}
		for _, option := range stores {
			if store := declared.Options[option]; store != "" {
				names = append(names, store)
			}
		}
	}
	if names == nil {
		names = []string{table.String()}
	}
	d := s.named(names)
	s.found[table] = d
	return d
}

// named returns the dataset whose name ends with one of some names, nil if none
// or several do.
func (s *storage) named(names []string) *stored {
	var found *stored
	for _, d := range s.all {
		if !d.isCalled(names) {
			continue
		}
		if found != nil {
			return nil
		}
		found = d
	}
	return found
}

func (d *stored) isCalled(names []string) bool {
	for _, name := range names {
		for _, own := range d.names {
			if endsWith(own, strings.ToLower(name)) {
				return true
			}
		}
	}
	return false
}

// endsWith reports whether the last parts of a name are those of another.
func endsWith(name, end string) bool {
	rest, ok := strings.CutSuffix(name, end)
	return ok && end != "" && (rest == "" || strings.HasSuffix(rest, ".") || strings.HasSuffix(rest, "/"))
}

// spelling returns a column as the schema of its dataset spells it, because SQL
// does not care for case.
func (d *stored) spelling(column string) string {
	top, _, _ := strings.Cut(column, ".")
	for _, spelled := range []string{d.spelled[top], d.spelled[strings.ToLower(top)]} {
		if spelled != "" {
			return spelled + column[len(top):]
		}
	}
	return column
}
