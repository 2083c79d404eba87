package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// maxMarkdown bounds a comment, in bytes: GitHub takes 65,536 characters.
const maxMarkdown = 60_000

// Markdown returns the printer of a comment on a pull request: the verdict, a
// table of the streams concerned, and the findings folded below. Those at or
// above floor are what the verdict rests on.
func Markdown(about About, floor finding.Severity) Printer {
	return func(w io.Writer, findings []finding.Finding) error {
		m := markdown{floor: floor, streams: bySubject(findings)}
		m.verdict(about, findings)
		m.table()
		m.details()
		_, err := io.WriteString(w, m.String())
		return err
	}
}

// stream is what there is to say of one subject, or of a file without one.
type stream struct {
	name     string
	findings []finding.Finding
	summary  Summary
}

func bySubject(findings []finding.Finding) []*stream {
	var out []*stream
	index := map[string]*stream{}
	for _, f := range findings {
		name := cmp.Or(f.Subject, f.File, "the change as a whole")
		s := index[name]
		if s == nil {
			s = &stream{name: name}
			index[name] = s
			out = append(out, s)
		}
		s.findings = append(s.findings, f)
	}
	for _, s := range out {
		s.summary = Summarize(s.findings)
	}
	return out
}

type markdown struct {
	strings.Builder
	floor   finding.Severity
	streams []*stream
}

func (m *markdown) verdict(about About, findings []finding.Finding) {
	failing := 0
	for _, s := range m.streams {
		if Reaches(s.findings, m.floor) {
			failing++
		}
	}
	switch {
	case failing > 0:
		fmt.Fprintf(m, "### ❌ This change may not be merged: %s %s\n\n", Count(failing, "stream", "streams"), plural(failing, "does not pass", "do not pass"))
	case Reaches(findings, finding.Warning):
		m.WriteString("### ⚠️ This change passes, with warnings\n\n")
	default:
		m.WriteString("### ✅ This change keeps every promise\n\n")
	}
	fmt.Fprintf(m, "%s: %s.\n", escapeMarkdown(about.String()), Summarize(findings))
}

func (m *markdown) table() {
	if len(m.streams) == 0 {
		return
	}
	m.WriteString("\n| | Stream | Findings | First of all |\n|---|---|---|---|\n")
	for _, s := range m.streams {
		worst := s.findings[0]
		for _, f := range s.findings {
			if mark(f) < mark(worst) {
				worst = f
			}
		}
		fmt.Fprintf(m, "| %s | %s | %s | %s |\n", marks[mark(worst)], code(s.name), s.summary, escapeMarkdown(sentence(worst.Message)))
	}
}

// details fold the findings of each stream. Those that would make the comment
// too long are left out, and counted.
func (m *markdown) details() {
	left := 0
	for _, s := range m.streams {
		var b strings.Builder
		fmt.Fprintf(&b, "\n<details><summary><b>%s</b>: %s</summary>\n\n", escapeHTML(s.name), s.summary)
		for _, f := range s.findings {
			b.WriteString(item(f))
		}
		b.WriteString("\n</details>\n")
		if m.Len()+b.Len() > maxMarkdown {
			left += len(s.findings)
			continue
		}
		m.WriteString(b.String())
	}
	if left > 0 {
		fmt.Fprintf(m, "\n%s more: run `accord check`.\n", Count(left, "finding", "findings"))
	}
}

// item is a finding with its place, facts and remedy.
func item(f finding.Finding) string {
	var b strings.Builder
	at := strings.TrimSuffix(place(f), ":")
	fmt.Fprintf(&b, "- %s %s %s", marks[mark(f)], code(string(f.Code)), escapeMarkdown(f.Message))
	if at != "" {
		fmt.Fprintf(&b, "  \n  at %s", code(at))
	}
	for _, fact := range facts(f) {
		b.WriteString("  \n  " + escapeMarkdown(fact))
	}
	if f.Hint != "" {
		b.WriteString("  \n  **Mend it:** " + escapeMarkdown(f.Hint))
	}
	return b.String() + "\n"
}

// marks are the signs of findings, strongest first.
var marks = []string{"❌", "⚠️", "ℹ️", "➖"}

func mark(f finding.Finding) int {
	switch {
	case f.Tolerated != nil:
		return 3
	case f.Severity == finding.Error:
		return 0
	case f.Severity == finding.Warning:
		return 1
	}
	return 2
}

// sentence shortens a message for a table.
func sentence(message string) string {
	const most = 160
	if runes := []rune(message); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return message
}

// markdownEscapes keep a text from being more than text, and from naming people
// and issues.
var markdownEscapes = strings.NewReplacer(
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|", "~", "\\~",
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "#", "&#35;", "@", "&#64;", "\n", " ", "\r", " ",
)

func escapeMarkdown(text string) string { return markdownEscapes.Replace(Printable(text, false)) }

var htmlEscapes = strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "&#64;")

func escapeHTML(text string) string { return htmlEscapes.Replace(Printable(text, false)) }

// code is a text as it is written, in a table, too.
func code(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(Printable(text, false), "|", "¦"), "`", "´")
	return "`" + text + "`"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
