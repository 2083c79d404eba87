// Package eventtopic takes in the OpenLineage events of a Kafka topic, where
// emitters leave them with their kafka transport (lineage reference, 1.6): they
// need not wait for anybody, and nothing is lost while nobody reads.
package eventtopic

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
)

// Recorder keeps events (lineage.Store).
type Recorder interface {
	Record(ctx context.Context, events []lineage.Event) (fresh int, err error)
}

// Options are what a client needs to read a topic as a group, from its
// beginning the first time. Offsets are committed by Read alone.
func Options(topic, group string) []kgo.Opt {
	return []kgo.Opt{
		kgo.ConsumeTopics(topic), kgo.ConsumerGroup(group), kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}
}

// maxPoll bounds the events of one transaction.
const maxPoll = 2000

// Read records the events of the topic until ctx is done. Offsets are committed
// once the events are stored; one that is read again is known by its digest. A
// record that is no event is logged and passed over.
func Read(ctx context.Context, client *kgo.Client, store Recorder, now func() time.Time, logger *slog.Logger) error {
	defer client.AllowRebalance() // or it could not be closed
	for {
		fetches := client.PollRecords(ctx, maxPoll)
		if ctx.Err() != nil {
			return nil
		}
		if err := fetches.Err0(); err != nil && fetches.Empty() {
			return fmt.Errorf("read OpenLineage events from Kafka: %w", err)
		}
		fetches.EachError(func(topic string, partition int32, err error) {
			logger.Warn("OpenLineage events cannot be read now", "topic", topic, "partition", partition, "error", err)
		})
		err := take(ctx, fetches, store, now, logger)
		if err == nil {
			err = client.CommitUncommittedOffsets(ctx)
		}
		client.AllowRebalance()
		if err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("take in OpenLineage events: %w", err)
		}
	}
}

// take records what was fetched.
func take(ctx context.Context, fetches kgo.Fetches, store Recorder, now func() time.Time, logger *slog.Logger) error {
	var events []lineage.Event
	for record := range fetches.RecordsAll() {
		if len(record.Value) == 0 {
			continue // a tombstone of a compacted topic
		}
		event, err := openlineage.Parse(record.Value, now())
		if err != nil {
			logger.Warn("a record is no OpenLineage event and is passed over",
				"topic", record.Topic, "partition", record.Partition, "offset", record.Offset, "error", err)
			continue
		}
		events = append(events, event.Raw())
	}
	if len(events) == 0 {
		return nil
	}
	_, err := store.Record(ctx, events)
	return err
}
