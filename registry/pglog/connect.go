package pglog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// oldest is the oldest server that is spoken to, as server_version_num counts.
const oldest = 150000

var (
	errSyntax = errors.New("this is not a connection string: write postgres://USER@HOST:PORT/DATABASE or key=value pairs, " +
		"with special characters of a password as %XX, or put the password into PGPASSWORD or a password file")
	errStandby  = errors.New("the server takes no writes, it is a standby or read-only: name the primary, or all hosts with target_session_attrs=read-write")
	errNoSchema = errors.New("the schema does not exist or may not be used: create it with CREATE SCHEMA, or name another with search_path")
	errStranger = errors.New("another log answers where this one was: nothing was read from it or written to it; " +
		"bring back the database that was here, or restart this node to serve the other")
	errRewound = errors.New("the database has lost entries that this node has read: it was restored from an older backup, " +
		"or a standby that lagged took over; nothing more is read or written; bring back the lost entries, or accept the loss by restarting every node")
)

// parse reads a connection string. What pgx reports of a bad one may quote
// parts of a password, so it is not passed on.
func parse(dsn string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		if strings.Contains(dsn, "@") || strings.Contains(dsn, "password") {
			return nil, errSyntax
		}
		return nil, fmt.Errorf("%w: %w", errSyntax, err)
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		config.MaxConns = connections
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "accord"
	}
	// Of several hosts the one that takes writes, unless told otherwise.
	if config.ConnConfig.ValidateConnect == nil {
		config.ConnConfig.ValidateConnect = takesWrites
	}
	return config, nil
}

// takesWrites refuses a server that is a standby or read-only.
func takesWrites(ctx context.Context, conn *pgconn.PgConn) error {
	answer := conn.ExecParams(ctx, "SHOW transaction_read_only", nil, nil, nil, nil).Read()
	if answer.Err == nil && len(answer.Rows) == 1 && string(answer.Rows[0][0]) == "on" {
		return errStandby
	}
	return answer.Err
}

// Name says which database a connection string names, as user@host/database,
// for people and for logs: it holds no password.
func Name(dsn string) string {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return "postgres:"
	}
	c := config.ConnConfig
	hosts := []string{address(c.Host, c.Port)}
	for _, other := range c.Fallbacks { // also the first host again, with and without encryption
		if host := address(other.Host, other.Port); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	name := "postgres:" + c.User + "@" + strings.Join(hosts, ",") + "/" + c.Database
	if path := c.RuntimeParams["search_path"]; path != "" {
		name += " schema " + path
	}
	return name
}

// address is HOST:PORT, or the folder of a Unix socket.
func address(host string, port uint16) string {
	if strings.HasPrefix(host, "/") {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

// settle readies a session: it refuses servers that are too old, sets the
// isolation under which a second writer meets a duplicate key and nothing else,
// and bounds statements on the server's side, so that none goes on when its
// caller has given up. It reports whether the server syncs what it writes.
func (s *server) settle(ctx context.Context, conn *pgx.Conn) (durable bool, err error) {
	var version int
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('fsync')::bool,
		set_config('default_transaction_isolation', 'read committed', false)`).Scan(&version, &durable, nil)
	if err == nil {
		err = supported(version)
	}
	if err != nil {
		return false, err
	}
	if _, set := s.config.RuntimeParams["statement_timeout"]; !set {
		_, err = conn.Exec(ctx, `SELECT set_config('statement_timeout', $1, false)`, strconv.FormatInt(s.timeout.Milliseconds(), 10))
	}
	return durable, err
}

// supported refuses servers by their server_version_num.
func supported(version int) error {
	if version < oldest {
		return fmt.Errorf("the server is PostgreSQL %d.%d: version %d or newer is needed", version/10000, version%10000, oldest/10000)
	}
	return nil
}

// schemaOf returns the schema in which the session makes tables.
func schemaOf(ctx context.Context, conn *pgx.Conn) (string, error) {
	var schema *string
	if err := conn.QueryRow(ctx, `SELECT current_schema()::text`).Scan(&schema); err != nil {
		return "", err
	}
	if schema == nil {
		return "", errNoSchema
	}
	return *schema, nil
}

// adopt readies a new connection and makes sure that the store behind it is
// the one that was opened. The server at an address may change: a failover, a
// restored backup, a load balancer with two databases.
func (s *server) adopt(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if _, err := s.settle(ctx, conn); err != nil {
		return err
	}
	found, err := stampOf(ctx, conn, s.schema, s.version)
	switch {
	case err != nil:
		return err
	case found.identity != s.identity:
		return errStranger
	}
	if s.meet != nil {
		return s.meet(ctx, conn)
	}
	return nil
}
