package rules

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"google.golang.org/protobuf/proto"

	"github.com/accordhq/accord/schema"
)

// Program is a rule ready to run on records of its schema. It is safe for
// concurrent use.
type Program struct {
	space *space
	rule  schema.Rule
	text  expression
	now   func() time.Time
	// parts are the compiled expressions by the types they were compiled for,
	// places the same by the fields and Protobuf messages they run on, which is
	// faster to ask.
	parts  sync.Map // of partKey to *part
	places sync.Map // of place and of protoreflect.FullName to *part
}

// place is where a field rule runs: values of a shape in an object's field, or
// null in their place.
type place struct {
	object *object
	shape  *shape
	null   bool
}

type partKey struct{ message, value string }

// part is the expression compiled for one pair of types.
type part struct {
	once        sync.Once
	guard, body cel.Program
	guardErr    error
	err         error
}

// Outcome is what a rule made of a record.
type Outcome struct {
	// Record is the record after the rule: what a TRANSFORM gave, otherwise the
	// one that was handed in. The latter is never changed.
	Record any
	// Holds is false where a CONDITION failed.
	Holds bool
	// Skipped: the guard was not true, so the rule did not run on the message,
	// or on any field it visited.
	Skipped bool
	// Field is the full name of the field whose condition failed, "" for rules
	// on messages.
	Field string
}

// Run applies the rule to a record: a proto.Message for Protobuf; for Avro and
// JSON Schema a map[string]any with values as codecs make them, values of
// unions bare and not wrapped in their type's name. JSON is best decoded with
// json.Decoder.UseNumber, so that integers stay integers.
//
// Where clients disagree, Java's decides: a guard that is not true, or fails,
// skips the rule; a CONDITION fails on false alone; matches compares whole
// strings; null fields are visited. An error is the rule's failure: the
// evaluation failed, took more than CostLimit, gave null or what the field
// cannot hold; or the context ended, which the error then wraps.
func (p *Program) Run(ctx context.Context, record any) (Outcome, error) {
	now := p.now()
	var out Outcome
	var err error
	if p.rule.Type == typeCELField {
		out, err = p.runFields(ctx, record, now)
	} else {
		out, err = p.runMessage(ctx, record, now)
	}
	if err != nil {
		return Outcome{Record: record}, fmt.Errorf("rule '%s': %w", p.rule.Name, err)
	}
	return out, nil
}

// verify compiles what needs no record to be compiled.
func (p *Program) verify() error {
	if strings.TrimSpace(p.text.body) == "" {
		return errors.New("there is no expression")
	}
	if p.rule.Type == typeCEL {
		pt := p.part(p.space.roots[0].celType(), cel.DynType)
		if pt.err != nil && len(p.space.roots) > 1 {
			return nil // a rule on another message of the file
		}
		return pt.err
	}
	return p.part(cel.DynType, cel.DynType).err
}

func (p *Program) fieldPart(at place) *part {
	if known, ok := p.places.Load(at); ok {
		return known.(*part)
	}
	value := at.shape.fieldValueType()
	if at.null {
		value = cel.DynType
	}
	pt := p.part(cel.ObjectType(at.object.name), value)
	p.places.Store(at, pt)
	return pt
}

func (p *Program) part(message, value *cel.Type) *part {
	key := partKey{cel.FormatCELType(message), cel.FormatCELType(value)}
	known, ok := p.parts.Load(key)
	if !ok {
		known, _ = p.parts.LoadOrStore(key, &part{})
	}
	pt := known.(*part)
	pt.once.Do(func() {
		if p.text.guard != "" {
			pt.guard, pt.guardErr = p.compile(message, value, p.text.guard)
		}
		pt.body, pt.err = p.compile(message, value, p.text.body)
	})
	return pt
}

func (p *Program) compile(message, value *cel.Type, text string) (cel.Program, error) {
	kind := messageScope
	if p.rule.Type == typeCELField {
		kind = fieldScope
	}
	c, faults, err := p.space.compile(kind, message, value, text)
	switch {
	case err != nil:
		return nil, err
	case len(faults) > 0:
		f := faults[0]
		return nil, fmt.Errorf("%d:%d: %s", f.line, f.column, tidy(f.message))
	}
	return c.program()
}

// errSkipped says that a guard was not true.
var errSkipped = errors.New("skipped")

// evaluate runs guard and body; errSkipped is its error where the guard is not
// true.
func (pt *part) evaluate(ctx context.Context, vars *variables) (ref.Val, error) {
	if pt.guardErr != nil {
		return nil, errSkipped
	}
	if pt.guard != nil {
		out, _, err := pt.guard.ContextEval(ctx, vars)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil || out != types.True {
			return nil, errSkipped
		}
	}
	if pt.err != nil {
		return nil, pt.err
	}
	out, _, err := pt.body.ContextEval(ctx, vars)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return out, err
}

// variables are what an expression can name.
type variables struct {
	now            time.Time
	message, value any
	at             *visited
}

var _ cel.Activation = (*variables)(nil)

// ResolveName finds a variable.
func (v *variables) ResolveName(name string) (any, bool) {
	switch name {
	case "now":
		return v.now, true
	case "message":
		return v.message, true
	}
	if v.at == nil {
		return nil, false
	}
	switch name {
	case "value":
		return v.value, true
	case "fullName":
		return v.at.fullName, true
	case "name":
		return v.at.member.name, true
	case "typeName":
		return v.at.typeName, true
	case "tags":
		return v.at.tags, true
	}
	return nil, false
}

// Parent is nil: there are no variables around these.
func (v *variables) Parent() cel.Activation { return nil }

func (p *Program) runMessage(ctx context.Context, record any, now time.Time) (Outcome, error) {
	out, err := p.messagePart(record).evaluate(ctx, &variables{now: now, message: record})
	switch {
	case errors.Is(err, errSkipped):
		return Outcome{Record: record, Holds: true, Skipped: true}, nil
	case err != nil:
		return Outcome{}, err
	case p.rule.Kind == kindCondition:
		return Outcome{Record: record, Holds: out != types.False}, nil
	case out == types.NullValue:
		return Outcome{}, errNull
	}
	result, err := newRecord(out, record)
	return Outcome{Record: result, Holds: true}, err
}

// errNull: a transformation has nothing to give.
var errNull = errors.New("the transformation gave null")

// messagePart is the expression compiled for the type of a record.
func (p *Program) messagePart(record any) *part {
	var at any = place{}
	m, isMessage := record.(proto.Message)
	if isMessage {
		at = m.ProtoReflect().Descriptor().FullName()
	}
	if known, ok := p.places.Load(at); ok {
		return known.(*part)
	}
	message := p.space.roots[0].celType()
	if isMessage {
		message = p.space.messageType(m)
	}
	pt := p.part(message, cel.DynType)
	if !isMessage || message.Kind() != cel.DynKind { // of foreign messages there may be any number
		p.places.Store(at, pt)
	}
	return pt
}

// messageType is the CEL type of a message, dyn for one that the schema does
// not have.
func (s *space) messageType(m proto.Message) *cel.Type {
	name := string(m.ProtoReflect().Descriptor().FullName())
	if _, ok := s.registry.FindStructType(name); !ok {
		return cel.DynType
	}
	return cel.ObjectType(name)
}
