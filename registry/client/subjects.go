package client

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// Subjects are named as the registry prints them: "orders-value" in the
// default context, ":.eu:orders-value" in another.

// Latest stands for the newest active version wherever a version is asked for.
const Latest = -1

// SubjectsOptions select subjects.
type SubjectsOptions struct {
	// Prefix is the start of the name; "" and ":*:" span all contexts, ":.eu:"
	// is one of them.
	Prefix string
	// Deleted adds soft-deleted subjects, DeletedOnly leaves out all others.
	Deleted, DeletedOnly bool
	// Offset and Limit page the answer; Limit 0 is the server's limit.
	Offset, Limit int
}

// Subjects lists subjects by name.
func (c *Client) Subjects(ctx context.Context, opts SubjectsOptions) ([]string, error) {
	q := query{}.text("subjectPrefix", opts.Prefix).flag("deleted", opts.Deleted).
		flag("deletedOnly", opts.DeletedOnly).page(opts.Offset, opts.Limit)
	var names []string
	err := c.json(ctx, get(q, "subjects"), &names)
	return names, err
}

// VersionsOptions select the versions of a subject.
type VersionsOptions struct {
	// Deleted adds soft-deleted versions, DeletedOnly leaves out all others.
	Deleted, DeletedOnly bool
	// DeletedAsNegative lists all versions, soft-deleted ones as negative
	// numbers, and wins over the other two.
	DeletedAsNegative bool
}

// Versions lists a subject's version numbers, ascending.
func (c *Client) Versions(ctx context.Context, subject string, opts VersionsOptions) ([]int, error) {
	q := query{}.flag("deleted", opts.Deleted).flag("deletedOnly", opts.DeletedOnly).
		flag("deletedAsNegative", opts.DeletedAsNegative)
	var versions []int
	err := c.json(ctx, get(q, "subjects", subjectSegment(subject), "versions"), &versions)
	return versions, err
}

// ReadOptions say how a schema is found and printed.
type ReadOptions struct {
	// Deleted also finds soft-deleted versions.
	Deleted bool
	// Format is "resolved" for Avro, "serialized" or "ignore_extensions" for
	// Protobuf; "" is the text as stored.
	Format string
	// ReferenceFormat "qualified" prints the subjects of references with their
	// context.
	ReferenceFormat string
	// FindTags asks for the elements that carry one of these inline tags; "*"
	// is any.
	FindTags []string
}

func (o ReadOptions) query() query {
	return query{}.flag("deleted", o.Deleted).text("format", o.Format).
		text("referenceFormat", o.ReferenceFormat).each("findTags", o.FindTags)
}

// Version reads one version of a subject; see Latest.
func (c *Client) Version(ctx context.Context, subject string, version int, opts ReadOptions) (Schema, error) {
	var s Schema
	err := c.json(ctx, get(opts.query(), versionPath(subject, version)...), &s)
	return s, err
}

// VersionText reads the text of one version of a subject, as it is.
func (c *Client) VersionText(ctx context.Context, subject string, version int, opts ReadOptions) (string, error) {
	body, err := c.text(ctx, get(opts.query(), append(versionPath(subject, version), "schema")...))
	return string(body), err
}

// LatestWith reads the newest version whose metadata properties hold all
// pairs.
func (c *Client) LatestWith(ctx context.Context, subject string, properties map[string]string, opts ReadOptions) (Schema, error) {
	q := opts.query()
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		q.each("key", []string{key}).each("value", []string{properties[key]})
	}
	var s Schema
	err := c.json(ctx, get(q, "subjects", subjectSegment(subject), "metadata"), &s)
	return s, err
}

// ReferencedBy lists the ids of schemas that refer to a version, of
// soft-deleted ones too where asked.
func (c *Client) ReferencedBy(ctx context.Context, subject string, version int, deleted bool) ([]int, error) {
	var ids []int
	err := c.json(ctx, get(query{}.flag("deleted", deleted), append(versionPath(subject, version), "referencedby")...), &ids)
	return ids, err
}

