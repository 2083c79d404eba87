package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// settings are what is set for one scope; nil and "" for nothing.
type settings struct {
	config *client.Config
	policy *client.Policy
	mode   string
}

const (
	readWrite    = "READWRITE"
	defaultLevel = "BACKWARD"
)

// scopes lists whatever may have settings: the registry, its contexts, its
// subjects, and names that stand for subjects.
func (r *reader) scopes(contexts []string, versions map[versionKey]client.Schema) []string {
	found := map[string]bool{}
	for k := range versions {
		found[k.subject] = r.selected(k.subject)
	}
	for _, name := range slices.AppendSeq(slices.Clone(r.subjects), maps.Keys(r.aliases)) {
		found[name] = r.selected(name)
	}
	if len(r.Prefixes) == 0 {
		for _, name := range contexts {
			found[scopeOf(name)] = true
		}
		found[""] = true
	}
	maps.DeleteFunc(found, func(_ string, wanted bool) bool { return !wanted })
	return slices.Sorted(maps.Keys(found))
}

// settings reads what is set for scopes, and for all contexts where scopes
// hold the top level.
func (r *reader) settings(ctx context.Context, scopes []string) (map[string]settings, error) {
	_, policyErr := r.Policy(ctx, "", false) // only an Accord has policies
	if fatal(ctx, policyErr) {
		return nil, policyErr
	}
	r.accord = policyErr == nil
	out := map[string]settings{}
	step := r.progress("Reading settings", len(scopes))
	err := each(ctx, r.Parallel, scopes, func(ctx context.Context, scope string) error {
		defer step(1)
		if scope == "" {
			return nil
		}
		s, err := r.settingsOf(ctx, scope, policyErr == nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		if s != (settings{}) {
			out[scope] = s
		}
		return err
	})
	if err != nil || !slices.Contains(scopes, "") {
		return out, err
	}
	return out, r.topSettings(ctx, out, policyErr == nil)
}

// settingsOf reads what is set for one scope. A registry that refuses to tell
// has nothing set.
func (r *reader) settingsOf(ctx context.Context, scope string, policies bool) (settings, error) {
	var s settings
	c, err := r.Config(ctx, scope, false)
	if fatal(ctx, err) {
		return s, err
	}
	if err == nil {
		s.config = &c
	}
	s.mode, err = r.Mode(ctx, scope, false)
	if fatal(ctx, err) {
		return s, err
	}
	if !policies {
		return s, nil
	}
	p, err := r.Policy(ctx, scope, false)
	if scope == "" {
		// How it speaks and whether it governs is each registry's own affair.
		p.Governance, p.ExemptTopics, p.APIVersion, p.SchemaText = nil, nil, nil, nil
	}
	if err == nil && p != (client.Policy{}) {
		s.policy = &p
	}
	if fatal(ctx, err) {
		return s, err
	}
	return s, nil
}

// topSettings finds out what is set for the registry as a whole. It always
// answers something, be it only what holds without a setting: the default, or
// what is set above all contexts.
func (r *reader) topSettings(ctx context.Context, into map[string]settings, policies bool) error {
	top, err := r.settingsOf(ctx, "", policies)
	if err != nil {
		return err
	}
	effective, err := r.Mode(ctx, "", true)
	switch {
	case fatal(ctx, err):
		return err
	case err != nil:
		r.limited("the source does not know modes: %v", err)
	}
	above := settings{}
	if r.hasContexts {
		if above, err = r.settingsOf(ctx, global, policies); err != nil {
			return err
		}
	}
	if above.config == nil {
		above.config = &client.Config{CompatibilityLevel: new(defaultLevel)}
	}
	if above.mode == "" {
		above.mode = readWrite
	}
	if top.config != nil && sameJSON(top.config, above.config) {
		top.config = nil
	}
	if top.mode == readWrite && effective == above.mode {
		top.mode = ""
	}
	if sameJSON(above.config, client.Config{CompatibilityLevel: new(defaultLevel)}) {
		above.config = nil
	}
	if above.mode == readWrite {
		above.mode = ""
	}
	for scope, s := range map[string]settings{"": top, global: above} {
		if s != (settings{}) {
			into[scope] = s
		}
	}
	return nil
}

// sameJSON compares what two values are on the wire.
func sameJSON(a, b any) bool { return wire(a) == wire(b) }

// wire prints a value of the API. Those always encode.
func wire(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%v", v)
	}
	return string(text)
}

// contexts tells of each context the highest id, so that the target does not
// give away ids that old records may name.
func (r *reader) contexts(ctx context.Context, names []string, versions map[versionKey]client.Schema) ([]client.ImportContext, error) {
	highest := map[string]int{}
	for _, s := range versions {
		scope := contextOf(s.Subject)
		highest[scope] = max(highest[scope], s.ID)
	}
	for _, name := range names {
		if _, ok := highest[scopeOf(name)]; !ok && len(r.Prefixes) == 0 {
			highest[scopeOf(name)] = 0
		}
	}
	var out []client.ImportContext
	for _, scope := range slices.Sorted(maps.Keys(highest)) {
		c := client.ImportContext{Context: nameOf(scope), MaxID: highest[scope]}
		if c.MaxID > 0 {
			s, err := r.SchemaByID(ctx, c.MaxID, client.IDOptions{Subject: scope, FetchMaxID: true})
			if fatal(ctx, err) {
				return nil, err
			}
			if err == nil && s.MaxID != nil {
				c.MaxID = max(c.MaxID, *s.MaxID)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

func isDeleted(s client.Schema) bool { return s.Deleted != nil && *s.Deleted }

// languageOf is a schema's language, which old registries leave out for Avro.
func languageOf(s client.Schema) schema.Format {
	if s.SchemaType == "" {
		return schema.Avro
	}
	return s.SchemaType
}

func guidOf(s client.Schema) string {
	if s.GUID == (schema.GUID{}) {
		return "unknown"
	}
	return s.GUID.String()
}
