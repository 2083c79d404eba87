package compat

import (
	"context"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/avro"
	"github.com/accordhq/accord/schema/finding"
)

// Codes of what Apache Avro's rules pass over.
const (
	avroPrecisionLost    finding.Code = "AVRO_PRECISION_MAY_BE_LOST"
	avroBytesAsText      finding.Code = "AVRO_BYTES_READ_AS_TEXT"
	avroMeaningChanged   finding.Code = "AVRO_LOGICAL_TYPE_CHANGED"
	avroMeaningAdded     finding.Code = "AVRO_LOGICAL_TYPE_ADDED"
	avroMeaningRemoved   finding.Code = "AVRO_LOGICAL_TYPE_REMOVED"
	avroDigitsChanged    finding.Code = "AVRO_DECIMAL_PRECISION_CHANGED"
	avroFieldRenamed     finding.Code = "AVRO_FIELD_RENAMED"
	avroTypeRenamed      finding.Code = "AVRO_TYPE_RENAMED"
	avroNamespaceMoved   finding.Code = "AVRO_NAMESPACE_CHANGED"
	avroSymbolsLost      finding.Code = "AVRO_ENUM_SYMBOLS_READ_AS_DEFAULT"
	avroEnumDefault      finding.Code = "AVRO_ENUM_DEFAULT_CHANGED"
	avroDefaultRemoved   finding.Code = "AVRO_DEFAULT_REMOVED"
	avroDefaultChanged   finding.Code = "AVRO_DEFAULT_CHANGED"
	avroDefaultElsewhere finding.Code = "AVRO_DEFAULT_MEANS_OTHER_BRANCH"
	avroDefaultLater     finding.Code = "AVRO_DEFAULT_NOT_OF_FIRST_BRANCH"
)

// avroRisks are the rules of avroFindings (compatibility reference 2.5, 6.4).
var avroRisks = claimRisks(
	risk{
		avroPrecisionLost, finding.Warning, "numbers are read as a type that cannot hold all their digits",
		"Read the field as double, or keep its type where values can pass 2^24 (float) or 2^53 (double).",
	},
	risk{
		avroBytesAsText, finding.Warning, "bytes are read as text, which not all bytes are",
		"Keep bytes, or make sure that every writer only writes UTF-8.",
	},
	risk{
		avroMeaningChanged, finding.Warning, "the same stored value means another after the change",
		"Add a field of the new type beside the old one and fill both until nobody reads the old one.",
	},
	risk{
		avroMeaningAdded, finding.Warning, "a logical type is put on values that were written without one",
		"Make sure that every value written so far means what the logical type says, or add a new field.",
	},
	risk{
		avroMeaningRemoved, finding.Warning, "a logical type is taken off, so that readers see the bare value",
		"Keep the logical type, or change the readers that rely on it first.",
	},
	risk{
		avroDigitsChanged, finding.Warning, "a decimal's precision changes, so that values may not fit on one side",
		"Raise the precision in all readers before writers use it, and never lower it while old data is read.",
	},
	risk{
		avroFieldRenamed, finding.Warning, "an alias makes a rename pass in one direction; in the other the field is lost",
		"Give the alias to the readers of both sides, or keep the old name and add the new one as its alias.",
	},
	risk{
		avroTypeRenamed, finding.Warning, "an alias makes the rename of a type pass in one direction alone",
		"Keep the name, or move all readers before the first writer.",
	},
	risk{
		avroNamespaceMoved, finding.Warning, "a type's namespace changes, which Apache Avro ignores and others do not",
		"Keep the namespace, or check that every reader's library matches types by their simple names.",
	},
	risk{
		avroSymbolsLost, finding.Warning, "enum symbols are read as the enum's default",
		"Teach all readers the symbols before writers use them, and keep symbols that old data holds.",
	},
	risk{
		avroEnumDefault, finding.Warning, "symbols that a reader does not know turn into another one than before",
		"Keep the enum's default, and give a new meaning a new symbol.",
	},
	risk{
		avroDefaultRemoved, finding.Warning, "a field loses its default, and data from before the field can be read no more",
		"Keep the default for as long as there is data that was written without the field.",
	},
	risk{
		avroDefaultChanged, finding.Warning, "data without the field is read with another value than before",
		"Keep the default, or check that no data was written without the field.",
	},
	risk{
		avroDefaultElsewhere, finding.Warning, "a default becomes a value of another branch of its union",
		"Keep the branch that the default belongs to in its place, or write a default that fits one branch alone.",
	},
	risk{
		avroDefaultLater, finding.Info, "a default is a value of a later branch, which libraries before Avro 1.12 refuse",
		"Put the branch of the default first.",
	},
)