// RegisterOptions say how a schema is registered.
type RegisterOptions struct {
	// Normalize registers the normalised text.
	Normalize bool
	// Force skips the compatibility check; older servers ignore it.
	Force bool
	// Format is how the answer prints the schema; see ReadOptions.
	Format string
}

// Register adds a schema to a subject, or finds it there. Asking twice for the
// same schema gives the same answer, so the call is repeated like a read;
// requests that name a version or change tags are not.
func (c *Client) Register(ctx context.Context, subject string, req RegisterRequest, opts RegisterOptions) (RegisterResponse, error) {
	q := query{}.flag("normalize", opts.Normalize).flag("force", opts.Force).text("format", opts.Format)
	call := post(q, req, "subjects", subjectSegment(subject), "versions")
	call.once = req.Version != 0 || len(req.SchemaTagsToAdd)+len(req.SchemaTagsToRemove) > 0
	var out RegisterResponse
	err := c.json(ctx, call, &out)
	return out, err
}

// LookupOptions say how a schema is looked up.
type LookupOptions struct {
	// Normalize compares normalised texts.
	Normalize bool
	// Deleted also finds soft-deleted versions.
	Deleted bool
	// Format is how the answer prints the schema; see ReadOptions.
	Format string
}

// Lookup finds the version of a subject that holds a schema. One that is not
// there gives an *Error for which NotFound holds.
func (c *Client) Lookup(ctx context.Context, subject string, req RegisterRequest, opts LookupOptions) (Schema, error) {
	q := query{}.flag("normalize", opts.Normalize).flag("deleted", opts.Deleted).text("format", opts.Format)
	var s Schema
	err := c.json(ctx, post(q, req, "subjects", subjectSegment(subject)), &s)
	return s, err
}

// Tag adds a version that differs from an existing one in tags, metadata or
// rules.
func (c *Client) Tag(ctx context.Context, subject string, version int, req TagRequest) (RegisterResponse, error) {
	call := post(nil, req, append(versionPath(subject, version), "tags")...)
	call.once = true
	var out RegisterResponse
	err := c.json(ctx, call, &out)
	return out, err
}

// DeleteSubject deletes all versions of a subject and returns their numbers.
// Permanent removes for good what is soft-deleted.
func (c *Client) DeleteSubject(ctx context.Context, subject string, permanent bool) ([]int, error) {
	var versions []int
	err := c.json(ctx, remove(query{}.flag("permanent", permanent), "subjects", subjectSegment(subject)), &versions)
	return versions, err
}

// DeleteVersion deletes one version of a subject and returns its number.
// Permanent removes for good what is soft-deleted.
func (c *Client) DeleteVersion(ctx context.Context, subject string, version int, permanent bool) (int, error) {
	var number int
	err := c.json(ctx, remove(query{}.flag("permanent", permanent), versionPath(subject, version)...), &number)
	return number, err
}

func versionPath(subject string, version int) []string {
	return []string{"subjects", subjectSegment(subject), "versions", versionSegment(version)}
}

// versionSegment spells the latest version as every server knows it.
func versionSegment(version int) string {
	if version == Latest {
		return "latest"
	}
	return strconv.Itoa(version)
}

// subjectSegment names a subject in a path. The empty subject goes by its
// qualified name: an empty segment vanishes, and the call would mean another
// subject.
func subjectSegment(subject string) string {
	if subject == "" {
		return ":.:"
	}
	return subject
}

func get(q query, path ...string) call {
	return call{method: http.MethodGet, path: path, query: q}
}

func post(q query, body any, path ...string) call {
	return call{method: http.MethodPost, path: path, query: q, body: body}
}

func put(q query, body any, path ...string) call {
	return call{method: http.MethodPut, path: path, query: q, body: body}
}

// remove is not repeated once it may have run: the second answer would say
// that there is nothing to delete.
func remove(q query, path ...string) call {
	return call{method: http.MethodDelete, path: path, query: q, once: true}
}
