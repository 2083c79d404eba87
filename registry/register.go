package registry

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/accordhq/accord/schema"
)

// Register makes a schema a version of a subject, or finds that it is one
// (registry API 2.3). The answer carries no time: the version may be old.
func (r *Registry) Register(ctx context.Context, req RegisterRequest) (Version, error) {
	req.Subject = canonicalSubject(req.Subject)
	if err := req.check(); err != nil {
		return Version{}, err
	}
	for {
		st := r.state.Load()
		reg, err := r.prepareRegistration(ctx, st, req)
		if err != nil {
			return Version{}, err
		}
		if reg.existing == nil {
			st, err = r.submit(ctx, reg.decide)
		}
		switch {
		case errors.Is(err, errStale):
			continue
		case err != nil:
			return Version{}, err
		}
		return r.registered(ctx, st, reg)
	}
}

// check refuses what no state could make valid.
func (req *RegisterRequest) check() error {
	if err := req.RuleSet.Check(); err != nil {
		return &Error{Code: CodeInvalidRuleSet, Message: err.Error(), Err: err}
	}
	return checkSubject(req.Subject)
}

// registered presents the version a registration led to.
func (r *Registry) registered(ctx context.Context, st *State, reg *registration) (Version, error) {
	v := reg.existing
	if v == nil {
		var ok bool
		if v, ok = st.version(reg.subject, reg.number); !ok {
			return Version{}, errorf(CodeVersionNotFound, "Version %d not found.", reg.number) // deleted meanwhile
		}
		if reg.wrote {
			r.texts.store(v.at, reg.text)
		}
	}
	return r.presentWithoutTime(ctx, st, v, ReadOptions{Format: reg.request.Format})
}

// registration is a request prepared on a state: decide turns it into records
// if nothing it rests on has changed.
type registration struct {
	*prepared
	basis   basis
	request RegisterRequest
	mode    Mode
	// existing is the version the schema already is; nothing is written then.
	existing *version
	// number is the version decide settled on, wrote whether it is a new row.
	number int
	wrote  bool
	// breaches are on record of what the gate let pass.
	breaches []Record
}

// basis is what of a state a registration rests on. Values in a state are
// never changed in place, so equal pointers mean that nothing happened.
type basis struct {
	ground
	configs [4]*Config
	mode    Mode
}

func (st *State) basisOf(name string) basis {
	b := basis{ground: st.groundOf(name), mode: st.effectiveMode(name)}
	for i, scope := range scopesOf(name) {
		b.configs[i] = st.ownConfig(scope)
	}
	return b
}

func (r *Registry) prepareRegistration(ctx context.Context, st *State, req RegisterRequest) (*registration, error) {
	config := st.effectiveConfig(req.Subject)
	reg := &registration{request: req, mode: st.effectiveMode(req.Subject)}
	normalize := (req.Normalize || isSet(config.Normalize, false)) && !reg.mode.replicates()
	asNew := readingNew(config)
	if req.ID > 0 || reg.mode.replicates() {
		asNew = lenient
	}
	tagged := len(req.TagsToAdd)+len(req.TagsToRemove) > 0 || req.PropagateTags
	if !config.merges() && !tagged && req.Text != "" {
		found, err := r.alreadyThere(ctx, st, req, understandOptions{normalize: normalize, reading: min(asNew, eager)})
		if err != nil || found != nil {
			reg.existing = found
			return reg, err
		}
	}
	reg.basis = st.basisOf(req.Subject) // what exists rests on nothing else
	if err := reg.checkMode(); err != nil {
		return nil, err
	}
	candidate, err := r.complete(ctx, st, reg, config)
	if err != nil {
		return nil, err
	}
	reg.prepared, err = r.understand(ctx, st, req.Subject, candidate, understandOptions{normalize: normalize, reading: asNew})
	if err != nil {
		return nil, err
	}
	if err := st.checkReferable(req.Subject, reg.refs); err != nil {
		return nil, err
	}
	if req.Version == 0 && req.ID < 1 {
		bare := req.bare() && !config.merges() && !tagged && !reg.printed
		reg.existing, err = r.existing(ctx, st, reg, bare)
		if err != nil || reg.existing != nil {
			return reg, err
		}
	}
	if reg.mode.replicates() {
		return reg, nil
	}
	err = r.checkRegistration(ctx, st, reg, config)
	if req.partOfChange {
		return reg, err
	}
	return reg, r.governRegistration(ctx, st, reg, err)
}

// alreadyThere is the path of a producer's start: the schema as sent is a
// version already, and neither mode nor compatibility are asked.
func (r *Registry) alreadyThere(ctx context.Context, st *State, req RegisterRequest, opts understandOptions) (*version, error) {
	sub := st.subject(req.Subject)
	p, err := r.understand(ctx, st, req.Subject, req.Candidate, opts)
	if isInvalid(err) && req.Version <= 0 {
		if v := sub.unparsed(req.Candidate, false); v != nil && (req.ID < 1 || req.ID == int(v.id)) {
			return v, nil
		}
	}
	if err != nil {
		return nil, err
	}
	switch {
	case req.Version == -1 && sub.latest() != nil:
		sub = &subject{name: sub.name, versions: []*version{sub.latest()}}
	case req.Version > 0:
		v, ok := sub.find(req.Version)
		if !ok {
			return nil, nil
		}
		sub = &subject{name: sub.name, versions: []*version{v}}
	}
	if req.declares() {
		return r.asDeclared(ctx, st, req, p)
	}
	v, err := r.match(ctx, st, sub, p, false)
	if err != nil || v == nil {
		return nil, err
	}
	sameID := req.ID == int(v.id)
	if req.Version <= 0 && req.ID < 1 || sameID {
		return v, nil
	}
	return nil, nil
}

