package api

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// maxBatchRequests bounds how much one call can ask for: each request is a
// change of its own.
const maxBatchRequests = 1000

// checkBatch refuses batches of nothing and of too much.
func checkBatch(requests int) error {
	switch {
	case requests == 0:
		return registry.InvalidAssociation("requests", "cannot be null or empty")
	case requests > maxBatchRequests:
		return registry.InvalidAssociation("requests", fmt.Sprintf("cannot hold more than %d", maxBatchRequests))
	}
	return nil
}

// batchMutateAssociations answers for each request by itself. A request is
// done whole or not at all.
func (h *Handler) batchMutateAssociations(r *request) (any, error) {
	var body client.AssociationBatchRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := checkBatch(len(body.Requests)); err != nil {
		return nil, err
	}
	return h.batch(r, len(body.Requests), func(i int) (client.AssociationResponse, error) {
		return h.mutateAssociations(r, body.Requests[i])
	})
}

// batch collects how each of n requests went. Each is refused on the newest
// state, like a request of its own.
func (h *Handler) batch(r *request, n int, do func(i int) (client.AssociationResponse, error)) (any, error) {
	answer := client.AssociationBatchResponse{Results: make([]client.AssociationResult, n)}
	for i := range n {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		var result client.AssociationResponse
		err := h.reg.Current(r.Context(), func() (err error) {
			result, err = do(i)
			return err
		})
		if err != nil {
			_, explained := h.explain(r.writer, r.Request, err)
			answer.Results[i].Error = &explained
			continue
		}
		answer.Results[i].Result = &result
	}
	return multiStatus{answer}, nil
}

// mutateAssociations answers with all that the resource is associated with
// afterwards.
func (h *Handler) mutateAssociations(r *request, body client.AssociationRequest) (client.AssociationResponse, error) {
	answer := responseTo(body)
	req, err := associationRequestOf(r, body)
	if err != nil {
		return answer, err
	}
	made, err := h.reg.Associate(r.Context(), req)
	if err != nil || req.DryRun {
		return answer, err
	}
	schemas := map[string]*registry.Version{}
	for _, a := range made {
		schemas[a.Type] = a.Schema
	}
	for _, a := range h.reg.AssociationsOfID(body.ResourceID, registry.AssociationFilter{ResourceType: answer.ResourceType}) {
		answer.Associations = append(answer.Associations, h.associationInfoOf(a, schemas[a.Type]))
	}
	return answer, nil
}

func (h *Handler) batchGetAssociations(r *request) (any, error) {
	var body client.AssociationBatchGetRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := checkBatch(len(body.Requests)); err != nil {
		return nil, err
	}
	return h.batch(r, len(body.Requests), func(i int) (client.AssociationResponse, error) {
		return h.getAssociations(r, body.Requests[i])
	})
}

// getAssociations reads the associations of one resource.
func (h *Handler) getAssociations(r *request, query client.AssociationGetRequest) (client.AssociationResponse, error) {
	answer := client.AssociationResponse{
		ResourceName: query.ResourceName, ResourceNamespace: query.ResourceNamespace, ResourceID: query.ResourceID,
		ResourceType: cmp.Or(query.ResourceType, registry.ResourceTopic),
	}
	filter := registry.AssociationFilter{ResourceType: answer.ResourceType, Types: query.AssociationTypes}
	if query.Lifecycle != "" {
		filter.Lifecycles = []registry.Lifecycle{registry.Lifecycle(query.Lifecycle)}
	}
	var found []registry.Association
	switch {
	case query.ResourceID != "":
		found = h.reg.AssociationsOfID(query.ResourceID, filter)
	case query.ResourceName == "" || query.ResourceName == registry.AnyResource:
		return answer, registry.InvalidAssociation("resourceName", "must name a resource where resourceId does not")
	default:
		found = h.reg.AssociationsOfResource(cmp.Or(query.ResourceNamespace, registry.AnyResource), query.ResourceName, filter)
	}
	for i, a := range found {
		if a.Resource != found[0].Resource {
			return answer, registry.InvalidAssociation("resourceNamespace", "several namespaces have a resource '"+query.ResourceName+"': name one")
		}
		latest, err := h.latestOf(r, a, r.flag("includeSchemas"))
		if err != nil {
			return answer, err
		}
		answer.Associations = append(answer.Associations, h.associationInfoOf(found[i], latest))
	}
	if len(found) > 0 {
		resource := found[0].Resource
		answer.ResourceName, answer.ResourceNamespace, answer.ResourceID = resource.Name, resource.Namespace, resource.ID
	}
	return answer, nil
}

// latestOf is the latest version of an associated subject, nil if none is
// wanted or there.
func (h *Handler) latestOf(r *request, a registry.Association, wanted bool) (*registry.Version, error) {
	if !wanted {
		return nil, nil
	}
	v, err := h.reg.Version(r.Context(), a.Subject, registry.LatestVersion, registry.ReadOptions{})
	var refused *registry.Error
	if errors.As(err, &refused) && (refused.Code == registry.CodeSubjectNotFound || refused.Code == registry.CodeVersionNotFound) {
		return nil, nil
	}
	return &v, err
}
