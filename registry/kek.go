package registry

import (
	"context"
	"maps"
	"time"
)

// Kek is a key encryption key: a key in somebody's KMS that wraps data
// encryption keys (registry API 1.8). The registry keeps where it is and never
// uses it.
type Kek struct {
	Name string
	// KmsType is aws-kms, azure-kms, gcp-kms, hcvault or any other driver's.
	KmsType, KmsKeyID string
	// KmsProps are what clients need to reach the KMS, credentials left out.
	KmsProps map[string]string
	Doc      string
	// Shared: the registry, too, has access to the KMS, and makes data keys
	// for clients that have none. This one never has; see CreateDek.
	Shared bool
	// Time is when it was last changed.
	Time    time.Time
	Deleted bool
}

// KekRequest asks for a key encryption key.
type KekRequest struct {
	Name, KmsType, KmsKeyID string
	KmsProps                map[string]string
	Doc                     string
	Shared                  bool
	// Deleted makes it soft-deleted from the start, as copies of another
	// registry want.
	Deleted bool
	// TestSharing wants proof that a shared key can be used.
	TestSharing bool
}

// KekUpdate changes what may change of a key encryption key; what is nil
// stays. Empty KmsProps, not nil, take all away.
type KekUpdate struct {
	KmsProps    map[string]string
	Doc         *string
	Shared      *bool
	TestSharing bool
}

// KekFilter selects key encryption keys: all of them, or with SubjectPrefixes
// those that wrap a key of such a subject. Deleted adds soft-deleted ones, of
// whichever is asked for.
type KekFilter struct {
	SubjectPrefixes []string
	Deleted         bool
}

// kekFacts are the facts of a kindKek record.
type kekFacts struct {
	KmsType  string            `json:"kmsType"`
	KmsKeyID string            `json:"kmsKeyId"`
	KmsProps map[string]string `json:"kmsProps,omitempty"`
	Doc      string            `json:"doc,omitempty"`
	Shared   bool              `json:"shared,omitempty"`
	Deleted  bool              `json:"deleted,omitempty"`
	// Changed is when an imported key was last changed, Unix milliseconds.
	Changed int64 `json:"changed,omitempty"`
}

func (f kekFacts) record(name string) Record { return put(Key{Kind: kindKek, ID: name}, f, "") }

// sameKey reports whether two are alike but for their deletion.
func (f kekFacts) sameKey(other kekFacts) bool {
	return f.KmsType == other.KmsType && f.KmsKeyID == other.KmsKeyID && maps.Equal(f.KmsProps, other.KmsProps) &&
		f.Doc == other.Doc && f.Shared == other.Shared
}

func (f kekFacts) check() error {
	if f.KmsType == "" || len(f.KmsType) > maxKeyText {
		return invalidKey("kmsType")
	}
	if err := checkKmsKeyID(f.KmsType, f.KmsKeyID); err != nil {
		return err
	}
	if len(f.Doc) > maxKeyText {
		return invalidKey("doc")
	}
	return checkKmsProps(f.KmsProps)
}

func (k *kek) present() Kek {
	return Kek{
		Name: k.name, KmsType: k.KmsType, KmsKeyID: k.KmsKeyID, KmsProps: k.KmsProps, Doc: k.Doc,
		Shared: k.Shared, Time: time.UnixMilli(k.millis).UTC(), Deleted: k.Deleted,
	}
}

// Keks lists names of key encryption keys in order.
func (r *Registry) Keks(f KekFilter) []string {
	st := r.state.Load()
	if len(f.SubjectPrefixes) > 0 {
		return st.keksOf(f.SubjectPrefixes, f.Deleted)
	}
	var names []string
	st.keks.Scan(func(name string, k *kek) bool {
		if f.Deleted || !k.Deleted {
			names = append(names, name)
		}
		return true
	})
	return names
}

// Kek returns a key encryption key, or CodeKeyNotFound.
func (r *Registry) Kek(name string, deleted bool) (Kek, error) {
	row, err := r.state.Load().findKek(name, deleted)
	if err != nil {
		return Kek{}, err
	}
	return row.present(), nil
}

// TestKek reports whether the registry can use a shared key:
// CodeDekGenerationForbidden, because it has no access to any KMS.
func (r *Registry) TestKek(name string) (Kek, error) {
	row, err := r.state.Load().findKek(name, false)
	if err != nil {
		return Kek{}, err
	}
	if !row.Shared {
		return Kek{}, invalidKey("shared")
	}
	return Kek{}, cannotShare(name)
}

