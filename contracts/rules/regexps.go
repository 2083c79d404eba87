package rules

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"github.com/accordhq/accord/schema/jsonschema"
)

// matchesFunction is CEL's matches as Confluent's Java client has it: the whole
// string must match (contracts reference 3.4). The engine is RE2 all the same,
// so that no pattern takes more than linear time.
func matchesFunction() cel.EnvOption {
	args := []*cel.Type{cel.StringType, cel.StringType}
	return cel.Function(overloads.Matches,
		cel.Overload(overloads.Matches, args, cel.BoolType),
		cel.MemberOverload(overloads.MatchesString, args, cel.BoolType),
		cel.SingletonBinaryBinding(func(s, pattern ref.Val) ref.Val {
			source, ok := pattern.Value().(string)
			if !ok {
				return types.MaybeNoSuchOverloadErr(pattern)
			}
			re, err := fullMatch(source)
			if err != nil {
				return types.WrapErr(err)
			}
			return matches(re, s)
		}))
}

func matches(re *regexp.Regexp, s ref.Val) ref.Val {
	text, ok := s.Value().(string)
	if !ok {
		return types.MaybeNoSuchOverloadErr(s)
	}
	return types.Bool(re.MatchString(text))
}

// constantMatches compiles the patterns that stand in an expression once. There
// is one for each overload: CEL has its own for the function, which finds parts
// of strings, and prefers what is bound to an overload.
func constantMatches() cel.ProgramOption {
	compile := func(call interpreter.InterpretableCall, pattern string) (interpreter.InterpretableCall, error) {
		re, err := fullMatch(pattern)
		if err != nil {
			return nil, err
		}
		return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), func(args ...ref.Val) ref.Val {
			return matches(re, args[0])
		}), nil
	}
	return cel.OptimizeRegex(
		&interpreter.RegexOptimization{Function: overloads.Matches, OverloadID: overloads.Matches, RegexIndex: 1, Factory: compile},
		&interpreter.RegexOptimization{Function: overloads.Matches, OverloadID: overloads.MatchesString, RegexIndex: 1, Factory: compile},
	)
}

// maxPattern is the longest regular expression in bytes.
const maxPattern = 2_000

// errLargePattern says that a regular expression is too much to run.
var errLargePattern = fmt.Errorf("the regular expression has more than %d characters, or compiles to more than %d instructions", maxPattern, MaxRegexp)

// fullMatch compiles a pattern so that it matches whole strings alone.
func fullMatch(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > maxPattern {
		return nil, errLargePattern
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	if len(program.Inst) > MaxRegexp {
		return nil, errLargePattern
	}
	return regexp.Compile(`\A(?:` + pattern + `)\z`)
}

// patternVerdict is what a constant pattern means to the clients.
type patternVerdict uint8

const (
	patternSame       patternVerdict = iota // the same everywhere
	patternUnanchored                       // whole strings in Java, parts of them elsewhere
	patternJavaOnly                         // with lookaround or a back reference, say
	patternTooLarge
	patternInvalid
)

func judgePattern(pattern string) patternVerdict {
	_, err := fullMatch(pattern)
	switch {
	case errors.Is(err, errLargePattern):
		return patternTooLarge
	case err != nil:
		if _, err := jsonschema.CompilePattern(pattern); err == nil {
			return patternJavaOnly
		}
		return patternInvalid
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err == nil && anchored(parsed.Simplify(), syntax.OpBeginText) && anchored(parsed.Simplify(), syntax.OpEndText) {
		return patternSame
	}
	return patternUnanchored
}

// anchored reports whether every match reaches the edge of the text: the
// beginning for OpBeginText, the end for OpEndText. A pattern that takes any
// characters up to the edge counts.
func anchored(re *syntax.Regexp, edge syntax.Op) bool {
	switch re.Op {
	case edge:
		return true
	case syntax.OpCapture:
		return anchored(re.Sub[0], edge)
	case syntax.OpStar:
		return re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL
	case syntax.OpConcat:
		if edge == syntax.OpBeginText {
			return anchored(re.Sub[0], edge)
		}
		return anchored(re.Sub[len(re.Sub)-1], edge)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !anchored(sub, edge) {
				return false
			}
		}
		return true
	}
	return false
}
