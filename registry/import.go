package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
)

// ImportBatch is content as another registry had it. What it says about ids,
// versions and times holds; nothing is compared, inherited or normalised.
type ImportBatch struct {
	Contexts []ImportedContext
	// Versions are stored in the order given: one that refers to another comes
	// after it. A GUID is kept where it is the hash of the text it comes with;
	// a zero Time is the time of the import. Tags and Aliases are ignored.
	Versions []Version
	Configs  []Scoped[Config]
	Policies []Scoped[Policy]
	// Modes are applied last, so that READONLY does not stand in the way of
	// the batch that brings it.
	Modes []Scoped[Mode]
	// What follows is what an Accord keeps beside schemas. Contracts are filed
	// past the gate: what they owe is a matter of the baseline.
	Contracts    []StoredContract
	Exceptions   []Exception
	Associations []Association
	// Keks come before the Deks that they wrap.
	Keks []Kek
	Deks []Dek
	// OverwriteSettings replaces configs, policies and modes that differ.
	// Without it they are conflicts. Versions are never overwritten.
	OverwriteSettings bool
}

// ImportedContext is a context with the highest id that was ever given out in
// it, 0 if that is not known.
type ImportedContext struct {
	Name  string
	MaxID int
}

// Scoped is a setting of a subject, a context (":.eu:"), the top level ("") or
// all contexts (":.__GLOBAL:").
type Scoped[T any] struct {
	Scope string
	Value T
}

// ImportOutcome is what became of one item of a batch.
type ImportOutcome string

// The outcomes. They are the wire's words, too.
const (
	// ImportStored: it was not there and is now.
	ImportStored ImportOutcome = "stored"
	// ImportDeleted: it was there, active, and is soft-deleted now.
	ImportDeleted ImportOutcome = "deleted"
	// ImportIdentical: it was there.
	ImportIdentical ImportOutcome = "identical"
	// ImportConflict: something else is in its place and stays.
	ImportConflict ImportOutcome = "conflict"
	// ImportRefused: it cannot be stored.
	ImportRefused ImportOutcome = "refused"
)

// ImportResult is the outcome of one item.
type ImportResult struct {
	Outcome ImportOutcome
	// Message says why for conflicts and refusals.
	Message string
	// Unparsed is the parser's complaint about a text that is kept as it is:
	// it is served byte for byte and cannot be compared with.
	Unparsed string
}

// ImportResults are the outcomes of a batch, each list in the batch's order.
type ImportResults struct {
	Contexts, Versions, Configs, Policies, Modes    []ImportResult
	Contracts, Exceptions, Associations, Keks, Deks []ImportResult
}

// Import stores a batch as one change, except for the items that conflict with
// what is there or cannot be stored. Importing the same again changes nothing.
func (r *Registry) Import(ctx context.Context, batch ImportBatch) (ImportResults, error) {
	// Items are refused one by one, so Current would not see that.
	if err := r.catchUpSoon(ctx); err != nil {
		return ImportResults{}, err
	}
	for {
		imp, err := r.prepareImport(ctx, r.state.Load(), batch)
		if err != nil {
			return ImportResults{}, err
		}
		_, err = r.submit(ctx, imp.decide)
		switch {
		case errors.Is(err, errStale):
			continue
		case err != nil:
			return ImportResults{}, err
		}
		return imp.results, nil
	}
}

// importing is a batch prepared on a state.
type importing struct {
	batch     ImportBatch
	versions  []*incoming
	contracts []*incomingContract
	results   ImportResults
	// room is how many associations there may be.
	room int

	// next and recs grow while the batch is decided.
	next *State
	recs []Record
}

// decide settles each item on the state that the items before it leave.
func (imp *importing) decide(st *State) ([]Record, error) {
	imp.next, imp.recs, imp.results = st.With(), nil, ImportResults{}
	out := &imp.results
	for _, c := range imp.batch.Contexts {
		out.Contexts = append(out.Contexts, imp.decideContext(c))
	}
	for _, in := range imp.versions {
		if old, _ := st.version(in.Subject, in.Version.Version); old != in.old && in.refusal == nil {
			return nil, errStale
		}
		out.Versions = append(out.Versions, imp.decideVersion(in))
	}
	for _, in := range imp.contracts {
		if st.contract(in.Subject) != in.old {
			return nil, errStale
		}
		out.Contracts = append(out.Contracts, imp.decideContract(in))
	}
	imp.decideHoldings()
	for _, s := range imp.batch.Configs {
		out.Configs = append(out.Configs, imp.decideConfig(s))
	}
	for _, s := range imp.batch.Policies {
		out.Policies = append(out.Policies, imp.decidePolicy(s))
	}
	for _, s := range imp.batch.Modes {
		out.Modes = append(out.Modes, imp.decideMode(s))
	}
	return imp.recs, nil
}

