package odcs

import (
	"strconv"
	"strings"
)

// The numbers of a document are kept as they are written and judged by their
// digits: 1e999999999 must cost no more than 1.

// decimal is a number as its significant digits times a power of ten.
type decimal struct {
	negative bool
	digits   string // without zeros at either end; "" is 0
	exponent int
}

// readDecimal reads a number in JSON's spelling. Exponents are cut off at a
// million, where the order of numbers has long stopped to matter.
func readDecimal(text string) decimal {
	var d decimal
	text, d.negative = strings.CutPrefix(text, "-")
	mantissa, exponent := text, ""
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa, exponent = text[:i], text[i+1:]
	}
	const most = 1_000_000
	e, err := strconv.Atoi(exponent)
	if exponent != "" && err != nil {
		e = most
		if strings.HasPrefix(exponent, "-") {
			e = -most
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	d.digits = strings.TrimLeft(whole+fraction, "0")
	d.exponent = min(max(e, -most), most) - len(fraction)
	trimmed := strings.TrimRight(d.digits, "0")
	d.exponent += len(d.digits) - len(trimmed)
	d.digits = trimmed
	if d.digits == "" {
		return decimal{}
	}
	return d
}

func isInteger(text string) bool      { return readDecimal(text).exponent >= 0 }
func isNegative(text string) bool     { return readDecimal(text).negative }
func isZero(text string) bool         { return readDecimal(text).digits == "" }
func sameNumber(one, two string) bool { return readDecimal(one) == readDecimal(two) }
