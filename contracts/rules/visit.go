package rules

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"cel.dev/cel-go/common/types"
	"google.golang.org/protobuf/proto"

	"github.com/accordhq/accord/schema"
)

// visited is a field in a record on which a rule runs.
type visited struct {
	member   *member
	fullName string
	typeName string
	tags     []string
	// owner is the record, message or object that has the field, object its
	// type.
	owner  any
	object *object
}

// visitor takes one record through a CEL_FIELD rule.
type visitor struct {
	*Program
	ctx context.Context //nolint:containedctx // one walk over one record, which the visitor does not outlive
	now time.Time
	ran bool
}

// conditionError ends a walk at the first field whose condition is false.
type conditionError struct{ field string }

func (e conditionError) Error() string { return "condition failed for " + e.field }

func (p *Program) runFields(ctx context.Context, record any, now time.Time) (Outcome, error) {
	v := &visitor{Program: p, ctx: ctx, now: now}
	var out any
	var err error
	if m, ok := record.(proto.Message); ok {
		out, err = v.protobuf(m)
	} else {
		root := &visited{}
		if p.space.format == schema.JSON {
			root.fullName = "$"
		}
		out, _, err = v.value(p.space.roots[0], record, root)
	}
	var failed conditionError
	switch {
	case errors.As(err, &failed):
		return Outcome{Record: record, Field: failed.field}, nil
	case err != nil:
		return Outcome{}, err
	}
	return Outcome{Record: out, Holds: true, Skipped: !v.ran}, nil
}

// value visits a value and all below it. It returns the value to stand in its
// place, and whether that is another: what changes is copied.
func (v *visitor) value(s *shape, value any, at *visited) (any, bool, error) {
	switch s.kind {
	case union:
		if chosen := s.choose(value); chosen != nil {
			return v.value(chosen, value, at)
		}
	case record:
		if m, ok := value.(map[string]any); ok {
			return v.object(s.object, m, at)
		}
	case list:
		if l, ok := value.([]any); ok {
			return v.list(s.elem, l, at)
		}
	case mapping:
		if m, ok := value.(map[string]any); ok {
			return v.mapping(s.elem, m, at)
		}
	case leaf:
		if at.member != nil {
			return v.leaf(s, value, at)
		}
	}
	return value, false, nil
}

func (v *visitor) object(o *object, m map[string]any, at *visited) (any, bool, error) {
	out, copied := m, false
	for _, member := range o.members {
		value, present := m[member.name]
		if !present || v.passesBy(member) {
			continue
		}
		field := &visited{member: member, fullName: member.fullName, owner: m, object: o}
		if field.fullName == "" {
			field.fullName = at.fullName + "." + member.name
		}
		field.tags = v.space.tagsOf(member, field.fullName)
		changed, is, err := v.value(member.shape, value, field)
		if err != nil {
			return nil, false, err
		}
		if is {
			if !copied {
				out, copied = maps.Clone(m), true
			}
			out[member.name] = changed
		}
	}
	return out, copied, nil
}

// passesBy reports whether a member is known not to be for the rule.
func (v *visitor) passesBy(m *member) bool {
	if m.shape.kind != leaf && m.shape.kind != opaque {
		return false
	}
	tags, fixed := v.space.fixedTags[m]
	return m.shape.kind == opaque || fixed && !selects(v.rule.Tags, tags)
}

func (v *visitor) list(s *shape, l []any, at *visited) (any, bool, error) {
	out, copied := l, false
	for i, item := range l {
		field := at
		if v.space.format == schema.JSON {
			indexed := *at
			indexed.fullName += "[" + strconv.Itoa(i) + "]"
			if indexed.member != nil {
				indexed.tags = v.space.tagsOf(indexed.member, indexed.fullName)
			}
			field = &indexed
		}
		changed, is, err := v.value(s, item, field)
		if err != nil {
			return nil, false, err
		}
		if is {
			if !copied {
				out, copied = slices.Clone(l), true
			}
			out[i] = changed
		}
	}
	return out, copied, nil
}

func (v *visitor) mapping(s *shape, m map[string]any, at *visited) (any, bool, error) {
	out, copied := m, false
	for _, key := range sortedKeys(m) {
		changed, is, err := v.value(s, m[key], at)
		if err != nil {
			return nil, false, err
		}
		if is {
			if !copied {
				out, copied = maps.Clone(m), true
			}
			out[key] = changed
		}
	}
	return out, copied, nil
}

// leaf runs the rule on one value if its field's tags ask for it.
func (v *visitor) leaf(s *shape, value any, at *visited) (any, bool, error) {
	if !selects(v.rule.Tags, at.tags) {
		return value, false, nil
	}
	field := *at
	field.typeName = s.typeName
	out, err := v.fieldPart(place{at.object, s, value == nil}).evaluate(v.ctx, &variables{now: v.now, message: at.owner, value: value, at: &field})
	switch {
	case errors.Is(err, errSkipped):
		return value, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("field %s: %w", at.fullName, err)
	}
	v.ran = true
	if v.rule.Kind == kindCondition {
		if out == types.False {
			return nil, false, conditionError{at.fullName}
		}
		return value, false, nil
	}
	result, err := coerce(out, value, s, at.member.shape)
	if err != nil {
		return nil, false, fmt.Errorf("field %s: %w", at.fullName, err)
	}
	return result, true, nil
}

// choose finds the branch of a union that a value is of, nil if none is.
func (s *shape) choose(value any) *shape {
	return s.chooseFrom(value, map[*shape]bool{})
}

// chooseFrom is choose without the unions looked at already: in JSON Schema a
// union may hold itself.
func (s *shape) chooseFrom(value any, seen map[*shape]bool) *shape {
	seen[s] = true
	var second *shape
	for _, a := range s.alternatives {
		if a.kind == union {
			if seen[a] {
				continue
			}
			if found := a.chooseFrom(value, seen); found != nil {
				return found
			}
			continue
		}
		switch a.holds(value) {
		case certainly:
			return a
		case perhaps:
			if second == nil {
				second = a
			}
		}
	}
	return second
}

type likelihood uint8

const (
	never likelihood = iota
	perhaps
	certainly
)

// holds says whether a Go value is one of the shape.
func (s *shape) holds(value any) likelihood {
	kind := goKind(value)
	switch s.kind {
	case list:
		return when(kind == goList)
	case mapping:
		return when(kind == goMap)
	case record:
		m, ok := value.(map[string]any)
		if !ok {
			return never
		}
		for name := range m {
			if s.object.byName[name] == nil {
				return perhaps
			}
		}
		return certainly
	}
	switch s.typeName {
	case "NULL":
		return when(kind == goNull)
	case "STRING", "ENUM":
		return when(kind == goString)
	case "BYTES", "FIXED":
		return when(kind == goBytes)
	case "BOOLEAN":
		return when(kind == goBool)
	case "INT", "LONG":
		return when(kind == goInteger)
	case "FLOAT", "DOUBLE":
		if kind == goInteger {
			return perhaps
		}
		return when(kind == goFraction)
	}
	return perhaps
}

func when(fits bool) likelihood {
	if fits {
		return certainly
	}
	return never
}
