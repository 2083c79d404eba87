package rules

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// goValue is the sort of a Go value in a record.
type goValue uint8

const (
	goOther goValue = iota
	goNull
	goBool
	goInteger
	goFraction
	goString
	goBytes
	goList
	goMap
)

func goKind(value any) goValue {
	switch v := value.(type) {
	case nil:
		return goNull
	case bool:
		return goBool
	case string:
		return goString
	case []byte:
		return goBytes
	case []any:
		return goList
	case map[string]any:
		return goMap
	case json.Number:
		if strings.ContainsAny(string(v), ".eE") {
			return goFraction
		}
		return goInteger
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return goInteger
	case reflect.Float32, reflect.Float64:
		return goFraction
	case reflect.Array:
		return goBytes
	}
	return goOther
}

// native turns a result of CEL into Go values: int64, uint64, float64, string,
// []byte, bool, nil, time.Time, time.Duration, []any, map[string]any, and
// messages as they are. A value of the record comes back as it was.
func native(v ref.Val) (any, error) {
	switch v := v.(type) {
	case types.Null:
		return nil, nil //nolint:nilnil // null is a value
	case types.Int, types.Uint, types.Double, types.String, types.Bytes, types.Bool, types.Timestamp, types.Duration:
		return v.Value(), nil
	case traits.Mapper:
		if m, ok := v.Value().(map[string]any); ok {
			return m, nil
		}
		return nativeMap(v)
	case traits.Lister:
		if l, ok := v.Value().([]any); ok {
			return l, nil
		}
		return nativeList(v)
	}
	if m, ok := v.Value().(proto.Message); ok {
		return m, nil
	}
	return nil, fmt.Errorf("the rule gave %s, which no record can hold", v.Type().TypeName())
}

func nativeMap(m traits.Mapper) (any, error) {
	out := map[string]any{}
	for it := m.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		name, ok := key.Value().(string)
		if !ok {
			return nil, fmt.Errorf("the rule gave a map with a key of type %s; names of fields are strings", key.Type().TypeName())
		}
		value, err := native(m.Get(key))
		if err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, nil
}

