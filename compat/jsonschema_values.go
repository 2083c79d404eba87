package compat

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

// decimal is a JSON number, exact: digits times ten to the exponent, digits
// without zeros at either end. Zero has no digits. Numbers are never written
// out, so that 1e999999999 costs no more than 1.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

// parseDecimal reads a number as JSON writes it.
func parseDecimal(text string) decimal {
	var d decimal
	text, d.negative = strings.CutPrefix(text, "-")
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		e, err := strconv.ParseInt(text[i+1:], 10, 64)
		if err != nil || e > math.MaxInt32 || e < math.MinInt32 {
			e = math.MaxInt32
			if strings.HasPrefix(text[i+1:], "-") {
				e = math.MinInt32
			}
		}
		text, d.exponent = text[:i], e
	}
	whole, fraction, _ := strings.Cut(text, ".")
	all := strings.TrimLeft(whole+fraction, "0")
	d.digits = strings.TrimRight(all, "0")
	d.exponent += int64(len(all) - len(d.digits) - len(fraction))
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// compare is negative, zero or positive as d is less than, equal to or greater
// than o.
func (d decimal) compare(o decimal) int {
	if s := cmp.Compare(d.sign(), o.sign()); s != 0 || d.digits == "" {
		return s
	}
	c := cmp.Compare(d.exponent+int64(len(d.digits)), o.exponent+int64(len(o.digits)))
	if c == 0 {
		c = strings.Compare(d.digits, o.digits)
	}
	return c * d.sign()
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// maxDivided bounds the digits of numbers that are divided.
const maxDivided = 1000

// multipleOf reports whether d is a whole multiple of o. Zero, which no
// multipleOf may be, is none, and so are numbers too long to tell.
func (d decimal) multipleOf(o decimal) bool {
	shift := d.exponent - o.exponent
	if d.digits == "" || o.digits == "" || max(len(d.digits), len(o.digits)) > maxDivided || shift > maxDivided || shift < -maxDivided {
		return false
	}
	dividend, divisor := d.digits, o.digits
	if shift >= 0 {
		dividend += strings.Repeat("0", int(shift))
	} else {
		divisor += strings.Repeat("0", int(-shift))
	}
	a, okA := new(big.Int).SetString(dividend, 10)
	b, okB := new(big.Int).SetString(divisor, 10)
	return okA && okB && a.Rem(a, b).Sign() == 0
}

// sameValue compares two JSON values: members in any order, numbers by value.
// Absent values are equal.
func sameValue(a, b *jsontree.Node) bool {
	switch {
	case a == nil || b == nil:
		return a == b
	case a.Kind != b.Kind:
		return false
	case a.Kind == jsontree.String || a.Text == b.Text && a.Kind == jsontree.Number:
		return a.Text == b.Text
	}
	return string(appendValue(nil, a)) == string(appendValue(nil, b))
}

// valueSet is the set of an array's items.
func valueSet(array *jsontree.Node) map[string]struct{} {
	set := make(map[string]struct{}, len(array.Items))
	for _, item := range array.Items {
		set[string(appendValue(nil, item))] = struct{}{}
	}
	return set
}

// appendValue prints a value so that equal values print alike.
func appendValue(dst []byte, v *jsontree.Node) []byte {
	switch v.Kind {
	case jsontree.Number:
		d := parseDecimal(v.Text)
		if d.negative {
			dst = append(dst, '-')
		}
		return strconv.AppendInt(append(append(dst, d.digits...), 'e'), d.exponent, 10)
	case jsontree.Array:
		dst = append(dst, '[')
		for _, item := range v.Items {
			dst = append(appendValue(dst, item), ',')
		}
		return append(dst, ']')
	case jsontree.Object:
		dst = append(dst, '{')
		for _, m := range v.Sorted() {
			dst = append(jsontree.AppendString(dst, m.Name), ':')
			dst = append(appendValue(dst, m.Value), ',')
		}
		return append(dst, '}')
	}
	return jsontree.Append(dst, v)
}
