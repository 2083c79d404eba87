package transfer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
)

// Whatever is set wherever, what the API answers about settings is the same
// after an import, though it does not tell what is set and what merely holds.
func TestSettingsAreTheSame(t *testing.T) {
	t.Parallel()
	from, to := serve(t, nil), serve(t, nil)
	f := filler{t, from.reg}
	f.register("s", "", `"int"`)
	f.register("bare", "", `"int"`)
	f.register(":.eu:s", "", `"int"`)
	scopes := []string{"", ":.__GLOBAL:", ":.eu:", "s", ":.eu:s"}
	rapid.Check(t, func(rt *rapid.T) {
		clearSettings(t, from, scopes)
		clearSettings(t, to, scopes)
		for _, scope := range scopes {
			if rapid.Bool().Draw(rt, "config of "+scope) {
				level := rapid.SampledFrom([]compat.Level{compat.None, compat.Backward, compat.Full}).Draw(rt, "level of "+scope)
				f.config(scope, registry.Config{CompatibilityLevel: &level})
			}
		}
		for _, scope := range scopes {
			mode := rapid.SampledFrom([]string{"", "READWRITE", "READONLY", "IMPORT"}).Draw(rt, "mode of "+scope)
			f.must(from.reg.SetMode(t.Context(), scope, mode, true))
		}
		if got := weighty(bring(t, from, to)); len(got) > 0 {
			rt.Fatalf("findings: %v", got)
		}
		if diff := cmp.Diff(settingsOf(t, from, scopes), settingsOf(t, to, scopes)); diff != "" {
			rt.Fatalf("settings (-source +target):\n%s", diff)
		}
	})
}

func settingsOf(t *testing.T, s server, scopes []string) map[string]string {
	t.Helper()
	r := answerReader{t, s, map[string]string{}}
	for _, scope := range append(scopes, "bare") {
		if scope != "" {
			scope = "/" + scope
		}
		r.settings(scope)
	}
	return r.got
}

// clearSettings takes modes first: some forbid the rest.
func clearSettings(t *testing.T, s server, scopes []string) {
	t.Helper()
	for _, scope := range scopes {
		if err := s.reg.SetMode(t.Context(), scope, "", true); err != nil {
			t.Fatal(err)
		}
	}
	for _, scope := range scopes {
		_, _ = s.reg.DeleteConfig(t.Context(), scope) // there may be none
	}
}
