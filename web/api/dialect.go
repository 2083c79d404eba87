package api

import (
	"net/http"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// Versions of Confluent's API whose answers changed shape (registry API 0.1).
var (
	apiWithMetadata = registry.APIVersion{Major: 7, Minor: 4}
	apiWithTimes    = registry.APIVersion{Major: 7, Minor: 6}
	apiWithGUIDs    = registry.APIVersion{Major: 8, Minor: 0}
	apiWithFineCode = registry.APIVersion{Major: 8, Minor: 2}
)

// known takes out of a version what servers of the spoken API never sent.
func known(api registry.APIVersion, v registry.Version) registry.Version {
	if !api.AtLeast(apiWithGUIDs) {
		v.GUID = schema.GUID{}
		if v.Type == schema.Avro {
			v.Type = ""
		}
	}
	if !api.AtLeast(apiWithTimes) {
		v.Time = time.Time{} // and with it, whether it is deleted
	}
	if !api.AtLeast(apiWithMetadata) {
		v.Metadata, v.RuleSet = nil, nil
	}
	return v
}

// schemaOf is a version as reads of versions answer it.
func (h *Handler) schemaOf(v registry.Version) client.Schema {
	api := h.reg.Dialect().APIVersion
	v = known(api, v)
	ts, deleted := stored(v)
	return client.Schema{
		Subject: v.Subject, Version: v.Version, ID: v.ID, GUID: v.GUID, SchemaType: v.Type,
		References: v.References, Metadata: v.Metadata, RuleSet: v.RuleSet,
		Schema: v.Text, SchemaTags: v.Tags, Timestamp: ts, Deleted: deleted,
	}
}

// schemaStringOf is a version as reads by id answer it.
func (h *Handler) schemaStringOf(v registry.Version) *client.SchemaString {
	api := h.reg.Dialect().APIVersion
	v = known(api, v)
	if !api.AtLeast(apiWithGUIDs) {
		v.Subject, v.Version = "", 0
	}
	ts, deleted := stored(v)
	return &client.SchemaString{
		Subject: v.Subject, Version: v.Version, GUID: v.GUID, SchemaType: v.Type, Schema: v.Text,
		References: v.References, Metadata: v.Metadata, RuleSet: v.RuleSet,
		SchemaTags: v.Tags, Timestamp: ts, Deleted: deleted,
	}
}

// registeredOf is a version as registration answers it. Before 8.0 the id was
// all, unless the server had added to what was sent.
func (h *Handler) registeredOf(v registry.Version, sent client.RegisterRequest) *client.RegisterResponse {
	api := h.reg.Dialect().APIVersion
	added := sent.Schema == "" || !v.Metadata.Equal(sent.Metadata) || !v.RuleSet.Equal(sent.RuleSet)
	if !api.AtLeast(apiWithMetadata) || !api.AtLeast(apiWithGUIDs) && !added {
		return &client.RegisterResponse{ID: v.ID}
	}
	v = known(api, v)
	ts, deleted := stored(v)
	return &client.RegisterResponse{
		ID: v.ID, Version: v.Version, GUID: v.GUID, SchemaType: v.Type,
		References: v.References, Metadata: v.Metadata, RuleSet: v.RuleSet,
		Schema: v.Text, Timestamp: ts, Deleted: deleted,
	}
}

// stored are ts and deleted, which an answer has both or neither of.
func stored(v registry.Version) (ts *int64, deleted *bool) {
	if v.Time.IsZero() {
		return nil, nil
	}
	return new(v.Time.UnixMilli()), new(v.Deleted)
}

// incompatibleCode is the error_code of a refused incompatible schema.
func (h *Handler) incompatibleCode() int {
	if h.reg.Dialect().APIVersion.AtLeast(apiWithFineCode) {
		return outcomes[registry.CodeIncompatible].code
	}
	return http.StatusConflict
}
