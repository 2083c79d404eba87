package kafkascan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Cluster names a cluster in all the ways that programs use.
type Cluster struct {
	// ID is what the cluster calls itself; empty if it has no id.
	ID string
	// Brokers are the addresses that the cluster tells its clients, host:port.
	Brokers []string
	// Asked are the addresses that the scan was given, host:port.
	Asked []string
	// AllGroups is true if the scan's user may describe the cluster: then it
	// is shown every group, and else those it may describe, without a word.
	AllGroups bool
}

// reach asks all addresses at once for the cluster's metadata and takes the
// first answer. Nothing is tried again, so that a wrong address shows at once
// and with its own reason.
func (s *scanner) reach(ctx context.Context) (*kmsg.MetadataResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	seeds := s.client.SeedBrokers()
	type answer struct {
		metadata *kmsg.MetadataResponse
		err      error
	}
	answers := make(chan answer, len(seeds))
	for _, seed := range seeds {
		go func() {
			response, err := seed.Request(ctx, kmsg.NewPtrMetadataRequest())
			metadata, _ := response.(*kmsg.MetadataResponse)
			answers <- answer{metadata, err}
		}()
	}
	var reasons []error
	for range seeds {
		a := <-answers
		if a.err == nil {
			return a.metadata, nil
		}
		if !slices.ContainsFunc(reasons, func(r error) bool { return r.Error() == a.err.Error() }) {
			reasons = append(reasons, a.err)
		}
	}
	return nil, unreachable(s.asked(), s.opts, errors.Join(reasons...))
}

func unreachable(asked []string, opts Options, reason error) error {
	if errors.Is(reason, context.DeadlineExceeded) {
		reason = fmt.Errorf("no answer within %s: %w", opts.Timeout, reason)
	}
	return fmt.Errorf("no Kafka broker answers at %s (check that the address is that of a Kafka listener, "+
		"that it can be reached from here, and whether it wants TLS or a login): %w", strings.Join(asked, ", "), reason)
}

// asked are the addresses the client was made with.
func (s *scanner) asked() []string {
	seeds, _ := s.client.OptValue(kgo.SeedBrokers).([]string)
	return seeds
}

// rights asks whether the scan is shown every group.
func (s *scanner) rights(ctx context.Context) {
	req := kmsg.NewPtrDescribeClusterRequest()
	req.IncludeClusterAuthorizedOperations = true
	ask(ctx, s, questionRights, req, func(_ int32, resp *kmsg.DescribeClusterResponse) {
		operations := resp.ClusterAuthorizedOperations
		s.scan.Cluster.AllGroups = operations != math.MinInt32 && operations&(1<<kmsg.ACLOperationDescribe) != 0
		if err := kerr.ErrorForCode(resp.ErrorCode); err != nil || !s.scan.Cluster.AllGroups {
			s.refuse(questionRights, cmp.Or(err, error(kerr.ClusterAuthorizationFailed)), "the cluster")
		}
	})
}

func (s *scanner) cluster(metadata *kmsg.MetadataResponse) {
	c := Cluster{Asked: s.asked()}
	if metadata.ClusterID != nil {
		c.ID = *metadata.ClusterID
	}
	for _, b := range metadata.Brokers {
		c.Brokers = append(c.Brokers, net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port))))
	}
	slices.Sort(c.Brokers)
	s.scan.Cluster = c
}
