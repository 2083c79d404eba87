package main

import (
	"context"

	"github.com/spf13/cobra"
)

func newCompletion(a *app) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	cmd := &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the completion script of a shell",
		Long: `Print a script that teaches your shell to complete commands, flags and the
names of subjects in the registry.`,
		Example: `  source <(accord completion bash)
  accord completion zsh > "${fpath[1]}/_accord"
  accord completion fish > ~/.config/fish/completions/accord.fish
  accord completion powershell | Out-String | Invoke-Expression`,
		Args:      takes(1, 1, "the name of a shell"),
		ValidArgs: shells,
	}
	cmd.RunE = a.does(func(_ context.Context, args []string) error {
		root := cmd.Root()
		switch args[0] {
		case "bash":
			return root.GenBashCompletionV2(a.stdout, true)
		case "zsh":
			return root.GenZshCompletion(a.stdout)
		case "fish":
			return root.GenFishCompletion(a.stdout, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(a.stdout)
		}
		return misuse("use bash, zsh, fish or powershell", "no completion for shell %q", args[0])
	})
	return cmd
}

// namesOf are the values of a named string type as plain strings.
func namesOf[T ~string](values []T) []string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return names
}

// completes gives a flag the values it completes to.
func completes[T ~string](cmd *cobra.Command, flag string, values []T) {
	// It fails for a flag the command does not have.
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(namesOf(values), cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err)
	}
}
