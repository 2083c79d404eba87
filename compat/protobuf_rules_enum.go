package compat

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

func enumSameType(p protoBoth[protoreflect.EnumDescriptor]) []protoBreach {
	if p.old.IsClosed() == p.next.IsClosed() {
		return nil
	}
	kind := map[bool]string{true: "closed", false: "open"}
	return p.breach("set features.enum_type as it was: a closed enum drops the numbers it does not know",
		"%s is %s in the old schema and %s in the new one", protoTitle(p.next), kind[p.old.IsClosed()], kind[p.next.IsClosed()])
}

func enumSameJSONFormat(p protoBoth[protoreflect.EnumDescriptor]) []protoBreach {
	return sameJSONFormat(p)
}

func enumSameReserved(p protoBoth[protoreflect.EnumDescriptor]) []protoBreach {
	return sameReserved(p, func() protoTakers {
		takers := protoTakers{byName: map[protoreflect.Name]protoreflect.Descriptor{}}
		for v := range protoList(p.next.Values()) {
			takers.add(int64(v.Number()), v)
		}
		return takers
	})
}

func valueDeleted(in protoBoth[protoreflect.EnumDescriptor], gone []protoreflect.EnumValueDescriptor) []protoBreach {
	return goneValue(in, gone, "keep the value and mark it deprecated",
		"%s is in the old schema and gone from the new one", protoTitle(gone[0]))
}

func valueNumberFreed(in protoBoth[protoreflect.EnumDescriptor], gone []protoreflect.EnumValueDescriptor) []protoBreach {
	if in.after.reservedIn(in.next).numbers.has(int64(gone[0].Number())) {
		return nil
	}
	return goneValue(in, gone, in.reserveValue(gone),
		"%s is in the old schema and gone from the new one, which does not reserve its number", protoTitle(gone[0]))
}

func valueNameFreed(in protoBoth[protoreflect.EnumDescriptor], gone []protoreflect.EnumValueDescriptor) []protoBreach {
	var free []string
	for _, v := range gone {
		if !in.after.reservedIn(in.next).names[v.Name()] {
			free = append(free, string(v.Name()))
		}
	}
	if free == nil {
		return nil
	}
	return goneValue(in, gone, in.reserveValue(gone),
		"%s is in the old schema and gone from the new one, which does not reserve the name %s", protoTitle(gone[0]), strings.Join(free, ", "))
}

// goneValue is a breach by a number that an enum has no more.
func goneValue(in protoBoth[protoreflect.EnumDescriptor], gone []protoreflect.EnumValueDescriptor, hint, format string, args ...any) []protoBreach {
	b := in.breach(hint, format, args...)
	b[0].old, b[0].next = gone[0], nil
	return b
}

// reserveValue says how to remove values of one number for good.
func (p protoBoth[D]) reserveValue(gone []protoreflect.EnumValueDescriptor) string {
	names := make([]string, len(gone))
	for i, v := range gone {
		names[i] = reservedName(p.next, v.Name())
	}
	return p.reserve(int64(gone[0].Number()), names...)
}

// reserve says how to remove a number and its names for good.
func (p protoBoth[D]) reserve(number int64, names ...string) string {
	return fmt.Sprintf("add `reserved %d; reserved %s;` to %s", number, strings.Join(names, ", "), protoTitle(p.next))
}

// valueSameName wants every old name of a number kept; new ones may join.
func valueSameName(p protoBoth[protoreflect.EnumDescriptor]) []protoBreach {
	before, after := p.before.valuesOf(p.old), p.after.valuesOf(p.next)
	var found []protoBreach
	for v := range protoList(p.old.Values()) {
		now := after[v.Number()]
		if p.stop() || now == nil || before[v.Number()][0] != v {
			continue
		}
		was, is := valueNames(before[v.Number()]), valueNames(now)
		if !slices.ContainsFunc(was, func(name string) bool { return !slices.Contains(is, name) }) {
			continue
		}
		found = append(found, protoBreach{
			old: v, next: now[0],
			message: fmt.Sprintf("number %d of %s is %s in the old schema and %s in the new one",
				v.Number(), p.next.FullName(), strings.Join(was, ", "), strings.Join(is, ", ")),
			hint: "keep the old name; to add another for the number, set allow_alias and write the new name behind the old one",
		})
	}
	return found
}

func valueNames(values []protoreflect.EnumValueDescriptor) []string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v.Name())
	}
	return names
}

// holdsEnum says whether an enum has all values of another, name and number.
func holdsEnum(larger, smaller protoreflect.EnumDescriptor) bool {
	numbers := map[protoreflect.Name]protoreflect.EnumNumber{}
	for v := range protoList(larger.Values()) {
		numbers[v.Name()] = v.Number()
	}
	for v := range protoList(smaller.Values()) {
		if n, ok := numbers[v.Name()]; !ok || n != v.Number() {
			return false
		}
	}
	return true
}
