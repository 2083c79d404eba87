package client

import "context"

// Kek is a key encryption key: where in which KMS lies the key that wraps data
// encryption keys (registry API 1.8).
type Kek struct {
	Name     string `json:"name"`
	KmsType  string `json:"kmsType"`
	KmsKeyID string `json:"kmsKeyId"`
	// KmsProps are what clients need to reach the KMS; Accord leaves out
	// credentials.
	KmsProps map[string]string `json:"kmsProps,omitempty"`
	Doc      string            `json:"doc,omitempty"`
	// Shared: the server has access to the KMS, too. Accord never has.
	Shared bool `json:"shared"`
	// Timestamp is when it was last changed, in milliseconds since 1970.
	Timestamp int64 `json:"ts"`
	Deleted   bool  `json:"deleted,omitempty"`
}

// KekRequest is the body of POST /dek-registry/v1/keks.
type KekRequest struct {
	Name     string            `json:"name,omitempty"`
	KmsType  string            `json:"kmsType,omitempty"`
	KmsKeyID string            `json:"kmsKeyId,omitempty"`
	KmsProps map[string]string `json:"kmsProps,omitempty"`
	Doc      string            `json:"doc,omitempty"`
	Shared   bool              `json:"shared,omitempty"`
	// Deleted makes it soft-deleted from the start.
	Deleted bool `json:"deleted,omitempty"`
}

// KekUpdate changes a Kek field by field.
type KekUpdate struct {
	KmsProps Change[map[string]string] `json:"kmsProps,omitzero"`
	Doc      Change[string]            `json:"doc,omitzero"`
	Shared   Change[bool]              `json:"shared,omitzero"`
}

// KeksOptions select key encryption keys.
type KeksOptions struct {
	// SubjectPrefixes leave only keys that wrap a key of such a subject.
	SubjectPrefixes []string
	// Deleted adds soft-deleted ones.
	Deleted bool
	// Offset and Limit page the answer; Limit 0 is the server's limit.
	Offset, Limit int
}

// Keks lists names of key encryption keys.
func (c *Client) Keks(ctx context.Context, opts KeksOptions) ([]string, error) {
	q := query{}.each("subjectPrefix", opts.SubjectPrefixes).flag("deleted", opts.Deleted).page(opts.Offset, opts.Limit)
	var names []string
	err := c.json(ctx, get(q, kekPath()...), &names)
	return names, err
}

// Kek reads a key encryption key, a soft-deleted one too where asked. One that
// is not there gives an *Error for which NotFound holds.
func (c *Client) Kek(ctx context.Context, name string, deleted bool) (Kek, error) {
	var out Kek
	err := c.json(ctx, get(query{}.flag("deleted", deleted), kekPath(name)...), &out)
	return out, err
}

// CreateKek adds a key encryption key, or undeletes its twin. One that exists,
// be it the same, gives an *Error with CodeKeyExists.
func (c *Client) CreateKek(ctx context.Context, req KekRequest) (Kek, error) {
	call := post(nil, req, kekPath()...)
	call.once = true // the second answer would be that it exists
	var out Kek
	err := c.json(ctx, call, &out)
	return out, err
}

// UpdateKek changes a key encryption key field by field and returns the whole
// result.
func (c *Client) UpdateKek(ctx context.Context, name string, update KekUpdate) (Kek, error) {
	var out Kek
	err := c.json(ctx, put(nil, update, kekPath(name)...), &out)
	return out, err
}

// DeleteKek deletes a key encryption key that wraps nothing any more.
// Permanent removes for good what is soft-deleted.
func (c *Client) DeleteKek(ctx context.Context, name string, permanent bool) error {
	return c.json(ctx, remove(query{}.flag("permanent", permanent), kekPath(name)...), nil)
}

// UndeleteKek takes a soft deletion back.
func (c *Client) UndeleteKek(ctx context.Context, name string) error {
	return c.json(ctx, post(nil, nil, kekPath(name, "undelete")...), nil)
}

// TestKek asks whether the server can use a shared key.
func (c *Client) TestKek(ctx context.Context, name string) (Kek, error) {
	var out Kek
	err := c.json(ctx, post(nil, nil, kekPath(name, "test")...), &out)
	return out, err
}

func kekPath(rest ...string) []string {
	return append([]string{"dek-registry", "v1", "keks"}, rest...)
}
