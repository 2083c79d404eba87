package contracts

import (
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts/sla"
)

// Release is the smallest bump that fits a change.
type Release struct {
	Level Level `json:"level"`
	// Version is the lowest that announces the change; the version before
	// where nothing needs announcing, and zero for a first contract.
	Version Version `json:"-"`
	// Reasons are what asks for the level, one sentence each; what asks for
	// less is left out.
	Reasons []string `json:"reasons,omitempty"`
}

// need raises the release to a level, for a reason.
func (r *Release) need(l Level, reason string) {
	switch {
	case l < r.Level || l == NoBump:
		return
	case l > r.Level:
		r.Level, r.Reasons = l, nil
	}
	r.Reasons = append(r.Reasons, reason)
}

// Bump returns the smallest bump of the contract's version that fits a change:
// major for what breaks a promise, minor for more fields, stronger promises and
// changes of what nobody was promised, patch for words. Which version the next
// contract has is of no account. Without a contract on both sides there is
// nothing to bump.
func Bump(c Case) Release {
	if c.Contract == nil || c.Before == nil || c.inherits() {
		return Release{}
	}
	j := newJudge(c)
	j.words()
	j.breaks()
	j.readership()
	j.ownership()
	j.levels()
	return j.fitting()
}

// fitting completes the release with all that asks for less than what broke.
func (j *judge) fitting() Release {
	j.schemaReasons()
	j.contractReasons()
	j.release.Version = j.Before.Version.Raise(j.release.Level)
	return j.release
}

// wordEdits change what people read of a schema, and no value.
var wordEdits = map[compat.EditKind]bool{
	compat.EditDocumented: true, compat.EditRedocumented: true, compat.EditUndocumented: true, compat.EditTagged: true,
	compat.EditDeprecated: true, compat.EditUndeprecated: true,
}

// schemaReasons are what changed in the schema and broke nothing.
func (j *judge) schemaReasons() {
	for _, e := range j.edits {
		level := MinorBump
		if wordEdits[e.Kind] {
			level = PatchBump
		}
		j.release.need(level, called(e.Path)+": "+e.Message)
	}
	if j.edits == nil && j.changedSchema() {
		j.release.need(MinorBump, "the schema changed in ways that its fields do not show")
	}
}

// contractReasons are what changed in the contract and broke nothing.
func (j *judge) contractReasons() {
	// Seen backwards, what grew is what shrinks.
	come, gone := unlike(j.Contract.SLAs, j.Before.SLAs)
	for _, f := range sla.Changes(come, gone, sla.Options{}) {
		j.release.need(MinorBump, f.Path+" is promised now, or more of it")
	}
	for _, f := range j.Contract.Fields {
		before, listed := j.Before.Field(f.Path)
		if f.Property.Required && (!listed || !before.Property.Required) {
			j.release.need(MinorBump, called(f.Path)+" is promised now")
		}
	}
	if j.Before.says(j.Contract) {
		return
	}
	told := len(j.release.Reasons)
	for _, e := range Diff(j.Before, j.Contract) {
		if e.Path != "version" && e.Path != "status" {
			j.release.need(PatchBump, e.String())
		}
	}
	if told == len(j.release.Reasons) {
		j.release.need(PatchBump, "the contract has its lists in another order")
	}
}

// called names an element in a sentence.
func called(path string) string {
	if path == "" {
		return "the record"
	}
	return "field " + path
}
