package pglog_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/pglog"
	"github.com/accordhq/accord/registry/pglog/pgtest"
)

// Open says what is wrong with a database and what to do about it, and leaves
// the database as it is.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	server := pgtest.DSN(t)
	for _, tc := range []struct {
		name, sql string // sql prepares the schema
		adapt     func(t *testing.T, dsn string) string
		says      string
	}{
		{"a table of another program", "CREATE TABLE accord_entries (x int)", nil, "another program"},
		{"a view of another program", "CREATE VIEW accord_log AS SELECT 1", nil, "another program"},
		{"a stamp of another program", "CREATE TABLE accord_meta (x int)", nil, "another program"},
		{"a newer version's log", "", newer, "upgrade accord"},
		{"a missing schema", "", setting("search_path", "missing"), "CREATE SCHEMA"},
		{"a missing database", "", database("missing"), "CREATE DATABASE"},
		{"a missing user", "", setting("user", "missing"), "check user, password"},
		{"a user without rights", "", unprivileged, "GRANT"},
		{"a server that takes no writes", "", setting("default_transaction_read_only", "on"), "name the primary"},
		{"nothing at the address", "", address("127.0.0.1:1"), "nothing listens there"},
		{"a name that is none", "", address("missing.invalid"), "cannot be resolved"},
		{"a server that wants no encryption", "", setting("sslmode", "require"), "check host, port and sslmode"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dsn := pgtest.SchemaOn(t, server)
			if tc.sql != "" {
				pgtest.Exec(t, dsn, tc.sql)
			}
			before := objects(t, dsn)
			bad := dsn
			if tc.adapt != nil {
				bad = tc.adapt(t, dsn)
				before = objects(t, dsn)
			}
			log, err := pglog.Open(t.Context(), withPassword(t, bad), pglog.Options{})
			if err == nil {
				_ = log.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), "open log postgres:") {
				t.Errorf("got %q, want it to name the log and say %q", err, tc.says)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the password is in %q", err)
			}
			if after := objects(t, dsn); before != after {
				t.Errorf("the schema was changed: it had %s and has %s", before, after)
			}
		})
	}
}

func setting(name, value string) func(*testing.T, string) string {
	return func(t *testing.T, dsn string) string { t.Helper(); return pgtest.With(t, dsn, name, value) }
}

func address(hostPort string) func(*testing.T, string) string {
	return func(t *testing.T, dsn string) string { t.Helper(); return pgtest.At(t, dsn, hostPort) }
}

func database(name string) func(*testing.T, string) string {
	return func(t *testing.T, dsn string) string {
		t.Helper()
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + name
		return u.String()
	}
}

// newer makes a log as a later version would leave it.
func newer(t *testing.T, dsn string) string {
	t.Helper()
	if err := open(t, dsn, pglog.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, dsn, "UPDATE accord_meta SET version = 99")
	return dsn
}

// unprivileged names a user who may look into the schema and no more.
func unprivileged(t *testing.T, dsn string) string {
	t.Helper()
	schema := pgtest.Query(t, dsn, "SELECT current_schema()")
	role := schema + "_guest"
	pgtest.Exec(t, dsn, "CREATE ROLE "+role+" LOGIN; GRANT USAGE ON SCHEMA "+schema+" TO "+role)
	t.Cleanup(func() {
		pgtest.ExecLater(t, dsn, "DROP OWNED BY "+role+"; DROP ROLE "+role)
	})
	return pgtest.With(t, dsn, "user", role)
}

func withPassword(t *testing.T, dsn string) string {
	t.Helper()
	return pgtest.With(t, dsn, "password", "s3cret")
}

// objects lists what a schema holds.
func objects(t *testing.T, dsn string) string {
	t.Helper()
	return pgtest.Query(t, dsn, `SELECT coalesce(string_agg(relname, ' ' ORDER BY relname), 'nothing')
		FROM pg_class WHERE relnamespace = current_schema()::regnamespace`)
}

// The answer to an append may be lost after the server has committed. The log
// says that it does not know, and the registry finds its change there.
func TestAnswerLost(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	proxy := pgtest.StartProxy(t, pgtest.Address(t, dsn))
	log := open(t, pgtest.At(t, dsn, proxy.Address), pglog.Options{PollInterval: time.Hour})
	rec := logtest.Bystander()
	rec.Body = []byte("a needle in the stream")
	proxy.LoseAnswer("a needle in the stream")
	_, err := log.Append(t.Context(), registry.Offset{}, rec)
	if err == nil || errors.Is(err, registry.ErrConflict) {
		t.Fatalf("got %v, want an error that leaves it open", err)
	}
	if got := count(t, log); got != 1 {
		t.Errorf("the log has %d entries, want the one whose answer was lost", got)
	}
	if _, err := log.Append(t.Context(), registry.Offset{}, rec); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("the same append again: got %v, want ErrConflict", err)
	}

	r := serve(t, log)
	proxy.LoseAnswer("another needle")
	v := register(t, r, `{"type":"enum","name":"E","symbols":["A"],"doc":"another needle"}`)
	if v.ID != 1 || v.Version != 1 {
		t.Errorf("id %d version %d, want the first", v.ID, v.Version)
	}
	if got := count(t, log); got != 2 {
		t.Errorf("the log has %d entries: the registry wrote twice", got)
	}
}

