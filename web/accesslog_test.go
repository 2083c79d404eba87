package web

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAccessEntryPrintsAsSlog compares the line with the one log/slog prints:
// programs read both alike.
func TestAccessEntryPrintsAsSlog(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a\"\\\n\t\x00\x1f", "a\xff", "<&>\u2028"}))
	rapid.Check(t, func(rt *rapid.T) {
		e := accessEntry{
			at: time.Unix(0, rapid.Int64Range(0, 4e18).Draw(rt, "at")), took: time.Duration(rapid.Int64().Draw(rt, "took")),
			status: rapid.IntRange(100, 599).Draw(rt, "status"), size: rapid.Int64().Draw(rt, "size"),
			route: text.Draw(rt, "route"), id: text.Draw(rt, "id"), method: text.Draw(rt, "method"),
			target: text.Draw(rt, "target"), remote: text.Draw(rt, "remote"), agent: text.Draw(rt, "agent"),
		}
		var want bytes.Buffer
		line := slog.NewRecord(e.at, slog.LevelInfo, "request", 0)
		line.AddAttrs(
			slog.String("method", e.method), slog.String("target", e.target), slog.String("route", e.route),
			slog.Int("status", e.status), slog.Int64("bytes", e.size), slog.Duration("took", e.took),
			slog.String("request_id", e.id), slog.String("remote", e.remote), slog.String("agent", e.agent),
		)
		if err := slog.NewJSONHandler(&want, nil).Handle(t.Context(), line); err != nil {
			rt.Fatal(err)
		}
		got := e.appendTo(nil)
		if a, b := decoded(rt, got), decoded(rt, want.Bytes()); a != b {
			rt.Errorf("printed\n%s, want\n%s", got, want.Bytes())
		}
	})
}

// readLine is a line of the access log, read back.
type readLine struct {
	Time                              time.Time
	Level, Msg, Method, Target, Route string
	Status, Bytes, Took               int64
	RequestID                         string `json:"request_id"`
	Remote, Agent                     string
}

func decoded(rt *rapid.T, line []byte) readLine {
	rt.Helper()
	if len(line) == 0 || bytes.IndexByte(line, '\n') != len(line)-1 {
		rt.Fatalf("not one line: %q", line)
	}
	var l readLine
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		rt.Fatalf("%q: %v", line, err)
	}
	return l
}
