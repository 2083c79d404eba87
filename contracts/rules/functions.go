package rules

import (
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// validators are the predicates on strings that every client of Confluent's
// has.
var validators = map[string]func(string) bool{
	"isEmail":    isEmail,
	"isHostname": isHostname,
	"isIpv4":     func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() },
	"isIpv6":     func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is6() },
	"isUri":      func(s string) bool { u, err := url.Parse(s); return err == nil && u.IsAbs() },
	"isUriRef":   func(s string) bool { _, err := url.Parse(s); return err == nil },
	"isUuid":     isUUID,
}

// confluentFunctions are what Confluent's clients have beyond CEL's standard
// functions and the extensions for strings and math (contracts reference 3.4).
func confluentFunctions() []cel.EnvOption {
	var out []cel.EnvOption
	for _, name := range sortedKeys(validators) {
		holds := validators[name]
		out = append(out, cel.Function(name, cel.MemberOverload("string_"+name, []*cel.Type{cel.StringType}, cel.BoolType,
			cel.UnaryBinding(func(v ref.Val) ref.Val {
				s, ok := v.Value().(string)
				return types.Bool(ok && holds(s))
			}))))
	}
	out = append(out, timestampFunctions()...)
	return append(out, declaredFunctions()...)
}

// Values that only Java's newer clients know.
var (
	decimalType = cel.OpaqueType("confluent.decimal")
	variantType = cel.OpaqueType("confluent.variant")
)

// declaredFunctions are declared so that rules which use them compile, and are
// not run here: see notExecutable. Clients pass decimals and variants in
// several shapes, so their parameters are dyn.
func declaredFunctions() []cel.EnvOption {
	d, v, dyn := decimalType, variantType, cel.DynType
	return []cel.EnvOption{
		globals("decimal", d, []*cel.Type{dyn}, []*cel.Type{cel.BytesType, cel.IntType}),
		globals("decimals.eq", cel.BoolType, []*cel.Type{dyn, dyn}),
		globals("decimals.lt", cel.BoolType, []*cel.Type{dyn, dyn}),
		globals("decimals.le", cel.BoolType, []*cel.Type{dyn, dyn}),
		globals("decimals.gt", cel.BoolType, []*cel.Type{dyn, dyn}),
		globals("decimals.ge", cel.BoolType, []*cel.Type{dyn, dyn}),
		globals("decimals.add", d, []*cel.Type{dyn, dyn}),
		globals("decimals.sub", d, []*cel.Type{dyn, dyn}),
		globals("decimals.mul", d, []*cel.Type{dyn, dyn}),
		globals("decimals.div", d, []*cel.Type{dyn, dyn}),
		globals("decimals.sqrt", d, []*cel.Type{dyn}),
		globals("decimals.neg", d, []*cel.Type{dyn}),
		globals("decimals.abs", d, []*cel.Type{dyn}),
		globals("decimals.sign", cel.IntType, []*cel.Type{dyn}),
		globals("decimals.round", d, []*cel.Type{dyn}, []*cel.Type{dyn, cel.IntType}),
		globals("decimals.trunc", d, []*cel.Type{dyn}, []*cel.Type{dyn, cel.IntType}),
		globals("decimals.floor", d, []*cel.Type{dyn}),
		globals("decimals.ceil", d, []*cel.Type{dyn}),
		globals("string", cel.StringType, []*cel.Type{d}),
		globals("double", cel.DoubleType, []*cel.Type{d}),
		globals("variant", v, []*cel.Type{dyn}, []*cel.Type{cel.BytesType, cel.BytesType}),
		globals("variants.parseJson", v, []*cel.Type{cel.StringType}),
		globals("variants.tryParseJson", v, []*cel.Type{cel.StringType}),
		globals("variants.type", cel.StringType, []*cel.Type{dyn}),
		globals("variants.isNull", cel.BoolType, []*cel.Type{dyn}),
		globals("variants.path", v, []*cel.Type{dyn, cel.StringType}),
		globals("variants.field", v, []*cel.Type{dyn, cel.StringType}),
		globals("variants.elem", v, []*cel.Type{dyn, cel.IntType}),
		globals("variants.as", dyn, []*cel.Type{dyn, cel.StringType}),
		globals("variants.tryAs", dyn, []*cel.Type{dyn, cel.StringType}),
		globals("variants.toJson", cel.StringType, []*cel.Type{dyn}),
	}
}

// globals declares a function with one overload for each list of parameters.
func globals(name string, result *cel.Type, overloads ...[]*cel.Type) cel.EnvOption {
	var opts []cel.FunctionOpt
	for _, parameters := range overloads {
		id := "confluent_" + strings.ReplaceAll(name, ".", "_")
		for _, p := range parameters {
			id += "_" + strings.ReplaceAll(p.TypeName(), ".", "_")
		}
		opts = append(opts, cel.Overload(id, parameters, result))
	}
	return cel.Function(name, opts...)
}

// notExecutable reports whether a function is declared and not run here.
func notExecutable(function string) bool {
	namespace, _, _ := strings.Cut(function, ".")
	return slices.Contains([]string{"decimal", "decimals", "variant", "variants"}, namespace)
}

// unportable says which clients lack a function, "" if all have it.
func unportable(function string) string {
	switch namespace, name, _ := strings.Cut(function, "."); {
	case namespace == "math", function == "timestamp.of", notExecutable(function):
		return "only Confluent's newer Java clients have it"
	case function == "format", namespace == "strings" && name == "quote", function == "reverse":
		return "only clients built on cel-go have it"
	}
	return ""
}

// isEmail: an address alone, without a name or angle brackets.
func isEmail(s string) bool {
	const longest, longestLocal = 254, 64
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > longest {
		return false
	}
	local, host, _ := strings.Cut(s, "@")
	return len(local) <= longestLocal && isHostname(host)
}

// isHostname: labels of letters, digits and hyphens, the last not all digits.
func isHostname(s string) bool {
	const longest, longestLabel = 253, 63
	if len(s) > longest {
		return false
	}
	digits := false
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > longestLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		digits = strings.Trim(label, "0123456789") == ""
		for i := range len(label) {
			c := label[i] | 0x20
			if c != '-' && (c < 'a' || c > 'z') && (label[i] < '0' || label[i] > '9') && label[i] != '-' {
				return false
			}
		}
	}
	return !digits
}

// isUUID: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
func isUUID(s string) bool {
	const length = 36
	if len(s) != length {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if l := c | 0x20; (c < '0' || c > '9') && (l < 'a' || l > 'f') {
				return false
			}
		}
	}
	return true
}
