package lineage

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// MaxKey and MaxBody bound a fact, in bytes.
const (
	MaxKey  = 64 << 10
	MaxBody = 4 << 20
)

// Check reports why a fact of somebody else is none: its kind, its key or its
// body is not what the kind has, it is listed under something else, or it was
// seen after now.
func (f Fact) Check(now time.Time) error {
	switch {
	case len(f.Key)+len(f.Scope) > MaxKey, len(f.Body) > MaxBody, !utf8.ValidString(f.Key), !utf8.ValidString(f.Scope):
		return fmt.Errorf("%w: %s with a key of %d and a body of %d bytes", ErrMalformed, f.Kind, len(f.Key), len(f.Body))
	case f.First.IsZero() || f.Last.Before(f.First) || f.Said.Before(f.First) || f.Said.After(f.Last):
		return fmt.Errorf("%w: %s %s: it was first seen %s, last seen %s and said %s", ErrMalformed, f.Kind, f.Key,
			f.First.Format(time.RFC3339), f.Last.Format(time.RFC3339), f.Said.Format(time.RFC3339))
	case f.Last.After(now):
		return fmt.Errorf("%w: %s %s was last seen at %s, and it is only %s", ErrMalformed, f.Kind, f.Key,
			f.Last.Format(time.RFC3339), now.Format(time.RFC3339))
	}
	plain, err := f.plain()
	if err != nil {
		return err
	}
	if plain.Key != f.Key || plain.Scope != f.Scope {
		return fmt.Errorf("%w: %s %s under %q: it would be %s under %q", ErrMalformed, f.Kind, f.Key, f.Scope, plain.Key, plain.Scope)
	}
	return nil
}

// plain reads the fact as what its kind says it is, and writes it again.
func (f Fact) plain() (Fact, error) {
	switch f.Kind {
	case KindNode:
		return again(NodeOf(f))
	case KindEdge:
		return again(EdgeOf(f))
	case KindThrough:
		return again(ThroughOf(f))
	case KindField:
		return again(FieldEdgeOf(f))
	case KindFacet, KindRunFacet:
		return again(FacetOf(f))
	case KindAlias:
		return again(AliasOf(f))
	case KindStatement:
		return again(StatementOf(f))
	case KindRun:
		return again(RunOf(f))
	case KindRunIO:
		return again(RunIOOf(f))
	case KindCoverage:
		return again(CoverageOf(f))
	case KindUse:
		return again(UseOf(f))
	case KindRule:
		return again(RuleOf(f))
	case KindPosition:
		return again(PositionOf(f))
	}
	return Fact{}, fmt.Errorf("%w: kind %q is not known", ErrMalformed, f.Kind)
}

func again(read interface{ Fact() Fact }, err error) (Fact, error) {
	if err != nil {
		return Fact{}, err
	}
	return read.Fact(), nil
}

// evidenceAt is which part of the key is the evidence, of kinds that say.
var evidenceAt = map[Kind]int{KindEdge: 5, KindAlias: 5, KindThrough: 7, KindField: 11}

// Evidence is how the fact came to be known, "" for kinds that do not say.
func (f Fact) Evidence() Evidence {
	place, says := evidenceAt[f.Kind]
	if !says {
		return ""
	}
	parts, err := ParseKey(f.Key)
	if err != nil || len(parts) <= place {
		return ""
	}
	return Evidence(parts[place])
}
