package docs

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
)

// slot shows where an element's documentation goes, in the language's own
// syntax.
func (r *report) slot(e *element, text string) string {
	switch r.format {
	case schema.Protobuf:
		return fmt.Sprintf("// %s on the line above %s", text, e.declared())
	case schema.JSON:
		return `"description": ` + quoted(text) + e.beside()
	case schema.Avro:
		if e.Kind == schema.KindSymbol {
			return fmt.Sprintf(`"symbolDocs": {%s: %s} beside "symbols"`, strconv.Quote(e.Name), quoted(text))
		}
		return `"doc": ` + quoted(text) + e.beside()
	}
	return text
}

// quoted writes a text as a JSON string of letters people can read.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// beside says where a member goes.
func (e *element) beside() string {
	switch {
	case e.Pointer != "":
		return " at " + e.Pointer
	case e.format == schema.JSON:
		return " at the root"
	}
	return fmt.Sprintf(` beside "name": %s`, strconv.Quote(e.local()))
}

// declared is an element's declaration in Protobuf, shortened.
func (e *element) declared() string {
	switch e.Kind {
	case schema.KindObject:
		return "message " + e.local()
	case schema.KindEnum:
		return "enum " + e.local()
	case schema.KindSymbol:
		return fmt.Sprintf("%s = %d;", e.Name, e.Number)
	}
	return fmt.Sprintf("%s %s = %d;", strings.ReplaceAll(e.Type, " .", " "), e.Name, e.Number)
}

// advice is what an element's documentation should say, to be written out.
func (e *element) advice() string {
	switch e.Kind {
	case schema.KindObject:
		if e.Path == "" {
			return "<what one record stands for, and when it is written>"
		}
		return "<what it stands for>"
	case schema.KindEnum:
		return "<what it tells apart, and what each symbol means>"
	case schema.KindSymbol:
		return "<what " + e.Name + " means>"
	}
	if m, needed := e.measure(); needed {
		return "<what it means, and " + m.lacks + ">"
	}
	name := words(e.Name)
	switch {
	case len(name) > 0 && stem(name[len(name)-1]) == "id":
		return "<what it identifies, and who gives it out>"
	case strings.HasPrefix(e.Type, "bool"):
		return "<what is so if it is true>"
	}
	return "<what it means, and where it comes from>"
}
