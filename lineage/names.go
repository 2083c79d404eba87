package lineage

import (
	"slices"
	"strings"
)

// scheme is how the namespaces of one kind of store are written (lineage
// reference 1.3).
type scheme struct {
	// name is the one that stands for all spellings.
	name string
	// port is the default, "" where the authority is no host: a bucket.
	port string
}

// schemes are the spellings that are folded.
var schemes = map[string]scheme{
	"kafka":      {"kafka", "9092"},
	"postgres":   {"postgres", "5432"},
	"postgresql": {"postgres", "5432"},
	"mysql":      {"mysql", "3306"},
	"mssql":      {"mssql", "1433"},
	"sqlserver":  {"mssql", "1433"},
	"oracle":     {"oracle", "1521"},
	"redshift":   {"redshift", "5439"},
	"cassandra":  {"cassandra", "9042"},
	"s3":         {"s3", ""},
	"s3a":        {"s3", ""},
	"s3n":        {"s3", ""},
	"abfs":       {"abfss", ""},
	"abfss":      {"abfss", ""},
	"gs":         {"gs", ""},
	"gcs":        {"gs", ""},
}

// Fold returns the name under which a node is known whatever the spelling of
// its namespace: the scheme (postgresql for postgres, s3a for s3), the case of
// hosts, a default port left out, and the order of a Kafka cluster's bootstrap
// servers. Nothing else is changed, nor is the name within the namespace. Of
// jobs only those named after a Kafka cluster are folded, because a consumer
// group has no other namespace.
func Fold(n Node) Node {
	name, rest, ok := strings.Cut(n.Namespace, "://")
	if !ok {
		return n
	}
	s, known := schemes[strings.ToLower(name)]
	if !known || n.Kind == JobNode && s.name != "kafka" {
		return n
	}
	n.Namespace = s.name + "://" + s.foldAuthority(rest)
	return n
}

// foldAuthority folds what stands before the first slash.
func (s scheme) foldAuthority(rest string) string {
	if s.port == "" {
		return rest
	}
	if s.name == "kafka" {
		return foldServers(rest, s.port)
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	return foldHost(rest[:end], s.port) + rest[end:]
}

// foldServers folds a list of bootstrap servers, as clients write it.
func foldServers(list, port string) string {
	var hosts []string
	for host := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ';' }) {
		host = strings.TrimSpace(host)
		if len(host) >= len("kafka://") && strings.EqualFold(host[:len("kafka://")], "kafka://") {
			host = host[len("kafka://"):]
		}
		if host != "" {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) == 1 && isClusterID(hosts[0]) {
		return hosts[0]
	}
	for i, host := range hosts {
		hosts[i] = foldHost(host, port)
	}
	slices.Sort(hosts)
	if hosts = slices.Compact(hosts); len(hosts) > 0 {
		return strings.Join(hosts, ",")
	}
	return list
}

// isClusterID reports whether a name is the id that a Kafka cluster gives itself:
// a UUID in 22 characters of base64 for URLs, where case counts.
func isClusterID(s string) bool {
	return len(s) == 22 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// foldHost folds host[:port]. What is neither is left alone: a list, a user's
// name, an IPv6 address without brackets.
func foldHost(host, port string) string {
	if host == "" || strings.ContainsAny(host, ",;@ ") {
		return host
	}
	inner := host
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return host
		}
		inner = host[end+1:]
	}
	switch strings.Count(inner, ":") {
	case 0:
		return strings.ToLower(host) + ":" + port
	case 1:
		if strings.HasSuffix(inner, ":") {
			host += port
		}
		return strings.ToLower(host)
	}
	return host
}

// Topic returns the cluster and the topic that a dataset is, if it is a Kafka
// topic. The cluster is the folded namespace.
func Topic(dataset ID) (cluster, topic string, ok bool) {
	folded := Fold(Node{DatasetNode, dataset})
	if !strings.HasPrefix(folded.Namespace, "kafka://") || dataset.Name == "" {
		return "", "", false
	}
	return folded.Namespace, dataset.Name, true
}
