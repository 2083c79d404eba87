package api

import "github.com/accordhq/accord/registry/client"

// confluentVersion is the version of Confluent's API that is spoken here.
// Clients ask for it to learn what they may call.
const confluentVersion = "8.5.0"

func (h *Handler) routeMetadata() {
	root := func(*request) (any, error) { return struct{}{}, nil }
	h.get("/", root)
	h.post("/", root)
	h.get("/v1/metadata/id", h.serverID)
	h.get("/v1/metadata/version", h.serverVersion)
	h.get("/v1/metadata/deployment", h.deployment)
}

func (h *Handler) serverID(*request) (any, error) {
	clusters := map[string]string{"schema-registry-cluster": h.opts.Group}
	if h.opts.KafkaCluster != "" {
		clusters["kafka-cluster"] = h.opts.KafkaCluster
	}
	return client.ServerID{Scope: client.ServerScope{Path: []string{}, Clusters: clusters}}, nil
}

func (h *Handler) serverVersion(*request) (any, error) {
	return client.ServerVersion{Version: confluentVersion, CommitID: h.opts.Build}, nil
}

func (h *Handler) deployment(*request) (any, error) {
	return client.Deployment{Attributes: []string{}}, nil
}
