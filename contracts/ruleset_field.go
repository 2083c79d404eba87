package contracts

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema"
)

// reach is which fields of a schema a CEL_FIELD rule can be for.
type reach struct {
	*elements
	// named counts the fields of a full name: a rule reaches all of them.
	named map[string]int
}

// found is the field that a rule on a property is for and the guard that lets
// it pass alone, or why there can be no such rule.
func (w *ruleWriter) found(f Field) (element *schema.Field, guard, why string) {
	if w.reach == nil {
		w.reach = &reach{elements: w.known(), named: map[string]int{}}
		if w.reach.elements != nil {
			for i := range w.reach.all {
				if e := &w.reach.all[i]; e.Kind == schema.KindField {
					w.reach.named[w.reach.fullName(e)]++
				}
			}
		}
	}
	return w.reach.find(f)
}

func (r *reach) find(f Field) (element *schema.Field, guard, why string) {
	if r.elements == nil {
		return nil, "", "a rule on a field needs the schema"
	}
	found := r.elements.find(f.Path)
	if len(found) != 1 {
		return nil, "", fmt.Sprintf("the schema has %d fields of this path", len(found))
	}
	element = found[0]
	name := r.fullName(element)
	switch {
	case name == "":
		return nil, "", "below arrays, maps and alternatives of JSON Schema a field has no fixed name"
	case r.named[name] > 1:
		return nil, "", fmt.Sprintf("other fields are %s, too, and a rule reaches all of them", name)
	case kindOf(element, r.format) == kindNone:
		return nil, "", "clients run rules on fields of one plain value, and not on " + element.Type
	}
	guard = "fullName == " + celText(name)
	if element.Optional {
		guard += " && typeName != 'NULL'"
	}
	return element, guard, ""
}

// kind is what a rule can say of a field's value.
type kind uint8

const (
	kindNone     kind = iota // clients do not visit it
	kindOther                // a value without limits
	kindText                 // size and matches
	kindWhole                // int(value)
	kindFloating             // double(value)
)

// kinds are the types that clients visit (contracts reference 3.3).
var kinds = map[string]kind{
	"string": kindText, "boolean": kindOther, "bool": kindOther, "bytes": kindOther,
	"int": kindWhole, "long": kindWhole, "integer": kindWhole, "float": kindFloating, "double": kindFloating, "number": kindFloating,
	"int32": kindWhole, "int64": kindWhole, "uint32": kindWhole, "uint64": kindWhole, "sint32": kindWhole, "sint64": kindWhole,
	"fixed32": kindWhole, "fixed64": kindWhole, "sfixed32": kindWhole, "sfixed64": kindWhole,
}

// kindOf is the one kind that a field's values have. A value with a logical type
// may be an object of its language, so it has no limits.
func kindOf(f *schema.Field, format schema.Format) kind {
	all := alternatives(f.Type)
	if len(all) == 0 {
		return kindNone
	}
	out := kindNone
	for i, alternative := range all {
		base, _, annotated := strings.Cut(alternative, " (")
		k := kinds[base]
		if k == kindNone {
			return kindNone
		}
		if annotated && format != schema.JSON || i > 0 && k != out {
			k = kindOther
		}
		out = k
	}
	return out
}

// limit says one of a property's logicalTypeOptions in CEL, or why it cannot be
// said.
func limit(f *schema.Field, format schema.Format, key string, v odcs.Value) (term, why string) {
	k := kindOf(f, format)
	switch {
	case key == "pattern" && v.Kind() == odcs.Text:
		if k != kindText {
			return "", "the schema has no text there but a " + f.Type
		}
		return matching(v.Text())
	case (key == "minLength" || key == "maxLength") && v.Kind() == odcs.Number:
		n, err := strconv.ParseUint(v.Text(), 10, 63)
		if err != nil || k != kindText {
			return "", fmt.Sprintf("%s is no length of a %s", v.Text(), f.Type)
		}
		return fmt.Sprintf("size(value) %s %d", map[string]string{"minLength": ">=", "maxLength": "<="}[key], n), ""
	case bounds[key] != "" && v.Kind() == odcs.Number:
		return bound(f, k, number(f, format), bounds[key], v.Text())
	case key == "multipleOf" && v.Kind() == odcs.Number:
		n, err := strconv.ParseInt(v.Text(), 10, 64)
		if err != nil || n <= 0 || k != kindWhole {
			return "", fmt.Sprintf("rules count in whole numbers, not in steps of %s in a %s", v.Text(), f.Type)
		}
		return fmt.Sprintf("int(%s) %% %d == 0", number(f, format), n), ""
	}
	return "", "rules have patterns, lengths of texts, and bounds of numbers"
}

