package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/eventtopic"
	"github.com/accordhq/accord/lineage/kafkascan"
	"github.com/accordhq/accord/schema"
)

// observeFlags say what a registry observes, and how long it remembers.
type observeFlags struct {
	kafka   kafkaFlags
	connect connectFlags
	// fields are those of a subject's newest schema; set once there is a
	// registry.
	fields func(subject string) []schema.Field
	// every is the time between two looks at the cluster.
	every time.Duration
	// topic holds OpenLineage events, "" for none; group reads it.
	topic, group string
	// eventsKept and runsKept are how long events and runs are remembered.
	eventsKept, runsKept time.Duration
}

func (f *observeFlags) add(cmd *cobra.Command) {
	f.kafka.add(cmd)
	f.connect.add(cmd)
	flags := cmd.Flags()
	flags.DurationVar(&f.every, "discover-every", 5*time.Minute, "`TIME` between two looks at the Kafka cluster")
	flags.StringVar(&f.topic, "openlineage-topic", "", "`TOPIC` of the cluster that holds OpenLineage events")
	flags.StringVar(&f.group, "openlineage-group", "accord-openlineage", "`GROUP` that reads it")
	flags.DurationVar(&f.eventsKept, "events-kept", 14*24*time.Hour, "`TIME` for which OpenLineage events are kept as they came")
	flags.DurationVar(&f.runsKept, "runs-kept", 90*24*time.Hour, "`TIME` for which runs of jobs are kept; what they read and wrote stays")
}

// check refuses what cannot be meant.
func (f *observeFlags) check() error {
	switch {
	case f.topic != "" && !f.kafka.given():
		return misuse("add --kafka HOST:PORT", "--openlineage-topic %s: of which cluster?", f.topic)
	case len(f.connect.urls) > 0 && !f.kafka.given():
		return misuse("add --kafka HOST:PORT", "--connect %s: on which cluster does it work?", f.connect.urls[0])
	case f.every < 10*time.Second:
		return misuse("use 10s or more", "--discover-every %s: a look takes seconds, and asks every broker", f.every)
	case f.eventsKept < time.Hour || f.runsKept < time.Hour:
		return misuse("use an hour or more", "--events-kept %s, --runs-kept %s: too short for anybody to see them", f.eventsKept, f.runsKept)
	}
	return nil
}

// client makes a client of the cluster.
func (f *observeFlags) client(logger *slog.Logger, more ...kgo.Opt) (*kgo.Client, error) {
	opts, unused, err := f.kafka.options()
	if err != nil {
		return nil, err
	}
	if len(unused) > 0 {
		logger.Debug("client properties that mean nothing here", "properties", strings.Join(unused, " "))
	}
	return kgo.NewClient(append(opts, more...)...)
}

// collectors are the duties that fill the store from Kafka.
func (f *observeFlags) collectors(o *observer) map[string]func(context.Context) error {
	all := map[string]func(context.Context) error{}
	if f.kafka.given() {
		all["discover "+f.kafka.brokers] = o.discover
	}
	if f.topic != "" {
		all["read "+f.topic] = o.readEvents
	}
	return all
}

// discover looks at the cluster again and again.
func (o *observer) discover(ctx context.Context) error {
	client, err := o.flags.client(o.logger)
	if err != nil {
		return err
	}
	defer client.Close()
	said := 0
	return again(ctx, o.flags.every, func(ctx context.Context) error {
		scan, err := kafkascan.Run(ctx, client, kafkascan.Options{Now: o.now, ACLs: true})
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was stopped
		case err != nil:
			o.logger.Warn("the Kafka cluster was not seen", "error", err)
			return nil
		}
		if err := o.Put(ctx, append(scan.Facts(kafkascan.FactOptions{}), o.connected(ctx, scan.Cluster)...)); err != nil {
			return err
		}
		o.vitals.discovered.Store(o.now().UnixNano())
		if len(scan.Refused) != said {
			said = len(scan.Refused)
			for _, gap := range scan.Refused {
				o.logger.Warn("the Kafka cluster does not tell", "what", gap.What, "why", gap.Why, "hint", gap.Hint)
			}
		}
		return nil
	})
}

// connected are the facts of the cluster's connectors.
func (o *observer) connected(ctx context.Context, cluster kafkascan.Cluster) []lineage.Fact {
	scans, err := o.flags.connect.look(ctx, o.now, 0)
	if err != nil {
		o.logger.Warn("Kafka Connect was not seen", "error", err)
	}
	return connectFacts(scans, cluster, cluster.Namespace(), o.flags.fields)
}

// readEvents takes in the OpenLineage events of a topic.
func (o *observer) readEvents(ctx context.Context) error {
	client, err := o.flags.client(o.logger, eventtopic.Options(o.flags.topic, o.flags.group)...)
	if err != nil {
		return err
	}
	defer client.CloseAllowingRebalance() // a poll that ended with ctx still blocks one
	return eventtopic.Read(ctx, client, o, o.now, o.logger)
}
