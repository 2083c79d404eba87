package lineage_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
)

// now is when the questions of the tests are asked.
var now = noon

// sketch reads facts from lines such as
//
//	orders, users -> (fraud) -> scores : observed 0.7 -40d source=kafka
//	orders#amount -> (fraud) -> scores#risk : indirect
//	orders => (fraud) => scores : explicit
//
// where jobs are in parentheses, # is before a field's path and => is of
// throughs. After the colon come, in any order, the evidence, a confidence, when
// it was last seen and when first ("+" before "since"), and what else is of the
// fact.
func sketch(t testing.TB, text string) []lineage.Fact {
	t.Helper()
	var facts []lineage.Fact
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		s := stroke{evidence: lineage.Reported, confidence: 1, source: "openlineage", kind: lineage.Direct, derivation: lineage.Explicit, first: now, last: now}
		chain, options, _ := strings.Cut(line, " : ")
		s.options(t, options)
		if strings.Contains(chain, "=>") {
			facts = append(facts, s.throughs(strings.Split(chain, "=>"))...)
		} else {
			facts = append(facts, s.edges(strings.Split(chain, "->"))...)
		}
	}
	return facts
}

// stroke is one line of a sketch.
type stroke struct {
	evidence    lineage.Evidence
	confidence  lineage.Confidence
	source      string
	kind        string
	masking     bool
	derivation  lineage.Derivation
	first, last time.Time
}

func (s *stroke) options(t testing.TB, text string) {
	t.Helper()
	for word := range strings.FieldsSeq(text) {
		number, err := strconv.ParseFloat(word, 64)
		switch {
		case slices.Contains(lineage.Evidences(), lineage.Evidence(word)):
			s.evidence = lineage.Evidence(word)
		case word == "indirect":
			s.kind = lineage.Indirect
		case word == "masked":
			s.masking = true
		case word == "columns", word == "explicit":
			s.derivation = lineage.Derivation(word)
		case strings.HasSuffix(word, "d"):
			days, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSuffix(word, "d"), "since"))
			if err != nil {
				t.Fatalf("%s: %v", word, err)
			}
			if s.first = now.AddDate(0, 0, days); !strings.HasPrefix(word, "since") {
				s.last = s.first
			}
		case err == nil:
			s.confidence = lineage.Confidence(number)
		case strings.HasPrefix(word, "source="):
			s.source = strings.TrimPrefix(word, "source=")
		default:
			t.Fatalf("what is %q?", word)
		}
	}
}

func (s *stroke) interval() lineage.Interval { return lineage.Interval{First: s.first, Last: s.last} }

func id(name string) lineage.ID { return lineage.ID{Namespace: "test", Name: name} }

// end is one end of an arrow.
type end struct {
	job         bool
	name, field string
}

func ends(text string) []end {
	var all []end
	for name := range strings.SplitSeq(text, ",") {
		name, field, _ := strings.Cut(strings.TrimSpace(name), "#")
		all = append(all, end{name[0] == '(', strings.Trim(name, "()"), field})
	}
	return all
}

// edges draws a -> b -> c.
func (s *stroke) edges(chain []string) []lineage.Fact {
	var facts []lineage.Fact
	if len(chain) == 3 && strings.Contains(strings.Join(chain, ""), "#") {
		for _, from := range ends(chain[0]) {
			for _, to := range ends(chain[2]) {
				facts = append(facts, s.flow(ends(chain[1])[0], from, to))
			}
		}
		return facts
	}
	for i := range chain[1:] {
		for _, from := range ends(chain[i]) {
			for _, to := range ends(chain[i+1]) {
				e := lineage.Edge{Evidence: s.evidence, Source: s.source, Confidence: s.confidence, Interval: s.interval()}
				switch {
				case !from.job && !to.job:
					facts = append(facts, lineage.Through{
						Input: id(from.name), Output: id(to.name), Derivation: s.derivation, Evidence: s.evidence, Source: s.source, Interval: s.interval(),
					}.Fact())
					continue
				case to.job:
					e.Job, e.Direction, e.Dataset = id(to.name), lineage.Reads, id(from.name)
				default:
					e.Job, e.Direction, e.Dataset = id(from.name), lineage.Writes, id(to.name)
				}
				facts = append(facts, e.Fact())
			}
		}
	}
	return facts
}

func (s *stroke) flow(job, from, to end) lineage.Fact {
	field := func(e end) lineage.Field {
		if e.job {
			return lineage.Field{}
		}
		return lineage.Field{Dataset: id(e.name), Path: e.field}
	}
	return lineage.FieldEdge{
		Job: id(job.name), From: field(from), To: field(to),
		Transformation: lineage.Transformation{Type: s.kind, Masking: s.masking},
		Evidence:       s.evidence, Source: s.source, Confidence: s.confidence, Interval: s.interval(),
	}.Fact()
}

// throughs draws input => (job) => output.
func (s *stroke) throughs(chain []string) []lineage.Fact {
	var facts []lineage.Fact
	for _, input := range ends(chain[0]) {
		for _, output := range ends(chain[2]) {
			th := lineage.Through{
				Job: id(ends(chain[1])[0].name), Input: id(input.name), Output: id(output.name),
				Derivation: s.derivation, Evidence: s.evidence, Source: s.source, Interval: s.interval(),
			}
			if input.name == "nothing" {
				th.Input = lineage.ID{}
			}
			facts = append(facts, th.Fact())
		}
	}
	return facts
}

// at reads a place as a sketch has it.
func at(text string) lineage.Place {
	e := ends(text)[0]
	if e.job {
		return lineage.Place{Node: lineage.Node{Kind: lineage.JobNode, ID: id(e.name)}}
	}
	return lineage.Place{Node: lineage.Node{Kind: lineage.DatasetNode, ID: id(e.name)}, Path: e.field}
}

func places(text string) []lineage.Place {
	var all []lineage.Place
	for name := range strings.SplitSeq(text, ",") {
		all = append(all, at(name))
	}
	return all
}

// draw prints a place as a sketch has it.
func draw(p lineage.Place) string {
	switch {
	case p.Kind == lineage.JobNode:
		return "(" + p.Name + ")"
	case p.Path != "":
		return p.Name + "#" + p.Path
	}
	return p.Name
}

// drawHits prints hits, one a line: hops, place, and what is out of the ordinary.
func drawHits(r lineage.Reach, from []lineage.Place) string {
	var b strings.Builder
	for _, h := range r.Hits {
		fmt.Fprintf(&b, "%d %s", h.Hops, draw(h.Place))
		parent := draw(from[h.Root])
		if h.Parent >= 0 {
			parent = draw(r.Hits[h.Parent].Place)
		}
		fmt.Fprintf(&b, " from %s", parent)
		if !h.Via.IsZero() {
			fmt.Fprintf(&b, " via (%s)", h.Via.Name)
		}
		for _, word := range []struct {
			text string
			is   bool
		}{
			{"guess", !h.Proven},
			{fmt.Sprint(h.Confidence), h.Confidence != 1},
			{string(h.Status), h.Status != lineage.Current},
			{"masked", h.Masked},
			{"influenced", h.Influenced},
			{"end", h.End},
		} {
			if word.is {
				b.WriteString(" " + word.text)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// dedent takes the common indentation off a text.
func dedent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
