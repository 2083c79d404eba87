package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/accordhq/accord/schema/finding"
)

// celCheck checks one CEL expression in one scope.
type celCheck struct {
	*ruleCheck
	kind           scopeKind
	message, value *cel.Type
	// result is the shape that a transformation must give, nil for any.
	result *shape

	guard, body compiled
	found       []finding.Finding
}

// run compiles both parts of an expression and returns what is wrong with them.
func (c *celCheck) run(e expression) []finding.Finding {
	if c.splitsText() || !c.spend(costOfCompiling(c.rule.Expr)) {
		return c.found
	}
	if e.guard != "" {
		c.checkGuard(e.guard)
	}
	if strings.TrimSpace(e.body) == "" {
		c.add(codeSyntax, finding.Error, "there is no expression behind the guard", "write the guard, a semicolon and the expression", "", 0, 0)
		return c.found
	}
	body, faults, err := c.space.compile(c.kind, c.message, c.value, e.body)
	if c.compiled(faults, err) {
		c.body = body
		c.inspect(body)
		c.checkResult(body)
	}
	return c.found
}

// maxFound is how many things are said of one expression: past it nobody reads
// on.
const maxFound = 20

func (c *celCheck) add(code finding.Code, severity finding.Severity, message, hint, expr string, line, column int) {
	if len(c.found) >= maxFound {
		return
	}
	f := finding.Finding{Code: code, Severity: severity, Message: message, Hint: hint}
	if line > 0 {
		f.Message += fmt.Sprintf(" (at %d:%d of the expression)", line, column)
		f.Evidence = excerpt(expr, line, column)
	}
	c.found = append(c.found, f)
}

// at adds a finding about a place in the rule's expression.
func (c *celCheck) at(in compiled, e ast.Expr, code finding.Code, severity finding.Severity, message, hint string) {
	line, column := in.place(e)
	c.add(code, severity, message, hint, c.rule.Expr, line, column)
}

// splitsText reports a semicolon in a string that clients take for the end of
// a guard.
func (c *celCheck) splitsText() bool {
	at := strings.IndexByte(c.rule.Expr, ';')
	if at < 0 || strings.EqualFold(parameter(c.rule, c.metadata, ignoreGuardParam), "true") || !inText(c.rule.Expr, at) {
		return false
	}
	before := c.rule.Expr[:at]
	c.add(codeGuard, finding.Error,
		"the semicolon in its text splits the rule: what stands before it is taken for a guard, does not compile, and so the rule never runs",
		`write it as \x3b, which every client reads; the parameter `+ignoreGuardParam+"=true is known to Java's clients only",
		c.rule.Expr, 1+strings.Count(before, "\n"), at-strings.LastIndexByte(before, '\n'))
	return true
}

func (c *celCheck) checkGuard(text string) {
	guard, faults, err := c.space.compile(c.kind, c.message, c.value, text)
	switch {
	case err != nil:
		c.internal(err)
	case len(faults) > 0:
		f := faults[0]
		c.add(codeGuard, finding.Error,
			"its guard does not compile, which clients take for false, so the rule never runs: "+tidy(f.message), c.nameHint(f),
			c.rule.Expr, f.line, f.column)
	case !boolean(guard.resultType()):
		c.add(codeGuard, finding.Error,
			fmt.Sprintf("its guard gives %s and no boolean: Java's clients skip the rule then, Go's run it", typeName(guard.resultType())),
			"compare the value, for example value != ''", "", 0, 0)
	default:
		c.guard = guard
		c.inspect(guard)
	}
}

// compiled reports why the body did not compile, if it did not.
func (c *celCheck) compiled(faults []fault, err error) bool {
	if err != nil {
		c.internal(err)
		return false
	}
	for _, f := range faults {
		code, hint := codeType, c.nameHint(f)
		if f.syntax {
			code = codeSyntax
			if at := strings.IndexByte(c.rule.Expr, ';'); at >= 0 && hint == "" && strings.Contains(c.rule.Expr[at+1:], ";") {
				hint = "only the first semicolon ends a guard; join conditions with &&"
			}
		}
		c.add(code, finding.Error, tidy(f.message), hint, c.rule.Expr, f.line, f.column)
		if f.syntax {
			break // what follows a first syntax error is noise
		}
	}
	return len(faults) == 0
}

// internal: the expression could not be compiled for a reason that is none of
// its own, which is no fault of the rule.
func (c *celCheck) internal(err error) {
	c.add(codeUnchecked, finding.Info, "it could not be checked: "+err.Error(), "", "", 0, 0)
}

// tidy drops what means nothing to the reader from a message of CEL's.
func tidy(message string) string {
	return wrapped.ReplaceAllString(strings.ReplaceAll(message, " (in container '')", ""), "$1")
}

// wrapped is a type that may be null, as CEL prints it.
var wrapped = regexp.MustCompile(`wrapper\((\w+)\)`)

