package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// Mermaid writes the nodes and links of a picture as a flowchart that Markdown
// shows: datasets as cylinders, jobs rounded; what nothing proves dotted, what
// was not seen for long gray.
func Mermaid(w io.Writer, p Picture) error {
	out, names := bufio.NewWriter(w), numbered(p.Nodes)
	fmt.Fprintln(out, "flowchart LR")
	for _, n := range p.Nodes {
		open, shut := "[(", ")]"
		if n.Kind == lineage.JobNode {
			open, shut = "([", "])"
		}
		fmt.Fprintf(out, "  %s%s%s%s\n", names[n], open, mermaidText(n.Name), shut)
	}
	var gray []string
	for i, l := range p.Links {
		arrow := "-->"
		if !l.Proven {
			arrow = "-.->"
		}
		if text := evidence(l); text != "" {
			arrow += "|" + mermaidText(text) + "|"
		}
		if l.Status != lineage.Current {
			gray = append(gray, fmt.Sprint(i))
		}
		fmt.Fprintf(out, "  %s %s %s\n", names[l.From.Node], arrow, names[l.To.Node])
	}
	if len(gray) > 0 {
		fmt.Fprintf(out, "  linkStyle %s stroke:#999\n", strings.Join(gray, ","))
	}
	return out.Flush()
}

// mermaidEntities stand for what means something within the quotes of Mermaid,
// which knows no escapes: its own entities, HTML, and a backquote that begins
// Markdown.
var mermaidEntities = strings.NewReplacer(`"`, "#quot;", "#", "#35;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;", `\`, "#92;")

// mermaidText quotes a text for Mermaid.
func mermaidText(s string) string { return `"` + mermaidEntities.Replace(oneLine(s)) + `"` }
