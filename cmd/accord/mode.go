package main

import "github.com/spf13/cobra"

func newMode(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mode",
		Short: "Read and change what writes are allowed",
		Long: `Read and change the mode: READWRITE takes schemas, READONLY refuses every
change, IMPORT takes schemas with the ids and versions they bring. A subject
without a mode of its own follows its context, a context the whole registry.`,
		Example: `  accord mode get
  accord mode set READONLY orders-value
  accord mode delete orders-value`,
	}
	cmd.AddCommand(newModeGet(a), newModeSet(a), newModeDelete(a))
	return asGroup(cmd)
}

func (v modeView) table(a *app) {
	var f facts
	f.add("Scope", scopeName(v.Scope))
	f.add("Mode", v.Mode)
	if v.Inherited {
		f.add("Note", "nothing is set here; this is what applies")
	}
	f.print(a.stdout)
}
