package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// breach is a promise that a change broke and that was let pass. What it keeps
// is not what was found but the promise as it stood: judging the stream as a
// change of that, the same rules say at any time what is still broken.
type breach struct {
	subject, id string
	breachFacts
	// contract is the one that stood, nil for none.
	contract *contractRow
	millis   int64
	actor    string
}

// breachFacts are the facts of a kindBreach record; the body is the contract
// that stood, byte for byte.
type breachFacts struct {
	// Codes are the rules that found something. What rules of other kinds find
	// against a promise this old, no change ever broke.
	Codes   []finding.Code `json:"codes"`
	Passage passage        `json:"passage"`
	// Home is the subject under which Contract was filed.
	Home     string         `json:"home,omitempty"`
	Contract *contractFacts `json:"contract,omitempty"`
	// Version and ID are those of the subject's latest schema, 0 for none.
	Version int `json:"version,omitempty"`
	ID      int `json:"id,omitempty"`
	// Level is the one that held, where a lower one is the breach.
	Level compat.Level `json:"level,omitempty"`
}

// passage is the way on which a change came past the gate.
type passage string

// The passages. Values are stored: never rename.
const (
	passedAdvised passage = "advise"
	passedExcused passage = "exemption"
	passedForced  passage = "force"
)

// reason says why a change was let pass.
func (p passage) reason() string {
	switch p {
	case passedForced:
		return "it was made with force=true"
	case passedExcused:
		return "an exception excused it"
	default:
		return "governance only advised"
	}
}

// passageOf is the way past the gate that a subject's governance leaves.
func (st *State) passageOf(subject string, forced bool) passage {
	switch {
	case st.governance(subject) != Enforce:
		return passedAdvised
	case forced:
		return passedForced
	}
	return passedExcused
}

// breachSet holds the breaches of a subject, the oldest first. It is never
// changed, so that comparing pointers tells whether anything happened.
type breachSet struct{ all []*breach }

// maxBreaches bounds what is kept for one subject: then the oldest is forgotten.
const maxBreaches = 16

func (b *breach) key() Key { return Key{Kind: kindBreach, ID: b.subject + "@" + b.id} }

// ofLevel reports a breach that settings made, not a contract or a schema.
func (b *breach) ofLevel() bool { return !slices.ContainsFunc(b.Codes, notOfLevel) }

func notOfLevel(code finding.Code) bool { return code != codeLevelLowered }

func (st *State) breachesOf(subject string) []*breach {
	if set, ok := st.breaches.Get(subject); ok {
		return set.all
	}
	return nil
}

func (st *State) applyBreach(e Entry) error {
	i := strings.LastIndexByte(e.Key.ID, '@')
	if i < 0 {
		return fmt.Errorf("breach key %q has no @", e.Key.ID)
	}
	b := &breach{subject: e.Key.ID[:i], id: e.Key.ID[i+1:], millis: e.Time.UnixMilli(), actor: e.Actor}
	all := slices.DeleteFunc(slices.Clone(st.breachesOf(b.subject)), func(known *breach) bool { return known.id == b.id })
	if e.Op == OpPut && len(e.Facts) > 0 {
		if err := json.Unmarshal(e.Facts, &b.breachFacts); err != nil {
			return fmt.Errorf("facts of breach %s: %w", e.Key.ID, err)
		}
		if b.Contract != nil {
			b.contract = &contractRow{subject: b.Home, contractFacts: *b.Contract, at: e.Offset, pending: e.Body, millis: b.millis, actor: b.actor}
		}
		at, _ := slices.BinarySearchFunc(all, b.id, func(known *breach, id string) int { return cmp.Compare(known.id, id) })
		all = slices.Insert(all, at, b)
	}
	if len(all) == 0 {
		st.breaches.Delete(b.subject)
		return nil
	}
	st.breaches.Set(b.subject, &breachSet{all})
	return nil
}

