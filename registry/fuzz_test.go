package registry_test

import (
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
)

// FuzzApply feeds the state records as a damaged or hostile store might hold
// them: nothing panics, the position advances, and what was read before stays.
func FuzzApply(f *testing.F) {
	for _, seed := range []struct{ kind, id, facts string }{
		{"schema", "s@1", `{"id":1,"type":"AVRO","guid":"095d71cf12556b9d5e330ad575b3df5d","canonical":"1f","normal":"1f","structure":"1f","deriver":1}`},
		{"schema", ":.eu:s@2147483647", `{"id":2147483647,"refs":[{"name":"a","subject":"b","version":-1}]}`},
		{"schema", "s@99999999999999999999", `{}`},
		{"schema", "@", `{"id":-1}`},
		{"deletion", "s@1", `{}`},
		{"context", ".eu", `{"nextId":9007199254740993}`},
		{"config", "", `{"compatibilityLevel":"FULL","defaultRuleSet":{"domainRules":[{"name":"x"}]}}`},
		{"mode", ":.__GLOBAL:", `{"mode":"IMPORT"}`},
		{"mode", "s", `null`},
		{"horoscope", "", ``},
	} {
		f.Add(seed.kind, seed.id, []byte(seed.facts), uint8(1))
		f.Add(seed.kind, seed.id, []byte(seed.facts), uint8(3))
	}
	f.Fuzz(func(t *testing.T, kind, id string, facts []byte, op uint8) {
		entry := registry.Entry{
			Offset: registry.NewOffset(2, 0),
			Record: registry.Record{Key: registry.Key{Kind: kind, ID: id}, Op: registry.Op(op), Time: time.UnixMilli(1), Facts: facts},
		}
		first := entry
		first.Offset = registry.NewOffset(1, 0)
		st := registry.Replay([]registry.Entry{first, entry})
		if got := st.Head(); got != entry.Offset {
			t.Errorf("head = %s after applying %s", got, entry.Offset)
		}
		_ = st.Dump()
	})
}
