package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// DOT writes the nodes and links of a picture for Graphviz: datasets as boxes,
// jobs as ellipses; what nothing proves dashed, what was not seen for long gray.
func DOT(w io.Writer, p Picture) error {
	out, names := bufio.NewWriter(w), numbered(p.Nodes)
	fmt.Fprintln(out, "digraph lineage {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];")
	for _, n := range p.Nodes {
		shape := "box"
		if n.Kind == lineage.JobNode {
			shape = "ellipse"
		}
		fmt.Fprintf(out, "  %s [shape=%s, label=%s];\n", names[n], shape, dotText(n.Name, n.Namespace))
	}
	for _, l := range p.Links {
		var style []string
		if text := evidence(l); text != "" {
			style = append(style, "label="+dotText(text))
		}
		if !l.Proven {
			style = append(style, "style=dashed")
		}
		if l.Status != lineage.Current {
			style = append(style, "color=gray")
		}
		fmt.Fprintf(out, "  %s -> %s", names[l.From.Node], names[l.To.Node])
		if len(style) > 0 {
			fmt.Fprintf(out, " [%s]", strings.Join(style, ", "))
		}
		fmt.Fprintln(out, ";")
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

// dotText quotes lines for DOT.
func dotText(lines ...string) string {
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(oneLine(line))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// oneLine replaces what would end a line or upset a terminal, and what is no
// UTF-8.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