// checkMode refuses writes that the mode does not take (registry API 2.8).
func (reg *registration) checkMode() error {
	name, withID := reg.request.Subject, reg.request.ID > 0
	switch {
	case reg.mode.readOnly():
		return notInMode(name, "is in read-only mode")
	case withID && !reg.mode.replicates():
		return notInMode(name, "is not in import mode")
	case !withID && reg.mode.replicates():
		return notInMode(name, "is not in read-write mode")
	}
	return nil
}

// complete fills in what the client left out: text, metadata and rules from
// the previous version, then what the config adds, then tags.
func (r *Registry) complete(ctx context.Context, st *State, reg *registration, config Config) (Candidate, error) {
	c := reg.request.Candidate
	if reg.mode.replicates() {
		return c, nil
	}
	previous := reg.basis.subject.latest()
	if previous != nil {
		if c.Text == "" {
			old, err := r.textOf(ctx, previous)
			if err != nil {
				return c, err
			}
			c.Text, c.Type, c.References = old, string(previous.format), previous.refs
		}
	}
	c.Metadata, c.RuleSet = st.describedAs(reg.request.Subject, config, c)
	if reg.request.declares() && c.RuleSet.Empty() {
		c.RuleSet = nil // it says that there are none
	}
	if reg.request.Version != 0 || c.Metadata.Property(schema.VersionProperty) != "" {
		c.Metadata = c.Metadata.WithProperty(schema.VersionProperty, strconv.Itoa(reg.basis.subject.nextNumber()))
	}
	return r.retag(ctx, st, reg, c)
}

// decide settles version and id. It is the part of a registration that runs in
// the sequencer.
func (reg *registration) decide(st *State) ([]Record, error) {
	name := reg.subject
	if st.basisOf(name) != reg.basis || !reg.referencesStand(st) {
		return nil, errStale
	}
	if err := st.checkReferable(name, reg.refs); err != nil {
		return nil, err
	}
	sub := reg.basis.subject
	reg.number, reg.wrote = sub.nextNumber(), false
	if want := reg.request.Version; want > 0 && want != reg.number {
		if !reg.mode.replicates() {
			return nil, errorf(CodeVersionNotNext, "Version is not one more than previous version")
		}
		reg.number = want
	}
	id, err := reg.settleID(st)
	if err != nil {
		return nil, err
	}
	if old, ok := sub.find(reg.number); ok {
		if int(old.id) == id && old.same.GUID == reg.same.GUID && !old.deleted {
			return nil, nil // imported before
		}
		return nil, errorf(CodeOperationNotPermitted,
			"Overwrite of version %d of subject %s is not permitted. Delete it permanently first", reg.number, name)
	}
	if reg.number > maxID || id > maxID {
		return nil, errorf(CodeOperationNotPermitted, "Ids and versions end at %d", maxID)
	}
	reg.wrote = true
	recs := []Record{put(versionKey(kindSchema, name, reg.number), schemaFacts{
		ID: id, Type: reg.format, References: reg.refs, Metadata: reg.metadata, RuleSet: reg.rules,
		sameness: reg.same, Printed: !readable(reg.format, reg.text), Deriver: deriver,
		Imported: reg.mode.replicates(), Forced: reg.request.Force && !reg.mode.replicates(),
	}, reg.text)}
	return slices.Concat(recs, supersede(st, sub, id), reg.breaches), nil
}

// settleID returns the id the client gave, the one its content has in the
// context, or the next free one.
func (reg *registration) settleID(st *State) (int, error) {
	context, _ := contextOf(reg.subject)
	id := reg.request.ID
	if id < 1 {
		if known, ok := st.idOf(context, reg.same.GUID, reg.same.Docs); ok {
			return known, nil
		}
		return st.nextID(context), nil
	}
	for _, v := range st.byID(context, id) {
		if v.same.GUID != reg.same.GUID {
			shown := context
			if context == DefaultContext {
				shown = ""
			}
			return 0, errorf(CodeOperationNotPermitted, "Overwrite new schema with id %d in context %s is not permitted.", id, shown)
		}
	}
	return id, nil
}

// referencesStand reports whether every reference still has its active target.
func (reg *registration) referencesStand(st *State) bool {
	for _, ref := range reg.refs {
		target, ok := st.version(targetOf(reg.subject, ref.Subject), ref.Version)
		if !ok || target.deleted {
			return false
		}
	}
	return true
}

// supersede removes soft-deleted rows of the subject that the new row brings
// back, unless something refers to them.
func supersede(st *State, sub *subject, id int) []Record {
	var recs []Record
	for _, v := range sub.newestFirst(true) {
		if v.deleted && int(v.id) == id && len(st.referrers(v.subject, int(v.number))) == 0 {
			recs = append(recs, remove(versionKey(kindSchema, v.subject, int(v.number))))
		}
	}
	return recs
}
