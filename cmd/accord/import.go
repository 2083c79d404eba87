package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/cmd/accord/report"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/transfer"
	"github.com/accordhq/accord/schema/finding"
)

// Credentials for the source come from the environment: a command line shows
// in the list of processes.
const (
	fromUserEnv     = "ACCORD_FROM_USER"
	fromPasswordEnv = "ACCORD_FROM_PASSWORD"
	fromTokenEnv    = "ACCORD_FROM_TOKEN"
)

// A source that is busy is asked again for about a minute.
const (
	importRetries    = 8
	importMaxBackoff = 30 * time.Second
	importTimeout    = time.Minute // for each attempt
)

func newImport(a *app) *cobra.Command {
	i := importer{app: a}
	cmd := &cobra.Command{
		Use:   "import --from URL",
		Short: "Bring in what another registry holds",
		Long: `Bring what another schema registry holds into this one: ids, versions, times,
references, contexts, aliases, configs, modes, and what is soft-deleted there.
The source is any registry that speaks Confluent's API and is only read. Keys of
field encryption and associations come along where it has them, and from another
Accord its contracts and exceptions.

Nothing that is here is overwritten. What is here and identical is skipped, so
an import that broke off is run again and goes on, and one that is run again
later brings what is new. Afterwards both sides are compared as clients read
them. A contract that came from there and was not changed here follows the
source. Settings that differ are conflicts unless --overwrite-settings is given;
modes come last, and a source in READONLY leaves this registry in READONLY.

Where governance is not off, what imported subjects lack becomes their baseline:
it is shown and refuses nothing, while new debt does.

A schema that no parser takes is kept as it is, for consumers that ask for its
id; new versions cannot be compared with it. A dry run does not find those.

User and password for the source are read from ` + fromUserEnv + ` and
` + fromPasswordEnv + `, a token from ` + fromTokenEnv + `.`,
		Example: `  accord import --from http://old-registry:8081 --dry-run
  accord import --from http://old-registry:8081
  accord import --from https://old-registry --subjects shop. --subjects :.eu:shop.
  ` + fromTokenEnv + `=... accord import --from https://old-registry --output json`,
		Args: takes(0, 0, "no arguments"),
		RunE: a.does(func(ctx context.Context, _ []string) error { return i.run(ctx) }),
	}
	flags := cmd.Flags()
	flags.StringVar(&i.from, "from", "", "`URL` of the registry to read")
	flags.StringArrayVar(&i.subjects, "subjects", nil, "only subjects that start with `PREFIX`, and what they refer to; repeat for more")
	flags.IntVar(&i.parallel, "parallel", 8, "`N` requests at once")
	flags.BoolVar(&i.dryRun, "dry-run", false, "read and compare, write nothing")
	flags.BoolVar(&i.overwrite, "overwrite-settings", false, "let configs, policies and modes of the source replace those that are here")
	addOutput(cmd, &i.output)
	i.failOn.add(cmd)
	return cmd
}

// importer is the command line of import.
type importer struct {
	*app
	from      string
	subjects  []string
	parallel  int
	dryRun    bool
	overwrite bool
	output    format
	failOn    failOn
}

const maxParallel = 256

func (i *importer) run(ctx context.Context) error {
	if i.parallel < 1 || i.parallel > maxParallel {
		return misuse("use a number from 1 to "+strconv.Itoa(maxParallel), "--parallel %d: no such number of requests", i.parallel)
	}
	source, err := i.source()
	if err != nil {
		return err
	}
	target, err := i.clientWith(i.patient())
	if err != nil {
		return err
	}
	view := importView{Source: redacted(i.from), Target: redacted(i.registryURL()), DryRun: i.dryRun}
	if view.Source == view.Target {
		return misuse("--from is the registry to read, --registry the one to fill", "%s cannot be imported into itself", view.Source)
	}
	opts := transfer.Options{
		Source: source, Target: target, Prefixes: i.subjects, Parallel: i.parallel,
		DryRun: i.dryRun, OverwriteSettings: i.overwrite,
	}
	if i.isTTY(i.stderr) {
		opts.Progress = func(stage string, done, total int) { i.progress(stage)(done, total) }
	}
	got, err := transfer.Import(ctx, opts)
	if err != nil {
		return importFailed(ctx, err)
	}
	view.fill(got)
	if err := i.show(i.output, view, func() { i.table(view) }); err != nil {
		return err
	}
	return i.failOn.verdict(view.Findings)
}

