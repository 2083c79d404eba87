package compat

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/accordhq/accord/schema/protobuf"
)

// maxProtoRuleSteps bounds one run of the rules, in elements looked at, each
// rule counted. The largest file that parses needs a tenth of it.
const maxProtoRuleSteps = 20_000_000

// protoChange is two versions of a schema with their elements matched, for
// rules to look at. Files match by import path, the schemas themselves with
// one another; types by name within the file, or by full name where they moved
// to another file; fields, extensions and enum values by number.
type protoChange struct {
	ctx           context.Context //nolint:containedctx // lives no longer than one call of CheckRules
	before, after *protoSet
	files         []protoBoth[protoreflect.FileDescriptor]
	messages      []protoBoth[protoreflect.MessageDescriptor]
	fields        []protoBoth[protoreflect.FieldDescriptor]
	enums         []protoBoth[protoreflect.EnumDescriptor]
	services      []protoBoth[protoreflect.ServiceDescriptor]
	// twins are the new types by the old types' full names; filed are those
	// elements of them that are still in their file.
	twins map[protoreflect.FullName]protoreflect.Descriptor
	filed map[protoreflect.FullName]bool
	// shapes are pairs of messages that were compared by their fields.
	shapes map[protoShapes]bool
	steps  int
	limit  int
	err    error
}

// protoBoth is an element before and after a change.
type protoBoth[D protoreflect.Descriptor] struct {
	*protoChange
	old, next D
}

// breach is a breach of a rule by the element, as the only one.
func (p protoBoth[D]) breach(hint, format string, args ...any) []protoBreach {
	return []protoBreach{{old: p.old, next: p.next, hint: hint, message: fmt.Sprintf(format, args...)}}
}

func newProtoChange(ctx context.Context, old, next *protobuf.File) *protoChange {
	c := &protoChange{
		ctx:    ctx,
		before: newProtoSet(old),
		after:  newProtoSet(next),
		twins:  map[protoreflect.FullName]protoreflect.Descriptor{},
		filed:  map[protoreflect.FullName]bool{},
		shapes: map[protoShapes]bool{},
		limit:  maxProtoRuleSteps,
	}
	c.matchFiles()
	c.matchFields()
	return c
}

// stop counts a step and says whether the run has to end.
func (c *protoChange) stop() bool {
	c.steps++
	switch {
	case c.err != nil:
	case c.steps > c.limit:
		c.err = ErrTooComplex
	case c.steps%1024 == 1:
		c.err = c.ctx.Err()
	}
	return c.err != nil
}

// matchFiles matches the files, and what they declare.
func (c *protoChange) matchFiles() {
	for path, old := range c.before.inOrder() {
		next := c.after.files[path]
		if next != nil {
			c.files = append(c.files, protoBoth[protoreflect.FileDescriptor]{c, old, next})
		}
		walkProto(old, func(d protoreflect.Descriptor) bool {
			if c.stop() {
				return false
			}
			c.match(d, next)
			return true
		})
	}
}

// match finds the new element that an old one of a file has become: in the new
// file, which may be nil, or else in any.
func (c *protoChange) match(old protoreflect.Descriptor, file protoreflect.FileDescriptor) {
	var twin protoreflect.Descriptor
	if file != nil {
		twin = c.after.named[joinProto(string(file.Package()), protoLocalName(old))]
		if twin != nil && (twin.ParentFile().Path() != file.Path() || !sameSort(old, twin)) {
			twin = nil
		}
	}
	if twin != nil {
		c.filed[old.FullName()] = true
	} else if twin = c.after.named[old.FullName()]; twin == nil || !sameSort(old, twin) {
		return
	}
	c.twins[old.FullName()] = twin
	switch old := old.(type) {
	case protoreflect.MessageDescriptor:
		c.messages = append(c.messages, protoBoth[protoreflect.MessageDescriptor]{c, old, twin.(protoreflect.MessageDescriptor)})
	case protoreflect.EnumDescriptor:
		c.enums = append(c.enums, protoBoth[protoreflect.EnumDescriptor]{c, old, twin.(protoreflect.EnumDescriptor)})
	case protoreflect.ServiceDescriptor:
		c.services = append(c.services, protoBoth[protoreflect.ServiceDescriptor]{c, old, twin.(protoreflect.ServiceDescriptor)})
	}
}

