package connectscan

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accordhq/accord/lineage"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func now() time.Time { return noon }

// connect serves the REST API of a worker with some connectors: their
// configurations and the topics they have used.
type connect struct {
	configs map[string]config
	used    map[string][]string
	// untracked workers do not tell which topics are used.
	untracked bool
}

func (c connect) start(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"version":"4.3.1","commit":"abc","kafka_cluster_id":"c1"}`)
	})
	mux.HandleFunc("GET /connectors", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query()["expand"]; !cmp.Equal(got, []string{"info", "status"}) {
			t.Errorf("expand=%q", got)
		}
		all := make(map[string]any)
		for name, cfg := range c.configs {
			kind := "sink"
			if strings.Contains(cfg["connector.class"], "Source") || strings.Contains(cfg["connector.class"], "debezium") && !strings.Contains(cfg["connector.class"], "Sink") {
				kind = "source"
			}
			all[name] = map[string]any{
				"info": map[string]any{"name": name, "config": cfg, "tasks": []any{map[string]any{"connector": name, "task": 0}}, "type": kind},
				"status": map[string]any{
					"name": name, "type": kind, "connector": map[string]any{"state": "RUNNING", "worker_id": "10.0.0.9:8083"},
					"tasks": []any{map[string]any{"id": 0, "state": "RUNNING", "worker_id": "10.0.0.9:8083"}},
				},
			}
		}
		if err := json.NewEncoder(w).Encode(all); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /connectors/{name}/topics", func(w http.ResponseWriter, r *http.Request) {
		if c.untracked {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"error_code":403,"message":"Topic tracking is disabled."}`)
			return
		}
		name := r.PathValue("name")
		topics := c.used[name]
		if topics == nil {
			topics = []string{}
		}
		if err := json.NewEncoder(w).Encode(map[string]any{name: map[string]any{"topics": topics}}); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func (c connect) scan(t *testing.T) *Scan {
	t.Helper()
	s, err := Run(t.Context(), Options{URL: c.start(t), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// what a test of connectors compares.
var public = cmp.Options{cmpopts.IgnoreUnexported(Connector{}), cmpopts.IgnoreFields(Connector{}, "Name", "Class", "State", "Group"), cmpopts.EquateEmpty()}

func TestConnectors(t *testing.T) {
	t.Parallel()
	seen := func(names ...string) (topics []Topic) {
		for _, name := range names {
			topics = append(topics, Topic{name, true})
		}
		return topics
	}
	postgres := written("connector.class=io.debezium.connector.postgresql.PostgresConnector", "database.hostname=db.shop", "database.port=5433", "database.user=cdc", "database.password=hunter2",
		"database.dbname=shop", "topic.prefix=pg", `table.include.list=public\.orders,public.customers,audit\..*`)
	for _, tt := range []struct {
		name   string
		config config
		used   []string
		want   Connector
	}{
		{
			"Debezium Postgres, running", postgres,
			[]string{"pg", "pg.transaction", "__debezium-heartbeat.pg", "pg.public.orders", "pg.audit.log"},
			Connector{
				Source: true, Store: "postgres://db.shop:5433", Whole: "shop", Topics: seen("pg.audit.log", "pg.public.orders"),
				Flows: []Flow{{"pg.public.orders", "shop.public.orders"}, {"pg.audit.log", "shop.audit.log"}},
			},
		},
		{
			"Debezium Postgres, not yet run", postgres, nil,
			Connector{
				Source: true, Store: "postgres://db.shop:5433", Whole: "shop", Topics: []Topic{{"pg.public.orders", false}, {"pg.public.customers", false}},
				Flows: []Flow{{"pg.public.orders", "shop.public.orders"}, {"pg.public.customers", "shop.public.customers"}},
			},
		},
		{
			"Debezium MySQL with renamed topics", written("connector.class=io.debezium.connector.mysql.MySqlConnector", "database.hostname=db", "topic.prefix=my", "table.include.list=shop.orders", "schema.history.internal.kafka.topic=history",
				"transforms=r", "transforms.r.type="+apache+"RegexRouter", `transforms.r.regex=my\.(.*)`, "transforms.r.replacement=cdc.$1"),
			[]string{"my", "cdc.shop.orders", "cdc.shop.other", "cdc.transaction"},
			Connector{
				Source: true, Store: "mysql://db:3306", Tables: []string{"shop.orders"}, Topics: seen("cdc.shop.orders", "cdc.shop.other"),
				Flows: []Flow{{"cdc.shop.orders", "shop.orders"}},
			},
		},
		{
			"Debezium SQL Server", written("connector.class=io.debezium.connector.sqlserver.SqlServerConnector", "database.hostname=db", "database.names=erp,crm", "topic.prefix=ms"),
			[]string{"ms.crm.dbo.leads", "other"},
			Connector{Source: true, Store: "mssql://db:1433", Topics: seen("ms.crm.dbo.leads", "other"), Flows: []Flow{{"ms.crm.dbo.leads", "crm.dbo.leads"}}},
		},
		{
			"Debezium outbox", written("connector.class=io.debezium.connector.postgresql.PostgresConnector", "database.hostname=db", "database.dbname=shop", "topic.prefix=pg", "table.include.list=public.outbox",
				"transforms=o", "transforms.o.type=io.debezium.transforms.outbox.EventRouter"),
			[]string{"outbox.event.order"},
			Connector{
				Source: true, Store: "postgres://db:5432", Whole: "shop", Tables: []string{"shop.public.outbox"}, Topics: seen("outbox.event.order"),
				Notes: []string{"the transform o names topics by what is in the record"},
			},
		},
		{
			"Debezium MongoDB", written("connector.class=io.debezium.connector.mongodb.MongoDbConnector", "mongodb.connection.string=mongodb://u:hunter2@m1:27018,m2/?replicaSet=rs", "topic.prefix=mg"),
			[]string{"mg.shop.carts"},
			Connector{Source: true, Store: "mongodb://m1:27018", Topics: seen("mg.shop.carts"), Flows: []Flow{{"mg.shop.carts", "shop.carts"}}},
		},
		{
			"JDBC source of tables", written("connector.class=io.confluent.connect.jdbc.JdbcSourceConnector", "connection.url=jdbc:postgresql://db:5432/shop?user=x&password=hunter2", "topic.prefix=jdbc-", "table.whitelist=orders,sales.invoices"),
			[]string{"jdbc-orders", "jdbc-other"},
			Connector{Source: true, Store: "postgres://db:5432", Whole: "shop", Tables: []string{"shop.public.orders", "shop.sales.invoices"}, Topics: seen("jdbc-orders", "jdbc-other"), Flows: []Flow{{"jdbc-orders", "shop.public.orders"}}},
		},
		{
			"JDBC source of a query", written("connector.class=io.aiven.connect.jdbc.JdbcSourceConnector", "connection.url=jdbc:mysql://db/shop", "topic.prefix=totals", "query=SELECT * FROM orders"), nil,
			Connector{Source: true, Store: "mysql://db:3306", Whole: "shop", Topics: []Topic{{"totals", false}}, Notes: []string{"the connector runs a query; which tables it reads was not looked at"}},
		},
		{
			"JDBC sink", written("connector.class=io.confluent.connect.jdbc.JdbcSinkConnector", "connection.url=jdbc:sqlserver://db:1433;databaseName=dwh;user=x;password=hunter2", "topics=orders,refunds", "table.name.format=kafka_${topic}"),
			[]string{"orders"},
			Connector{Store: "mssql://db:1433", Whole: "dwh", Topics: []Topic{{"orders", true}, {"refunds", false}}, Flows: []Flow{{"orders", "dwh.dbo.kafka_orders"}, {"refunds", "dwh.dbo.kafka_refunds"}}},
		},
		{
			"Debezium JDBC sink", written("connector.class=io.debezium.connector.jdbc.JdbcSinkConnector", "connection.url=jdbc:mysql://db/dwh", "topics=pg.public.orders"), nil,
			Connector{Store: "mysql://db:3306", Whole: "dwh", Topics: []Topic{{"pg.public.orders", false}}, Flows: []Flow{{"pg.public.orders", "dwh.pg_public_orders"}}},
		},
		{
			"S3 sink with renamed topics", written("connector.class=io.confluent.connect.s3.S3SinkConnector", "s3.bucket.name=lake", "aws.secret.access.key=hunter2", "topics.regex=pg\\..*",
				"transforms=r", "transforms.r.type="+apache+"RegexRouter", `transforms.r.regex=pg\.public\.(.*)`, "transforms.r.replacement=$1"),
			[]string{"pg.public.orders"},
			Connector{Store: "s3://lake", Whole: "topics", Pattern: `pg\..*`, Topics: seen("pg.public.orders"), Flows: []Flow{{"pg.public.orders", "topics/orders"}}},
		},
		{
			"S3 sink of Aiven", written("connector.class=io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector", "aws.s3.bucket.name=lake", "aws.s3.prefix=raw/", "topics=orders"), nil,
			Connector{Store: "s3://lake", Whole: "raw", Topics: []Topic{{"orders", false}}},
		},
		{
			"Snowflake", written("connector.class=com.snowflake.kafka.connector.SnowflakeSinkConnector", "snowflake.url.name=acme-eu1.snowflakecomputing.com:443", "snowflake.private.key=hunter2", "snowflake.database.name=raw", "snowflake.schema.name=kafka",
				"topics=orders,pg.public.users,pg-clicks", "snowflake.topic2table.map=pg.public.users:users"), nil,
			Connector{
				Store: "snowflake://acme-eu1", Whole: "RAW.KAFKA", Topics: []Topic{{"orders", false}, {"pg.public.users", false}, {"pg-clicks", false}},
				Flows: []Flow{{"orders", "RAW.KAFKA.ORDERS"}, {"pg.public.users", "RAW.KAFKA.USERS"}},
			},
		},
		{
			"BigQuery", written("connector.class=com.wepay.kafka.connect.bigquery.BigQuerySinkConnector", "project=acme", "defaultDataset=raw", "sanitizeTopics=true", "topics=pg.public.orders"), nil,
			Connector{Store: "bigquery", Whole: "acme.raw", Topics: []Topic{{"pg.public.orders", false}}, Flows: []Flow{{"pg.public.orders", "acme.raw.pg_public_orders"}}},
		},
		{
			"Elasticsearch", written("connector.class=io.confluent.connect.elasticsearch.ElasticsearchSinkConnector", "connection.url=http://u:hunter2@es-1:9200,http://es-2:9200", "topics=Orders"), nil,
			Connector{Store: "elasticsearch://es-1:9200", Topics: []Topic{{"Orders", false}}, Flows: []Flow{{"Orders", "orders"}}},
		},
		{
			"MongoDB source", written("connector.class=com.mongodb.kafka.connect.MongoSourceConnector", "connection.uri=mongodb+srv://u:hunter2@c.mongodb.net", "topic.prefix=mg", "database=shop", "collection=carts"), nil,
			Connector{Source: true, Store: "mongodb://c.mongodb.net", Whole: "shop", Tables: []string{"shop.carts"}, Topics: []Topic{{"mg.shop.carts", false}}, Flows: []Flow{{"mg.shop.carts", "shop.carts"}}},
		},
		{
			"MongoDB sink", written("connector.class=com.mongodb.kafka.connect.MongoSinkConnector", "connection.uri=mongodb://m", "database=shop", "topics=orders,users", "topic.override.users.collection=people"), nil,
			Connector{Store: "mongodb://m:27017", Whole: "shop", Topics: []Topic{{"orders", false}, {"users", false}}, Flows: []Flow{{"orders", "shop.orders"}, {"users", "shop.people"}}},
		},
		{
			"file source", written("connector.class=FileStreamSource", "file=/in.txt", "topic=lines"),
			[]string{"lines"},
			Connector{Source: true, Store: "file", Whole: "/in.txt", Tables: []string{"/in.txt"}, Topics: seen("lines"), Flows: []Flow{{"lines", "/in.txt"}}},
		},
		{
			"file sink", written("connector.class=org.apache.kafka.connect.file.FileStreamSinkConnector", "file=/out.txt", "topics=lines"),
			[]string{"lines"},
			Connector{Store: "file", Whole: "/out.txt", Topics: seen("lines"), Flows: []Flow{{"lines", "/out.txt"}}},
		},
		{
			"MirrorMaker", written("connector.class=org.apache.kafka.connect.mirror.MirrorSourceConnector", "source.cluster.bootstrap.servers=w1:9092,w2:9092", "source.cluster.alias=west", "topics=.*"),
			[]string{"west.orders"},
			Connector{Source: true, Store: "kafka://w1:9092", Topics: seen("west.orders"), Flows: []Flow{{"west.orders", "orders"}}},
		},
		{
			"nobody's", written("connector.class=com.acme.TeapotSinkConnector", "connection.url=http://hunter2", "topics=orders"),
			[]string{"orders"},
			Connector{Topics: seen("orders"), Notes: []string{"the configuration of the class com.acme.TeapotSinkConnector is not known, so neither is what is on its other side"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := connect{configs: map[string]config{"c": tt.config}, used: map[string][]string{"c": tt.used}}.scan(t)
			if diff := cmp.Diff([]Connector{tt.want}, s.Connectors, public); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			all := fmt.Sprintf("%+v", s)
			for _, f := range s.Facts(FactOptions{}) {
				all += f.Key + string(f.Body)
			}
			if strings.Contains(all, "hunter2") {
				t.Error("a password came out")
			}
		})
	}
}

// A topic that only begins like a connector's prefix is no proof of anything.
func TestPrefixIsNoProof(t *testing.T) {
	t.Parallel()
	cfg := written("connector.class=io.debezium.connector.postgresql.PostgresConnector", "database.hostname=db", "database.dbname=shop", "topic.prefix=pg", "table.include.list=.*")
	s := connect{configs: map[string]config{"c": cfg}, untracked: true}.scan(t)
	if c := s.Connectors[0]; len(c.Topics) > 0 || len(c.Flows) > 0 {
		t.Errorf("topics %v and flows %v out of nothing", c.Topics, c.Flows)
	}
	want := []Gap{{"the topics that the connector c really uses", "Kafka Connect answered 403: Topic tracking is disabled.", "set topic.tracking.enable=true on the workers, or allow the scan's user to read"}}
	if diff := cmp.Diff(want, s.Refused); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	sentences := []string{
		"unknown: the topics that the connector c really uses; Kafka Connect answered 403: Topic tracking is disabled.; set topic.tracking.enable=true on the workers, or allow the scan's user to read",
		"connector c: which topics it uses is known neither from its runs nor from its configuration",
	}
	if diff := cmp.Diff(sentences, s.Unknown()); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	s := connect{
		configs: map[string]config{
			"cdc": written("connector.class=io.debezium.connector.postgresql.PostgresConnector", "database.hostname=db", "database.dbname=shop", "topic.prefix=pg", "table.include.list=public.users",
				"transforms=u,m", "transforms.u.type=io.debezium.transforms.ExtractNewRecordState", "transforms.u.add.fields=op", "transforms.m.type="+apache+"MaskField$Value", "transforms.m.fields=email"),
			"to-es": written("connector.class=io.confluent.connect.elasticsearch.ElasticsearchSinkConnector", "connection.url=http://es:9200", "topics=pg.public.users",
				"transforms=r", "transforms.r.type="+apache+"ReplaceField$Value", "transforms.r.renames=id:user_id"),
		},
		used: map[string][]string{"cdc": {"pg.public.users"}},
	}.scan(t)
	_, host, _ := strings.Cut(s.URL, "://")
	var got []string
	for _, f := range s.Facts(FactOptions{Fields: func(topic string) []string {
		if topic != "pg.public.users" {
			t.Errorf("fields of %s were asked for", topic)
		}
		return []string{"key.id", "id", "email", "__op"}
	}}) {
		switch f.Kind {
		case lineage.KindEdge:
			e, err := lineage.EdgeOf(f)
			if err != nil {
				t.Fatal(err)
			}
			if e.Job.Namespace != "kafka-connect://"+host {
				t.Errorf("job %v", e.Job)
			}
			got = append(got, fmt.Sprintf("%s %s %s, %s %g", e.Job.Name, e.Direction, e.Dataset, e.Evidence, e.Confidence))
		case lineage.KindThrough:
			th, err := lineage.ThroughOf(f)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s: %s -> %s", th.Job.Name, th.Input.Name, th.Output.Name))
		case lineage.KindField:
			e, err := lineage.FieldEdgeOf(f)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s: %s -> %s, %s %s masked %t, %s", e.Job.Name, e.From.Path, e.To.Path, e.Type, e.Subtype, e.Masking, e.Description))
		case lineage.KindAlias:
			a, err := lineage.AliasOf(f)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s is %s", a.From, a.To.Name))
		}
	}
	want := []string{
		"cdc writes kafka://c1 pg.public.users, observed 1",
		"cdc reads postgres://db:5432 shop.public.users, configured 0.9",
		"cdc: shop.public.users -> pg.public.users",
		"cdc: id -> id, DIRECT IDENTITY masked false, copied by the connector through ExtractNewRecordState, MaskField",
		"cdc: email -> email, DIRECT TRANSFORMATION masked true, copied by the connector through ExtractNewRecordState, MaskField",
		"kafka://c1 connect-to-es is to-es",
		"to-es reads kafka://c1 pg.public.users, configured 0.7",
		"to-es writes elasticsearch://es:9200 pg.public.users, configured 0.9",
		"to-es: pg.public.users -> pg.public.users",
		"to-es: id -> user_id, DIRECT IDENTITY masked false, copied by the connector through ReplaceField",
		"to-es: email -> email, DIRECT IDENTITY masked false, copied by the connector through ReplaceField",
		"to-es: __op -> __op, DIRECT IDENTITY masked false, copied by the connector through ReplaceField",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
		t.Cleanup(server.Close)
		return strings.Replace(server.URL, "http://", "http://user:hunter2@", 1)
	}
	for name, tt := range map[string]struct{ url, want string }{
		"no address":         {"connect:8083", "should look like http://connect:8083"},
		"password in no URL": {"user:hunter2@connect", "should look like http://connect:8083"},
		"nobody there":       {"http://user:hunter2@127.0.0.1:1", "connection refused"},
		"not Connect":        {answer(200, "<html>"), "the answer is not Kafka Connect's"},
		"an old worker":      {answer(200, `["a","b"]`), "the answer is not Kafka Connect's"},
		"refused":            {answer(401, ""), "answered 401 Unauthorized"},
		"rebalancing":        {answer(409, `{"error_code":409,"message":"rebalance in progress"}`), "answered 409: rebalance in progress"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Run(t.Context(), Options{URL: tt.url, Now: now, Timeout: 5 * time.Second})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v, want %q and no password", err, tt.want)
			}
		})
	}
}

func TestJDBC(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]database{
		"jdbc:postgresql://db/shop":                                    {"postgres://db:5432", "shop", "public"},
		"jdbc:postgresql://u:hunter2@db:1,db2:2/shop?x=y":              {"postgres://db:1", "shop", "public"},
		"jdbc:mysql://db:3307/shop":                                    {"mysql://db:3307", "shop", ""},
		"jdbc:mariadb://db/shop":                                       {"mysql://db:3306", "shop", ""},
		"jdbc:redshift://c.eu.redshift.amazonaws.com:5439/dev":         {"redshift://c.eu.redshift.amazonaws.com:5439", "dev", "public"},
		"jdbc:sqlserver://db;encrypt=true;databaseName=erp;password=x": {"mssql://db:1433", "erp", "dbo"},
		"jdbc:oracle:thin:@//db:1522/ORCL":                             {"oracle://db:1522", "ORCL", ""},
		"jdbc:oracle:thin:u/hunter2@db:1521:XE":                        {"oracle://db:1521", "XE", ""},
		"jdbc:sqlite:/file":                                            {},
		"postgres://db":                                                {},
		"":                                                             {},
	} {
		got, ok := jdbc(link)
		if ok != (want != database{}) {
			t.Errorf("%q is known: %t", link, ok)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(database{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", link, diff)
		}
	}
}

// Addresses hold passwords in places that differ, and are never trusted to be
// well formed.
func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{"jdbc:postgresql://u:p@db:1/x?password=s", "jdbc:oracle:thin:@db:1:x", "mongodb://u:p@h/?", "http://u:p@h", "jdbc:sqlserver://;", "://", "@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) {
		if db, ok := jdbc(link); ok {
			if strings.Contains(db.store, "@") {
				t.Errorf("%q leads to %q", link, db.store)
			}
			db.table(link)
		}
		if store := mongo(link); strings.Contains(store, "@") {
			t.Errorf("%q leads to %q", link, store)
		}
	})
}
