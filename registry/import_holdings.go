package registry

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// decideHoldings settles what an Accord keeps beside schemas and settings,
// contracts aside.
func (imp *importing) decideHoldings() {
	out := &imp.results
	for _, e := range imp.batch.Exceptions {
		out.Exceptions = append(out.Exceptions, imp.decideException(e))
	}
	for _, k := range imp.batch.Keks {
		out.Keks = append(out.Keks, imp.decideKek(k))
	}
	for _, d := range imp.batch.Deks {
		out.Deks = append(out.Deks, imp.decideDek(d))
	}
	for _, a := range imp.batch.Associations {
		out.Associations = append(out.Associations, imp.decideAssociation(a))
	}
}

// decideKek keeps the name, the time and the deletion of a key encryption key.
// Credentials among its properties are not kept, here as anywhere.
func (imp *importing) decideKek(k Kek) ImportResult {
	facts := kekFacts{
		KmsType: normalKmsType(k.KmsType), KmsKeyID: k.KmsKeyID, KmsProps: storedProps(k.KmsProps), Doc: k.Doc,
		Shared: k.Shared, Deleted: k.Deleted, Changed: millisOf(k.Time),
	}
	if err := checkKekName(k.Name); err != nil {
		return refused(err)
	}
	if err := facts.check(); err != nil {
		return refused(err)
	}
	old, there := imp.next.keks.Get(k.Name)
	switch {
	case there && !old.sameKey(facts):
		return conflict("Key '%s' is another here: %s %s", k.Name, old.KmsType, old.KmsKeyID)
	case there:
		return imp.follow(old.Deleted, k.Deleted, "Key '"+k.Name+"'", facts.record(k.Name))
	}
	if err := checkRoom(imp.next.keks.Len()); err != nil {
		return refused(err)
	}
	return imp.take(ImportStored, facts.record(k.Name))
}

// decideDek keeps the number and the time of a data encryption key, by which
// clients rotate it.
func (imp *importing) decideDek(d Dek) ImportResult {
	name, err := d.checked()
	switch {
	case err != nil:
		return refused(err)
	case d.Version < 1 || d.Version > maxID:
		return refused(fmt.Errorf("version %d is not between 1 and %d", d.Version, maxID))
	case d.EncryptedKeyMaterial == "" || len(d.EncryptedKeyMaterial) > maxKeyText:
		return refused(invalidKey("encryptedKeyMaterial"))
	}
	if _, err := imp.next.findKek(name.Kek, true); err != nil {
		return refused(err)
	}
	id := dekID{DekName: name, version: d.Version}
	rec := put(id.key(), dekFacts{EncryptedKeyMaterial: d.EncryptedKeyMaterial, Deleted: d.Deleted, Changed: millisOf(d.Time)}, "")
	old, there := imp.next.dek(id)
	what := fmt.Sprintf("Version %d of the key of '%s'", d.Version, name.Subject)
	switch {
	case there && old.EncryptedKeyMaterial != d.EncryptedKeyMaterial:
		return conflict("%s is another here", what)
	case there:
		return imp.follow(old.Deleted, d.Deleted, what, rec)
	}
	if err := checkRoom(imp.next.deks.Len()); err != nil {
		return refused(err)
	}
	return imp.take(ImportStored, rec)
}

// follow lets a soft deletion of the source happen here, and not the other way
// round.
func (imp *importing) follow(here, there bool, what string, rec Record) ImportResult {
	switch {
	case here == there:
		return ImportResult{Outcome: ImportIdentical}
	case here:
		return conflict("%s is soft-deleted here", what)
	}
	return imp.take(ImportDeleted, rec)
}

// decideAssociation keeps the GUID and the times of an association. Its schemas
// are there already, so that a frozen one needs not begin with them.
func (imp *importing) decideAssociation(a Association) ImportResult {
	a.Subject = canonicalSubject(a.Subject)
	if err := a.check(); err != nil {
		return refused(err)
	}
	if err := imp.next.checkWritable(a.Subject); err != nil {
		return refused(err)
	}
	facts := associationFacts{
		Subject: a.Subject, GUID: a.GUID, Name: a.Resource.Name, Namespace: a.Resource.Namespace, Lifecycle: a.Lifecycle,
		Frozen: &a.Frozen, Created: millisOf(a.Created), Updated: millisOf(a.Updated),
	}
	if old := imp.next.associations.get(a.Resource, a.Type); old != nil {
		if old.resource == a.Resource && old.subject == a.Subject && old.lifecycle == a.Lifecycle && old.frozen == a.Frozen && old.guid == a.GUID {
			return ImportResult{Outcome: ImportIdentical}
		}
		return conflict("The %s of resource '%s' is associated with '%s' here, %s", a.Type, a.Resource.Name, old.subject, old.lifecycle)
	}
	for _, known := range imp.next.associations.ofID(a.Resource.ID) {
		if known.resource != a.Resource {
			return conflict("Resource id '%s' is that of '%s' here", a.Resource.ID, known.resource.Name)
		}
	}
	j := &judgedAssociation{resource: a.Resource, side: a.Type, subject: a.Subject, lifecycle: a.Lifecycle}
	if err := j.judgeSharing(imp.next); err != nil {
		return conflict("%s", err)
	}
	if imp.next.subject(a.Subject).latest() == nil {
		return refused(noActiveVersion(a.Subject))
	}
	if imp.next.associations.byID.Len() >= imp.room {
		return refused(errorf(CodeTooManyAssociations, "A maximum of %d associations already exist", imp.room))
	}
	return imp.take(ImportStored, put(associationKey(a.Resource, a.Type), facts, ""))
}

// check refuses what no registry can have.
func (a *Association) check() error {
	frozen := a.Frozen
	req := AssociationRequest{Resource: a.Resource, Changes: []AssociationChange{{
		Op: CreateAssociation, Type: a.Type, Subject: &a.Subject, Lifecycle: a.Lifecycle, Frozen: &frozen,
	}}}
	if err := req.check(); err != nil {
		return err
	}
	switch _, err := uuid.Parse(a.GUID); {
	case err != nil:
		return InvalidAssociation("guid", "must be a GUID")
	case a.Lifecycle == "":
		return InvalidAssociation("lifecycle", "must be STRONG or WEAK")
	case a.Frozen && a.Lifecycle == Weak:
		return InvalidAssociation("frozen", "association with lifecycle of WEAK cannot be frozen")
	}
	a.Resource, a.Type = req.Resource, req.Changes[0].Type
	return checkSubject(a.Subject)
}

// millisOf is a time as facts keep it, 0 for none.
func millisOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
