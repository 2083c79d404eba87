package api

import (
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

// The parameter context of newer clients is ignored: key encryption keys are
// those of the whole registry (registry API 1.8).
func (h *Handler) routeKeks() {
	h.get("/dek-registry/v1/keks", h.keks)
	h.post("/dek-registry/v1/keks", h.createKek)
	h.get("/dek-registry/v1/keks/{name}", h.kek)
	h.put("/dek-registry/v1/keks/{name}", h.updateKek)
	h.delete("/dek-registry/v1/keks/{name}", h.deleteKek)
	h.post("/dek-registry/v1/keks/{name}/undelete", h.undeleteKek)
	h.post("/dek-registry/v1/keks/{name}/test", h.testKek)
}

func (h *Handler) keks(r *request) (any, error) {
	names := h.reg.Keks(registry.KekFilter{SubjectPrefixes: r.texts("subjectPrefix"), Deleted: r.flag("deleted")})
	return list(r, names, nil)
}

func (h *Handler) createKek(r *request) (any, error) {
	var body client.KekRequest
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	return answerKek(h.reg.CreateKek(r.Context(), registry.KekRequest{
		Name: body.Name, KmsType: body.KmsType, KmsKeyID: body.KmsKeyID, KmsProps: body.KmsProps,
		Doc: body.Doc, Shared: body.Shared, Deleted: body.Deleted, TestSharing: r.flag("testSharing"),
	}))
}

func (h *Handler) kek(r *request) (any, error) {
	return answerKek(h.reg.Kek(r.param("name"), r.flag("deleted")))
}

func (h *Handler) updateKek(r *request) (any, error) {
	var body client.KekUpdate
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	update := registry.KekUpdate{Doc: orZero(body.Doc), Shared: orZero(body.Shared), TestSharing: r.flag("testSharing")}
	if !body.KmsProps.IsZero() {
		update.KmsProps = map[string]string{}
		if props := body.KmsProps.Value(); props != nil && *props != nil {
			update.KmsProps = *props
		}
	}
	return answerKek(h.reg.UpdateKek(r.Context(), r.param("name"), update))
}

// orZero is what a field is to become, nil where it stays: null unsets it.
func orZero[T any](change client.Change[T]) *T {
	if change.IsUnset() {
		return new(T)
	}
	return change.Value()
}

func (h *Handler) deleteKek(r *request) (any, error) {
	return noContent{}, h.reg.DeleteKek(r.Context(), r.param("name"), r.flag("permanent"))
}

func (h *Handler) undeleteKek(r *request) (any, error) {
	return noContent{}, h.reg.UndeleteKek(r.Context(), r.param("name"))
}

func (h *Handler) testKek(r *request) (any, error) {
	return answerKek(h.reg.TestKek(r.param("name")))
}

func answerKek(k registry.Kek, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return client.Kek{
		Name: k.Name, KmsType: k.KmsType, KmsKeyID: k.KmsKeyID, KmsProps: k.KmsProps, Doc: k.Doc,
		Shared: k.Shared, Timestamp: k.Time.UnixMilli(), Deleted: k.Deleted,
	}, nil
}
