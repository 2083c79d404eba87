package openlineage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/accordhq/accord/lineage"
)

// The bounds of an event. That of its size is the caller's, who reads it.
const (
	// maxDepth bounds the nesting of arrays and objects. Query plans in facets
	// go down to some hundreds.
	maxDepth = 2000
	// maxName bounds a namespace or name in bytes. Each is part of the key of
	// every edge, so a job's name counts once for each of its outputs.
	maxName = 2048
)

// Parse reads one event. It is strict about what the event is about: a run has
// a UUID, a job and a dataset have a namespace and a name. All else it mends and
// notes. Every error is a *Fault. An event without a time of its own happened
// when it was received.
func Parse(body []byte, received time.Time) (Event, error) {
	p := parser{}
	text, err := p.compact(body)
	if err != nil {
		return Event{}, err
	}
	return p.event(text, received)
}

type parser struct {
	notes notes
}

// compact returns a JSON text as valid UTF-8 and without white space.
func (p *parser) compact(body []byte) (value, error) {
	body = bytes.TrimPrefix(body, []byte(byteOrderMark))
	if !utf8.Valid(body) {
		p.notes.add("body", "not UTF-8, what cannot be read is replaced")
		body = bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	out := bytes.Buffer{}
	out.Grow(len(body))
	if json.Compact(&out, body) != nil {
		return nil, syntaxFault(body)
	}
	v := value(out.Bytes())
	if v.depth() > maxDepth {
		return nil, &Fault{Reason: fmt.Sprintf("nested deeper than %d levels", maxDepth)}
	}
	return v, nil
}

// syntaxFault says where a text stops being JSON, which Compact does not tell.
func syntaxFault(body []byte) *Fault {
	if len(bytes.TrimSpace(body)) == 0 {
		return &Fault{Reason: "empty body: send one JSON object"}
	}
	var (
		raw    json.RawMessage
		syntax *json.SyntaxError
	)
	if err := json.Unmarshal(body, &raw); errors.As(err, &syntax) {
		return &Fault{Reason: fmt.Sprintf("not JSON: %s at byte %d", syntax, syntax.Offset)}
	}
	return &Fault{Reason: "not JSON"}
}

func (p *parser) event(text value, received time.Time) (Event, error) {
	switch {
	case text.isArray():
		return Event{}, &Fault{Reason: "an array: send one JSON object, or several events as a batch"}
	case !text.isObject():
		return Event{}, &Fault{Reason: text.kind() + ": send a JSON object"}
	}
	members := text.object()
	e := Event{Received: received.UTC(), Body: text}
	var err error
	switch run, job, dataset := members.get("run"), members.get("job"), members.get("dataset"); {
	case run != nil:
		e.Kind = RunEvent
		err = p.run(&e, run)
	case job != nil:
		e.Kind = JobEvent
	case dataset != nil:
		e.Kind = DatasetEvent
		e.Dataset, err = p.dataset("dataset", dataset, "")
	default:
		return Event{}, &Fault{Reason: "about nothing: send run and job, or job, or dataset"}
	}
	if err != nil {
		return Event{}, err
	}
	e.Type = p.eventType(members, e.Kind)
	if e.Kind != DatasetEvent {
		if err := p.job(&e, members); err != nil {
			return Event{}, err
		}
	}
	for _, name := range []string{"producer", "schemaURL"} {
		if _, ok := members[name].text(); !ok {
			p.notes.add(name, "%s", missingOr(members[name]))
		}
	}
	e.Time = eventTime(members["eventTime"], e.Received, &p.notes)
	e.Notes = p.notes.list()
	return e, nil
}

func (p *parser) run(e *Event, v value) error {
	members := v.object()
	id, err := identity("run.runId", members["runId"])
	if err != nil {
		return err
	}
	if !isUUID(id) {
		return &Fault{"run.runId", fmt.Sprintf("%.64q is no UUID: send one, the same for all events of the run", id)}
	}
	e.Run = strings.ToLower(id)
	e.RunFacets = p.facets("run.facets", members["facets"])
	return nil
}

// job reads the job, and the datasets it reads and writes.
func (p *parser) job(e *Event, members object) error {
	v := members.get("job")
	if v == nil {
		return &Fault{"job", "missing: send the job's namespace and name"}
	}
	if members.get("dataset") != nil {
		p.notes.add("dataset", "left out, the event is of a %s", e.Kind)
	}
	job := v.object()
	id, err := name("job", job)
	if err != nil {
		return err
	}
	e.Job, e.JobFacets = id, p.facets("job.facets", job["facets"])
	if e.Inputs, err = p.datasets("inputs", members, "inputFacets"); err != nil {
		return err
	}
	if e.Outputs, err = p.datasets("outputs", members, "outputFacets"); err != nil {
		return err
	}
	e.States = members.get("inputs").isArray() || members.get("outputs").isArray()
	return nil
}

func (p *parser) eventType(members object, kind Kind) lineage.RunState {
	v := members.get("eventType")
	if v == nil {
		if kind == RunEvent {
			return lineage.RunOther
		}
		return ""
	}
	text, _ := v.text()
	state := lineage.RunState(strings.ToUpper(text))
	switch state {
	case lineage.RunStart, lineage.RunRunning, lineage.RunComplete, lineage.RunAbort, lineage.RunFail, lineage.RunOther:
	default:
		p.notes.add("eventType", "%.64q is unknown, OTHER is taken", text)
		state = lineage.RunOther
	}
	if kind != RunEvent {
		p.notes.add("eventType", "of a run, but there is no run: the event counts for its %s alone and replaces nothing", kind)
	}
	return state
}

func (p *parser) datasets(member string, members object, use string) ([]Dataset, error) {
	v, sent := members[member]
	if !sent {
		return nil, nil
	}
	if !v.isArray() {
		p.notes.add(member, "%s, none are taken", v.kind())
		return nil, nil
	}
	var out []Dataset
	for i, element := range v.elements() {
		d, err := p.dataset(fmt.Sprintf("%s[%d]", member, i), element, use)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// dataset reads a dataset, and the facets of its use from the named member.
func (p *parser) dataset(path string, v value, use string) (Dataset, error) {
	members := v.object()
	id, err := name(path, members)
	if err != nil {
		return Dataset{}, err
	}
	d := Dataset{ID: id, Facets: p.facets(path+".facets", members["facets"])}
	if use != "" {
		d.Use = p.facets(path+"."+use, members[use])
	}
	return d, nil
}

// name reads the namespace and name of what stands at a path.
func name(path string, members object) (lineage.ID, error) {
	namespace, err := identity(path+".namespace", members["namespace"])
	if err != nil {
		return lineage.ID{}, err
	}
	name, err := identity(path+".name", members["name"])
	if err != nil {
		return lineage.ID{}, err
	}
	return lineage.ID{Namespace: namespace, Name: name}, nil
}

// identity reads a string by which something is known.
func identity(path string, v value) (string, error) {
	text, ok := v.text()
	switch {
	case !ok:
		return "", &Fault{path, missingOr(v) + ": send a string that is not empty"}
	case text == "":
		return "", &Fault{path, "empty: send a string that is not empty"}
	case len(text) > maxName:
		return "", &Fault{path, fmt.Sprintf("longer than %d bytes: send a shorter one", maxName)}
	}
	return text, nil
}

// isUUID reports whether text is a UUID of any version, as RFC 9562 writes it.
func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
		default:
			return false
		}
	}
	return true
}
