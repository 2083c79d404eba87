package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Observer tells how the observation of lineage goes. It must not wait for a
// store.
type Observer interface{ Observed() Observed }

// Observed is how the observation of lineage goes in this process.
type Observed struct {
	// Fault says why lineage cannot be stored or read now; "" if it can.
	Fault string
	// Recorded counts the OpenLineage events that came here and were new, Built
	// those that facts were made of here, Refused those of them that none could
	// be made of, Written the facts.
	Recorded, Built, Refused, Written int64
	// Behind is the age of the oldest event in the store whose facts may not all
	// be written yet. Repeated sightings wait for up to a minute.
	Behind time.Duration
	// Datasets to Malformed count what the graph is made of.
	Datasets, Jobs, Fields, Edges, FieldEdges, Malformed int
	// Discovered is when this process last looked at all of a Kafka cluster, zero
	// for never.
	Discovered time.Time
}

// check is the line of /readyz about lineage. It makes no node unready: schemas
// are served without lineage.
func (o Observed) check() string {
	if o.Fault != "" {
		return o.Fault
	}
	return "ok"
}

// observedCollector shows what an Observer tells when it is asked.
type observedCollector struct {
	observer Observer

	up, recorded, built, refused, written, behind, graph, malformed, discovered *prometheus.Desc
}

func newObservedCollector(o Observer) *observedCollector {
	const prefix = "accord_lineage_"
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prefix+name, help, labels, nil)
	}
	return &observedCollector{
		observer:   o,
		up:         desc("up", "1: lineage can be stored and read."),
		recorded:   desc("events_recorded_total", "OpenLineage events that came to this node and were new."),
		built:      desc("events_built_total", "Events that this node made facts of."),
		refused:    desc("events_refused_total", "Recorded events that no facts could be made of."),
		written:    desc("facts_written_total", "Facts of events that this node wrote."),
		behind:     desc("behind_seconds", "Age of the oldest event whose facts may not all be written yet."),
		graph:      desc("graph_size", "What the graph is made of.", "of"),
		malformed:  desc("malformed_facts", "Facts that the graph leaves out because they cannot be read."),
		discovered: desc("discovered_timestamp_seconds", "When this node last looked at all of the Kafka cluster."),
	}
}

// Describe implements prometheus.Collector.
func (c *observedCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.up, c.recorded, c.built, c.refused, c.written, c.behind, c.graph, c.malformed, c.discovered} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *observedCollector) Collect(out chan<- prometheus.Metric) {
	o := c.observer.Observed()
	tell := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	up := 1.0
	if o.Fault != "" {
		up = 0
	}
	tell(c.up, prometheus.GaugeValue, up)
	tell(c.recorded, prometheus.CounterValue, float64(o.Recorded))
	tell(c.built, prometheus.CounterValue, float64(o.Built))
	tell(c.refused, prometheus.CounterValue, float64(o.Refused))
	tell(c.written, prometheus.CounterValue, float64(o.Written))
	tell(c.behind, prometheus.GaugeValue, o.Behind.Seconds())
	for of, n := range map[string]int{
		"datasets": o.Datasets, "jobs": o.Jobs, "fields": o.Fields, "edges": o.Edges, "field_edges": o.FieldEdges,
	} {
		tell(c.graph, prometheus.GaugeValue, float64(n), of)
	}
	tell(c.malformed, prometheus.GaugeValue, float64(o.Malformed))
	if !o.Discovered.IsZero() {
		tell(c.discovered, prometheus.GaugeValue, float64(o.Discovered.Unix()))
	}
}
