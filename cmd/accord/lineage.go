package main

import (
	"github.com/spf13/cobra"
)

func newLineage(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lineage",
		Short: "See who makes data, who reads it and who breaks",
		Long: `See who makes the data of a stream, who reads it, down to the field, and who
breaks when it changes. What is known comes from OpenLineage events, from Kafka
and from the registry's own requests; each thing says how it is known, how
surely, and when it was last seen.`,
		Example: `  accord lineage show orders-value
  accord lineage impact orders-value --file orders.avsc
  accord lineage discover --kafka localhost:9092`,
	}
	cmd.AddCommand(
		newLineageShow(a), newLineageImpact(a), newLineageGaps(a), newLineageDiscover(a), newLineageIngest(a),
		newLineageExport(a), newLineageAlias(a), newLineageRule(a),
	)
	return asGroup(cmd)
}
