package compat

import (
	"fmt"
	"maps"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/accordhq/accord/schema/finding"
)

// rated gives breaches a severity and what they break.
func rated(breaches []protoBreach, severity finding.Severity, breaks Breaks) []protoBreach {
	for i := range breaches {
		breaches[i].severity, breaches[i].breaks = severity, breaks
	}
	return breaches
}

// protoNumberRange is which whole numbers a type holds.
type protoNumberRange struct {
	bits   int
	signed bool
}

var protoNumberRanges = map[protoreflect.Kind]protoNumberRange{
	protoreflect.BoolKind:  {1, false},
	protoreflect.EnumKind:  {32, true},
	protoreflect.Int32Kind: {32, true}, protoreflect.Sint32Kind: {32, true}, protoreflect.Sfixed32Kind: {32, true},
	protoreflect.Uint32Kind: {32, false}, protoreflect.Fixed32Kind: {32, false},
	protoreflect.Int64Kind: {64, true}, protoreflect.Sint64Kind: {64, true}, protoreflect.Sfixed64Kind: {64, true},
	protoreflect.Uint64Kind: {64, false}, protoreflect.Fixed64Kind: {64, false},
}

func (n protoNumberRange) holds(o protoNumberRange) bool {
	if n.signed == o.signed {
		return n.bits >= o.bits
	}
	return n.signed && n.bits > o.bits
}

// verdictGroup is the group of types that Confluent exchanges freely, "" for a
// type that stands alone.
func verdictGroup(k protoreflect.Kind) string {
	switch k {
	case protoreflect.EnumKind:
		k = protoreflect.Int32Kind
	case protoreflect.StringKind, protoreflect.BytesKind:
		return "text"
	}
	return protoWireGroups[k]
}

func sameVerdictGroup(p protoBoth[protoreflect.FieldDescriptor]) bool {
	group := verdictGroup(p.old.Kind())
	return group != "" && group == verdictGroup(p.next.Kind())
}

func fieldNarrowed(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, isNumber := protoNumberRanges[p.old.Kind()]
	next := protoNumberRanges[p.next.Kind()]
	if !isNumber || !sameVerdictGroup(p) {
		return nil
	}
	var found []protoBreach
	if !next.holds(old) {
		found = append(found, narrowed(p, "the new type does not hold all values of the old one",
			"make sure that no old data holds a value the new type does not: readers get another number, not an error", OldData)...)
	}
	if !old.holds(next) {
		found = append(found, narrowed(p, "the old type does not hold all values of the new one",
			"update all readers before anybody writes a value the old type does not hold: they get another number, not an error", OldReaders)...)
	}
	return found
}

// narrowed tells of one direction, in words that set it apart from the other.
func narrowed(p protoBoth[protoreflect.FieldDescriptor], why, hint string, breaks Breaks) []protoBreach {
	found := rated(fieldChanged(p, fieldType(p.old), fieldType(p.next), hint), finding.Warning, breaks)
	for i := range found {
		found[i].message += ": " + why
	}
	return found
}

func fieldEnumAndNumber(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	if !sameVerdictGroup(p) || (p.old.Enum() == nil) == (p.next.Enum() == nil) {
		return nil
	}
	b := fieldChanged(p, fieldType(p.old), fieldType(p.next), "look at code that reads the field: generated code has another type")
	switch {
	case p.next.Enum() != nil && p.next.Enum().IsClosed():
		b[0].hint = "use an open enum (proto3, or features.enum_type = OPEN): a closed one drops the numbers it does not know"
		return rated(b, finding.Warning, OldData)
	case p.old.Enum() != nil && p.old.Enum().IsClosed():
		b[0].hint = "write only the numbers of the old enum until all readers are updated: a closed enum drops the others"
		return rated(b, finding.Warning, OldReaders)
	}
	return rated(b, finding.Info, Code)
}

func fieldEnumSwapped(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, next := p.old.Enum(), p.next.Enum()
	if old == nil || next == nil || p.twin(old, next) {
		return nil
	}
	if holdsEnum(next, old) {
		return rated(fieldChanged(p, fieldType(p.old), fieldType(p.next), "look at code that reads the field: generated code has another type"), finding.Info, Code)
	}
	return fieldChanged(p, fieldType(p.old), fieldType(p.next), "give the new enum all values of the old one, by the same names and numbers")
}