// bounds are the comparisons of ODCS and of CEL.
var bounds = map[string]string{"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}

// number is a field's value to be converted to a number. Clients disagree which
// type the numbers of JSON and unsigned ones have, so that is left open.
func number(f *schema.Field, format schema.Format) string {
	if format == schema.JSON || strings.Contains(f.Type, "uint") || strings.Contains(f.Type, "fixed") {
		return "dyn(value)"
	}
	return "value"
}

// bound compares a number. The conversion makes it one of the literal's type,
// whichever a client has it in.
func bound(f *schema.Field, k kind, value, operator, number string) (term, why string) {
	if k != kindWhole && k != kindFloating {
		return "", "the schema has no plain number there but a " + f.Type
	}
	if n, err := strconv.ParseInt(number, 10, 64); err == nil && k == kindWhole {
		return fmt.Sprintf("int(%s) %s %d", value, operator, n), ""
	}
	if _, err := strconv.ParseFloat(number, 64); err != nil {
		return "", number + " is out of the range of numbers"
	}
	if !strings.ContainsAny(number, ".eE") {
		number += ".0"
	}
	return fmt.Sprintf("double(%s) %s %s", value, operator, number), ""
}

// matching says that a text has a match of a pattern. Java's clients want all of
// it to match and Go's a part: an expression from edge to edge is the same to
// both (contracts reference 3.4).
func matching(pattern string) (term, why string) {
	if _, err := regexp.Compile(pattern); err != nil {
		return "", "not every client can read the pattern: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	}
	if strings.Contains(pattern, `\Q`) {
		return "", `not every client reads \Q alike`
	}
	edges := strings.HasPrefix(pattern, "^") && strings.HasSuffix(pattern, "$") && !strings.HasSuffix(pattern, `\$`)
	if !edges || strings.Contains(pattern, "|") || strings.Contains(pattern, "(?") {
		pattern = "^(?s:.*)(?:" + pattern + ")(?s:.*)$"
	}
	return "value.matches(" + celText(pattern) + ")", ""
}

// maxValues is how many values a rule lists.
const maxValues = 1000

// validValues says in CEL what the check invalidValues of ODCS's library does,
// where it must find none.
func validValues(check odcs.Check, f *schema.Field, k kind) (body, why string) {
	if len(check.Operators) != 1 || check.Operators[0].Name != "mustBe" || check.Operators[0].Value.Text() != "0" {
		return "", "a rule sees one record, so it can say that no value may be invalid and nothing else"
	}
	if k != kindText {
		return "", "the schema has no text there but a " + f.Type
	}
	valid, pattern := check.Arguments.Member("validValues"), check.Arguments.Member("pattern")
	items := valid.Items()
	switch {
	case pattern.Kind() == odcs.Text && items == nil:
		return matching(pattern.Text())
	case len(items) == 0 || len(items) > maxValues || pattern.Kind() != odcs.Null:
		return "", fmt.Sprintf("a rule needs either a pattern or up to %d valid values", maxValues)
	}
	texts := make([]string, len(items))
	for i, item := range items {
		if item.Kind() != odcs.Text {
			return "", "the valid values of a text are texts"
		}
		texts[i] = celText(item.Text())
	}
	return "value in [" + strings.Join(texts, ", ") + "]", ""
}

// celText is a text as a literal of CEL. Clients cut an expression at its first
// semicolon, even in a text, so that is written as its number.
func celText(text string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range text {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == ';' || r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
