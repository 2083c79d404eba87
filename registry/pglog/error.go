package pglog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accordhq/accord/registry"
)

// SQLSTATE codes that the code asks for (PostgreSQL documentation, appendix A).
const (
	uniqueViolation = "23505"
	undefinedColumn = "42703"
	queryCanceled   = "57014"
)

// hints say what an operator can do about a SQLSTATE, or about a class of them
// by its two first characters.
var hints = map[string]string{
	"08":          "the connection failed: check the network and that the server runs",
	"25006":       errStandby.Error(),
	"28":          "the server refused this user: check user, password and pg_hba.conf",
	"3D000":       "there is no such database: create it with CREATE DATABASE",
	"3F000":       errNoSchema.Error(),
	"40":          "the server broke off the transaction: sending it again is safe",
	"42501":       "this user lacks a right: GRANT USAGE, CREATE ON SCHEMA to make the log, and its tables to use it",
	"42P01":       "the log's tables are gone: restore a backup",
	"53100":       "the server's disk is full: free some space; nothing was written",
	"53200":       "the server is out of memory: give it some, or let fewer clients in",
	"53300":       "the server has no connection left: raise max_connections, or lower pool_max_conns of who uses it",
	"53400":       "the server reached a limit of its configuration: raise it",
	"54000":       "the server reached a limit of its own: check for a client that listens and sits in an open transaction",
	"55P03":       "another client holds a lock on the log: let its transaction end",
	queryCanceled: "the server was too slow, or an operator cancelled it: check its load and who holds locks on the log",
	"57P01":       "the server is shutting down, or an operator ended the connection",
	"57P02":       "the server crashed and recovers: check its log",
	"57P03":       "the server is starting up or shutting down: wait for it",
	"57P05":       "the server ended an idle connection",
	"58":          "the server's disk failed: check its log and its disk",
	"XX001":       "the server found damaged data: stop the service and restore a backup",
	"XX002":       "the server found a damaged index: REINDEX the log's tables, or restore a backup",
}

// failure wraps what went wrong while doing something to the store, with a hint
// where there is one. The contract's own answers pass as they are, and the
// end of the caller's context wins over how its interruption was reported.
func (s *server) failure(ctx context.Context, doing string, err error) error {
	switch {
	case errors.Is(err, registry.ErrConflict), errors.Is(err, s.closed):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("%s %s %s: %w", doing, s.what, s.name, ctx.Err())
	}
	if hint := s.hint(err); hint != "" {
		return fmt.Errorf("%s %s %s: %s: %w", doing, s.what, s.name, hint, err)
	}
	return fmt.Errorf("%s %s %s: %w", doing, s.what, s.name, err)
}

// hint says what to do about an error, "" if nothing is known.
func (s *server) hint(err error) string {
	if state := stateOf(err); state != "" {
		if hint := hints[state]; hint != "" {
			return hint
		}
		return hints[state[:2]]
	}
	var dns *net.DNSError
	var lost *net.OpError
	var connecting *pgconn.ConnectError
	switch {
	case errors.Is(err, errStandby):
		return "" // it says so itself
	case errors.As(err, &dns):
		return "the host's name cannot be resolved: check it"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT):
		return "nothing listens there: start the server, or check host and port"
	case errors.Is(err, context.DeadlineExceeded), pgconn.Timeout(err):
		return fmt.Sprintf("no answer within %s: the server or the network hangs, or is overloaded", s.timeout)
	case errors.As(err, &connecting):
		return "cannot connect: check host, port and sslmode"
	case errors.As(err, &lost):
		return "the connection was lost: check the network and that the server runs"
	}
	return ""
}

// stateOf is the SQLSTATE of an error, "" if it is not the server's.
func stateOf(err error) string {
	var cause *pgconn.PgError
	if errors.As(err, &cause) && len(cause.Code) == 5 {
		return cause.Code
	}
	return ""
}
