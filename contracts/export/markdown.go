package export

import (
	"fmt"
	"strings"
)

// Markdown prints the page in the Markdown of GitHub. Nothing in a contract or
// schema is read as markup.
func Markdown(p Page) string {
	v := p.view()
	m := &markdown{}
	m.line("# %s", text(v.Title))
	m.line("")
	m.line("%s", text(v.Life))
	m.facts("", v.Facts)
	m.section("Purpose", v.Purpose)
	m.section("Usage", v.Usage)
	m.section("Limitations", v.Limitations)
	m.owner(v)
	m.facts("Service levels", v.Levels)
	m.fields(v)
	if v.Since != "" {
		m.facts("Changes since "+text(v.Since), v.Changes)
	}
	return m.b.String()
}

type markdown struct{ b strings.Builder }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

func (m *markdown) heading(title string) { m.line("\n## %s\n", title) }

func (m *markdown) section(title, words string) {
	if words == "" {
		return
	}
	m.heading(title)
	for line := range strings.Lines(words) {
		m.line("%s", text(strings.TrimSpace(line)))
	}
}

func (m *markdown) facts(title string, facts []fact) {
	if len(facts) == 0 {
		return
	}
	if title == "" {
		m.line("")
	} else {
		m.heading(title)
	}
	for _, f := range facts {
		m.line("- **%s**: %s", text(f.Name), text(f.Text))
	}
}

func (m *markdown) owner(v view) {
	if v.Team == "" && v.Owners == nil && v.Support == nil {
		return
	}
	m.heading("Owner and support")
	if v.Team != "" {
		m.line("- **Team**: %s", text(v.Team))
	}
	for _, o := range v.Owners {
		m.line("- **Owner**: %s", text(o.label()))
	}
	for _, s := range v.Support {
		name := text(s.Name)
		if s.URL != "" {
			name = "[" + name + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "", " ", "%20").Replace(s.URL) + ">)"
		}
		if s.Text != "" {
			name += ": " + text(s.Text)
		}
		m.line("- **Support**: %s", name)
	}
}

// label is a person's name with the address, if that is another.
func (f fact) label() string {
	if f.Name == f.Text {
		return f.Name
	}
	return f.Name + " (" + f.Text + ")"
}

func (m *markdown) fields(v view) {
	if len(v.Fields) == 0 {
		return
	}
	m.heading("Fields")
	if v.Record != "" {
		m.line("Record `%s`. %s\n", strings.ReplaceAll(v.Record, "`", "'"), text(v.RecordDoc))
	}
	m.line("| Field | Type | Required | Tags | Documentation |")
	m.line("| --- | --- | --- | --- | --- |")
	for _, r := range v.Fields {
		required := ""
		if r.Required {
			required = "yes"
		}
		m.line("| %s | %s | %s | %s | %s |", code(r.Path), code(r.Type), required, text(r.Tags), r.words())
	}
}

// words are a field's documentation and values in a cell.
func (r row) words() string {
	words := text(r.Doc)
	if r.Deprecated {
		words = "**Deprecated.** " + words
	}
	var values []string
	for _, value := range r.Values {
		entry := code(value.Name)
		if value.Text != "" {
			entry += " " + text(value.Text)
		}
		values = append(values, entry)
	}
	if values != nil {
		words += "<br>Values: " + strings.Join(values, ", ")
	}
	return words
}

// special are the letters that Markdown reads as markup in the middle of a line.
const special = "\\`*_{}[]<>#|~!&"

// text is a text that Markdown prints as it is, on one line.
func text(s string) string {
	var b strings.Builder
	for i, r := range strings.Join(strings.Fields(s), " ") {
		if strings.ContainsRune(special, r) || i == 0 && strings.ContainsRune("-+=:", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code is a text in the letters of code, in a cell of a table.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + strings.NewReplacer("`", "'", "|", `\|`, "\n", " ").Replace(s) + "`"
}
