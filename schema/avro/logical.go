package avro

import (
	"fmt"
	"math"
	"strconv"

	"github.com/accordhq/accord/schema/jsontree"
)

// readLogicalType sets LogicalType, Precision and Scale from the properties if
// they make a valid logical type.
func (t *Type) readLogicalType() {
	name, ok := t.Prop("logicalType").StringValue()
	if !ok || !t.carries(name) {
		return
	}
	if name == "decimal" {
		precision, okPrecision := smallInt(t.Prop("precision"))
		scale, okScale := smallInt(t.Prop("scale"))
		if t.Prop("scale") == nil {
			scale, okScale = 0, true
		}
		if !okPrecision || !okScale || precision <= 0 || scale < 0 || scale > precision || !t.holdsDigits(precision) {
			return
		}
		t.Precision, t.Scale = precision, scale
	}
	t.LogicalType = name
}

// carries reports whether the logical type may annotate the type.
func (t *Type) carries(logical string) bool {
	switch logical {
	case "decimal":
		return t.Kind == Bytes || t.Kind == Fixed
	case "big-decimal":
		return t.Kind == Bytes
	case "uuid":
		return t.Kind == String || t.Kind == Fixed && t.Size == 16
	case "date", "time-millis":
		return t.Kind == Int
	case "time-micros", "timestamp-millis", "timestamp-micros", "timestamp-nanos",
		"local-timestamp-millis", "local-timestamp-micros", "local-timestamp-nanos":
		return t.Kind == Long
	case "duration":
		return t.Kind == Fixed && t.Size == 12
	}
	return false
}

// holdsDigits reports whether a decimal of the precision fits: a fixed holds
// only so many digits.
func (t *Type) holdsDigits(precision int) bool {
	return t.Kind == Bytes || float64(precision) <= math.Floor(math.Log10(2)*float64(8*t.Size-1))
}

func smallInt(n *jsontree.Node) (int, bool) {
	if !n.IsInteger() {
		return 0, false
	}
	v, err := strconv.ParseInt(n.Text, 10, 32)
	return int(v), err == nil
}

func (t *Type) logicalBrief() string {
	if t.LogicalType == "decimal" {
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	}
	return t.LogicalType
}