// newBreach is a promise as it stands, before some rules find it broken.
func (st *State) newBreach(subject string, way passage, codes ...finding.Code) *breach {
	b := &breach{subject: subject, id: newChangeID(), breachFacts: breachFacts{Codes: codes, Passage: way}}
	if home := st.roleOf(subject).home; st.contract(home) != nil {
		b.Home, b.contract = home, st.contract(home)
		b.Contract = &b.contract.contractFacts
	}
	if v := st.subject(subject).latest(); v != nil {
		b.Version, b.ID = int(v.number), int(v.id)
	}
	if slices.Contains(codes, codeLevelLowered) {
		b.Level = st.level(subject)
	}
	return b
}

// breachRecords are what a change writes about the promises of a subject: what
// was broken before and is whole now goes, what the change breaks and is let
// pass comes. What is on record already stays as it was recorded.
func (r *Registry) breachRecords(ctx context.Context, before, after *State, subject string, found []finding.Finding, way passage) ([]Record, error) {
	var recs []Record
	var kept []*breach
	known := map[finding.Key]bool{}
	for _, b := range after.breachesOf(subject) {
		left, err := r.broken(ctx, after, b)
		if unlessUndecided(err) != nil {
			return nil, err
		}
		if err == nil && len(left) == 0 && after.settled(b) {
			recs = append(recs, remove(b.key()))
			continue
		}
		kept = append(kept, b)
		for _, f := range left {
			known[f.Key()] = true
		}
	}
	var codes []finding.Code
	for _, f := range found {
		if f.Severity == finding.Error && f.Code.OfChange() && !known[f.Key()] && !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	if len(codes) == 0 {
		return recs, nil
	}
	if len(kept) >= maxBreaches {
		recs = append(recs, remove(kept[0].key()))
	}
	made, err := r.breachRecord(ctx, after, before.newBreach(subject, way, codes...))
	return append(recs, made...), err
}

// breachRecord writes a breach with its contract, if there will be anything to
// tell of it: of a subject that is gone for good there is not.
func (r *Registry) breachRecord(ctx context.Context, after *State, b *breach) ([]Record, error) {
	left, err := r.broken(ctx, after, b)
	if err != nil || len(left) == 0 {
		return nil, unlessUndecided(err)
	}
	var text []byte
	if b.contract != nil {
		if text, err = r.contractText(ctx, b.contract); err != nil {
			return nil, err
		}
	}
	return []Record{put(b.key(), b.breachFacts, string(text))}, nil
}

// levelBreaches are breachRecords for a change of settings, with what it lowers.
// It reads nothing, because settings are decided in the sequencer.
func levelBreaches(before, after *State, lowered []finding.Finding) []Record {
	var recs []Record
	stands := map[string]bool{}
	after.breaches.Scan(func(subject string, set *breachSet) bool {
		for _, b := range set.all {
			_, still := after.levelBroken(b)
			stands[subject] = stands[subject] || still
			if b.ofLevel() && after.settled(b) {
				recs = append(recs, remove(b.key()))
			}
		}
		return true
	})
	for _, f := range lowered {
		if f.Code == codeLevelLowered && !stands[f.Subject] {
			b := before.newBreach(f.Subject, after.passageOf(f.Subject, false), codeLevelLowered)
			recs = append(recs, put(b.key(), b.breachFacts, ""))
		}
	}
	return recs
}

// levelBroken says that a stream is still compared less strictly than before a
// breach, while it is in force and no new major version has announced it.
func (st *State) levelBroken(b *breach) (finding.Finding, bool) {
	if b.Level == "" || b.contract == nil {
		return finding.Finding{}, false
	}
	row, is := st.contract(b.subject), st.level(b.subject)
	if row == nil || !row.inForce() || !weaker(b.Level, is) || announces(b.contract, row) {
		return finding.Finding{}, false
	}
	return levelLowered(b.subject, b.Level, is), true
}

// broken is what is still broken of a promise: what the rules of a breach have
// to say of the stream as a change from then to now. A version of the contract
// that announces it makes it whole, as does everything that takes it back.
func (r *Registry) broken(ctx context.Context, st *State, b *breach) ([]finding.Finding, error) {
	var left []finding.Finding
	if f, is := st.levelBroken(b); is {
		left = append(left, f)
	}
	if b.ofLevel() {
		return left, nil
	}
	c, err := r.caseOf(ctx, st, st, b.subject, st.roleOf(b.subject))
	if err != nil {
		return nil, err
	}
	if c.Before, err = r.promise(ctx, b.contract); err != nil {
		return nil, err
	}
	if c.Previous, err = r.schemaThen(ctx, st, b, c.Schema); err != nil {
		return nil, err
	}
	found, err := contracts.Judge(ctx, c)
	if err != nil {
		return nil, comparisonFailed(err)
	}
	for _, f := range found {
		if f.Severity == finding.Error && b.concerns(f.Code) {
			left = append(left, f)
		}
	}
	return left, nil
}

// concerns reports whether a code is of the kind of promise that was broken: a
// service level that was lowered and is now gone is one promise.
func (b *breach) concerns(code finding.Code) bool {
	return code.OfChange() && slices.ContainsFunc(b.Codes, func(c finding.Code) bool { return family(c) == family(code) })
}

// family is what the codes for one kind of promise begin with.
func family(code finding.Code) string {
	switch first, rest, _ := strings.Cut(string(code), "_"); {
	case code == "CONTRACT_REMOVED", code == "CONTRACT_STREAM_REMOVED":
		return "CONTRACT_REMOVED"
	case first == "CONTRACT":
		kind, _, _ := strings.Cut(rest, "_")
		return first + "_" + kind
	default:
		return first
	}
}

// settled reports whether a breach of which nothing is told is over. While the
// stream lacks what was there, nothing can be told of it, and it is not: taking
// a contract away and filing it again mends nothing.
func (st *State) settled(b *breach) bool {
	row := st.contract(b.Home)
	switch {
	case b.contract != nil && row == nil, b.Version > 0 && st.subject(b.subject).latest() == nil:
		return false
	case b.ofLevel():
		return !weaker(b.Level, st.level(b.subject)) || announces(b.contract, row)
	}
	return true
}

// schemaThen is the schema that a breach was a change of, nil if it is gone for
// good or if nothing can be said of the one that stands now.
func (r *Registry) schemaThen(ctx context.Context, st *State, b *breach, now schema.Parsed) (schema.Parsed, error) {
	v, ok := st.version(b.subject, b.Version)
	if !ok || int(v.id) != b.ID || now == nil && st.subject(b.subject).latest() != nil {
		return nil, nil
	}
	return r.versionParsed(ctx, st, v)
}

// unlessUndecided drops the error that says that a change is too complex to be
// judged: what is let pass anyway does not wait for that.
func unlessUndecided(err error) error {
	if refused := new(Error); errors.As(err, &refused) && refused.Code == CodeTooComplex {
		return nil
	}
	return err
}

// recorded tells of the promises of a subject that are on record as broken and
// are still, each once, with who broke it. They refuse nothing: what a change
// did is no fault of the next.
func (r *Registry) recorded(ctx context.Context, st *State, subject string) ([]finding.Finding, error) {
	var out []finding.Finding
	told := map[finding.Key]bool{}
	for _, b := range st.breachesOf(subject) {
		left, err := r.broken(ctx, st, b)
		if unlessUndecided(err) != nil {
			return nil, err
		}
		for _, f := range left {
			if told[f.Key()] {
				continue
			}
			told[f.Key()] = true
			who := authorOf(b.actor)
			f.Evidence = append(slices.Clone(f.Evidence), fmt.Sprintf("let pass on %s, when %s changed it: %s",
				time.UnixMilli(b.millis).UTC().Format(time.DateOnly), who, b.Passage.reason()))
			f.Tolerated = &finding.Tolerance{By: finding.ByRecord, Reason: b.Passage.reason(), Author: who}
			out = append(out, f)
		}
	}
	return out, nil
}
