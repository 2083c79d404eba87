package compat

import (
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
)

// avroChanges walks two schemas side by side and notes what changed between
// them without breaking the reader: the risks the specification's rules do not
// see (compatibility reference 2.5 and 6.4).
type avroChanges struct {
	comparison *avroComparison
	seen       map[avroPair]bool
	out        []Difference
}

// changes lists compatible differences in the order of the reader's fields,
// each pair of types once.
func (c *avroComparison) changes(root avroPair) ([]Difference, error) {
	w := avroChanges{comparison: c, seen: map[avroPair]bool{}}
	err := w.pair(root, "", 0)
	return w.out, err
}

func (w *avroChanges) note(kind, path, info string, reader, writer schema.Position, description string) {
	if path == "" {
		path = "/"
	}
	w.out = append(w.out, Difference{
		Format: schema.Avro, Kind: kind, Path: path, Info: info, Verdict: Compatible,
		Description: description + " (path '" + path + "')", ReaderAt: reader, WriterAt: writer,
	})
}

func (w *avroChanges) pair(p avroPair, path string, depth int) error {
	if p.reader == p.writer || w.seen[p] || depth > 4*schema.MaxDepth {
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
		w.note(avroTypePromoted, path, "reader type: "+upper(p.reader)+", writer type: "+upper(p.writer),
			positionOf(p.reader), positionOf(p.writer),
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
		if sameName(p.reader, p.writer) && p.reader.Namespace != p.writer.Namespace {
			w.note(avroNamespaceChanged, path, "reader name: "+p.reader.FullName()+", writer name: "+p.writer.FullName(),
				positionOf(p.reader), positionOf(p.writer),
				"The namespace differs between the "+w.comparison.sides.Reader+" schema and the "+w.comparison.sides.Writer+" schema")
		}
	}
	switch p.reader.Kind {
	case avro.Enum:
		w.symbols(p, path)
	case avro.Record:
		return w.fields(p, path, depth)
	}
	return nil
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
	w.note(avroLogicalChanged, path, "reader type: "+r.Brief()+", writer type: "+wr.Brief(), positionOf(r), positionOf(wr),
		"The "+w.comparison.sides.Reader+" schema reads values of the "+w.comparison.sides.Writer+" schema in another meaning")
}

// symbols notes which symbols the reader sees as its default.
func (w *avroChanges) symbols(p avroPair, path string) {
	if p.reader.EnumDefault == "" {
		return
	}
	if missing := missingSymbols(p.reader, p.writer); len(missing) > 0 {
		w.note(avroSymbolsDefaulted, path+"/symbols", "["+strings.Join(missing, ", ")+"]", positionOf(p.reader), positionOf(p.writer),
			"The "+w.comparison.sides.Reader+" schema reads symbols of the "+w.comparison.sides.Writer+" schema as its default "+p.reader.EnumDefault)
	}
}

// fields notes how the fields of two records meet.
func (w *avroChanges) fields(p avroPair, path string, depth int) error {
	find := fieldFinder{record: p.writer}
	read := make(map[*avro.Field]bool, len(p.writer.Fields))
	for i, f := range p.reader.Fields {
		at := path + "/fields/" + strconv.Itoa(i)
		found := find.all(f, i)
		for _, wf := range found {
			read[wf] = true
		}
		switch {
		case len(found) == 0 && f.Default != nil:
			w.added(p, f, at)
		case len(found) == 1:
			if found[0].Name != f.Name {
				w.byAlias(p, f, found[0], at)
			}
			if err := w.pair(avroPair{f.Type, found[0].Type}, at+"/type", depth+1); err != nil {
				return err
			}
		}
	}
	for i, f := range p.writer.Fields {
		if !read[f] {
			w.removed(p, f, path+"/fields/"+strconv.Itoa(i))
		}
	}
	return nil
}

func (w *avroChanges) added(p avroPair, f *avro.Field, path string) {
	sides := w.comparison.sides
	w.note(avroFieldAdded, path, f.Name, fieldPosition(p.reader, f), positionOf(p.writer),
		"The field '"+f.Name+"' of the "+sides.Reader+" schema is missing in the "+sides.Writer+" schema and takes its default")
}

func (w *avroChanges) byAlias(p avroPair, f, read *avro.Field, path string) {
	sides := w.comparison.sides
	w.note(avroFieldByAlias, path, read.Name, fieldPosition(p.reader, f), fieldPosition(p.writer, read),
		"The field '"+f.Name+"' of the "+sides.Reader+" schema is read from '"+read.Name+"' of the "+sides.Writer+" schema, by its alias")
}

func (w *avroChanges) removed(p avroPair, f *avro.Field, path string) {
	sides := w.comparison.sides
	w.note(avroFieldRemoved, path, f.Name, positionOf(p.reader), fieldPosition(p.writer, f),
		"The field '"+f.Name+"' of the "+sides.Writer+" schema is not read with the "+sides.Reader+" schema")
}
