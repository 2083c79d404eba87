package kafkascan

import (
	"cmp"
	"context"
	"encoding/base64"
	"iter"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Topic is a topic that the scan's user may describe; Kafka does not say that
// there are others.
type Topic struct {
	Name string
	// ID is the topic's id as Kafka's tools print it, empty before Kafka 2.8.
	// A topic that was deleted and made again has another.
	ID string
	// Internal is true of the topics that brokers keep for themselves.
	Internal   bool
	Partitions int
	// End is the sum of the next offsets of all partitions that could be
	// asked.
	End int64
	// Moving is true if a record or a transaction's marker was written while
	// the scan ran.
	Moving bool
}

func (s *scanner) topics(metadata *kmsg.MetadataResponse) {
	for _, t := range metadata.Topics {
		if t.Topic == nil {
			continue
		}
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			s.refuse(questionTopics, err, *t.Topic)
			continue
		}
		s.scan.Topics = append(s.scan.Topics, Topic{
			Name: *t.Topic, ID: topicID(t.TopicID), Internal: t.IsInternal, Partitions: len(t.Partitions),
		})
	}
	slices.SortFunc(s.scan.Topics, func(a, b Topic) int { return cmp.Compare(a.Name, b.Name) })
}

func topicID(id [16]byte) string {
	if id == [16]byte{} {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// partition is one of a topic.
type partition struct {
	topic  string
	number int32
}

// ends asks for the end offset of every partition.
func (s *scanner) ends(ctx context.Context) map[partition]int64 {
	ends := make(map[partition]int64)
	for slice := range s.slices(func(Topic) bool { return true }) {
		req := kmsg.NewPtrListOffsetsRequest()
		req.ReplicaID = -1
		for _, of := range slice {
			rt := kmsg.NewListOffsetsRequestTopic()
			rt.Topic = of.topic
			for _, number := range of.partitions {
				rp := kmsg.NewListOffsetsRequestTopicPartition()
				rp.Partition, rp.Timestamp = number, -1
				rt.Partitions = append(rt.Partitions, rp)
			}
			req.Topics = append(req.Topics, rt)
		}
		ask(ctx, s, questionEnds, req, func(_ int32, resp *kmsg.ListOffsetsResponse) {
			for _, t := range resp.Topics {
				for _, p := range t.Partitions {
					if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
						s.refuse(questionEnds, err, t.Topic)
						continue
					}
					ends[partition{t.Topic, p.Partition}] = p.Offset
				}
			}
		})
	}
	return ends
}

// move marks the topics that have grown between two looks.
func (s *scanner) move(before, after map[partition]int64) {
	for i := range s.scan.Topics {
		t := &s.scan.Topics[i]
		for number := range t.Partitions {
			p := partition{t.Name, int32(number)}
			end, known := after[p]
			t.End += end
			if was, ok := before[p]; ok && known && end > was {
				t.Moving = true
			}
		}
	}
}

// share is what a slice asks of one topic.
type share struct {
	topic      string
	partitions []int32
}

// slices cuts the partitions of the topics that are wanted into pieces of
// Options.Slice.
func (s *scanner) slices(wanted func(Topic) bool) iter.Seq[[]share] {
	return func(yield func([]share) bool) {
		var slice []share
		size := 0
		for _, t := range s.scan.Topics {
			if !wanted(t) {
				continue
			}
			part := share{topic: t.Name}
			for number := range t.Partitions {
				part.partitions = append(part.partitions, int32(number))
				if size++; size < s.opts.Slice {
					continue
				}
				if !yield(append(slice, part)) {
					return
				}
				slice, part, size = nil, share{topic: t.Name}, 0
			}
			if len(part.partitions) > 0 {
				slice = append(slice, part)
			}
		}
		if len(slice) > 0 {
			yield(slice)
		}
	}
}
