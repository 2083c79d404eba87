package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/registry/client"
)

// maxEvent bounds one event of a file, as the server bounds one it is sent.
const maxEvent = 16 << 20

func newLineageIngest(a *app) *cobra.Command {
	var in lineageIngest
	cmd := &cobra.Command{
		Use:   "ingest FILE...",
		Short: "Send OpenLineage events from files to the registry",
		Long: `Send the OpenLineage events of files to the registry: one JSON object, an array
of them, or one on each line. - is standard input. Events that are known already
change nothing. One that is refused is named with file and line, and the others
go in.`,
		Example: `  accord lineage ingest events.ndjson
  accord lineage ingest run-*.json
  kcat -C -e -b localhost:9092 -t openlineage | accord lineage ingest -`,
		Args:              takes(1, 1<<20, "files"),
		ValidArgsFunction: completeFiles,
		RunE:              a.does(func(ctx context.Context, args []string) error { return in.run(ctx, a, args) }),
	}
	addOutput(cmd, &in.output)
	return cmd
}

type lineageIngest struct {
	output format
}

func (in lineageIngest) run(ctx context.Context, a *app, files []string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	s := &eventSender{app: a, client: c, view: ingestView{Refused: []refusedEventView{}}}
	for _, file := range files {
		if err := s.file(ctx, file); err != nil {
			return err
		}
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	slices.SortStableFunc(s.view.Refused, func(x, y refusedEventView) int {
		return cmp.Or(slices.Index(files, x.File)-slices.Index(files, y.File), x.Line-y.Line)
	})
	if err := a.show(in.output, s.view, func() { s.view.print(a) }); err != nil {
		return err
	}
	if len(s.view.Refused) > 0 {
		return errFindings
	}
	return nil
}

func (v ingestView) print(a *app) {
	for _, r := range v.Refused {
		a.say("%s:%d: %s", printable(r.File, false), r.Line, printable(r.Reason, false))
	}
	a.say("%s sent, %d refused", counted(v.Sent, "event", "events"), len(v.Refused))
}

// The bounds of one batch that is sent.
const (
	batchEvents = 500
	batchBytes  = 4 << 20
)

// eventSender gathers events into batches and sends them.
type eventSender struct {
	*app
	client *client.Client
	view   ingestView
	batch  [][]byte
	places []refusedEventView // where each event of the batch comes from
	size   int
}

func (s *eventSender) file(ctx context.Context, name string) error {
	source := s.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return unable("name files that can be read, or - for standard input", "%w", err)
		}
		defer f.Close() //nolint:errcheck // it was only read
		source = f
	}
	for item, err := range openlineage.Read(source, maxEvent) {
		place := refusedEventView{File: name, Line: item.Line}
		if fault := new(openlineage.Fault); errors.As(err, &fault) {
			place.Reason = fault.Error()
			s.view.Refused = append(s.view.Refused, place)
			continue
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		s.batch, s.places, s.size = append(s.batch, item.Body), append(s.places, place), s.size+len(item.Body)
		if len(s.batch) >= batchEvents || s.size >= batchBytes {
			if err := s.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush sends what was gathered, and notes what was refused.
func (s *eventSender) flush(ctx context.Context) error {
	if len(s.batch) == 0 {
		return nil
	}
	done, err := s.client.SendEvents(ctx, s.batch)
	if err != nil {
		return err
	}
	s.view.Sent += done.Summary.Successful
	for _, failed := range done.Failed {
		place := s.places[failed.Index]
		place.Reason = failed.Reason
		s.view.Refused = append(s.view.Refused, place)
	}
	s.batch, s.places, s.size = nil, nil, 0
	return nil
}
