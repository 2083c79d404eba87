package main

import (
	"time"

	"github.com/accordhq/accord/lineage"
)

// The types of this file are promises as those of views.go are. What lineage
// show, impact and gaps print is what the registry answers: client.Lineage,
// client.Impact and client.LineageGaps, which openapi.json describes.

// aliasesView is what lineage alias prints: the list, or the alias that was set.
type aliasesView struct {
	// Aliases are ordered by their last sighting, the newest first.
	Aliases []lineage.Alias `json:"aliases"`
}

// rulesView is what lineage rule prints: the list, or the rule that was set.
type rulesView struct {
	// Rules are ordered by pattern.
	Rules []lineage.Rule `json:"rules"`
}

// ingestView is what lineage ingest prints.
type ingestView struct {
	// Sent is how many events the registry took.
	Sent    int                `json:"sent"`
	Refused []refusedEventView `json:"refused"`
}

// refusedEventView is an event that was not taken.
type refusedEventView struct {
	// File is "-" for standard input; Line is the one the event begins in,
	// from 1.
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// discoveryView is what lineage discover prints. Lists are ordered by name.
type discoveryView struct {
	At time.Time `json:"at"`
	// Cluster is the id that the cluster gives itself, Namespace that of its
	// topics and groups in the graph.
	Cluster   string   `json:"cluster"`
	Namespace string   `json:"namespace"`
	Brokers   []string `json:"brokers"`
	// Complete: the cluster kept nothing back of who reads.
	Complete bool        `json:"complete"`
	Topics   []topicView `json:"topics"`
	Groups   []groupView `json:"groups"`
	// Producers are the transactional ids that the cluster remembers: of others
	// who write it knows no name.
	Producers []transactionView `json:"transactionalIds"`
	// Connectors are those of Kafka Connect, if that was looked at.
	Connectors []connectorView `json:"connectors"`
	// Unknown is what Kafka does not tell, in sentences.
	Unknown []string `json:"unknown"`
	// Facts is how many facts the registry was told, 0 in a dry run.
	Facts int `json:"facts"`
}

// topicView is a topic of a cluster.
type topicView struct {
	Name       string `json:"name"`
	Partitions int    `json:"partitions"`
	// Internal topics are Kafka's own.
	Internal bool `json:"internal,omitempty"`
	// Moving: records came while the cluster was looked at.
	Moving bool `json:"moving"`
}

// groupView is a group of readers.
type groupView struct {
	ID string `json:"id"`
	// Kind is classic, consumer, share, streams, connect or other; State is
	// Kafka's word.
	Kind    string `json:"kind"`
	State   string `json:"state"`
	Members int    `json:"members"`
	// Topics are those it reads or keeps offsets of.
	Topics []string `json:"topics"`
	// Tool: by its name it is a console or a monitor, and no reader of streams.
	Tool bool `json:"tool,omitempty"`
}

// transactionView is a transactional id.
type transactionView struct {
	ID    string `json:"id"`
	State string `json:"state"`
	// Topics are those of the transaction that is open now.
	Topics []string `json:"topics"`
}

// connectorView is a connector of Kafka Connect.
type connectorView struct {
	Name string `json:"name"`
	// Kind is source or sink, State is Connect's word, that of the worst task.
	Kind   string   `json:"kind"`
	Class  string   `json:"class"`
	State  string   `json:"state"`
	Topics []string `json:"topics"`
	// Store is what is on the other side, Tables what of it is known.
	Store  string   `json:"store"`
	Tables []string `json:"tables"`
}
