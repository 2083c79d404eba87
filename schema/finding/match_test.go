package finding

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Patterns mean what the regular expression with .* in the place of each star
// means.
func TestMatchNameIsARegularExpression(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		pattern := rapid.StringMatching(`[ab*]{0,8}`).Draw(rt, "pattern")
		name := rapid.StringMatching(`[ab]{0,8}`).Draw(rt, "name")
		want := regexp.MustCompile(`^` + strings.ReplaceAll(pattern, "*", ".*") + `$`).MatchString(name)
		if got := MatchName(pattern, name); got != want {
			rt.Errorf("%q and %q: %t, want %t", pattern, name, got, want)
		}
	})
}
