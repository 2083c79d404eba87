package connectscan

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Connector is a running part of Kafka Connect that copies data into Kafka (a
// source) or out of it (a sink).
type Connector struct {
	Name, Class string
	// Source is false for sinks.
	Source bool
	// State is Connect's word: "RUNNING", "PAUSED", "FAILED", ...; that of the
	// worst task, if one has failed.
	State string
	// Topics are those it writes or reads, without those it keeps its own
	// notes in.
	Topics []Topic
	// Pattern is the regular expression of topics that a sink subscribes to,
	// if it does not name them.
	Pattern string
	// Store is the namespace of what is on the other side, as OpenLineage
	// names it ("postgres://db:5432"); empty if the configuration does not
	// tell.
	Store string
	// Whole is the name within the store of what holds the tables, for flows
	// whose table is not known.
	Whole string
	// Tables are all that a source reads, if its configuration names them all.
	Tables []string
	// Flows join a topic to the table, index, folder or file that its records
	// come from or go to. A topic of several tables has several.
	Flows []Flow
	// Group is the consumer group of a sink.
	Group string
	// Notes are sentences on what could not be worked out.
	Notes []string

	chain chain
	// enveloped is true of sources whose records hold the row twice, before
	// and after the change.
	enveloped bool
}

// Topic is a topic of a connector.
type Topic struct {
	Name string
	// Seen is true if the connector has used it since its topics were last
	// reset, false if only its configuration names it.
	Seen bool
}

// Flow says that a topic and a table hold the same records.
type Flow struct {
	Topic, Table string
}

// config is the configuration of a connector. It holds passwords and is never
// kept.
type config map[string]string

// list cuts a list of the configuration at its commas.
func (c config) list(key string) []string {
	var items []string
	for item := range strings.SplitSeq(c[key], ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// connector works out what one connector does. Topics are those it has used,
// empty if that is not known.
func connector(name string, l listed, used []string) Connector {
	cfg := l.Info.Config
	c := Connector{Name: name, Class: cfg["connector.class"], State: stateOf(l), chain: transforms(cfg)}
	c.Source = l.Info.Type == "source" || l.Info.Type == "" && l.Status.Type == "source"
	other := otherSide(cfg)
	c.Store, c.Whole, c.enveloped = other.store, other.whole, other.enveloped
	c.Notes = slices.Concat(other.notes, c.chain.notes())
	if c.Source {
		c.source(other, used)
	} else {
		c.sink(cfg, other, used)
	}
	return c
}

// stateOf is the connector's state, or that of a task that failed.
func stateOf(l listed) string {
	for _, task := range l.Status.Tasks {
		if task.State == "FAILED" {
			return task.State
		}
	}
	return l.Status.Connector.State
}

// source works out which topics a source writes, and from which tables: of
// the topics it was seen to use, else of those that its tables make by its
// configuration.
func (c *Connector) source(other other, used []string) {
	own := make(map[string]bool)
	for _, topic := range other.bookkeeping {
		routed, _ := c.chain.route(topic)
		own[topic], own[routed] = true, true
	}
	used = slices.DeleteFunc(slices.Clone(used), func(topic string) bool { return own[topic] })
	isUsed := make(map[string]bool)
	for _, topic := range used {
		isUsed[topic] = true
		c.Topics = append(c.Topics, Topic{topic, true})
	}
	made := make(map[string]bool)
	for _, m := range other.makes {
		if m.Table != "" && !other.open {
			c.Tables = append(c.Tables, m.Table)
		}
		topic, sure := c.chain.route(m.Topic)
		if !sure || len(used) > 0 && !isUsed[topic] {
			continue
		}
		if len(used) == 0 && !made[topic] {
			c.Topics = append(c.Topics, Topic{topic, false})
		}
		made[topic] = true
		if m.Table != "" {
			c.Flows = append(c.Flows, Flow{topic, m.Table})
		}
	}
	if other.tableOf == nil || c.chain.routes() {
		return
	}
	for _, topic := range used {
		if table := other.tableOf(topic); table != "" && !made[topic] {
			c.Flows = append(c.Flows, Flow{topic, table})
		}
	}
}

// sink works out which topics a sink reads, and into which tables they go.
func (c *Connector) sink(cfg config, other other, used []string) {
	c.Group = cmp.Or(cfg["consumer.override.group.id"], "connect-"+c.Name)
	for _, topic := range used {
		c.Topics = append(c.Topics, Topic{topic, true})
	}
	for _, topic := range cfg.list("topics") {
		if !slices.Contains(used, topic) {
			c.Topics = append(c.Topics, Topic{topic, false})
		}
	}
	c.Pattern = cfg["topics.regex"]
	if other.into == nil {
		return
	}
	for _, t := range c.Topics {
		topic, sure := c.chain.route(t.Name)
		if !sure {
			continue
		}
		if table := other.into(topic); table != "" {
			c.Flows = append(c.Flows, Flow{t.Name, table})
		}
	}
}

// plain reports whether an entry of a list of regular expressions is a name,
// and returns the name. A dot is taken for itself.
func plain(pattern string) (string, bool) {
	name := strings.ReplaceAll(pattern, `\.`, ".")
	return name, plainName.MatchString(name)
}

var plainName = regexp.MustCompile(`^[\pL\pN_$.-]+$`)
