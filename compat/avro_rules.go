package compat

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
)

// avroRule is one thing a pair of types needs to be compatible: that one of
// readers reads writer. With kind empty there is a single reader, whose own
// differences count; otherwise the rule is the difference, and stands by itself
// where there are no readers.
type avroRule struct {
	// at is the path of the rule below the pair, in Java's notation.
	at         string
	readers    []*avro.Type
	writer     *avro.Type
	kind, info string
	// readerAt and writerAt are where both sides stand.
	readerAt, writerAt Location
}

// childRule needs the pair's parts at a path to be compatible.
func childRule(at string, reader, writer *avro.Type) avroRule {
	return avroRule{at: at, readers: []*avro.Type{reader}, writer: writer}
}

// size is about how much work it is to find the pair's rules.
func (p avroPair) size() int {
	return len(p.reader.Fields) + len(p.writer.Fields) + len(p.reader.Symbols) + len(p.writer.Symbols) + len(p.writer.Branches)
}

// hopeless reports that the pair is incompatible at first sight, by kind or by
// name: no need to look into such branches of a union.
func (p avroPair) hopeless() bool {
	switch r, w := p.reader.Kind, p.writer.Kind; {
	case r == avro.Union || w == avro.Union:
		return false
	case r.Primitive() && w.Primitive():
		return !readsPrimitive(r, w)
	case r != w:
		return true
	}
	return p.reader.Kind.Named() && !sameName(p.reader, p.writer)
}

// plain reports that the pair is compatible at first sight. Types that are the
// same are, so that versions of a schema share what did not change, and so are
// unions if their branches are.
func (p avroPair) plain() bool {
	if p.reader.Kind.Primitive() && p.writer.Kind.Primitive() {
		return readsPrimitive(p.reader.Kind, p.writer.Kind)
	}
	return p.reader.Same(p.writer) || p.writer.Kind == avro.Union && len(p.writer.Branches) <= maxPlainUnion &&
		!slices.ContainsFunc(p.writer.Branches, func(b *avro.Type) bool { return !readsPlainly(p.reader, b) })
}

// readsPrimitive is the table of promotions (compatibility reference 2.1).
func readsPrimitive(reader, writer avro.Kind) bool {
	if reader == writer {
		return true
	}
	switch reader {
	case avro.Long:
		return writer == avro.Int
	case avro.Float:
		return writer == avro.Int || writer == avro.Long
	case avro.Double:
		return writer == avro.Int || writer == avro.Long || writer == avro.Float
	case avro.Bytes:
		return writer == avro.String
	case avro.String:
		return writer == avro.Bytes
	}
	return false
}

// rules lists what the pair needs, in the order in which Apache Avro reports.
func (p avroPair) rules() []avroRule {
	switch {
	case p.plain():
		return nil
	case p.writer.Kind == avro.Union:
		return p.writerUnionRules()
	case p.reader.Kind == avro.Union:
		if readsPlainly(p.reader, p.writer) {
			return nil
		}
		return []avroRule{p.branchRule("", p.writer)}
	case p.reader.Kind != p.writer.Kind || p.reader.Kind.Primitive():
		return []avroRule{p.fault("", avroTypeMismatch,
			"reader type: "+upper(p.reader)+" not compatible with writer type: "+upper(p.writer))}
	}
	switch p.reader.Kind {
	case avro.Array:
		return []avroRule{childRule("/items", p.reader.Element, p.writer.Element)}
	case avro.Map:
		return []avroRule{childRule("/values", p.reader.Element, p.writer.Element)}
	}
	rules := p.nameRules()
	switch p.reader.Kind {
	case avro.Fixed:
		rules = append(rules, p.sizeRules()...)
	case avro.Enum:
		rules = append(rules, p.symbolRules()...)
	case avro.Record:
		rules = append(rules, p.fieldRules()...)
	}
	return rules
}

func upper(t *avro.Type) string { return strings.ToUpper(t.Kind.String()) }

// locationOf is where a type stands.
func locationOf(t *avro.Type) Location { return avroLocation(t.File, t.Pointer, t.Position) }

func avroLocation(file, pointer string, at schema.Position) Location {
	if file != "" {
		at = schema.Position{}
	}
	return Location{Path: cmp.Or(pointer, "/"), Position: at}
}

