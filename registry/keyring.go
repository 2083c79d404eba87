package registry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/btree"
)

// maxKeys bounds the key encryption keys, and the data encryption keys, that
// a registry holds, soft-deleted ones counted (registry API 1.8:
// dek.registry.max.keys).
const maxKeys = 20_000

// keyring is the index of encryption keys (registry API 1.8): key encryption
// keys by name, and the data encryption keys that they wrap. It holds
// soft-deleted keys, too.
//
// All of a key is in its facts, wrapped key material included: that is a few
// hundred bytes, at most maxKeyText, it is read whenever a client starts, and
// the number of keys is bounded. A body would save some megabytes and cost
// each read a trip to the store. Destroying a key takes it out of every entry
// all the same: OpErase empties facts and bodies alike.
type keyring struct {
	keks *btree.Map[string, *kek]
	deks *btree.BTreeG[*dek]
}

// kek is a key encryption key. Rows are never changed in place.
type kek struct {
	name string
	kekFacts
	// millis is when it was last changed, Unix milliseconds.
	millis int64
}

// dek is a version of a data encryption key.
type dek struct {
	dekID
	dekFacts
	millis int64
}

// dekID identifies one version.
type dekID struct {
	DekName
	version int
}

// key is "kek/algorithm/version/subject": no part but the last can hold a
// slash.
func (id dekID) key() Key {
	return Key{Kind: kindDek, ID: fmt.Sprintf("%s/%s/%d/%s", id.Kek, id.Algorithm, id.version, id.Subject)}
}

func parseDekID(s string) (dekID, error) {
	parts := strings.SplitN(s, "/", 4)
	if len(parts) < 4 {
		return dekID{}, fmt.Errorf("key %q of a data encryption key: want kek/algorithm/version/subject", s)
	}
	algorithm, known := ParseAlgorithm(parts[1])
	version, err := strconv.Atoi(parts[2])
	if !known || err != nil || version < 1 || version > maxID {
		return dekID{}, fmt.Errorf("key %q of a data encryption key: algorithm or version is unknown", s)
	}
	return dekID{DekName: DekName{Kek: parts[0], Subject: parts[3], Algorithm: algorithm}, version: version}, nil
}

func compareDeks(a, b *dek) int {
	return cmp.Or(
		cmp.Compare(a.Kek, b.Kek), cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.Algorithm, b.Algorithm), cmp.Compare(a.version, b.version),
	)
}

func newKeyring() keyring {
	return keyring{
		keks: new(btree.Map[string, *kek]),
		deks: btree.NewBTreeGOptions(func(a, b *dek) bool { return compareDeks(a, b) < 0 }, btree.Options{NoLocks: true}),
	}
}

func (k keyring) clone() keyring { return keyring{keks: k.keks.Copy(), deks: k.deks.Copy()} }

func (k keyring) applyKek(e Entry) error {
	if e.Op != OpPut {
		k.keks.Delete(e.Key.ID)
		return nil
	}
	if len(e.Facts) == 0 {
		return nil // erased since: a later entry says so
	}
	row := &kek{name: e.Key.ID}
	if err := json.Unmarshal(e.Facts, &row.kekFacts); err != nil {
		return fmt.Errorf("facts of key %q: %w", e.Key.ID, err)
	}
	row.millis = cmp.Or(row.Changed, e.Time.UnixMilli())
	row.Changed = 0 // whatever happens next happens then
	k.keks.Set(row.name, row)
	return nil
}

func (k keyring) applyDek(e Entry) error {
	id, err := parseDekID(e.Key.ID)
	if err != nil {
		return err
	}
	row := &dek{dekID: id}
	if e.Op != OpPut {
		k.deks.Delete(row)
		return nil
	}
	if len(e.Facts) == 0 {
		return nil // erased since: a later entry says so
	}
	if err := json.Unmarshal(e.Facts, &row.dekFacts); err != nil {
		return fmt.Errorf("facts of key %q: %w", e.Key.ID, err)
	}
	row.millis = cmp.Or(row.Changed, e.Time.UnixMilli())
	row.Changed = 0
	k.deks.Set(row)
	return nil
}

