package sla

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Dimension is what a quantity measures. Quantities of different dimensions do
// not compare.
type Dimension string

// The dimensions, each with the base that Quantity.Amount counts in.
const (
	Duration       Dimension = "time"         // seconds
	Share          Dimension = "share"        // 0 to 1
	Rate           Dimension = "records/time" // records per second
	ByteRate       Dimension = "bytes/time"   // bytes per second
	Moment         Dimension = "date"         // seconds since 1970, UTC
	TimeOfDay      Dimension = "time of day"  // seconds since midnight UTC
	LocalTimeOfDay Dimension = "local time"   // seconds since midnight, zone unknown
)

// scale is a unit: a dimension and how much of its base it is.
type scale struct {
	dimension Dimension
	amount    *big.Rat
}

// timeUnits are the units of time in seconds, shortest first; messages use the
// first spelling. A year counts 365 days, a month has no length.
var timeUnits = []struct {
	amount    *big.Rat
	spellings []string
}{
	{big.NewRat(1, 1_000_000_000), []string{"ns", "nanosecond", "nanoseconds"}},
	{big.NewRat(1, 1_000_000), []string{"us", "µs", "microsecond", "microseconds"}},
	{big.NewRat(1, 1000), []string{"ms", "msec", "millis", "millisecond", "milliseconds"}},
	{big.NewRat(1, 1), []string{"s", "sec", "secs", "second", "seconds"}},
	{big.NewRat(60, 1), []string{"min", "mins", "minute", "minutes"}},
	{big.NewRat(3600, 1), []string{"h", "hr", "hrs", "hour", "hours"}},
	{big.NewRat(86400, 1), []string{"d", "day", "days"}},
	{big.NewRat(7*86400, 1), []string{"w", "wk", "week", "weeks"}},
	{big.NewRat(365*86400, 1), []string{"y", "yr", "yrs", "year", "years"}},
}

// byteUnits are case-sensitive: "Mb" is a bit to some.
var byteUnits = map[string]int64{
	"byte": 1, "bytes": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
}

// countUnits are what throughput counts.
var countUnits = []string{"", "1", "record", "records", "rec", "message", "messages", "msg", "msgs", "event", "events", "row", "rows"}

// parseUnit reads a unit.
func parseUnit(unit string) (scale, *fault) {
	unit = strings.TrimSpace(unit)
	lower := strings.ToLower(unit)
	switch {
	case lower == "m":
		return scale{}, &fault{codeUnitAmbiguous, `has the unit "m", which is a minute to some and a month to others`, `write "min", or days: "d"`}
	case lower == "b/s" && unit != "B/s":
		return scale{}, &fault{codeUnitAmbiguous, `has the unit "b/s", which counts bits to some and bytes to others`, `write "bytes/s"`}
	}
	if lower == "mo" || lower == "mon" || lower == "month" || lower == "months" {
		return scale{}, &fault{codeUnitAmbiguous, "has months as its unit, and they have 28 to 31 days", "write days: 90 d for three months"}
	}
	if amount := timeUnit(lower); amount != nil {
		return scale{Duration, amount}, nil
	}
	switch lower {
	case "%", "percent", "percentage", "pct":
		return scale{Share, big.NewRat(1, 100)}, nil
	case "ratio", "fraction":
		return scale{Share, big.NewRat(1, 1)}, nil
	case "hz", "rps":
		return scale{Rate, big.NewRat(1, 1)}, nil
	}
	if s, f, known := parseRate(unit); known {
		return s, f
	}
	return scale{}, &fault{codeUnitUnknown, fmt.Sprintf("has the unit %q, which is not known", abridged(unit)), "use ms, s, min, h, d, y, %, 1/s or bytes/s"}
}

// timeUnit is the length of a unit of time in seconds, nil if it is none.
func timeUnit(lower string) *big.Rat {
	for _, u := range timeUnits {
		if slices.Contains(u.spellings, lower) {
			return u.amount
		}
	}
	return nil
}

// parseRate reads "records/s", "1/min", "MB per second"; false if the unit is
// no rate.
func parseRate(unit string) (scale, *fault, bool) {
	what, per, ok := strings.Cut(unit, "/")
	if !ok {
		if what, per, ok = strings.Cut(unit, " per "); !ok {
			return scale{}, nil, false
		}
	}
	what, per = strings.TrimSpace(what), strings.ToLower(strings.TrimSpace(per))
	if per == "m" {
		return scale{}, &fault{codeUnitAmbiguous, `has a unit per "m", which is a minute to some and a month to others`, `write "` + what + `/min"`}, true
	}
	length := timeUnit(per)
	if length == nil {
		return scale{}, nil, false
	}
	if bytes, known := byteUnits[what]; known {
		return scale{ByteRate, new(big.Rat).Quo(big.NewRat(bytes, 1), length)}, nil, true
	}
	if slices.Contains(countUnits, strings.ToLower(what)) {
		return scale{Rate, new(big.Rat).Inv(length)}, nil, true
	}
	return scale{}, nil, false
}
