package client

import "context"

// Association ties one side of a resource, a Kafka topic, to a subject.
type Association struct {
	Subject           string `json:"subject,omitempty"`
	GUID              string `json:"guid,omitempty"`
	ResourceName      string `json:"resourceName,omitempty"`
	ResourceNamespace string `json:"resourceNamespace,omitempty"`
	ResourceID        string `json:"resourceId,omitempty"`
	ResourceType      string `json:"resourceType,omitempty"`
	// AssociationType is "key" or "value", Lifecycle "STRONG" or "WEAK".
	AssociationType string `json:"associationType,omitempty"`
	Lifecycle       string `json:"lifecycle,omitempty"`
	// Frozen: the subject began with the association, which stays as it is.
	// Servers that leave it out mean true for STRONG.
	Frozen *bool `json:"frozen,omitempty"`
	// CreateTimestamp and UpdateTimestamp are milliseconds since 1970.
	CreateTimestamp int64 `json:"createTs,omitempty"`
	UpdateTimestamp int64 `json:"updateTs,omitempty"`
}

// AssociationRequest changes the associations of one resource.
type AssociationRequest struct {
	ResourceName      string `json:"resourceName,omitempty"`
	ResourceNamespace string `json:"resourceNamespace,omitempty"`
	ResourceID        string `json:"resourceId,omitempty"`
	// ResourceType "" is "topic".
	ResourceType string              `json:"resourceType,omitempty"`
	Associations []AssociationChange `json:"associations,omitempty"`
}

// AssociationChange is what is to become of one side of a resource.
type AssociationChange struct {
	// OpType is "CREATE", "UPSERT" or "DELETE", in batches alone.
	OpType string `json:"opType,omitempty"`
	// Subject nil is the resource's own: ":.namespace:name-type".
	Subject *string `json:"subject,omitempty"`
	// AssociationType is "key" or "value", the default.
	AssociationType string `json:"associationType,omitempty"`
	// Lifecycle is "STRONG" or "WEAK". On the resource's own subject, with a
	// schema, "" is STRONG and Frozen nil true; elsewhere WEAK and false.
	Lifecycle string `json:"lifecycle,omitempty"`
	Frozen    *bool  `json:"frozen,omitempty"`
	// Schema is registered under the subject, normalised where asked.
	Schema    *RegisterRequest `json:"schema,omitempty"`
	Normalize bool             `json:"normalize,omitempty"`
	// CascadeLifecycle lets DELETE take frozen associations, and takes the
	// subjects of strong ones along.
	CascadeLifecycle bool `json:"cascadeLifecycle,omitempty"`
}

// AssociationResponse says what a resource is associated with. A dry run's has
// no associations.
type AssociationResponse struct {
	ResourceName      string            `json:"resourceName,omitempty"`
	ResourceNamespace string            `json:"resourceNamespace,omitempty"`
	ResourceID        string            `json:"resourceId,omitempty"`
	ResourceType      string            `json:"resourceType,omitempty"`
	Associations      []AssociationInfo `json:"associations,omitempty"`
}

// AssociationInfo is an association in the answer about its resource.
type AssociationInfo struct {
	Subject         string `json:"subject,omitempty"`
	AssociationType string `json:"associationType,omitempty"`
	Lifecycle       string `json:"lifecycle,omitempty"`
	// Frozen is as in Association.
	Frozen *bool `json:"frozen,omitempty"`
	// Schema is what the request registered or found, or the latest version
	// where a batch asked for schemas.
	Schema *Schema `json:"schema,omitempty"`
}

// AssociationBatchRequest changes many resources; each request succeeds or
// fails by itself.
type AssociationBatchRequest struct {
	Requests []AssociationRequest `json:"requests,omitempty"`
}

// AssociationBatchGetRequest asks for the associations of many resources.
type AssociationBatchGetRequest struct {
	Requests []AssociationGetRequest `json:"requests,omitempty"`
}

// AssociationGetRequest names a resource by its id, or by namespace and name.
type AssociationGetRequest struct {
	ResourceName      string   `json:"resourceName,omitempty"`
	ResourceNamespace string   `json:"resourceNamespace,omitempty"`
	ResourceID        string   `json:"resourceId,omitempty"`
	ResourceType      string   `json:"resourceType,omitempty"`
	AssociationTypes  []string `json:"associationTypes,omitempty"`
	Lifecycle         string   `json:"lifecycle,omitempty"`
}

// AssociationBatchResponse holds a result for each request, in their order.
type AssociationBatchResponse struct {
	Results []AssociationResult `json:"results"`
}

// AssociationResult is how one request of a batch went: Error or Result.
type AssociationResult struct {
	Error  *ErrorBody           `json:"error,omitempty"`
	Result *AssociationResponse `json:"result,omitempty"`
}

