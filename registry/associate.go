package registry

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// AssociationOp is what a request does to one side of a resource.
type AssociationOp string

// The operations.
const (
	// CreateAssociation makes an association, or finds it made just so.
	CreateAssociation AssociationOp = "CREATE"
	// UpsertAssociation makes an association, or gives the one that is there
	// another lifecycle and its schema.
	UpsertAssociation AssociationOp = "UPSERT"
	// DeleteAssociation takes one away, if it is there.
	DeleteAssociation AssociationOp = "DELETE"
)

// AssociationRequest changes associations of one resource: all of what it asks
// for happens, the registration of its schemas included, or nothing.
type AssociationRequest struct {
	Resource Resource
	// Context is where subjects without context lie: ":.eu:", ".eu" or "eu";
	// "" is the default one.
	Context string
	// DryRun decides and writes nothing. Resource.ID may be missing then.
	DryRun  bool
	Changes []AssociationChange
}

// AssociationChange is one operation on one side of the resource.
type AssociationChange struct {
	Op AssociationOp
	// Type is KeyAssociation or ValueAssociation, the default.
	Type string
	// Subject nil is the resource's own, ":.namespace:name-type", or the one
	// that an upsert finds.
	Subject *string
	// Lifecycle "" and Frozen nil follow from Subject, Schema, each other and
	// what is there. Only Strong is frozen.
	Lifecycle Lifecycle
	Frozen    *bool
	// Schema is registered under the subject. Its own Subject does not count.
	Schema *RegisterRequest
	// Cascade is DissociateRequest's.
	Cascade bool
}

// AssociatedSchema is an association, and the version its request registered
// or found.
type AssociatedSchema struct {
	Association
	Schema *Version
}

// Bounds of what names a resource: Confluent's for names, in characters, and
// ours for ids, in bytes.
const (
	maxResourceName = 256
	maxResourceID   = 1024
)

// Associate changes associations of a resource (registry API 1.7) and returns
// those that the request made or found, none after a dry run.
func (r *Registry) Associate(ctx context.Context, req AssociationRequest) ([]AssociatedSchema, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	guids := make([]string, len(req.Changes))
	for i := range guids {
		guids[i] = uuid.NewString()
	}
	for {
		st := r.state.Load()
		a, err := r.prepareAssociating(ctx, st, req, guids)
		if err != nil {
			return nil, err
		}
		if req.DryRun {
			_, err := a.decide(st)
			return nil, err
		}
		st, err = r.submit(ctx, a.decide)
		if errors.Is(err, errStale) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return r.associatedBy(ctx, st, a)
	}
}

// associatedBy presents what a request led to. What another took away since is
// left out.
func (r *Registry) associatedBy(ctx context.Context, st *State, a *associating) ([]AssociatedSchema, error) {
	var out []AssociatedSchema
	for _, step := range a.steps {
		found := st.associations.get(a.resource, step.Type)
		if step.Op == DeleteAssociation || found == nil {
			continue
		}
		shown := AssociatedSchema{Association: found.present()}
		if step.registration != nil {
			v, err := r.registered(ctx, st, step.registration)
			if err != nil {
				return nil, err
			}
			shown.Schema = &v
		}
		out = append(out, shown)
	}
	return out, nil
}

// InvalidAssociation is the refusal of a request for what it says in one
// property.
func InvalidAssociation(property, detail string) error {
	return errorf(CodeInvalidAssociation, "The association specified an invalid value for property: '%s', detail: %s", property, detail)
}

// check refuses what no state could make valid, and fills in defaults.
func (req *AssociationRequest) check() error {
	resource := &req.Resource
	if err := checkResourceName("resourceName", resource.Name); err != nil {
		return err
	}
	if err := checkResourceName("resourceNamespace", resource.Namespace); err != nil {
		return err
	}
	if err := checkResourceID(resource.ID, req.DryRun); err != nil {
		return err
	}
	if resource.Type == "" {
		resource.Type = ResourceTopic
	}
	if resource.Type != ResourceTopic {
		return InvalidAssociation("resourceType", "must be '"+ResourceTopic+"'")
	}
	if err := req.checkContext(); err != nil {
		return err
	}
	return req.checkChanges()
}

// checkContext gives the context its one spelling, ".eu".
func (req *AssociationRequest) checkContext() error {
	if isQualified(req.Context) {
		context, name := contextOf(req.Context)
		if name != "" {
			return InvalidAssociation("context", "must name no subject")
		}
		req.Context = context
		return nil
	}
	if strings.Contains(req.Context, ":") {
		return InvalidAssociation("context", "cannot contain a colon")
	}
	req.Context = "." + strings.TrimPrefix(req.Context, ".")
	return nil
}

// checkChanges lets each side be changed once, or be deleted and made anew.
func (req *AssociationRequest) checkChanges() error {
	if len(req.Changes) == 0 {
		return InvalidAssociation("associations", "cannot be null or empty")
	}
	changes := make([]AssociationChange, 0, len(req.Changes))
	last := map[string]AssociationOp{}
	for _, change := range req.Changes {
		if err := change.check(); err != nil {
			return err
		}
		before, again := last[change.Type]
		if again && (before != DeleteAssociation || change.Op == DeleteAssociation) {
			return InvalidAssociation("associationType", "Duplicate association type: "+change.Type)
		}
		last[change.Type] = change.Op
		changes = append(changes, change)
	}
	req.Changes = changes // the caller's stay as they are
	return nil
}

func (c *AssociationChange) check() error {
	switch c.Op {
	case CreateAssociation, UpsertAssociation, DeleteAssociation:
	default:
		return InvalidAssociation("opType", "must be CREATE, UPSERT or DELETE")
	}
	switch c.Type {
	case "":
		c.Type = ValueAssociation
	case KeyAssociation, ValueAssociation:
	default:
		return InvalidAssociation("associationType", "must be either 'key' or 'value'")
	}
	switch c.Lifecycle {
	case "", Strong, Weak:
	default:
		return InvalidAssociation("lifecycle", "must be STRONG or WEAK")
	}
	if c.Subject != nil {
		if _, name := contextOf(*c.Subject); name == "" || strings.ContainsFunc(*c.Subject, isISOControl) {
			return InvalidAssociation("subject", "must not be empty")
		}
	}
	return nil
}

// checkResourceName takes the names that Kafka gives to topics and clusters.
func checkResourceName(property, name string) error {
	switch {
	case name == "":
		return InvalidAssociation(property, "cannot be null or empty")
	case utf8.RuneCountInString(name) > maxResourceName:
		return InvalidAssociation(property, "exceeds max length of 256")
	}
	for _, c := range name {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("_-.", c) {
			return InvalidAssociation(property, "illegal character '"+string(c)+"'")
		}
	}
	return nil
}

func checkResourceID(id string, optional bool) error {
	switch {
	case id == "" && !optional:
		return InvalidAssociation("resourceId", "cannot be null or empty")
	case len(id) > maxResourceID:
		return InvalidAssociation("resourceId", "exceeds max length of 1024")
	case strings.ContainsFunc(id, isISOControl):
		return InvalidAssociation("resourceId", "must not contain control characters")
	}
	return nil
}
