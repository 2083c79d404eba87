package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/export"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// exportFormats are the values of contract export --format.
var exportFormats = []string{"markdown", "html", "odcs", "metadata"}

func newContractExport(a *app) *cobra.Command {
	var e contractExport
	cmd := &cobra.Command{
		Use:   "export SUBJECT | FILE",
		Short: "Print a contract as documentation, or for other tools",
		Long: `Print a contract of the registry, or one in a file, with the schema it names:
  markdown  documentation as a page of Markdown
  html      the same as one file that needs no other
  odcs      the document, byte for byte
  metadata  Confluent's metadata and rule set as JSON, as they stand in the body
            of a registration; what has no place there is told on standard error

Rules are the custom property confluentRuleSet as it is, and behind its domain
rules a CEL condition for each quality check with engine cel (or invalidValues
that must be 0) and a CEL_FIELD condition for the patterns, lengths and bounds
of logicalTypeOptions. The check's severity is what failing does: error is
ERROR, info is NONE, and warning is DLQ if the check has the custom property
dlq.topic, else NONE. The parameters accord.check, accord.options and
accord.field say what a rule was made of; 'accord init' makes that of it again.`,
		Example: `  accord contract export orders-value > orders.md
  accord contract export orders-value --format html > orders.html
  accord contract export orders.odcs.yaml --format metadata
  accord contract export shop.odcs.yaml --subject orders-value`,
		Args: takes(1, 1, "a subject or a file"),
		RunE: a.does(func(ctx context.Context, args []string) error { return e.run(ctx, a, args[0]) }),
	}
	cmd.Flags().StringVar(&e.format, "format", "markdown", "`FORMAT` to print: "+strings.Join(exportFormats, ", "))
	cmd.Flags().StringVar(&e.subject, "subject", "", "the stream of a file that describes several: `SUBJECT`")
	completes(cmd, "format", exportFormats)
	return cmd
}

type contractExport struct{ format, subject string }

func (e contractExport) run(ctx context.Context, a *app, arg string) error {
	if !slices.Contains(exportFormats, e.format) {
		return misuse("use one of "+strings.Join(exportFormats, ", "), "--format %s: no such format", e.format)
	}
	page, err := e.page(ctx, a, arg)
	if err != nil {
		return err
	}
	text, err := e.text(a, page)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write([]byte(text))
	return err
}

// registrationExtras are what a Confluent registration has beside its schema
// (registry API 1.3).
type registrationExtras struct {
	Metadata *schema.Metadata `json:"metadata,omitempty"`
	RuleSet  *schema.RuleSet  `json:"ruleSet,omitempty"`
}

func (e contractExport) text(a *app, page export.Page) (string, error) {
	switch e.format {
	case "html":
		return export.HTML(page)
	case "odcs":
		return string(page.Contract.Document.Bytes()), nil
	case "metadata":
		m, rules, losses := contracts.Metadata(page.Contract, page.Schema)
		for _, loss := range losses {
			fmt.Fprintf(a.stderr, "left out: %s: %s\n", printable(loss.Path, false), printable(loss.Reason, false))
		}
		text, err := encode(asJSON, registrationExtras{m, rules})
		return string(text), err
	}
	return export.Markdown(page), nil
}

// page reads the contract with its schema: from a file, if there is one of that
// name, else from the registry.
func (e contractExport) page(ctx context.Context, a *app, arg string) (export.Page, error) {
	if info, err := os.Stat(arg); err == nil && info.Mode().IsRegular() {
		return e.fromFile(ctx, a, arg)
	}
	a.about = arg
	c, err := a.client()
	if err != nil {
		return export.Page{}, err
	}
	stored, err := c.Contract(ctx, arg)
	if err != nil {
		return export.Page{}, err
	}
	page := export.Page{Contract: contractFor(stored.Text, stored.Subject), At: a.now()}
	if page.Contract == nil {
		return page, unable("", "the contract of %s does not describe it", arg)
	}
	latest, err := (sourceFlags{}).readOne(ctx, a, arg+"@latest", nil)
	if err != nil && !isRefusal(err, client.CodeSubjectNotFound) {
		return page, err
	}
	page.Schema = latest.Parsed
	return page, nil
}

func (e contractExport) fromFile(ctx context.Context, a *app, name string) (export.Page, error) {
	text, err := a.readFile(name, odcs.MaxBytes+1)
	if err != nil {
		return export.Page{}, err
	}
	doc, _ := odcs.Parse(name, text)
	if doc == nil {
		return export.Page{}, unable("see 'accord contract validate "+quoted(name)+"'", "%s is no contract", name)
	}
	found, _ := contracts.Of(doc)
	page := export.Page{At: a.now()}
	for _, c := range found {
		if c.Subject == e.subject || e.subject == "" && len(found) == 1 {
			page.Contract = c
		}
	}
	if page.Contract == nil {
		var subjects []string
		for _, c := range found {
			subjects = append(subjects, c.Subject)
		}
		return page, misuse("name one with --subject: "+strings.Join(subjects, ", "), "%s describes %d streams", name, len(found))
	}
	page.Schema, err = schemaBeside(ctx, name, page.Contract.Stream)
	return page, err
}

// schemaBeside reads the schema file that a contract names, with what it uses;
// nil if it names none.
func schemaBeside(ctx context.Context, contract string, s odcs.Stream) (schema.Parsed, error) {
	if s.SchemaFile == "" {
		return nil, nil
	}
	root := "." // what the schema uses may lie around the contract
	if !filepath.IsLocal(contract) {
		root = filepath.Dir(contract)
	}
	head, err := readFolder(ctx, root)
	if err != nil {
		return nil, err
	}
	parsed, err := head.Parse(ctx, s.Subject)
	switch {
	case err != nil:
		return nil, unable("see 'accord check'", "%s: %w", path.Join(path.Dir(filepath.ToSlash(contract)), s.SchemaFile), err)
	case parsed == nil:
		return nil, unable("see 'accord check'", "the schema file %s cannot be read", s.SchemaFile)
	}
	return parsed, nil
}
