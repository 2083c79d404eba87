package openlineage_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage/openlineage"
)

// readAll lists what Read yields, an error in the place of its item.
func readAll(text string, limit int) []string {
	var out []string
	for item, err := range openlineage.Read(strings.NewReader(text), limit) {
		if err != nil {
			out = append(out, fmt.Sprintf("line %d: %v", item.Line, err))
			continue
		}
		out = append(out, strings.Repeat("\n", item.Line)+string(item.Body))
	}
	return out
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"empty", " \n\t\r\n", nil},
		{"one object", "\n{\n\"a\":\"}\\\"\"}\n", []string{"\n\n{\n\"a\":\"}\\\"\"}"}},
		{"a byte order mark", "\ufeff{}", []string{"\n{}"}},
		{"an array", "[{\"a\":[]},\n {}\n]\n", []string{"\n{\"a\":[]}", "\n\n{}"}},
		{"lines", "{}\n\n{\"a\":1}\r\n{}", []string{"\n{}", "\n\n\n{\"a\":1}", "\n\n\n\n{}"}},
		{"objects over lines", "{\n}\n{\n}", []string{"\n{\n}", "\n\n\n{\n}"}},
		{"a line that breaks off", "{}\n{\"a\": \"x\n{}\n", []string{"\n{}", "line 2: the object is not closed at the end of its line", "\n\n\n{}"}},
		{"a line that is no object", "{}\nhello {}\n7\n{}\n", []string{"\n{}", `line 2: begins with 'h': want a JSON object`, `line 3: begins with '7': want a JSON object`, "\n\n\n\n{}"}},
		{"an array in an array", "[[{}]]", []string{`line 1: begins with '[': want a JSON object`, "line 1: the array is not closed"}},
		{"an array that is not closed", "[{},\n", []string{"\n{}", "line 2: the array is not closed"}},
		{"an object that is not closed", "{\"a\":\n{}", []string{"line 1: the object is not closed"}},
		{"too large", "{\"a\":\"0123456789\"}\n{}", []string{"line 1: the event has 18 bytes, more than the 16 allowed", "\n\n{}"}},
		{"large enough", "{\"a\":\"01234567\"}", []string{"\n{\"a\":\"01234567\"}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, readAll(tt.text, 16)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk is gone")
	n := 0
	for item, err := range openlineage.Read(iotest.ErrReader(broken), 100) {
		if n++; !errors.Is(err, broken) || item.Line != 1 || n > 1 {
			t.Errorf("item %d: %v, %v", n, item, err)
		}
	}
}

// FuzzRead ends on any text, and keeps to its bound.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"{}\n{}", "[{},{}]", "{\"a\":\"\\\"", "]]][", "[{}\n{", "{}x\n{}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := 0
		for item, err := range openlineage.Read(strings.NewReader(text), 64) {
			if item.Line < line || len(item.Body) > 64 || err == nil && !strings.Contains(text, string(item.Body)) {
				t.Fatalf("%v after line %d", item, line)
			}
			if fault := new(openlineage.Fault); err != nil && !errors.As(err, &fault) {
				t.Fatalf("%v is no fault", err)
			}
			line = item.Line
		}
	})
}