// nameHint is the known name that the word at a fault most likely means, or the
// names there are if the word is no name at all.
func (c *celCheck) nameHint(f fault) string {
	names := c.variables()
	word := wordAt(c.rule.Expr, f.line, f.column)
	if word == "" || slices.Contains(names, word) || f.syntax {
		return ""
	}
	if near := c.suggest(word, names); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "a " + c.rule.Type + " rule has the variables " + strings.Join(names, ", ")
}

func (c *celCheck) variables() []string {
	switch c.kind {
	case fieldScope:
		return []string{"value", "name", "fullName", "typeName", "tags", "message", "now"}
	case inlineScope:
		return []string{"this", "now"}
	}
	return []string{"message", "now"}
}

// inspect looks at every node of an expression that compiles.
func (c *celCheck) inspect(in compiled) {
	for _, f := range in.unsure {
		c.add(codeUnchecked, finding.Info,
			"whether this works depends on the client and the data: "+tidy(f.message), "", c.rule.Expr, f.line, f.column)
	}
	var open []string
	in.each(func(e ast.Expr) {
		switch e.Kind() {
		case ast.SelectKind:
			if name := c.selection(in, e); name != "" {
				open = append(open, name)
			}
		case ast.CallKind:
			c.call(in, e)
		case ast.IdentKind:
			if text, ok := c.space.symbols[e.AsIdent()]; ok {
				c.at(in, e, codePortable, finding.Warning, "only Confluent's older Java clients know the symbols of an enum by name; others refuse the rule",
					fmt.Sprintf("compare with the text '%s'", text))
			}
			if e.AsIdent() == "now" {
				c.at(in, e, codePortable, finding.Warning, "the variable now exists in Java's clients only; others refuse the rule",
					"keep such a check for consumers and producers in Java, or compare fields with one another")
			}
		}
	})
	if len(open) > 0 && len(in.unsure) == 0 && c.message.Kind() != cel.DynKind {
		slices.Sort(open)
		c.add(codeUnchecked, finding.Info, "the schema leaves open what these are, so they are not checked: "+summary(open), "", "", 0, 0)
	}
}

// selection reports a field that the schema lacks; it returns the name of a
// field that could not be looked up.
func (c *celCheck) selection(in compiled, e ast.Expr) string {
	sel := e.AsSelect()
	t := in.typeOf(sel.Operand())
	if t == nil || t.Kind() == types.DynKind {
		name, ok := dotted(e)
		if ok {
			return name
		}
		return ""
	}
	if t.Kind() != types.StructKind || c.space.knows(t, sel.FieldName()) {
		return ""
	}
	owner := strings.TrimSuffix(t.TypeName(), objectMark)
	near, hint := c.fieldHint(t, sel.FieldName())
	switch o := c.space.object(t); {
	case o != nil && o.open && near == "":
		c.at(in, e, codeUnchecked, finding.Info, fmt.Sprintf("%s names no field %s; as it allows others, it may be there", owner, sel.FieldName()), hint)
	case o != nil && (o.open || sel.IsTestOnly()):
		c.at(in, e, codeField, finding.Warning, fmt.Sprintf("%s names no field %s", owner, sel.FieldName()), hint)
	default:
		c.at(in, e, codeField, finding.Error, fmt.Sprintf("%s has no field %s", owner, sel.FieldName()), hint)
	}
	return ""
}

// fieldHint is the field of a type that a misspelt name most likely means, ""
// if none is near, and what to say of it.
func (c *celCheck) fieldHint(t *types.Type, name string) (near, hint string) {
	names := c.space.fieldNames(t)
	if near = c.suggest(name, names); near != "" {
		return near, fmt.Sprintf("did you mean %s?", near)
	}
	return "", "its fields are " + summary(slices.Sorted(slices.Values(names[:min(len(names), maxNamed)])))
}

// maxNamed is how many fields are looked through for a few to name.
const maxNamed = 50

// dotted is a selection as it is written, if it begins at the message.
func dotted(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		name := strings.TrimPrefix(e.AsIdent(), ".")
		return name, name == "message" || name == "this"
	case ast.SelectKind:
		name, ok := dotted(e.AsSelect().Operand())
		return name + "." + e.AsSelect().FieldName(), ok
	}
	return "", false
}

