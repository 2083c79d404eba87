package kafkascan

import (
	"slices"
	"strings"

	"github.com/accordhq/accord/lineage"
)

// directions are what operations of ACLs on a topic permit.
var directions = map[string][]lineage.Direction{
	"READ":  {lineage.Reads},
	"WRITE": {lineage.Writes},
	"ALL":   {lineage.Reads, lineage.Writes},
}

// everything is the name in an ACL that stands for all names.
const everything = "*"

// permissions are edges between topics and who is allowed to read or write
// them. A permission for all topics says nothing of any, and makes none.
func (f *facts) permissions() {
	var allowed, denied []ACL
	for _, a := range f.scan.ACLs {
		switch {
		case a.Resource != "TOPIC":
		case a.Deny:
			denied = append(denied, a)
		case a.Name != everything && a.Name != "" && !strings.HasSuffix(a.Principal, ":"+everything):
			allowed = append(allowed, a)
		}
	}
	for _, a := range allowed {
		for _, topic := range f.matching(a) {
			if slices.ContainsFunc(denied, func(d ACL) bool { return d.takesBack(a, topic) }) {
				continue
			}
			for _, direction := range directions[a.Operation] {
				f.edge(a.Principal, direction, topic, lineage.Permitted, lineage.Doubtful, permission(a), f.at)
			}
		}
	}
}

// matching are the topics that an ACL is about.
func (f *facts) matching(a ACL) []string {
	if !a.Prefixed {
		if f.streams[a.Name] {
			return []string{a.Name}
		}
		return nil
	}
	start, _ := slices.BinarySearchFunc(f.scan.Topics, a.Name, func(t Topic, name string) int { return strings.Compare(t.Name, name) })
	var names []string
	for _, t := range f.scan.Topics[start:] {
		if !strings.HasPrefix(t.Name, a.Name) {
			break
		}
		if !t.Internal {
			names = append(names, t.Name)
		}
	}
	return names
}

// takesBack reports whether an ACL that denies takes a permission back for a
// topic, wherever it is used from.
func (a ACL) takesBack(allowed ACL, topic string) bool {
	isOf := a.Name == topic || a.Name == everything || a.Prefixed && strings.HasPrefix(topic, a.Name)
	return isOf && a.Principal == allowed.Principal && a.Host == everything && (a.Operation == allowed.Operation || a.Operation == "ALL")
}

func permission(a ACL) string {
	if a.Prefixed {
		return "an ACL allows " + a.Operation + " on topics that begin with " + a.Name
	}
	return "an ACL allows " + a.Operation
}
