package rules

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"amount", "id", "customer_name", "currency"}
	for misspelt, want := range map[string]string{
		"amuont": "amount", "amont": "amount", "Amount": "amount", "customerName": "customer_name", "curency": "currency",
		"ID": "id", "zebra": "", "": "", "x": "",
	} {
		if got := nearest(misspelt, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", misspelt, got, want)
		}
	}
}

func TestInText(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]bool{
		"a ; b":              false,
		"a == ';'":           true,
		`a == ";"`:           true,
		`a == "\";"`:         true,
		`a == r"\" ; b`:      false,
		`a == """x";"""`:     true,
		`a == '' ; b`:        false,
		"a // b ; c":         true,
		"a // b\n; c":        false,
		`a == b'' ; c`:       false,
		`a == 'it\'s' ; b`:   false,
		"a == 'never ends ;": true,
	} {
		if got := inText(expr, strings.IndexByte(expr, ';')); got != want {
			t.Errorf("the semicolon of %s in text: %v", expr, got)
		}
	}
}

func TestJudgePattern(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]patternVerdict{
		"^a$": patternSame, "^(a|b)$": patternSame, "^a$|^b$": patternSame, ".*a.*": patternSame, "^.*$": patternSame, "(?i)^a$": patternSame,
		`\Aa\z`: patternSame, "(?s).*a$": patternSame,
		"a": patternUnanchored, "^a": patternUnanchored, "a$": patternUnanchored, "^a|b$": patternUnanchored, "": patternUnanchored,
		"(?m)^a$": patternUnanchored, "(^a)?$": patternUnanchored,
		"(?=a)a": patternJavaOnly, `(a)\1`: patternJavaOnly, "a{1001}": patternJavaOnly,
		"(": patternInvalid, "a**": patternInvalid, "[z-a]": patternInvalid,
		"a{1000}b{1000}c{1000}": patternTooLarge, strings.Repeat("a", maxPattern+1): patternTooLarge,
	} {
		if got := judgePattern(pattern); got != want {
			t.Errorf("%.40q is judged %d, want %d", pattern, got, want)
		}
	}
}

func TestValidators(t *testing.T) {
	t.Parallel()
	for name, cases := range map[string]map[string]bool{
		"isEmail":    {"a@b.co": true, "a@b": true, "Ann <a@b.co>": false, "a@": false, "@b.co": false, "a@b_c.co": false, strings.Repeat("a", 65) + "@b.co": false, "": false},
		"isHostname": {"b.co": true, "b.co.": true, "localhost": true, "-b.co": false, "b..co": false, "1.2.3.4": false, "a_b": false, "é.co": false, "": false, strings.Repeat("a", 64): false},
		"isIpv4":     {"1.2.3.4": true, "1.2.3": false, "::1": false, "256.1.1.1": false},
		"isIpv6":     {"::1": true, "1.2.3.4": false, "fe80::1": true, ":::": false},
		"isUri":      {"https://a.co/x": true, "urn:a:b": true, "/x": false, "a b": false},
		"isUriRef":   {"/x": true, "": true, "%zz": false},
		"isUuid":     {"123e4567-e89b-12d3-a456-426614174000": true, "123e4567e89b12d3a456426614174000": false, "123e4567-e89b-12d3-a456-42661417400g": false},
	} {
		for value, want := range cases {
			if got := validators[name](value); got != want {
				t.Errorf("%s of %q is %v", name, value, got)
			}
		}
	}
}
