package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/accordhq/accord/cmd/accord/report"
)

// table prints rows in columns, each as wide as its widest cell. The last
// column is not padded.
type table struct {
	header []string
	rows   [][]string
	// bold sets the header off, on a terminal that can.
	bold bool
}

func (t *table) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = printable(cell, false)
	}
	t.rows = append(t.rows, cells)
}

func (t *table) print(w io.Writer) {
	widths := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	header := line(t.header, widths)
	if t.bold {
		header = bold(header)
	}
	fmt.Fprintln(w, header)
	for _, row := range t.rows {
		fmt.Fprintln(w, line(row, widths))
	}
}

func line(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		b.WriteString(cell)
		if i < len(cells)-1 {
			b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// facts prints names and values under one another; facts with an empty value
// are left out.
type facts struct {
	pairs [][2]string
}

func (f *facts) add(name, value string) {
	if value != "" {
		f.pairs = append(f.pairs, [2]string{name, printable(value, false)})
	}
}

func (f *facts) print(w io.Writer) {
	width := 0
	for _, p := range f.pairs {
		width = max(width, utf8.RuneCountInString(p[0]))
	}
	for _, p := range f.pairs {
		fmt.Fprintf(w, "%-*s  %s\n", width, p[0], p[1])
	}
}

func bold(s string) string { return "\x1b[1m" + s + "\x1b[0m" }

// printable is report.Printable, which everything others wrote passes through
// on its way to a terminal.
func printable(s string, lines bool) string { return report.Printable(s, lines) }
