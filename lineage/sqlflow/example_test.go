package sqlflow_test

import (
	"fmt"

	"github.com/accordhq/accord/lineage/sqlflow"
)

func ExampleAnalyze() {
	script := sqlflow.Analyze(`
		CREATE TABLE orders (id STRING, email STRING, amount DECIMAL(10, 2))
		  WITH ('connector' = 'kafka', 'topic' = 'orders.v1');
		INSERT INTO spend (buyer, total)
		SELECT md5(email), SUM(amount) FROM orders WHERE amount > 0 GROUP BY email;`,
		sqlflow.Options{})
	fmt.Println(script.Tables[0].Name, "is topic", script.Tables[0].Options["topic"])
	insert := script.Statements[1]
	for _, c := range insert.Columns {
		for _, from := range c.From {
			fmt.Println(insert.Target, c.Target, "<-", from.Table, from.Column, from.Subtype.Type(), from.Subtype, from.Masking)
		}
	}
	for _, from := range insert.Influences {
		fmt.Println(insert.Target, "<-", from.Table, from.Column, from.Subtype.Type(), from.Subtype)
	}
	// Output:
	// orders is topic orders.v1
	// spend buyer <- orders email DIRECT TRANSFORMATION true
	// spend total <- orders amount DIRECT AGGREGATION false
	// spend <- orders amount INDIRECT FILTER
	// spend <- orders email INDIRECT GROUP_BY
}
