package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/connectscan"
	"github.com/accordhq/accord/lineage/kafkascan"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// connectFlags say which Kafka Connect clusters work on a Kafka cluster.
type connectFlags struct{ urls []string }

func (f *connectFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.urls, "connect", nil, "`URL` of a Kafka Connect worker of the cluster, as in http://connect:8083; repeat for more")
}

// look asks each for its connectors. One that does not answer is among the
// errors, and the others are not lost by it.
func (f *connectFlags) look(ctx context.Context, now func() time.Time, timeout time.Duration) ([]*connectscan.Scan, error) {
	var (
		scans []*connectscan.Scan
		errs  []error
	)
	for _, url := range f.urls {
		scan, err := connectscan.Run(ctx, connectscan.Options{URL: url, Now: now, Timeout: timeout})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		scans = append(scans, scan)
	}
	return scans, errors.Join(errs...)
}

// connectFacts are the facts of what connectors do, beside those of the cluster
// they work on. The fields of a topic's values are what its schema says.
func connectFacts(scans []*connectscan.Scan, cluster kafkascan.Cluster, namespace string, fields func(subject string) []schema.Field) []lineage.Fact {
	opts := connectscan.FactOptions{Fields: func(topic string) []string { return fieldPaths(fields(topic + "-value")) }}
	var found []lineage.Fact
	for _, scan := range scans {
		opts.Kafka = namespace
		if scan.ClusterID != "" && scan.ClusterID != cluster.ID {
			opts.Kafka = "" // it works on another cluster
		}
		found = append(found, scan.Facts(opts)...)
	}
	return found
}

// fieldPaths are the paths of fields that hold data.
func fieldPaths(fields []schema.Field) []string {
	var paths []string
	for _, f := range fields {
		if f.Kind == schema.KindField {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// fieldsIn reads the fields of subjects from a registry. What cannot be read or
// parsed has none: then it is not known which become of which.
func fieldsIn(ctx context.Context, a *app, c *client.Client) func(subject string) []schema.Field {
	return func(subject string) []schema.Field {
		stored, err := (&comparison{app: a, registry: c}).stored(ctx, subject, client.Latest)
		if err != nil || stored.parsed == nil {
			return nil
		}
		return stored.parsed.Fields()
	}
}
