package odcs

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// The types of the authoritative definitions that lead to schemas. The standard
// has a word for the one of a schema object and none for that of its keys.
const (
	// Implementation leads to the schema of the values: its file beside the
	// contract, and its subject in a registry.
	Implementation = "implementation"
	// KeyImplementation leads to the file with the schema of the keys.
	KeyImplementation = "keyImplementation"
)

// The custom properties by which a schema object overrides the subjects that
// follow from its topic. A contract of one object may have them at its top.
const (
	SubjectProperty    = "subject"
	KeySubjectProperty = "keySubject"
)

// Stream is what a schema object describes: a subject of the registry, the
// topic behind it, and the file with the schema.
type Stream struct {
	// Object is the index of the schema object.
	Object int
	Place
	// Topic is the object's physicalName, "" if it has none.
	Topic string
	// Subject is the custom property subject, else "<topic>-value"; "" if
	// neither is known.
	Subject string
	// KeySubject is the custom property keySubject, else "<topic>-key"; "" if
	// neither is known. It lies in the context of Subject unless it names its
	// own. Whether it exists is for the registry to say.
	KeySubject string
	// SchemaFile is the url of the implementation that is a file, as written:
	// relative to the contract. "" if there is none.
	SchemaFile string
	// SchemaFileAt is where the url stands.
	SchemaFileAt schema.Position
	// KeyFile and KeyFileAt are the same for the schema of the keys.
	KeyFile   string
	KeyFileAt schema.Position
	// RegistryURL is the url of the implementation that leads to a registry,
	// "" if there is none.
	RegistryURL string
}

// Streams returns what the document's schema objects describe, in their order,
// and what keeps that from being one schema for one subject each.
func (d *Document) Streams() ([]Stream, []finding.Finding) {
	j := &judge{file: d.name}
	var out []Stream
	subjects := map[string]string{}
	for i, object := range d.Schema {
		s := Stream{Object: i, Place: object.Place, Topic: object.PhysicalName}
		s.Subject = j.subject(d, object, SubjectProperty, "-value")
		s.KeySubject = beside(s.Subject, j.subject(d, object, KeySubjectProperty, "-key"))
		j.implementations(d, object, &s)
		first, taken := subjects[s.Subject]
		switch {
		case s.Subject == "":
			j.fault(CodeNoTopic, object.Path, object.Position, fmt.Sprintf("the schema object %q names no topic", clip(object.Name)),
				"add the topic as physicalName")
		case taken:
			j.fault(CodeSubjectTwice, object.Path, object.Position, fmt.Sprintf("%s describes the subject %s, too", first, clip(s.Subject)),
				"give one of them its own: customProperties: [{property: subject, value: …}]")
		default:
			subjects[s.Subject] = object.Path
		}
		out = append(out, s)
	}
	return out, j.findings()
}

// subject is the subject a custom property names, else that of the topic.
func (j *judge) subject(d *Document, object Object, property, suffix string) string {
	custom, ok := object.CustomProperties.Named(property)
	if !ok && len(d.Schema) == 1 {
		custom, ok = d.CustomProperties.Named(property)
	}
	switch {
	case ok && custom.Value.Kind() == Text && strings.TrimSpace(custom.Value.Text()) != "":
		return custom.Value.Text()
	case ok:
		j.fault(CodeBadSubject, custom.Path+".value", custom.Position, fmt.Sprintf("the custom property %s names no subject", property),
			"write the subject as text, or remove the property to use <topic>"+suffix)
	}
	if object.PhysicalName == "" {
		return ""
	}
	return object.PhysicalName + suffix
}

// beside puts the subject of keys into the context of that of the values, where
// it names no context itself (registry API 2.7).
func beside(values, keys string) string {
	rest, qualified := strings.CutPrefix(values, ":.")
	context, _, whole := strings.Cut(rest, ":")
	if !qualified || !whole || context == "" || keys == "" || strings.HasPrefix(keys, ":.") {
		return keys
	}
	return ":." + context + ":" + keys
}

// implementations sorts an object's implementations into the files of values
// and keys and the registry's URL.
func (j *judge) implementations(d *Document, object Object, s *Stream) {
	for _, def := range object.AuthoritativeDefinitions {
		file, isFile := filePath(def.URL)
		switch {
		case def.Type == Implementation && isFile:
			j.schemaFile(d, def, file, &s.SchemaFile, &s.SchemaFileAt)
		case def.Type == KeyImplementation && isFile:
			j.schemaFile(d, def, file, &s.KeyFile, &s.KeyFileAt)
		case def.Type == Implementation && s.RegistryURL == "" && isRegistry(def.URL):
			s.RegistryURL = def.URL
		}
	}
}

// schemaFile notes the file that a definition names, unless another one did.
func (j *judge) schemaFile(d *Document, def Definition, file string, known *string, at *schema.Position) {
	place := d.Position(def.Path + ".url")
	switch {
	case *known == "":
		*known, *at = file, place
	case *known != file:
		j.fault(CodeSeveralSchemaFiles, def.Path+".url", place,
			fmt.Sprintf("%s is a second schema file of one schema object; the first is %s", clip(file), clip(*known)),
			"give other links another type, or describe the other schema in a schema object of its own")
	}
}

// filePath is the path a URL without a scheme is, or one of scheme file.
func filePath(link string) (string, bool) {
	if rest, ok := strings.CutPrefix(link, "file://"); ok {
		path, err := url.PathUnescape(rest)
		return path, err == nil && path != ""
	}
	if i := strings.IndexByte(link, ':'); i > 1 && !strings.ContainsAny(link[:i], "/\\.") {
		return "", false // one letter before the colon is a drive
	}
	return link, link != ""
}

// isRegistry reports whether a URL is that of a subject: its path has
// /subjects/ in it.
func isRegistry(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.Contains(u.Path, "/subjects/")
}
