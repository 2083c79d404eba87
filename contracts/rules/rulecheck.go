package rules

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// ruleCheck checks one rule of a set.
type ruleCheck struct {
	*checker
	rule  schema.Rule
	phase phase
	// before are the rules of the same list that stand in front of it.
	before []schema.Rule
	path   string
}

// report adds a finding about the rule. A disabled rule breaks nothing, so what
// is said of it is information.
func (r *ruleCheck) report(f finding.Finding) {
	f.Path = r.path
	f.Message = fmt.Sprintf("rule '%s': %s", r.rule.Name, f.Message)
	if r.rule.Disabled {
		f.Severity = finding.Info
	}
	r.findings = append(r.findings, f)
}

// maxTags is how many tags a rule may have.
const maxTags = 100

func (r *ruleCheck) check() {
	if len(r.rule.Tags) > maxTags {
		r.report(finding.Finding{
			Code: codeLimit, Severity: finding.Error,
			Message: fmt.Sprintf("it has %d tags, more than the %d allowed", len(r.rule.Tags), maxTags),
			Hint:    "give the fields it is for one tag of their own",
		})
		return
	}
	switch r.rule.Type {
	case typeCEL:
		r.wrongPhase(r.phase == encoding, "works on records, and the encoding phase has bytes")
		r.messageRule()
		r.ignoredTags()
	case typeCELField:
		r.wrongPhase(r.phase == encoding, "works on records, and the encoding phase has bytes")
		r.fieldRule()
		r.carriedTags()
		r.shadowed()
	case typeEncrypt:
		r.wrongPhase(r.phase == encoding, "works on the fields of records, and the encoding phase has bytes")
		r.encryption()
		r.carriedTags()
		r.encryptedFields()
		r.shadowed()
	case typeEncryptPayload:
		r.wrongPhase(r.phase != encoding, "works on encoded bytes, which only the encoding phase has")
		r.encryption()
	case typeJSONata:
		r.wrongPhase(r.phase == encoding, "works on records, and the encoding phase has bytes")
		r.jsonata()
		r.ignoredTags()
	default:
		r.report(finding.Finding{
			Code: codeUnchecked, Severity: finding.Info,
			Message: fmt.Sprintf("its type %q is none that Accord knows; the rule is kept and not checked", r.rule.Type),
			Hint:    r.typeHint(),
		})
	}
	r.actions()
}

func (r *ruleCheck) typeHint() string {
	known := []string{typeCEL, typeCELField, typeJSONata, typeEncrypt, typeEncryptPayload}
	if near := nearest(r.rule.Type, known); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "every client needs an executor of this type; Confluent's have " + strings.Join(known, ", ")
}

func (r *ruleCheck) wrongPhase(wrong bool, why string) {
	if wrong {
		r.report(finding.Finding{
			Code: codeShape, Severity: finding.Error,
			Message: fmt.Sprintf("it stands in %s, but %s %s", r.phase, r.rule.Type, why),
			Hint:    "put ENCRYPT_PAYLOAD under encodingRules, and what works on records under domainRules",
		})
	}
}

// actions checks what is to happen when the rule succeeds or fails.
func (r *ruleCheck) actions() {
	for _, action := range slices.Concat(strings.Split(r.rule.OnSuccess, ","), strings.Split(r.rule.OnFailure, ",")) {
		switch action = strings.TrimSpace(action); strings.ToUpper(action) {
		case "", "NONE", "ERROR":
		case "DLQ":
			if parameter(r.rule, r.metadata, "dlq.topic") == "" {
				r.report(finding.Finding{
					Code: codeAction, Severity: finding.Warning,
					Message: "its action DLQ has no topic: a client that does not configure dlq.topic itself fails with a configuration error",
					Hint:    `set the parameter or metadata property dlq.topic, for example "params": {"dlq.topic": "orders-dlq"}`,
				})
			}
		default:
			r.report(finding.Finding{
				Code: codeAction, Severity: finding.Warning,
				Message: fmt.Sprintf("its action %q is none of NONE, ERROR and DLQ: clients without an action of that name fail with a configuration error", action),
				Hint:    "use NONE, ERROR or DLQ",
			})
		}
	}
}

// ignoredTags: rules on whole messages run whatever tags there are.
func (r *ruleCheck) ignoredTags() {
	if len(r.rule.Tags) > 0 {
		r.report(finding.Finding{
			Code: codeTag, Severity: finding.Info,
			Message: fmt.Sprintf("its tags (%s) have no effect: %s rules run on whole messages", strings.Join(r.rule.Tags, ", "), r.rule.Type),
			Hint:    "remove the tags, or use CEL_FIELD to run on tagged fields",
		})
	}
}

// carriedTags reports tags of a field rule that no visited field carries.
func (r *ruleCheck) carriedTags() {
	if !r.space.complete {
		return
	}
	for _, tag := range r.rule.Tags {
		var carriers []string
		visited := false
		for _, e := range r.space.elements {
			if slices.Contains(e.tags, tag) {
				visited = visited || e.shape.kind == leaf
				carriers = append(carriers, e.path)
			}
		}
		if visited {
			continue
		}
		f := finding.Finding{Code: codeTag, Severity: finding.Warning, Hint: r.tagHint(tag)}
		f.Message = fmt.Sprintf("no field of the schema carries its tag %s", tag)
		if len(carriers) > 0 {
			f.Message = fmt.Sprintf("its tag %s is carried by no field that rules visit: %s", tag, summary(carriers))
			f.Hint = "field rules visit strings, bytes, numbers and booleans; tag those, as tags of records do not reach the fields inside"
		}
		r.report(f)
	}
}