// cannotShare refuses what needs the KMS behind a shared key. Clients do not
// repeat such a request, as they would after the 50070 that a server answers
// whose KMS is out of order.
func cannotShare(name string) error {
	return errorf(CodeDekGenerationForbidden, "DEK generation forbidden: this registry has no access to the KMS of shared key '%s' "+
		"and makes no keys. Wrap the key in the client and send encryptedKeyMaterial, or set shared to false so that clients do", name)
}

// CreateKek adds a key encryption key, or undeletes one: CodeKeyExists unless
// an old one of the name is alike and differs in being soft-deleted or not.
func (r *Registry) CreateKek(ctx context.Context, req KekRequest) (Kek, error) {
	if err := checkKekName(req.Name); err != nil {
		return Kek{}, err
	}
	facts := kekFacts{
		KmsType: normalKmsType(req.KmsType), KmsKeyID: req.KmsKeyID, KmsProps: storedProps(req.KmsProps),
		Doc: req.Doc, Shared: req.Shared, Deleted: req.Deleted,
	}
	if err := facts.check(); err != nil {
		return Kek{}, err
	}
	if req.TestSharing && req.Shared {
		return Kek{}, cannotShare(req.Name)
	}
	return r.changeKek(ctx, req.Name, func(st *State) ([]Record, error) {
		switch old, ok := st.keks.Get(req.Name); {
		case !ok:
			if err := checkRoom(st.keks.Len()); err != nil {
				return nil, err
			}
		case old.Deleted == facts.Deleted || !old.sameKey(facts):
			return nil, keyExists(req.Name)
		}
		return []Record{facts.record(req.Name)}, nil
	})
}

// UpdateKek changes a key encryption key. A change to what it is already
// writes nothing.
func (r *Registry) UpdateKek(ctx context.Context, name string, update KekUpdate) (Kek, error) {
	return r.changeKek(ctx, name, func(st *State) ([]Record, error) {
		old, err := st.findKek(name, false)
		if err != nil {
			return nil, err
		}
		facts := old.kekFacts
		if update.KmsProps != nil {
			facts.KmsProps = storedProps(update.KmsProps)
		}
		if update.Doc != nil {
			facts.Doc = *update.Doc
		}
		if update.Shared != nil {
			facts.Shared = *update.Shared
		}
		if err := facts.check(); err != nil {
			return nil, err
		}
		if update.TestSharing && facts.Shared {
			return nil, cannotShare(name)
		}
		if facts.sameKey(old.kekFacts) {
			return nil, nil
		}
		return []Record{facts.record(name)}, nil
	})
}

// changeKek runs a decision and returns the key as it is then.
func (r *Registry) changeKek(ctx context.Context, name string, decide decision) (Kek, error) {
	st, err := r.submit(ctx, decide)
	if err != nil {
		return Kek{}, err
	}
	row, err := st.findKek(name, true) // may be gone: another request was next
	if err != nil {
		return Kek{}, err
	}
	return row.present(), nil
}

// DeleteKek deletes a key encryption key that wraps nothing any more, softly
// at first and for good when permanent. Deleting softly twice is no error.
func (r *Registry) DeleteKek(ctx context.Context, name string, permanent bool) error {
	_, err := r.submit(ctx, func(st *State) ([]Record, error) {
		old, err := st.findKek(name, true)
		switch {
		case err != nil:
			return nil, err
		case len(st.deksUnder(name, permanent)) > 0:
			return nil, errorf(CodeKeyReferenced, "One or more references exist to the key '%s'", name)
		case permanent && !old.Deleted:
			return nil, keyNotSoftDeleted(name)
		case permanent:
			return []Record{erase(Key{Kind: kindKek, ID: name})}, nil
		}
		return old.marked(true), nil
	})
	return err
}

// UndeleteKek takes a soft deletion back. Its data encryption keys stay as
// they are.
func (r *Registry) UndeleteKek(ctx context.Context, name string) error {
	_, err := r.submit(ctx, func(st *State) ([]Record, error) {
		old, err := st.findKek(name, true)
		if err != nil {
			return nil, err
		}
		return old.marked(false), nil
	})
	return err
}

// marked is the record that soft-deletes a key or takes that back; none where
// it is so.
func (k *kek) marked(deleted bool) []Record {
	if k.Deleted == deleted {
		return nil
	}
	facts := k.kekFacts
	facts.Deleted = deleted
	return []Record{facts.record(k.name)}
}
