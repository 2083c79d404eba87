package api

import (
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
)

func (h *Handler) routeContracts() {
	h.get("/accord/v1/contracts", h.contracts)
	h.get("/accord/v1/contracts/{subject}", h.contract)
	h.put("/accord/v1/contracts/{subject}", h.setContract)
	h.delete("/accord/v1/contracts/{subject}", h.deleteContract)
}

func (h *Handler) contracts(r *request) (any, error) {
	all := []client.Contract{}
	for _, c := range h.reg.Contracts() {
		all = append(all, contractOf(c))
	}
	return list(r, all, nil)
}

// contract answers a contract with its document, or with format=yaml the
// document alone, byte for byte.
func (h *Handler) contract(r *request) (any, error) {
	c, err := h.reg.Contract(r.Context(), r.param("subject"))
	if err != nil {
		return nil, err
	}
	if r.text("format") == "yaml" {
		return yamlText(c.Text), nil
	}
	return contractOf(c), nil
}

func contractOf(c registry.StoredContract) client.Contract {
	return client.Contract{
		Subject: c.Subject, ID: c.ID, Version: c.Version, Status: c.Status,
		Timestamp: c.Time.UnixMilli(), Actor: c.Actor, Text: c.Text,
	}
}

func (h *Handler) setContract(r *request) (any, error) {
	var body client.ContractFile
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	result, err := h.reg.SetContract(r.Context(), r.param("subject"), contractFileOf(body))
	if err != nil {
		return nil, err
	}
	return h.changeResponseOf(result), nil
}

func (h *Handler) deleteContract(r *request) (any, error) {
	return noContent{}, h.reg.DeleteContract(r.Context(), r.param("subject"))
}
