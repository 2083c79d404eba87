package demo

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/connectscan"
	"github.com/accordhq/accord/lineage/kafkascan"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/lineage/usage"
)

// Observe puts into a store what would have been seen of the company's jobs up
// to now: OpenLineage events as they come from clients, with the facts that a
// Builder would make of them, and the facts of collectors and people. The same
// now gives the same observations, and observing twice changes nothing.
func Observe(ctx context.Context, store lineage.Store, now time.Time) error {
	var l landscape
	if err := decode("lineage.yaml", &l); err != nil {
		return err
	}
	events, err := l.events(now)
	if err != nil {
		return err
	}
	facts := l.facts(now)
	raw := make([]lineage.Event, len(events))
	for i, e := range events {
		raw[i] = e.Raw()
		facts = append(facts, openlineage.Facts(e)...)
	}
	if _, err := store.Record(ctx, raw); err != nil {
		return fmt.Errorf("record events: %w", err)
	}
	if err := store.Put(ctx, facts); err != nil {
		return fmt.Errorf("put observations: %w", err)
	}
	return nil
}

// landscape is lineage.yaml.
type landscape struct {
	Events  []report  `json:"events"`
	Kafka   cluster   `json:"kafka"`
	Connect workers   `json:"connect"`
	Uses    []use     `json:"uses"`
	Aliases []synonym `json:"aliases"`
	Rules   []saying  `json:"rules"`
}

// before is a time before now.
type before time.Duration

// UnmarshalText reads -3m, -26h or -58d.
func (b *before) UnmarshalText(text []byte) error {
	spelled := strings.TrimPrefix(string(text), "-")
	if days, ok := strings.CutSuffix(spelled, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		*b = before(24 * d)
		return err
	}
	d, err := time.ParseDuration(spelled)
	*b = before(d)
	return err
}

func (b before) of(now time.Time) time.Time { return now.Add(-time.Duration(b)) }

// seen are the times of sightings, the first one first.
type seen []before

// interval spans the first and the last sighting.
func (s seen) interval(now time.Time) lineage.Interval {
	return lineage.At(s[0].of(now)).Span(lineage.At(s[len(s)-1].of(now)))
}

// report is an OpenLineage event that was sent at several times.
type report struct {
	Sent seen `json:"sent"`
	// Takes is how long a run takes that ends with the event; it began with a
	// START of the same content.
	Takes before         `json:"takes"`
	Event map[string]any `json:"event"`
}

// What all events have in common (OpenLineage core 2-0-2).
const (
	producer = "https://lumiharju.example/openlineage"
	spec     = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
)

// events are the events of all reports in the order they were sent.
func (l landscape) events(now time.Time) ([]openlineage.Event, error) {
	var all []openlineage.Event
	for i, r := range l.Events {
		for n, sent := range r.Sent {
			if r.Takes > 0 {
				e, err := r.at(i, n, (sent + r.Takes).of(now), "START", now)
				if err != nil {
					return nil, err
				}
				all = append(all, e)
			}
			e, err := r.at(i, n, sent.of(now), "", now)
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b openlineage.Event) int { return a.Time.Compare(b.Time) })
	return all, nil
}

// at is the event as it was sent the nth time, of another type unless that is "".
func (r report) at(number, n int, at time.Time, kind string, now time.Time) (openlineage.Event, error) {
	event := maps.Clone(r.Event)
	event["eventTime"], event["producer"], event["schemaURL"] = at.UTC().Format(time.RFC3339Nano), producer, spec+"#/$defs/JobEvent"
	if event["eventType"] != nil {
		if event["eventType"] != "COMPLETE" {
			n = 0 // the run goes on
		}
		event["schemaURL"], event["run"] = spec+"#/$defs/RunEvent", map[string]any{"runId": runID(number, n)}
	}
	if kind != "" {
		event["eventType"] = kind
	}
	body, err := json.Marshal(event)
	if err != nil {
		return openlineage.Event{}, err
	}
	parsed, err := openlineage.Parse(body, now)
	if err != nil {
		return openlineage.Event{}, fmt.Errorf("lineage.yaml: event %d: %w", number+1, err)
	}
	return parsed, nil
}

