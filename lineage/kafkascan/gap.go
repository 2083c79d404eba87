package kafkascan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Gap is something that a scan could not learn.
type Gap struct {
	Area Area
	// What stays unknown: "members of the groups payments, risk".
	What string
	// Why it does: "the cluster refused (GROUP_AUTHORIZATION_FAILED)".
	Why string
	// Hint says what would close the gap, empty if nothing is known to.
	Hint string
}

// Area is the part of the picture that a gap is in.
type Area string

// The areas of gaps.
const (
	AreaTopics      Area = "topics"
	AreaReaders     Area = "readers"
	AreaWriters     Area = "writers"
	AreaPermissions Area = "permissions"
)

// question is something that the cluster is asked.
type question struct {
	area Area
	// about is what stays unknown if nobody answers, before the names of what
	// was asked for.
	about string
	// right is what the scan's user must be allowed, since the first Kafka
	// that understands.
	right, since string
}

var (
	questionTopics       = question{AreaTopics, "the partitions of", "Describe on the topics", "0.8"}
	questionEnds         = question{AreaTopics, "whether anything is written to", "Describe on the topics", "0.10.1"}
	questionRights       = question{AreaReaders, "whether there are more groups on", "Describe on the cluster", "2.8"}
	questionGroups       = question{AreaReaders, "which groups there are on", "Describe on the cluster", "0.9"}
	questionClassic      = question{AreaReaders, "members of the classic groups", "Describe on the groups", "0.9"}
	questionConsumer     = question{AreaReaders, "members of the consumer groups", "Describe on the groups and on the topics they read", "4.0"}
	questionShare        = question{AreaReaders, "members of the share groups", "Describe on the groups and on the topics they read", "4.1"}
	questionStreams      = question{AreaReaders, "members and topology of the streams groups", "Describe on the groups and on the topics they read", "4.1"}
	questionOffsets      = question{AreaReaders, "committed offsets of the groups", "Describe on the groups and on the topics they read", "0.9"}
	questionShareOffsets = question{AreaReaders, "offsets of the share groups", "Describe on the groups and on the topics they read", "4.1"}
	questionTransactions = question{AreaWriters, "which transactional ids there are on", "Describe on the transactional ids", "3.0"}
	questionOpen         = question{AreaWriters, "topics of the open transactions", "Describe on the transactional ids", "3.0"}
	questionProducers    = question{AreaWriters, "who was last seen writing to", "Read on the topics", "2.8"}
	questionACLs         = question{AreaPermissions, "who may read and write topics, as", "Describe on the cluster", "0.11"}
)

// refusal is a question without an answer, for some of what it asked after.
type refusal struct {
	question
	why, hint string
	names     []string
}

// gone are answers about what was deleted since it was listed. Nothing stays
// unknown of it.
var gone = []error{kerr.UnknownTopicOrPartition, kerr.UnknownTopicID, kerr.GroupIDNotFound, kerr.TransactionalIDNotFound}

// refuse keeps that a question about some names got no answer. Refusals with
// one reason become one Gap.
func (s *scanner) refuse(q question, err error, names ...string) {
	if slices.ContainsFunc(gone, func(g error) bool { return errors.Is(err, g) }) {
		return
	}
	why, hint := s.explain(q, err)
	i := slices.IndexFunc(s.refused, func(r refusal) bool { return r.question == q && r.why == why })
	if i < 0 {
		i = len(s.refused)
		s.refused = append(s.refused, refusal{question: q, why: why, hint: hint})
	}
	s.refused[i].names = append(s.refused[i].names, names...)
}

// explain says why there is no answer, and what can be done.
func (s *scanner) explain(q question, err error) (why, hint string) {
	var coded *kerr.Error
	switch {
	case errors.As(err, &coded) && strings.HasSuffix(coded.Message, "_AUTHORIZATION_FAILED"):
		return "the cluster refused (" + coded.Message + ")", "allow the user of the scan " + q.right
	case errors.Is(err, kerr.UnsupportedVersion), isTooOld(err):
		return "the brokers do not know the question", "it needs Kafka " + q.since + " or newer, with the feature turned on"
	case errors.Is(err, kerr.SecurityDisabled):
		return "the cluster has no authorizer, so everyone may do everything", ""
	case errors.As(err, &coded):
		return "the cluster answered " + coded.Message + " (" + coded.Description + ")", ""
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", s.opts.Timeout), "scan with a longer timeout"
	}
	return err.Error(), ""
}

// isTooOld reports whether the client saw that the brokers do not have the
// request at all. The client's error has no name, only a text.
func isTooOld(err error) bool {
	return strings.Contains(err.Error(), "broker is too old")
}

// named is how many names a gap lists before it counts.
const named = 5

func gaps(refused []refusal) []Gap {
	var gaps []Gap
	for _, r := range refused {
		slices.Sort(r.names)
		gaps = append(gaps, Gap{r.area, r.about + " " + list(slices.Compact(r.names)), r.why, r.hint})
	}
	return gaps
}

// list puts names into a sentence.
func list(names []string) string {
	if len(names) > named {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:named], ", "), len(names)-named)
	}
	return strings.Join(names, ", ")
}

// ask sends a request to every broker it concerns and hands their answers to
// take, one after the other. What got no answer is refused.
func ask[R kmsg.Response](ctx context.Context, s *scanner, q question, req kmsg.Request, take func(broker int32, resp R)) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	for _, shard := range s.client.RequestSharded(ctx, req) {
		resp, ok := shard.Resp.(R)
		if shard.Err != nil || !ok {
			s.refuse(q, shard.Err, askedAfter(shard.Req, shard.Meta.Host)...)
			continue
		}
		take(shard.Meta.NodeID, resp)
	}
}

// askedAfter names what a request was about, and the broker it went to if it
// was about all that one has.
func askedAfter(req kmsg.Request, host string) []string {
	var names []string
	switch req := req.(type) {
	case *kmsg.DescribeGroupsRequest:
		return req.Groups
	case *kmsg.ConsumerGroupDescribeRequest:
		return req.Groups
	case *kmsg.ShareGroupDescribeRequest:
		return req.GroupIDs
	case *kmsg.DescribeTransactionsRequest:
		return req.TransactionalIDs
	case *kmsg.OffsetFetchRequest:
		for _, g := range req.Groups {
			names = append(names, g.Group)
		}
		return names
	case *kmsg.DescribeShareGroupOffsetsRequest:
		for _, g := range req.Groups {
			names = append(names, g.GroupID)
		}
		return names
	case *kmsg.ListOffsetsRequest:
		for _, t := range req.Topics {
			names = append(names, t.Topic)
		}
		return names
	case *kmsg.DescribeProducersRequest:
		for _, t := range req.Topics {
			names = append(names, t.Topic)
		}
		return names
	}
	if host == "" {
		return []string{"the cluster"}
	}
	return []string{"the broker " + host}
}
