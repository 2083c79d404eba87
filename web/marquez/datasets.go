package marquez

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/lineage"
)

// dataset is what Marquez tells of one. Lists and graphs tell what the graph
// knows; facets and versions are for the answer of one dataset.
type dataset struct {
	ID                 lineage.ID     `json:"id"`
	Type               string         `json:"type"`
	Name               string         `json:"name"`
	PhysicalName       string         `json:"physicalName"`
	CreatedAt          time.Time      `json:"createdAt"`
	UpdatedAt          time.Time      `json:"updatedAt"`
	Namespace          string         `json:"namespace"`
	SourceName         string         `json:"sourceName"`
	Fields             []field        `json:"fields"`
	Tags               []string       `json:"tags"`
	LastModifiedAt     *time.Time     `json:"lastModifiedAt"`
	LastLifecycleState string         `json:"lastLifecycleState"`
	Description        *string        `json:"description"`
	CurrentVersion     *string        `json:"currentVersion"`
	ColumnLineage      []fieldOrigins `json:"columnLineage"`
	Facets             facets         `json:"facets"`
	Deleted            bool           `json:"deleted"`
	// FieldsLeft is how many fields are not listed; only Accord says it.
	FieldsLeft int `json:"fieldsLeft,omitempty"`
}

// field is one of a dataset's.
type field struct {
	Name        string   `json:"name"`
	Type        *string  `json:"type"`
	Tags        []string `json:"tags"`
	Description *string  `json:"description"`
}

type datasetList struct {
	Datasets   []dataset `json:"datasets"`
	TotalCount int       `json:"totalCount"`
}

// maxListed is how many fields of a dataset, or datasets on either side of a job,
// are listed where it is one of many.
const maxListed = 100

// The types of datasets that Marquez has.
const (
	tableType  = "DB_TABLE"
	streamType = "STREAM"
)

// streams are the schemes of namespaces that hold streams.
var streams = []string{"kafka", "pulsar", "kinesis", "pubsub", "eventhub", "rabbitmq", "mqtt", "nats"}

func datasetType(info lineage.NodeInfo) string {
	scheme, _, _ := strings.Cut(info.Namespace, ":")
	switch kind := strings.ToUpper(info.DatasetType); {
	case kind == "TOPIC" || kind == streamType:
		return streamType
	case kind == "" && (slices.Contains(streams, scheme) || strings.HasPrefix(info.Namespace, "arn:aws:kinesis:")):
		return streamType
	}
	return tableType
}

// datasetOf tells what the graph knows of a dataset, and of so many of its
// fields.
func datasetOf(info lineage.NodeInfo, fields int) dataset {
	d := dataset{
		ID: info.ID, Type: datasetType(info), Name: info.Name, PhysicalName: info.Name, Namespace: info.Namespace, SourceName: info.Namespace,
		CreatedAt: info.First, UpdatedAt: info.Last, Description: optional(info.Description),
		Fields: []field{}, Tags: tagNames(info.Tags, ""), Facets: facets{}, FieldsLeft: info.FieldsLeft + max(0, len(info.Fields)-fields),
	}
	for _, path := range info.Fields[:min(fields, len(info.Fields))] {
		d.Fields = append(d.Fields, field{Name: path, Tags: tagNames(info.Tags, path)})
	}
	return d
}

// schemaFacet is the part of OpenLineage's facet that counts here.
type schemaFacet struct {
	Fields []schemaField `json:"fields"`
}

type schemaField struct {
	Name        string        `json:"name"`
	Type        string        `json:"type"`
	Description string        `json:"description"`
	Fields      []schemaField `json:"fields"`
}

// describe adds the fields of a schema facet. Fields that only lineage knows
// are kept: an event need not tell both.
func (d *dataset) describe(said facets, tags []lineage.Tag) {
	var schema schemaFacet
	said.read("schema", &schema)
	var all []field
	for _, f := range schema.Fields {
		all = append(all, field{Name: f.Name, Type: optional(f.Type), Description: optional(f.Description), Tags: tagNames(tags, f.Name)})
	}
	types := schema.types()
	for _, f := range d.Fields {
		if _, ok := types[f.Name]; !ok {
			all = append(all, f)
		}
	}
	if all != nil {
		d.Fields = all
	}
}

// types are those of all fields by their paths, nested ones too.
func (s schemaFacet) types() map[string]string {
	out := map[string]string{}
	var add func(prefix string, fields []schemaField)
	add = func(prefix string, fields []schemaField) {
		for _, f := range fields {
			out[prefix+f.Name] = f.Type
			add(prefix+f.Name+".", f.Fields)
		}
	}
	add("", s.Fields)
	return out
}

func (h *Handler) datasets(r *http.Request) (any, error) {
	p, err := readPage(r)
	if err != nil {
		return nil, err
	}
	v := h.reader()
	nodes, total, err := v.listed(r, lineage.DatasetNode, p)
	if err != nil {
		return nil, err
	}
	list := datasetList{[]dataset{}, total}
	for _, n := range nodes {
		if info, ok := v.graph.Node(n); ok {
			list.Datasets = append(list.Datasets, datasetOf(info, maxListed))
		}
	}
	return list, nil
}

func (h *Handler) dataset(r *http.Request) (any, error) {
	v := h.reader()
	info, err := v.node(r, lineage.DatasetNode)
	if err != nil {
		return nil, err
	}
	return v.dataset(r.Context(), info)
}

// dataset tells all of one dataset.
func (v reader) dataset(ctx context.Context, info lineage.NodeInfo) (dataset, error) {
	d, err := v.described(ctx, info)
	if err != nil {
		return d, err
	}
	writes, _, err := v.writes(ctx, info, 1)
	if err != nil {
		return d, err
	}
	if d.CurrentVersion = optional(versionOf(info.Node)); len(writes) > 0 {
		d.CurrentVersion = optional(writes[0].version(info.Node))
		d.LastModifiedAt = optionalTime(writes[0].Last)
	}
	return d, nil
}

// described tells of a dataset what its runs need not be asked for.
func (v reader) described(ctx context.Context, info lineage.NodeInfo) (dataset, error) {
	d := datasetOf(info, lineage.MaxFields)
	said, err := v.facets(ctx, info)
	if err != nil {
		return d, err
	}
	d.Facets = said
	d.describe(said, info.Tags)
	var change struct {
		State string `json:"lifecycleStateChange"`
	}
	said.read("lifecycleStateChange", &change)
	d.LastLifecycleState = strings.ToUpper(change.State)
	d.Deleted = d.LastLifecycleState == "DROP"
	d.ColumnLineage = v.fieldOrigins(info)
	return d, nil
}