// call reports functions that clients lack or take differently.
func (c *celCheck) call(in compiled, e ast.Expr) {
	call := e.AsCall()
	if why := unportable(call.FunctionName()); why != "" {
		c.at(in, e, codePortable, finding.Warning,
			fmt.Sprintf("the function %s is not known to every client: %s; others refuse the rule", strings.ReplaceAll(call.FunctionName(), "@", ""), why), "")
	}
	if call.FunctionName() != "matches" || len(call.Args()) == 0 {
		return
	}
	pattern := call.Args()[len(call.Args())-1]
	if pattern.Kind() != ast.LiteralKind {
		c.at(in, e, codeMatches, finding.Info, "its pattern is not constant: Java's clients match whole strings with it, Go's any part", "")
		return
	}
	source, _ := pattern.AsLiteral().Value().(string)
	switch judgePattern(source) {
	case patternUnanchored:
		c.at(in, e, codeMatches, finding.Warning, "Java's clients match whole strings with this pattern, Go's any part",
			fmt.Sprintf("say what is meant: '^(?:%[1]s)$' for the whole string, '.*(?:%[1]s).*' for a part", source))
	case patternJavaOnly:
		c.at(in, e, codeMatches, finding.Warning, "only Java's clients can run this pattern; others fail on every record",
			"write it without lookaround, back references and repetitions over 1000, perhaps as several conditions")
	case patternTooLarge:
		c.at(in, e, codeLimit, finding.Error, errLargePattern.Error(), "use smaller repetitions, or check the length with size()")
	case patternInvalid:
		c.at(in, e, codeMatches, finding.Error, "this pattern is no regular expression", "check its brackets and escapes; in a plain string a backslash is written twice")
	}
}

// checkResult judges the type of what the expression gives.
func (c *celCheck) checkResult(body compiled) {
	got := body.resultType()
	switch {
	case c.kind == inlineScope:
		if !boolean(got) && got.Kind() != cel.StringKind {
			c.add(codeResult, finding.Error, fmt.Sprintf("it gives %s; an inline rule gives a boolean or a string with the complaint", typeName(got)), "", "", 0, 0)
		}
	case c.rule.Kind == kindCondition:
		if !boolean(got) {
			c.add(codeResult, finding.Error,
				fmt.Sprintf("it is a CONDITION and gives %s: clients fail it on false alone, so it never fails", typeName(got)),
				"compare the value with something", "", 0, 0)
		}
	case got.Kind() == cel.NullTypeKind:
		c.add(codeResult, finding.Error, "it is a TRANSFORM and gives null, which clients take for a failure", "", "", 0, 0)
	case c.kind == fieldScope:
		c.fieldResult(got)
	default:
		c.messageResult(body)
	}
}

func (c *celCheck) fieldResult(got *cel.Type) {
	if c.result == nil || got.Kind() == cel.DynKind {
		return
	}
	var fits bool
	switch plain := got.Kind(); c.result.typeName {
	case "STRING":
		fits = plain == cel.StringKind
	case "BYTES":
		fits = plain == cel.BytesKind
	case "BOOLEAN":
		fits = plain == cel.BoolKind
	case "INT", "LONG":
		fits = plain == cel.IntKind || plain == cel.UintKind
		if plain == cel.DoubleKind {
			c.add(codeResult, finding.Warning, fmt.Sprintf("it gives double for a field of type %s: Java's clients cut off the fraction, others fail", c.result.typeName), "wrap it in int()", "", 0, 0)
			return
		}
	default:
		fits = plain == cel.DoubleKind || plain == cel.IntKind || plain == cel.UintKind
	}
	if !fits {
		c.add(codeResult, finding.Error, fmt.Sprintf("it gives %s, which a field of type %s cannot hold", typeName(got), c.result.typeName),
			"give back the field's own type, or make the rule a CONDITION", "", 0, 0)
	}
}

// messageResult: a transformation of messages gives a message or the map of
// one.
func (c *celCheck) messageResult(body compiled) {
	got := body.resultType()
	if c.result == nil || c.result.kind != record || got.Kind() == cel.DynKind {
		return
	}
	switch {
	case got.Kind() == cel.StructKind && got.TypeName() == c.result.object.name:
	case got.Kind() == cel.MapKind:
		c.mapResult(body)
	default:
		c.add(codeResult, finding.Error,
			fmt.Sprintf("it is a TRANSFORM and gives %s, which is no %s", typeName(got), strings.TrimSuffix(c.result.object.name, objectMark)),
			"give the whole message as a map, {'field': …}; or make the rule a CONDITION, or a CEL_FIELD rule for single fields", "", 0, 0)
	}
}

// mapResult looks for names in a map of fields that the message lacks.
func (c *celCheck) mapResult(body compiled) {
	e := body.ast.NativeRep().Expr()
	if e.Kind() != ast.MapKind {
		return
	}
	t := cel.ObjectType(c.result.object.name)
	for _, entry := range e.AsMap().Entries() {
		key := entry.AsMapEntry().Key()
		if key.Kind() != ast.LiteralKind {
			continue
		}
		name, ok := key.AsLiteral().Value().(string)
		if o := c.space.object(t); !ok || c.space.knows(t, name) || o != nil && o.open {
			continue
		}
		_, hint := c.fieldHint(t, name)
		c.at(body, key, codeField, finding.Warning, fmt.Sprintf("%s has no field %s to hold this", strings.TrimSuffix(t.TypeName(), objectMark), name), hint)
	}
}

func boolean(t *cel.Type) bool { return t.Kind() == cel.BoolKind || t.Kind() == cel.DynKind }

// typeName is a type in a message: "string", "list(int)", "acme.Order".
func typeName(t *cel.Type) string {
	return tidy(strings.ReplaceAll(cel.FormatCELType(t), objectMark, ""))
}
