package api

import "github.com/accordhq/accord/registry/client"

func (h *Handler) routeMetadata() {
	root := func(*request) (any, error) { return struct{}{}, nil }
	h.get("/", root)
	h.post("/", root)
	h.get("/v1/metadata/id", h.serverID)
	h.get("/v1/metadata/version", h.serverVersion)
	h.get("/v1/metadata/deployment", h.deployment)
	h.get("/master_available", h.masterAvailable)
}

func (h *Handler) serverID(*request) (any, error) {
	clusters := map[string]string{"schema-registry-cluster": h.opts.Group}
	if h.opts.KafkaCluster != "" {
		clusters["kafka-cluster"] = h.opts.KafkaCluster
	}
	return client.ServerID{Scope: client.ServerScope{Path: []string{}, Clusters: clusters}}, nil
}

// serverVersion is the version of Confluent's API that is spoken here: clients
// ask for it to learn what they may call.
func (h *Handler) serverVersion(*request) (any, error) {
	return client.ServerVersion{Version: h.reg.Dialect().APIVersion.String() + ".0", CommitID: h.opts.Build}, nil
}

func (h *Handler) deployment(*request) (any, error) {
	return client.Deployment{Attributes: []string{}}, nil
}

// masterAvailable is Karapace's question whether writes can be taken. Every
// node takes them here, if its log is one it understands.
func (h *Handler) masterAvailable(r *request) (any, error) {
	return client.MasterAvailable{MasterAvailable: h.reg.Ready(r.Context()) == nil}, nil
}
