package kafkascan

import (
	"context"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func (s *scanner) describeClassic(ctx context.Context, ids []string) {
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups = ids
	ask(ctx, s, questionClassic, req, func(_ int32, resp *kmsg.DescribeGroupsResponse) {
		for _, described := range resp.Groups {
			g, ok := s.answered(questionClassic, described.Group, described.ErrorCode)
			if !ok {
				continue
			}
			g.State, g.Assignor = described.State, described.Protocol
			for _, m := range described.Members {
				member := Member{ID: m.MemberID, Instance: text(m.InstanceID), ClientID: m.ClientID, Host: m.ClientHost}
				if g.Kind == KindConnect {
					g.join(member, nil, nil)
					continue
				}
				g.join(member, subscription(m.ProtocolMetadata), assignment(m.MemberAssignment))
			}
		}
	})
}

// subscription reads which topics a member of a classic group asked for.
// Members write what they like into a group, so what cannot be read is
// nothing.
func subscription(metadata []byte) []string {
	var m kmsg.ConsumerMemberMetadata
	if err := m.ReadFrom(metadata); err != nil {
		return nil
	}
	return m.Topics
}

// assignment reads which topics a member of a classic group was given.
func assignment(assigned []byte) []string {
	var a kmsg.ConsumerMemberAssignment
	if err := a.ReadFrom(assigned); err != nil {
		return nil
	}
	var topics []string
	for _, t := range a.Topics {
		topics = append(topics, t.Topic)
	}
	return topics
}

func (s *scanner) describeConsumer(ctx context.Context, ids []string) {
	req := kmsg.NewPtrConsumerGroupDescribeRequest()
	req.Groups = ids
	ask(ctx, s, questionConsumer, req, func(_ int32, resp *kmsg.ConsumerGroupDescribeResponse) {
		for _, described := range resp.Groups {
			g, ok := s.answered(questionConsumer, described.Group, described.ErrorCode)
			if !ok {
				continue
			}
			g.State, g.Assignor = described.State, described.AssignorName
			for _, m := range described.Members {
				if m.SubscribedTopicRegex != nil && *m.SubscribedTopicRegex != "" {
					g.Regex = append(g.Regex, *m.SubscribedTopicRegex)
				}
				var assigned []string
				for _, t := range m.Assignment.TopicPartitions {
					assigned = append(assigned, t.Topic)
				}
				g.join(Member{ID: m.MemberID, Instance: text(m.InstanceID), ClientID: m.ClientID, Host: m.ClientHost}, m.SubscribedTopics, assigned)
			}
		}
	})
}

func (s *scanner) describeShare(ctx context.Context, ids []string) {
	req := kmsg.NewPtrShareGroupDescribeRequest()
	req.GroupIDs = ids
	ask(ctx, s, questionShare, req, func(_ int32, resp *kmsg.ShareGroupDescribeResponse) {
		for _, described := range resp.Groups {
			g, ok := s.answered(questionShare, described.GroupID, described.ErrorCode)
			if !ok {
				continue
			}
			g.State, g.Assignor = described.GroupState, described.Assignor
			for _, m := range described.Members {
				var assigned []string
				for _, t := range m.Assignment.TopicPartitions {
					assigned = append(assigned, t.Topic)
				}
				g.join(Member{ID: m.MemberID, ClientID: m.ClientID, Host: m.ClientHost}, m.SubscribedTopicNames, assigned)
			}
		}
	})
}

// offsets asks which topics groups have committed offsets of.
func (s *scanner) offsets(ctx context.Context, ids []string) {
	req := kmsg.NewPtrOffsetFetchRequest()
	for _, id := range ids {
		rg := kmsg.NewOffsetFetchRequestGroup()
		rg.Group = id
		req.Groups = append(req.Groups, rg)
	}
	ask(ctx, s, questionOffsets, req, func(_ int32, resp *kmsg.OffsetFetchResponse) {
		if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
			s.refuse(questionOffsets, err, ids...)
			return
		}
		for _, fetched := range resp.Groups {
			g, ok := s.answered(questionOffsets, fetched.Group, fetched.ErrorCode)
			if !ok {
				continue
			}
			for _, t := range fetched.Topics {
				for _, p := range t.Partitions {
					if p.Offset >= 0 && p.ErrorCode == 0 {
						g.topic(t.Topic).Committed = true
					}
				}
			}
		}
	})
}

// shareOffsets asks which topics share groups have a position in.
func (s *scanner) shareOffsets(ctx context.Context, ids []string) {
	req := kmsg.NewPtrDescribeShareGroupOffsetsRequest()
	for _, id := range ids {
		rg := kmsg.NewDescribeShareGroupOffsetsRequestGroup()
		rg.GroupID = id
		req.Groups = append(req.Groups, rg)
	}
	ask(ctx, s, questionShareOffsets, req, func(_ int32, resp *kmsg.DescribeShareGroupOffsetsResponse) {
		for _, described := range resp.Groups {
			g, ok := s.answered(questionShareOffsets, described.GroupID, described.ErrorCode)
			if !ok {
				continue
			}
			for _, t := range described.Topics {
				for _, p := range t.Partitions {
					if p.StartOffset >= 0 && p.ErrorCode == 0 {
						g.topic(t.Topic).Committed = true
					}
				}
			}
		}
	})
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
