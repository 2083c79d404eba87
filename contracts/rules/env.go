package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"

	"github.com/accordhq/accord/schema"
)

// baseEnv is what all rules have in common.
var baseEnv = sync.OnceValues(func() (*cel.Env, error) {
	noMatches := &env.LibrarySubset{ExcludeFunctions: []*env.Function{{Name: overloads.Matches}}}
	opts := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(noMatches)),
		matchesFunction(),
		ext.Strings(),
		ext.Math(),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(MaxExpression),
		cel.ParserRecursionLimit(MaxNesting),
		cel.ParserErrorRecoveryLimit(4),
		cel.ExpressionNodeLimit(MaxNodes),
		cel.Variable("now", cel.TimestampType),
	}
	return cel.NewCustomEnv(append(opts, confluentFunctions()...)...)
})

// scope says which variables an expression has, and of which types. It is a
// map's key.
type scope struct {
	kind scopeKind
	// message is the name of the CEL type of the message or of the record
	// around a field; "" is dyn.
	message string
	// value is the type of value or this; nil is dyn.
	value string
}

type scopeKind uint8

const (
	messageScope scopeKind = iota // CEL: message
	fieldScope                    // CEL_FIELD: value, fullName, name, typeName, tags, message
	inlineScope                   // inline rules: this
)

// envs are the environments of a space by scope, made when they are asked for.
type envs struct {
	mu sync.Mutex
	of map[scope]*cel.Env
}

// maxEnvs bounds them; past it they are made anew each time.
const maxEnvs = 200

// env returns the environment of a scope; types are those of its message and
// value.
func (s *space) env(kind scopeKind, message, value *cel.Type) (*cel.Env, error) {
	key := scope{kind: kind, message: cel.FormatCELType(message), value: cel.FormatCELType(value)}
	s.envs.mu.Lock()
	defer s.envs.mu.Unlock()
	if known := s.envs.of[key]; known != nil {
		return known, nil
	}
	base, err := baseEnv()
	if err != nil {
		return nil, fmt.Errorf("prepare CEL: %w", err)
	}
	e, err := base.Extend(s.declarations(kind, message, value)...)
	if err != nil {
		return nil, fmt.Errorf("declare the schema's types to CEL: %w", err)
	}
	if s.envs.of == nil {
		s.envs.of = map[scope]*cel.Env{}
	}
	if len(s.envs.of) < maxEnvs {
		s.envs.of[key] = e
	}
	return e, nil
}

func (s *space) declarations(kind scopeKind, message, value *cel.Type) []cel.EnvOption {
	opts := []cel.EnvOption{cel.CustomTypeProvider(provider{s}), cel.CustomTypeAdapter(adapter{s.registry})}
	for _, name := range sortedKeys(s.symbols) {
		opts = append(opts, cel.Constant(name, cel.StringType, types.String(s.symbols[name])))
	}
	switch kind {
	case messageScope:
		opts = append(opts, cel.Variable("message", message))
	case fieldScope:
		opts = append(opts,
			cel.Variable("message", message), cel.Variable("value", value), cel.Variable("fullName", cel.StringType),
			cel.Variable("name", cel.StringType), cel.Variable("typeName", cel.StringType), cel.Variable("tags", cel.ListType(cel.StringType)))
	case inlineScope:
		opts = append(opts, cel.Variable("this", value))
	}
	return opts
}

// fault is why an expression does not compile, with its place.
type fault struct {
	message string
	// line and column count from 1.
	line, column int
	// syntax: the text cannot be parsed.
	syntax bool
}

// compiled is an expression that CEL understands.
type compiled struct {
	ast *cel.Ast
	env *cel.Env
	// unsure: the type checker objected to nothing but the use of a record or
	// JSON object as the map it is at run time, so types were left open.
	unsure []fault
}

