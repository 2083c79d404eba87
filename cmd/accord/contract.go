package main

import "github.com/spf13/cobra"

func newContract(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contract",
		Short: "Validate, read and export data contracts",
		Long: `Work with data contracts: documents of the Open Data Contract Standard that say
what a stream means, who owns it and what it promises. 'accord init' begins
them, 'accord check' judges their changes, 'accord apply' files them.`,
		Example: `  accord contract validate orders.odcs.yaml
  accord contract show orders-value
  accord contract export orders-value --format html > orders.html
  accord contract coverage`,
	}
	cmd.AddCommand(newContractValidate(a), newContractShow(a), newContractExport(a), newContractCoverage(a))
	return asGroup(cmd)
}
