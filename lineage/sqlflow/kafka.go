package sqlflow

import "strings"

// Kafka says which topics hold a table's rows, and the bootstrap servers they
// are reached by, as its options have them: Flink's kafka and upsert-kafka,
// Confluent's connector of the same name as the company, ksqlDB, Spark's source
// and sink. No topics: the table is not Kafka's, or leaves the topic open.
func (t Table) Kafka() (topics []string, bootstrap string) {
	switch t.Connector {
	case "kafka", "upsert-kafka":
		for _, key := range []string{"topic", "kafka_topic", "subscribe"} {
			topics = append(topics, list(t.Options[key])...)
		}
	case "confluent": // a table is a topic
		topics = []string{t.Name.Table}
	default:
		return nil, ""
	}
	for _, key := range []string{"properties.bootstrap.servers", "kafka.bootstrap.servers", "bootstrap.servers"} {
		if servers := t.Options[key]; servers != "" {
			return topics, servers
		}
	}
	return topics, ""
}

// list splits what Flink divides by semicolons and Spark by commas.
func list(value string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ';' || r == ',' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
