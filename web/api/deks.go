package api

import (
	"fmt"
	"net/http"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func (h *Handler) routeDeks() {
	const deks = "/dek-registry/v1/keks/{name}/deks"
	h.get(deks, h.dekSubjects)
	h.post(deks, h.createDekOfBody)
	h.get(deks+"/{subject}", h.firstDek)
	h.post(deks+"/{subject}", h.createDek)
	h.delete(deks+"/{subject}", h.deleteDeks)
	h.post(deks+"/{subject}/undelete", h.undeleteDeks)
	h.get(deks+"/{subject}/versions", h.dekVersions)
	h.get(deks+"/{subject}/versions/{version}", h.dek)
	h.delete(deks+"/{subject}/versions/{version}", h.deleteDek)
	h.post(deks+"/{subject}/versions/{version}/undelete", h.undeleteDek)
}

// dekSubject is the {subject} of a path, behind its alias for keys.
func (h *Handler) dekSubject(r *request) string { return h.reg.ResolveDekAlias(r.param("subject")) }

// algorithmParam is the query parameter algorithm. Like any other value that
// is not of its enumeration, an unknown one names nothing.
func (r *request) algorithmParam() (registry.Algorithm, error) {
	algorithm, known := registry.ParseAlgorithm(r.text("algorithm"))
	if !known {
		return "", plainError(http.StatusNotFound)
	}
	return algorithm, nil
}

// dekName is the data encryption key that path and query name.
func (h *Handler) dekName(r *request) (registry.DekName, error) {
	algorithm, err := r.algorithmParam()
	return registry.DekName{Kek: r.param("name"), Subject: h.dekSubject(r), Algorithm: algorithm}, err
}

// dekVersion is dekName with the {version} of the path.
func (h *Handler) dekVersion(r *request) (registry.DekName, registry.VersionRef, error) {
	name, err := h.dekName(r)
	if err != nil {
		return name, registry.VersionRef{}, err
	}
	at, err := r.versionParam()
	return name, at, err
}

func (h *Handler) dekSubjects(r *request) (any, error) {
	subjects, err := h.reg.DekSubjects(r.param("name"), r.flag("deleted"))
	return list(r, subjects, err)
}

// createDek takes the subject from the path alone, where contexts and aliases
// have had their say; clients repeat it in the body as their user wrote it.
func (h *Handler) createDek(r *request) (any, error) {
	body, err := r.decodeDek()
	if err != nil {
		return nil, err
	}
	body.Subject = h.dekSubject(r)
	return h.addDek(r, body)
}

// createDekOfBody is the form of clients before the subject was in the path.
func (h *Handler) createDekOfBody(r *request) (any, error) {
	body, err := r.decodeDek()
	if err != nil {
		return nil, err
	}
	return h.addDek(r, body)
}

func (r *request) decodeDek() (client.DekRequest, error) {
	var body client.DekRequest
	if err := r.decode(&body); err != nil {
		return body, err
	}
	if _, known := registry.ParseAlgorithm(body.Algorithm); !known {
		return body, &requestError{
			status: http.StatusBadRequest,
			message: fmt.Sprintf("Invalid JSON: algorithm '%s' is not one of %s, %s, %s",
				body.Algorithm, registry.AES128GCM, registry.AES256GCM, registry.AES256SIV),
		}
	}
	return body, checkNumber("version", body.Version)
}

func (h *Handler) addDek(r *request, body client.DekRequest) (any, error) {
	return answerDek(h.reg.CreateDek(r.Context(), registry.DekRequest{
		DekName: registry.DekName{Kek: r.param("name"), Subject: body.Subject, Algorithm: registry.Algorithm(body.Algorithm)},
		Version: body.Version, EncryptedKeyMaterial: body.EncryptedKeyMaterial,
		Deleted: body.Deleted, Rewrap: r.flag("rewrap"),
	}))
}

// firstDek reads without a version: clients that do not rotate keys know only
// the first.
func (h *Handler) firstDek(r *request) (any, error) {
	name, err := h.dekName(r)
	if err != nil {
		return nil, err
	}
	return answerDek(h.reg.Dek(name, registry.VersionRef{Number: 1}, r.flag("deleted")))
}

func (h *Handler) dekVersions(r *request) (any, error) {
	name, err := h.dekName(r)
	if err != nil {
		return nil, err
	}
	versions, err := h.reg.DekVersions(name, r.flag("deleted"))
	return list(r, versions, err)
}

func (h *Handler) dek(r *request) (any, error) {
	name, at, err := h.dekVersion(r)
	if err != nil {
		return nil, err
	}
	return answerDek(h.reg.Dek(name, at, r.flag("deleted")))
}

func (h *Handler) deleteDeks(r *request) (any, error) {
	name, err := h.dekName(r)
	if err != nil {
		return nil, err
	}
	return noContent{}, h.reg.DeleteDeks(r.Context(), name, r.flag("permanent"))
}

func (h *Handler) deleteDek(r *request) (any, error) {
	name, at, err := h.dekVersion(r)
	if err != nil {
		return nil, err
	}
	return noContent{}, h.reg.DeleteDek(r.Context(), name, at, r.flag("permanent"))
}

func (h *Handler) undeleteDeks(r *request) (any, error) {
	name, err := h.dekName(r)
	if err != nil {
		return nil, err
	}
	return noContent{}, h.reg.UndeleteDeks(r.Context(), name)
}

func (h *Handler) undeleteDek(r *request) (any, error) {
	name, at, err := h.dekVersion(r)
	if err != nil {
		return nil, err
	}
	return noContent{}, h.reg.UndeleteDek(r.Context(), name, at)
}

func answerDek(d registry.Dek, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return client.Dek{
		KekName: d.Kek, Subject: d.Subject, Version: d.Version, Algorithm: string(d.Algorithm),
		EncryptedKeyMaterial: d.EncryptedKeyMaterial, Timestamp: d.Time.UnixMilli(), Deleted: d.Deleted,
	}, nil
}
