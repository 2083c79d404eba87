package lineage_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/lineage"
)

// foldings are namespaces of datasets and what they fold to.
var foldings = map[string]string{
	"kafka://broker":                      "kafka://broker:9092",
	"kafka://Broker:9092":                 "kafka://broker:9092",
	"KAFKA://b:9093":                      "kafka://b:9093",
	"kafka://b2:9092,b1:9092":             "kafka://b1:9092,b2:9092",
	"kafka://b2 ; B1,b2":                  "kafka://b1:9092,b2:9092",
	"kafka://b1:9092,kafka://b2:9092":     "kafka://b1:9092,b2:9092",
	"kafka://[::1]":                       "kafka://[::1]:9092",
	"kafka://[FE80::1]:9094":              "kafka://[fe80::1]:9094",
	"kafka://::1":                         "kafka://::1",
	"kafka://MkU3OEVBNTcwNTJENDM2Qg":      "kafka://MkU3OEVBNTcwNTJENDM2Qg",
	"kafka://MkU3OEVBNTcwNTJENDM2Qg:9092": "kafka://mku3oevbntcwntjendm2qg:9092",
	"kafka://":                            "kafka://",
	"kafka://,":                           "kafka://,",
	"postgresql://DB.example":             "postgres://db.example:5432",
	"postgres://db.example:5432":          "postgres://db.example:5432",
	"postgres://db.example:5433":          "postgres://db.example:5433",
	"postgres://db:/Sales":                "postgres://db:5432/Sales",
	"postgres://a,b":                      "postgres://a,b",
	"sqlserver://sql":                     "mssql://sql:1433",
	"mysql://db":                          "mysql://db:3306",
	"s3a://Bucket":                        "s3://Bucket",
	"s3n://bucket/key":                    "s3://bucket/key",
	"abfs://c@a.dfs.core.windows.net":     "abfss://c@a.dfs.core.windows.net",
	"gcs://bucket":                        "gs://bucket",
	"bigquery":                            "bigquery",
	"snowflake://Org-Acc":                 "snowflake://Org-Acc",
	"":                                    "",
	"://":                                 "://",
}

func TestFold(t *testing.T) {
	t.Parallel()
	for namespace, want := range foldings {
		if got := lineage.Fold(lineage.Dataset(namespace, "A.b")); got != lineage.Dataset(want, "A.b") {
			t.Errorf("%s is folded to %v, want %s", namespace, got.ID, want)
		}
	}
	if got := lineage.Fold(lineage.Job("postgresql://DB", "load")); got.Namespace != "postgresql://DB" {
		t.Errorf("a job's namespace is folded to %s", got.Namespace)
	}
	if got := lineage.Fold(lineage.Job("kafka://B", "group")); got.Namespace != "kafka://b:9092" {
		t.Errorf("a consumer group's namespace is folded to %s", got.Namespace)
	}
}

func TestTopic(t *testing.T) {
	t.Parallel()
	if cluster, topic, ok := lineage.Topic(lineage.ID{Namespace: "kafka://B2,b1", Name: "orders"}); !ok || cluster != "kafka://b1:9092,b2:9092" || topic != "orders" {
		t.Errorf("%s %s %v", cluster, topic, ok)
	}
	for _, other := range []lineage.ID{{Namespace: "postgres://b", Name: "orders"}, {Namespace: "kafka://b"}, {Name: "orders"}} {
		if _, _, ok := lineage.Topic(other); ok {
			t.Errorf("%v is a topic", other)
		}
	}
}

// What is folded stays as it is.
func FuzzFold(f *testing.F) {
	for namespace := range foldings {
		f.Add(namespace)
	}
	f.Fuzz(func(t *testing.T, namespace string) {
		once := lineage.Fold(lineage.Dataset(namespace, "x"))
		if twice := lineage.Fold(once); twice != once {
			t.Errorf("%q is folded to %q, and that to %q", namespace, once.Namespace, twice.Namespace)
		}
	})
}

func TestFoldServersInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hosts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "B:9092", "c:1", "[::1]", " d "}), 1, 6).Draw(t, "hosts")
		list := func(hosts []string, between string) lineage.Node {
			text := ""
			for i, h := range hosts {
				if i > 0 {
					text += between
				}
				text += h
			}
			return lineage.Fold(lineage.Dataset("kafka://"+text, "x"))
		}
		if a, b := list(hosts, ","), list(rapid.Permutation(hosts).Draw(t, "order"), ";"); a != b {
			t.Fatalf("%v and %v", a.ID, b.ID)
		}
	})
}
