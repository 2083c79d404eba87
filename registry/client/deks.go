package client

import "context"

// Dek is a version of a data encryption key (registry API 1.8).
type Dek struct {
	KekName string `json:"kekName"`
	Subject string `json:"subject,omitempty"`
	Version int    `json:"version"`
	// Algorithm is AES128_GCM, AES256_GCM or AES256_SIV.
	Algorithm string `json:"algorithm"`
	// EncryptedKeyMaterial is the key as the KMS wrapped it, base64.
	EncryptedKeyMaterial string `json:"encryptedKeyMaterial,omitempty"`
	// KeyMaterial is the key itself, base64: only of servers that unwrap
	// shared keys, which Accord does not.
	KeyMaterial string `json:"keyMaterial,omitempty"`
	// Timestamp is when it was last changed, in milliseconds since 1970.
	Timestamp int64 `json:"ts"`
	Deleted   bool  `json:"deleted,omitempty"`
}

// DekRequest is the body of the requests that make a data encryption key.
type DekRequest struct {
	Subject string `json:"subject,omitempty"`
	// Version 0 is 1.
	Version int `json:"version,omitempty"`
	// Algorithm "" is AES256_GCM.
	Algorithm            string `json:"algorithm,omitempty"`
	EncryptedKeyMaterial string `json:"encryptedKeyMaterial,omitempty"`
	// Deleted makes it soft-deleted from the start.
	Deleted bool `json:"deleted,omitempty"`
}

// DekName names a data encryption key with all its versions.
type DekName struct {
	Kek, Subject string
	// Algorithm "" is AES256_GCM.
	Algorithm string
}

func (n DekName) path(rest ...string) []string {
	return kekPath(append([]string{n.Kek, "deks", subjectSegment(n.Subject)}, rest...)...)
}

func (n DekName) query() query { return query{}.text("algorithm", n.Algorithm) }

// DekSubjects lists the subjects with data encryption keys under a key
// encryption key.
func (c *Client) DekSubjects(ctx context.Context, kek string, deleted bool) ([]string, error) {
	var subjects []string
	err := c.json(ctx, get(query{}.flag("deleted", deleted), kekPath(kek, "deks")...), &subjects)
	return subjects, err
}

// DekVersions lists the versions of a data encryption key, ascending.
func (c *Client) DekVersions(ctx context.Context, name DekName, deleted bool) ([]int, error) {
	var versions []int
	err := c.json(ctx, get(name.query().flag("deleted", deleted), name.path("versions")...), &versions)
	return versions, err
}

// Dek reads a version of a data encryption key; see Latest. One that is not
// there gives an *Error for which NotFound holds.
func (c *Client) Dek(ctx context.Context, name DekName, version int, deleted bool) (Dek, error) {
	var out Dek
	err := c.json(ctx, get(name.query().flag("deleted", deleted), name.path("versions", versionSegment(version))...), &out)
	return out, err
}

// CreateDek adds a version of a data encryption key, or undeletes its twin;
// rewrap replaces the key material of one that exists, which otherwise gives
// an *Error with CodeKeyExists.
func (c *Client) CreateDek(ctx context.Context, kek string, req DekRequest, rewrap bool) (Dek, error) {
	name := DekName{Kek: kek, Subject: req.Subject}
	call := post(query{}.flag("rewrap", rewrap), req, name.path()...)
	call.once = !rewrap // the second answer would be that it exists
	var out Dek
	err := c.json(ctx, call, &out)
	return out, err
}

// DeleteDeks deletes all versions of a data encryption key. Permanent destroys
// what is soft-deleted: what it encrypted is lost.
func (c *Client) DeleteDeks(ctx context.Context, name DekName, permanent bool) error {
	return c.json(ctx, remove(name.query().flag("permanent", permanent), name.path()...), nil)
}

// DeleteDek deletes one version, as DeleteDeks does all.
func (c *Client) DeleteDek(ctx context.Context, name DekName, version int, permanent bool) error {
	q := name.query().flag("permanent", permanent)
	return c.json(ctx, remove(q, name.path("versions", versionSegment(version))...), nil)
}

// UndeleteDeks takes the soft deletion of all versions back.
func (c *Client) UndeleteDeks(ctx context.Context, name DekName) error {
	return c.json(ctx, post(name.query(), nil, name.path("undelete")...), nil)
}

// UndeleteDek takes the soft deletion of one version back.
func (c *Client) UndeleteDek(ctx context.Context, name DekName, version int) error {
	return c.json(ctx, post(name.query(), nil, name.path("versions", versionSegment(version), "undelete")...), nil)
}
