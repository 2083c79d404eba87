package lineage

import (
	"strconv"
	"time"
)

// CoverageSlot is how finely it is remembered that somebody looked.
const CoverageSlot = time.Hour

// Coverage says that a source looked at all of a cluster in a slot of time and
// that nothing was kept from it, so what it did not see was not there. Only
// that makes "nobody reads it" more than "unknown".
type Coverage struct {
	Source    string    `json:"source"`    // "kafka"
	Namespace string    `json:"namespace"` // of the cluster's datasets
	Slot      time.Time `json:"slot"`      // the beginning, cut to CoverageSlot
	Interval
}

// Fact returns c as a fact, listed under source and namespace.
func (c Coverage) Fact() Fact {
	slot := c.Slot.UTC().Truncate(CoverageSlot)
	return sighting(KindCoverage, Key(c.Source, c.Namespace, slot.Format(time.RFC3339)), Key(c.Source, c.Namespace), c.Interval, nil)
}

// CoverageOf reads a fact of KindCoverage.
func CoverageOf(f Fact) (Coverage, error) {
	p, err := f.parts(KindCoverage, 3)
	if err != nil {
		return Coverage{}, err
	}
	slot, err := time.Parse(time.RFC3339, p[2])
	if err != nil {
		return Coverage{}, ErrMalformed
	}
	return Coverage{Source: p[0], Namespace: p[1], Slot: slot, Interval: f.Interval()}, nil
}

// Action is what a client did with a schema of the registry.
type Action string

// The actions (lineage reference, section 4).
const (
	Registered Action = "registered" // a producer, or its pipeline
	LookedUp   Action = "looked up"  // by text: a producer that does not register
	Fetched    Action = "fetched"    // by id: a reader
	Latest     Action = "latest"     // by subject: a producer with use.latest.version, or a tool
)

// Use says that a client used a version of a subject.
type Use struct {
	// Client is who: the principal, or else what its requests say of it.
	Client  ID     `json:"client"`
	Action  Action `json:"action"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
	// Agent is the User-Agent or Confluent-Client-Version last seen, Address
	// where it last came from.
	Agent   string `json:"agent,omitempty"`
	Address string `json:"address,omitempty"`
	Interval
}

type useBody struct {
	Agent   string `json:"agent,omitempty"`
	Address string `json:"address,omitempty"`
}

// Fact returns u as a fact, listed under its subject.
func (u Use) Fact() Fact {
	key := Key(u.Client.Namespace, u.Client.Name, string(u.Action), u.Subject, strconv.Itoa(u.Version))
	return sighting(KindUse, key, Key(u.Subject), u.Interval, useBody{u.Agent, u.Address})
}

// UseOf reads a fact of KindUse.
func UseOf(f Fact) (Use, error) {
	p, err := f.parts(KindUse, 5)
	if err != nil {
		return Use{}, err
	}
	version, err := strconv.Atoi(p[4])
	if err != nil {
		return Use{}, ErrMalformed
	}
	var body useBody
	err = f.decode(&body)
	return Use{
		Client: ID{p[0], p[1]}, Action: Action(p[2]), Subject: p[3], Version: version,
		Agent: body.Agent, Address: body.Address, Interval: f.Interval(),
	}, err
}

// Rule is what a person says about the jobs whose name a pattern matches.
type Rule struct {
	// Pattern is a regular expression (RE2) that matches the whole of
	// "namespace name".
	Pattern string `json:"pattern"`
	// Owner is the team to tell, Tool that the jobs are no readers of the data
	// but tools that read everything, Hidden that they are not shown.
	Owner  string `json:"owner,omitempty"`
	Tool   bool   `json:"tool,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
	// By is who said so; Ended that it was taken back.
	By    string `json:"by,omitempty"`
	Ended bool   `json:"ended,omitempty"`
	Interval
}

// Fact returns r as a fact.
func (r Rule) Fact() Fact {
	body := r
	body.Interval = Interval{}
	return sighting(KindRule, Key(r.Pattern), "", r.Interval, body)
}

// RuleOf reads a fact of KindRule.
func RuleOf(f Fact) (Rule, error) {
	p, err := f.parts(KindRule, 1)
	if err != nil {
		return Rule{}, err
	}
	var r Rule
	err = f.decode(&r)
	r.Pattern, r.Interval = p[0], f.Interval()
	return r, err
}

// Position says how far a reader of something has come.
type Position struct {
	Reader string
	Cursor Cursor
	At     time.Time
}

// Fact returns p as a fact. The furthest position stands.
func (p Position) Fact() Fact {
	f := sighting(KindPosition, Key(p.Reader), "", At(p.At), p.Cursor)
	f.Rank = int64(p.Cursor)
	return f
}

// PositionOf reads a fact of KindPosition.
func PositionOf(f Fact) (Position, error) {
	p, err := f.parts(KindPosition, 1)
	if err != nil {
		return Position{}, err
	}
	return Position{Reader: p[0], Cursor: Cursor(f.Rank), At: f.Last}, nil
}