// source is a client of the registry to read.
func (i *importer) source() (*client.Client, error) {
	const hint = "give --from http://HOST:PORT"
	if i.from == "" {
		return nil, misuse(hint, "no registry to import from is given")
	}
	opts := i.patient()
	opts.URLs, opts.UserAgent, opts.Auth = []string{i.from}, "accord/"+buildVersion(), i.sourceAuth()
	c, err := client.New(opts)
	if err != nil {
		return nil, misuse(hint, "--from: %w", err)
	}
	return c, nil
}

// patient are the options of a client for many requests at once, to a registry
// that may be busy.
func (i *importer) patient() client.Options {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: i.parallel, IdleConnTimeout: importTimeout,
	}
	return client.Options{
		HTTPClient: &http.Client{Transport: transport, Timeout: importTimeout},
		Retries:    importRetries, MaxBackoff: importMaxBackoff,
	}
}

// sourceAuth is what the environment says to send, nil for nothing.
func (i *importer) sourceAuth() func(*http.Request) {
	if token, _ := i.lookup(fromTokenEnv); token != "" {
		return client.BearerToken(token)
	}
	if user, _ := i.lookup(fromUserEnv); user != "" {
		password, _ := i.lookup(fromPasswordEnv)
		return client.BasicAuth(user, password)
	}
	return nil
}

// redacted is a URL without its password and closing slash.
func redacted(raw string) string {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil {
		return "" // client.New refused it
	}
	return u.Redacted()
}

// importFailed says that a second run completes the first.
func importFailed(ctx context.Context, err error) error {
	var refused *client.Error
	if ctx.Err() != nil || errors.As(err, &refused) && (refused.Status == http.StatusUnauthorized || refused.Status == http.StatusForbidden) {
		return err
	}
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return unable("--from is the registry to read, --registry the Accord to fill", "%w", err)
	}
	return unable("run the same command again: it goes on where it stopped", "%w", err)
}

func (v *importView) fill(r transfer.Report) {
	v.Subjects, v.Baseline, v.Findings = r.Subjects, r.Baseline, r.Findings
	v.Kind = "registry"
	if r.Accord {
		v.Kind = "accord"
	}
	if v.Findings == nil {
		v.Findings = []finding.Finding{}
	}
	for to, from := range map[*importCountView]transfer.Count{
		&v.Contexts: r.Contexts, &v.Versions: r.Versions, &v.Configs: r.Configs, &v.Policies: r.Policies, &v.Modes: r.Modes,
		&v.Keks: r.Keks, &v.Deks: r.Deks, &v.Associations: r.Associations, &v.Contracts: r.Contracts, &v.Exceptions: r.Exceptions,
	} {
		*to = importCountView(from)
	}
}

// importRow is what became of the things of one kind, by its name.
type importRow struct {
	name  string
	count importCountView
}

// rows are the kinds that every registry has, and of the others those that the
// source has.
func (v importView) rows() []importRow {
	rows := []importRow{{"contexts", v.Contexts}, {"versions", v.Versions}, {"configs", v.Configs}, {"policies", v.Policies}, {"modes", v.Modes}}
	for _, row := range []importRow{
		{"keks", v.Keks}, {"deks", v.Deks}, {"associations", v.Associations}, {"contracts", v.Contracts}, {"exceptions", v.Exceptions},
	} {
		if row.count.Read > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// table prints a report for people.
func (i *importer) table(v importView) {
	did := "Imported"
	if v.DryRun {
		did = "Would import"
	}
	i.say("%s %d subjects from %s", did, v.Subjects, v.Source)
	t := table{header: []string{"", "READ", "STORED", "IDENTICAL", "DELETED", "CONFLICT", "REFUSED"}, bold: i.colours(i.stdout)}
	for _, row := range v.rows() {
		cells := []string{row.name}
		c := row.count
		for _, n := range []int{c.Read, c.Stored, c.Identical, c.Deleted, c.Conflicts, c.Refused} {
			cells = append(cells, strconv.Itoa(n))
		}
		t.add(cells...)
	}
	t.print(i.stdout)
	if v.Baseline > 0 {
		i.say("Governance: what %d of the subjects lack is old debt now (their baseline). It is shown and refuses nothing.", v.Baseline)
	}
	if len(v.Findings) > 0 {
		i.say("")
		_ = report.Text(report.Style{Colour: i.colours(i.stdout)})(i.stdout, v.Findings) // a terminal that is gone cannot be told
	}
	switch amiss := report.Reaches(v.Findings, finding.Warning); {
	case !amiss && !v.DryRun:
		i.say("Every id and every version reads the same on both sides.")
	case !amiss:
		i.say("Nothing stands in the way.")
	}
}