func fieldTextAndBytes(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	switch {
	case p.old.Kind() == protoreflect.BytesKind && p.next.Kind() == protoreflect.StringKind:
		return rated(fieldChanged(p, fieldType(p.old), fieldType(p.next),
			"make sure that all old data is UTF-8: readers refuse a record whose text is not"), finding.Warning, OldData)
	case p.old.Kind() == protoreflect.StringKind && p.next.Kind() == protoreflect.BytesKind:
		return rated(fieldChanged(p, fieldType(p.old), fieldType(p.next),
			"write only UTF-8 until all readers are updated: old ones refuse a record whose text is not"), finding.Warning, OldReaders)
	}
	return nil
}

// fieldUncompared finds the changes of type that break the wire where
// Confluent does not look. Types that it would exchange freely are the
// business of other checks.
func fieldUncompared(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	if sameVerdictGroup(p) || p.before.comparedByVerdict(p.old) && p.after.comparedByVerdict(p.next) {
		return nil
	}
	b := fieldWireType(p)
	for i := range b {
		b[i].message += "; the check of the level does not look at it"
	}
	return b
}

// comparedByVerdict says whether Confluent's comparison looks at a field: not
// at extensions, groups and what groups hold.
func (s *protoSet) comparedByVerdict(f protoreflect.FieldDescriptor) bool {
	if owner := mapField(f); owner != nil {
		f = owner
	}
	if f.IsExtension() || isGroup(f) {
		return false
	}
	for d := f.Parent(); d != nil; d = d.Parent() {
		if s.groups[d.FullName()] {
			return false
		}
	}
	return true
}

func fieldSingleAndRepeated(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, next := cardinalityOf(p.old), cardinalityOf(p.next)
	if (old.onWire() == repeatedValues) == (next.onWire() == repeatedValues) || p.old.Kind() != p.next.Kind() && !sameVerdictGroup(p) {
		return nil
	}
	if next == repeatedValues {
		effect := "see only the last value"
		if p.next.IsPacked() {
			effect = "cannot read packed values"
		}
		return rated(fieldChanged(p, old, next, "add a repeated field with a new number: old readers "+effect), finding.Warning, OldReaders)
	}
	return rated(fieldChanged(p, old, next, "add a field with a new number: of several values in old data, readers see the last or none"), finding.Warning, OldData)
}

func fieldPresenceChanged(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, next := cardinalityOf(p.old), cardinalityOf(p.next)
	if old == next || old.inJSON() != explicitPresence || next.inJSON() != explicitPresence || mapField(p.next) != nil {
		return nil
	}
	return rated(fieldChanged(p, old, next, "look at code that tells an absent value from zero"), finding.Info, Meaning)
}

func fieldPackedChanged(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	if !p.old.IsList() || !p.next.IsList() || p.old.IsPacked() == p.next.IsPacked() || p.old.Kind() != p.next.Kind() {
		return nil
	}
	form := map[bool]string{true: "packed", false: "not packed"}
	return rated(fieldChanged(p, form[p.old.IsPacked()], form[p.next.IsPacked()],
		"nothing to do if readers use the official libraries, which read both forms"), finding.Info, Wire)
}

func fieldsRenumbered(p protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
	named := map[protoreflect.Name]protoreflect.FieldDescriptor{}
	for f := range protoList(p.next.Fields()) {
		named[f.Name()] = f
	}
	var found []protoBreach
	for f := range protoList(p.old.Fields()) {
		if next := named[f.Name()]; next != nil && next.Number() != f.Number() && !p.stop() {
			found = append(found, renumbered(f, next, int64(f.Number()), int64(next.Number())))
		}
	}
	return found
}

func valuesRenumbered(p protoBoth[protoreflect.EnumDescriptor]) []protoBreach {
	named := map[protoreflect.Name]protoreflect.EnumValueDescriptor{}
	for v := range protoList(p.next.Values()) {
		named[v.Name()] = v
	}
	var found []protoBreach
	for v := range protoList(p.old.Values()) {
		if next := named[v.Name()]; next != nil && next.Number() != v.Number() && !p.stop() {
			found = append(found, renumbered(v, next, int64(v.Number()), int64(next.Number())))
		}
	}
	return found
}

func renumbered(old, next protoreflect.Descriptor, was, is int64) protoBreach {
	return protoBreach{
		old: old, next: next,
		message: fmt.Sprintf("%s of %s has number %d in the old schema and %d in the new one", next.Name(), next.Parent().FullName(), was, is),
		hint:    fmt.Sprintf("give it number %d again: data knows numbers, not names", was),
	}
}

