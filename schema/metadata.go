package schema

import (
	"maps"
	"slices"
)

// VersionProperty is the metadata property that pins a schema to the version
// number it is registered under, and so lets a client compare and set.
const VersionProperty = "confluent:version"

// Metadata travels with a schema and is part of its identity. A nil *Metadata
// and an empty one have different GUIDs.
type Metadata struct {
	// Tags by path pattern ("**" any depth, "*" one level).
	Tags map[string][]string `json:"tags,omitempty"`
	// Properties are free strings; some keys mean something to some reader.
	Properties map[string]string `json:"properties,omitempty"`
	// Sensitive lists the properties whose values must not be shown.
	Sensitive []string `json:"sensitive,omitempty"`
}

// Clone returns a deep copy with sets sorted and without duplicates, as the
// registry stores it. It keeps nil nil.
func (m *Metadata) Clone() *Metadata {
	if m == nil {
		return nil
	}
	c := &Metadata{Properties: maps.Clone(m.Properties), Sensitive: sortedSet(m.Sensitive)}
	if m.Tags != nil {
		c.Tags = make(map[string][]string, len(m.Tags))
		for path, tags := range m.Tags {
			c.Tags[path] = sortedSet(tags)
		}
	}
	return c
}

// Equal compares by content; nil equals only nil.
func (m *Metadata) Equal(o *Metadata) bool {
	if m == nil || o == nil {
		return m == o
	}
	return maps.Equal(m.Properties, o.Properties) &&
		slices.Equal(sortedSet(m.Sensitive), sortedSet(o.Sensitive)) &&
		maps.EqualFunc(m.Tags, o.Tags, func(a, b []string) bool { return slices.Equal(sortedSet(a), sortedSet(b)) })
}

// Property returns a property's value, "" where there is none or m is nil.
func (m *Metadata) Property(key string) string {
	if m == nil {
		return ""
	}
	return m.Properties[key]
}

// WithProperty returns a copy of m (which may be nil) with one property set.
func (m *Metadata) WithProperty(key, value string) *Metadata {
	c := m.Clone()
	if c == nil {
		c = &Metadata{}
	}
	if c.Properties == nil {
		c.Properties = map[string]string{}
	}
	c.Properties[key] = value
	return c
}

// WithoutProperty returns m without a property: m itself if it has none.
func (m *Metadata) WithoutProperty(key string) *Metadata {
	if m == nil {
		return nil
	}
	if _, ok := m.Properties[key]; !ok {
		return m
	}
	c := m.Clone()
	delete(c.Properties, key)
	return c
}

// MergeMetadata lays the layers over one another, later ones winning per key;
// tags and properties merge by key, sensitive is a union. All nil gives nil.
func MergeMetadata(layers ...*Metadata) *Metadata {
	var out *Metadata
	for _, layer := range layers {
		switch {
		case layer == nil:
		case out == nil:
			out = layer.Clone()
		default:
			out.Tags = mergeMap(out.Tags, layer.Clone().Tags)
			out.Properties = mergeMap(out.Properties, layer.Properties)
			out.Sensitive = sortedSet(slices.Concat(out.Sensitive, layer.Sensitive))
		}
	}
	return out
}

func mergeMap[V any](under, over map[string]V) map[string]V {
	if under == nil {
		return maps.Clone(over)
	}
	maps.Copy(under, over)
	return under
}

func sortedSet(s []string) []string {
	if s == nil {
		return nil
	}
	c := slices.Clone(s)
	slices.Sort(c)
	return slices.Compact(c)
}
