package openlineage

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzValue reads JSON as encoding/json does.
func FuzzValue(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,"x\\",{"b":null}],"":true,"a":{}}`, `[]`, `{}`, `"\"[{"`, `-1.5e3`, `[[],{},"]",[1]]`, `{"k":"}","ü\u0000\ud83d\ude00\ud800":[false]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want any
		out := bytes.Buffer{}
		if json.Unmarshal(text, &want) != nil || json.Compact(&out, text) != nil || strings.ToValidUTF8(string(text), "") != string(text) {
			return
		}
		if diff := cmp.Diff(want, decode(t, value(out.Bytes()))); diff != "" {
			t.Error(diff)
		}
	})
}

// decode builds what encoding/json would.
func decode(t *testing.T, v value) any {
	t.Helper()
	switch {
	case v.isObject():
		out := map[string]any{}
		for name, member := range v.members() {
			out[name] = decode(t, member)
		}
		return out
	case v.isArray():
		out := []any{}
		for i, element := range v.elements() {
			if i != len(out) {
				t.Errorf("element %d has index %d", len(out), i)
			}
			out = append(out, decode(t, element))
		}
		return out
	}
	if s, ok := v.text(); ok {
		return s
	}
	var out any
	if err := json.Unmarshal(v, &out); err != nil {
		t.Errorf("%q: %v", v, err)
	}
	return out
}
