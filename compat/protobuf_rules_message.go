package compat

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

func messageSameRequired(p protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
	old, next := p.before.fieldsOf(p.old), p.after.fieldsOf(p.next)
	var found []protoBreach
	add := func(was, is protoreflect.FieldDescriptor, breaks Breaks, hint, format string, args ...any) {
		b := protoBreach{hint: hint, breaks: breaks, message: fmt.Sprintf(format, args...)}
		if was != nil {
			b.old = was
		}
		if is != nil {
			b.next = is
		}
		found = append(found, b)
	}
	for f := range protoList(p.old.Fields()) {
		is := next[f.Number()]
		if f.Cardinality() == protoreflect.Required && (is == nil || is.Cardinality() != protoreflect.Required) {
			add(f, is, OldReaders, "keep the field required: old readers refuse data without it",
				"%s is required in the old schema and not in the new one", protoTitle(f))
		}
	}
	for f := range protoList(p.next.Fields()) {
		was := old[f.Number()]
		if f.Cardinality() == protoreflect.Required && (was == nil || was.Cardinality() != protoreflect.Required) {
			add(was, f, OldData, "make the field optional: data written before has none",
				"%s is required in the new schema and not in the old one", protoTitle(f))
		}
	}
	return found
}

func messageSameJSONFormat(p protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
	return sameJSONFormat(p)
}

func sameJSONFormat[D protoreflect.Descriptor](p protoBoth[D]) []protoBreach {
	if !supportsJSON(p.old) || supportsJSON(p.next) {
		return nil
	}
	return p.breach("set features.json_format = ALLOW",
		"%s has a JSON form by contract in the old schema and only by best effort in the new one", protoTitle(p.next))
}

func messageKeepsAccessor(p protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
	removed := func(m protoreflect.MessageDescriptor) bool {
		options, _ := m.Options().(*descriptorpb.MessageOptions)
		return options.GetNoStandardDescriptorAccessor()
	}
	if removed(p.old) || !removed(p.next) {
		return nil
	}
	return p.breach("remove the option no_standard_descriptor_accessor",
		"%s has the standard descriptor accessor in the old schema and not in the new one", protoTitle(p.next))
}

func messageSameReserved(p protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
	return sameReserved(p, func() protoTakers {
		takers := protoTakers{byName: map[protoreflect.Name]protoreflect.Descriptor{}}
		for f := range protoList(p.next.Fields()) {
			takers.add(int64(f.Number()), f)
		}
		return takers
	})
}

// protoTakers are the fields or values that may take what was reserved.
type protoTakers struct {
	byNumber []protoTaker
	byName   map[protoreflect.Name]protoreflect.Descriptor
}

type protoTaker struct {
	number int64
	by     protoreflect.Descriptor
}

func (t *protoTakers) add(number int64, by protoreflect.Descriptor) {
	t.byNumber = append(t.byNumber, protoTaker{number, by})
	t.byName[by.Name()] = by
}

// in is what takes the lowest number of a range, nil if nothing does.
func (t *protoTakers) in(r protoRange) protoreflect.Descriptor {
	i, _ := slices.BinarySearchFunc(t.byNumber, r.first, func(t protoTaker, n int64) int { return cmp.Compare(t.number, n) })
	if i < len(t.byNumber) && t.byNumber[i].number <= r.last {
		return t.byNumber[i].by
	}
	return nil
}

// sameReserved finds what an element reserved and reserves no more.
func sameReserved[D protoreflect.Descriptor](p protoBoth[D], takersOf func() protoTakers) []protoBreach {
	old, next := p.before.reservedIn(p.old), p.after.reservedIn(p.next)
	numbers := old.numbers.without(next.numbers)
	var names []protoreflect.Name
	for name := range protoList(reservedNames(p.old)) {
		if !next.names[name] {
			names = append(names, name)
		}
	}
	if len(numbers)+len(names) == 0 {
		return nil
	}
	takers := takersOf()
	slices.SortFunc(takers.byNumber, func(a, b protoTaker) int { return cmp.Compare(a.number, b.number) })
	var found []protoBreach
	for _, r := range numbers {
		found = append(found, unreserved(p, r.String(), takers.in(r)))
	}
	for _, name := range names {
		found = append(found, unreserved(p, reservedName(p.next, name), takers.byName[name]))
	}
	return found
}

func unreserved[D protoreflect.Descriptor](p protoBoth[D], what string, taker protoreflect.Descriptor) protoBreach {
	b := protoBreach{
		old: p.old, next: p.next,
		message: fmt.Sprintf("%s reserves %s in the old schema and not in the new one", protoTitle(p.old), what),
		hint:    fmt.Sprintf("add `reserved %s;` to %s again", what, protoTitle(p.next)),
	}
	if taker != nil {
		b.next = taker
		b.message += fmt.Sprintf(", where %s takes it", protoTitle(taker))
		b.hint = fmt.Sprintf("keep `reserved %s;` and give the newcomer what was never in use: old data and old readers may mean something else by it", what)
	}
	return b
}

func reservedNames(d protoreflect.Descriptor) protoreflect.Names {
	if e, ok := d.(protoreflect.EnumDescriptor); ok {
		return e.ReservedNames()
	}
	return d.(protoreflect.MessageDescriptor).ReservedNames()
}

// reservedName is a name as a reserved statement has it: quoted, except in
// editions.
func reservedName(in protoreflect.Descriptor, name protoreflect.Name) string {
	if in.ParentFile().Syntax() == protoreflect.Editions {
		return string(name)
	}
	return strconv.Quote(string(name))
}

func messageSameExtensionRanges(p protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
	old, next := rangesOf(p.old.ExtensionRanges()), rangesOf(p.next.ExtensionRanges())
	var found []protoBreach
	for _, r := range old.without(next) {
		found = append(found, p.breach(fmt.Sprintf("add `extensions %s;` again: others extend the message there", r),
			"%s is open to extensions %s in the old schema and not in the new one", protoTitle(p.old), r)...)
	}
	return found
}

func oneofsDeleted(p protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
	kept := map[protoreflect.Name]bool{}
	for o := range protoList(p.next.Oneofs()) {
		kept[o.Name()] = !o.IsSynthetic()
	}
	var found []protoBreach
	for o := range protoList(p.old.Oneofs()) {
		if !o.IsSynthetic() && !kept[o.Name()] && !p.stop() {
			found = append(found, protoBreach{
				old:     o,
				message: fmt.Sprintf("%s is in the old schema and gone from the new one", protoTitle(o)),
				hint:    "keep the oneof and its members: generated code names it",
			})
		}
	}
	return found
}