// compile parses and type-checks an expression.
//
// Clients hand Avro records and JSON objects to CEL as maps, and Java's retries
// without their types what does not compile with them. So where every objection
// of the type checker is about such a type, or about a comparison with null,
// the expression is compiled again with all of them open.
func (s *space) compile(kind scopeKind, message, value *cel.Type, expr string) (compiled, []fault, error) {
	if len(expr) > MaxExpression {
		return compiled{}, []fault{{message: fmt.Sprintf("the expression is longer than %d bytes", MaxExpression), line: 1, column: 1}}, nil
	}
	e, err := s.env(kind, message, value)
	if err != nil {
		return compiled{}, nil, err
	}
	parsed, issues := e.Parse(expr)
	if faults := faultsOf(issues, true); len(faults) > 0 {
		return compiled{}, faults, nil
	}
	checked, issues := e.Check(parsed)
	faults := faultsOf(issues, false)
	if len(faults) == 0 {
		return compiled{ast: checked, env: e}, nil, nil
	}
	if certain := slices.DeleteFunc(slices.Clone(faults), s.unsure); len(certain) > 0 {
		return compiled{}, plainNames(certain), nil
	}
	open, err := s.env(kind, cel.DynType, openType(value))
	if err != nil {
		return compiled{}, nil, err
	}
	checked, issues = open.Check(parsed)
	if stillThere := faultsOf(issues, false); len(stillThere) > 0 {
		return compiled{}, plainNames(faults), nil
	}
	return compiled{ast: checked, env: open, unsure: plainNames(faults)}, nil, nil
}

// unsure reports whether a fault may be none once the record's data is there.
// Its message is the one place where the type checker names the types of the
// operands.
func (s *space) unsure(f fault) bool {
	if s.format == schema.Protobuf {
		return false // messages have their types in every client
	}
	return strings.Contains(f.message, objectMark) || strings.Contains(f.message, ", null)") || strings.Contains(f.message, "(null, ")
}

// openType is dyn for a type that holds objects, else the type itself.
func openType(t *cel.Type) *cel.Type {
	if strings.Contains(cel.FormatCELType(t), objectMark) {
		return cel.DynType
	}
	return t
}

// faultsOf are the errors among what a step of the compiler had to say.
func faultsOf(issues *cel.Issues, syntax bool) []fault {
	if issues.Err() == nil {
		return nil
	}
	var out []fault
	for _, e := range issues.Errors() {
		out = append(out, fault{message: e.Message, line: max(1, e.Location.Line()), column: max(0, e.Location.Column()) + 1, syntax: syntax})
	}
	if len(out) == 0 {
		out = append(out, fault{message: issues.Err().Error(), line: 1, column: 1, syntax: syntax})
	}
	return out
}

func plainNames(faults []fault) []fault {
	for i := range faults {
		faults[i].message = strings.ReplaceAll(faults[i].message, objectMark, "")
	}
	return faults
}

// resultType is the type of the whole expression.
func (c compiled) resultType() *cel.Type { return c.ast.OutputType() }

// each calls fn for every node of the expression.
func (c compiled) each(fn func(ast.Expr)) {
	ast.PreOrderVisit(c.ast.NativeRep().Expr(), ast.NewExprVisitor(fn))
}

// typeOf is the type of one node.
func (c compiled) typeOf(e ast.Expr) *types.Type { return c.ast.NativeRep().GetType(e.ID()) }

// place is where a node stands, counted from 1.
func (c compiled) place(e ast.Expr) (line, column int) {
	at := c.ast.NativeRep().SourceInfo().GetStartLocation(e.ID())
	return max(1, at.Line()), max(0, at.Column()) + 1
}

// ErrNotExecutable is the error of a rule that compiles and uses functions that
// are declared for checking and not run here: decimals and variants.
var ErrNotExecutable = errors.New("the rule uses functions that Accord checks and does not run")

// program makes the expression executable, within the limits of this package.
func (c compiled) program() (cel.Program, error) {
	opts := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize), constantMatches()}
	linear := true
	var foreign string
	c.each(func(e ast.Expr) {
		switch e.Kind() {
		case ast.ComprehensionKind:
			linear = false
		case ast.CallKind:
			name := e.AsCall().FunctionName()
			linear = linear && isLinear(name)
			if notExecutable(name) {
				foreign = name
			}
		}
	})
	if foreign != "" {
		return nil, fmt.Errorf("%w: %s", ErrNotExecutable, foreign)
	}
	if !linear {
		opts = append(opts, cel.CostLimit(CostLimit), cel.InterruptCheckFrequency(100))
	}
	return c.env.Program(c.ast, opts...)
}

// isLinear reports whether a function takes no more time than its arguments are
// long, and gives nothing longer than them. An expression of such functions
// alone, without loops, needs no one to watch over its cost, which would take
// longer than most rules do.
func isLinear(function string) bool {
	switch function {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.Index, operators.In,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
		overloads.Size, overloads.Contains, overloads.StartsWith, overloads.EndsWith, overloads.Matches,
		overloads.TypeConvertInt, overloads.TypeConvertUint, overloads.TypeConvertDouble, overloads.TypeConvertTimestamp, overloads.TypeConvertDuration,
		"lowerAscii", "upperAscii", "trim", "substring", "charAt":
		return true
	}
	return validators[function] != nil
}
