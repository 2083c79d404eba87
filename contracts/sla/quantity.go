package sla

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/accordhq/accord/schema/finding"
)

// Quantity is a value in its normal form: 300 s and 5 min are the same
// Quantity. Arithmetic is exact.
type Quantity struct {
	Dimension Dimension
	// Amount counts in the dimension's base.
	Amount *big.Rat
}

// fault is what is wrong with a value or unit: a rule, a clause and a remedy.
type fault struct {
	code          finding.Code
	message, hint string
}

// Limits of what is read: digits of a number, and years of a time.
const (
	maxDigits = 40
	maxYears  = 1000
	maxShown  = 60
)

var (
	number      = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$`)
	withUnit    = regexp.MustCompile(`^([+-]?[0-9]+(?:\.[0-9]+)?)\s*(\S.*)$`)
	isoDuration = regexp.MustCompile(`^P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$`)
	timeOfDay   = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\s?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$`)
)

// parseNumber reads decimal digits; false for anything else.
func parseNumber(text string) (*big.Rat, bool) {
	if len(text) > maxDigits || !number.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// parseQuantity reads a value with its unit as a quantity of a kind.
func parseQuantity(v vocabulary, value Value, unit string) (Quantity, *fault) {
	text := strings.TrimSpace(value.Text)
	switch {
	case value.Type == Absent || value.Type == String && text == "":
		return Quantity{}, &fault{codeValueMissing, "has no value", "write " + v.example}
	case value.Type == Bool || value.Type == Other:
		return Quantity{}, v.unreadable(text)
	}
	var q Quantity
	var f *fault
	switch v.dimensions[0] {
	case Moment:
		q, f = parseMoment(v, text)
	case TimeOfDay:
		q, f = parseTimeOfDay(v, text)
	default:
		q, f = parseMeasure(v, text, value.Type == String, unit)
	}
	if f != nil {
		return Quantity{}, f
	}
	return q, v.check(q, text)
}

func (v vocabulary) unreadable(text string) *fault {
	return &fault{codeValueInvalid, fmt.Sprintf("cannot be read from %q", abridged(text)), "write " + v.example}
}

// check refuses what no measurement can keep or break.
func (v vocabulary) check(q Quantity, text string) *fault {
	switch q.Dimension {
	case Share:
		if q.Amount.Sign() < 0 || q.Amount.Cmp(big.NewRat(1, 1)) > 0 {
			return &fault{codeValueInvalid, fmt.Sprintf("is %s, which is not between 0 and 100 %%", abridged(text)), "write " + v.example}
		}
	case Duration, Rate, ByteRate:
		if q.Amount.Sign() <= 0 {
			return &fault{codeValueInvalid, fmt.Sprintf("is %s, which no stream can keep", abridged(text)), "write a value above zero: " + v.example}
		}
		if q.Dimension == Duration && q.Amount.Cmp(big.NewRat(maxYears*365*86400, 1)) > 0 {
			return &fault{codeValueInvalid, fmt.Sprintf("is longer than %d years", maxYears), "check the unit: " + v.example}
		}
	}
	return nil
}

// parseMeasure reads a number with a unit beside it or, in a string, behind it.
func parseMeasure(v vocabulary, text string, quoted bool, unit string) (Quantity, *fault) {
	if amount, ok := parseISO(text); ok && unit == "" && v.dimensions[0] == Duration {
		return Quantity{Duration, amount}, nil
	}
	digits, behind := text, ""
	if quoted && !number.MatchString(text) {
		if m := withUnit.FindStringSubmatch(text); m != nil {
			digits, behind = m[1], m[2]
		}
	}
	amount, ok := parseNumber(digits)
	if !ok {
		return Quantity{}, v.unreadable(text)
	}
	unit = strings.TrimSpace(unit)
	switch {
	case unit != "" && behind != "":
		both, f := parseUnit(behind)
		if beside, g := parseUnit(unit); f != nil || g != nil || both.dimension != beside.dimension || both.amount.Cmp(beside.amount) != 0 {
			return Quantity{}, &fault{codeUnitMismatch, fmt.Sprintf("has the unit %q in its value and %q beside it", abridged(behind), abridged(unit)), "keep one of them"}
		}
	case unit == "" && behind == "":
		return v.bare(amount, digits)
	case unit == "":
		unit = behind
	}
	s, f := parseUnit(unit)
	if f != nil {
		return Quantity{}, f
	}
	for _, d := range v.dimensions {
		if d == s.dimension {
			return Quantity{d, new(big.Rat).Mul(amount, s.amount)}, nil
		}
	}
	return Quantity{}, &fault{codeUnitMismatch, fmt.Sprintf("cannot be measured in %q", abridged(unit)), "write " + v.example}
}

// bare reads a number without a unit: only a share above 1 can be told, it is
// in percent.
func (v vocabulary) bare(amount *big.Rat, digits string) (Quantity, *fault) {
	one := big.NewRat(1, 1)
	switch {
	case v.dimensions[0] != Share:
		return Quantity{}, &fault{codeUnitMissing, fmt.Sprintf("is %s without a unit", digits), "write " + v.example}
	case amount.Sign() > 0 && amount.Cmp(one) <= 0:
		percent := new(big.Rat).Mul(amount, big.NewRat(100, 1))
		return Quantity{}, &fault{
			codeUnitMissing, fmt.Sprintf("is %s, which may be %s %% or %s %%", digits, digits, decimal(percent)),
			fmt.Sprintf("write value: %s, unit: '%%' or value: %s, unit: '%%'", digits, decimal(percent)),
		}
	}
	return Quantity{Share, new(big.Rat).Mul(amount, big.NewRat(1, 100))}, nil
}

// parseISO reads an ISO 8601 duration such as PT5M or P7D. Months have no
// length, so a duration with months is none.
func parseISO(text string) (*big.Rat, bool) {
	m := isoDuration.FindStringSubmatch(text)
	if m == nil || m[2] != "" || strings.HasSuffix(text, "P") || strings.HasSuffix(text, "T") {
		return nil, false
	}
	sum := new(big.Rat)
	for i, length := range map[int]int64{1: 365 * 86400, 3: 7 * 86400, 4: 86400, 5: 3600, 6: 60, 7: 1} {
		if m[i] == "" {
			continue
		}
		n, ok := parseNumber(m[i])
		if !ok {
			return nil, false
		}
		sum.Add(sum, n.Mul(n, big.NewRat(length, 1)))
	}
	return sum, true
}

// parseMoment reads a date, which begins at midnight UTC, or a time with a
// zone.
func parseMoment(v vocabulary, text string) (Quantity, *fault) {
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano} {
		if t, err := time.Parse(layout, text); err == nil {
			return Quantity{Moment, big.NewRat(t.Unix(), 1)}, nil
		}
	}
	return Quantity{}, &fault{codeValueInvalid, fmt.Sprintf("is no date: %q", abridged(text)), "write a date, or a time with its zone: " + v.example}
}

