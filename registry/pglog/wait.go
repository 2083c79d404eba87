package pglog

import (
	"context"

	"github.com/accordhq/accord/registry"
)

// Wait implements registry.Log. Appends of this process wake it at once, those
// of others when the listener hears of them. It goes on waiting while the
// server is away.
func (l *Log) Wait(ctx context.Context, after registry.Offset) error {
	at, _ := after.Parts()
	return l.heads.Wait(ctx, func(head mark) bool { return head.seq > at })
}

// mark is an entry of the log by its offset and its change, which no other
// log's entry at the same offset shares. The zero mark stands before the first.
type mark struct {
	seq    int64
	change string
}

// expected is the change as the server must find it: NULL where no entry is.
func (m mark) expected() *string {
	if m.seq == 0 {
		return nil
	}
	return &m.change
}

// further is the later of two marks.
func further(a, b mark) mark {
	if b.seq > a.seq {
		return b
	}
	return a
}
