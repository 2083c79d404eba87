package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/accordhq/accord/schema"
)

// How much an Engine keeps. Java's executor keeps as many programs.
const (
	maxPrograms = 1000
	maxSpaces   = 200
)

// Engine makes rules executable and keeps what it made. It is safe for
// concurrent use, and several need not be.
type Engine struct {
	now      func() time.Time
	spaces   cache[spaceKey, *space]
	programs cache[programKey, *Program]
}

type spaceKey struct {
	parsed   schema.Parsed
	metadata *schema.Metadata
}

type programKey struct {
	spaceKey
	rule string
}

// NewEngine returns an engine whose rules read now from a clock.
func NewEngine(now func() time.Time) *Engine {
	return &Engine{
		now:      now,
		spaces:   cache[spaceKey, *space]{size: maxSpaces},
		programs: cache[programKey, *Program]{size: maxPrograms},
	}
}

// ErrRuleType is the error of a rule that is neither CEL nor CEL_FIELD.
var ErrRuleType = errors.New("only rules of type CEL and CEL_FIELD can be run")

// Program makes a rule of a schema executable. The metadata is the schema's,
// and may be nil. Schema and metadata must not change afterwards: they are told
// apart by identity, so a caller who parses a schema anew for every record has
// every rule compiled anew.
//
// Errors wrap ErrRuleType, or ErrNotExecutable for functions that are not run
// here, or say with its place what does not compile. Fields of other types than
// the rule fits are found when one is visited, as clients find them.
func (e *Engine) Program(parsed schema.Parsed, metadata *schema.Metadata, rule schema.Rule) (*Program, error) {
	if rule.Type != typeCEL && rule.Type != typeCELField {
		return nil, fmt.Errorf("rule '%s' has type %s: %w", rule.Name, rule.Type, ErrRuleType)
	}
	key := programKey{spaceKey{parsed, metadata}, identity(rule)}
	if p, ok := e.programs.get(key); ok {
		return p, nil
	}
	s, ok := e.spaces.get(key.spaceKey)
	if !ok {
		s = newSpace(parsed, metadata)
		e.spaces.put(key.spaceKey, s)
	}
	if s.truncated {
		return nil, fmt.Errorf("rule '%s': the metadata has more than %d tag patterns, or %d with wildcards, or too many tags", rule.Name, maxPatterns, maxWildcards)
	}
	p := &Program{space: s, rule: withDefaults(rule), text: splitGuard(rule, metadata), now: e.now}
	if err := p.verify(); err != nil {
		return nil, fmt.Errorf("rule '%s': %w", rule.Name, err)
	}
	e.programs.put(key, p)
	return p, nil
}

// identity is all of a rule that its program depends on.
func identity(rule schema.Rule) string {
	tags := slices.Sorted(slices.Values(rule.Tags))
	return strings.Join(append(tags, rule.Name, rule.Type, rule.Kind, rule.Params[ignoreGuardParam], rule.Expr), "\x00")
}

// cache is a bounded map in two generations: what was not asked for since the
// younger filled up last is forgotten.
type cache[K comparable, V any] struct {
	size       int
	mu         sync.Mutex
	young, old map[K]V
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.young[key]
	if !ok {
		if v, ok = c.old[key]; ok {
			c.add(key, v)
		}
	}
	return v, ok
}

func (c *cache[K, V]) put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(key, value)
}

func (c *cache[K, V]) add(key K, value V) {
	if c.young == nil || len(c.young) >= c.size/2 {
		c.young, c.old = map[K]V{}, c.young
	}
	c.young[key] = value
}