// parseTimeOfDay reads "09:00", "09:00-08:00", "17:30:00Z".
func parseTimeOfDay(v vocabulary, text string) (Quantity, *fault) {
	m := timeOfDay.FindStringSubmatch(text)
	if m == nil {
		return Quantity{}, &fault{codeValueInvalid, fmt.Sprintf("is no time of day: %q", abridged(text)), "write " + v.example}
	}
	at := clock(m[1], m[2], m[3])
	switch zone := m[4]; zone {
	case "":
		return Quantity{LocalTimeOfDay, big.NewRat(at, 1)}, nil
	case "Z":
		return Quantity{TimeOfDay, big.NewRat(at, 1)}, nil
	default:
		offset := clock(zone[1:3], zone[len(zone)-2:], "")
		if zone[0] == '+' {
			offset = -offset
		}
		return Quantity{TimeOfDay, big.NewRat(at+offset, 1)}, nil
	}
}

// clock adds up hours, minutes and seconds that a pattern has checked.
func clock(parts ...string) int64 {
	var sum int64
	for _, part := range parts {
		n, _ := strconv.ParseInt("0"+part, 10, 64) // two digits at most
		sum = sum*60 + n
	}
	return sum
}

// Compare orders two quantities of one dimension; false if they do not compare.
func (q Quantity) Compare(other Quantity) (int, bool) {
	if q.Dimension != other.Dimension || q.Amount == nil || other.Amount == nil {
		return 0, false
	}
	return q.Amount.Cmp(other.Amount), true
}

// String writes the quantity for people, in the largest unit that divides it:
// "5 min", "99.5 %", "200 records/s", "2031-12-31".
func (q Quantity) String() string {
	switch {
	case q.Amount == nil:
		return "nothing"
	case q.Dimension == Duration:
		return q.duration()
	case q.Dimension == Share:
		return decimal(new(big.Rat).Mul(q.Amount, big.NewRat(100, 1))) + " %"
	case q.Dimension == Rate:
		return decimal(q.Amount) + " records/s"
	case q.Dimension == ByteRate:
		return decimal(q.Amount) + " bytes/s"
	case q.Dimension == Moment:
		t := time.Unix(q.Amount.Num().Int64(), 0).UTC()
		return strings.TrimSuffix(t.Format(time.RFC3339), "T00:00:00Z")
	}
	at := q.Amount.Num().Int64()
	text := fmt.Sprintf("%02d:%02d", floorMod(at, 86400)/3600, floorMod(at, 3600)/60)
	if q.Dimension == TimeOfDay {
		text += " UTC"
	}
	return text
}

func floorMod(n, of int64) int64 { return (n%of + of) % of }

func (q Quantity) duration() string {
	for i := len(timeUnits) - 1; i >= 0; i-- {
		u := timeUnits[i]
		if n := new(big.Rat).Quo(q.Amount, u.amount); n.IsInt() && u.spellings[0] != "w" {
			return n.Num().String() + " " + u.spellings[0]
		}
	}
	return decimal(q.Amount) + " s"
}

// decimal writes a number with the digits it needs, nine at most.
func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(strings.TrimRight(r.FloatString(9), "0"), ".")
}

// abridged bounds what a message quotes.
func abridged(text string) string {
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return text
}