// AssociationsOptions select associations.
type AssociationsOptions struct {
	// Types are "key" and "value"; none are both.
	Types []string
	// Lifecycle is "STRONG" or "WEAK"; "" is both.
	Lifecycle string
	// Offset and Limit page the answer; Limit 0 is the server's limit.
	Offset, Limit int
}

func (o AssociationsOptions) query() query {
	return query{}.text("resourceType", "topic").each("associationType", o.Types).text("lifecycle", o.Lifecycle).page(o.Offset, o.Limit)
}

// AssociationsOfTopic lists the subjects tied to a topic as its "key" or
// "value"; kind "" is both. Namespace "-" or "" is any Kafka cluster. Servers
// without associations have none.
func (c *Client) AssociationsOfTopic(ctx context.Context, namespace, topic, kind string) ([]Association, error) {
	if namespace == "" {
		namespace = "-"
	}
	var opts AssociationsOptions
	if kind != "" {
		opts.Types = []string{kind}
	}
	return c.AssociationsOfResource(ctx, namespace, topic, opts)
}

// AssociationsOfResource lists the associations of a resource by its name. The
// namespace "-" is any, the name "-" all resources of the namespace.
func (c *Client) AssociationsOfResource(ctx context.Context, namespace, name string, opts AssociationsOptions) ([]Association, error) {
	var found []Association
	err := c.json(ctx, get(opts.query(), "associations", "resources", namespace, name), &found)
	return found, err
}

// AssociationsOfID lists the associations of a resource by its id.
func (c *Client) AssociationsOfID(ctx context.Context, id string, opts AssociationsOptions) ([]Association, error) {
	var found []Association
	err := c.json(ctx, get(opts.query(), "associations", "resources", id), &found)
	return found, err
}

// AssociationsOfSubject lists what is associated with a subject.
func (c *Client) AssociationsOfSubject(ctx context.Context, subject string, opts AssociationsOptions) ([]Association, error) {
	var found []Association
	err := c.json(ctx, get(opts.query(), "associations", "subjects", subjectSegment(subject)), &found)
	return found, err
}

// AssociateOptions say how associations are changed.
type AssociateOptions struct {
	// Context is where subjects without context lie, as ":.eu:".
	Context string
	// DryRun decides and writes nothing.
	DryRun bool
}

func (o AssociateOptions) query() query {
	return query{}.text("context", o.Context).flag("dryRun", o.DryRun)
}

// CreateAssociations makes associations and registers their schemas, or finds
// them made just so; asking twice gives the same answer.
func (c *Client) CreateAssociations(ctx context.Context, req AssociationRequest, opts AssociateOptions) (AssociationResponse, error) {
	var out AssociationResponse
	err := c.json(ctx, post(opts.query(), req, "associations"), &out)
	return out, err
}

// UpsertAssociations makes the associations of the resource that the request
// names by its id, unless they are there.
func (c *Client) UpsertAssociations(ctx context.Context, req AssociationRequest, opts AssociateOptions) (AssociationResponse, error) {
	var out AssociationResponse
	err := c.json(ctx, put(opts.query(), req, "associations", "resources", req.ResourceID), &out)
	return out, err
}

// DissociateOptions say what of a resource is taken away.
type DissociateOptions struct {
	// Types are "key" and "value"; none are both.
	Types []string
	// Cascade lets frozen associations go, and takes the subjects of strong ones
	// along.
	Cascade bool
	// DryRun decides and writes nothing.
	DryRun bool
}

// DeleteAssociations takes associations of a resource away. A resource without
// them is no error here; other servers give an *Error with
// CodeAssociationNotFound.
func (c *Client) DeleteAssociations(ctx context.Context, id string, opts DissociateOptions) error {
	q := query{}.text("resourceType", "topic").each("associationType", opts.Types).
		flag("cascadeLifecycle", opts.Cascade).flag("dryRun", opts.DryRun)
	return c.json(ctx, remove(q, "associations", "resources", id), nil)
}

// BatchGetAssociations reads the associations of many resources, with the
// latest version of each subject where asked.
func (c *Client) BatchGetAssociations(ctx context.Context, req AssociationBatchGetRequest, schemas bool) (AssociationBatchResponse, error) {
	var out AssociationBatchResponse
	err := c.json(ctx, post(query{}.flag("includeSchemas", schemas), req, "associations:batchGet"), &out)
	return out, err
}

// BatchMutateAssociations changes many resources. The answer says of each how
// it went; the error is about the call as a whole.
func (c *Client) BatchMutateAssociations(ctx context.Context, req AssociationBatchRequest, opts AssociateOptions) (AssociationBatchResponse, error) {
	call := post(opts.query(), req, "associations:batchMutate")
	call.once = true
	var out AssociationBatchResponse
	err := c.json(ctx, call, &out)
	return out, err
}
