package registry

import "context"

// DeleteVersion deletes a version, softly at first and for good when permanent
// (registry API 2.5), and returns its number.
func (r *Registry) DeleteVersion(ctx context.Context, name string, at VersionRef, permanent bool) (int, error) {
	name = canonicalSubject(name)
	var number int
	err := r.submitGoverned(ctx, func(st *State) ([]Record, error) {
		v, err := st.deletable(name, at)
		if err != nil {
			return nil, err
		}
		number = int(v.number)
		if permanent {
			return st.eraseVersion(v)
		}
		return st.softDeleteVersion(v)
	})
	return number, err
}

func (st *State) deletable(name string, at VersionRef) (*version, error) {
	v, ok := st.subject(name).at(at, true)
	if !ok {
		return nil, st.missing(name, at, true)
	}
	return v, st.checkWritable(name)
}

func (st *State) softDeleteVersion(v *version) ([]Record, error) {
	if v.deleted {
		return nil, errorf(CodeVersionSoftDeleted,
			"Subject '%s' Version %d was soft deleted.Set permanent=true to delete permanently", v.subject, v.number)
	}
	if err := st.checkStaysActive(v); err != nil {
		return nil, err
	}
	if st.referenced(v, false, "") {
		return nil, referenceExists(v)
	}
	return []Record{put(versionKey(kindDeletion, v.subject, int(v.number)), struct{}{}, "")}, nil
}

func (st *State) eraseVersion(v *version) ([]Record, error) {
	if err := st.checkUnassociated(v.subject); err != nil {
		return nil, err
	}
	if st.referenced(v, true, "") {
		return nil, referenceExists(v)
	}
	if !v.deleted {
		return nil, errorf(CodeVersionNotSoftDeleted,
			"Subject '%s' Version %d was not deleted first before being permanently deleted", v.subject, v.number)
	}
	recs := st.eraseRows([]*version{v})
	if len(st.subject(v.subject).versions) == 1 {
		recs = append(recs, st.dropSettings(v.subject)...)
	}
	return recs, nil
}

// eraseRows takes rows out for good. The context's high-water mark is written
// with them: without it the ids could be given out again after a compaction.
func (st *State) eraseRows(rows []*version) []Record {
	var recs []Record
	contexts := map[string]bool{}
	for _, v := range rows {
		recs = append(recs,
			erase(versionKey(kindSchema, v.subject, int(v.number))),
			remove(versionKey(kindDeletion, v.subject, int(v.number))))
		if context, _ := contextOf(v.subject); !contexts[context] {
			contexts[context] = true
			recs = append(recs, put(Key{Kind: kindContext, ID: context}, contextFacts{NextID: st.nextID(context)}, ""))
		}
	}
	return recs
}

// dropSettings removes what was configured for a subject that is gone.
func (st *State) dropSettings(name string) []Record {
	var recs []Record
	if st.ownConfig(name) != nil {
		recs = append(recs, remove(Key{Kind: kindConfig, ID: name}))
	}
	if st.ownMode(name) != "" {
		recs = append(recs, remove(Key{Kind: kindMode, ID: name}))
	}
	if st.ownPolicy(name) != nil {
		recs = append(recs, remove(Key{Kind: kindPolicy, ID: name}))
	}
	if _, owed := st.baselines.Get(name); owed {
		recs = append(recs, remove(Key{Kind: kindBaseline, ID: name}))
	}
	for _, b := range st.breachesOf(name) {
		if st.contract(name) == nil {
			recs = append(recs, remove(b.key()))
		}
	}
	return recs
}

// referenced reports whether a row is referred to, by soft-deleted rows too
// where asked; rows of the subject except do not count.
func (st *State) referenced(v *version, deleted bool, except string) bool {
	for _, by := range st.referrers(v.subject, int(v.number)) {
		if (deleted || !by.deleted) && (except == "" || by.subject != except) {
			return true
		}
	}
	return false
}

func referenceExists(v *version) error {
	return errorf(CodeReferenceExists,
		"One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=%s,version=%d}.", v.subject, v.number)
}

// DeleteSubject deletes all versions of a subject and returns their numbers:
// the active ones when soft, all of them when permanent.
func (r *Registry) DeleteSubject(ctx context.Context, name string, permanent bool) ([]int, error) {
	name = canonicalSubject(name)
	var numbers []int
	err := r.submitGoverned(ctx, func(st *State) ([]Record, error) {
		sub := st.subject(name)
		if sub == nil {
			return nil, subjectNotFound(name)
		}
		if err := st.checkWritable(name); err != nil {
			return nil, err
		}
		if err := st.checkUnassociated(name); err != nil {
			return nil, err
		}
		rows, err := st.deletableRows(sub, permanent)
		if err != nil {
			return nil, err
		}
		numbers = numbers[:0]
		for _, v := range rows {
			numbers = append(numbers, int(v.number))
		}
		if permanent {
			return append(st.eraseRows(rows), st.dropSettings(name)...), nil
		}
		return softDeletions(rows), nil
	})
	if err != nil {
		return nil, err
	}
	return numbers, nil
}

// deletableRows are the rows a subject's deletion takes, unless something
// forbids it.
func (st *State) deletableRows(sub *subject, permanent bool) ([]*version, error) {
	switch active := sub.latest() != nil; {
	case permanent && active:
		return nil, errorf(CodeSubjectNotSoftDeleted, "Subject '%s' was not deleted first before being permanently deleted", sub.name)
	case !permanent && !active:
		return nil, errorf(CodeSubjectSoftDeleted, "Subject '%s' was soft deleted.Set permanent=true to delete permanently", sub.name)
	}
	var rows []*version
	for _, v := range sub.versions {
		if v.deleted != permanent {
			continue
		}
		if st.referenced(v, permanent, sub.name) {
			return nil, referenceExists(v)
		}
		rows = append(rows, v)
	}
	return rows, nil
}

func softDeletions(rows []*version) []Record {
	var recs []Record
	for _, v := range rows {
		recs = append(recs, put(versionKey(kindDeletion, v.subject, int(v.number)), struct{}{}, ""))
	}
	return recs
}

// DeleteContext forgets an empty context. Its ids stay used.
func (r *Registry) DeleteContext(ctx context.Context, name string) error {
	if isQualified(name) {
		name, _ = contextOf(name)
	}
	_, err := r.submit(ctx, func(st *State) ([]Record, error) {
		empty := true
		st.scan(Qualified(name, ""), func(*subject) bool {
			empty = false
			return false
		})
		if !empty {
			return nil, errorf(CodeContextNotEmpty, "The specified context '%s' is not empty.", name)
		}
		if facts, ok := st.contexts.Get(name); !ok || facts.Gone {
			return nil, nil
		}
		return []Record{put(Key{Kind: kindContext, ID: name}, contextFacts{NextID: st.nextID(name), Gone: true}, "")}, nil
	})
	return err
}
