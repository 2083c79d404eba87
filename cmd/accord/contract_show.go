package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/registry/client"
)

func newContractShow(a *app) *cobra.Command {
	var show contractShow
	cmd := &cobra.Command{
		Use:   "show SUBJECT",
		Short: "Show the contract of a stream",
		Long: `Show the contract that the registry holds for a subject; --raw prints the
document byte for byte and nothing else.`,
		Example: `  accord contract show orders-value
  accord contract show orders-value --output json
  accord contract show orders-value --raw > orders.odcs.yaml`,
		Args:              takes(1, 1, "a subject"),
		ValidArgsFunction: a.subjectNames,
		RunE:              a.does(func(ctx context.Context, args []string) error { return show.run(ctx, a, args[0]) }),
	}
	cmd.Flags().BoolVar(&show.raw, "raw", false, "print the document alone, as it was filed")
	addOutput(cmd, &show.output)
	return cmd
}

type contractShow struct {
	raw    bool
	output format
}

// contractView is what contract show prints. It is a promise as those of
// views.go are.
type contractView struct {
	Subject string `json:"subject"`
	// ID, Version and Status are the document's own.
	ID      string `json:"id"`
	Version string `json:"version"`
	Status  string `json:"status"`
	// Filed is when the document was filed, Actor who did it.
	Filed *time.Time `json:"filed,omitempty"`
	Actor string     `json:"actor,omitempty"`
	// Text is the document.
	Text string `json:"text"`
}

func (s contractShow) run(ctx context.Context, a *app, subject string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	a.about = subject
	stored, err := c.Contract(ctx, subject)
	if err != nil {
		return err
	}
	if s.raw {
		_, err := a.stdout.Write([]byte(stored.Text))
		return err
	}
	view := viewOfContract(stored)
	return a.show(s.output, view, func() { view.table(a) })
}

func viewOfContract(c client.Contract) contractView {
	v := contractView{Subject: c.Subject, ID: c.ID, Version: c.Version, Status: c.Status, Actor: c.Actor, Text: c.Text}
	if c.Timestamp > 0 {
		at := time.UnixMilli(c.Timestamp).UTC()
		v.Filed = &at
	}
	return v
}

func (v contractView) table(a *app) {
	var f facts
	f.add("Subject", v.Subject)
	f.add("Contract", v.ID+" "+v.Version+", "+v.Status)
	if found := contractFor(v.Text, v.Subject); found != nil {
		f.add("Purpose", found.Purpose)
		f.add("Team", found.Owner.Team)
		var owners, levels, channels []string
		for _, m := range found.Owner.Members {
			owners = append(owners, m.Username)
		}
		for _, p := range found.SLAs {
			levels = append(levels, cmp.Or(string(p.Kind), p.Property)+" "+p.Text)
		}
		for _, s := range found.Support {
			channels = append(channels, strings.TrimSpace(s.Channel+" "+s.URL))
		}
		f.add("Owner", strings.Join(owners, ", "))
		f.add("Support", strings.Join(channels, ", "))
		f.add("Promises", strings.Join(levels, ", "))
	}
	if v.Filed != nil {
		f.add("Filed", v.Filed.Format(time.RFC3339))
	}
	f.add("By", v.Actor)
	f.print(a.stdout)
	a.say("\n%s", strings.TrimRight(printable(v.Text, true), "\n"))
}

// contractFor reads what a document promises about a subject, nil for nothing.
func contractFor(text, subject string) *contracts.Contract {
	doc, _ := odcs.Parse("", []byte(text))
	if doc == nil {
		return nil
	}
	found, _ := contracts.Of(doc)
	for _, c := range found {
		if c.Subject == subject {
			return c
		}
	}
	return nil
}
