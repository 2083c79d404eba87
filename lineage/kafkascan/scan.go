// Package kafkascan asks a Kafka cluster what it knows of who reads and who
// writes its topics: groups of all four protocols, committed offsets,
// transactional ids, the producers that brokers remember, and ACLs.
//
// Each question stands alone. One that the cluster refuses, or is too old to
// understand, becomes a Gap that says what stays unknown; the rest of the scan
// goes on. Nothing is read of any record, and nothing is written.
package kafkascan

import (
	"context"
	"regexp"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Scan is what one look at a cluster found. Everything in it is ordered by
// name.
type Scan struct {
	// At is when the scan began.
	At           time.Time
	Cluster      Cluster
	Topics       []Topic
	Groups       []Group
	Transactions []Transaction
	Producers    []Producer
	ACLs         []ACL
	// Refused are the questions that got no answer.
	Refused []Gap
}

// Options say how a cluster is scanned.
type Options struct {
	// Now is the clock; it must be set.
	Now func() time.Time
	// Timeout bounds each question; 0 is 15 s. A cluster that cannot be reached
	// is given up after it.
	Timeout time.Duration
	// Between is the least time between the two looks at the ends of topics
	// that tell which of them move; 0 is 1 s, below 0 does not wait.
	Between time.Duration
	// Slice is how many partitions one request asks after; 0 is 1000. Asking
	// for producers touches the leader of every partition.
	Slice int
	// Ephemeral match ids of groups that come and go with a person's tool; nil
	// is EphemeralGroups. Such groups are found and marked.
	Ephemeral []*regexp.Regexp
	// ACLs asks who may read and write, too.
	ACLs bool
	// NoProducers leaves out the producers that brokers remember, the only
	// question that costs a large cluster something.
	NoProducers bool
}

const (
	defaultTimeout = 15 * time.Second
	defaultBetween = time.Second
	defaultSlice   = 1000
)

// scanner holds a scan in the making.
type scanner struct {
	client  *kgo.Client
	opts    Options
	scan    *Scan
	refused []refusal
	// found are the listed groups by id.
	found map[string]found
}

// Run scans the cluster that client speaks to. It fails only if no broker can
// be reached or ctx ends; whatever else goes wrong is among the Scan's gaps.
func Run(ctx context.Context, client *kgo.Client, opts Options) (*Scan, error) {
	s := &scanner{client: client, opts: withDefaults(opts), scan: &Scan{At: opts.Now()}}
	metadata, err := s.reach(ctx)
	if err != nil {
		return nil, err
	}
	s.cluster(metadata)
	s.topics(metadata)

	before := s.ends(ctx)
	look := time.NewTimer(s.opts.Between)
	defer look.Stop()
	for _, collect := range []func(context.Context){s.rights, s.groups, s.transactions, s.producers, s.acls} {
		collect(ctx)
	}
	select {
	case <-look.C:
	case <-ctx.Done():
	}
	s.move(before, s.ends(ctx))

	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.scan.Refused = gaps(s.refused)
	return s.scan, nil
}

func withDefaults(opts Options) Options {
	if opts.Timeout <= 0 {
		opts.Timeout = defaultTimeout
	}
	if opts.Between == 0 {
		opts.Between = defaultBetween
	}
	if opts.Slice <= 0 {
		opts.Slice = defaultSlice
	}
	if opts.Ephemeral == nil {
		opts.Ephemeral = EphemeralGroups
	}
	return opts
}
