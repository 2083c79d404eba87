package contracts

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Version is a semantic version (semver.org 2.0.0) without build metadata.
type Version struct {
	Major, Minor, Patch uint64
	// Pre is what follows the hyphen: "rc.1".
	Pre string
}

var versionForm = regexp.MustCompile(
	`^(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$`)

// ParseVersion reads a semantic version: "1.4.2", "2.0.0-rc.1".
func ParseVersion(text string) (Version, error) {
	m := versionForm.FindStringSubmatch(text)
	if m == nil {
		return Version{}, fmt.Errorf("%q is no semantic version: write three numbers, as in 1.0.0", text)
	}
	v := Version{Pre: m[4]}
	for i, part := range []*uint64{&v.Major, &v.Minor, &v.Patch} {
		n, err := strconv.ParseUint(m[i+1], 10, 64)
		if err != nil {
			return Version{}, fmt.Errorf("version %q: %w", text, err)
		}
		*part = n
	}
	return v, nil
}

// String prints the version as ParseVersion reads it.
func (v Version) String() string {
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	if v.Pre != "" {
		s += "-" + v.Pre
	}
	return s
}

// Compare orders versions by their precedence: negative if v comes before o.
func (v Version) Compare(o Version) int {
	return cmp.Or(
		cmp.Compare(v.Major, o.Major), cmp.Compare(v.Minor, o.Minor), cmp.Compare(v.Patch, o.Patch),
		comparePre(v.Pre, o.Pre),
	)
}

// comparePre orders pre-releases: none comes after any, numbers before words.
func comparePre(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		if c := compareIdentifier(as[i], bs[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}

func compareIdentifier(a, b string) int {
	aNumber, bNumber := isDigits(a), isDigits(b)
	switch {
	case aNumber && bNumber:
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	case aNumber:
		return -1
	case bNumber:
		return 1
	}
	return cmp.Compare(a, b)
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// Level is how much of a version a change raises, or has to.
type Level uint8

// The levels, least first.
const (
	NoBump Level = iota
	PatchBump
	MinorBump
	MajorBump
)

// String names a level: "none", "patch", "minor", "major".
func (l Level) String() string {
	return [...]string{"none", "patch", "minor", "major"}[min(l, MajorBump)]
}

// MarshalText is String.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// LevelTo is what a step from v to next announces. Before 1.0.0 the second
// number announces what the first does later, and the third the rest. A
// pre-release promises nothing, so any version after it may break it. A step
// back announces nothing.
func (v Version) LevelTo(next Version) Level {
	early := v.Major == 0
	switch {
	case next.Compare(v) <= 0:
		return NoBump
	case v.Pre != "", next.Major > v.Major, early && next.Minor > v.Minor:
		return MajorBump
	case next.Minor > v.Minor, early:
		return MinorBump
	}
	return PatchBump
}

// Raise is the smallest version after v that announces a change of a level.
func (v Version) Raise(l Level) Version {
	if l == NoBump {
		return v
	}
	if v.Pre != "" {
		v.Pre = ""
		return v
	}
	switch early := v.Major == 0; {
	case l == MajorBump && !early:
		return Version{Major: v.Major + 1}
	case l == MajorBump, l == MinorBump && !early:
		return Version{Major: v.Major, Minor: v.Minor + 1}
	}
	return Version{Major: v.Major, Minor: v.Minor, Patch: v.Patch + 1}
}
