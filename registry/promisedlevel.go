package registry

import (
	"fmt"
	"slices"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/contracts"
	"github.com/accordhq/accord/schema/finding"
)

// codeLevelLowered is a change of settings that takes a guarantee from the
// readers of a stream.
var codeLevelLowered = finding.ClaimChange("CONTRACT_LEVEL_LOWERED", "a stream whose contract is in force is compared less strictly than before")

// keepLevels refuses a change of configs under which a stream in force is
// compared less strictly than before, where governance is enforced. It returns
// the change with what has to be on record of it.
func (r *Registry) keepLevels(st *State, configs []Record) ([]Record, error) {
	if st.contracts.Len() == 0 || len(configs) == 0 {
		return configs, nil
	}
	after := st.With(configs...)
	found, wanting := r.loweredLevels(st, after)
	if len(wanting) == 0 {
		return slices.Concat(configs, levelBreaches(st, after, found)), nil
	}
	return nil, &Error{Code: CodeUngoverned, Message: ungoverned(wanting, found), Findings: found}
}

// loweredLevels looks at every stream in force, because a level is inherited.
// It returns what it finds and the subjects for which that counts. A new major
// version of the contract announces a lower level as it does any break.
func (r *Registry) loweredLevels(before, after *State) (found []finding.Finding, wanting []string) {
	after.contracts.Scan(func(subject string, row *contractRow) bool {
		was, is := before.level(subject), after.level(subject)
		mode := after.governance(subject)
		if !weaker(was, is) || !after.governed(subject) || !row.inForce() || announces(before.contract(subject), row) {
			return true
		}
		told := r.tolerate(after, subject, []finding.Finding{levelLowered(subject, was, is)})
		found = append(found, told...)
		if mode == Enforce && refuses(told) {
			wanting = append(wanting, subject)
		}
		return true
	})
	return found, wanting
}

func levelLowered(subject string, was, is compat.Level) finding.Finding {
	return finding.Finding{
		Code: codeLevelLowered, Severity: finding.Error, Subject: subject,
		Message: fmt.Sprintf("compatibility went from %s to %s, and the readers of a stream in force count on it", was, is),
		Hint:    "keep the level, or change it together with a new major version of the contract",
	}
}

func (st *State) level(subject string) compat.Level {
	return *st.effectiveConfig(subject).CompatibilityLevel
}

// inForce reports whether readers may count on a contract.
func (row *contractRow) inForce() bool {
	status, _ := contracts.ParseStatus(row.Status)
	return status == contracts.Active || status == contracts.Deprecated
}

// announces reports whether a contract is a new major version of the one that
// stood, or the first.
func announces(old, next *contractRow) bool {
	if old == nil {
		return true
	}
	was, errOld := contracts.ParseVersion(old.Version)
	is, errNext := contracts.ParseVersion(next.Version)
	return errOld == nil && errNext == nil && was.LevelTo(is) == contracts.MajorBump
}

// weaker reports whether a level asks for less than another: a direction less,
// or fewer versions.
func weaker(was, is compat.Level) bool {
	for _, sides := range was.Directions() {
		if !slices.Contains(is.Directions(), sides) {
			return true
		}
	}
	return was.Transitive() && !is.Transitive()
}
