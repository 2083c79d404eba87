package kafkascan

import (
	"fmt"
	"strings"
	"time"
)

// limits are what no scan can see, on any cluster.
var limits = []string{
	"Kafka names no producer: who writes is known by a transactional id alone, or from elsewhere (lineage events, connectors, registrations)",
	"producers without idempotence, and consumers that choose their partitions themselves and commit nothing, leave no trace",
	"topics, groups and transactional ids that the user of the scan may not describe are missing without a word",
}

// Unknown lists what the scan could not learn and what Kafka cannot tell, in
// sentences for a person: first gaps, then streams without a known writer,
// then groups of which only a trace is left, last what holds of every cluster.
func (s *Scan) Unknown() []string {
	var sentences []string
	for _, g := range s.Refused {
		sentence := "unknown: " + g.What + "; " + g.Why
		if g.Hint != "" {
			sentence += "; " + g.Hint
		}
		sentences = append(sentences, sentence)
	}
	sentences = append(sentences, s.unknownWriters()...)
	sentences = append(sentences, s.unknownReaders()...)
	return append(sentences, limits...)
}

// unknownWriters are sentences on streams that somebody without a name writes.
func (s *Scan) unknownWriters() []string {
	byTopic := s.producersByTopic()
	names := s.Names()
	var sentences []string
	for _, t := range s.Topics {
		if _, isKnown := names.Topic(t.Name); t.Internal || isKnown {
			continue
		}
		unnamed, latest := 0, Producer{}
		for _, p := range byTopic[t.Name] {
			if p.TransactionalID == "" {
				if unnamed++; unnamed == 1 || p.LastWrite.After(latest.LastWrite) {
					latest = p
				}
			}
		}
		switch {
		case unnamed > 0:
			sentences = append(sentences, fmt.Sprintf("no producer reported for topic %s; last write %s ago by %s", t.Name, age(s.At.Sub(latest.LastWrite)), unnamedProducers(unnamed, latest.ProducerID)))
		case t.Moving && len(byTopic[t.Name]) == 0:
			sentences = append(sentences, fmt.Sprintf("no producer reported for topic %s, which is being written to; brokers remember only producers with idempotence", t.Name))
		}
	}
	return sentences
}

func unnamedProducers(n int, latest int64) string {
	if n == 1 {
		return fmt.Sprintf("an unnamed producer (id %d)", latest)
	}
	return fmt.Sprintf("one of %d unnamed producers (id %d)", n, latest)
}

// unknownReaders are sentences on groups whose reading is not all there to
// see.
func (s *Scan) unknownReaders() []string {
	var sentences []string
	for _, g := range s.Groups {
		var committed []string
		for _, t := range g.Topics {
			if t.Committed && !t.Subscribed && !t.Assigned {
				committed = append(committed, t.Name)
			}
		}
		if len(g.Members) == 0 && len(committed) > 0 {
			sentences = append(sentences, fmt.Sprintf("group %s has no members now; it has committed offsets of %s, and Kafka does not say when", g.ID, list(committed)))
		}
		if len(g.Regex) > 0 {
			sentences = append(sentences, fmt.Sprintf("group %s subscribes to a pattern, %s: topics that match later join by themselves", g.ID, strings.Join(g.Regex, " and ")))
		}
		if g.Topology != nil && !g.Topology.Complete {
			sentences = append(sentences, fmt.Sprintf("group %s is a Kafka Streams application; the topics it writes its results to are not known to the cluster", g.ID))
		}
	}
	return sentences
}

// age says how long something is ago, in the unit a person would use.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "less than a second"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
