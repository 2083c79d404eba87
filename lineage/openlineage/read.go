package openlineage

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Item is the text of one event of a file, not yet parsed.
type Item struct {
	// Line is the line it begins in, from 1.
	Line int
	Body []byte
}

// Read yields the events of a file: one JSON object, an array of them, one on
// each line, or any number one after another. No event has more than limit
// bytes. A *Fault is of the item it comes with, whose Line is set; the events
// after it follow, as far as their beginning can be told. Any other error is
// one of r and ends the sequence.
func Read(r io.Reader, limit int) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		s := splitter{r: bufio.NewReaderSize(r, 64<<10), line: 1, limit: limit}
		if start, err := s.r.Peek(len(byteOrderMark)); err == nil && string(start) == byteOrderMark {
			s.r.Discard(len(byteOrderMark)) //nolint:errcheck // they were seen
		}
		for {
			item, err := s.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(item, err) || s.broken {
				return
			}
		}
	}
}

// byteOrderMark begins many a text file that comes from Windows.
const byteOrderMark = "\ufeff"

// splitter finds the objects of a text and leaves it to others to read them.
type splitter struct {
	r     *bufio.Reader
	line  int // of the byte that comes next
	limit int
	// inArray is set between the brackets of an array of events, byLine after
	// an object that ended on the line it began in: so do the others then.
	inArray, byLine bool
	broken          bool // reading failed
}

// next returns the next object. io.EOF says that there is none.
func (s *splitter) next() (Item, error) {
	for {
		c, err := s.read()
		switch {
		case errors.Is(err, io.EOF) && s.inArray:
			s.inArray = false
			return s.fail(s.line, "the array is not closed")
		case err != nil:
			return Item{Line: s.line}, err
		case c == ' ' || c == '\t' || c == '\r' || c == '\n', c == ',' && s.inArray:
		case c == '{':
			return s.object()
		case c == '[' && !s.inArray:
			s.inArray = true
		case c == ']' && s.inArray:
			s.inArray = false
		default:
			return s.strange(c)
		}
	}
}

// strange refuses what is no object, and goes on after its line.
func (s *splitter) strange(c byte) (Item, error) {
	line := s.line
	for next := c; next != '\n'; {
		var err error
		if next, err = s.read(); err != nil {
			break // and comes again
		}
	}
	return s.fail(line, "begins with %q: want a JSON object", c)
}

func (s *splitter) read() (byte, error) {
	c, err := s.r.ReadByte()
	if c == '\n' {
		s.line++
	}
	s.broken = err != nil && !errors.Is(err, io.EOF)
	return c, err
}

// object reads an object whose brace was read.
func (s *splitter) object() (Item, error) {
	item := Item{Line: s.line, Body: []byte{'{'}}
	size, depth, quoted, escaped := 1, 1, false, false
	for depth > 0 {
		c, err := s.read()
		switch {
		case errors.Is(err, io.EOF):
			return s.fail(item.Line, "the object is not closed")
		case err != nil:
			return Item{Line: item.Line}, err
		case c == '\n' && s.byLine:
			return s.fail(item.Line, "the object is not closed at the end of its line")
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if size++; size <= s.limit {
			item.Body = append(item.Body, c)
		} else {
			item.Body = nil
		}
	}
	if size > s.limit {
		return s.fail(item.Line, "the event has %d bytes, more than the %d allowed", size, s.limit)
	}
	s.byLine = !s.inArray && item.Line == s.line
	return item, nil
}

func (s *splitter) fail(line int, format string, args ...any) (Item, error) {
	return Item{Line: line}, &Fault{Reason: fmt.Sprintf(format, args...)}
}
