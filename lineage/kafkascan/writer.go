package kafkascan

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Transaction is a transactional id that the cluster remembers, a week after
// its last use (transactional.id.expiration.ms).
type Transaction struct {
	ID string
	// State is Kafka's word: "Ongoing", "CompleteCommit", "Empty", ...
	State      string
	ProducerID int64
	// Topics are those of the transaction that is open now.
	Topics []string
	// Started is when the open transaction began, zero without one.
	Started time.Time
}

// Producer is an idempotent or transactional producer that the brokers
// remember having written to a topic, a day after its last write
// (producer.id.expiration.ms). Producers that are neither leave no trace.
type Producer struct {
	Topic      string
	ProducerID int64
	// LastWrite is the newest timestamp of its last batch in any partition,
	// which the producer sets itself unless the topic says otherwise.
	LastWrite time.Time
	// TransactionalID is who it is, empty if it writes without transactions.
	TransactionalID string
}

func (s *scanner) transactions(ctx context.Context) {
	// A transactional id that moves to another broker may be listed by both.
	byID := make(map[string]Transaction)
	ask(ctx, s, questionTransactions, kmsg.NewPtrListTransactionsRequest(), func(_ int32, resp *kmsg.ListTransactionsResponse) {
		if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
			s.refuse(questionTransactions, err, "the cluster")
			return
		}
		for _, t := range resp.TransactionStates {
			byID[t.TransactionalID] = Transaction{ID: t.TransactionalID, State: t.TransactionState, ProducerID: t.ProducerID}
		}
	})
	s.scan.Transactions = slices.SortedFunc(maps.Values(byID), func(a, b Transaction) int { return cmp.Compare(a.ID, b.ID) })
	var open []string
	for _, t := range s.scan.Transactions {
		if t.State == "Ongoing" {
			open = append(open, t.ID)
		}
	}
	for ids := range slices.Chunk(open, batch) {
		s.openTransactions(ctx, ids)
	}
}

// openTransactions asks which topics transactions write to at the moment.
func (s *scanner) openTransactions(ctx context.Context, ids []string) {
	req := kmsg.NewPtrDescribeTransactionsRequest()
	req.TransactionalIDs = ids
	ask(ctx, s, questionOpen, req, func(_ int32, resp *kmsg.DescribeTransactionsResponse) {
		for _, described := range resp.TransactionStates {
			if err := kerr.ErrorForCode(described.ErrorCode); err != nil {
				s.refuse(questionOpen, err, described.TransactionalID)
				continue
			}
			i, known := slices.BinarySearchFunc(s.scan.Transactions, described.TransactionalID, func(t Transaction, id string) int { return cmp.Compare(t.ID, id) })
			if !known {
				continue
			}
			t := &s.scan.Transactions[i]
			if described.StartTimestamp > 0 {
				t.Started = time.UnixMilli(described.StartTimestamp).UTC()
			}
			for _, topic := range described.Topics {
				t.Topics = append(t.Topics, topic.Topic)
			}
			slices.Sort(t.Topics)
			t.Topics = slices.Compact(t.Topics)
		}
	})
}

// producers asks the leaders of partitions, slice by slice, whom they
// remember writing, and names those that have a transactional id.
func (s *scanner) producers(ctx context.Context) {
	if s.opts.NoProducers {
		return
	}
	last := make(map[Producer]time.Time)
	for slice := range s.slices(func(t Topic) bool { return !t.Internal }) {
		s.askProducers(ctx, slice, last)
	}
	names := make(map[int64]string, len(s.scan.Transactions))
	for _, t := range s.scan.Transactions {
		names[t.ProducerID] = t.ID
	}
	for p, at := range last {
		p.LastWrite, p.TransactionalID = at, names[p.ProducerID]
		s.scan.Producers = append(s.scan.Producers, p)
	}
	slices.SortFunc(s.scan.Producers, func(a, b Producer) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.ProducerID, b.ProducerID))
	})
}

// producersByTopic are the producers of each topic.
func (s *Scan) producersByTopic() map[string][]Producer {
	byTopic := make(map[string][]Producer)
	for _, p := range s.Producers {
		byTopic[p.Topic] = append(byTopic[p.Topic], p)
	}
	return byTopic
}

// askProducers adds the last write of each producer to the topics of a slice.
func (s *scanner) askProducers(ctx context.Context, slice []share, last map[Producer]time.Time) {
	req := kmsg.NewPtrDescribeProducersRequest()
	for _, of := range slice {
		rt := kmsg.NewDescribeProducersRequestTopic()
		rt.Topic, rt.Partitions = of.topic, of.partitions
		req.Topics = append(req.Topics, rt)
	}
	ask(ctx, s, questionProducers, req, func(_ int32, resp *kmsg.DescribeProducersResponse) {
		for _, t := range resp.Topics {
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					s.refuse(questionProducers, err, t.Topic)
					continue
				}
				for _, active := range p.ActiveProducers {
					key, at := Producer{Topic: t.Topic, ProducerID: active.ProducerID}, time.UnixMilli(active.LastTimestamp).UTC()
					if was, ok := last[key]; !ok || at.After(was) {
						last[key] = at
					}
				}
			}
		}
	})
}
