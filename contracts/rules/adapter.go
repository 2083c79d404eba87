package rules

import (
	"encoding/json"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// adapter turns the Go values of a record into CEL's: what encoding/json and
// Avro codecs decode to, and Protobuf messages.
type adapter struct{ registry *types.Registry }

var _ types.Adapter = adapter{}

// NativeToValue converts one value; those inside lists and maps are converted
// when they are used. A json.Number is an integer if it is written as one, as
// Java's parser has it.
func (a adapter) NativeToValue(value any) ref.Val {
	switch v := value.(type) {
	case ref.Val:
		return v
	case json.Number:
		return number(v)
	case map[string]any:
		return types.NewStringInterfaceMap(a, v)
	case []any:
		return types.NewDynamicList(a, v)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8 {
		bytes := make([]byte, v.Len()) // an Avro fixed
		reflect.Copy(reflect.ValueOf(bytes), v)
		return types.Bytes(bytes)
	}
	return a.registry.NativeToValue(value)
}

func number(n json.Number) ref.Val {
	if i, err := n.Int64(); err == nil {
		return types.Int(i)
	}
	f, err := n.Float64()
	if err != nil {
		return types.NewErr("%q is no number that CEL can hold", string(n))
	}
	return types.Double(f)
}