func nativeList(l traits.Lister) (any, error) {
	out := []any{}
	for it := l.Iterator(); it.HasNext() == types.True; {
		value, err := native(it.Next())
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

// newRecord is the record that a transformation gave in place of old.
func newRecord(out ref.Val, old any) (any, error) {
	value, err := native(out)
	if err != nil {
		return nil, err
	}
	message, ok := old.(proto.Message)
	if !ok {
		return value, nil
	}
	switch value := value.(type) {
	case proto.Message:
		if got, want := value.ProtoReflect().Descriptor().FullName(), message.ProtoReflect().Descriptor().FullName(); got != want {
			return nil, fmt.Errorf("the rule gave a message %s in place of %s", got, want)
		}
		return sameDescriptor(value, message)
	case map[string]any:
		return messageOf(value, message)
	}
	return nil, fmt.Errorf("the rule gave %s in place of a message", out.Type().TypeName())
}

// sameDescriptor is a message as one of old's Go type and descriptor: CEL makes
// messages of its own.
func sameDescriptor(m, old proto.Message) (proto.Message, error) {
	if m.ProtoReflect().Descriptor() == old.ProtoReflect().Descriptor() {
		return m, nil
	}
	data, err := proto.MarshalOptions{AllowPartial: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("copy the message that the rule gave: %w", err)
	}
	out := old.ProtoReflect().New().Interface()
	if err := (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(data, out); err != nil {
		return nil, fmt.Errorf("copy the message that the rule gave: %w", err)
	}
	return out, nil
}

// messageOf makes a message of old's type from a map of its fields, by way of
// JSON as Java's client does.
func messageOf(fields map[string]any, old proto.Message) (proto.Message, error) {
	plain, err := jsonValue(fields)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return nil, fmt.Errorf("write the rule's result as JSON: %w", err)
	}
	out := old.ProtoReflect().New().Interface()
	if err := protojson.Unmarshal(text, out); err != nil {
		return nil, fmt.Errorf("the rule's result is no %s: %w", old.ProtoReflect().Descriptor().FullName(), err)
	}
	return out, nil
}

// jsonValue writes a native value as Protobuf's JSON has it.
func jsonValue(value any) (any, error) {
	switch v := value.(type) {
	case proto.Message:
		text, err := protojson.Marshal(v)
		return json.RawMessage(text), err
	case time.Duration:
		return fmt.Sprintf("%.9fs", v.Seconds()), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strings.Replace(strings.Replace(fmt.Sprint(v), "+Inf", "Infinity", 1), "-Inf", "-Infinity", 1), nil
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, field := range v {
			plain, err := jsonValue(field)
			if err != nil {
				return nil, err
			}
			out[name] = plain
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			plain, err := jsonValue(item)
			if err != nil {
				return nil, err
			}
			out[i] = plain
		}
		return out, nil
	}
	return value, nil
}

// coerce makes the result of a field's transformation a value of the field: a
// number of the Go type that stood there, or of the type of its shape where
// there was null. Null is for fields that may be null. A number that does not
// fit is an error, where Java's client cuts it off.
func coerce(out ref.Val, old any, s, field *shape) (any, error) {
	if out == types.NullValue {
		if old == nil || field.kind == union && field.choose(nil) != nil {
			return nil, nil //nolint:nilnil // null is a value
		}
		return nil, errNull
	}
	value, err := native(out)
	if err != nil {
		return nil, err
	}
	wanted := s.goType(old)
	if wanted == nil || reflect.TypeOf(value) == wanted {
		return value, nil
	}
	if converted, ok := convertNumber(reflect.ValueOf(value), wanted); ok {
		return converted, nil
	}
	return nil, fmt.Errorf("the rule gave %v of type %s, which a field of type %s cannot hold", value, out.Type().TypeName(), s.typeName)
}

// goType is the type of a value that may stand in place of old, nil for any.
func (s *shape) goType(old any) reflect.Type {
	_, isJSON := old.(json.Number)
	if isJSON || old == nil {
		switch s.typeName {
		case "STRING":
			return reflect.TypeFor[string]()
		case "BYTES":
			return reflect.TypeFor[[]byte]()
		case "BOOLEAN":
			return reflect.TypeFor[bool]()
		case "INT":
			if isJSON {
				return reflect.TypeFor[int64]() // JSON's integers have no width
			}
			return reflect.TypeFor[int32]()
		case "LONG":
			return reflect.TypeFor[int64]()
		case "FLOAT":
			return reflect.TypeFor[float32]()
		case "DOUBLE":
			return reflect.TypeFor[float64]()
		}
		return nil
	}
	return reflect.TypeOf(old)
}

func convertNumber(v reflect.Value, to reflect.Type) (any, bool) {
	if !isNumber(v.Kind()) || !isNumber(to.Kind()) {
		return nil, false
	}
	if v.CanFloat() {
		if f := v.Float(); to.Kind() != reflect.Float32 && to.Kind() != reflect.Float64 {
			const limit = 1 << 63
			if math.IsNaN(f) || f >= limit || f < -limit {
				return nil, false
			}
			v = reflect.ValueOf(int64(f)) // as Java cuts off the fraction
		}
	}
	converted := v.Convert(to)
	if converted.CanFloat() {
		return converted.Interface(), !math.IsInf(converted.Float(), 0) || v.CanFloat() && math.IsInf(v.Float(), 0)
	}
	negative := v.CanInt() && v.Int() < 0
	back := converted.Convert(v.Type())
	return converted.Interface(), back.Equal(v) && negative == (converted.CanInt() && converted.Int() < 0)
}

func isNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Uint64 || k == reflect.Float32 || k == reflect.Float64
}

// likeProto makes a value one that a field can hold which holds old.
func likeProto(value any, old protoreflect.Value) (protoreflect.Value, error) {
	wanted := reflect.TypeOf(old.Interface())
	if reflect.TypeOf(value) == wanted {
		return protoreflect.ValueOf(value), nil
	}
	if i, ok := value.(int64); ok && wanted.Kind() == reflect.Uint64 {
		return protoreflect.ValueOfUint64(uint64(i)), nil //nolint:gosec // the inverse of signed
	}
	converted, ok := convertNumber(reflect.ValueOf(value), wanted)
	if !ok {
		return protoreflect.Value{}, fmt.Errorf("the rule gave %v, which the field cannot hold", value)
	}
	return protoreflect.ValueOf(converted), nil
}