// runID is the UUID of a run, the same every time.
func runID(report, n int) string {
	h := sha256.Sum256([]byte(strconv.Itoa(report) + "." + strconv.Itoa(n)))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // version 8, RFC 9562
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// cluster is what Kafka shows.
type cluster struct {
	Seen      seen           `json:"seen"`
	ID        string         `json:"id"`
	Asked     []string       `json:"asked"`
	Brokers   []string       `json:"brokers"`
	Topics    map[string]int `json:"topics"` // with their partitions
	Groups    []group        `json:"groups"`
	Producers []writer       `json:"producers"`
}

type group struct {
	ID     string   `json:"id"`
	Client string   `json:"client"`
	Hosts  []string `json:"hosts"`
	Topics []string `json:"topics"`
}

type writer struct {
	Topic           string `json:"topic"`
	ID              int64  `json:"id"`
	TransactionalID string `json:"transactionalId"`
}

// scan is what a look at the cluster shows at a time.
func (c cluster) scan(at time.Time) *kafkascan.Scan {
	s := &kafkascan.Scan{At: at, Cluster: kafkascan.Cluster{ID: c.ID, Asked: c.Asked, Brokers: c.Brokers, AllGroups: true}}
	for _, name := range slices.Sorted(maps.Keys(c.Topics)) {
		s.Topics = append(s.Topics, kafkascan.Topic{Name: name, Partitions: c.Topics[name], Moving: true})
	}
	for _, g := range c.Groups {
		found := kafkascan.Group{ID: g.ID, Kind: kafkascan.KindConsumer, State: "Stable"}
		for n, host := range g.Hosts {
			found.Members = append(found.Members, kafkascan.Member{
				ID: fmt.Sprintf("%s-%d", g.Client, n), ClientID: g.Client, Host: host, Topics: g.Topics,
			})
		}
		for _, topic := range g.Topics {
			found.Topics = append(found.Topics, kafkascan.GroupTopic{Name: topic, Subscribed: true, Assigned: true, Committed: true})
		}
		s.Groups = append(s.Groups, found)
	}
	for _, p := range c.Producers {
		s.Producers = append(s.Producers, kafkascan.Producer{Topic: p.Topic, ProducerID: p.ID, TransactionalID: p.TransactionalID, LastWrite: at})
	}
	return s
}

// facts are those of all looks, and of somebody having looked every hour.
func (c cluster) facts(now time.Time) []lineage.Fact {
	var all []lineage.Fact
	for _, at := range c.Seen {
		all = append(all, c.scan(at.of(now)).Facts(kafkascan.FactOptions{})...)
	}
	watched := c.Seen.interval(now)
	namespace := c.scan(now).Cluster.Namespace()
	for at := watched.First; at.Before(watched.Last); at = at.Add(lineage.CoverageSlot) {
		all = append(all, lineage.Coverage{Source: kafkascan.Source, Namespace: namespace, Slot: at, Interval: lineage.At(at)}.Fact())
	}
	return all
}

// workers are what Kafka Connect shows.
type workers struct {
	Seen       seen        `json:"seen"`
	URL        string      `json:"url"`
	Connectors []connector `json:"connectors"`
}

// connector is a sink between a topic and a table.
type connector struct {
	Name   string   `json:"name"`
	Class  string   `json:"class"`
	Group  string   `json:"group"`
	Store  string   `json:"store"`
	Topic  string   `json:"topic"`
	Table  string   `json:"table"`
	Fields []string `json:"fields"`
}

func (w workers) facts(kafka string, now time.Time) []lineage.Fact {
	var all []lineage.Fact
	for _, at := range w.Seen {
		s := connectscan.Scan{At: at.of(now), URL: w.URL}
		fields := map[string][]string{}
		for _, c := range w.Connectors {
			fields[c.Topic] = c.Fields
			s.Connectors = append(s.Connectors, connectscan.Connector{
				Name: c.Name, Class: c.Class, State: "RUNNING", Group: c.Group, Store: c.Store,
				Topics: []connectscan.Topic{{Name: c.Topic, Seen: true}}, Flows: []connectscan.Flow{{Topic: c.Topic, Table: c.Table}},
			})
		}
		all = append(all, s.Facts(connectscan.FactOptions{Kafka: kafka, Fields: func(topic string) []string { return fields[topic] }})...)
	}
	return all
}

// use is a client that used a schema of the registry.
type use struct {
	Seen    seen           `json:"seen"`
	Client  string         `json:"client"`
	Action  lineage.Action `json:"action"`
	Subject string         `json:"subject"`
	Version int            `json:"version"`
	Agent   string         `json:"agent"`
	Address string         `json:"address"`
}

// synonym is a name of which a person said that it means another.
type synonym struct {
	Seen seen             `json:"seen"`
	Kind lineage.NodeKind `json:"kind"`
	From lineage.ID       `json:"from"`
	To   lineage.ID       `json:"to"`
	Note string           `json:"note"`
}

// saying is what a person said of jobs by their names.
type saying struct {
	Seen    seen   `json:"seen"`
	Pattern string `json:"pattern"`
	Owner   string `json:"owner"`
	Tool    bool   `json:"tool"`
	By      string `json:"by"`
}

// facts are what was seen without an event, and what people said, each once.
func (l landscape) facts(now time.Time) []lineage.Fact {
	all := slices.Concat(l.Kafka.facts(now), l.Connect.facts(l.Kafka.scan(now).Cluster.Namespace(), now))
	for _, u := range l.Uses {
		all = append(all, lineage.Use{
			Client: lineage.ID{Namespace: usage.Principals, Name: u.Client}, Action: u.Action, Subject: u.Subject, Version: u.Version,
			Agent: u.Agent, Address: u.Address, Interval: u.Seen.interval(now),
		}.Fact())
	}
	for _, a := range l.Aliases {
		all = append(all, lineage.Alias{
			Kind: a.Kind, From: a.From, To: a.To, Evidence: lineage.Declared, Source: "api", Note: a.Note, Interval: a.Seen.interval(now),
		}.Fact())
	}
	for _, r := range l.Rules {
		all = append(all, lineage.Rule{Pattern: r.Pattern, Owner: r.Owner, Tool: r.Tool, By: r.By, Interval: r.Seen.interval(now)}.Fact())
	}
	return all
}
