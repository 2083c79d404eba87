package api

import (
	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

func (h *Handler) routeSchemas() {
	h.get("/schemas", h.schemas)
	h.get("/schemas/types", h.schemaTypes)
	h.get("/schemas/ids/{id}", h.schemaByID)
	h.get("/schemas/ids/{id}/schema", h.schemaTextByID)
	h.get("/schemas/ids/{id}/subjects", h.subjectsOfID)
	h.get("/schemas/ids/{id}/versions", h.versionsOfID)
	h.get("/schemas/guids/{guid}", h.schemaByGUID)
	h.get("/schemas/guids/{guid}/ids", h.idsOfGUID)
}

func (h *Handler) schemas(r *request) (any, error) {
	win, err := r.window(h.opts.MaxListed)
	if err != nil {
		return nil, err
	}
	associated, err := r.associationFilter()
	if err != nil {
		return nil, err
	}
	versions, err := h.reg.Schemas(r.Context(), registry.SchemaFilter{
		Prefix:     r.text("subjectPrefix"),
		Aliases:    r.flag("aliases"),
		Deleted:    r.flag("deleted"),
		LatestOnly: r.flag("latestOnly"),
		RuleType:   r.text("ruleType"),
		Associated: associated,
		Unparsed:   r.flag("unparsed"),
		Offset:     win.offset,
		Limit:      win.limit,
	})
	if err != nil {
		return nil, err
	}
	answer := make([]client.ListedSchema, len(versions))
	for i, v := range versions {
		answer[i] = client.ListedSchema{Schema: h.schemaOf(v), Aliases: v.Aliases, Associations: associationsOf(v.Associations)}
	}
	return answer, nil
}

func (h *Handler) schemaTypes(*request) (any, error) { return schema.Formats(), nil }

func (h *Handler) schemaByID(r *request) (any, error) {
	id, err := r.idParam()
	if err != nil {
		return nil, err
	}
	subject, opts := h.subjectQuery(r), r.readOptions()
	v, err := h.reg.SchemaByID(r.Context(), id, subject, opts)
	if err != nil {
		return nil, err
	}
	h.note(r, lineage.Fetched, v)
	withMaxID, withSubjects := r.flag("fetchMaxId"), r.flag("includeSubjects")
	if opts.Plain() && !withMaxID && !withSubjects {
		return h.schemaAnswer(v), nil
	}
	answer := h.schemaStringOf(v)
	if withMaxID {
		highest := h.reg.MaxID(subject)
		answer.MaxID = &highest
	}
	if withSubjects {
		if answer.Subjects, err = h.reg.SubjectsOfID(id, subject, false); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

func (h *Handler) schemaTextByID(r *request) (any, error) {
	id, err := r.idParam()
	if err != nil {
		return nil, err
	}
	v, err := h.reg.SchemaByID(r.Context(), id, h.subjectQuery(r), r.readOptions())
	if err != nil {
		return nil, err
	}
	h.note(r, lineage.Fetched, v)
	return rawText(v.Text), nil
}

func (h *Handler) subjectsOfID(r *request) (any, error) {
	id, err := r.idParam()
	if err != nil {
		return nil, err
	}
	subjects, err := h.reg.SubjectsOfID(id, h.subjectQuery(r), r.flag("deleted"))
	return list(r, subjects, err)
}

func (h *Handler) versionsOfID(r *request) (any, error) {
	id, err := r.idParam()
	if err != nil {
		return nil, err
	}
	versions, err := h.reg.VersionsOfID(id, h.subjectQuery(r), r.flag("deleted"))
	answer := make([]client.SubjectVersion, len(versions))
	for i, v := range versions {
		answer[i] = client.SubjectVersion(v)
	}
	return list(r, answer, err)
}

func (h *Handler) schemaByGUID(r *request) (any, error) {
	v, err := h.reg.SchemaByGUID(r.Context(), r.param("guid"), r.text("format"))
	if err != nil {
		return nil, err
	}
	h.note(r, lineage.Fetched, v)
	answer := h.schemaStringOf(v)
	answer.Subject, answer.Version = "", 0
	return answer, nil
}

func (h *Handler) idsOfGUID(r *request) (any, error) {
	ids := h.reg.IDsOfGUID(r.param("guid"))
	answer := make([]client.ContextID, len(ids))
	for i, id := range ids {
		answer[i] = client.ContextID(id)
	}
	return answer, nil
}

// subjectQuery is the subject that a read by id asks in, behind its alias.
func (h *Handler) subjectQuery(r *request) string {
	if subject := r.text("subject"); subject != "" {
		return h.reg.ResolveAlias(subject)
	}
	return ""
}
