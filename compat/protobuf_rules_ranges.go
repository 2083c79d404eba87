package compat

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// protoRange is a range of numbers, both ends in it.
type protoRange struct{ first, last int64 }

// String prints the range as a schema has it: "4", "4 to 8", "100 to max".
func (r protoRange) String() string {
	switch {
	case r.first == r.last:
		return strconv.FormatInt(r.first, 10)
	case r.last == int64(protowire.MaxValidNumber) || r.last == math.MaxInt32:
		return strconv.FormatInt(r.first, 10) + " to max"
	}
	return strconv.FormatInt(r.first, 10) + " to " + strconv.FormatInt(r.last, 10)
}

// protoRanges are ranges in order, none touching another.
type protoRanges []protoRange

// rangesOf reads the ranges of fields, whose last number is excluded.
func rangesOf(list protoreflect.FieldRanges) protoRanges {
	var out protoRanges
	for r := range protoList(list) {
		out = append(out, protoRange{int64(r[0]), int64(r[1]) - 1})
	}
	return out.merged()
}

// merged puts ranges in order and joins those that touch.
func (rs protoRanges) merged() protoRanges {
	slices.SortFunc(rs, func(a, b protoRange) int { return cmp.Compare(a.first, b.first) })
	var out protoRanges
	for _, r := range rs {
		if n := len(out); n > 0 && r.first <= out[n-1].last+1 {
			out[n-1].last = max(out[n-1].last, r.last)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// from is the index of the first range that ends at a number or after it.
func (rs protoRanges) from(number int64) int {
	i, _ := slices.BinarySearchFunc(rs, number, func(r protoRange, n int64) int { return cmp.Compare(r.last, n) })
	return i
}

func (rs protoRanges) has(number int64) bool {
	i := rs.from(number)
	return i < len(rs) && rs[i].first <= number
}

// without are the parts of the ranges that others do not cover.
func (rs protoRanges) without(others protoRanges) protoRanges {
	var out protoRanges
	for _, r := range rs {
		for _, o := range others[others.from(r.first):] {
			if o.first > r.last {
				break
			}
			if o.first > r.first {
				out = append(out, protoRange{r.first, o.first - 1})
			}
			r.first = o.last + 1
		}
		if r.first <= r.last {
			out = append(out, r)
		}
	}
	return out
}
