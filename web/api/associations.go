package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// Associations tie topics to subjects (registry API 1.7). Serializers with
// default settings ask for those of their topic on each start; unknown topics
// have none.
func (h *Handler) routeAssociations() {
	h.get("/associations/subjects/{subject}", h.associationsOfSubject)
	h.get("/associations/resources/{id}", h.associationsOfID)
	h.get("/associations/resources/{namespace}/{name}", h.associationsOfResource)
	h.post("/associations", h.createAssociations)
	h.put("/associations/resources/{id}", h.upsertAssociations)
	h.delete("/associations/resources/{id}", h.deleteAssociations)
	h.post("/associations:batchGet", h.batchGetAssociations)
	h.post("/associations:batchMutate", h.batchMutateAssociations)
}

func (h *Handler) associationsOfSubject(r *request) (any, error) {
	return h.associations(r, func(f registry.AssociationFilter) []registry.Association {
		return h.reg.AssociationsOfSubject(h.subject(r), f)
	})
}

// associationsOfID takes an id that no resource has for a name:
// confluent-kafka-go drops an empty namespace, and its slash, from the path.
func (h *Handler) associationsOfID(r *request) (any, error) {
	return h.associations(r, func(f registry.AssociationFilter) []registry.Association {
		id := r.param("id")
		if len(h.reg.AssociationsOfID(id, registry.AssociationFilter{})) == 0 {
			return h.reg.AssociationsOfResource(registry.AnyResource, id, f)
		}
		return h.reg.AssociationsOfID(id, f)
	})
}

func (h *Handler) associationsOfResource(r *request) (any, error) {
	return h.associations(r, func(f registry.AssociationFilter) []registry.Association {
		return h.reg.AssociationsOfResource(r.param("namespace"), r.param("name"), f)
	})
}

// associations answers the part of a list that the request asks for.
func (h *Handler) associations(r *request, read func(registry.AssociationFilter) []registry.Association) (any, error) {
	win, err := r.window(h.opts.MaxListed)
	if err != nil {
		return nil, err
	}
	filter, err := r.associationFilter()
	if err != nil {
		return nil, err
	}
	filter.ResourceType = cmp.Or(filter.ResourceType, registry.ResourceTopic)
	return associationsOf(cut(read(filter), win)), nil
}

// associationFilter reads the parameters that select associations. A lifecycle
// that is none names nothing.
func (r *request) associationFilter() (registry.AssociationFilter, error) {
	known := []registry.Lifecycle{registry.Strong, registry.Weak, registry.Unassociated}
	filter := registry.AssociationFilter{ResourceType: r.text("resourceType"), Types: r.texts("associationType")}
	for _, lifecycle := range r.texts("lifecycle") {
		if !slices.Contains(known, registry.Lifecycle(lifecycle)) {
			return filter, plainError(http.StatusNotFound)
		}
		filter.Lifecycles = append(filter.Lifecycles, registry.Lifecycle(lifecycle))
	}
	return filter, nil
}

func (h *Handler) createAssociations(r *request) (any, error) {
	var body client.AssociationRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	return h.associate(r, body, registry.CreateAssociation)
}

func (h *Handler) upsertAssociations(r *request) (any, error) {
	var body client.AssociationRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	id := r.param("id")
	if body.ResourceID == "" {
		body.ResourceID = id
	}
	if body.ResourceID != id {
		return nil, registry.InvalidAssociation("resourceId", "is not the one in the path")
	}
	return h.associate(r, body, registry.UpsertAssociation)
}

// associate answers one request, each of whose changes does op.
func (h *Handler) associate(r *request, body client.AssociationRequest, op registry.AssociationOp) (any, error) {
	for i := range body.Associations {
		body.Associations[i].OpType = string(op)
	}
	req, err := associationRequestOf(r, body)
	if err != nil {
		return nil, err
	}
	made, err := h.reg.Associate(r.Context(), req)
	if err != nil {
		return nil, err
	}
	answer := responseTo(body)
	for _, a := range made {
		answer.Associations = append(answer.Associations, h.associationInfoOf(a.Association, a.Schema))
	}
	return answer, nil
}

func (h *Handler) deleteAssociations(r *request) (any, error) {
	err := h.reg.Dissociate(r.Context(), registry.DissociateRequest{
		ID: r.param("id"), ResourceType: r.text("resourceType"), Types: r.texts("associationType"),
		Cascade: r.flag("cascadeLifecycle"), DryRun: r.flag("dryRun"),
	})
	return noContent{}, err
}

// associationRequestOf reads a request and the parameters beside it.
func associationRequestOf(r *request, body client.AssociationRequest) (registry.AssociationRequest, error) {
	req := registry.AssociationRequest{
		Resource: registry.Resource{
			Name: body.ResourceName, Namespace: body.ResourceNamespace, ID: body.ResourceID, Type: body.ResourceType,
		},
		Context: r.text("context"), DryRun: r.flag("dryRun"),
	}
	for _, a := range body.Associations {
		change := registry.AssociationChange{
			Op: registry.AssociationOp(a.OpType), Type: a.AssociationType, Subject: a.Subject,
			Lifecycle: registry.Lifecycle(a.Lifecycle), Frozen: a.Frozen, Cascade: a.CascadeLifecycle,
		}
		if a.Schema != nil {
			if err := checkNumbers(*a.Schema); err != nil {
				return req, err
			}
			change.Schema = new(registrationOf(*a.Schema))
			change.Schema.Normalize = a.Normalize
		}
		req.Changes = append(req.Changes, change)
	}
	return req, nil
}

// responseTo is an answer that names the resource as the request did.
func responseTo(body client.AssociationRequest) client.AssociationResponse {
	return client.AssociationResponse{
		ResourceName: body.ResourceName, ResourceNamespace: body.ResourceNamespace, ResourceID: body.ResourceID,
		ResourceType: cmp.Or(body.ResourceType, registry.ResourceTopic),
	}
}

func associationsOf(found []registry.Association) []client.Association {
	answer := make([]client.Association, len(found))
	for i, a := range found {
		answer[i] = client.Association{
			Subject: a.Subject, GUID: a.GUID, ResourceName: a.Resource.Name, ResourceNamespace: a.Resource.Namespace,
			ResourceID: a.Resource.ID, ResourceType: a.Resource.Type, AssociationType: a.Type,
			Lifecycle: string(a.Lifecycle), Frozen: new(a.Frozen),
			CreateTimestamp: a.Created.UnixMilli(), UpdateTimestamp: a.Updated.UnixMilli(),
		}
	}
	return answer
}

func (h *Handler) associationInfoOf(a registry.Association, v *registry.Version) client.AssociationInfo {
	info := client.AssociationInfo{Subject: a.Subject, AssociationType: a.Type, Lifecycle: string(a.Lifecycle), Frozen: new(a.Frozen)}
	if v != nil {
		info.Schema = new(h.schemaOf(*v))
	}
	return info
}
