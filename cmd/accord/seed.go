package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/accordhq/accord/cmd/accord/demo"
	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
)

// seed is a setting that an empty store starts with, from the flag of its name.
type seed struct {
	flag, value string
	// quiet seeds nobody asked for: a store that differs is not worth a word.
	quiet bool
	// now is what the registry has.
	now func(*registry.Registry) (string, error)
	set func(context.Context, *registry.Registry) error
}

// seeds reads the flags that set something for a store.
func (s *serve) seeds() ([]seed, error) {
	governance, err := registry.ParseGovernance(s.governance)
	if err != nil {
		return nil, misuse("", "--governance: %w", err)
	}
	gate := seedPolicy("governance", string(governance), registry.Policy{Governance: &governance},
		func(p registry.Policy) string { return string(*p.Governance) })
	gate.quiet = !s.governanceGiven
	out := []seed{gate}
	if s.level != "" {
		level, ok := compat.ParseLevel(s.level)
		if !ok {
			return nil, misuse("use one of "+strings.Join(namesOf(compat.Levels()), ", "), "--compatibility %s: no such level", s.level)
		}
		out = append(out, seedLevel(level))
	}
	if s.apiVersion != "" {
		version, err := registry.ParseAPIVersion(s.apiVersion)
		if err != nil {
			return nil, misuse("", "--api-version: %w", err)
		}
		out = append(out, seedPolicy("api-version", version.String(), registry.Policy{APIVersion: &version},
			func(p registry.Policy) string { return p.APIVersion.String() }))
	}
	if s.schemaText != "" {
		text, err := registry.ParseSchemaText(s.schemaText)
		if err != nil {
			return nil, misuse("", "--schema-text: %w", err)
		}
		out = append(out, seedPolicy("schema-text", string(text), registry.Policy{SchemaText: &text},
			func(p registry.Policy) string { return string(*p.SchemaText) }))
	}
	return out, nil
}

func seedLevel(level compat.Level) seed {
	return seed{
		flag: "compatibility", value: string(level),
		now: func(reg *registry.Registry) (string, error) {
			c, err := reg.Config("", true)
			if err != nil {
				return "", err
			}
			return string(*c.CompatibilityLevel), nil
		},
		set: func(ctx context.Context, reg *registry.Registry) error {
			_, err := reg.SetConfig(ctx, "", registry.ConfigChange{Set: registry.Config{CompatibilityLevel: &level}})
			return err
		},
	}
}

func seedPolicy(flag, value string, policy registry.Policy, now func(registry.Policy) string) seed {
	return seed{
		flag: flag, value: value,
		now: func(reg *registry.Registry) (string, error) { return now(reg.Policy("", true)), nil },
		set: func(ctx context.Context, reg *registry.Registry) error {
			_, err := reg.SetPolicy(ctx, "", registry.PolicyChange{Set: policy})
			return err
		},
	}
}

// seed fills an empty store as the flags say. A store that is not empty keeps
// what it has: what decides about schemas must be the same on every replica,
// so it is stored, and flags do not overrule it.
func (s *serve) seed(ctx context.Context, reg *registry.Registry, seen *observer, seeds []seed, logger *slog.Logger) error {
	empty := reg.Head().IsZero()
	for _, seed := range seeds {
		if err := seed.sow(ctx, reg, empty, logger); err != nil {
			return err
		}
	}
	switch {
	case !s.demo:
		return nil
	case !empty:
		logger.Warn("--demo left the store alone: it is not empty", "store", storeName(s.store))
		return nil
	}
	if err := demo.Observe(ctx, seen, s.now()); err != nil {
		return fmt.Errorf("load the demo's lineage: %w", err)
	}
	if err := demo.Load(ctx, reg, s.progress("Loading the demo")); err != nil {
		return fmt.Errorf("load the demo: %w", err)
	}
	s.awaitGraph(ctx, seen)
	return nil
}

// awaitGraph returns when what was observed shows in the graph.
func (s *serve) awaitGraph(ctx context.Context, seen *observer) {
	ctx, cancel := context.WithTimeout(ctx, shownWithin)
	defer cancel()
	tick := time.NewTicker(shownWithin / 500)
	defer tick.Stop()
	for {
		// Aliases come last into a graph.
		if stats := seen.Graph().Stats(); stats.Edges > 0 && stats.Aliases > 0 {
			return
		}
		select {
		case <-ctx.Done():
			return // it shows later, or not at all, which is said elsewhere
		case <-tick.C:
		}
	}
}

// shownWithin is how long a start waits for the demo's lineage to show.
const shownWithin = 5 * time.Second

// sow sets a seed in an empty store, and says where another one differs.
func (s seed) sow(ctx context.Context, reg *registry.Registry, empty bool, logger *slog.Logger) error {
	if empty {
		return s.set(ctx, reg)
	}
	now, err := s.now(reg)
	if err == nil && now != s.value && !s.quiet {
		logger.Warn("--"+s.flag+" left the store alone: it is not empty",
			"stored", now, "change", "accord config set --"+s.flag+" "+s.value)
	}
	return err
}
