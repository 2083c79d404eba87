package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/web"
	"github.com/accordhq/accord/web/api"
	"github.com/accordhq/accord/web/marquez"
)

const (
	defaultListen = "127.0.0.1:8081"
	defaultStore  = "sqlite:accord.db"
)

func newServe(a *app) *cobra.Command {
	s := serve{app: a}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the registry",
		Long: `Run the registry until it is interrupted. Every client of Confluent's schema
registry can use it.

Stores: sqlite:PATH keeps everything in one file, memory: nothing at all.
postgres://USER@HOST:PORT/DATABASE, or postgres: with the KEY=VALUE pairs of a
connection string, keeps it in PostgreSQL 15 or newer, which any number of
registries may share. What is left out comes from PGHOST, PGUSER and the other
PG* variables: give the password so (PGPASSWORD, PGPASSFILE), for others can
read a command line. The tables lie in the first schema of search_path.

--demo serves the streams of an invented company from a file that is removed
at the end, or fills the store given if it is empty.

--governance says what becomes of a schema without documentation or of a stream
without contract, owner and service levels: enforce refuses it, advise lets it
pass and shows it, off does not look.

--kafka has a cluster watched: who is in which group, who writes in
transactions. What is seen, OpenLineage events (POST /api/v1/lineage, or a topic
of the cluster) and the registry's own requests make the lineage graph. It is
kept beside the store: in accord.lineage.db beside accord.db.

--governance, --compatibility, --api-version and --schema-text set what an empty
store starts with. All who serve a store must agree on them, so they are kept in
it; later they are changed with 'accord config set'.`,
		Example: `  accord serve --demo
  accord serve --listen 0.0.0.0:8081 --store sqlite:/var/lib/accord/accord.db
  accord serve --store 'postgres://accord@db.example.org/accord?search_path=registry'
  accord serve --kafka kafka-1:9092,kafka-2:9092 --openlineage-topic openlineage
  accord serve --compatibility BACKWARD_TRANSITIVE --log-format json --access-log -`,
		Args: takes(0, 0, "no arguments"),
	}
	flags := cmd.Flags()
	flags.StringVar(&s.listen, "listen", defaultListen, "`ADDRESS` to listen on; port 0 is any free one")
	flags.StringVar(&s.store, "store", defaultStore, "`STORE` to keep everything in")
	flags.BoolVar(&s.demo, "demo", false, "serve a small company's streams")
	flags.StringVar(&s.governance, "governance", string(registry.Enforce), "governance `MODE` for an empty store: enforce, advise or off")
	flags.StringVar(&s.level, "compatibility", "", "compatibility `LEVEL` for an empty store (default BACKWARD)")
	flags.StringVar(&s.logFormat, "log-format", "text", "`FORMAT` of log lines: text or json")
	flags.StringVar(&s.logLevel, "log-level", "info", "least `LEVEL` logged: debug, info, warn or error")
	flags.StringVar(&s.accessLog, "access-log", "", "append a JSON line for each request to `FILE`; - is standard output")
	flags.StringVar(&s.apiVersion, "api-version", "", "`VERSION` of Confluent's API whose bodies and codes an empty store is to speak, such as 7.6 (default 8.5)")
	flags.StringVar(&s.schemaText, "schema-text", "", "which `TEXT` of a schema clients get from an empty store: source, as it was registered, or confluent, as Confluent prints it (default source)")
	s.observe.add(cmd)
	completes(cmd, "governance", registry.Governances())
	completes(cmd, "compatibility", compat.Levels())
	completes(cmd, "api-version", apiVersions)
	completes(cmd, "schema-text", registry.SchemaTexts())
	completes(cmd, "log-format", []string{"text", "json"})
	completes(cmd, "log-level", []string{"debug", "info", "warn", "error"})
	cmd.RunE = a.does(func(ctx context.Context, _ []string) error {
		s.storeGiven, s.governanceGiven = cmd.Flags().Changed("store"), cmd.Flags().Changed("governance")
		return s.run(ctx)
	})
	return cmd
}

// serve is the server's command line.
type serve struct {
	*app
	listen, store       string
	storeGiven          bool
	demo                bool
	governance          string
	governanceGiven     bool
	level               string
	apiVersion          string
	schemaText          string
	logFormat, logLevel string
	accessLog           string
	observe             observeFlags
}

func (s *serve) run(ctx context.Context) (err error) {
	defer holdFloor()()
	logger, err := s.logger()
	if err != nil {
		return err
	}
	if err := s.observe.check(); err != nil {
		return err
	}
	seeds, err := s.seeds()
	if err != nil {
		return err
	}
	access, closeAccess, err := s.openAccessLog()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAccess()) }()
	if s.demo && !s.storeGiven {
		spec, remove, err := throwAway()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, remove()) }()
		s.store = spec
	}
	reg, seen, err := s.open(ctx, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reg.Close()) }()
	observed, observe := context.WithCancel(ctx)
	watching := make(chan error, 1)
	go func() { watching <- seen.run(observed) }()
	defer func() {
		observe()
		err = errors.Join(err, <-watching)
	}()
	if err := s.seed(ctx, reg, seen, seeds, logger); err != nil {
		return err
	}
	return s.listenAndServe(ctx, reg, seen, access, logger)
}

