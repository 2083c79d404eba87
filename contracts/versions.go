package contracts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
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

// says reports whether two contracts say the same of their stream. What does not
// count: version and status, layout and comments, where the registry is, and the
// other streams of the document.
func (c *Contract) says(other *Contract) bool {
	if c.Document == other.Document || bytes.Equal(c.Document.Bytes(), other.Document.Bytes()) {
		return true
	}
	return reflect.DeepEqual(c.content(), other.content())
}

// content is the document as a tree, without what does not count.
func (c *Contract) content() map[string]any {
	text, err := c.Document.MarshalJSON()
	if err != nil {
		return nil // never: see MarshalJSON
	}
	var tree map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&tree) != nil {
		return nil // never: it is JSON of a mapping
	}
	for _, key := range []string{"version", "status", "contractCreatedTs"} {
		delete(tree, key)
	}
	if objects, ok := tree["schema"].([]any); ok && c.Stream.Object < len(objects) {
		tree["schema"] = withoutRegistry(objects[c.Stream.Object], c.Stream.RegistryURL)
	}
	return tree
}

// withoutRegistry takes the link to a registry out of a schema object: apply
// writes it.
func withoutRegistry(object any, url string) any {
	members, ok := object.(map[string]any)
	definitions, listed := members["authoritativeDefinitions"].([]any)
	if !ok || !listed {
		return object
	}
	definitions = slices.DeleteFunc(definitions, func(d any) bool {
		definition, _ := d.(map[string]any)
		return definition["type"] == odcs.Implementation && definition["url"] == url
	})
	members["authoritativeDefinitions"] = definitions
	if len(definitions) == 0 {
		delete(members, "authoritativeDefinitions")
	}
	return members
}
