package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/accordhq/accord/schema/finding"
)

// GitHub prints workflow commands, which GitHub shows as annotations of the
// lines they name. It is a Printer.
func GitHub(w io.Writer, findings []finding.Finding) error {
	var b strings.Builder
	for _, f := range findings {
		command := "notice"
		switch {
		case f.Tolerated != nil:
		case f.Severity == finding.Error:
			command = "error"
		case f.Severity == finding.Warning:
			command = "warning"
		}
		var properties []string
		if f.File != "" {
			properties = append(properties, "file="+githubProperty.Replace(Printable(f.File, false)))
		}
		if f.File != "" && f.Line > 0 {
			properties = append(properties, fmt.Sprintf("line=%d", f.Line))
			if f.Column > 0 {
				properties = append(properties, fmt.Sprintf("col=%d", f.Column))
			}
		}
		properties = append(properties, "title="+githubProperty.Replace(Printable(title(f), false)))
		fmt.Fprintf(&b, "::%s %s::%s\n", command, strings.Join(properties, ","), githubText.Replace(Printable(body(f), true)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// A workflow command ends with its line; in properties, commas and colons part
// it as well (GitHub, "Workflow commands").
var (
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// title is a finding in a few words: its code, and what it is about.
func title(f finding.Finding) string {
	about := strings.TrimSpace(f.Subject + " " + f.Path)
	if about == "" {
		return string(f.Code)
	}
	return string(f.Code) + " " + about
}

// body is a finding in full: message, facts, and how to mend it, a line each.
func body(f finding.Finding) string {
	lines := append([]string{f.Message}, facts(f)...)
	if f.Hint != "" {
		lines = append(lines, "hint: "+f.Hint)
	}
	return strings.Join(lines, "\n")
}
