package schema

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// GUID names a content: the same text, references, metadata and rules have the
// same GUID in every registry (registry API 2.1).
type GUID [16]byte

// String prints the GUID in the 8-4-4-4-12 form.
func (g GUID) String() string {
	var b [36]byte
	for i, at := range []struct{ from, to, pos int }{{0, 4, 0}, {4, 6, 9}, {6, 8, 14}, {8, 10, 19}, {10, 16, 24}} {
		hex.Encode(b[at.pos:], g[at.from:at.to])
		if i > 0 {
			b[at.pos-1] = '-'
		}
	}
	return string(b[:])
}

// ParseGUID reads a GUID with or without hyphens.
func ParseGUID(s string) (GUID, error) {
	var g GUID
	digits := strings.ReplaceAll(s, "-", "")
	if n, err := hex.Decode(g[:], []byte(digits)); err != nil || n != len(g) || len(digits) != 2*len(g) {
		return GUID{}, fmt.Errorf("%q is not a GUID: want 32 hexadecimal digits, with or without hyphens", s)
	}
	return g, nil
}

// MarshalText prints the GUID in JSON and logs.
func (g GUID) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (g *GUID) UnmarshalText(text []byte) error {
	parsed, err := ParseGUID(string(text))
	if err == nil {
		*g = parsed
	}
	return err
}

// ContentGUID hashes a content the way Confluent does: MD5 over the canonical
// text, the references in order (name, subject, big-endian version), metadata
// and rule set. The language is not part of it.
func ContentGUID(canonical string, refs []Reference, m *Metadata, r *RuleSet) GUID {
	h := md5.New()
	write := func(parts ...string) {
		for _, p := range parts {
			_, _ = io.WriteString(h, p)
		}
	}
	write(canonical)
	for _, ref := range refs {
		write(ref.Name, ref.Subject)
		_ = binary.Write(h, binary.BigEndian, int32(ref.Version)) //nolint:gosec // versions are below 2^31
	}
	if m != nil {
		write("\x01")
		for _, path := range slices.Sorted(maps.Keys(m.Tags)) {
			write(path)
			write(sortedSet(m.Tags[path])...)
		}
		for _, key := range slices.Sorted(maps.Keys(m.Properties)) {
			write(key, m.Properties[key])
		}
		write(sortedSet(m.Sensitive)...)
	}
	if r != nil {
		write("\x01")
		for _, rule := range r.all() {
			write(rule.Name, rule.Doc, rule.Kind, rule.Mode, rule.Type)
			write(sortedSet(rule.Tags)...)
			for _, key := range slices.Sorted(maps.Keys(rule.Params)) {
				write(key, rule.Params[key])
			}
			write(rule.Expr, rule.OnSuccess, rule.OnFailure)
			if rule.Disabled {
				write("\x01")
			}
		}
		write(r.EnableAt)
	}
	return GUID(h.Sum(nil))
}
