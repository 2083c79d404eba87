package jsonschema

import (
	"sort"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

// asStored returns the tree as Confluent's registry stores it: of repeated
// members the last value in the first place, numbers as Jackson prints them.
func asStored(n *jsontree.Node) *jsontree.Node {
	return rewrite(n, func(*jsontree.Node, string) bool { return true })
}

// rewrite copies a tree in stored form, without the members of objects that
// keep refuses.
func rewrite(n *jsontree.Node, keep func(of *jsontree.Node, name string) bool) *jsontree.Node {
	switch n.Kind {
	case jsontree.Number:
		return &jsontree.Node{Kind: jsontree.Number, Text: storedNumber(n.Text)}
	case jsontree.Array:
		c := &jsontree.Node{Kind: jsontree.Array, Items: make([]*jsontree.Node, len(n.Items))}
		for i, item := range n.Items {
			c.Items[i] = rewrite(item, keep)
		}
		return c
	case jsontree.Object:
		members := n.Distinct()
		c := &jsontree.Node{Kind: jsontree.Object, Members: make([]jsontree.Member, 0, len(members))}
		for _, m := range members {
			if keep(n, m.Name) {
				c.Members = append(c.Members, jsontree.Member{Name: m.Name, Value: rewrite(m.Value, keep)})
			}
		}
		return c
	}
	return n
}

// storedNumber spells a number as Jackson does when it reads fractions exactly,
// which is how Confluent's JSON Schema provider sets it up: integers and plain
// decimals stay as written (1.0 stays 1.0, 0.10 stays 0.10), and an exponent
// becomes what Java's BigDecimal prints (1E3 and 1e+3 are 1E+3, 1.5e-2 is
// 0.015). Zero loses its sign. A number past BigDecimal's range stays as
// written.
func storedNumber(text string) string {
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		e, err := strconv.ParseInt(text[i+1:], 10, 32)
		if err != nil {
			return text
		}
		mantissa, exponent = text[:i], int(e)
	}
	unsigned, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, decimal := strings.Cut(unsigned, ".")
	if negative && strings.Trim(whole+fraction, "0") == "" {
		negative = false
	}
	sign := ""
	if negative {
		sign = "-"
	}
	if !decimal && len(mantissa) == len(text) {
		return sign + whole
	}
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		digits = "0"
	}
	return sign + bigDecimal(digits, len(fraction)-exponent)
}

// bigDecimal prints digits * 10^-scale as java.math.BigDecimal.toString does.
func bigDecimal(digits string, scale int) string {
	adjusted := len(digits) - 1 - scale
	switch {
	case scale == 0:
		return digits
	case scale > 0 && adjusted >= -6:
		if len(digits) <= scale {
			digits = strings.Repeat("0", scale-len(digits)+1) + digits
		}
		return digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	out := digits[:1]
	if len(digits) > 1 {
		out += "." + digits[1:]
	}
	if adjusted == 0 {
		return out
	}
	if adjusted > 0 {
		return out + "E+" + strconv.Itoa(adjusted)
	}
	return out + "E" + strconv.Itoa(adjusted)
}

// docKeywords are the keywords that are words about a schema and nothing else.
// A title is a name; examples and defaults are data.
var docKeywords = []string{"$comment", "description"}

func isDocKeyword(name string) bool { return name == "description" || name == "$comment" }

// structureOf prints a document sorted and without its documentation.
func structureOf(d *document) string {
	schemas := make(map[*jsontree.Node]bool, len(d.nodes))
	for _, n := range d.nodes {
		schemas[n.Value] = true
	}
	bare := rewrite(d.root, func(of *jsontree.Node, name string) bool {
		return !isDocKeyword(name) || !schemas[of]
	})
	return string(jsontree.AppendSorted(nil, bare))
}

// documentationOf prints one line for every documentation keyword that says
// something: "/properties/id description: The order's number." Lines are
// sorted, so that the order of members does not matter.
func documentationOf(d *document) string {
	var lines []string
	for _, n := range d.nodes {
		for _, keyword := range docKeywords {
			text, _ := n.Value.Member(keyword).StringValue()
			if text = foldSpace(text); text != "" {
				lines = append(lines, n.Pointer+" "+keyword+": "+text+"\n")
			}
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}

// foldSpace makes every run of white space one space and trims the ends.
func foldSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// fragmentOf writes a JSON pointer as a URI fragment.
func fragmentOf(pointer string) string {
	var b strings.Builder
	for _, c := range []byte(pointer) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("/-._~", c) >= 0:
			b.WriteByte(c)
		default:
			const hex = "0123456789ABCDEF"
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
