package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/schema/finding"
)

func newCheck(a *app) *cobra.Command {
	var c check
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Judge a change of contracts and schemas before it is merged",
		Long: `Compare the contracts and schemas of the current folder with how they were, and
say what the change breaks: what a contract promised, the compatibility of a
schema, documentation, owners, service levels. It is the gate of the registry,
run where code is merged, and it points at the line that must change.

Contracts are ODCS documents: *.odcs.yaml, and any YAML with kind: DataContract.
Each names its schema file, relative to itself:

  authoritativeDefinitions: [{type: implementation, url: ./orders.avsc}]

The schema of its keys is orders-key.avsc beside it, or a keyImplementation.
What schemas use (Avro names, Protobuf imports, $ref) is found among the files.
A schema that nobody names is a topic without a contract; without accord.yaml
only those beside contracts count.
PATHs leave out what lies elsewhere. Hidden folders, vendor and node_modules are
passed over.

What to compare with, --against:
  git#REF    a commit, branch or tag of the repository; nothing is checked out
  DIR        a folder with the same layout
  registry   the registry that --registry names
  none       nothing: only what is wrong with the files as they are
By default it is the commit at which the work left main or master. --registry
asks a registry as well. One that cannot be reached is exit code 3.

` + settingsHelp + `

Exit codes: 0 fine, 1 there are findings at or above --fail-on, 2 wrong usage,
3 it could not be judged.`,
		Example: `  accord check
  accord check --against git#main --format github
  accord check contracts/orders --against ../main
  accord check --against registry --registry http://127.0.0.1:8081
  accord check --format markdown > comment.md
  accord check --write-baseline accord-baseline.json`,
		RunE: a.does(func(ctx context.Context, args []string) error { return c.run(ctx, a, args) }),
	}
	flags := cmd.Flags()
	flags.StringVar(&c.against, "against", "", "what to compare with: git#REF, `BASE` folder, registry or none")
	flags.StringVar(&c.baseline, "write-baseline", "", "write what is found to `FILE` as old debt, which fails nothing once accord.yaml names the file")
	c.add(cmd)
	return cmd
}

// settingsHelp describes tree.SettingsFile.
const settingsHelp = `accord.yaml in the current folder says how files are judged; every part may be
missing:

  governance: enforce              # or advise: gaps are warnings; or off
  exemptTopics: ["_*", "*-log"]    # these owe nothing
  compatibility: {"pay-*": FULL}   # the first pattern that fits; else BACKWARD
  schemas: {money.avsc: acme.Money}  # subjects of files that no contract names
  publish: [rules, metadata]       # what Confluent's clients get, see apply
  exemptions:
    - {subject: orders-value, code: DOC_MISSING, path: legacy.**,
       reason: goes in March, approver: ada, expires: 2027-03-31}
  baseline: accord-baseline.json   # old debt: [{code, subject, path}]`

type check struct {
	against  string
	baseline string
	reporting
}

func (c check) run(ctx context.Context, a *app, paths []string) error {
	if err := c.valid(); err != nil {
		return err
	}
	chosen, err := choose(paths)
	if err != nil {
		return err
	}
	defer holdFloor()()
	head, err := readFolder(ctx, ".", path.Clean(filepath.ToSlash(c.against)))
	if err != nil {
		return err
	}
	j := judgement{app: a, head: head}
	if err := c.judge(ctx, &j); err != nil {
		return err
	}
	if len(head.Contracts)+len(head.Schemas)+len(head.Findings) == 0 && j.bare {
		return unable("name a folder with *.odcs.yaml, or begin with 'accord init'", "there is no contract here")
	}
	findings := chosen.among(j.settled(), head)
	if c.baseline != "" {
		return writeBaseline(a, c.baseline, findings)
	}
	return c.report(ctx, a, report.About{Against: j.against, Streams: j.streams(chosen)}, findings)
}

// writeBaseline makes debt of what is found now. Changes are no debt, and what
// an exemption excuses is due when it ends.
func writeBaseline(a *app, name string, found []finding.Finding) error {
	found = slices.DeleteFunc(slices.Clone(found), func(f finding.Finding) bool { return f.Severity == finding.Info })
	debt := finding.BaselineOf(found)
	text, err := json.MarshalIndent(debt, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o600); err != nil {
		return unable("name another file", "%w", err)
	}
	a.say("Wrote %d gaps to %s. Next: name it in %s: 'baseline: %s'", len(debt.Keys()), name, tree.SettingsFile, filepath.ToSlash(name))
	return nil
}

// judge compares with everything that was asked for.
func (c check) judge(ctx context.Context, j *judgement) error {
	online := c.against == "registry" || j.registry != ""
	if online {
		registry, err := j.client()
		if err != nil {
			return err
		}
		j.readers = askReaders(ctx, registry)
	}
	if c.against != "registry" {
		base, err := j.base(ctx, c.against)
		if err != nil {
			return err
		}
		j.bare = base == nil || len(base.Contracts) == 0
		if err := j.offline(ctx, base); err != nil {
			return err
		}
	}
	if !online {
		return nil
	}
	j.bare = j.bare || c.against == "registry"
	return j.online(ctx)
}

// choice are the paths a command was given, none for all.
type choice []string

func choose(paths []string) (choice, error) {
	var out choice
	for _, p := range paths {
		clean := path.Clean(strings.ReplaceAll(p, "\\", "/"))
		if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
			return nil, misuse("change to the folder around it and name it from there", "%s is outside of the current folder", p)
		}
		if _, err := os.Stat(clean); err != nil {
			return nil, misuse("name a file or folder that is there", "there is no %s", printable(p, false))
		}
		out = append(out, clean)
	}
	return out, nil
}

// has reports whether a file is in or below one of the paths.
func (c choice) has(name string) bool {
	return len(c) == 0 || slices.ContainsFunc(c, func(p string) bool {
		return p == "." || p == name || strings.HasPrefix(name, p+"/")
	})
}

// subject reports whether a subject's contract or schema is chosen.
func (c choice) subject(t *tree.Tree, subject string) bool {
	if contract := t.Contract(subject); contract != nil && c.has(contract.Name) {
		return true
	}
	return slices.ContainsFunc(t.Schemas, func(s tree.Schema) bool { return s.Subject == subject && c.has(s.Name) })
}

// among are the findings that concern what is chosen.
func (c choice) among(findings []finding.Finding, t *tree.Tree) []finding.Finding {
	if len(c) == 0 {
		return findings
	}
	known := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool {
		if f.File == "" || c.has(f.File) {
			return false // what has no file is gone
		}
		in, ok := known[f.Subject]
		if !ok {
			in = c.subject(t, f.Subject)
			known[f.Subject] = in
		}
		return !in
	})
}

// readFolder reads the tree in a folder, without folders below it.
func readFolder(ctx context.Context, dir string, without ...string) (*tree.Tree, error) {
	files, err := tree.Folder(dir, without...)
	if err != nil {
		return nil, unable("", "%w", err)
	}
	return readTree(ctx, files)
}

// readTree reads files, and lets go of them.
func readTree(ctx context.Context, files *tree.Files) (*tree.Tree, error) {
	t, err := tree.Read(ctx, files)
	closed := files.Close()
	if err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("read contracts: %w", err)
	}
	return t, nil
}
