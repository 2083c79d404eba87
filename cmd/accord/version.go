package main

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(a *app) *cobra.Command {
	var output format
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print which build this is",
		Example: `  accord version
  accord version --output json`,
		Args: takes(0, 0, "no arguments"),
		RunE: a.does(func(context.Context, []string) error {
			view := buildFacts()
			return a.show(output, view, func() {
				var f facts
				f.add("Version", view.Version)
				f.add("Commit", view.Commit)
				f.add("Built", view.CommitTime)
				f.add("Go", view.Go)
				f.add("Platform", view.Platform)
				f.print(a.stdout)
			})
		}),
	}
	addOutput(cmd, &output)
	return cmd
}

// buildFacts reads what the Go tool recorded in the binary.
func buildFacts() versionView {
	view := versionView{
		Version:  "devel",
		Go:       runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return view
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		view.Version = v
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			view.Commit = setting.Value
		case "vcs.time":
			view.CommitTime = setting.Value
		case "vcs.modified":
			view.Modified = setting.Value == "true"
		}
	}
	return view
}

// buildVersion is the version alone, as it stands in User-Agent.
func buildVersion() string { return buildFacts().Version }