// listenAndServe runs the server over an open registry until ctx is done.
func (s *serve) listenAndServe(ctx context.Context, reg *registry.Registry, seen *observer, access io.Writer, logger *slog.Logger) error {
	server, err := web.New(ctx, web.Options{
		Registry: reg, Listen: s.listen, Now: s.now, Logger: logger, AccessLog: access,
		API:      api.Options{Build: buildVersion(), Observations: seen, Now: s.now, Usage: seen.usage},
		Observer: seen,
		Lineage:  marquez.New(marquez.Options{Store: seen, Graph: seen.Graph, Now: s.now, Logger: logger}),
	})
	if err != nil {
		return listenError(err)
	}
	s.greet(server.URL(), reg, logger)
	if err := server.Run(ctx); err != nil {
		return err
	}
	logger.Info("stopped")
	return nil
}

// open opens what was decided, and what was observed.
func (s *serve) open(ctx context.Context, logger *slog.Logger) (*registry.Registry, *observer, error) {
	log, err := openStore(ctx, s.store, logger)
	if err != nil {
		return nil, nil, err
	}
	seen, err := openObserver(ctx, s.store, log, s.observe, s.now, logger)
	if err != nil {
		return nil, nil, errors.Join(err, log.Close())
	}
	reg, err := registry.Open(ctx, registry.Options{Log: log, Logger: logger, Now: s.now, Lineage: seen})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open store %s: %w", storeName(s.store), err), seen.Close(), log.Close())
	}
	seen.flags.fields = fieldsOf(ctx, reg, logger)
	return reg, seen, nil
}

// fieldsOf reads the fields of subjects from a registry that is open. What
// cannot be read has none.
func fieldsOf(ctx context.Context, reg *registry.Registry, logger *slog.Logger) func(subject string) []schema.Field {
	return func(subject string) []schema.Field {
		fields, err := reg.Fields(ctx, subject)
		if err != nil {
			logger.Warn("the fields of a subject cannot be read", "subject", subject, "error", err)
		}
		return fields
	}
}

func (s *serve) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.logLevel)); err != nil {
		return nil, misuse("use debug, info, warn or error", "--log-level %s: no such level", s.logLevel)
	}
	opts := &slog.HandlerOptions{Level: level}
	switch s.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(s.stderr, opts)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(s.stderr, opts)), nil
	}
	return nil, misuse("use text or json", "--log-format %s: no such format", s.logFormat)
}

func (s *serve) openAccessLog() (io.Writer, func() error, error) {
	switch s.accessLog {
	case "":
		return nil, func() error { return nil }, nil
	case "-":
		return s.stdout, func() error { return nil }, nil
	}
	f, err := os.OpenFile(s.accessLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, unable("choose another file with --access-log FILE", "%w", err)
	}
	return f, f.Close, nil
}

// listenError says what to do about an address that cannot be had.
func listenError(err error) error {
	hint := "name an address of this machine with --listen HOST:PORT"
	if errors.Is(err, syscall.EADDRINUSE) {
		hint = "another program listens there; choose a port with --listen 127.0.0.1:PORT, or any free one with --listen 127.0.0.1:0"
	}
	return unable(hint, "%w", err)
}

// greet tells where the server is and what to try. Logs that machines read get
// a line of their own kind.
func (s *serve) greet(url string, reg *registry.Registry, logger *slog.Logger) {
	stats := reg.Stats()
	versions := 0
	for _, n := range stats.Active {
		versions += n
	}
	if !loopback(url) {
		logger.Warn("reachable from other machines: whoever gets through may change schemas", "url", url)
	}
	if s.logFormat == "json" {
		logger.Info("listening", "url", url, "store", storeName(s.store), "subjects", stats.Subjects, "versions", versions, "governance", *reg.Policy("", true).Governance)
		return
	}
	var at, more string
	if url != defaultRegistry {
		at = " --registry " + url
	}
	if s.demo {
		more = "\n         accord lineage show shop.orders" + at
	}
	fmt.Fprintf(s.stderr, `accord %s listening on %s
  store  %s (%d subjects, %d versions)
  gate   %s
  try    accord schema list%s%s
         curl %s/subjects
  stop   Ctrl-C
`, buildVersion(), url, storeName(s.store), stats.Subjects, versions, gateWords[*reg.Policy("", true).Governance], at, more, url)
}

// gateWords say in the greeting what to expect of the gate.
var gateWords = map[registry.Governance]string{
	registry.Enforce:       "enforce: streams need documentation, a contract, an owner and service levels",
	registry.Advise:        "advise: what streams lack is shown and refuses nothing",
	registry.GovernanceOff: "off: nobody asks for documentation or contracts",
}

func loopback(url string) bool {
	host, _, err := net.SplitHostPort(strings.TrimPrefix(url, "http://"))
	return err == nil && net.ParseIP(host).IsLoopback()
}
