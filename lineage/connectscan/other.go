package connectscan

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// other is the side of a connector that is not Kafka.
type other struct {
	store, whole string
	// into names the table that a sink writes the records of a topic to, after
	// its transforms; "" if the configuration does not decide it.
	into func(topic string) string
	// makes are the tables that a source's configuration names, with the topic
	// it writes each to before its transforms. tableOf goes the other way.
	makes   []Flow
	tableOf func(topic string) string
	// open is true if the configuration leaves it open which other tables a
	// source reads.
	open bool
	// bookkeeping are topics that a source keeps for itself.
	bookkeeping []string
	enveloped   bool
	notes       []string
}

// classes know the configuration of connectors. Only the keys that they name
// are ever read.
var classes = map[string]func(config) other{
	"io.debezium.connector.postgresql.PostgresConnector": debezium("postgres", "5432"),
	"io.debezium.connector.mysql.MySqlConnector":         debezium("mysql", "3306"),
	"io.debezium.connector.mariadb.MariaDbConnector":     debezium("mysql", "3306"),
	"io.debezium.connector.sqlserver.SqlServerConnector": debezium("mssql", "1433"),
	"io.debezium.connector.oracle.OracleConnector":       debezium("oracle", "1521"),
	"io.debezium.connector.mongodb.MongoDbConnector":     debeziumMongo,
	"io.debezium.connector.jdbc.JdbcSinkConnector":       jdbcSinkOfDebezium,

	"io.confluent.connect.jdbc.JdbcSourceConnector": jdbcSource,
	"io.aiven.connect.jdbc.JdbcSourceConnector":     jdbcSource,
	"io.confluent.connect.jdbc.JdbcSinkConnector":   jdbcSink,
	"io.aiven.connect.jdbc.JdbcSinkConnector":       jdbcSink,

	"io.confluent.connect.s3.S3SinkConnector":                       bucket("s3", "s3.bucket.name"),
	"io.confluent.connect.gcs.GcsSinkConnector":                     bucket("gs", "gcs.bucket.name"),
	"io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector":    bucketOfAiven("s3", "aws.s3.bucket.name", "aws.s3.prefix"),
	"io.aiven.kafka.connect.gcs.GcsSinkConnector":                   bucketOfAiven("gs", "gcs.bucket.name", "file.name.prefix"),
	"com.snowflake.kafka.connector.SnowflakeSinkConnector":          snowflake,
	"com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector": snowflake,
	"com.wepay.kafka.connect.bigquery.BigQuerySinkConnector":        bigQuery,
	"io.confluent.connect.elasticsearch.ElasticsearchSinkConnector": search("elasticsearch"),
	"io.aiven.connect.elasticsearch.ElasticsearchSinkConnector":     search("elasticsearch"),
	"io.aiven.kafka.connect.opensearch.OpensearchSinkConnector":     search("opensearch"),
	"com.mongodb.kafka.connect.MongoSourceConnector":                mongoSource,
	"com.mongodb.kafka.connect.MongoSinkConnector":                  mongoSink,
	"org.apache.kafka.connect.file.FileStreamSourceConnector":       fileSource,
	"org.apache.kafka.connect.file.FileStreamSinkConnector":         fileSink,
	"org.apache.kafka.connect.mirror.MirrorSourceConnector":         mirror,
	"org.apache.kafka.connect.mirror.MirrorCheckpointConnector":     onlyNotes,
	"org.apache.kafka.connect.mirror.MirrorHeartbeatConnector":      onlyNotes,
}

// short are names that Connect takes for a class, too.
var short = map[string]string{
	"FileStreamSource": "org.apache.kafka.connect.file.FileStreamSourceConnector",
	"FileStreamSink":   "org.apache.kafka.connect.file.FileStreamSinkConnector",
}

func otherSide(cfg config) other {
	class := cfg["connector.class"]
	if full, ok := short[strings.TrimSuffix(class, "Connector")]; ok {
		class = full
	}
	read, ok := classes[class]
	if !ok {
		return other{notes: []string{"the configuration of the class " + class + " is not known, so neither is what is on its other side"}}
	}
	return read(cfg)
}

// onlyNotes is of connectors that move no data.
func onlyNotes(config) other { return other{} }

// address puts a host and a port into a namespace.
func address(scheme, host, port string) string {
	if host == "" {
		return ""
	}
	return scheme + "://" + host + ":" + port
}

// join puts the parts of a name together, unless one is missing.
func join(parts ...string) string {
	if slices.Contains(parts, "") {
		return ""
	}
	return strings.Join(parts, ".")
}

// bucket is of Confluent's sinks into object stores, which give each topic a
// folder.
func bucket(scheme, key string) func(config) other {
	return func(cfg config) other {
		if cfg[key] == "" {
			return other{}
		}
		folder := cmp.Or(cfg["topics.dir"], "topics")
		return other{store: scheme + "://" + cfg[key], whole: folder, into: func(topic string) string { return folder + "/" + topic }}
	}
}

// bucketOfAiven is of Aiven's, whose file names are a template.
func bucketOfAiven(scheme, bucket, prefix string) func(config) other {
	return func(cfg config) other {
		if cfg[bucket] == "" {
			return other{}
		}
		return other{store: scheme + "://" + cfg[bucket], whole: strings.TrimSuffix(cfg[prefix], "/")}
	}
}