// matchFields matches the fields of all messages, and the extensions.
func (c *protoChange) matchFields() {
	for _, m := range c.messages {
		after := c.after.fieldsOf(m.next)
		for old := range protoList(m.old.Fields()) {
			if next := after[old.Number()]; next != nil {
				c.matchField(old, next)
			}
		}
	}
	for _, old := range c.before.extensions {
		key := extensionKey(old)
		if twin := c.twins[key.extended]; twin != nil {
			key.extended = twin.FullName()
		}
		if next := c.after.byExtended[key]; next != nil {
			c.matchField(old, next)
		}
	}
}

// matchField takes down that two fields match. What a map holds is matched as
// the two fields of its entries, as parts of the map: the type of the entries
// has no place in the list of messages, since nobody wrote it.
func (c *protoChange) matchField(old, next protoreflect.FieldDescriptor) {
	if c.stop() {
		return
	}
	c.fields = append(c.fields, protoBoth[protoreflect.FieldDescriptor]{c, old, next})
	if !old.IsMap() && !next.IsMap() || !c.sameType(old, next) {
		return
	}
	for _, number := range []protoreflect.FieldNumber{1, 2} { // key and value
		o, n := old.Message().Fields().ByNumber(number), next.Message().Fields().ByNumber(number)
		if o != nil && n != nil {
			c.matchField(partOf(old, o), partOf(next, n))
		}
	}
}

// sameType says whether two fields have exactly the same type. Types that
// match under another name, because their file's package changed, count as the
// same; maps do too, their keys and values being compared by themselves.
func (c *protoChange) sameType(old, next protoreflect.FieldDescriptor) bool {
	switch {
	case old.IsMap() && next.IsMap():
		return true
	case old.Kind() != next.Kind():
		return false
	}
	return c.twin(protoTypeOf(old), protoTypeOf(next))
}

// twin says whether two named types are one type before and after.
func (c *protoChange) twin(old, next protoreflect.Descriptor) bool {
	if old == nil || next == nil {
		return old == nil && next == nil
	}
	if matched := c.twins[old.FullName()]; matched != nil {
		return matched.FullName() == next.FullName()
	}
	return old.FullName() == next.FullName()
}

// protoTypeOf is the message or enum that a field holds, nil for a scalar.
func protoTypeOf(f protoreflect.FieldDescriptor) protoreflect.Descriptor {
	switch {
	case f.Message() != nil:
		return f.Message()
	case f.Enum() != nil:
		return f.Enum()
	}
	return nil
}

func sameSort(a, b protoreflect.Descriptor) bool {
	switch a := a.(type) {
	case protoreflect.MessageDescriptor:
		_, ok := b.(protoreflect.MessageDescriptor)
		return ok
	case protoreflect.EnumDescriptor:
		_, ok := b.(protoreflect.EnumDescriptor)
		return ok
	case protoreflect.FieldDescriptor:
		field, ok := b.(protoreflect.FieldDescriptor)
		return ok && field.IsExtension() == a.IsExtension()
	case protoreflect.ServiceDescriptor:
		_, ok := b.(protoreflect.ServiceDescriptor)
		return ok
	}
	return false
}

// overEach runs a check over the pairs of a list.
func overEach[D protoreflect.Descriptor](list func(*protoChange) []protoBoth[D], check func(protoBoth[D]) []protoBreach) protoCheck {
	return func(c *protoChange) []protoBreach {
		var found []protoBreach
		for _, p := range list(c) {
			if c.stop() {
				break
			}
			found = append(found, check(p)...)
		}
		return found
	}
}

func eachFile(check func(protoBoth[protoreflect.FileDescriptor]) []protoBreach) protoCheck {
	return overEach(func(c *protoChange) []protoBoth[protoreflect.FileDescriptor] { return c.files }, check)
}

func eachMessage(check func(protoBoth[protoreflect.MessageDescriptor]) []protoBreach) protoCheck {
	return overEach(func(c *protoChange) []protoBoth[protoreflect.MessageDescriptor] { return c.messages }, check)
}

func eachField(check func(protoBoth[protoreflect.FieldDescriptor]) []protoBreach) protoCheck {
	return overEach(func(c *protoChange) []protoBoth[protoreflect.FieldDescriptor] { return c.fields }, check)
}

func eachEnum(check func(protoBoth[protoreflect.EnumDescriptor]) []protoBreach) protoCheck {
	return overEach(func(c *protoChange) []protoBoth[protoreflect.EnumDescriptor] { return c.enums }, check)
}

func eachService(check func(protoBoth[protoreflect.ServiceDescriptor]) []protoBreach) protoCheck {
	return overEach(func(c *protoChange) []protoBoth[protoreflect.ServiceDescriptor] { return c.services }, check)
}

