// Package pgtest gives tests a PostgreSQL to work with: a schema of their own
// on the server that ACCORD_TEST_POSTGRES names, or a server of their own that
// they may stop, crash and start.
package pgtest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// DSN returns the connection string of ACCORD_TEST_POSTGRES, a URL. Without it
// the test is skipped, or fails where ACCORD_TEST_REQUIRE=all asks for every
// test.
func DSN(tb testing.TB) string {
	tb.Helper()
	const missing = `ACCORD_TEST_POSTGRES is not set: eval "$(.ci/postgres)" starts a PostgreSQL server and sets it`
	dsn := os.Getenv("ACCORD_TEST_POSTGRES")
	switch {
	case dsn != "":
		return dsn
	case os.Getenv("ACCORD_TEST_REQUIRE") == "all":
		tb.Fatal(missing)
	}
	tb.Skip(missing)
	return ""
}

// Schema makes an empty schema that ends with the test, on the server of DSN,
// and returns the connection string that leads there.
func Schema(tb testing.TB) string {
	tb.Helper()
	return SchemaOn(tb, DSN(tb))
}

// SchemaOn makes an empty schema on a server of the caller's choice.
func SchemaOn(tb testing.TB, dsn string) string {
	tb.Helper()
	name := "test_" + strings.ToLower(rand.Text())
	Exec(tb, dsn, "CREATE SCHEMA "+name)
	tb.Cleanup(func() { ExecLater(tb, dsn, "DROP SCHEMA "+name+" CASCADE") })
	return With(tb, dsn, "search_path", name)
}

// With returns a connection string with a parameter set.
func With(tb testing.TB, dsn, parameter, value string) string {
	tb.Helper()
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		tb.Fatalf("ACCORD_TEST_POSTGRES: want a URL, postgres://...: %v", err)
	}
	query := u.Query()
	query.Set(parameter, value)
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // clients of Postgres read a plus as it is
	return u.String()
}

// At returns a connection string that leads to another address, HOST:PORT.
func At(tb testing.TB, dsn, address string) string {
	tb.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	u.Host = address
	return u.String()
}

// Address is the HOST:PORT of a connection string.
func Address(tb testing.TB, dsn string) string {
	tb.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	return u.Host
}

// Exec runs statements on a connection of their own.
func Exec(tb testing.TB, dsn, statements string) {
	tb.Helper()
	conn := connect(tb, dsn)
	defer conn.Close(tb.Context()) //nolint:errcheck // it has answered
	if _, err := conn.Exec(tb.Context(), statements, pgx.QueryExecModeSimpleProtocol); err != nil {
		tb.Fatal(err)
	}
}

// ExecLater runs statements when the test is over, if the server still is
// there.
func ExecLater(tb testing.TB, dsn, statements string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), 30*time.Second)
	defer cancel()
	if conn, err := pgx.Connect(ctx, dsn); err == nil {
		_, _ = conn.Exec(ctx, statements, pgx.QueryExecModeSimpleProtocol)
		_ = conn.Close(ctx)
	}
}

// Query returns the one value that a query answers, as text.
func Query(tb testing.TB, dsn, query string) (answer string) {
	tb.Helper()
	conn := connect(tb, dsn)
	defer conn.Close(tb.Context()) //nolint:errcheck // it has answered
	if err := conn.QueryRow(tb.Context(), query, pgx.QueryExecModeSimpleProtocol).Scan(&answer); err != nil {
		tb.Fatal(err)
	}
	return answer
}

func connect(tb testing.TB, dsn string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), dsn)
	if err != nil {
		tb.Fatal(err)
	}
	return conn
}

// Server is a PostgreSQL server of a test's own.
type Server struct {
	// DSN leads to it, whether it runs or not.
	DSN  string
	tb   testing.TB
	home string
}

// StartServer makes a cluster in a folder of the test's own and starts its
// server, which ends with the test. It is skipped where DSN is, and where the
// server's programs are not installed.
func StartServer(tb testing.TB) *Server {
	tb.Helper()
	DSN(tb)
	s := &Server{tb: tb, home: filepath.Join(tb.TempDir(), "postgres")}
	tb.Cleanup(func() { s.run("clean") })
	s.Start()
	return s
}

var exported = regexp.MustCompile(`ACCORD_TEST_POSTGRES='([^']*)'`)

// Start starts the server again and returns when it answers.
func (s *Server) Start() {
	s.tb.Helper()
	if m := exported.FindStringSubmatch(s.run("start")); m != nil {
		s.DSN = m[1]
		return
	}
	s.tb.Fatal("the server did not start")
}

// Stop shuts the server down: connections end, transactions roll back.
func (s *Server) Stop() { s.tb.Helper(); s.run("stop") }

// Crash ends the server as a power failure would. Start recovers it.
func (s *Server) Crash() { s.tb.Helper(); s.run("crash") }

func (s *Server) run(command string) string {
	s.tb.Helper()
	_, here, _, _ := runtime.Caller(0)
	script := filepath.Join(filepath.Dir(here), "..", "..", "..", ".ci", "postgres")
	cmd := exec.CommandContext(context.WithoutCancel(s.tb.Context()), script, command)
	cmd.Env = append(os.Environ(), "ACCORD_POSTGRES_HOME="+s.home, "ACCORD_POSTGRES_INSTALL=no")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch {
	case err == nil:
	case strings.Contains(said.String(), "no server programs") && os.Getenv("ACCORD_TEST_REQUIRE") != "all":
		s.tb.Skip("the programs of a PostgreSQL server are not installed here: .ci/postgres installs them")
	default:
		s.tb.Fatalf(".ci/postgres %s: %v\n%s", command, err, &said)
	}
	return string(out)
}

// Hold runs statements in a transaction that stays open until release.
func Hold(tb testing.TB, dsn, statements string) (release func()) {
	tb.Helper()
	conn := connect(tb, dsn)
	if _, err := conn.Exec(tb.Context(), "BEGIN; "+statements, pgx.QueryExecModeSimpleProtocol); err != nil {
		tb.Fatal(err)
	}
	release = sync.OnceFunc(func() { _ = conn.Close(context.WithoutCancel(tb.Context())) })
	tb.Cleanup(release)
	return release
}