// take adds records to the change.
func (imp *importing) take(outcome ImportOutcome, recs ...Record) ImportResult {
	for _, rec := range recs {
		imp.next.apply(Entry{Record: rec, Offset: imp.next.head})
	}
	imp.recs = append(imp.recs, recs...)
	return ImportResult{Outcome: outcome}
}

func refused(err error) ImportResult {
	return ImportResult{Outcome: ImportRefused, Message: err.Error()}
}

func conflict(format string, args ...any) ImportResult {
	return ImportResult{Outcome: ImportConflict, Message: fmt.Sprintf(format, args...)}
}

func (imp *importing) decideContext(c ImportedContext) ImportResult {
	if !strings.HasPrefix(c.Name, ".") || strings.Contains(c.Name, ":") || c.MaxID < 0 || c.MaxID > maxID {
		return refused(errorf(CodeInvalidSubject, "The specified context '%s' is not a valid.", c.Name))
	}
	scope := Qualified(c.Name, "")
	if err := checkScope(scope); err != nil || c.Name == globalContext {
		return refused(errorf(CodeInvalidSubject, "The specified context '%s' is not a valid.", c.Name))
	}
	facts, known := imp.next.contexts.Get(c.Name)
	there := known && !facts.Gone || c.Name == DefaultContext
	next := max(imp.next.nextID(c.Name), c.MaxID+1)
	if there && next == imp.next.nextID(c.Name) {
		return ImportResult{Outcome: ImportIdentical}
	}
	if err := imp.next.checkWritable(scope); err != nil {
		return refused(err)
	}
	return imp.take(ImportStored, put(Key{Kind: kindContext, ID: c.Name}, contextFacts{NextID: next}, ""))
}

func (imp *importing) decideConfig(s Scoped[Config]) ImportResult {
	scope := canonicalScope(s.Scope)
	change := ConfigChange{Set: s.Value}
	if err := errors.Join(checkScope(scope), change.check()); err != nil {
		return refused(err)
	}
	return imp.settle(scope, kindConfig, imp.next.ownConfig(scope) != nil, imp.next.ownConfig(scope), change.Set)
}

func (imp *importing) decidePolicy(s Scoped[Policy]) ImportResult {
	scope := canonicalScope(s.Scope)
	change := PolicyChange{Set: s.Value}
	if err := errors.Join(checkScope(scope), change.check(scope)); err != nil {
		return refused(err)
	}
	return imp.settle(scope, kindPolicy, imp.next.ownPolicy(scope) != nil, imp.next.ownPolicy(scope), change.Set)
}

// decideMode lets any mode take the place of READWRITE, which is what a
// registry has that somebody imports into.
func (imp *importing) decideMode(s Scoped[Mode]) ImportResult {
	scope := canonicalScope(s.Scope)
	mode, err := parseMode(string(s.Value))
	if err = errors.Join(err, checkScope(scope)); err != nil {
		return refused(err)
	}
	if mode == "" || mode == ForwardMode && scope != globalScope {
		return refused(errorf(CodeInvalidMode, "Forward mode only supported on global level"))
	}
	own := imp.next.ownMode(scope)
	return imp.settle(scope, kindMode, own != "" && (own != ReadWrite || mode == own), modeFacts{Mode: own}, modeFacts{Mode: mode})
}

// settle stores a setting unless another one is there.
func (imp *importing) settle(scope, kind string, there bool, own, value any) ImportResult {
	rec := put(Key{Kind: kind, ID: scope}, value, "")
	if there {
		have := put(rec.Key, own, "").Facts
		switch {
		case bytes.Equal(have, rec.Facts):
			return ImportResult{Outcome: ImportIdentical}
		case !imp.batch.OverwriteSettings:
			return conflict("The %s is %s here, not %s", kind, have, rec.Facts)
		}
	}
	if kind != kindMode {
		if err := imp.next.checkWritable(scope); err != nil {
			return refused(err)
		}
	}
	return imp.take(ImportStored, rec)
}
