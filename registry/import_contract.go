package registry

import (
	"context"
	"encoding/json"
	"fmt"
)

// incomingContract is an imported contract understood.
type incomingContract struct {
	StoredContract
	facts contractFacts
	// refusal says why it cannot be filed.
	refusal error
	// old is what stood in its place when it was prepared, same whether that is
	// the document, byte for byte.
	old  *contractRow
	same bool
}

// prepareContract reads a document and what stands in its place.
func (r *Registry) prepareContract(ctx context.Context, st *State, c StoredContract) (*incomingContract, error) {
	c.Subject = canonicalSubject(c.Subject)
	in := &incomingContract{StoredContract: c, old: st.contract(c.Subject)}
	if in.refusal = checkSubject(c.Subject); in.refusal != nil {
		return in, nil //nolint:nilerr // refusals are told item by item
	}
	doc, faults := r.document("", []byte(c.Text))
	if doc == nil || !doc.Valid() {
		in.refusal = invalidContract(faults)
		return in, nil
	}
	promise := promiseFor(doc, c.Subject)
	if promise == nil {
		in.refusal = fmt.Errorf("the document does not describe %s", c.Subject)
		return in, nil
	}
	in.facts = contractFactsOf(doc, promise)
	in.facts.By, in.facts.Filed = c.Actor, millisOf(c.Time)
	var err error
	in.same, err = r.filed(ctx, st, c.Subject, []byte(c.Text))
	return in, err
}

// decideContract lets a contract that was imported and not touched since follow
// the source.
func (imp *importing) decideContract(in *incomingContract) ImportResult {
	switch now := imp.next.contract(in.Subject); {
	case in.refusal != nil:
		return refused(in.refusal)
	case now != in.old:
		return refused(fmt.Errorf("the contract of '%s' is in the batch twice", in.Subject))
	case in.same:
		return ImportResult{Outcome: ImportIdentical}
	case now != nil && (now.Filed == 0 || in.facts.Filed <= now.Filed):
		return conflict("The contract of '%s' is another here: %s %s", in.Subject, now.ID, now.Version)
	}
	if err := imp.next.checkWritable(in.Subject); err != nil {
		return refused(err)
	}
	return imp.take(ImportStored, put(Key{Kind: kindContract, ID: in.Subject}, in.facts, in.Text))
}

// maxExceptionID bounds the id that another registry gave to an exception.
const maxExceptionID = 100

// decideException takes exceptions that have expired, too: they excuse nothing
// and tell what did.
func (imp *importing) decideException(e Exception) ImportResult {
	e.Subject = canonicalSubject(e.Subject)
	if err := checkException(e.Exemption); err != nil {
		return refused(err)
	}
	if e.ID == "" || len(e.ID) > maxExceptionID {
		return refused(fmt.Errorf("the exception has an id of %d bytes: want 1 to %d", len(e.ID), maxExceptionID))
	}
	if i, known := imp.next.exceptions.find(e.ID); known {
		if sameFacts(imp.next.exceptions.all[i].Exemption, e.Exemption) {
			return ImportResult{Outcome: ImportIdentical}
		}
		return conflict("Exception '%s' is another here, for '%s'", e.ID, imp.next.exceptions.all[i].Subject)
	}
	facts := exceptionFacts{Exemption: e.Exemption, Recorded: millisOf(e.Time)}
	return imp.take(ImportStored, put(Key{Kind: kindException, ID: e.ID}, facts, ""))
}

// sameFacts compares what two values are in a record.
func sameFacts(a, b any) bool {
	x, xErr := json.Marshal(a)
	y, yErr := json.Marshal(b)
	return xErr == nil && yErr == nil && string(x) == string(y)
}