// An operator or a firewall may end any connection at any time: reads go on
// with new ones, appends at the latest with the second try, and who waits is
// woken.
func TestConnectionsLost(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	proxy := pgtest.StartProxy(t, pgtest.Address(t, dsn))
	name := "lost_" + strconv.FormatInt(time.Now().UnixNano(), 36)
	log := open(t, pgtest.At(t, pgtest.With(t, dsn, "application_name", name), proxy.Address), pglog.Options{PollInterval: time.Hour})
	other := open(t, dsn, pglog.Options{})
	var at registry.Offset
	for how, end := range map[string]func(){
		"by the server":  func() { terminate(t, dsn, name) },
		"on the network": proxy.Cut,
	} {
		end()
		if _, err := log.Get(t.Context(), at); err != nil && !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("%s: a read after the connections were lost: %v", how, err)
		}
		var err error
		if at, err = log.Append(t.Context(), at, logtest.Bystander()); err != nil {
			t.Fatalf("%s: an append after a read that found out: %v", how, err)
		}
		end()
		next, err := log.Append(t.Context(), at, logtest.Bystander())
		if err != nil { // it cannot know; the second try does
			if next, err = log.Append(t.Context(), at, logtest.Bystander()); err != nil {
				t.Fatalf("%s: a second append after the connections were lost: %v", how, err)
			}
		}
		end() // the listener's, too
		waits := make(chan error)
		go func() { waits <- log.Wait(t.Context(), next) }()
		time.Sleep(10 * time.Millisecond)
		if at, err = other.Append(t.Context(), next, logtest.Bystander()); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-waits:
			if err != nil {
				t.Errorf("%s: wait: %v", how, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: the log is deaf", how)
		}
	}
}

// terminate ends the connections of an application as an operator would.
func terminate(t *testing.T, dsn, application string) {
	t.Helper()
	pgtest.Exec(t, dsn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"+application+"'")
}

// Servers are restarted, and crash. What was acknowledged is there, what is
// asked meanwhile fails in time, and afterwards everything goes on by itself.
func TestServerRestarts(t *testing.T) {
	t.Parallel()
	server := pgtest.StartServer(t)
	dsn := pgtest.SchemaOn(t, server.DSN)
	log := open(t, dsn, pglog.Options{})
	other := open(t, dsn, pglog.Options{})
	var at registry.Offset
	for _, end := range []func(){server.Stop, server.Crash} {
		var err error
		if at, err = log.Append(t.Context(), at, logtest.Bystander()); err != nil {
			t.Fatal(err)
		}
		waits := make(chan error)
		go func() { waits <- other.Wait(t.Context(), at) }()
		end()
		for range 2 {
			if _, err := log.Append(t.Context(), at, logtest.Bystander()); err == nil || errors.Is(err, registry.ErrConflict) {
				t.Errorf("without a server: got %v", err)
			}
		}
		if _, err := log.Get(t.Context(), at); err == nil || !strings.Contains(err.Error(), "nothing listens there: start the server") {
			t.Errorf("without a server: got %v, want advice to start it", err)
		}
		server.Start()
		if _, err := log.Get(t.Context(), at); err != nil {
			t.Errorf("an acknowledged entry after the restart: %v", err)
		}
		if at, err = log.Append(t.Context(), at, logtest.Bystander()); err != nil {
			t.Fatalf("after the restart: %v", err)
		}
		select {
		case err := <-waits:
			if err != nil {
				t.Errorf("wait over a restart: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the log is deaf after a restart")
		}
	}
}

// Another database may answer at the same address: a failover to a stranger, a
// load balancer before two of them. Nothing of it is mixed into what was read.
func TestAnotherDatabaseAnswers(t *testing.T) {
	t.Parallel()
	first := pgtest.Schema(t)
	name := pgtest.Query(t, first, "SELECT current_schema()")
	server := pgtest.StartServer(t)
	second := pgtest.With(t, server.DSN, "search_path", name)
	pgtest.Exec(t, server.DSN, "CREATE SCHEMA "+name)
	fill(t, first, 3)
	fill(t, second, 5)

	proxy := pgtest.StartProxy(t, pgtest.Address(t, first))
	log := open(t, pgtest.At(t, first, proxy.Address), pglog.Options{})
	proxy.Redirect(pgtest.Address(t, second))
	proxy.Cut()
	refuses(t, log, registry.NewOffset(3, 0), "another log answers")
	if got := pgtest.Query(t, second, "SELECT count(*)::text FROM accord_entries"); got != "5" {
		t.Errorf("the other log has %s entries, it had 5", got)
	}
	proxy.Redirect(pgtest.Address(t, first))
	proxy.Cut()
	if _, err := log.Append(t.Context(), registry.NewOffset(3, 0), logtest.Bystander()); err != nil {
		t.Errorf("when its own database is back: %v", err)
	}
}

// A database that was restored from an older backup lacks what a node has read,
// and may have gone on otherwise since.
func TestAnOlderBackupAnswers(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	fill(t, dsn, 5)
	said := make(lines, 100)
	log := open(t, dsn, pglog.Options{PollInterval: 20 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(said, nil))})
	pgtest.Exec(t, dsn, "DELETE FROM accord_bodies WHERE seq > 3; DELETE FROM accord_entries WHERE seq > 3")
	select {
	case line := <-said:
		if !strings.Contains(line, "older backup") {
			t.Errorf("it logs %q, want it to speak of an older backup", line)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing was logged where nobody reads or writes")
	}
	refuses(t, log, registry.NewOffset(5, 0), "older backup")
	refuses(t, log, registry.NewOffset(3, 0), "older backup")
	other := open(t, dsn, pglog.Options{})
	at := registry.NewOffset(3, 0)
	for range 4 {
		rec := logtest.Bystander()
		rec.Change = "after the restore"
		var err error
		if at, err = other.Append(t.Context(), at, rec); err != nil {
			t.Fatal(err)
		}
	}
	refuses(t, log, at, "older backup")
	if got := count(t, other); got != 7 {
		t.Errorf("the log has %d entries, want 7", got)
	}
}

// lines passes on what is written to it.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	select {
	case l <- string(p):
	default: // enough was said
	}
	return len(p), nil
}

