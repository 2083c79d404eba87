package api

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestWire plays the transcripts in testdata/wire, each against a registry of
// its own. A transcript is a list of exchanges:
//
//	# what it shows
//	> POST /subjects/a/versions
//	> Content-Type: application/json
//	{"schema":"\"string\""}
//	< 200
//	< Content-Type: application/json
//	{"id":1,...}
//
// Bodies are compared byte for byte, so the order of fields counts; times read
// 0, and "…" stands for any text.
func TestWire(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/wire/*.http")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".http"), func(t *testing.T) {
			t.Parallel()
			exchanges, err := readTranscript(file)
			if err != nil {
				t.Fatal(err)
			}
			s := newServer(t, Options{MaxBody: 2000, Build: "test"})
			for _, x := range exchanges {
				x.play(t, s)
			}
		})
	}
}

type exchange struct {
	line                 int
	method, target, body string
	header               http.Header
	status               int
	answerHeader         http.Header
	answer               string
	inAnswer             bool
}

func (x *exchange) play(t *testing.T, s *server) {
	t.Helper()
	rec := s.send(t, x.method, x.target, x.body, x.header)
	got := timestamp.ReplaceAllString(rec.Body.String(), `"ts":0`)
	if rec.Code != x.status || !matches(x.answer, got) {
		t.Errorf("line %d: %s %s\n got %d %s\nwant %d %s", x.line, x.method, x.target, rec.Code, got, x.status, x.answer)
	}
	for name, values := range x.answerHeader {
		if got := rec.Header().Get(name); got != values[0] {
			t.Errorf("line %d: %s %s: %s is %q, want %q", x.line, x.method, x.target, name, got, values[0])
		}
	}
}

var timestamp = regexp.MustCompile(`"ts":\d+`)

// matches compares with a text in which "…" stands for anything.
func matches(want, got string) bool {
	parts := strings.Split(want, "…")
	if len(parts) == 1 {
		return want == got
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(got, first) || !strings.HasSuffix(got, last) {
		return false
	}
	got = got[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(got, part)
		if !found {
			return false
		}
		got = after
	}
	return len(got) >= len(last)
}

func readTranscript(file string) ([]*exchange, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []*exchange
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if err := readLine(&all, n, lines.Text()); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
	}
	return all, lines.Err()
}

func readLine(all *[]*exchange, n int, line string) error {
	request, isRequest := strings.CutPrefix(line, "> ")
	answer, isAnswer := strings.CutPrefix(line, "< ")
	if isRequest && (len(*all) == 0 || (*all)[len(*all)-1].inAnswer) {
		method, target, ok := strings.Cut(request, " ")
		if !ok {
			return fmt.Errorf("want > METHOD TARGET, have %q", line)
		}
		*all = append(*all, &exchange{
			line: n, method: method, target: target, header: http.Header{}, answerHeader: http.Header{},
		})
		return nil
	}
	if strings.HasPrefix(line, "#") || len(*all) == 0 {
		return nil
	}
	x := (*all)[len(*all)-1]
	switch {
	case isRequest:
		return addHeader(x.header, request)
	case isAnswer && !x.inAnswer:
		x.inAnswer = true
		var err error
		x.status, err = strconv.Atoi(answer)
		return err
	case isAnswer:
		return addHeader(x.answerHeader, answer)
	case x.inAnswer:
		x.answer += line
	default:
		x.body += line
	}
	return nil
}

func addHeader(h http.Header, line string) error {
	name, value, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("want NAME: VALUE, have %q", line)
	}
	h.Add(name, value)
	return nil
}
