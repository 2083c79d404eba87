package registry

// judgedAssociation is a step that makes or confirms an association, on a
// state: what it leads to.
//
// The rules are those of registry API 1.7, where Confluent's servers from 8.0.4
// to 8.5 and its clients agree. Where they do not, what one of them takes is
// taken, for it harms nobody. What a request leaves out of a new association:
//
//	it has                      lifecycle   frozen
//	a schema, its own subject   STRONG      if it is STRONG
//	frozen                      STRONG      as it says
//	anything else               WEAK        no
//
// The resource's own subject is 8.5's, whose requests name none and leave out
// what follows. Where subjects are imported, STRONG is frozen. What is refused:
//
//	WEAK and frozen                                     42212
//	frozen, without a schema or on a subject with one   42212
//	on a subject without a schema, giving none          40907
//	STRONG, on a subject with another association       40904
//	WEAK, on a subject with a STRONG one                40905
//
// Of an association that is there, a request says what differs. A create must
// find all it says, its schema included: 40903. An upsert registers its schema
// and changes the lifecycle; the subject stays (42212), frozen stays (40908 to
// thaw, 42212 to freeze), and what is frozen keeps its lifecycle (40908).
type judgedAssociation struct {
	resource  Resource
	side      string
	subject   string
	lifecycle Lifecycle
	frozen    bool
	// existing stays; without it a new association is made.
	existing *association
	// registers: the step's schema goes into the subject. A subject that is
	// being imported gets its versions, with their ids, by themselves.
	registers bool
}

// judge applies the rules to a step.
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
	j.settle(step, importing)
	if j.lifecycle == Weak && isSet(step.Frozen, false) {
		return nil, InvalidAssociation("frozen", "association with lifecycle of WEAK cannot be frozen")
	}
	if err := a.checkID(st); err != nil {
		return nil, err
	}
	if j.existing != nil {
		return j, j.judgeExisting(st, step)
	}
	if st.associations.byID.Len() >= a.limit {
		return nil, errorf(CodeTooManyAssociations, "A maximum of %d associations already exist", a.limit)
	}
	return j, j.judgeNew(st, step, importing)
}

// settle finds what a step means where it does not say it.
func (j *judgedAssociation) settle(step *associationStep, importing bool) {
	begins := step.Schema != nil && j.subject == j.ownSubject()
	switch {
	case step.Lifecycle != "":
		j.lifecycle = step.Lifecycle
	case j.existing != nil:
		j.lifecycle = j.existing.lifecycle
	case begins || isSet(step.Frozen, false):
		j.lifecycle = Strong
	default:
		j.lifecycle = Weak
	}
	switch {
	case step.Frozen != nil:
		j.frozen = *step.Frozen
	case j.existing != nil:
		j.frozen = j.existing.frozen
	default:
		j.frozen = j.lifecycle == Strong && (begins || importing)
	}
}

// ownSubject is the one subject that bears a resource's name.
func (j *judgedAssociation) ownSubject() string {
	return canonicalSubject(":." + j.resource.Namespace + ":" + j.resource.Name + "-" + j.side)
}

func (j *judgedAssociation) judgeExisting(st *State, step *associationStep) error {
	old := j.existing
	same := old.subject == j.subject && old.lifecycle == j.lifecycle && old.frozen == j.frozen
	switch {
	case step.Op == CreateAssociation && same:
		return nil
	case step.Op == CreateAssociation:
		return resourceAssociated(j.resource, j.side)
	case old.subject != j.subject:
		return InvalidAssociation("subject", "subject of association cannot be changed from '"+old.subject+"' to '"+j.subject+"'")
	case old.frozen && (!same || step.saysNothing()):
		return associationFrozen(old)
	case old.frozen != j.frozen:
		return InvalidAssociation("frozen", "frozen attribute of association cannot be changed")
	case same:
		return nil
	}
	return j.judgeSharing(st)
}

// saysNothing reports an upsert that gives no more than the subject. Clients
// that leave false out, as confluent-kafka-go does, thaw with it.
func (s *associationStep) saysNothing() bool {
	return s.Lifecycle == "" && s.Frozen == nil && s.Schema == nil
}

// judgeNew: the subject is there or begins with the association. A frozen
// one's begins with it, unless both are being imported.
func (j *judgedAssociation) judgeNew(st *State, step *associationStep, importing bool) error {
	if err := j.judgeSharing(st); err != nil {
		return err
	}
	active := st.subject(j.subject).latest() != nil
	begins := j.frozen && !importing
	switch {
	case begins && step.Schema == nil:
		return InvalidAssociation("schema", "schema must be provided when creating a frozen association")
	case begins && active:
		return InvalidAssociation("frozen", "cannot create a frozen association when schemas already exist in the subject")
	case !active && step.Schema == nil:
		return noActiveVersion(j.subject)
	}
	return nil
}

// judgeSharing: many weak associations share a subject, a strong one has it
// for itself.
func (j *judgedAssociation) judgeSharing(st *State) error {
	for _, other := range st.associations.ofSubject(j.subject) {
		switch {
		case other.resource.ID == j.resource.ID && other.resource.Type == j.resource.Type && other.side == j.side:
		case j.lifecycle == Strong:
			return subjectAssociated(j.subject)
		case other.lifecycle == Strong:
			return errorf(CodeSubjectOwned, "A strong association already exists for subject '%s'", j.subject)
		}
	}
	return nil
}

// records are what makes a new association, or gives another lifecycle to one
// that is there.
func (j *judgedAssociation) records(step *associationStep) []Record {
	facts := associationFacts{
		Subject: j.subject, GUID: step.guid, Name: j.resource.Name, Namespace: j.resource.Namespace,
		Lifecycle: j.lifecycle, Frozen: &j.frozen,
	}
	if j.existing != nil {
		if j.existing.lifecycle == j.lifecycle {
			return nil
		}
		facts.GUID, facts.Created = j.existing.guid, j.existing.created
	}
	return []Record{put(associationKey(j.resource, j.side), facts, "")}
}

func resourceAssociated(resource Resource, side string) error {
	return errorf(CodeResourceAssociated, "An association of type '%s' already exists for resource '%s'", side, resource.Name)
}
