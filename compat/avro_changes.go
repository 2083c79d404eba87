package compat

import (
	"slices"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

// Kinds of Avro differences that break nothing, which Apache's checker does not
// tell. They are ours, and always Compatible. Paths are the reader's; that of a
// removed field counts in the writer.
const (
	avroFieldAdded       = "FIELD_ADDED"
	avroFieldRemoved     = "FIELD_REMOVED"
	avroFieldByAlias     = "FIELD_READ_BY_ALIAS"
	avroNamespaceChanged = "NAMESPACE_CHANGED"
	avroTypePromoted     = "TYPE_PROMOTED"
	avroLogicalChanged   = "LOGICAL_TYPE_CHANGED"
	avroSymbolsDefaulted = "ENUM_SYMBOLS_READ_AS_DEFAULT"
	avroTypeByAlias      = "TYPE_READ_BY_ALIAS"
)

// avroChange is a compatible difference with what it is about: a pair of types,
// and of their fields where it is about fields.
type avroChange struct {
	Difference
	avroPair
	fields avroFieldPair
}

// avroFieldPair is a field of the reader and the one of the writer it reads;
// either may be missing.
type avroFieldPair struct{ reader, writer *avro.Field }

// avroChanges walks two schemas side by side and notes what changed between
// them without breaking the reader: the risks the specification's rules do not
// see (compatibility reference 2.5 and 6.4).
type avroChanges struct {
	comparison *avroComparison
	seen       map[avroPair]bool
	noted      []avroChange
	// met are the enums and fields that meet one another and are not the same,
	// fields with the records they belong to.
	met []avroChange
}

// changes lists compatible differences in the order of the reader's fields,
// each pair of types once.
func (c *avroComparison) changes(root avroPair) (avroChanges, error) {
	w := avroChanges{comparison: c, seen: map[avroPair]bool{}}
	err := w.pair(root, "", 0)
	return w, err
}

// note adds a difference between two types.
func (w *avroChanges) note(kind string, p avroPair, path, info, description string) {
	w.add(avroChange{avroPair: p, Difference: Difference{
		Kind: kind, Path: path, Info: info, Description: description, ReaderAt: locationOf(p.reader), WriterAt: locationOf(p.writer),
	}})
}

// noteFields adds a difference between fields of two records. A side without
// the field stands where its record does.
func (w *avroChanges) noteFields(kind string, p avroPair, fields avroFieldPair, path, info, description string) {
	d := Difference{Kind: kind, Path: path, Info: info, Description: description, ReaderAt: locationOf(p.reader), WriterAt: locationOf(p.writer)}
	if fields.reader != nil {
		d.ReaderAt = fieldLocation(p.reader, fields.reader)
	}
	if fields.writer != nil {
		d.WriterAt = fieldLocation(p.writer, fields.writer)
	}
	w.add(avroChange{avroPair: p, fields: fields, Difference: d})
}

func (w *avroChanges) add(c avroChange) {
	if c.Path == "" {
		c.Path = "/"
	}
	c.Format, c.Verdict = schema.Avro, Compatible
	c.Description += " (path '" + c.Path + "')"
	w.noted = append(w.noted, c)
}

func (w *avroChanges) pair(p avroPair, path string, depth int) error {
	if p.reader.Same(p.writer) || w.seen[p] || depth > 4*schema.MaxDepth {
		return nil
	}
	if err := w.comparison.step(); err != nil {
		return err
	}
	if !p.reader.Kind.Primitive() {
		w.seen[p] = true
	}
	switch {
	case p.writer.Kind == avro.Union:
		return w.branches(p, path, depth)
	case p.reader.Kind == avro.Union:
		if branch := w.served(p.reader.Branches, p.writer); branch != nil {
			return w.pair(avroPair{branch, p.writer}, path, depth+1)
		}
	case p.reader.Kind == p.writer.Kind:
		w.logical(p, path)
		return w.alike(p, path, depth)
	case p.plain():
		w.note(avroTypePromoted, p, path, "reader type: "+upper(p.reader)+", writer type: "+upper(p.writer),
			"The "+w.comparison.sides.Reader+" schema reads the type of the "+w.comparison.sides.Writer+" schema as another")
		w.logical(p, path)
	}
	return nil
}

// alike goes into a pair of one kind.
func (w *avroChanges) alike(p avroPair, path string, depth int) error {
	switch p.reader.Kind {
	case avro.Array:
		return w.pair(avroPair{p.reader.Element, p.writer.Element}, path+"/items", depth+1)
	case avro.Map:
		return w.pair(avroPair{p.reader.Element, p.writer.Element}, path+"/values", depth+1)
	case avro.Record, avro.Enum, avro.Fixed:
		w.names(p, path)
	}
	switch p.reader.Kind {
	case avro.Enum:
		w.met = append(w.met, avroChange{avroPair: p})
		w.symbols(p, path)
	case avro.Record:
		return w.fields(p, path, depth)
	}
	return nil
}

// names notes what makes two names match that are not equal.
func (w *avroChanges) names(p avroPair, path string) {
	r, sides := p.reader, w.comparison.sides
	info := "reader name: " + r.FullName() + ", writer name: " + p.writer.FullName()
	switch {
	case !sameName(r, p.writer) || r.FullName() == p.writer.FullName():
	case r.Name != p.writer.Name:
		w.note(avroTypeByAlias, p, path, info, "The "+sides.Reader+" schema reads the type of the "+sides.Writer+" schema by its alias")
	default:
		w.note(avroNamespaceChanged, p, path, info,
			"The namespace differs between the "+sides.Reader+" schema and the "+sides.Writer+" schema")
	}
}

// branches pairs every branch of the writer's union with what reads it.
func (w *avroChanges) branches(p avroPair, path string, depth int) error {
	for i, branch := range p.writer.Branches {
		reader := p.reader
		if reader.Kind == avro.Union {
			if reader = w.served(reader.Branches, branch); reader == nil {
				continue
			}
		}
		if err := w.pair(avroPair{reader, branch}, path+"/"+strconv.Itoa(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// served is the branch that reads a type: the one most like it that can.
func (w *avroChanges) served(branches []*avro.Type, writer *avro.Type) *avro.Type {
	var best *avro.Type
	score := -1
	for _, b := range branches {
		w.comparison.steps += 1 + len(b.Aliases)
		if s := likeness(b, writer); s > score && w.comparison.holds(avroPair{b, writer}) {
			best, score = b, s
		}
	}
	return best
}

// logical notes that values would be read in another meaning.
func (w *avroChanges) logical(p avroPair, path string) {
	r, wr := p.reader, p.writer
	if r.LogicalType == wr.LogicalType && r.Precision == wr.Precision && r.Scale == wr.Scale {
		return
	}
	w.note(avroLogicalChanged, p, path, "reader type: "+r.Brief()+", writer type: "+wr.Brief(),
		"The "+w.comparison.sides.Reader+" schema reads values of the "+w.comparison.sides.Writer+" schema in another meaning")
}

// symbols notes which symbols the reader sees as its default.
func (w *avroChanges) symbols(p avroPair, path string) {
	if p.reader.EnumDefault == "" {
		return
	}
	if missing := missingSymbols(p.reader, p.writer); len(missing) > 0 {
		w.note(avroSymbolsDefaulted, p, path+"/symbols", "["+strings.Join(missing, ", ")+"]",
			"The "+w.comparison.sides.Reader+" schema reads symbols of the "+w.comparison.sides.Writer+" schema as its default "+p.reader.EnumDefault)
	}
}

// fields notes how the fields of two records meet.
func (w *avroChanges) fields(p avroPair, path string, depth int) error {
	find := fieldFinder{record: p.writer}
	read := make([]bool, len(p.writer.Fields))
	sums, written := p.reader.FieldSums(), p.writer.FieldSums()
	for i, f := range p.reader.Fields {
		if sameSum(sums, written, i) {
			read[i] = true
			continue
		}
		found := find.all(f, i)
		for _, wf := range found {
			if i < len(read) && p.writer.Fields[i] == wf {
				read[i] = true
			} else {
				read[slices.Index(p.writer.Fields, wf)] = true
			}
		}
		switch {
		case len(found) == 0 && f.Default != nil:
			w.added(p, f, path+"/fields/"+strconv.Itoa(i))
		case len(found) == 1:
			if err := w.meet(p, avroFieldPair{f, found[0]}, path, i, depth); err != nil {
				return err
			}
		}
	}
	for i, f := range p.writer.Fields {
		if !read[i] {
			w.removed(p, f, path+"/fields/"+strconv.Itoa(i))
		}
	}
	return nil
}

// meet notes how a field at a position of the reader reads one of the writer.
func (w *avroChanges) meet(p avroPair, fields avroFieldPair, path string, position, depth int) error {
	r, wr := fields.reader, fields.writer
	if r.Type.Same(wr.Type) && r.Name == wr.Name && sameValue(r.Default, wr.Default) {
		return nil
	}
	path += "/fields/" + strconv.Itoa(position)
	w.met = append(w.met, avroChange{avroPair: p, fields: fields})
	if r.Name != wr.Name {
		w.byAlias(p, fields, path)
	}
	return w.pair(avroPair{r.Type, wr.Type}, path+"/type", depth+1)
}

func (w *avroChanges) added(p avroPair, f *avro.Field, path string) {
	sides := w.comparison.sides
	w.noteFields(avroFieldAdded, p, avroFieldPair{reader: f}, path, f.Name,
		"The field '"+f.Name+"' of the "+sides.Reader+" schema is missing in the "+sides.Writer+" schema and takes its default")
}

func (w *avroChanges) byAlias(p avroPair, fields avroFieldPair, path string) {
	sides := w.comparison.sides
	w.noteFields(avroFieldByAlias, p, fields, path, fields.writer.Name, "The field '"+fields.reader.Name+"' of the "+sides.Reader+
		" schema is read from '"+fields.writer.Name+"' of the "+sides.Writer+" schema, by its alias")
}

func (w *avroChanges) removed(p avroPair, f *avro.Field, path string) {
	sides := w.comparison.sides
	w.noteFields(avroFieldRemoved, p, avroFieldPair{writer: f}, path, f.Name,
		"The field '"+f.Name+"' of the "+sides.Writer+" schema is not read with the "+sides.Reader+" schema")
}