func (p avroPair) fault(at, kind, info string) avroRule {
	return avroRule{at: at, kind: kind, info: info, readerAt: locationOf(p.reader), writerAt: locationOf(p.writer)}
}

// writerUnionRules need every branch of the writer to be readable: by the
// reader's union as a whole, or by the one type the reader has.
func (p avroPair) writerUnionRules() []avroRule {
	var rules []avroRule
	for i, branch := range p.writer.Branches {
		if readsPlainly(p.reader, branch) {
			continue
		}
		at := "/" + strconv.Itoa(i)
		if p.reader.Kind == avro.Union {
			rules = append(rules, p.branchRule(at, branch))
			continue
		}
		rules = append(rules, childRule(at, p.reader, branch))
	}
	return rules
}

// maxPlainUnion is how many branches are tried without counting the steps.
const maxPlainUnion = 16

// readsPlainly reports whether a type, or a branch of it, is plainly compatible
// with the writer's, so that no rule is needed.
func readsPlainly(reader, writer *avro.Type) bool {
	if reader.Kind != avro.Union {
		return avroPair{reader, writer}.plain()
	}
	if len(reader.Branches) > maxPlainUnion {
		return false
	}
	return slices.ContainsFunc(reader.Branches, func(b *avro.Type) bool { return avroPair{b, writer}.plain() })
}

// branchRule needs one branch of the reader's union to read a type.
func (p avroPair) branchRule(at string, writer *avro.Type) avroRule {
	rule := avroPair{p.reader, writer}.fault(at, avroUnionBranch, "reader union lacking writer type: "+upper(writer))
	rule.readers, rule.writer = p.reader.Branches, writer
	return rule
}

// bestBranch is the branch of a reader's union that was most likely meant for
// the writer's type: of the same name, else of the same kind.
func (r avroRule) bestBranch() (avroPair, bool) {
	var best *avro.Type
	score := 0
	for _, t := range r.readers {
		if s := likeness(t, r.writer); s > score {
			best, score = t, s
		}
	}
	return avroPair{best, r.writer}, best != nil
}

func likeness(reader, writer *avro.Type) int {
	switch {
	case reader.Kind != writer.Kind:
		return 0
	case reader.FullName() == writer.FullName():
		return 3
	case sameName(reader, writer):
		return 2
	}
	return 1
}

// sameName matches simple names, or an alias of the reader with the writer's
// full name. Namespaces do not matter (compatibility reference 2.3).
func sameName(reader, writer *avro.Type) bool {
	return reader.Name == writer.Name || slices.Contains(reader.Aliases, writer.FullName())
}

func (p avroPair) nameRules() []avroRule {
	if sameName(p.reader, p.writer) {
		return nil
	}
	return []avroRule{p.fault("/name", avroNameMismatch, "expected: "+p.writer.FullName())}
}

func (p avroPair) sizeRules() []avroRule {
	if p.reader.Size == p.writer.Size {
		return nil
	}
	return []avroRule{p.fault("/size", avroFixedSize,
		"expected: "+strconv.Itoa(p.writer.Size)+", found: "+strconv.Itoa(p.reader.Size))}
}

func (p avroPair) symbolRules() []avroRule {
	if p.reader.EnumDefault != "" {
		return nil
	}
	missing := missingSymbols(p.reader, p.writer)
	if len(missing) == 0 {
		return nil
	}
	return []avroRule{p.fault("/symbols", avroEnumSymbols, "["+strings.Join(missing, ", ")+"]")}
}

// missingSymbols are the writer's symbols that the reader lacks, sorted.
func missingSymbols(reader, writer *avro.Type) []string {
	known := make(map[string]bool, len(reader.Symbols))
	for _, s := range reader.Symbols {
		known[s] = true
	}
	missing := slices.DeleteFunc(slices.Clone(writer.Symbols), func(s string) bool { return known[s] })
	slices.Sort(missing)
	return missing
}

