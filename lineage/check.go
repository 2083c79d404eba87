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
// body is not what the kind has, or it was seen after now.
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
	return f.checkKind()
}

// checkKind reads the fact as what its kind says it is.
func (f Fact) checkKind() error {
	var err error
	switch f.Kind {
	case KindNode:
		_, err = NodeOf(f)
	case KindEdge:
		_, err = EdgeOf(f)
	case KindThrough:
		_, err = ThroughOf(f)
	case KindField:
		_, err = FieldEdgeOf(f)
	case KindFacet, KindRunFacet:
		_, err = FacetOf(f)
	case KindAlias:
		_, err = AliasOf(f)
	case KindStatement:
		_, err = StatementOf(f)
	case KindRun:
		_, err = RunOf(f)
	case KindRunIO:
		_, err = RunIOOf(f)
	case KindCoverage:
		_, err = CoverageOf(f)
	case KindUse:
		_, err = UseOf(f)
	case KindRule:
		_, err = RuleOf(f)
	case KindPosition:
		_, err = PositionOf(f)
	default:
		return fmt.Errorf("%w: kind %q is not known", ErrMalformed, f.Kind)
	}
	return err
}

// Evidence is how the fact came to be known, "" for kinds that do not say.
func (f Fact) Evidence() Evidence {
	place, says := map[Kind]int{KindEdge: 5, KindAlias: 5, KindThrough: 7, KindField: 11}[f.Kind]
	parts, err := ParseKey(f.Key)
	if !says || err != nil || len(parts) <= place {
		return ""
	}
	return Evidence(parts[place])
}
