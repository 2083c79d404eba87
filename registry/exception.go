package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accordhq/accord/schema/finding"
)

// Exception excuses one finding of one subject until a day, because somebody
// answers for it. It is kept in the log and shown wherever it has an effect.
type Exception struct {
	ID string
	finding.Exemption
	// Time is when it was recorded.
	Time time.Time
}

// exceptionSet holds all exceptions in the order of their ids. It is never
// changed, so that comparing pointers tells whether anything happened.
type exceptionSet struct{ all []Exception }

func (s *exceptionSet) find(id string) (int, bool) {
	return slices.BinarySearchFunc(s.all, id, func(e Exception, id string) int { return cmp.Compare(e.ID, id) })
}

// concerning lists the exemptions that speak of a subject.
func (s *exceptionSet) concerning(subject string) []finding.Exemption {
	var out []finding.Exemption
	for _, e := range s.all {
		if e.Concerns(subject) {
			out = append(out, e.Exemption)
		}
	}
	return out
}

// exceptionFacts are the facts of a kindException record.
type exceptionFacts struct {
	finding.Exemption
	// Recorded is when an imported one was recorded, Unix milliseconds.
	Recorded int64 `json:"recorded,omitempty"`
}

func (st *State) applyException(e Entry) error {
	i, known := st.exceptions.find(e.Key.ID)
	next := &exceptionSet{all: slices.Clone(st.exceptions.all)}
	if known {
		next.all = slices.Delete(next.all, i, i+1)
	}
	if e.Op == OpPut && len(e.Facts) > 0 {
		var facts exceptionFacts
		if err := json.Unmarshal(e.Facts, &facts); err != nil {
			return fmt.Errorf("facts of exception %s: %w", e.Key.ID, err)
		}
		x := Exception{ID: e.Key.ID, Exemption: facts.Exemption, Time: e.Time}
		if facts.Recorded != 0 {
			x.Time = time.UnixMilli(facts.Recorded).UTC()
		}
		next.all = slices.Insert(next.all, i, x)
	}
	st.exceptions = next
	return nil
}

// Exceptions lists the exceptions of a subject, or all of them, in the order in
// which they were made.
func (r *Registry) Exceptions(subject string) []Exception {
	out := []Exception{}
	for _, e := range r.state.Load().exceptions.all {
		if subject == "" || e.Concerns(canonicalSubject(subject)) {
			out = append(out, e)
		}
	}
	return out
}

// AddException records an exception for one code in one subject. Its author
// approves of it.
func (r *Registry) AddException(ctx context.Context, e finding.Exemption) (Exception, error) {
	e.Subject = canonicalSubject(e.Subject)
	if err := checkException(e); err != nil {
		return Exception{}, err
	}
	if e.Expired(r.now()) {
		return Exception{}, errorf(CodeInvalidException, "The exception is not valid: it expired on %s", e.Expires.UTC().Format(time.DateOnly))
	}
	id := newChangeID()
	st, err := r.submit(ctx, func(*State) ([]Record, error) {
		return []Record{put(Key{Kind: kindException, ID: id}, exceptionFacts{Exemption: e}, "")}, nil
	})
	if err != nil {
		return Exception{}, err
	}
	i, ok := st.exceptions.find(id)
	if !ok {
		return Exception{}, exceptionNotFound(id) // another request was next
	}
	return st.exceptions.all[i], nil
}

// maxReason bounds what memory holds of an exception's reason, in bytes.
const maxReason = 4000

func checkException(e finding.Exemption) error {
	if err := checkSubject(e.Subject); err != nil {
		return err
	}
	switch err := e.Validate(); {
	case err != nil:
		faults := strings.ReplaceAll(err.Error(), "\n", "; ")
		return &Error{Code: CodeInvalidException, Message: "The exception is not valid: " + faults, Err: err}
	case strings.Contains(e.Subject, "*"):
		return errorf(CodeInvalidException, "The exception is not valid: it is for one subject, '%s' may be several", e.Subject)
	case len(e.Reason) > maxReason:
		return errorf(CodeInvalidException, "The exception is not valid: its reason is longer than %d bytes", maxReason)
	case finding.Purpose(e.Code) == "":
		return errorf(CodeInvalidException, "The exception is not valid: there is no rule '%s'", e.Code)
	}
	return nil
}

// DeleteException ends an exception before its time.
func (r *Registry) DeleteException(ctx context.Context, id string) error {
	_, err := r.submit(ctx, func(st *State) ([]Record, error) {
		if _, ok := st.exceptions.find(id); !ok {
			return nil, exceptionNotFound(id)
		}
		return []Record{remove(Key{Kind: kindException, ID: id})}, nil
	})
	return err
}

func exceptionNotFound(id string) error {
	return errorf(CodeExceptionNotFound, "Exception '%s' not found.", id)
}

func (st *State) applyBaseline(e Entry) error {
	return applySetting(st.baselines, e, func(b *finding.Baseline) *finding.Baseline { return b })
}

// Baseline returns the old debt of a subject, the zero Baseline for none.
func (r *Registry) Baseline(subject string) finding.Baseline {
	return r.state.Load().baseline(canonicalSubject(subject))
}

func (st *State) baseline(subject string) finding.Baseline {
	if b, ok := st.baselines.Get(subject); ok {
		return *b
	}
	return finding.Baseline{}
}