func (p avroPair) fieldRules() []avroRule {
	var rules []avroRule
	find := fieldFinder{record: p.writer}
	sums, written := p.reader.FieldSums(), p.writer.FieldSums()
	for i, f := range p.reader.Fields {
		if sameSum(sums, written, i) {
			continue
		}
		found := find.all(f, i)
		if len(found) == 1 && (avroPair{f.Type, found[0].Type}).plain() {
			continue
		}
		at := "/fields/" + strconv.Itoa(i)
		switch {
		case len(found) > 1:
			rule := p.fault(at, avroFieldAmbiguous, "reader field "+f.Name+" matches the writer fields "+strings.Join(found.names(), ", "))
			rules = append(rules, rule.ofField(p.reader, f))
		case len(found) == 1:
			rules = append(rules, childRule(at+"/type", f.Type, found[0].Type))
		case f.Default != nil:
		case f.Type.Kind == avro.Enum && f.Type.EnumDefault != "":
			// Apache compares the enum with the writer's record here.
			rules = append(rules, childRule(at+"/type", f.Type, p.writer))
		default:
			rules = append(rules, p.fault(at, avroFieldMissing, f.Name).ofField(p.reader, f))
		}
	}
	return rules
}

// sameSum reports whether what two sums at an index stand for is known to be the
// same.
func sameSum(a, b []uint64, i int) bool {
	return i < len(a) && i < len(b) && a[i] == b[i] && a[i] != 0
}

// ofField moves the reader's side of a rule to one of its fields.
func (r avroRule) ofField(record *avro.Type, f *avro.Field) avroRule {
	r.readerAt = fieldLocation(record, f)
	return r
}

// fieldLocation is where a record's field stands.
func fieldLocation(record *avro.Type, f *avro.Field) Location {
	return avroLocation(record.File, f.Pointer, f.Position)
}

// fieldFinder finds the fields of a writer's record that a reader's field reads.
type fieldFinder struct {
	record *avro.Type
	byName map[string]*avro.Field
}

type avroFields []*avro.Field

func (fields avroFields) names() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// all finds fields by the reader's name and aliases, two at most: more make it
// no less ambiguous. The hint is the field's
// position, where the same field usually stands.
func (ff *fieldFinder) all(reader *avro.Field, hint int) avroFields {
	if fields := ff.record.Fields; len(reader.Aliases) == 0 && hint < len(fields) && fields[hint].Name == reader.Name {
		return fields[hint : hint+1]
	}
	if ff.byName == nil {
		ff.byName = make(map[string]*avro.Field, len(ff.record.Fields))
		for _, f := range ff.record.Fields {
			ff.byName[f.Name] = f
		}
	}
	var found avroFields
	for _, name := range append([]string{reader.Name}, reader.Aliases...) {
		if f := ff.byName[name]; f != nil && !slices.Contains(found, f) {
			found = append(found, f)
		}
		if len(found) == 2 {
			break
		}
	}
	return found
}

// difference is what a failed rule says to users, in Confluent's words
// (registry API 2.11).
func (r avroRule) difference(path string, sides Sides) Difference {
	if path == "" {
		path = "/"
	}
	return Difference{
		Format: schema.Avro, Kind: r.kind, Path: path, Info: r.info, Verdict: Incompatible,
		Description: r.description(path, sides), ReaderAt: r.readerAt, WriterAt: r.writerAt,
	}
}

// description is built without format strings: names may hold anything.
func (r avroRule) description(path string, sides Sides) string {
	reader, writer := sides.Reader+" schema", sides.Writer+" schema"
	switch r.kind {
	case avroNameMismatch:
		return "The name of the schema has changed (path '" + path + "')"
	case avroFixedSize:
		return "The size of FIXED type field at path '" + path + "' in the " + reader + " does not match with the " + writer
	case avroEnumSymbols:
		return "The " + reader + " is missing enum symbols '" + r.info + "' at path '" + path + "' in the " + writer
	case avroUnionBranch:
		return "The " + reader + " is missing a type inside a union field at path '" + path + "' in the " + writer
	case avroFieldMissing:
		return "The field '" + r.info + "' at path '" + path + "' in the " + reader + " has no default value and is missing in the " + writer
	case avroFieldAmbiguous:
		return "The field at path '" + path + "' in the " + reader + " can be read from more than one field of the " + writer
	}
	return "The type (path '" + path + "') of a field in the " + reader + " does not match with the " + writer
}
