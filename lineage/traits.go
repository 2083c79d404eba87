package lineage

import (
	"encoding/json"
	"slices"
)

// traits are what the facets of a node say that the graph has a use for.
type traits struct {
	owners      []string
	description string
	datasetType string
	jobType     JobType
	tags        []Tag
	accord      map[string]json.RawMessage // Accord's own
}

// traitsOf reads the facets of all names of a vertex. Of each facet the one said
// last stands; one that cannot be read says nothing.
func (b *builder) traitsOf(v *vertex) traits {
	standing := map[string]facet{}
	for _, i := range v.names {
		s := b.names.at(i).said
		if s == nil {
			continue
		}
		for _, f := range s.facets {
			if known, ok := standing[f.name]; !ok || f.compare(known) > 0 {
				standing[f.name] = f
			}
		}
	}
	var t traits
	for name, f := range standing {
		t.read(name, f.body)
	}
	return t
}

// read takes one facet (OpenLineage: OwnershipJobFacet, DocumentationJobFacet,
// JobTypeJobFacet, DatasetTypeDatasetFacet, TagsDatasetFacet and their like).
func (t *traits) read(name string, body []byte) {
	if len(body) == 0 {
		return
	}
	switch name {
	case "ownership":
		t.owners = ownersOf(body)
	case "documentation":
		var f struct{ Description string }
		_ = json.Unmarshal(body, &f) // what is no such facet says nothing
		t.description = f.Description
	case "jobType":
		_ = json.Unmarshal(body, &t.jobType)
	case "datasetType":
		var f struct{ DatasetType string }
		_ = json.Unmarshal(body, &f)
		t.datasetType = f.DatasetType
	case "tags":
		var f struct{ Tags []Tag }
		_ = json.Unmarshal(body, &f)
		t.tags = f.Tags
	default:
		if t.accord == nil {
			t.accord = map[string]json.RawMessage{}
		}
		t.accord[name] = body
	}
}

func ownersOf(body []byte) []string {
	var f struct{ Owners []struct{ Name string } }
	_ = json.Unmarshal(body, &f)
	var owners []string
	for _, o := range f.Owners {
		if o.Name != "" && !slices.Contains(owners, o.Name) {
			owners = append(owners, o.Name)
		}
	}
	return owners
}

func (t traits) isZero() bool {
	return t.owners == nil && t.description == "" && t.datasetType == "" && t.jobType == JobType{} && t.tags == nil && t.accord == nil
}
