package protobuf

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// normalized returns the document in the form that normalize=true stores
// (compatibility reference 5.2): imports sorted and distinct; fields, oneofs,
// groups and enum values by number; ranges split and sorted; options sorted by
// full name, dotted ones merged into one literal; types by full name; extend
// blocks merged by target; the proto2 syntax line gone. Messages, enums,
// services and methods keep their order, on which message indexes rest.
//
// It differs from Confluent where that loses something: the first value of an
// enum, its default, stays first; a oneof that holds only groups stays; and
// fractions keep all their digits.
func (d *Document) normalized() *Document {
	n := *d
	if n.Syntax == "proto2" {
		n.Syntax = ""
	}
	n.imports = slices.Clone(d.imports)
	slices.SortFunc(n.imports, func(a, b importLine) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.modifier, b.modifier))
	})
	n.imports = slices.Compact(n.imports)
	n.options = normalizeOptions(d.options)
	n.Messages = mapSlice(d.Messages, (*Message).normalized)
	n.Enums = mapSlice(d.Enums, (*Enum).normalized)
	n.extends = normalizeExtends(d.extends)
	n.services = mapSlice(d.services, service.normalized)
	return &n
}

func mapSlice[T any](in []T, f func(T) T) []T {
	var out []T
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func (m *Message) normalized() *Message {
	n := *m
	n.reserved = normalizeRanges(m.reserved)
	n.options = normalizeOptions(m.options)
	n.Fields = normalizeFields(m.Fields)
	n.Oneofs = normalizeOneofs(m.Oneofs)
	n.Groups = normalizeFields(m.Groups)
	n.extensions = normalizeRanges(m.extensions)
	n.extends = normalizeExtends(m.extends)
	n.Messages = mapSlice(m.Messages, (*Message).normalized)
	n.Enums = mapSlice(m.Enums, (*Enum).normalized)
	return &n
}

func normalizeFields(fields []*Field) []*Field {
	out := mapSlice(fields, (*Field).normalized)
	slices.SortStableFunc(out, func(a, b *Field) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

func (f *Field) normalized() *Field {
	n := *f
	n.options = normalizeOptions(f.options)
	if f.Group != nil {
		n.Group = f.Group.normalized()
		return &n
	}
	if f.Type.FullName != "" {
		n.Type.Name = "." + f.Type.FullName
	}
	return &n
}

func normalizeOneofs(oneofs []*Oneof) []*Oneof {
	var out []*Oneof
	for _, o := range oneofs {
		n := *o
		n.options = normalizeOptions(o.options)
		n.Fields = normalizeFields(o.Fields)
		n.Groups = normalizeFields(o.Groups)
		if len(n.Fields)+len(n.Groups) > 0 {
			out = append(out, &n)
		}
	}
	slices.SortStableFunc(out, func(a, b *Oneof) int {
		return cmp.Compare(a.Members()[0].Number, b.Members()[0].Number)
	})
	return out
}

func (e *Enum) normalized() *Enum {
	n := *e
	n.reserved = normalizeRanges(e.reserved)
	n.options = normalizeOptions(e.options)
	n.Values = nil
	for _, v := range e.Values {
		c := *v
		c.options = normalizeOptions(v.options)
		n.Values = append(n.Values, &c)
	}
	if len(n.Values) > 1 {
		slices.SortStableFunc(n.Values[1:], func(a, b *EnumValue) int {
			return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
		})
	}
	return &n
}

func normalizeExtends(extends []extend) []extend {
	var out []extend
	for _, e := range extends {
		i := slices.IndexFunc(out, func(have extend) bool { return have.fullName == e.fullName })
		if i < 0 {
			i = len(out)
			out = append(out, extend{name: "." + e.fullName, fullName: e.fullName})
		}
		out[i].fields = append(out[i].fields, e.fields...)
		out[i].groups = append(out[i].groups, e.groups...)
	}
	for i := range out {
		out[i].fields = normalizeFields(out[i].fields)
		out[i].groups = normalizeFields(out[i].groups)
	}
	return out
}

// normalizeRanges gives every value a statement of its own, numbers first.
func normalizeRanges(statements []ranges) []ranges {
	var out []ranges
	for _, r := range statements {
		for _, v := range r.values {
			v.single = v.single || v.name == "" && !v.toMax && v.start == v.end
			out = append(out, ranges{values: []rangeValue{v}, options: normalizeOptions(r.options)})
		}
	}
	slices.SortStableFunc(out, func(a, b ranges) int {
		x, y := a.values[0], b.values[0]
		if (x.name == "") != (y.name == "") {
			return cmp.Compare(len(x.name), len(y.name))
		}
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.name, y.name))
	})
	return out
}

func (s service) normalized() service {
	s.options = normalizeOptions(s.options)
	s.methods = mapSlice(s.methods, func(m method) method {
		m.options = normalizeOptions(m.options)
		m.input.name, m.output.name = "."+m.input.fullName, "."+m.output.fullName
		return m
	})
	return s
}

// normalizeOptions sorts options by name, custom ones by their full name
// without brackets, and merges the literals of one custom option.
func normalizeOptions(options []option) []option {
	var out []option
	for _, o := range slices.SortedStableFunc(slices.Values(options), func(a, b option) int {
		return cmp.Compare(a.sortName(), b.sortName())
	}) {
		o = o.normalized()
		if last := len(out) - 1; last >= 0 && o.mergesWith(out[last]) {
			out[last].value = mergeInto(out[last].value, o.value)
			continue
		}
		out = append(out, o)
	}
	for i := range out {
		out[i].value = normalizeValue(out[i].value)
	}
	return out
}

func (o option) sortName() string {
	if o.name[0].extension {
		return o.name[0].resolved.fullName
	}
	return o.joinedName()
}

func (o option) mergesWith(other option) bool {
	return o.name[0].extension && other.name[0].extension && !o.name[0].resolved.repeated &&
		o.sortName() == other.sortName() && o.value.kind == mapValue && other.value.kind == mapValue
}

// normalized is a copy of the option that turns "(acme.opt).a.b = 1" into "(acme.opt) = {a: {b: 1}}".
func (o option) normalized() option {
	if !o.name[0].extension {
		return option{name: o.name, value: normalizeValue(o.value)}
	}
	v := o.value
	for i := len(o.name) - 1; i > 0; i-- {
		part := o.name[i]
		for _, key := range part.keysInnermostFirst() {
			v = value{kind: mapValue, entries: []entry{{key: key, fullKey: key, value: v}}}
		}
	}
	first := o.name[0]
	first.name = first.resolved.fullName
	return option{name: []namePart{first}, value: normalizeValue(v)}
}

// keysInnermostFirst are the message literal keys a name part stands for.
func (p namePart) keysInnermostFirst() []string {
	if p.extension {
		return []string{"[" + p.resolved.fullName + "]"}
	}
	keys := strings.Split(p.name, ".")
	slices.Reverse(keys)
	return keys
}

// mergeInto adds the fields of one literal to another of the same message,
// which it changes: messages merge, and what else stands in both is a repeated
// field.
func mergeInto(to, from value) value {
	for _, e := range from.entries {
		i := slices.IndexFunc(to.entries, func(have entry) bool { return have.fullKey == e.fullKey })
		if i >= 0 && to.entries[i].value.kind == mapValue && e.value.kind == mapValue {
			to.entries[i].value = mergeInto(to.entries[i].value, e.value)
			continue
		}
		to.entries = put(to.entries, e)
	}
	return to
}

// normalizeValue returns a value that shares no part with v.
func normalizeValue(v value) value {
	switch v.kind {
	case numberValue:
		v.text = normalizeNumber(v.text)
	case listValue:
		v.list = mapSlice(v.list, normalizeValue)
	case mapValue:
		v.entries = normalizeEntries(v.entries)
	}
	return v
}

// normalizeEntries sorts by full key, drops empty lists and takes lists of
// one element apart.
func normalizeEntries(entries []entry) []entry {
	var out []entry
	for _, e := range entries {
		v := normalizeValue(e.value)
		if v.kind == listValue && len(v.list) == 0 {
			continue
		}
		if v.kind == listValue && len(v.list) == 1 {
			v = v.list[0]
		}
		out = append(out, entry{key: e.fullKey, fullKey: e.fullKey, value: v})
	}
	slices.SortStableFunc(out, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	return out
}

// normalizeNumber writes integers in decimal and fractions in their shortest
// form.
func normalizeNumber(text string) string {
	if i, ok := new(big.Int).SetString(text, 0); ok && len(text) < 64 {
		return i.String()
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, "0123456789") {
		return formatFloat(f, 64)
	}
	return text
}
