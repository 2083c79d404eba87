package registry

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Algorithm is what a data encryption key is for.
type Algorithm string

// The algorithms (registry API 1.8).
const (
	AES128GCM Algorithm = "AES128_GCM"
	AES256GCM Algorithm = "AES256_GCM"
	AES256SIV Algorithm = "AES256_SIV"
)

// ParseAlgorithm reads an algorithm as it is written; "" is AES256GCM.
func ParseAlgorithm(s string) (Algorithm, bool) {
	switch a := Algorithm(s); a {
	case "":
		return AES256GCM, true
	case AES128GCM, AES256GCM, AES256SIV:
		return a, true
	}
	return "", false
}

// DekName names a data encryption key with all its versions.
type DekName struct {
	// Kek is the name of the key that wraps it.
	Kek       string
	Subject   string
	Algorithm Algorithm
}

// Dek is a version of a data encryption key: the key that encrypts fields of a
// subject's records, wrapped by a Kek (registry API 1.8).
type Dek struct {
	DekName
	Version int
	// EncryptedKeyMaterial is the wrapped key as the client sent it, base64.
	EncryptedKeyMaterial string
	// Time is when it was last changed; clients rotate keys by it.
	Time    time.Time
	Deleted bool
}

// DekRequest asks for a version of a data encryption key.
type DekRequest struct {
	DekName
	// Version 0 is 1.
	Version              int
	EncryptedKeyMaterial string
	// Deleted makes it soft-deleted from the start, as copies of another
	// registry want.
	Deleted bool
	// Rewrap replaces the key material of a version that exists.
	Rewrap bool
}

// dekFacts are the facts of a kindDek record.
type dekFacts struct {
	EncryptedKeyMaterial string `json:"encryptedKeyMaterial"`
	Deleted              bool   `json:"deleted,omitempty"`
	// Changed is when an imported key was last changed, Unix milliseconds.
	Changed int64 `json:"changed,omitempty"`
}

func (d *dek) present() Dek {
	return Dek{
		DekName: d.DekName, Version: d.version, EncryptedKeyMaterial: d.EncryptedKeyMaterial,
		Time: time.UnixMilli(d.millis).UTC(), Deleted: d.Deleted,
	}
}

// checked gives a name its one form and refuses what none can be.
func (n DekName) checked() (DekName, error) {
	if n.Subject == "" || len(n.Subject) > maxKeyText || !utf8.ValidString(n.Subject) || strings.IndexFunc(n.Subject, isISOControl) >= 0 {
		return n, invalidKey("subject")
	}
	n.Subject = canonicalSubject(n.Subject)
	algorithm, known := ParseAlgorithm(string(n.Algorithm))
	if !known {
		return n, invalidKey("algorithm")
	}
	n.Algorithm = algorithm
	return n, nil
}

// DekSubjects lists the subjects that have a data encryption key under a key
// encryption key, in order.
func (r *Registry) DekSubjects(kek string, deleted bool) ([]string, error) {
	st := r.state.Load()
	if _, err := st.findKek(kek, deleted); err != nil {
		return nil, err
	}
	var subjects []string
	for _, d := range st.deksUnder(kek, deleted) {
		subjects = append(subjects, d.Subject)
	}
	return slices.Compact(subjects), nil
}

// DekVersions lists the versions of a data encryption key, ascending: none
// where there is no such key.
func (r *Registry) DekVersions(name DekName, deleted bool) ([]int, error) {
	st := r.state.Load()
	name, err := st.dekName(name, deleted)
	if err != nil {
		return nil, err
	}
	var versions []int
	for _, d := range st.versionsOf(name, deleted) {
		versions = append(versions, d.version)
	}
	return versions, nil
}

// Dek returns a version of a data encryption key, or CodeKeyNotFound. With
// deleted, the latest may be a soft-deleted one.
func (r *Registry) Dek(name DekName, at VersionRef, deleted bool) (Dek, error) {
	st := r.state.Load()
	name, err := st.dekName(name, deleted)
	if err != nil {
		return Dek{}, err
	}
	row, err := st.findDek(name, at, deleted)
	if err != nil {
		return Dek{}, err
	}
	return row.present(), nil
}

// dekName checks a name whose key encryption key must exist.
func (k keyring) dekName(name DekName, deleted bool) (DekName, error) {
	name, err := name.checked()
	if err == nil {
		_, err = k.findKek(name.Kek, deleted)
	}
	return name, err
}

// CreateDek adds a version of a data encryption key, undeletes one that is
// alike, or with Rewrap replaces its key material. CodeKeyExists says that a
// version is there: clients then read it. Without key material it answers
// CodeInvalidKey, and under a shared key, where the registry is asked to make
// one, CodeDekGenerationForbidden.
func (r *Registry) CreateDek(ctx context.Context, req DekRequest) (Dek, error) {
	name, err := req.checked()
	if err != nil {
		return Dek{}, err
	}
	if len(req.EncryptedKeyMaterial) > maxKeyText {
		return Dek{}, invalidKey("encryptedKeyMaterial")
	}
	if req.Version == 0 {
		req.Version = 1
	}
	if req.Version < 1 || req.Version > maxID {
		return Dek{}, invalidVersion(strconv.Itoa(req.Version))
	}
	id := dekID{DekName: name, version: req.Version}
	st, err := r.submit(ctx, func(st *State) ([]Record, error) {
		if err := st.checkNewDek(id, req); err != nil {
			return nil, err
		}
		facts := dekFacts{EncryptedKeyMaterial: req.EncryptedKeyMaterial, Deleted: req.Deleted}
		return []Record{put(id.key(), facts, "")}, nil
	})
	if err != nil {
		return Dek{}, err
	}
	row, ok := st.dek(id)
	if !ok {
		return Dek{}, keyNotFound(name.Subject) // destroyed meanwhile
	}
	return row.present(), nil
}

