package kafkascan

import (
	"regexp"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// Guess is what a name tells by the habits of a technology.
type Guess struct {
	// Technology is the program that gives such names: "Kafka Streams".
	Technology string
	// App is the application behind the name, empty if the name does not tell.
	App string
	// Evidence is a sentence that says what the guess rests on.
	Evidence string
	// Confidence is VeryLikely or more if a program gave the name and something
	// else agrees, Possible or less if a person may have given it.
	Confidence lineage.Confidence
}

// The technologies whose habits are known.
const (
	KafkaStreams = "Kafka Streams"
	KSQLDB       = "ksqlDB"
	KafkaConnect = "Kafka Connect"
	MirrorMaker  = "MirrorMaker 2"
	Flink        = "Apache Flink"
	Spark        = "Apache Spark"
	Registry     = "schema registry"
)

// EphemeralGroups match groups of consoles, web interfaces and monitors, and
// groups whose name is made anew at each start.
var EphemeralGroups = []*regexp.Regexp{
	regexp.MustCompile(`^console-(share-)?consumer(-|$)`),
	regexp.MustCompile(`(?i)^(akhq|kafdrop|kafka-?ui|kafbat|kowl|redpanda-console|conduktor|offset-?explorer|kafkacat|kcat|rpk)([-_.]|$)`),
	regexp.MustCompile(`^(KMOffsetCache-|burrow|amazon\.msk\.canary|_confluent-controlcenter)`),
	regexp.MustCompile(`^_confluent-ksql-.*transient_`),
	regexp.MustCompile(`^anonymous\.` + uuid + `$`),
}

const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

var (
	streamsClient  = regexp.MustCompile(`^(.+)-` + uuid + `-StreamThread-\d+(-consumer)?$`)
	connectClient  = regexp.MustCompile(`^connector-(?:consumer|producer)-(.+)-\d+$`)
	ksqlQuery      = regexp.MustCompile(`^_confluent-ksql-.+?((?:query|transient)_.+)$`)
	sparkGroup     = regexp.MustCompile(`^spark-kafka-(source|relation)-` + uuid)
	mirrorWorkers  = regexp.MustCompile(`^(.+)-mm2$`)
	streamsTxn     = regexp.MustCompile(`^(.+)-` + uuid + `-\d+$`)
	streamsTaskTxn = regexp.MustCompile(`^(.+)-\d+_\d+$`)
	flinkTxn       = regexp.MustCompile(`^(.+)-\d+-\d+$`)
)

// GuessGroup tells what a group's id, its assignor and its members' client ids
// say of the application; false if they say nothing.
func GuessGroup(g Group) (Guess, bool) {
	if m := ksqlQuery.FindStringSubmatch(g.ID); m != nil {
		return Guess{KSQLDB, m[1], "the group's id is that of a ksqlDB query", 0.95}, true
	}
	switch {
	case g.Kind == KindStreams:
		return Guess{KafkaStreams, g.ID, "the group speaks the protocol of Kafka Streams, in which its id is the application.id", 1}, true
	case g.Kind == KindConnect:
		if m := mirrorWorkers.FindStringSubmatch(g.ID); m != nil {
			return Guess{MirrorMaker, g.ID, "workers of Kafka Connect whose group is named after the cluster they mirror, " + m[1], 0.8}, true
		}
		return Guess{KafkaConnect, g.ID, "the group speaks the protocol of Kafka Connect's workers", 1}, true
	case g.Assignor == "stream":
		return Guess{KafkaStreams, g.ID, "the group uses the assignor of Kafka Streams, whose group id is the application.id", 0.95}, true
	case sparkGroup.MatchString(g.ID):
		return Guess{Spark, "", "the group's id is one that Spark Structured Streaming makes at each start", 0.9}, true
	}
	return guessClients(g)
}

// guessClients guesses from what members call themselves, and at last from
// the prefix of Connect's sinks, which a person may have chosen, too.
func guessClients(g Group) (Guess, bool) {
	connector, isSink := strings.CutPrefix(g.ID, "connect-")
	for _, m := range g.Members {
		if c := streamsClient.FindStringSubmatch(m.ClientID); c != nil {
			return Guess{KafkaStreams, c[1], "members call themselves as the threads of Kafka Streams do: " + m.ClientID, 0.9}, true
		}
		if c := connectClient.FindStringSubmatch(m.ClientID); c != nil {
			return Guess{KafkaConnect, c[1], "members call themselves as the tasks of a connector do: " + m.ClientID, 0.95}, true
		}
	}
	if isSink && connector != "" {
		return Guess{KafkaConnect, connector, "the group's id begins as that of a sink connector does: connect-", 0.7}, true
	}
	return Guess{}, false
}

// Role is what a topic is for, beside carrying a stream.
type Role string

// The roles that names tell.
const (
	// RoleChangelog topics keep the state of an application.
	RoleChangelog Role = "changelog"
	// RoleRepartition topics pass records between parts of an application.
	RoleRepartition Role = "repartition"
	// RoleReplica topics mirror a topic of another cluster.
	RoleReplica Role = "replica"
	// RoleBookkeeping topics hold what a program notes for itself.
	RoleBookkeeping Role = "bookkeeping"
)

// TopicGuess is what a topic's name tells.
type TopicGuess struct {
	Guess
	Role Role
	// Cluster and Topic are of which a replica is one: the alias that
	// MirrorMaker gives the other cluster, and the topic's name there.
	Cluster, Topic string
}

// Names knows the names on a cluster, against which others are held.
type Names struct {
	groups map[string]Kind
	topics map[string]bool
	// mirrored are aliases of clusters that MirrorMaker copies from.
	mirrored map[string]bool
}

// Names are those of the scan.
func (s *Scan) Names() *Names {
	n := &Names{groups: make(map[string]Kind, len(s.Groups)), topics: make(map[string]bool, len(s.Topics)), mirrored: make(map[string]bool)}
	for _, g := range s.Groups {
		n.groups[g.ID] = g.Kind
	}
	for _, t := range s.Topics {
		n.topics[t.Name] = true
		for _, suffix := range []string{".heartbeats", ".checkpoints.internal"} {
			if alias, ok := strings.CutSuffix(t.Name, suffix); ok && alias != "" {
				n.mirrored[alias] = true
			}
		}
	}
	return n
}

// group returns the group with the longest id that name begins with, before
// one of the separators.
func (n *Names) group(name, separators string) (string, bool) {
	for i := len(name) - 1; i > 0; i-- {
		if !strings.ContainsRune(separators, rune(name[i])) {
			continue
		}
		if _, ok := n.groups[name[:i]]; ok {
			return name[:i], true
		}
	}
	return "", false
}

// bookkeeping are topics that programs keep for themselves under names that
// they have by default.
var bookkeeping = []struct {
	pattern    *regexp.Regexp
	technology string
	confidence lineage.Confidence
}{
	{regexp.MustCompile(`^_schemas$|^_schema_encoders$|^_accord$`), Registry, 0.9},
	{regexp.MustCompile(`^mm2-(configs|offsets|status|offset-syncs)\..+\.internal$|\.checkpoints\.internal$|(^|\.)heartbeats$`), MirrorMaker, 0.9},
	{regexp.MustCompile(`^_?connect[-_](configs|offsets?|status)$`), KafkaConnect, 0.8},
	{regexp.MustCompile(`^__debezium-heartbeat\.`), "Debezium", 0.9},
	{regexp.MustCompile(`^_confluent-ksql-.+_command_topic$`), KSQLDB, 0.95},
	{regexp.MustCompile(`^_confluent-(metrics|monitoring|telemetry|command|license|balancer|controlcenter)`), "Confluent Platform", 0.9},
}

var streamsTopics = []struct {
	pattern *regexp.Regexp
	role    Role
}{
	{regexp.MustCompile(`-changelog$`), RoleChangelog},
	{regexp.MustCompile(`-repartition$`), RoleRepartition},
	{regexp.MustCompile(`-KTABLE-FK-JOIN-SUBSCRIPTION-(REGISTRATION|RESPONSE)-\d+-topic$`), RoleRepartition},
}

// Topic tells what a topic is for by its name; false if the name says nothing,
// as that of most streams.
func (n *Names) Topic(name string) (TopicGuess, bool) {
	for _, b := range bookkeeping {
		if b.pattern.MatchString(name) {
			return TopicGuess{Guess: Guess{b.technology, "", "the topic has a name that " + b.technology + " gives by default", b.confidence}, Role: RoleBookkeeping}, true
		}
	}
	for _, s := range streamsTopics {
		if !s.pattern.MatchString(name) {
			continue
		}
		evidence := "the topic's name ends as Kafka Streams ends a " + string(s.role) + " topic's"
		app, ok := n.group(name, "-")
		if !ok {
			return TopicGuess{Guess: Guess{KafkaStreams, "", evidence + ", and no group is there that it begins with", 0.5}, Role: s.role}, true
		}
		return TopicGuess{Guess: Guess{KafkaStreams, app, evidence + " and begins with the id of the group " + app, 0.9}, Role: s.role}, true
	}
	alias, original, ok := strings.Cut(name, ".")
	if ok && original != "" && n.mirrored[alias] {
		evidence := "MirrorMaker 2 keeps its notes on the cluster " + alias + " here, and puts that name before the topics it copies"
		return TopicGuess{Guess: Guess{MirrorMaker, "", evidence, 0.9}, Role: RoleReplica, Cluster: alias, Topic: original}, true
	}
	return TopicGuess{}, false
}

// Transaction tells which application a transactional id belongs to; false if
// the id says nothing.
func (n *Names) Transaction(id string) (Guess, bool) {
	if app, ok := strings.CutPrefix(id, "connect-cluster-"); ok && app != "" {
		return Guess{KafkaConnect, app, "the transactional id is that of the leading worker of a Kafka Connect cluster", 0.9}, true
	}
	for _, form := range []struct {
		pattern *regexp.Regexp
		what    string
		alone   lineage.Confidence // without a group of that name
	}{
		{streamsTxn, "a thread of Kafka Streams", 0.6},
		{streamsTaskTxn, "a task of Kafka Streams", 0.5},
	} {
		m := form.pattern.FindStringSubmatch(id)
		if m == nil {
			continue
		}
		if _, ok := n.groups[m[1]]; ok {
			return Guess{KafkaStreams, m[1], "the transactional id is that of " + form.what + " and begins with the id of the group " + m[1], 0.95}, true
		}
		return Guess{KafkaStreams, m[1], "the transactional id looks like that of " + form.what, form.alone}, true
	}
	if group, ok := n.group(id, "-._:"); ok {
		if rest := id[len(group)+1:]; n.groups[group] == KindConnect && strings.Contains(rest, "-") {
			connector := rest[:strings.LastIndexByte(rest, '-')]
			return Guess{KafkaConnect, connector, "the transactional id names the workers " + group + " of Kafka Connect, a connector and its task", 0.8}, true
		}
		return Guess{"", group, "the transactional id begins with the id of the group " + group, 0.6}, true
	}
	if m := flinkTxn.FindStringSubmatch(id); m != nil {
		return Guess{Flink, m[1], "the transactional id ends as those of Flink's sinks do, with a subtask and a checkpoint", 0.4}, true
	}
	return Guess{}, false
}

// SubjectGuess is which topic a subject's schemas are of.
type SubjectGuess struct {
	Topic string
	// Key is true for the schemas of keys.
	Key bool
	// Strategy is the serializers' naming strategy that gives such subjects.
	Strategy   string
	Confidence lineage.Confidence
}

// Subject tells which of the topics a subject is of (lineage reference,
// section 4); false if none is, as with RecordNameStrategy, whose subjects do
// not tell. A context before the subject's name is not looked at.
func (n *Names) Subject(subject string) (SubjectGuess, bool) {
	if rest, ok := strings.CutPrefix(subject, ":."); ok {
		if _, name, ok := strings.Cut(rest, ":"); ok {
			subject = name
		}
	}
	for suffix, isKey := range map[string]bool{"-value": false, "-key": true} {
		if topic, ok := strings.CutSuffix(subject, suffix); ok && n.topics[topic] {
			return SubjectGuess{topic, isKey, "TopicNameStrategy", lineage.VeryLikely}, true
		}
	}
	for i := len(subject) - 1; i > 0; i-- {
		if subject[i] == '-' && n.topics[subject[:i]] {
			return SubjectGuess{subject[:i], false, "TopicRecordNameStrategy", lineage.Possible}, true
		}
	}
	return SubjectGuess{}, false
}
