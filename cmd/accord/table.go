package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/accordhq/accord/cmd/accord/report"
)

// table prints rows in columns, each as wide as its widest cell. The last
// column is not padded.
type table struct {
	header []string
	rows   [][]string
	// bold sets the header off, on a terminal that can; so do faint rows stand
	// back there.
	bold  bool
	faint map[int]bool
	// sparse leaves out columns that are empty in every row, but for the first.
	sparse bool
	// width bounds the lines, 0 for nothing: cells are cut for it, those of the
	// widest column first.
	width int
}

// sparseTable is a table without empty columns that fits the terminal it is
// printed on.
func (a *app) sparseTable(header ...string) *table {
	return &table{header: header, bold: a.colours(a.stdout), sparse: true, width: a.width(a.stdout)}
}

func (t *table) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = printable(cell, false)
	}
	t.rows = append(t.rows, cells)
}

// addFaint adds a row that counts for less than the others.
func (t *table) addFaint(cells ...string) {
	if t.faint == nil {
		t.faint = map[int]bool{}
	}
	t.faint[len(t.rows)] = true
	t.add(cells...)
}

func (t *table) print(w io.Writer) {
	if t.sparse {
		t.dropEmpty()
	}
	widths := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	if t.width > 0 {
		fit(widths, t.width)
	}
	header := line(t.header, widths)
	if t.bold {
		header = bold(header)
	}
	fmt.Fprintln(w, header)
	for i, row := range t.rows {
		text := line(row, widths)
		if t.bold && t.faint[i] {
			text = faint(text)
		}
		fmt.Fprintln(w, text)
	}
}

// dropEmpty takes out columns in which no row says anything.
func (t *table) dropEmpty() {
	said := func(i int) bool {
		return i == 0 || slices.ContainsFunc(t.rows, func(row []string) bool { return row[i] != "" })
	}
	for i := len(t.header) - 1; i >= 0; i-- {
		if said(i) {
			continue
		}
		t.header = slices.Delete(slices.Clone(t.header), i, i+1)
		for r, row := range t.rows {
			t.rows[r] = slices.Delete(row, i, i+1)
		}
	}
}

// narrowest is how far a column is narrowed.
const narrowest = 8

// fit narrows the widest columns until a line has no more than so many
// characters, or nothing more can be done.
func fit(widths []int, most int) {
	total := 2 * (len(widths) - 1)
	for _, width := range widths {
		total += width
	}
	for ; total > most; total-- {
		widest := 0
		for i, width := range widths {
			if width > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= narrowest {
			return
		}
		widths[widest]--
	}
}

// shortenedTo cuts the middle out of a text that has more characters than it may:
// names of one kind begin alike and end differently.
func shortenedTo(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	head := most / 2
	return string(runes[:head]) + "…" + string(runes[len(runes)-(most-head-1):])
}

func line(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		cell = shortenedTo(cell, widths[i])
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

func faint(s string) string { return "\x1b[2m" + s + "\x1b[0m" }

// printable is report.Printable, which everything others wrote passes through
// on its way to a terminal.
func printable(s string, lines bool) string { return report.Printable(s, lines) }