// eachRPC runs a check over the methods that services have kept.
func eachRPC(check func(protoBoth[protoreflect.MethodDescriptor]) []protoBreach) protoCheck {
	return eachService(func(s protoBoth[protoreflect.ServiceDescriptor]) []protoBreach {
		after := map[protoreflect.Name]protoreflect.MethodDescriptor{}
		for m := range protoList(s.next.Methods()) {
			after[m.Name()] = m
		}
		var found []protoBreach
		for m := range protoList(s.old.Methods()) {
			if next := after[m.Name()]; next != nil && !s.stop() {
				found = append(found, check(protoBoth[protoreflect.MethodDescriptor]{s.protoChange, m, next})...)
			}
		}
		return found
	})
}

// eachGoneField runs a check over the fields whose number a message has no
// more.
func eachGoneField(check func(in protoBoth[protoreflect.MessageDescriptor], gone protoreflect.FieldDescriptor) []protoBreach) protoCheck {
	return eachMessage(func(m protoBoth[protoreflect.MessageDescriptor]) []protoBreach {
		after := m.after.fieldsOf(m.next)
		var found []protoBreach
		for f := range protoList(m.old.Fields()) {
			if after[f.Number()] == nil && !m.stop() {
				found = append(found, check(m, f)...)
			}
		}
		return found
	})
}

// eachGoneNumber runs a check over the numbers that an enum has no more, with
// all values that had the number.
func eachGoneNumber(check func(in protoBoth[protoreflect.EnumDescriptor], gone []protoreflect.EnumValueDescriptor) []protoBreach) protoCheck {
	return eachEnum(func(e protoBoth[protoreflect.EnumDescriptor]) []protoBreach {
		before, after := e.before.valuesOf(e.old), e.after.valuesOf(e.next)
		var found []protoBreach
		for v := range protoList(e.old.Values()) {
			values := before[v.Number()]
			if after[v.Number()] == nil && values[0] == v && !e.stop() {
				found = append(found, check(e, values)...)
			}
		}
		return found
	})
}

// eachGoneFile runs a check over the referenced files that are no more, in the
// order of their paths.
func eachGoneFile(check func(*protoChange, protoreflect.FileDescriptor) []protoBreach) protoCheck {
	return func(c *protoChange) []protoBreach {
		var found []protoBreach
		for path, file := range c.before.inOrder() {
			if c.after.files[path] == nil && !c.stop() {
				found = append(found, check(c, file)...)
			}
		}
		return found
	}
}

// goneFromFile finds what a file declares no more, where the file is still
// there. What is inside of something gone goes without saying.
func goneFromFile[D protoreflect.Descriptor](c *protoChange) []protoBreach {
	return lostElements[D](c, func(d protoreflect.Descriptor) bool {
		return c.filed[d.FullName()] || c.after.files[c.before.pathOf(d)] == nil
	}, "the file")
}

// goneFromPackage finds what no file of a package declares any more, where the
// package is still there.
func goneFromPackage[D protoreflect.Descriptor](c *protoChange) []protoBreach {
	return lostElements[D](c, func(d protoreflect.Descriptor) bool {
		twin := c.after.named[d.FullName()]
		return twin != nil && sameSort(d, twin) || !c.after.packages[d.ParentFile().Package()]
	}, "the package")
}

// lostElements lists the elements of one sort that are not present any more.
func lostElements[D protoreflect.Descriptor](c *protoChange, present func(protoreflect.Descriptor) bool, from string) []protoBreach {
	var found []protoBreach
	for _, file := range c.before.inOrder() {
		walkProto(file, func(d protoreflect.Descriptor) bool {
			if c.stop() {
				return false
			}
			if present(d) {
				return true
			}
			if _, ok := d.(D); ok {
				found = append(found, c.deleted(d, from))
			}
			return false
		})
	}
	return found
}

func (c *protoChange) deleted(d protoreflect.Descriptor, from string) protoBreach {
	b := protoBreach{
		old:     d,
		message: fmt.Sprintf("%s is in the old schema and gone from %s in the new one", protoTitle(d), from),
		hint:    "keep it and mark it deprecated: generated code names it",
	}
	if twin := c.twins[d.FullName()]; twin != nil {
		b.message += fmt.Sprintf("; it is in %q now", twin.ParentFile().Path())
		b.hint = "keep it where it is, or ask for the rules PACKAGE, which let types move between files"
	}
	return b
}
