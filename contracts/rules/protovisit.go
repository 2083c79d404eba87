package rules

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// protobuf takes a message through the rule. A TRANSFORM works on a copy.
func (v *visitor) protobuf(m proto.Message) (proto.Message, error) {
	name := m.ProtoReflect().Descriptor().FullName()
	s := v.space.messages[name]
	if s == nil || s.kind != record {
		return nil, fmt.Errorf("the record is a %s, which the schema does not declare", name)
	}
	if v.rule.Kind != kindCondition {
		m = proto.Clone(m)
	}
	return m, v.message(s.object, m.ProtoReflect())
}

// message visits the fields of a message that are set, by their numbers: they
// may have other names in the program's own types (contracts reference 3.5).
func (v *visitor) message(o *object, m protoreflect.Message) error {
	for _, member := range o.members {
		fd := m.Descriptor().Fields().ByNumber(protoreflect.FieldNumber(member.number)) //nolint:gosec // a field number of a descriptor
		if fd == nil || !m.Has(fd) && (fd.HasPresence() || fd.IsList() || fd.IsMap()) {
			continue
		}
		at := &visited{member: member, fullName: member.fullName, tags: v.space.tagsOf(member, member.fullName), owner: m.Interface(), object: o}
		if err := v.protoField(member.shape, m, fd, at); err != nil {
			return err
		}
	}
	return nil
}

func (v *visitor) protoField(s *shape, m protoreflect.Message, fd protoreflect.FieldDescriptor, at *visited) error {
	switch {
	case fd.IsMap() && s.kind == mapping:
		return v.protoMap(s.elem, m.Get(fd).Map(), at)
	case fd.IsList() && s.kind == list:
		l := m.Get(fd).List()
		for i := range l.Len() {
			changed, is, err := v.protoValue(s.elem, l.Get(i), at)
			if err != nil {
				return err
			}
			if is {
				l.Set(i, changed)
			}
		}
		return nil
	case fd.IsMap() || fd.IsList():
		return nil
	}
	changed, is, err := v.protoValue(s, m.Get(fd), at)
	if is {
		m.Set(fd, changed)
	}
	return err
}

func (v *visitor) protoMap(s *shape, m protoreflect.Map, at *visited) error {
	var keys []protoreflect.MapKey
	m.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, k)
		return true
	})
	slices.SortFunc(keys, func(a, b protoreflect.MapKey) int { return strings.Compare(a.String(), b.String()) })
	for _, key := range keys {
		changed, is, err := v.protoValue(s, m.Get(key), at)
		if err != nil {
			return err
		}
		if is {
			m.Set(key, changed)
		}
	}
	return nil
}

func (v *visitor) protoValue(s *shape, value protoreflect.Value, at *visited) (protoreflect.Value, bool, error) {
	switch s.kind {
	case record:
		if m, ok := value.Interface().(protoreflect.Message); ok {
			return value, false, v.message(s.object, m)
		}
	case leaf:
		changed, is, err := v.leaf(s, signed(value.Interface()), at)
		if err != nil || !is {
			return value, false, err
		}
		converted, err := likeProto(changed, value)
		return converted, err == nil, err
	}
	return value, false, nil
}

// signed: field rules see unsigned fields as CEL's int, as Java's client has it
// by default.
func signed(value any) any {
	switch v := value.(type) {
	case uint32:
		return int64(v)
	case uint64:
		return int64(v) //nolint:gosec // wraps, as Java's long does
	}
	return value
}