// findKek returns a key encryption key, a soft-deleted one where asked, or
// CodeKeyNotFound. A name that no key can have is CodeInvalidKey.
func (k keyring) findKek(name string, deleted bool) (*kek, error) {
	if err := checkKekName(name); err != nil {
		return nil, err
	}
	row, ok := k.keks.Get(name)
	if !ok || row.Deleted && !deleted {
		return nil, keyNotFound(name)
	}
	return row, nil
}

func (k keyring) dek(id dekID) (*dek, bool) { return k.deks.Get(&dek{dekID: id}) }

// deksFrom visits data encryption keys in order, beginning with the first that
// is not below a name, as long as visit says so.
func (k keyring) deksFrom(name DekName, visit func(*dek) bool) {
	k.deks.Ascend(&dek{dekID: dekID{DekName: name}}, visit)
}

// deksUnder lists the data encryption keys that a key encryption key wraps.
func (k keyring) deksUnder(kek string, deleted bool) []*dek {
	var rows []*dek
	k.deksFrom(DekName{Kek: kek}, func(d *dek) bool {
		if d.Kek == kek && (deleted || !d.Deleted) {
			rows = append(rows, d)
		}
		return d.Kek == kek
	})
	return rows
}

// versionsOf lists the versions of a data encryption key, ascending.
func (k keyring) versionsOf(name DekName, deleted bool) []*dek {
	var rows []*dek
	k.deksFrom(name, func(d *dek) bool {
		if d.DekName == name && (deleted || !d.Deleted) {
			rows = append(rows, d)
		}
		return d.DekName == name
	})
	return rows
}

// findDek returns the version of a data encryption key that a path means, or
// CodeKeyNotFound.
func (k keyring) findDek(name DekName, at VersionRef, deleted bool) (*dek, error) {
	if at.Latest {
		if rows := k.versionsOf(name, deleted); len(rows) > 0 {
			return rows[len(rows)-1], nil
		}
		return nil, keyNotFound(name.Subject)
	}
	row, ok := k.dek(dekID{DekName: name, version: at.Number})
	if !ok || row.Deleted && !deleted {
		return nil, keyNotFound(name.Subject)
	}
	return row, nil
}

// keksOf lists the key encryption keys that wrap a key of a matching subject.
func (k keyring) keksOf(prefixes []string, deleted bool) []string {
	var names []string
	k.deks.Scan(func(d *dek) bool {
		known := len(names) > 0 && names[len(names)-1] == d.Kek
		matches := func(prefix string) bool { return hasSubjectPrefix(d.Subject, prefix) }
		if !known && (deleted || !d.Deleted) && slices.ContainsFunc(prefixes, matches) {
			names = append(names, d.Kek)
		}
		return true
	})
	return names
}

// hasSubjectPrefix reports whether a subject begins with a prefix; ":*:" and a
// name mean the name in any context.
func hasSubjectPrefix(subject, prefix string) bool {
	if rest, everywhere := strings.CutPrefix(prefix, wildcardPrefix); everywhere {
		_, name := contextOf(subject)
		return strings.HasPrefix(name, rest)
	}
	return strings.HasPrefix(subject, canonicalSubject(prefix))
}

func keyNotFound(what string) error { return errorf(CodeKeyNotFound, "Key '%s' not found", what) }

func keyExists(what string) error {
	return errorf(CodeKeyExists, "Key '%s' already exists; use a different value", what)
}

func keyNotSoftDeleted(what string) error {
	return errorf(CodeKeyNotSoftDeleted, "Key '%s' was not deleted first before being permanently deleted", what)
}

// checkRoom refuses a further key where the registry holds all it may.
func checkRoom(held int) error {
	if held >= maxKeys {
		return errorf(CodeTooManyKeys, "A maximum of %d keys already exist", maxKeys)
	}
	return nil
}

func invalidKey(field string) error {
	return errorf(CodeInvalidKey, "Invalid or missing value for field '%s' of key", field)
}