// checkNewDek says why a version may not be written. A shared key never takes
// key material from a client in place of what is there.
func (k keyring) checkNewDek(id dekID, req DekRequest) error {
	kek, err := k.findKek(id.Kek, req.Deleted)
	if err != nil {
		return err
	}
	old, exists := k.dek(id)
	switch given := req.EncryptedKeyMaterial; {
	case exists && !req.Rewrap && (old.Deleted == req.Deleted || old.EncryptedKeyMaterial != given):
		return keyExists(id.Subject)
	case given == "" && kek.Shared:
		return cannotShare(kek.name)
	case given == "":
		return invalidKey("encryptedKeyMaterial")
	case exists && kek.Shared:
		return keyExists(id.Subject)
	case !exists:
		return checkRoom(k.deks.Len())
	}
	return nil
}

// DeleteDeks deletes all versions of a data encryption key, softly at first
// and for good when permanent.
func (r *Registry) DeleteDeks(ctx context.Context, name DekName, permanent bool) error {
	return r.changeDeks(ctx, name, keyring.allVersions, deletion(permanent))
}

// DeleteDek deletes one version. The latest is, softly, the newest that is not
// deleted yet.
func (r *Registry) DeleteDek(ctx context.Context, name DekName, at VersionRef, permanent bool) error {
	return r.changeDeks(ctx, name, oneVersion(at, !permanent), deletion(permanent))
}

// UndeleteDeks takes the soft deletion of all versions back. The key
// encryption key must be undeleted first: CodeKeySoftDeleted.
func (r *Registry) UndeleteDeks(ctx context.Context, name DekName) error {
	return r.changeDeks(ctx, name, keyring.allVersions, undeleteDeks)
}

// UndeleteDek takes the soft deletion of one version back.
func (r *Registry) UndeleteDek(ctx context.Context, name DekName, at VersionRef) error {
	return r.changeDeks(ctx, name, oneVersion(at, false), undeleteDeks)
}

// dekPick chooses versions of a data encryption key, at least one.
type dekPick func(keyring, DekName) ([]*dek, error)

// dekChange is what to write about versions that a key encryption key wraps.
type dekChange func(under *kek, rows []*dek) ([]Record, error)

func (r *Registry) changeDeks(ctx context.Context, name DekName, pick dekPick, change dekChange) error {
	_, err := r.submit(ctx, func(st *State) ([]Record, error) {
		name, err := name.checked()
		if err != nil {
			return nil, err
		}
		under, err := st.findKek(name.Kek, true)
		if err != nil {
			return nil, err
		}
		rows, err := pick(st.keyring, name)
		if err != nil {
			return nil, err
		}
		return change(under, rows)
	})
	return err
}

func (k keyring) allVersions(name DekName) ([]*dek, error) {
	rows := k.versionsOf(name, true)
	if len(rows) == 0 {
		return nil, keyNotFound(name.Subject)
	}
	return rows, nil
}

// oneVersion picks the version that a path means, a soft-deleted one only if
// no other will do where active ones are preferred.
func oneVersion(at VersionRef, preferActive bool) dekPick {
	return func(k keyring, name DekName) ([]*dek, error) {
		row, err := k.findDek(name, at, !preferActive)
		if err != nil && preferActive {
			row, err = k.findDek(name, at, true)
		}
		return []*dek{row}, err
	}
}

func deletion(permanent bool) dekChange {
	if permanent {
		return eraseDeks
	}
	return func(_ *kek, rows []*dek) ([]Record, error) { return marked(rows, true), nil }
}

// eraseDeks destroys keys: what they encrypted cannot be read any more.
func eraseDeks(_ *kek, rows []*dek) ([]Record, error) {
	var recs []Record
	for _, d := range rows {
		if !d.Deleted {
			return nil, keyNotSoftDeleted(d.Subject)
		}
		recs = append(recs, erase(d.key()))
	}
	return recs, nil
}

func undeleteDeks(under *kek, rows []*dek) ([]Record, error) {
	if under.Deleted {
		return nil, errorf(CodeKeySoftDeleted, "Key '%s' must be undeleted first", under.name)
	}
	return marked(rows, false), nil
}

// marked are the records that soft-delete versions or take that back, where it
// is not so.
func marked(rows []*dek, deleted bool) []Record {
	var recs []Record
	for _, d := range rows {
		if d.Deleted != deleted {
			facts := d.dekFacts
			facts.Deleted = deleted
			recs = append(recs, put(d.key(), facts, ""))
		}
	}
	return recs
}
