package rules

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// timestampFunctions make timestamps of what the logical types of a record are
// decoded to: timestamp.of(value), timestamp.of(number, unit), and their newer
// form timestamp(number, precision), whose precision is the number of decimal
// places of a second: 0, 3, 6 or 9.
func timestampFunctions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function("timestamp.of",
			cel.Overload("confluent_timestamp_of_dyn", []*cel.Type{cel.DynType}, cel.TimestampType, cel.UnaryBinding(timestampOf)),
			cel.Overload("confluent_timestamp_of_int_string", []*cel.Type{cel.IntType, cel.StringType}, cel.TimestampType, cel.BinaryBinding(timestampOfUnit))),
		cel.Function("timestamp",
			cel.Overload("confluent_timestamp_int_int", []*cel.Type{cel.IntType, cel.IntType}, cel.TimestampType, cel.BinaryBinding(timestampOfPrecision))),
	}
}

// timestampOf takes a timestamp or its text. A number has no unit, so it is
// refused.
func timestampOf(v ref.Val) ref.Val {
	switch v := v.(type) {
	case types.Timestamp:
		return v
	case types.String:
		return v.ConvertToType(types.TimestampType)
	}
	return types.NewErr("timestamp.of cannot take %s alone; say the unit of a number, as in timestamp.of(value, 'millis')", v.Type().TypeName())
}

func timestampOfUnit(number, unit ref.Val) ref.Val {
	precision, ok := map[ref.Val]types.Int{types.String("seconds"): 0, types.String("millis"): 3, types.String("micros"): 6, types.String("nanos"): 9}[unit]
	if !ok {
		return types.NewErr("timestamp.of does not know the unit %v; it is seconds, millis, micros or nanos", unit.Value())
	}
	return timestampOfPrecision(number, precision)
}

func timestampOfPrecision(number, precision ref.Val) ref.Val {
	n, ok := number.(types.Int)
	if !ok {
		return types.MaybeNoSuchOverloadErr(number)
	}
	perSecond, ok := map[ref.Val]int64{types.Int(0): 1, types.Int(3): 1e3, types.Int(6): 1e6, types.Int(9): 1e9}[precision]
	if !ok {
		return types.NewErr("the precision of a timestamp is 0, 3, 6 or 9, not %v", precision.Value())
	}
	seconds, rest := int64(n)/perSecond, int64(n)%perSecond
	at := time.Unix(seconds, rest*(int64(time.Second)/perSecond)).UTC()
	// The range of CEL's timestamps: the years 1 to 9999.
	if year := at.Year(); year < 1 || year > 9999 {
		return types.NewErr("the timestamp is out of range: %d seconds since 1970", seconds)
	}
	return types.Timestamp{Time: at}
}
