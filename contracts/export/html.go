package export

import (
	_ "embed" // the template
	"fmt"
	"html/template"
	"strings"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// HTML prints the page as one file: no script, no font and no picture from
// elsewhere.
func HTML(p Page) (string, error) {
	var b strings.Builder
	if err := pageTemplate.Execute(&b, p.view()); err != nil {
		return "", fmt.Errorf("print the contract of %s: %w", p.Contract.Subject, err)
	}
	return b.String(), nil
}