// refuses wants reads and appends to fail and to say so.
func refuses(t *testing.T, log *pglog.Log, at registry.Offset, says string) {
	t.Helper()
	var readErr error
	for _, readErr = range log.Read(t.Context(), at) {
		break
	}
	_, appendErr := log.Append(t.Context(), at, logtest.Bystander())
	for what, err := range map[string]error{"read": readErr, "append": appendErr} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want an error that says %q", what, err, says)
		}
	}
}

// A server that hangs costs each call its bounded time, and Close too.
func TestServerHangs(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	proxy := pgtest.StartProxy(t, pgtest.Address(t, dsn))
	log := open(t, pgtest.At(t, dsn, proxy.Address), pglog.Options{Timeout: 2 * time.Second})
	proxy.Hang()
	began := time.Now()
	_, err := log.Append(t.Context(), registry.Offset{}, logtest.Bystander())
	if err == nil || !strings.Contains(err.Error(), "no answer within 2s") {
		t.Errorf("append: got %v, want advice about a server that hangs", err)
	}
	if _, err := log.Get(t.Context(), registry.NewOffset(1, 0)); err == nil {
		t.Error("a read was answered")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := log.Get(ctx, registry.NewOffset(1, 0)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the caller's deadline", err)
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A server that accepts and then says nothing is given up in time.
func TestOpenWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	proxy := pgtest.StartProxy(t, pgtest.Address(t, dsn))
	proxy.Hang()
	began := time.Now()
	_, err := pglog.Open(t.Context(), pgtest.At(t, dsn, proxy.Address), pglog.Options{Timeout: 300 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "no answer within 300ms") {
		t.Errorf("got %v, want advice about a server that hangs", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// Whoever locks the log makes appends fail in time; nothing is written later.
func TestAppendWhileTheLogIsLocked(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Schema(t)
	log := open(t, dsn, pglog.Options{Timeout: 2 * time.Second})
	release := pgtest.Hold(t, dsn, "LOCK TABLE accord_entries IN SHARE MODE")
	_, err := log.Append(t.Context(), registry.Offset{}, logtest.Bystander())
	if err == nil || errors.Is(err, registry.ErrConflict) {
		t.Errorf("got %v, want an error", err)
	}
	release()
	time.Sleep(100 * time.Millisecond)
	if got := count(t, log); got != 0 {
		t.Errorf("%d entries were written after the append had failed", got)
	}
}

// fill makes a log with so many entries.
func fill(t *testing.T, dsn string, n int) {
	t.Helper()
	log := open(t, dsn, pglog.Options{})
	recs := make([]registry.Record, n)
	for i := range recs {
		recs[i] = logtest.Bystander()
		recs[i].Change, recs[i].Body = "change "+strconv.Itoa(i), []byte("body")
	}
	if _, err := log.Append(t.Context(), registry.Offset{}, recs...); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, log *pglog.Log) (n int) {
	t.Helper()
	for _, err := range log.Read(t.Context(), registry.Offset{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func serve(t *testing.T, log registry.Log) *registry.Registry {
	t.Helper()
	r, err := registry.Open(t.Context(), registry.Options{Log: log, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func register(t *testing.T, r *registry.Registry, text string) registry.Version {
	t.Helper()
	v, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: registry.Candidate{Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}
