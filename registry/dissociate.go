package registry

import "context"

// DissociateRequest takes associations of a resource away.
type DissociateRequest struct {
	// ID is the resource's. ResourceType "" is ResourceTopic; no Types are all.
	ID           string
	ResourceType string
	Types        []string
	// Cascade lets frozen associations go, and takes the subjects of strong ones
	// along.
	Cascade bool
	// DryRun decides and writes nothing.
	DryRun bool
}

// Dissociate deletes associations of a resource, all of those asked for or
// none. One that is not there is gone already, as clients' mocks have it.
func (r *Registry) Dissociate(ctx context.Context, req DissociateRequest) error {
	filter := AssociationFilter{ResourceType: req.ResourceType, Types: req.Types}
	if filter.ResourceType == "" {
		filter.ResourceType = ResourceTopic
	}
	decide := func(st *State) ([]Record, error) {
		var found []*association
		for _, a := range st.associations.ofID(req.ID) {
			if filter.matches(a) {
				found = append(found, a)
			}
		}
		return st.dissociate(found, req.Cascade)
	}
	if !req.DryRun {
		return r.submitGoverned(ctx, decide)
	}
	st := r.state.Load()
	recs, err := decide(st)
	if err != nil {
		return err
	}
	_, err = r.gate(ctx, st, st.With(recs...), concerned(recs), false)
	return err
}

// dissociate removes associations. Cascading, the subjects of strong ones go
// for good, except those being imported.
func (st *State) dissociate(found []*association, cascade bool) ([]Record, error) {
	var recs []Record
	for _, a := range found {
		if err := st.checkWritable(a.subject); err != nil {
			return nil, err
		}
		if a.frozen && !cascade {
			return nil, associationFrozen(a)
		}
		recs = append(recs, remove(a.key()))
		if !cascade || a.lifecycle != Strong || st.effectiveMode(a.subject).replicates() {
			continue
		}
		erased, err := st.eraseSubject(a.subject)
		if err != nil {
			return nil, err
		}
		recs = append(recs, erased...)
	}
	return recs, nil
}

// eraseSubject is a subject's soft deletion and its permanent one in a single
// step.
func (st *State) eraseSubject(name string) ([]Record, error) {
	sub := st.subject(name)
	if sub == nil {
		return nil, nil
	}
	for _, v := range sub.versions {
		if st.referenced(v, true, name) {
			return nil, referenceExists(v)
		}
	}
	return append(st.eraseRows(sub.versions), st.dropSettings(name)...), nil
}

// owned reports whether a subject belongs to a resource.
func (st *State) owned(subject string) bool {
	for _, a := range st.associations.ofSubject(subject) {
		if a.lifecycle == Strong {
			return true
		}
	}
	return false
}

// checkUnassociated protects what associations point to from deletion.
func (st *State) checkUnassociated(subject string) error {
	if len(st.associations.ofSubject(subject)) > 0 {
		return subjectAssociated(subject)
	}
	return nil
}

// checkStaysActive keeps a last active version while something is associated
// with the subject.
func (st *State) checkStaysActive(v *version) error {
	if len(st.associations.ofSubject(v.subject)) == 0 {
		return nil
	}
	for _, other := range st.subject(v.subject).newestFirst(false) {
		if other != v {
			return nil
		}
	}
	return noActiveVersion(v.subject)
}

func subjectAssociated(subject string) error {
	return errorf(CodeSubjectAssociated, "An association already exists for subject '%s'", subject)
}

func noActiveVersion(subject string) error {
	return errorf(CodeNoActiveVersion, "No active (non-deleted) version exists for subject '%s'", subject)
}

func associationFrozen(a *association) error {
	// Two spaces, as Confluent sends it.
	return errorf(CodeAssociationFrozen, "The association of type  '%s' is frozen for subject '%s'", a.side, a.subject)
}
