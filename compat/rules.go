package compat

import (
	"context"
	"fmt"
	"strings"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
	"github.com/accordhq/accord/schema/protobuf"
)

// Rules is a set of checks that a Protobuf subject can ask for beside its
// Level, named as buf names the categories of its breaking rules (compatibility
// reference 3.7, 3.8). It is a setting of its own and never a Level, because a
// client that reads a level must find a name it knows.
type Rules string

// The sets of rules. Each of FileRules and PackageRules is stricter than
// WireJSONRules, and that is stricter than WireRules.
const (
	NoRules Rules = "NONE"
	// WireRules keep binary data readable both ways.
	WireRules Rules = "WIRE"
	// WireJSONRules keep the JSON form readable too.
	WireJSONRules Rules = "WIRE_JSON"
	// PackageRules keep generated code compiling where types may move between
	// the files of a package.
	PackageRules Rules = "PACKAGE"
	// FileRules keep generated code compiling where every file counts.
	FileRules Rules = "FILE"
)

// RuleSets lists all sets of rules, weakest first.
func RuleSets() []Rules {
	return []Rules{NoRules, WireRules, WireJSONRules, PackageRules, FileRules}
}

// ParseRules reads the name of a set of rules in any case; "" is NoRules.
func ParseRules(s string) (Rules, bool) {
	if s == "" {
		return NoRules, true
	}
	for _, r := range RuleSets() {
		if strings.EqualFold(s, string(r)) {
			return r, true
		}
	}
	return "", false
}

// CheckRules says where the change from old to next breaks a rule of the set.
// Every finding is an error with the code "PROTO_" and the rule's name; its
// Path is Confluent's path of the element without the package ("#/Order/3",
// "#/Kind/1", "#/Service/Method", "#/" for the file), and File names the
// reference that holds it, "" for the schema itself. The rules know no direction: they go from
// the previous schema to the next whatever the level is.
//
// A set of rules means something for Protobuf alone; schemas of another
// language are an error unless the set is NoRules. A change that takes too
// many steps to judge is ErrTooComplex.
func CheckRules(ctx context.Context, rules Rules, old, next schema.Parsed) ([]finding.Finding, error) {
	set, ok := ParseRules(string(rules))
	if !ok {
		return nil, fmt.Errorf("%q is not a set of rules: use one of %v", rules, RuleSets())
	}
	if set == NoRules {
		return nil, ctx.Err()
	}
	o, oldOK := old.(*protobuf.File)
	n, nextOK := next.(*protobuf.File)
	if !oldOK || !nextOK {
		return nil, fmt.Errorf("rules %s are for PROTOBUF schemas and cannot judge a change from %s to %s: set the subject's rules to NONE", set, old.Format(), next.Format())
	}
	return checkProtoRules(ctx, set, o, n)
}