// avroFindings: see Findings.
func avroFindings(ctx context.Context, old, next *avro.Schema) ([]finding.Finding, error) {
	backward, err := avroChangesOf(ctx, next, old, NewReadsOld)
	if err != nil {
		return nil, err
	}
	forward, err := avroChangesOf(ctx, old, next, OldReadsNew)
	if err != nil {
		return nil, err
	}
	r := avroRiskReport{riskReport: newRiskReport(avroRisks, next), byAlias: map[avroFieldPair]int{}}
	steps := make([]avroStep, 0, len(backward.noted)+len(forward.noted))
	for _, c := range backward.noted {
		steps = append(steps, avroStep{c, NewReadsOld})
	}
	for _, c := range forward.noted {
		steps = append(steps, avroStep{c, OldReadsNew})
	}
	for _, s := range steps {
		if s.Kind == avroFieldByAlias {
			r.byAlias[s.newAndOld()]++
		}
	}
	for _, s := range steps {
		r.noted(s)
	}
	for _, c := range backward.met {
		r.defaults(avroStep{c, NewReadsOld})
	}
	return r.findings(), nil
}

// avroChangesOf lists what changed without breaking the reader.
func avroChangesOf(ctx context.Context, reader, writer *avro.Schema, sides Sides) (avroChanges, error) {
	c := &avroComparison{ctx: ctx, sides: sides, pairs: map[avroPair]*avroNode{}}
	root := avroPair{reader.Root, writer.Root}
	if err := c.decide(root); err != nil {
		return avroChanges{}, err
	}
	return c.changes(root)
}

// avroRiskReport tells the risks of a change of an Avro schema.
type avroRiskReport struct {
	*riskReport
	// byAlias counts the directions in which a field of the new schema and one
	// of the old read each other by an alias.
	byAlias map[avroFieldPair]int
}

// avroStep is a change and the direction it was found in.
type avroStep struct {
	avroChange
	sides Sides
}

// old and next are the types of either side, whichever reads.
func (s avroStep) old() *avro.Type {
	if s.sides == OldReadsNew {
		return s.reader
	}
	return s.writer
}

func (s avroStep) next() *avro.Type {
	if s.sides == OldReadsNew {
		return s.writer
	}
	return s.reader
}

// newAndOld are the fields spoken of, the new schema's first.
func (s avroStep) newAndOld() avroFieldPair {
	if s.sides == OldReadsNew {
		return avroFieldPair{s.fields.writer, s.fields.reader}
	}
	return s.fields
}

// element is the path and place of what changed, in the new schema.
func (r *avroRiskReport) element(s avroStep) (string, schema.Position) {
	t := s.next()
	if field := s.newAndOld().reader; field != nil {
		return r.path(elementPlace{t.File, field.Pointer}), fieldLocation(t, field).Position
	}
	return r.path(elementPlace{t.File, t.Pointer}), locationOf(t).Position
}

func (r *avroRiskReport) tell(s avroStep, code finding.Code, breaks Breaks, message func(name string) string) {
	path, at := r.element(s)
	r.add(code, breaks, path, at, message(called(path)))
}

// noted tells what the walk over both schemas noted.
func (r *avroRiskReport) noted(s avroStep) {
	switch s.Kind {
	case avroTypePromoted:
		r.promoted(s)
	case avroLogicalChanged:
		r.logical(s)
	case avroFieldByAlias:
		r.renamed(s)
	case avroTypeByAlias:
		r.tell(s, avroTypeRenamed, s.sides.other().breaksWhom(), func(string) string {
			return "the " + s.sides.Reader + " schema reads " + s.writer.FullName() + " as " + s.reader.FullName() +
				" by an alias, and the " + s.sides.Writer + " schema does not know that name"
		})
	case avroNamespaceChanged:
		r.tell(s, avroNamespaceMoved, Code, func(string) string {
			return s.old().FullName() + " becomes " + s.next().FullName() +
				", which breaks libraries that tell classes or the branches of unions by full names"
		})
	case avroSymbolsDefaulted:
		r.tell(s, avroSymbolsLost, s.sides.breaksWhom(), func(string) string {
			return "the " + s.sides.Reader + " schema reads the symbols " + strings.Trim(s.Info, "[]") + " of " + s.writer.FullName() +
				" as its default " + s.reader.EnumDefault
		})
	}
}

// other is the opposite direction.
func (s Sides) other() Sides { return Sides{Reader: s.Writer, Writer: s.Reader} }

