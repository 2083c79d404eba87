package contracts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"github.com/accordhq/accord/contracts/odcs"
	"github.com/accordhq/accord/schema/finding"
)

// versions judges whether the contract's version announces what changed. Where
// something broke, the findings of the breaks say which version announces it,
// and here nothing is said.
//
// A contract that stays as it is beside a schema that gains a field gets a
// warning alone: a producer who registers a schema sends no contract.
func (j *judge) versions() {
	b, c := j.Before, j.Contract
	if b == nil || b.Version == (Version{}) || c.Version == (Version{}) {
		return
	}
	if c.Version.Compare(b.Version) < 0 {
		j.version(finding.Finding{
			Code: codeBackwards, Severity: finding.Error,
			Message: fmt.Sprintf("the contract's version went back from %s to %s", b.Version, c.Version),
			Hint:    fmt.Sprintf("set version: %s", j.fitting().Version),
		})
		return
	}
	r, step, same := j.fitting(), b.Version.LevelTo(c.Version), b.says(c)
	switch {
	case step >= r.Level, r.Level == MajorBump:
	case step == NoBump && !same:
		j.version(finding.Finding{
			Code: codeUnchanged, Severity: finding.Error,
			Message:  fmt.Sprintf("the contract changed and its version is still %s", c.Version),
			Hint:     fmt.Sprintf("set version: %s, a %s bump", r.Version, r.Level),
			Evidence: firsts(r.Reasons),
		})
	default:
		f := finding.Finding{
			Code: codeBump, Severity: finding.Error,
			Message:  fmt.Sprintf("the change is a %s one, and the contract's version went from %s to %s", r.Level, b.Version, c.Version),
			Hint:     fmt.Sprintf("set version: %s", r.Version),
			Evidence: firsts(r.Reasons),
		}
		if step == NoBump {
			f.Message = fmt.Sprintf("the schema changed, and the contract's version is still %s", c.Version)
			f.Severity = finding.Warning
			if r.Level == PatchBump {
				f.Severity = finding.Info
			}
		}
		j.version(f)
	}
}

// version adds a finding about the version: none counts while nothing is
// promised.
func (j *judge) version(f finding.Finding) {
	f.Severity = weaker(f.Severity, j.before.breaks)
	j.add(j.inContract(f, "version"))
}

func firsts(reasons []string) []string {
	if more := len(reasons) - maxListed; more > 0 {
		return append(slices.Clone(reasons[:maxListed]), fmt.Sprintf("and %d more", more))
	}
	return reasons
}

// content is what a document says, as trees without what does not count:
// version and status, layout and comments, and where the registry is.
type content struct {
	// rest is all but the schema objects.
	rest    map[string]any
	objects []any
}

// says reports whether two contracts say the same of their stream.
func (c *Contract) says(other *Contract) bool {
	if c.Document == other.Document || bytes.Equal(c.Document.Bytes(), other.Document.Bytes()) {
		return true
	}
	one, two := c.content(), other.content()
	return reflect.DeepEqual(one.rest, two.rest) &&
		reflect.DeepEqual(one.objects[c.Stream.Object], two.objects[other.Stream.Object])
}

func contentOf(doc *odcs.Document) content {
	out := content{objects: make([]any, len(doc.Schema))}
	text, err := doc.MarshalJSON()
	if err != nil {
		return out // never: see MarshalJSON
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&out.rest) != nil {
		return out // never: it is JSON of a mapping
	}
	objects, _ := out.rest["schema"].([]any)
	// A document that is not valid may have schema objects that are none.
	objects = slices.DeleteFunc(objects, func(o any) bool { _, ok := o.(map[string]any); return !ok })
	for i := range min(len(objects), len(out.objects)) {
		out.objects[i] = withoutRegistry(objects[i])
	}
	for _, key := range []string{"schema", "version", "status", "contractCreatedTs"} {
		delete(out.rest, key)
	}
	return out
}

// withoutRegistry takes the links to a registry out of a schema object: apply
// writes them.
func withoutRegistry(object any) any {
	members, _ := object.(map[string]any)
	definitions, listed := members["authoritativeDefinitions"].([]any)
	if !listed {
		return object
	}
	definitions = slices.DeleteFunc(definitions, func(d any) bool {
		definition, _ := d.(map[string]any)
		link, _ := definition["url"].(string)
		return definition["type"] == odcs.Implementation && registryURL.MatchString(link)
	})
	members["authoritativeDefinitions"] = definitions
	if len(definitions) == 0 {
		delete(members, "authoritativeDefinitions")
	}
	return members
}

// registryURL is the URL of a subject in a registry.
var registryURL = regexp.MustCompile(`^https?://[^?#]*/subjects/`)
