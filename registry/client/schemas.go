package client

import (
	"context"
	"iter"
	"strconv"

	"github.com/accordhq/accord/schema"
)

// schemasPage is how many schemas Schemas asks for at a time: the most that
// Confluent's registry gives by default.
const schemasPage = 1000

// SchemasOptions select versions over many subjects.
type SchemasOptions struct {
	// Prefix is the start of the subject; ":*:" spans all contexts, "" is the
	// default one.
	Prefix string
	// Aliases asks for the names that point to each subject.
	Aliases bool
	// Deleted adds soft-deleted versions.
	Deleted bool
	// LatestOnly leaves one version of each subject.
	LatestOnly bool
	// RuleType keeps schemas with a rule of the type.
	RuleType string
	// ResourceType, AssociationTypes and Lifecycles keep subjects that are
	// associated so; the lifecycle "NONE" those that are not associated.
	ResourceType                 string
	AssociationTypes, Lifecycles []string
	// Unparsed keeps those that an Accord imported although no parser takes
	// them; other registries ignore it.
	Unparsed bool
}

// Schemas yields the selected versions by subject and version, page by page as
// they are asked for. An error ends the sequence.
func (c *Client) Schemas(ctx context.Context, opts SchemasOptions) iter.Seq2[ListedSchema, error] {
	return func(yield func(ListedSchema, error) bool) {
		for offset := 0; ; {
			page, err := c.SchemasPage(ctx, opts, offset, schemasPage)
			if err != nil {
				yield(ListedSchema{}, err)
				return
			}
			// A short page is not the last: a server may allow less at a time.
			if len(page) == 0 {
				return
			}
			for _, s := range page {
				if !yield(s, nil) {
					return
				}
			}
			offset += len(page)
		}
	}
}

// SchemasPage reads one page of Schemas: at most limit versions after the
// first offset.
func (c *Client) SchemasPage(ctx context.Context, opts SchemasOptions, offset, limit int) ([]ListedSchema, error) {
	q := query{}.text("subjectPrefix", opts.Prefix).flag("aliases", opts.Aliases).flag("deleted", opts.Deleted).
		flag("latestOnly", opts.LatestOnly).text("ruleType", opts.RuleType).text("resourceType", opts.ResourceType).
		each("associationType", opts.AssociationTypes).each("lifecycle", opts.Lifecycles).
		flag("unparsed", opts.Unparsed).page(offset, limit)
	var page []ListedSchema
	err := c.json(ctx, get(q, "schemas"), &page)
	return page, err
}

// IDOptions say how a schema is found by id and printed. Format,
// ReferenceFormat and FindTags are those of ReadOptions.
type IDOptions struct {
	// Subject names who uses the id; ":.eu:" alone names a context. "" is the
	// default context.
	Subject                 string
	Format, ReferenceFormat string
	FindTags                []string
	// FetchMaxID asks for the highest id of the context.
	FetchMaxID bool
}

// SchemaByID reads the schema with an id, also when every version that uses it
// is soft-deleted.
func (c *Client) SchemaByID(ctx context.Context, id int, opts IDOptions) (SchemaString, error) {
	q := query{}.text("subject", opts.Subject).text("format", opts.Format).
		text("referenceFormat", opts.ReferenceFormat).each("findTags", opts.FindTags).flag("fetchMaxId", opts.FetchMaxID)
	var s SchemaString
	err := c.json(ctx, get(q, "schemas", "ids", strconv.Itoa(id)), &s)
	return s, err
}

// TextByID reads the text of the schema with an id, as it is. Subject and
// format are those of IDOptions.
func (c *Client) TextByID(ctx context.Context, id int, subject, format string) (string, error) {
	q := query{}.text("subject", subject).text("format", format)
	body, err := c.text(ctx, get(q, "schemas", "ids", strconv.Itoa(id), "schema"))
	return string(body), err
}

// SubjectsOfID lists the subjects that use an id.
func (c *Client) SubjectsOfID(ctx context.Context, id int, subject string, deleted bool) ([]string, error) {
	q := query{}.text("subject", subject).flag("deleted", deleted)
	var names []string
	err := c.json(ctx, get(q, "schemas", "ids", strconv.Itoa(id), "subjects"), &names)
	return names, err
}

// VersionsOfID lists the versions that use an id.
func (c *Client) VersionsOfID(ctx context.Context, id int, subject string, deleted bool) ([]SubjectVersion, error) {
	q := query{}.text("subject", subject).flag("deleted", deleted)
	var versions []SubjectVersion
	err := c.json(ctx, get(q, "schemas", "ids", strconv.Itoa(id), "versions"), &versions)
	return versions, err
}

// SchemaByGUID reads the schema with a GUID, in whatever context.
func (c *Client) SchemaByGUID(ctx context.Context, guid schema.GUID, format string) (SchemaString, error) {
	var s SchemaString
	err := c.json(ctx, get(query{}.text("format", format), "schemas", "guids", guid.String()), &s)
	return s, err
}

// IDsOfGUID lists the ids of a GUID by context; a GUID nobody knows has none.
func (c *Client) IDsOfGUID(ctx context.Context, guid schema.GUID) ([]ContextID, error) {
	var ids []ContextID
	err := c.json(ctx, get(nil, "schemas", "guids", guid.String(), "ids"), &ids)
	return ids, err
}

// SchemaTypes lists the languages the registry takes.
func (c *Client) SchemaTypes(ctx context.Context) ([]schema.Format, error) {
	var types []schema.Format
	err := c.json(ctx, get(nil, "schemas", "types"), &types)
	return types, err
}
