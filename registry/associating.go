package registry

import (
	"context"
	"reflect"
	"slices"
)

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
	// existing is what the registration was prepared beside; follows says that
	// an earlier step makes it.
	existing *association
	follows  bool
	// breaches are on record of what the gate let pass.
	breaches []Record
}

// prepareAssociating judges a request on a state and prepares its schemas.
// Later steps see the deletions before them, not what else comes before: steps
// that make something concern different subjects.
func (r *Registry) prepareAssociating(ctx context.Context, st *State, req AssociationRequest, guids []string) (*associating, error) {
	a := &associating{resource: req.Resource, context: req.Context, limit: r.maxAssociations}
	if a.resource.ID == "" { // a dry run: the resource may be known already
		for _, known := range newestIncarnations(st.associations.ofName(a.resource.Namespace, a.resource.Name)) {
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
			next := st.With(recs...)
			if step.breaches, err = r.gate(ctx, st, next, concerned(recs), false); err != nil {
				return nil, err
			}
			st = next
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
	step.existing = judged.existing
	if judged.existing != nil && step.Op == CreateAssociation {
		step.registration, err = r.prepareKnown(ctx, st, req)
		if err == nil && step.registration.existing == nil {
			return resourceAssociated(a.resource, step.Type)
		}
		return err
	}
	step.registration, err = r.prepareRegistration(ctx, st, req)
	if err != nil {
		return err
	}
	return a.follow(step)
}

// follow lets a step that brings what an earlier one brings have its version.
// Two new schemas of one subject cannot be prepared at once.
func (a *associating) follow(step *associationStep) error {
	for _, other := range a.steps {
		reg := other.registration
		switch {
		case other == step || reg == nil || reg.existing != nil || step.registration.existing != nil:
		case reg.request.Subject != step.registration.request.Subject:
		case !reflect.DeepEqual(reg.request, step.registration.request):
			return InvalidAssociation("schema", "two schemas for subject '"+reg.request.Subject+"' in one request: send one after the other")
		default:
			step.registration, step.follows = reg, true
		}
	}
	return nil
}

// prepareKnown finds the version that a schema is, as registering it would,
// and prepares nothing new.
func (r *Registry) prepareKnown(ctx context.Context, st *State, req RegisterRequest) (*registration, error) {
	reg := &registration{request: req}
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
		recs, err := st.dissociate([]*association{found}, step.Cascade)
		if err != nil {
			return nil, err
		}
		return slices.Concat(recs, step.breaches), nil
	}
	judged, err := a.judge(st, step)
	if err != nil {
		return nil, err
	}
	recs := judged.records(step)
	if !judged.registers || step.follows {
		return recs, nil
	}
	if step.registration == nil || step.registration.request.Subject != judged.subject || step.existing != judged.existing {
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
