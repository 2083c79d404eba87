package connectscan

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/kafkascan"
)

// What two collectors saw of one cluster is one graph: from a table through a
// connector, a topic and a sink, whose consumer group is no other reader.
func TestOneGraph(t *testing.T) {
	t.Parallel()
	connectors := connect{
		configs: map[string]config{
			"cdc":   written("connector.class=io.debezium.connector.postgresql.PostgresConnector", "database.hostname=db", "database.dbname=shop", "topic.prefix=pg"),
			"to-es": written("connector.class=io.confluent.connect.elasticsearch.ElasticsearchSinkConnector", "connection.url=http://es:9200", "topics=pg.public.users"),
		},
		used: map[string][]string{"cdc": {"pg.public.users"}, "to-es": {"pg.public.users"}},
	}.scan(t)
	cluster := kafkascan.Scan{
		At: noon, Cluster: kafkascan.Cluster{ID: "c1", Asked: []string{"lb:9092"}, Brokers: []string{"b-1:9092"}},
		Topics: []kafkascan.Topic{{Name: "pg.public.users"}},
		Groups: []kafkascan.Group{
			{ID: "billing", Topics: []kafkascan.GroupTopic{{Name: "pg.public.users", Assigned: true}}},
			{ID: "connect-to-es", Topics: []kafkascan.GroupTopic{{Name: "pg.public.users", Assigned: true}}},
		},
	}
	found := slices.Concat(cluster.Facts(kafkascan.FactOptions{}), connectors.Facts(FactOptions{Kafka: cluster.Cluster.Namespace()}))
	reach := lineage.Build(found, lineage.Options{}).Walk(lineage.Walk{
		From: []lineage.Place{{Node: lineage.Dataset("postgres://db:5432", "shop.public.users")}}, Scope: lineage.Scope{Now: noon},
	})
	var got []string
	for _, hit := range reach.Hits {
		got = append(got, fmt.Sprint(hit.Hops, " ", hit.Kind, " ", hit.Name))
	}
	slices.Sort(got)
	want := []string{"1 job cdc", "2 dataset pg.public.users", "3 job billing", "3 job to-es", "4 dataset pg.public.users"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("downstream of the table (-want +got):\n%s", diff)
	}
}
