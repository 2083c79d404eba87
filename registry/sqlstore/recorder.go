package sqlstore

import (
	"context"

	"github.com/accordhq/accord/lineage"
)

// Arrival is an event on its way to a database. Its body is what to store.
type Arrival struct {
	lineage.Event
	Packed bool // the body is
	Fresh  bool // it was not known: who writes it says so
}

// Recorder brings events to a database and back. Bodies are packed there, and
// calls that come while others write share the next transaction.
type Recorder struct {
	group  *Group[*Arrival]
	packer Packer
}

// NewRecorder returns a recorder that writes with commit, as a Group does.
func NewRecorder(commit func([]*Arrival) error) *Recorder {
	return &Recorder{group: NewGroup(commit)}
}

// Record writes events and returns how many were not known, as
// lineage.Store.Record.
func (r *Recorder) Record(ctx context.Context, events []lineage.Event) (fresh int, err error) {
	arrivals := make([]*Arrival, len(events))
	for i, e := range events {
		arrivals[i] = &Arrival{Event: e}
		arrivals[i].Body, arrivals[i].Packed = r.packer.Pack(e.Body)
	}
	if err := r.group.Commit(ctx, arrivals); err != nil {
		return 0, err
	}
	for _, a := range arrivals {
		if a.Fresh {
			fresh++
		}
	}
	return fresh, nil
}

// Row is a row to be scanned.
type Row interface{ Scan(dest ...any) error }

// EventColumns are the columns that Scan reads.
const EventColumns = `seq, digest, time_us, received_us, packed, body`

// Scan reads an event from a row of EventColumns.
func (r *Recorder) Scan(row Row) (lineage.Recorded, error) {
	var e lineage.Recorded
	var digest, body []byte
	var at, received int64
	var packed bool
	err := row.Scan(&e.Cursor, &digest, &at, &received, &packed, &body)
	if err == nil {
		e.Body, err = r.packer.Unpack(body, packed)
	}
	copy(e.Digest[:], digest)
	e.Time, e.Received = Time(at), Time(received)
	return e, err
}
