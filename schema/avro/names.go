package avro

import (
	"fmt"
	"strings"
)

// nameTable holds the named types known so far by full name.
type nameTable map[string]*Type

func joinName(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "." + name
}

// splitName separates a name from its namespace. A dotted name is a full name
// and ignores the namespace it is written in.
func splitName(name, enclosing string) (namespace, simple string) {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return name[:dot], name[dot+1:]
	}
	return enclosing, name
}

// find looks a name up as Java does: in the namespace it is used in, then as it
// is written. The full name is returned in both cases.
func (t nameTable) find(name, namespace string) (*Type, string) {
	full := name
	if !strings.Contains(name, ".") {
		full = joinName(namespace, name)
	}
	if known := t[full]; known != nil {
		return known, full
	}
	return t[name], full
}

// checkName applies the specification's rule for one part of a name.
func checkName(name string) error {
	if name == "" {
		return fmt.Errorf("name is empty")
	}
	for i, c := range []byte(name) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return fmt.Errorf("name %q must start with a letter or _ and hold only letters, digits and _", name)
		}
	}
	return nil
}

func checkNamespace(namespace string) error {
	if namespace == "" {
		return nil
	}
	for part := range strings.SplitSeq(namespace, ".") {
		if err := checkName(part); err != nil {
			return fmt.Errorf("namespace %q: %w", namespace, err)
		}
	}
	return nil
}

// shortName is how a full name is written inside a namespace. A name that is
// also a type's keyword always needs its namespace.
func shortName(namespace, name, enclosing string) string {
	if namespace == "" || namespace != enclosing || isKeyword(name) {
		return joinName(namespace, name)
	}
	return name
}

func isKeyword(name string) bool {
	for _, k := range kindNames {
		if k == name {
			return true
		}
	}
	return false
}