func search(scheme string) func(config) other {
	return func(cfg config) other {
		for _, link := range cfg.list("connection.url") {
			if u, err := url.Parse(link); err == nil && u.Host != "" {
				return other{store: scheme + "://" + u.Host, into: strings.ToLower}
			}
		}
		return other{into: strings.ToLower}
	}
}

var snowflakeHost = regexp.MustCompile(`^(?:https?://)?([^/:]+)\.snowflakecomputing\.com`)

// identifier is a name that Snowflake and others take as it is.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func snowflake(cfg config) other {
	database, schema := strings.ToUpper(cfg["snowflake.database.name"]), strings.ToUpper(cfg["snowflake.schema.name"])
	o := other{whole: join(database, schema)}
	if m := snowflakeHost.FindStringSubmatch(cfg["snowflake.url.name"]); m != nil {
		o.store = "snowflake://" + m[1]
	}
	tables := make(map[string]string)
	for _, pair := range cfg.list("snowflake.topic2table.map") {
		if topic, table, ok := strings.Cut(pair, ":"); ok {
			tables[strings.TrimSpace(topic)] = strings.TrimSpace(table)
		}
	}
	o.into = func(topic string) string {
		table, mapped := tables[topic]
		switch {
		case mapped:
		case identifier.MatchString(topic):
			table = topic
		default:
			return "" // the connector makes a name with a hash of it
		}
		return join(database, schema, strings.ToUpper(table))
	}
	return o
}

func bigQuery(cfg config) other {
	project, dataset := cfg["project"], cfg["defaultDataset"]
	return other{store: "bigquery", whole: join(project, dataset), into: func(topic string) string {
		if !identifier.MatchString(topic) && cfg["sanitizeTopics"] != "true" {
			return join(project, dataset, topic)
		}
		return join(project, dataset, notIdentifier.ReplaceAllString(topic, "_"))
	}}
}

var notIdentifier = regexp.MustCompile(`[^A-Za-z0-9_]`)

// mongo reads the hosts of a connection string and never what is before "@".
func mongo(connection string) string {
	scheme, rest, ok := strings.Cut(connection, "://")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "/")
	rest, _, _ = strings.Cut(rest, "?")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	host, _, _ := strings.Cut(rest, ",")
	if host != "" && scheme == "mongodb" && !strings.Contains(host, ":") {
		host += ":27017"
	}
	if host == "" {
		return ""
	}
	return "mongodb://" + host
}

func mongoSource(cfg config) other {
	database, collection := cfg["database"], cfg["collection"]
	o := other{store: mongo(cfg["connection.uri"]), whole: database, tableOf: func(topic string) string {
		name := topic
		if prefix := cfg["topic.prefix"]; prefix != "" {
			var ok bool
			if name, ok = strings.CutPrefix(topic, prefix+"."); !ok {
				return ""
			}
		}
		if cfg["topic.suffix"] != "" || cfg["topic.namespace.map"] != "" || !strings.Contains(name, ".") {
			return ""
		}
		return name
	}}
	if table := join(database, collection); table != "" && cfg["topic.suffix"] == "" && cfg["topic.namespace.map"] == "" {
		topic := table
		if cfg["topic.prefix"] != "" {
			topic = cfg["topic.prefix"] + "." + table
		}
		o.makes = []Flow{{Topic: topic, Table: table}}
	}
	return o
}

func mongoSink(cfg config) other {
	database := cfg["database"]
	return other{store: mongo(cfg["connection.uri"]), whole: database, into: func(topic string) string {
		of := "topic.override." + topic + "."
		return join(cmp.Or(cfg[of+"database"], database), cmp.Or(cfg[of+"collection"], cfg["collection"], topic))
	}}
}

func fileSource(cfg config) other {
	o := other{store: "file", whole: cfg["file"]}
	if cfg["file"] != "" && cfg["topic"] != "" {
		o.makes = []Flow{{Topic: cfg["topic"], Table: cfg["file"]}}
	}
	return o
}

func fileSink(cfg config) other {
	return other{store: "file", whole: cfg["file"], into: func(string) string { return cfg["file"] }}
}

// mirror is MirrorMaker's copy of another cluster, whose topics get the
// cluster's alias as a prefix unless a policy leaves them as they are.
func mirror(cfg config) other {
	first, _, _ := strings.Cut(cfg["source.cluster.bootstrap.servers"], ",")
	o := other{}
	if first != "" {
		o.store = "kafka://" + strings.TrimSpace(first)
	}
	prefix := cfg["source.cluster.alias"] + cmp.Or(cfg["replication.policy.separator"], ".")
	switch policy := cfg["replication.policy.class"]; {
	case strings.HasSuffix(policy, ".IdentityReplicationPolicy"):
		prefix = ""
	case policy != "" && !strings.HasSuffix(policy, ".DefaultReplicationPolicy"):
		o.notes = []string{"topics are named by the policy " + policy + ", which is not known"}
		return o
	}
	o.tableOf = func(topic string) string {
		name, ok := strings.CutPrefix(topic, prefix)
		if !ok {
			return ""
		}
		return name
	}
	for _, pattern := range cfg.list("topics") {
		if name, ok := plain(pattern); !ok {
			o.open = true
		} else {
			o.makes = append(o.makes, Flow{Topic: prefix + name, Table: name})
		}
	}
	return o
}
