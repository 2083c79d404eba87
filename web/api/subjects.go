package api

import (
	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func (h *Handler) routeSubjects() {
	h.get("/subjects", h.subjects)
	h.post("/subjects/{subject}", h.lookup)
	h.delete("/subjects/{subject}", h.deleteSubject)
	h.get("/subjects/{subject}/metadata", h.latestWithMetadata)
	h.get("/subjects/{subject}/versions", h.versions)
	h.post("/subjects/{subject}/versions", h.register)
	h.get("/subjects/{subject}/versions/{version}", h.version)
	h.delete("/subjects/{subject}/versions/{version}", h.deleteVersion)
	h.get("/subjects/{subject}/versions/{version}/schema", h.versionText)
	h.get("/subjects/{subject}/versions/{version}/referencedby", h.referencedBy)
	h.post("/subjects/{subject}/versions/{version}/tags", h.tag)
}

// subject is the {subject} of a path, behind its alias.
func (h *Handler) subject(r *request) string { return h.reg.ResolveAlias(r.param("subject")) }

func (h *Handler) subjects(r *request) (any, error) {
	prefix := ":*:" // all contexts
	if given := r.texts("subjectPrefix"); len(given) > 0 {
		prefix = given[0]
	}
	subjects := h.reg.Subjects(registry.SubjectFilter{
		Prefix: prefix, Deleted: r.flag("deleted"), DeletedOnly: r.flag("deletedOnly"),
	})
	return list(r, subjects, nil)
}

func (h *Handler) lookup(r *request) (any, error) {
	body, err := r.decodeSchema()
	if err != nil {
		return nil, err
	}
	v, err := h.reg.Lookup(r.Context(), h.subject(r), candidateOf(body), registry.LookupOptions{
		Normalize: r.flag("normalize"), ReadOptions: r.readOptions(),
	})
	if err != nil {
		return nil, err
	}
	h.note(r, lineage.LookedUp, v)
	return h.schemaOf(v), nil
}

func (h *Handler) deleteSubject(r *request) (any, error) {
	versions, err := h.reg.DeleteSubject(r.Context(), h.subject(r), r.flag("permanent"))
	if err != nil {
		return nil, err
	}
	return cut(versions, window{}), nil
}

func (h *Handler) latestWithMetadata(r *request) (any, error) {
	values := r.texts("value")
	properties := map[string]string{}
	for i, key := range r.texts("key") {
		if i < len(values) {
			properties[key] = values[i]
		}
	}
	v, err := h.reg.LatestWith(r.Context(), h.subject(r), properties, r.readOptions())
	if err != nil {
		return nil, err
	}
	h.note(r, lineage.Latest, v)
	return h.schemaOf(v), nil
}

func (h *Handler) versions(r *request) (any, error) {
	versions, err := h.reg.Versions(h.subject(r), registry.VersionFilter{
		Deleted: r.flag("deleted"), DeletedOnly: r.flag("deletedOnly"), DeletedAsNegative: r.flag("deletedAsNegative"),
	})
	return list(r, versions, err)
}

func (h *Handler) register(r *request) (any, error) {
	body, err := r.decodeSchema()
	if err != nil {
		return nil, err
	}
	req := registrationOf(body)
	req.Subject, req.Normalize, req.Force, req.Format = h.subject(r), r.flag("normalize"), r.flag("force"), r.text("format")
	v, err := h.reg.Register(r.Context(), req)
	if err != nil {
		return nil, err
	}
	h.note(r, lineage.Registered, v)
	return h.registeredOf(v, body), nil
}

func (h *Handler) version(r *request) (any, error) {
	v, err := h.readVersion(r)
	if err != nil {
		return nil, err
	}
	return h.schemaOf(v), nil
}

func (h *Handler) versionText(r *request) (any, error) {
	v, err := h.readVersion(r)
	return rawText(v.Text), err
}

func (h *Handler) readVersion(r *request) (registry.Version, error) {
	at, err := r.versionParam()
	if err != nil {
		return registry.Version{}, err
	}
	v, err := h.reg.Version(r.Context(), h.subject(r), at, r.readOptions())
	if err == nil && at == registry.LatestVersion {
		h.note(r, lineage.Latest, v)
	}
	return v, err
}

func (h *Handler) deleteVersion(r *request) (any, error) {
	at, err := r.versionParam()
	if err != nil {
		return nil, err
	}
	return h.reg.DeleteVersion(r.Context(), h.subject(r), at, r.flag("permanent"))
}

func (h *Handler) referencedBy(r *request) (any, error) {
	at, err := r.versionParam()
	if err != nil {
		return nil, err
	}
	ids, err := h.reg.ReferencedBy(h.subject(r), at, r.flag("deleted"))
	return list(r, ids, err)
}

func (h *Handler) tag(r *request) (any, error) {
	at, err := r.versionParam()
	if err != nil {
		return nil, err
	}
	var body client.TagRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := checkNumber("newVersion", body.NewVersion); err != nil {
		return nil, err
	}
	v, err := h.reg.Tag(r.Context(), h.subject(r), at, registry.TagRequest(body))
	if err != nil {
		return nil, err
	}
	return h.registeredOf(v, client.RegisterRequest{}), nil
}

// registrationOf is what a body says of a schema to register.
func registrationOf(body client.RegisterRequest) registry.RegisterRequest {
	return registry.RegisterRequest{
		Candidate:     candidateOf(body),
		Version:       body.Version,
		ID:            body.ID,
		TagsToAdd:     body.SchemaTagsToAdd,
		TagsToRemove:  body.SchemaTagsToRemove,
		PropagateTags: body.PropagateSchemaTags,
	}
}

// candidateOf is the schema in a request's body.
func candidateOf(body client.RegisterRequest) registry.Candidate {
	return registry.Candidate{
		Type: string(body.SchemaType), Text: body.Schema,
		References: body.References, Metadata: body.Metadata, RuleSet: body.RuleSet,
	}
}
