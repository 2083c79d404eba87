package avro

import (
	"math"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

// appendJSON prints a value as Java would after reading it: numbers take
// Java's spelling, duplicate members are gone. sorted orders members by name.
func appendJSON(dst []byte, n *jsontree.Node, sorted bool) []byte {
	switch n.Kind {
	case jsontree.Number:
		return appendNumber(dst, n.Text)
	case jsontree.Array:
		dst = append(dst, '[')
		for i, item := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, item, sorted)
		}
		return append(dst, ']')
	case jsontree.Object:
		members := n.Distinct()
		if sorted {
			members = n.Sorted()
		}
		dst = append(dst, '{')
		for i, m := range members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(jsontree.AppendString(dst, m.Name), ':')
			dst = appendJSON(dst, m.Value, sorted)
		}
		return append(dst, '}')
	}
	return jsontree.Append(dst, n)
}

// appendNumber prints an integer as it is and anything else as Java prints the
// double it reads.
func appendNumber(dst []byte, text string) []byte {
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			text = "0"
		}
		return append(dst, text...)
	}
	return appendDouble(dst, text, 64)
}

// appendDouble prints a number as a double (64 bits) or a float (32).
func appendDouble(dst []byte, text string, bits int) []byte {
	v, _ := strconv.ParseFloat(text, 64) // out of range is ±Inf, what Java reads
	if bits == 32 {
		v = float64(float32(v))
	}
	switch {
	case math.IsInf(v, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(v, -1):
		return append(dst, `"-Infinity"`...)
	}
	return append(dst, javaDouble(v, bits)...)
}

// javaDouble spells a finite number as Java's Double.toString does: plainly
// from a thousandth to ten million, else in scientific notation, always with a
// digit behind the point.
func javaDouble(v float64, bits int) string {
	if abs := math.Abs(v); v == 0 || abs >= 1e-3 && abs < 1e7 {
		s := strconv.FormatFloat(v, 'f', -1, bits)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, bits), "e")
	if !strings.Contains(mantissa, ".") { // Java writes two digits, the closest two
		mantissa, exponent, _ = strings.Cut(strconv.FormatFloat(v, 'e', 1, bits), "e")
	}
	sign := ""
	if exponent[0] == '-' {
		sign = "-"
	}
	return mantissa + "E" + sign + strings.TrimLeft(exponent, "+-0")
}
