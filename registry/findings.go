package registry

import (
	"context"
	"math"
	"time"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/schema/finding"
)

// Findings judges subjects as they stand: all of a prefix that governance looks
// at and that have an active schema or a contract, or had and went unannounced.
func (r *Registry) Findings(ctx context.Context, prefix string) ([]finding.Finding, error) {
	return r.FindingsPage(ctx, prefix, 0, math.MaxInt)
}

// FindingsPage is the part of Findings that begins at an offset and holds most
// at the most. It judges the subjects of the page, and of those before it the
// ones whose number of findings it does not remember.
func (r *Registry) FindingsPage(ctx context.Context, prefix string, offset, most int) ([]finding.Finding, error) {
	st := r.state.Load()
	page := []finding.Finding{}
	for _, subject := range st.judged(prefix) {
		if len(page) >= most {
			break
		}
		if n, known := r.tallied(st, subject); known && n <= offset {
			offset -= n
			continue
		}
		found, err := r.standing(ctx, st, subject)
		if err != nil {
			return nil, err
		}
		r.tallies.store(subject, tally{basis: st.tallyBasis(subject), at: r.now(), findings: len(found)})
		skipped := min(offset, len(found))
		offset -= skipped
		found = found[skipped:]
		page = append(page, found[:min(len(found), most-len(page))]...)
	}
	return page, nil
}

// tally is how many findings a subject had, so that pages behind it need not
// judge it again.
type tally struct {
	basis    tallyBasis
	at       time.Time
	findings int
}

// tallyBasis is what of a state the findings of a subject rest on.
type tallyBasis struct {
	ground
	level compat.Level
}

const (
	// tallyLife bounds for how long dates may pass unseen: of owners who come
	// and leave, of exceptions that end.
	tallyLife = time.Minute
	// maxTallies bounds how many are remembered, at some 300 bytes each.
	maxTallies = 100_000
)

func (st *State) tallyBasis(subject string) tallyBasis {
	b := tallyBasis{ground: st.groundOf(subject)}
	if b.breaches != nil {
		b.level = st.level(subject)
	}
	return b
}

// tallied returns how many findings a subject has, if that is remembered.
func (r *Registry) tallied(st *State, subject string) (int, bool) {
	t, known := r.tallies.lookup(subject)
	if !known || t.basis != st.tallyBasis(subject) || r.now().Sub(t.at) > tallyLife {
		return 0, false
	}
	return t.findings, true
}
