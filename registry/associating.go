package registry

import "context"

// associating is a request prepared on a state: decide turns it into records,
// those of its schemas among them, so that one append holds all or none.
type associating struct {
	resource Resource
	context  string
	limit    int // of associations in all
	steps    []*associationStep
}

// associationStep is one change on its way: its schema, if there is one to
// register, is prepared.
type associationStep struct {
	AssociationChange
	guid         string
	registration *registration
}

// prepareAssociating judges a request on a state and prepares its schemas.
// Later steps see the deletions before them, not what else comes before: steps
// that make something concern different subjects.
func (r *Registry) prepareAssociating(ctx context.Context, st *State, req AssociationRequest, guids []string) (*associating, error) {
	a := &associating{resource: req.Resource, context: req.Context, limit: r.maxAssociations}
	if a.resource.ID == "" { // a dry run: the resource may be known already
		for _, known := range st.associations.ofName(a.resource.Namespace, a.resource.Name) {
			a.resource.ID = known.resource.ID
		}
	}
	for i, change := range req.Changes {
		step := &associationStep{AssociationChange: change, guid: guids[i]}
		a.steps = append(a.steps, step)
		if change.Op == DeleteAssociation {
			recs, err := a.decideStep(st, step)
			if err != nil {
				return nil, err
			}
			st = st.With(recs...)
			continue
		}
		if err := r.prepareStep(ctx, st, a, step); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// prepareStep judges before it parses: a refusal of the association says more
// than one of its schema.
func (r *Registry) prepareStep(ctx context.Context, st *State, a *associating, step *associationStep) error {
	judged, err := a.judge(st, step)
	if err != nil || !judged.registers {
		return err
	}
	req := *step.Schema
	req.Subject = judged.subject
	if err := req.check(); err != nil {
		return err
	}
	if judged.existing != nil && step.Op == CreateAssociation {
		step.registration, err = r.prepareKnown(ctx, st, req)
		if err == nil && step.registration.existing == nil {
			return resourceAssociated(a.resource, step.Type)
		}
		return err
	}
	step.registration, err = r.prepareRegistration(ctx, st, req)
	return err
}

// prepareKnown finds the version that a schema is, as registering it would,
// and prepares nothing new.
func (r *Registry) prepareKnown(ctx context.Context, st *State, req RegisterRequest) (*registration, error) {
	reg := &registration{basis: st.basisOf(req.Subject), request: req}
	normalize := req.Normalize || isSet(st.effectiveConfig(req.Subject).Normalize, false)
	p, err := r.understand(ctx, st, req.Subject, req.Candidate, understandOptions{normalize: normalize})
	if err != nil {
		return nil, err
	}
	reg.existing, err = r.lookupIn(ctx, st, req.Subject, p, req.Candidate, false)
	return reg, err
}

func (a *associating) decide(st *State) ([]Record, error) {
	var all []Record
	for _, step := range a.steps {
		recs, err := a.decideStep(st, step)
		if err != nil {
			return nil, err
		}
		if len(recs) > 0 {
			st, all = st.With(recs...), append(all, recs...)
		}
	}
	return all, nil
}

func (a *associating) decideStep(st *State, step *associationStep) ([]Record, error) {
	if step.Op == DeleteAssociation {
		found := st.associations.get(a.resource, step.Type)
		if found == nil {
			return nil, nil
		}
		if err := a.checkID(st); err != nil {
			return nil, err
		}
		return st.dissociate([]*association{found}, step.Cascade)
	}
	judged, err := a.judge(st, step)
	if err != nil {
		return nil, err
	}
	var recs []Record
	if judged.existing == nil {
		recs = append(recs, put(associationKey(a.resource, step.Type), associationFacts{
			Subject: judged.subject, GUID: step.guid,
			Name: a.resource.Name, Namespace: a.resource.Namespace, Lifecycle: judged.lifecycle,
		}, ""))
	}
	if !judged.registers {
		return recs, nil
	}
	if step.registration == nil || step.registration.request.Subject != judged.subject {
		return nil, errStale
	}
	registered, err := step.registration.settle(st)
	return append(registered, recs...), err
}

// settle is decide for a registration that may have found its version.
func (reg *registration) settle(st *State) ([]Record, error) {
	if reg.existing == nil {
		return reg.decide(st)
	}
	if v, _ := st.version(reg.existing.subject, int(reg.existing.number)); v != reg.existing {
		return nil, errStale
	}
	return nil, nil
}

// judgedAssociation is a step on a state: what it leads to.
type judgedAssociation struct {
	resource  Resource
	side      string
	subject   string
	lifecycle Lifecycle
	// existing stays; without it a new association is made.
	existing *association
	// registers: the step's schema goes into the subject. A subject that is
	// being imported gets its versions, with their ids, by themselves.
	registers bool
}

func resourceAssociated(resource Resource, side string) error {
	return errorf(CodeResourceAssociated, "An association of type '%s' already exists for resource '%s'", side, resource.Name)
}

// ownSubject is the one subject that bears a resource's name.
func (j *judgedAssociation) ownSubject() string {
	return canonicalSubject(":." + j.resource.Namespace + ":" + j.resource.Name + "-" + j.side)
}

// judge applies the rules of registry API 1.7 to a step that makes or confirms
// an association.
func (a *associating) judge(st *State, step *associationStep) (*judgedAssociation, error) {
	j := &judgedAssociation{resource: a.resource, side: step.Type, existing: st.associations.get(a.resource, step.Type)}
	j.subject = a.subject(st, step, j)
	if err := checkSubject(j.subject); err != nil {
		return nil, err
	}
	if err := st.checkWritable(j.subject); err != nil {
		return nil, err
	}
	importing := st.effectiveMode(j.subject).replicates()
	j.registers = step.Schema != nil && !importing
	if err := j.settleLifecycle(step); err != nil {
		return nil, err
	}
	if err := a.checkID(st); err != nil {
		return nil, err
	}
	if j.existing != nil {
		return j, j.judgeExisting(step)
	}
	if err := a.judgeResource(st, j); err != nil {
		return nil, err
	}
	if j.lifecycle == Weak {
		return j, j.judgeWeak(st)
	}
	return j, j.judgeStrong(st, step, importing)
}

// checkID refuses the id of another resource.
func (a *associating) checkID(st *State) error {
	for _, known := range st.associations.ofID(a.resource.ID) {
		if known.resource != a.resource {
			return InvalidAssociation("resourceId", "is that of resource '"+known.resource.Name+"' in namespace '"+known.resource.Namespace+"'")
		}
	}
	return nil
}

// subject is the one a step means, behind its alias.
func (a *associating) subject(st *State, step *associationStep, j *judgedAssociation) string {
	switch {
	case step.Subject != nil && isQualified(*step.Subject):
		return st.alias(canonicalSubject(*step.Subject))
	case step.Subject != nil:
		return st.alias(Qualified(a.context, *step.Subject))
	case step.Op == UpsertAssociation && j.existing != nil:
		return j.existing.subject
	}
	return j.ownSubject()
}

// settleLifecycle finds the lifecycle that a step means.
func (j *judgedAssociation) settleLifecycle(step *associationStep) error {
	switch {
	case step.Lifecycle != "":
		j.lifecycle = step.Lifecycle
	case step.Schema != nil || isSet(step.Frozen, false):
		j.lifecycle = Strong
	case j.existing != nil:
		j.lifecycle = j.existing.lifecycle
	default:
		j.lifecycle = Weak
	}
	switch {
	case j.lifecycle == Strong:
	case step.Schema != nil:
		return InvalidAssociation("lifecycle", "cannot be WEAK when schema is provided")
	case isSet(step.Frozen, false):
		return InvalidAssociation("frozen", "association with lifecycle of WEAK cannot be frozen")
	}
	return nil
}

// judgeExisting lets pass what describes the association as it is.
func (j *judgedAssociation) judgeExisting(step *associationStep) error {
	old := j.existing
	thaws := j.lifecycle == Strong && !isSet(step.Frozen, true)
	switch {
	case old.subject == j.subject && old.lifecycle == j.lifecycle && !thaws:
		return nil
	case step.Op == CreateAssociation:
		return resourceAssociated(j.resource, j.side)
	case old.subject != j.subject:
		return InvalidAssociation("subject", "subject of association cannot be changed from '"+old.subject+"' to '"+j.subject+"'")
	case old.lifecycle == Strong:
		return associationFrozen(old)
	}
	return InvalidAssociation("lifecycle", "lifecycle of association cannot be changed from WEAK to STRONG: delete the association and create another")
}

// judgeResource asks what else there is: a name means one resource at a time,
// a resource has one lifecycle, and there is room for only so many.
func (a *associating) judgeResource(st *State, j *judgedAssociation) error {
	for _, other := range st.associations.ofName(a.resource.Namespace, a.resource.Name) {
		if other.resource.ID != a.resource.ID {
			return resourceAssociated(other.resource, other.side)
		}
	}
	for _, other := range st.associations.ofID(a.resource.ID) {
		if other.lifecycle != j.lifecycle {
			return InvalidAssociation("lifecycle", "all associations of a resource must have one lifecycle, and this one's is "+string(other.lifecycle))
		}
	}
	if st.associations.byID.Len() >= a.limit {
		return errorf(CodeTooManyAssociations, "A maximum of %d associations already exist", a.limit)
	}
	return nil
}

// judgeWeak: the subject exists by itself and is nobody's own.
func (j *judgedAssociation) judgeWeak(st *State) error {
	switch {
	case j.subject == j.ownSubject():
		return InvalidAssociation("subject", "WEAK associations cannot use subject '"+j.subject+"'")
	case st.owned(j.subject):
		return errorf(CodeSubjectOwned, "A strong association already exists for subject '%s'", j.subject)
	case st.subject(j.subject).latest() == nil:
		return noActiveVersion(j.subject)
	}
	return nil
}

// judgeStrong: the subject begins with the association, unless both are being
// imported.
func (j *judgedAssociation) judgeStrong(st *State, step *associationStep, importing bool) error {
	active := st.subject(j.subject).latest() != nil
	switch {
	case !isSet(step.Frozen, true):
		return InvalidAssociation("frozen", "association with lifecycle of STRONG must be frozen")
	case j.subject != j.ownSubject():
		return InvalidAssociation("subject", "frozen associations must use subject '"+j.ownSubject()+"'")
	case len(st.associations.ofSubject(j.subject)) > 0:
		return subjectAssociated(j.subject)
	case importing && step.Schema == nil && !active:
		return noActiveVersion(j.subject)
	case importing:
		return nil
	case step.Op == UpsertAssociation:
		return InvalidAssociation("lifecycle", "STRONG associations are created, not upserted")
	case step.Schema == nil:
		return InvalidAssociation("schema", "schema must be provided when creating a frozen association")
	case active:
		return InvalidAssociation("frozen", "cannot create a frozen association when schemas already exist in the subject")
	}
	return nil
}
