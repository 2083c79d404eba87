package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/accordhq/accord/cmd/accord/tree"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema"
)

// changeOf makes a change of all that a tree holds, as it would be sent.
func changeOf(ctx context.Context, t *tree.Tree) registry.Change {
	var c registry.Change
	for _, s := range t.Schemas {
		c.Schemas = append(c.Schemas, schemaFileOf(s))
	}
	for _, file := range t.Contracts {
		c.Contracts = append(c.Contracts, registry.ContractFile{Name: file.Name, Text: file.Text})
	}
	publish(ctx, t, &c)
	return c
}

func schemaFileOf(s tree.Schema) registry.SchemaFile {
	return registry.SchemaFile{Name: s.Name, RegisterRequest: registry.RegisterRequest{
		Subject:   s.Subject,
		Candidate: registry.Candidate{Type: string(s.Format), Text: s.Text, References: referencesOf(s)},
	}}
}

// referencesOf are the references of a schema as it writes them: subjects
// without context lie in its own.
func referencesOf(s tree.Schema) []schema.Reference {
	home, _ := contextOf(s.Subject)
	if home == "" {
		return s.References
	}
	out := slices.Clone(s.References)
	for i, ref := range out {
		if own, ok := strings.CutPrefix(ref.Subject, home); ok {
			out[i].Subject = own
		} else if !strings.HasPrefix(ref.Subject, ":.") {
			out[i].Subject = ":.:" + ref.Subject
		}
	}
	return out
}

// policyOf is what the settings of a tree ask of the registry that judges it.
func policyOf(s tree.Settings) registry.PolicyChange {
	mode := registry.Governance(cmp.Or(s.Governance, string(registry.Enforce)))
	p := registry.PolicyChange{Set: registry.Policy{Governance: &mode}}
	if s.ExemptTopics != nil {
		topics := registry.Patterns(s.ExemptTopics)
		p.Set.ExemptTopics = &topics
	}
	return p
}

// levelsOf configures the levels that the settings of a tree name.
func levelsOf(t *tree.Tree) []registry.Scoped[registry.ConfigChange] {
	out := []registry.Scoped[registry.ConfigChange]{{Value: registry.ConfigChange{Clear: []string{"validateNewSchemas"}}}}
	for _, s := range t.Schemas {
		if level := t.Settings.Level(s.Subject); level != "" {
			out = append(out, registry.Scoped[registry.ConfigChange]{
				Scope: s.Subject, Value: registry.ConfigChange{Set: registry.Config{CompatibilityLevel: &level}},
			})
		}
	}
	return out
}

// removals are the streams of a tree that another has no more. A file that is
// there and broken removes nothing.
func removals(base, head *tree.Tree) []registry.Removal {
	if base == nil {
		return nil
	}
	had, has := base.Subjects(), head.Subjects()
	broken := map[string]bool{}
	for _, c := range head.Contracts {
		broken[c.Name] = c.Document == nil || len(c.Streams) == 0
	}
	for _, f := range head.Findings {
		broken[f.File], broken[f.Subject] = true, true
	}
	schemas := map[string]bool{}
	for _, s := range head.Schemas {
		schemas[s.Subject] = true
	}
	var out []registry.Removal
	for _, s := range base.Schemas {
		if contract := had[s.Subject]; contract != nil && !schemas[s.Subject] && !broken[s.Subject] && !broken[contract.Name] {
			out = append(out, registry.Removal{Subject: s.Subject, Schemas: true})
		}
	}
	for subject, contract := range had {
		if subject != "" && has[subject] == nil && !broken[contract.Name] {
			out = append(out, registry.Removal{Subject: subject, Contract: true})
		}
	}
	slices.SortFunc(out, func(x, y registry.Removal) int { return cmp.Compare(x.Subject, y.Subject) })
	return out
}

// requestOf is a change as it is sent.
func requestOf(c registry.Change) client.ChangeRequest {
	var req client.ChangeRequest
	for _, file := range c.Contracts {
		req.Contracts = append(req.Contracts, client.ContractFile{Name: file.Name, Text: string(file.Text)})
	}
	for _, s := range c.Schemas {
		req.Schemas = append(req.Schemas, client.SchemaFile{
			Name: s.Name, Subject: s.Subject,
			RegisterRequest: client.RegisterRequest{
				SchemaType: schema.Format(s.Type), Schema: s.Text, References: s.References, Metadata: s.Metadata, RuleSet: s.RuleSet,
			},
		})
	}
	return req
}