// fieldOneofRisk rates a move: it loses data where several members of the new
// oneof could be set together before, or several of the old one can be now.
func fieldOneofRisk(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	b := fieldSameOneof(p)
	if b == nil {
		return nil
	}
	from, to := realOneof(p.old), realOneof(p.next)
	switch {
	case to != nil && joins(to.Fields(), p.before.fieldsOf(p.old.ContainingMessage()), p.old, from):
		return rated(b, finding.Warning, OldData)
	case from != nil && joins(from.Fields(), p.after.fieldsOf(p.next.ContainingMessage()), p.next, to):
		return rated(b, finding.Warning, OldReaders)
	}
	return rated(b, finding.Info, Code)
}

// joins says whether a oneof has a member besides a field that on the other
// side could be set together with it: that is there and not in the field's own
// oneof there.
func joins(members protoreflect.FieldDescriptors, there map[protoreflect.FieldNumber]protoreflect.FieldDescriptor, field protoreflect.FieldDescriptor, own protoreflect.OneofDescriptor) bool {
	for m := range protoList(members) {
		other := there[m.Number()]
		if other == nil || m.Number() == field.Number() {
			continue
		}
		if o := realOneof(other); o == nil || own == nil || o.Name() != own.Name() {
			return true
		}
	}
	return false
}

func enumTypeRisk(p protoBoth[protoreflect.EnumDescriptor]) []protoBreach {
	if p.next.IsClosed() {
		return enumSameType(p)
	}
	return rated(enumSameType(p), finding.Info, OldReaders)
}

func fieldUTF8Risk(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	if checksUTF8(p.next) {
		return fieldSameUTF8(p)
	}
	return rated(fieldSameUTF8(p), finding.Info, OldReaders)
}

func messageMovedToReference(p protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
	if p.before.pathOf(p.old) != "" || p.after.pathOf(p.next) == "" {
		return nil
	}
	return rated(p.breach("keep the message where it is if the level's check refuses the move; a check that lets messages move is the rules PACKAGE beside the level NONE",
		"%s is in the old schema itself and in the referenced file %q of the new one: the move alone changes no data",
		protoTitle(p.next), p.after.pathOf(p.next)), finding.Info, Code)
}

// fieldSameShape finds fields whose type has another name only.
func fieldSameShape(p protoBoth[protoreflect.FieldDescriptor]) []protoBreach {
	old, next := p.old.Message(), p.next.Message()
	if old == nil || next == nil || p.sameType(p.old, p.next) || !p.before.owns(old) || !p.after.owns(next) || !p.sameShape(p.old, p.next) {
		return nil
	}
	return rated(fieldChanged(p, fieldType(p.old), fieldType(p.next),
		"the level's check may refuse this, though both types have the same fields and the data is the same; generated code has another type"), finding.Info, Code)
}

// protoShapes are two messages that are compared by their fields.
type protoShapes struct{ old, next protoreflect.FullName }

// sameShape says whether two fields look the same on the wire. What is found
// out about a pair of types is kept for other fields.
func (c *protoChange) sameShape(old, next protoreflect.FieldDescriptor) bool {
	pair := protoShapes{old.Message().FullName(), next.Message().FullName()}
	if _, known := c.shapes[pair]; !known {
		assumed := map[protoShapes]bool{}
		if c.sameForm(old, next, assumed) {
			maps.Copy(c.shapes, assumed) // all that was assumed on the way holds
		} else {
			c.shapes[pair] = false
		}
	}
	return c.shapes[pair]
}

// sameForm compares two fields by kind, cardinality and contents. Messages that
// are being compared count as equal, and so recursive types end.
func (c *protoChange) sameForm(old, next protoreflect.FieldDescriptor, assumed map[protoShapes]bool) bool {
	if c.stop() || old.Kind() != next.Kind() || cardinalityOf(old).onWire() != cardinalityOf(next).onWire() {
		return false
	}
	if old.Enum() != nil {
		return holdsEnum(next.Enum(), old.Enum()) && holdsEnum(old.Enum(), next.Enum())
	}
	if old.Message() == nil || !old.IsMap() && !next.IsMap() && c.twin(old.Message(), next.Message()) {
		return true
	}
	pair := protoShapes{old.Message().FullName(), next.Message().FullName()}
	if same, known := c.shapes[pair]; known || assumed[pair] {
		return same || assumed[pair]
	}
	assumed[pair] = true
	before, after := c.before.fieldsOf(old.Message()), c.after.fieldsOf(next.Message())
	if len(before) != len(after) {
		return false
	}
	for number, f := range before {
		if g := after[number]; g == nil || !c.sameForm(f, g, assumed) {
			return false
		}
	}
	return true
}
