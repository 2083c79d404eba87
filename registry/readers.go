package registry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/lineage"
)

// Lineage knows who reads streams. It is observed and not decided: what two
// nodes of a registry know may differ for a moment, and no record holds it.
type Lineage interface {
	// Graph is what is known now. It is never nil.
	Graph() *lineage.Graph
}

// keyFields is the step that leads to the fields of a message's key.
const keyFields = "key"

// readers ask a graph who reads the fields of one subject.
type readers struct {
	graph    *lineage.Graph
	proposal lineage.Proposal
	key      bool
}

// readersOf returns who knows the readers of a subject, nil if nobody does.
func (r *Registry) readersOf(st *State, subject string) contracts.Readers {
	if r.others != nil {
		return r.others(subject)
	}
	if known := r.observed(st, subject); known != nil {
		return known
	}
	return nil
}

// observed returns what the graph knows of a subject's readers, nil if there is
// no graph. A contract says which topic its subjects are of, if their names do
// not.
func (r *Registry) observed(st *State, subject string) *readers {
	if r.lineage == nil {
		return nil
	}
	topic, key := topicOf(subject), strings.HasSuffix(subject, keySuffix)
	role := st.roleOf(subject)
	if row := st.contract(role.home); row != nil && row.Topic != "" {
		topic, key = row.Topic, role.inherits
	}
	g := r.lineage.Graph()
	p := lineage.Proposal{Subjects: []string{subject}, MaxNodes: 1, Scope: lineage.Scope{Now: r.now()}}
	for _, node := range g.Topics(topic) {
		p.Datasets = append(p.Datasets, node.ID)
	}
	return &readers{g, p, key}
}

// Of implements contracts.Readers.
func (r *readers) Of(paths []string) []contracts.Readership {
	var out []contracts.Readership
	for some := range slices.Chunk(paths, lineage.MaxChanged) {
		p := r.proposal
		p.ReadersOnly = true
		if some[0] != "" {
			for _, path := range some {
				p.Fields = append(p.Fields, r.fieldPath(path))
			}
		}
		impact := r.graph.Impact(p)
		for i := range some {
			out = append(out, ReadershipOf(impact, i))
		}
	}
	return out
}

// ReadershipOf words what an impact says of one of its fields, or of a whole
// stream, for the rules of contracts. Tools, and those of whom nothing shows that
// they read, are no readers.
func ReadershipOf(impact lineage.Impact, field int) contracts.Readership {
	out := contracts.Readership{Window: impact.Watch.To.Sub(impact.Watch.From)}
	out.Unknown, out.Hint = unwatched(impact)
	if field >= len(impact.Fields) {
		return out // nobody observes
	}
	for _, reader := range impact.Fields[field].Readers {
		if reader.Tool || reader.Hidden || !reader.Proven {
			continue
		}
		switch reader.Knowledge {
		case lineage.UsesField:
			out.Use = append(out.Use, readerOf(reader))
		case lineage.MayUse, lineage.UsesOthers:
			out.Perhaps = append(out.Perhaps, readerOf(reader))
		}
	}
	return out
}

// readerOf words a reader for a finding.
func readerOf(r lineage.Reader) contracts.Reader {
	how := fmt.Sprintf("confidence %.2g", r.Confidence)
	if len(r.Sightings) > 0 {
		how = fmt.Sprintf("%s by %s, %s", r.Sightings[0].Evidence, r.Sightings[0].Source, how)
	}
	if r.Knowledge == lineage.UsesOthers {
		how += ", known to use other fields"
	}
	return contracts.Reader{
		Name: r.Job.Name, Owner: strings.Join(r.Owners, ", "), LastSeen: r.Last, How: how, Reach: reach(r.Extent),
	}
}

// reach says what depends on a reader, "" for nothing that is known.
func reach(e lineage.Extent) string {
	var parts []string
	for _, part := range []struct {
		n         int
		one, many string
	}{{e.Datasets, "dataset", "datasets"}, {e.Jobs, "job", "jobs"}} {
		switch {
		case part.n == 1:
			parts = append(parts, "1 "+part.one)
		case part.n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.many))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " and ") + " downstream"
}

// unwatched says why somebody may read a stream who was not seen, and what would
// tell; "" if nobody can.
func unwatched(i lineage.Impact) (reason, hint string) {
	const discover = "let 'accord serve --kafka HOST:PORT' watch the cluster, or run 'accord lineage discover --kafka HOST:PORT' every hour"
	w := i.Watch
	switch {
	case len(i.Datasets) == 0:
		return "no cluster is known that has the topic", discover
	case w.Proven:
		return "", ""
	case len(w.Gaps) == 0 || len(w.Sources) == 0:
		return "nobody watches its cluster", discover
	}
	gap := w.Gaps[0]
	more := ""
	if n := len(w.Gaps) + w.GapsLeft - 1; n > 0 {
		more = fmt.Sprintf(" and %s more", cmp.Or(map[int]string{1: "once"}[n], fmt.Sprintf("%d times", n)))
	}
	return fmt.Sprintf("nobody watched its cluster from %s to %s%s",
		gap.From.UTC().Format(time.RFC3339), gap.To.UTC().Format(time.RFC3339), more), discover
}
