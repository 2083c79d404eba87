package client

import (
	"context"
	"time"

	"github.com/accordhq/accord/schema/finding"
)

// What follows is Accord's own: other registries answer 404.

// ChangeRequest is the body of POST /accord/v1/changes: contracts, schemas and
// settings that are changed together or not at all.
type ChangeRequest struct {
	Contracts []ContractFile `json:"contracts,omitempty"`
	Schemas   []SchemaFile   `json:"schemas,omitempty"`
	Configs   []ScopedConfig `json:"configs,omitempty"`
	Policies  []ScopedPolicy `json:"policies,omitempty"`
	// DryRun judges the change and writes nothing.
	DryRun bool `json:"dryRun,omitempty"`
}

// MaxChanged is how many items of each kind one ChangeRequest may have.
const MaxChanged = 1000

// ContractFile is a contract document in YAML; the name is for findings.
type ContractFile struct {
	Name string `json:"name,omitempty"`
	Text string `json:"text"`
}

// SchemaFile is a schema to register; the name is for findings.
type SchemaFile struct {
	Subject string `json:"subject"`
	Name    string `json:"name,omitempty"`
	RegisterRequest
	Normalize bool `json:"normalize,omitempty"`
}

// ScopedConfig changes the config of a scope.
type ScopedConfig struct {
	Scope  string       `json:"scope"`
	Config ConfigUpdate `json:"config"`
}

// ScopedPolicy changes the policy of a scope.
type ScopedPolicy struct {
	Scope  string       `json:"scope"`
	Policy PolicyUpdate `json:"policy"`
}

// ChangeResponse says what a change did, or with DryRun would do.
type ChangeResponse struct {
	Findings []finding.Finding `json:"findings"`
	Steps    []ChangeStep      `json:"steps"`
	// Refused is why a dry run's change could not be made.
	Refused *ErrorBody `json:"refused,omitempty"`
}

// ChangeStep is one part of a change: its kind is schema, contract, config or
// policy, its outcome created, updated, unchanged or refused.
type ChangeStep struct {
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Outcome string `json:"outcome"`
	Version int    `json:"version,omitempty"`
	ID      int    `json:"id,omitempty"`
	// Latest is the newest version that the schema's subject had before, 0 for
	// none.
	Latest int `json:"latest,omitempty"`
}

// Change makes a change or, as a dry run, says what would come of it. A change
// that is refused is an *Error with the findings.
func (c *Client) Change(ctx context.Context, req ChangeRequest) (ChangeResponse, error) {
	var out ChangeResponse
	err := c.json(ctx, post(nil, req, "accord", "v1", "changes"), &out)
	return out, err
}

// Contract is the contract of a subject. Text is the document, absent in lists.
type Contract struct {
	Subject   string `json:"subject"`
	ID        string `json:"id"`
	Version   string `json:"version"`
	Status    string `json:"status"`
	Timestamp int64  `json:"ts"`
	Actor     string `json:"actor,omitempty"`
	Text      string `json:"text,omitempty"`
}

// Contracts lists all contracts by subject, without their texts.
func (c *Client) Contracts(ctx context.Context) ([]Contract, error) {
	var out []Contract
	err := c.json(ctx, get(nil, "accord", "v1", "contracts"), &out)
	return out, err
}

// Contract reads the contract of a subject.
func (c *Client) Contract(ctx context.Context, subject string) (Contract, error) {
	var out Contract
	err := c.json(ctx, get(nil, "accord", "v1", "contracts", subject), &out)
	return out, err
}

// SetContract files a document for the subject, which it must describe, and
// for every other it describes.
func (c *Client) SetContract(ctx context.Context, subject string, file ContractFile) (ChangeResponse, error) {
	var out ChangeResponse
	err := c.json(ctx, put(nil, file, "accord", "v1", "contracts", subject), &out)
	return out, err
}

// DeleteContract takes a subject's contract away.
func (c *Client) DeleteContract(ctx context.Context, subject string) error {
	return c.json(ctx, remove(nil, "accord", "v1", "contracts", subject), nil)
}

// Findings judges the subjects of a prefix as they stand; "" and ":*:" are all
// contexts. What was imported or forced past the gate is among them.
func (c *Client) Findings(ctx context.Context, prefix string) ([]finding.Finding, error) {
	var out []finding.Finding
	err := c.json(ctx, get(query{}.text("subjectPrefix", prefix), "accord", "v1", "findings"), &out)
	return out, err
}

// Exception excuses one rule's findings in one subject until a moment.
type Exception struct {
	ID      string       `json:"id,omitempty"`
	Subject string       `json:"subject"`
	Path    string       `json:"path,omitempty"`
	Code    finding.Code `json:"code"`
	Reason  string       `json:"reason"`
	// Approver answers for it; marked unverified until there is authentication.
	Approver  string    `json:"approver"`
	Expires   time.Time `json:"expires"`
	Timestamp int64     `json:"ts,omitempty"`
}

// Exceptions lists those that concern a subject, all of them for "".
func (c *Client) Exceptions(ctx context.Context, subject string) ([]Exception, error) {
	var out []Exception
	err := c.json(ctx, get(query{}.text("subject", subject), "accord", "v1", "exceptions"), &out)
	return out, err
}

// AddException records an exception and returns it with its id.
func (c *Client) AddException(ctx context.Context, e Exception) (Exception, error) {
	call := post(nil, e, "accord", "v1", "exceptions")
	call.once = true // the second would be another exception
	var out Exception
	err := c.json(ctx, call, &out)
	return out, err
}

// DeleteException ends an exception before its time.
func (c *Client) DeleteException(ctx context.Context, id string) error {
	return c.json(ctx, remove(nil, "accord", "v1", "exceptions", id), nil)
}

// Baseline reads what is tolerated in a subject as old debt.
func (c *Client) Baseline(ctx context.Context, subject string) (finding.Baseline, error) {
	var out finding.Baseline
	err := c.json(ctx, get(nil, "accord", "v1", "baseline", subject), &out)
	return out, err
}

// SetBaseline makes what is found today in the subjects of a prefix their old
// debt, and returns the subjects that have any; "" and ":*:" are all contexts.
func (c *Client) SetBaseline(ctx context.Context, prefix string) ([]string, error) {
	var out []string
	err := c.json(ctx, put(query{}.text("subjectPrefix", prefix), nil, "accord", "v1", "baseline"), &out)
	return out, err
}

// BaselineRequest is the body of POST /accord/v1/baseline.
type BaselineRequest struct {
	// Imported are subjects, at most MaxImported.
	Imported []string `json:"imported"`
}

// BaselineImported is SetBaseline for those of the subjects whose newest
// imported version came after their baseline was set. It may be repeated: what
// they come to owe later stays due.
func (c *Client) BaselineImported(ctx context.Context, subjects []string) ([]string, error) {
	var out []string
	err := c.json(ctx, post(nil, BaselineRequest{Imported: subjects}, "accord", "v1", "baseline"), &out)
	return out, err
}