func (r *ruleCheck) tagHint(tag string) string {
	known := map[string]bool{}
	if r.spend(len(r.space.elements)) {
		for _, e := range r.space.elements {
			for _, tag := range e.tags {
				known[tag] = true
			}
		}
	}
	if near := r.suggest(tag, sortedKeys(known)); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "tag the fields it is for, in the schema's text or under metadata.tags"
}

// shadowed: clients skip a transformation of fields if one of the same type,
// mode and tags stands before it (contracts reference 3.3).
func (r *ruleCheck) shadowed() {
	if r.rule.Kind != kindTransform {
		return
	}
	for _, other := range r.before {
		other = withDefaults(other)
		if !other.Disabled && other.Kind == kindTransform && other.Type == r.rule.Type && other.Mode == r.rule.Mode &&
			slices.Equal(slices.Compact(slices.Sorted(slices.Values(other.Tags))), slices.Compact(slices.Sorted(slices.Values(r.rule.Tags)))) {
			r.report(finding.Finding{
				Code: codeShadowed, Severity: finding.Warning,
				Message: fmt.Sprintf("it is skipped when writing, and rule '%s' when reading: they have the same type, mode and tags", other.Name),
				Hint:    "join the two expressions in one rule, or give the rules different tags",
			})
			return
		}
	}
}

// jsonata checks as much of a JSONata rule as needs no JSONata.
func (r *ruleCheck) jsonata() {
	switch expr := r.rule.Expr; {
	case strings.TrimSpace(expr) == "":
		r.report(finding.Finding{Code: codeSyntax, Severity: finding.Error, Message: "it has no expression", Hint: `give it an "expr"`})
	case len(expr) > MaxExpression:
		r.report(finding.Finding{
			Code: codeLimit, Severity: finding.Warning,
			Message: fmt.Sprintf("its expression is %d bytes long, more than the %d that Accord checks", len(expr), MaxExpression),
		})
	default:
		if at, bracket := unbalanced(expr); at >= 0 {
			r.report(finding.Finding{
				Code: codeSyntax, Severity: finding.Warning,
				Message:  fmt.Sprintf("the bracket %q of its expression has no counterpart", bracket),
				Evidence: excerpt(expr, 1+strings.Count(expr[:at], "\n"), at-strings.LastIndexByte(expr[:at], '\n')),
			})
		}
	}
}

// unbalanced finds a bracket of a JSONata expression without its counterpart,
// -1 if there is none, or none that is certain: a slash may begin a regular
// expression, in which brackets mean something else.
func unbalanced(expr string) (int, string) {
	closing := map[byte]byte{'(': ')', '[': ']', '{': '}'}
	var open []int
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; c {
		case '/':
			return -1, ""
		case '"', '\'', '`':
			end := literalEnd(expr, i)
			i = end - 1
		case '(', '[', '{':
			open = append(open, i)
		case ')', ']', '}':
			if len(open) == 0 || closing[expr[open[len(open)-1]]] != c {
				return i, string(c)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		at := open[len(open)-1]
		return at, expr[at : at+1]
	}
	return -1, ""
}

// messageRule checks a CEL rule.
func (r *ruleCheck) messageRule() {
	if !r.expressionFits() {
		return
	}
	e := splitGuard(r.rule, r.metadata)
	if r.phase != domain {
		r.report(finding.Finding{
			Code: codeUnchecked, Severity: finding.Info,
			Message: "it runs on data of another version's shape, so the fields it names are not checked",
		})
		r.reportAll((&celCheck{ruleCheck: r, kind: messageScope, message: cel.DynType, value: cel.DynType}).run(e))
		return
	}
	var first []finding.Finding
	for i, root := range r.space.roots {
		found := (&celCheck{ruleCheck: r, kind: messageScope, message: root.celType(), value: cel.DynType, result: root}).run(e)
		failed := slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Severity == finding.Error })
		if i == 0 {
			first = found
		}
		if !failed {
			if i > 0 {
				found = append(found, finding.Finding{
					Code: codeUnchecked, Severity: finding.Info,
					Message: fmt.Sprintf("it fits %s, and not %s, the schema's first message", root.object.name, r.space.roots[0].object.name),
				})
			}
			r.reportAll(found)
			return
		}
	}
	r.reportAll(first)
}

// expressionFits reports an expression that is missing or too long.
func (r *ruleCheck) expressionFits() bool {
	switch {
	case strings.TrimSpace(r.rule.Expr) == "":
		r.report(finding.Finding{Code: codeSyntax, Severity: finding.Error, Message: "it has no expression", Hint: `give it an "expr", for example "message.amount > 0"`})
	case len(r.rule.Expr) > MaxExpression:
		r.report(finding.Finding{
			Code: codeLimit, Severity: finding.Warning,
			Message: fmt.Sprintf("its expression is %d bytes long, more than the %d that Accord compiles; it was not checked", len(r.rule.Expr), MaxExpression),
			Hint:    "split it into several rules",
		})
	default:
		return true
	}
	return false
}

func (r *ruleCheck) reportAll(found []finding.Finding) {
	for _, f := range found {
		r.report(f)
	}
}

// summary lists names, and how many there are past the first few.
func summary(names []string) string {
	const most = 5
	names = slices.Compact(slices.Clone(names))
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