// promoted tells which promotions do not keep every value.
func (r *avroRiskReport) promoted(s avroStep) {
	from, to := s.writer.Kind, s.reader.Kind
	readAs := func(name string) string {
		return "the " + s.sides.Reader + " schema reads the " + from.String() + " values of " + name + " as " + to.String()
	}
	switch {
	case from == avro.Long && (to == avro.Float || to == avro.Double), from == avro.Int && to == avro.Float:
		r.tell(s, avroPrecisionLost, s.sides.breaksWhom(), func(name string) string { return readAs(name) + ", which rounds large ones" })
	case from == avro.Bytes && to == avro.String:
		r.tell(s, avroBytesAsText, s.sides.breaksWhom(), func(name string) string { return readAs(name) + ", and not all bytes are UTF-8" })
	}
}

// logical tells what another logical type does to values.
func (r *avroRiskReport) logical(s avroStep) {
	was, is := s.old(), s.next()
	switch {
	case was.LogicalType == "":
		r.tell(s, avroMeaningAdded, Meaning, func(name string) string {
			return "values of " + name + " that were written as " + was.Brief() + " are read as " + is.Brief()
		})
	case is.LogicalType == "":
		r.tell(s, avroMeaningRemoved, Meaning, func(name string) string {
			return "values of " + name + " that were written as " + was.Brief() + " are read as bare " + is.Brief()
		})
	case was.LogicalType == is.LogicalType && was.Scale == is.Scale:
		breaks, whose := OldData, "old values of "
		if was.Precision < is.Precision {
			breaks, whose = OldReaders, "new values of "
		}
		r.tell(s, avroDigitsChanged, breaks, func(name string) string {
			return whose + name + " may have more digits than fit, as " + was.Brief() + " becomes " + is.Brief()
		})
	default:
		r.tell(s, avroMeaningChanged, Meaning, func(name string) string {
			return "the same stored values of " + name + " mean another thing, as " + was.Brief() + " becomes " + is.Brief()
		})
	}
}

// renamed tells that a rename helps the side alone that has the alias.
func (r *avroRiskReport) renamed(s avroStep) {
	if r.byAlias[s.newAndOld()] == 2 {
		return
	}
	r.tell(s, avroFieldRenamed, s.sides.other().breaksWhom(), func(string) string {
		return "the " + s.sides.Reader + " schema reads " + strconv.Quote(s.fields.writer.Name) + " as " + strconv.Quote(s.fields.reader.Name) +
			" by an alias, and the " + s.sides.Writer + " schema loses the field because it does not know that name"
	})
}

// defaults tells what became of the defaults of an enum or a field.
func (r *avroRiskReport) defaults(s avroStep) {
	if s.fields.reader == nil {
		r.enumDefault(s)
		return
	}
	was, is := s.fields.writer, s.fields.reader
	switch {
	case was.Default == nil && is.Default == nil:
	case is.Default == nil:
		r.tell(s, avroDefaultRemoved, OldData, func(name string) string {
			return name + " has no default any more, and data that was written without the field can be read no more"
		})
	case was.Default != nil && !sameValue(was.Default, is.Default):
		r.tell(s, avroDefaultChanged, Meaning, func(name string) string {
			return "data that was written without " + name + " is read with another default than before"
		})
	default:
		r.branchOfDefault(s)
	}
}

// branchOfDefault tells when another branch takes the default of a union.
func (r *avroRiskReport) branchOfDefault(s avroStep) {
	was, is := s.fields.writer, s.fields.reader
	from, to := was.DefaultBranch(), is.DefaultBranch()
	switch {
	case to < 0:
	case from >= 0 && was.Type.Branches[from].Brief() != is.Type.Branches[to].Brief():
		r.tell(s, avroDefaultElsewhere, Meaning, func(name string) string {
			return "the default of " + name + " was a value of the branch " + was.Type.Branches[from].Brief() +
				" and is one of " + is.Type.Branches[to].Brief() + " now"
		})
	case to > 0 && from <= 0:
		r.tell(s, avroDefaultLater, Code, func(name string) string {
			return "the default of " + name + " is a value of " + is.Type.Branches[to].Brief() + ", which is not the first branch of its union"
		})
	}
}

// enumDefault tells that unknown symbols are read otherwise.
func (r *avroRiskReport) enumDefault(s avroStep) {
	was, is := s.old().EnumDefault, s.next().EnumDefault
	switch name := s.next().FullName(); {
	case was == "" || was == is:
	case is == "":
		r.tell(s, avroEnumDefault, OldData, func(string) string {
			return name + " has no default any more, and symbols it does not know can be read no more; so far they were read as " + was
		})
	default:
		r.tell(s, avroEnumDefault, Meaning, func(string) string {
			return "symbols that " + name + " does not know are read as " + is + "; so far they were read as " + was
		})
	}
}
