package kafkascan

import (
	"cmp"
	"context"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ACL is a permission: what somebody may do, which is not what anybody does.
type ACL struct {
	// Resource is what it is about in Kafka's words: "TOPIC", "GROUP",
	// "TRANSACTIONAL_ID"; Name its name, or how names start if Prefixed.
	Resource, Name string
	Prefixed       bool
	// Principal is who, as "User:orders"; Host from where, "*" is anywhere.
	Principal, Host string
	// Operation is Kafka's word: "READ", "WRITE", "ALL", ...
	Operation string
	// Deny forbids instead.
	Deny bool
}

// acls asks for the permissions on topics, groups and transactional ids.
func (s *scanner) acls(ctx context.Context) {
	if !s.opts.ACLs {
		return
	}
	req := kmsg.NewPtrDescribeACLsRequest()
	req.ResourceType, req.ResourcePatternType = kmsg.ACLResourceTypeAny, kmsg.ACLResourcePatternTypeAny
	req.Operation, req.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	ask(ctx, s, questionACLs, req, func(_ int32, resp *kmsg.DescribeACLsResponse) {
		if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
			s.refuse(questionACLs, err, "ACLs of the cluster")
			return
		}
		for _, r := range resp.Resources {
			s.keepACLs(r)
		}
	})
	slices.SortFunc(s.scan.ACLs, func(a, b ACL) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Host, b.Host))
	})
}

func (s *scanner) keepACLs(r kmsg.DescribeACLsResponseResource) {
	switch r.ResourceType {
	case kmsg.ACLResourceTypeTopic, kmsg.ACLResourceTypeGroup, kmsg.ACLResourceTypeTransactionalId:
	default:
		return
	}
	for _, a := range r.ACLs {
		s.scan.ACLs = append(s.scan.ACLs, ACL{
			Resource: r.ResourceType.String(), Name: r.ResourceName, Prefixed: r.ResourcePatternType == kmsg.ACLResourcePatternTypePrefixed,
			Principal: a.Principal, Host: a.Host, Operation: a.Operation.String(), Deny: a.PermissionType == kmsg.ACLPermissionTypeDeny,
		})
	}
}
