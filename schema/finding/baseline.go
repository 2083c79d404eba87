package finding

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Key names a finding across runs: which rule has something to say of which
// element, whatever line the element stands on and whatever the words are.
type Key struct {
	Code    Code   `json:"code"`
	Subject string `json:"subject,omitempty"`
	Path    string `json:"path,omitempty"`
}

// Key is the finding's name across runs.
func (f Finding) Key() Key { return Key{f.Code, f.Subject, f.Path} }

func (k Key) compare(other Key) int {
	return cmp.Or(
		cmp.Compare(k.Subject, other.Subject),
		cmp.Compare(k.Path, other.Path),
		cmp.Compare(k.Code, other.Code),
	)
}

// Baseline is the debt that existed when governance began: what it covers is
// shown and blocks nothing, what is new counts (design, section 4). The zero
// Baseline is empty; a Baseline never changes. Its JSON form is the array of
// its keys, sorted.
type Baseline struct{ keys map[Key]bool }

// NewBaseline makes a baseline of keys. Keys of changes are left out: a change
// is never old debt.
func NewBaseline(keys ...Key) Baseline {
	b := Baseline{make(map[Key]bool, len(keys))}
	for _, k := range keys {
		if !k.Code.OfChange() {
			b.keys[k] = true
		}
	}
	return b
}

// BaselineOf makes the baseline that covers the given findings, save those of
// changes and those that an exemption tolerates: when it expires, they are due.
func BaselineOf(fs []Finding) Baseline {
	var keys []Key
	for _, f := range fs {
		if f.Tolerated != nil && f.Tolerated.By == ByExemption {
			continue
		}
		for _, path := range f.paths() {
			keys = append(keys, Key{f.Code, f.Subject, path})
		}
	}
	return NewBaseline(keys...)
}

// Covers reports whether the baseline holds the finding, at any of its paths:
// a type that is used in one more place owes no more than before.
func (b Baseline) Covers(f Finding) bool {
	return slices.ContainsFunc(f.paths(), func(path string) bool {
		return b.keys[Key{f.Code, f.Subject, path}]
	})
}

// Keys lists the baseline by subject, path and code.
func (b Baseline) Keys() []Key {
	return slices.SortedFunc(maps.Keys(b.keys), Key.compare)
}

// MarshalJSON writes the sorted keys.
func (b Baseline) MarshalJSON() ([]byte, error) {
	keys := b.Keys()
	if keys == nil {
		keys = []Key{}
	}
	data, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("write baseline: %w", err)
	}
	return data, nil
}

// UnmarshalJSON reads an array of keys.
func (b *Baseline) UnmarshalJSON(data []byte) error {
	var keys []Key
	if err := json.Unmarshal(data, &keys); err != nil {
		return fmt.Errorf("read baseline: expected a list of {code, subject, path}: %w", err)
	}
	for i, k := range keys {
		if k.Code == "" {
			return fmt.Errorf("read baseline: entry %d has no code", i+1)
		}
	}
	*b = NewBaseline(keys...)
	return nil
}
