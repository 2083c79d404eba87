package registry

import (
	"bytes"
	"context"
	"strings"

	"github.com/accordhq/accord/compat"
)

// Config returns what is configured for a scope: its own config with the level
// completed, or what holds for it where inherited is asked. The top level and
// ":.__GLOBAL:" always have one; others may answer CodeSubjectLevelNotSet.
func (r *Registry) Config(scope string, inherited bool) (Config, error) {
	st := r.state.Load()
	scope = canonicalScope(scope)
	own := st.ownConfig(scope)
	if own == nil && !inherited && scope != "" && scope != globalScope {
		return Config{}, errorf(CodeSubjectLevelNotSet, "Subject '%s' does not have subject-level compatibility configured", scope)
	}
	if inherited || own == nil {
		return st.effectiveConfig(scope), nil
	}
	return own.completed(), nil
}

// completed is the config with its level, which clients rely on.
func (c Config) completed() Config {
	if c.CompatibilityLevel == nil {
		level := defaultLevel
		c.CompatibilityLevel = &level
	}
	return c
}

// SetConfig changes a scope's config and returns all of it.
func (r *Registry) SetConfig(ctx context.Context, scope string, change ConfigChange) (Config, error) {
	scope = canonicalScope(scope)
	st, err := r.submit(ctx, func(st *State) ([]Record, error) {
		recs, err := st.configRecords(scope, change)
		if err != nil {
			return nil, err
		}
		return r.keepLevels(st, recs)
	})
	if err != nil {
		return Config{}, err
	}
	if own := st.ownConfig(scope); own != nil {
		return *own, nil
	}
	return Config{}, nil // deleted meanwhile
}

// configRecords are what a change of a scope's config writes.
func (st *State) configRecords(scope string, change ConfigChange) ([]Record, error) {
	if err := checkScope(scope); err != nil {
		return nil, err
	}
	if err := change.check(); err != nil {
		return nil, err
	}
	if err := st.checkWritable(scope); err != nil {
		return nil, err
	}
	old := Config{}
	own := st.ownConfig(scope)
	if own != nil {
		old = *own
	}
	key := Key{Kind: kindConfig, ID: scope}
	next := put(key, old.with(change), "")
	if own != nil && bytes.Equal(next.Facts, put(key, old, "").Facts) {
		return nil, nil
	}
	return []Record{next}, nil
}

// check refuses values that mean nothing and gives names their one spelling.
func (change *ConfigChange) check() error {
	if level := change.Set.CompatibilityLevel; level != nil {
		known, ok := compat.ParseLevel(string(*level))
		if !ok {
			return errorf(CodeInvalidLevel, "Invalid compatibility level. Valid values are none, backward, forward, full, "+
				"backward_transitive, forward_transitive, and full_transitive")
		}
		change.Set.CompatibilityLevel = &known
	}
	if policy := change.Set.CompatibilityPolicy; policy != nil {
		known, ok := compat.ParsePolicy(string(*policy))
		if !ok {
			return errorf(CodeInvalidLevel, "Invalid compatibility policy. Valid values are strict, lenient, and logical")
		}
		change.Set.CompatibilityPolicy = &known
	}
	for _, rules := range []interface{ Check() error }{change.Set.DefaultRuleSet, change.Set.OverrideRuleSet} {
		if err := rules.Check(); err != nil {
			return &Error{Code: CodeInvalidRuleSet, Message: err.Error(), Err: err}
		}
	}
	return nil
}

// checkScope is checkSubject for config and mode, which also exist above all
// contexts.
func checkScope(scope string) error {
	if scope == "" || scope == globalScope {
		return nil
	}
	return checkSubject(scope)
}

// DeleteConfig removes a scope's own config and returns it as it was. The top
// level answers the defaults if it had none.
func (r *Registry) DeleteConfig(ctx context.Context, scope string) (Config, error) {
	scope = canonicalScope(scope)
	var old Config
	_, err := r.submit(ctx, func(st *State) ([]Record, error) {
		own := st.ownConfig(scope)
		if own == nil && scope != "" {
			return nil, subjectNotFound(scope)
		}
		if err := st.checkWritable(scope); err != nil {
			return nil, err
		}
		if own == nil {
			old = Config{}
			return nil, nil
		}
		old = *own
		return r.keepLevels(st, []Record{remove(Key{Kind: kindConfig, ID: scope})})
	})
	return old.completed(), err
}

// Mode returns a scope's own mode, or the one that holds for it where
// inherited is asked; CodeSubjectModeNotSet if a subject or context has none.
func (r *Registry) Mode(scope string, inherited bool) (Mode, error) {
	st := r.state.Load()
	scope = canonicalScope(scope)
	if own := st.ownMode(scope); own != "" {
		return own, nil
	}
	switch {
	case inherited:
		return st.effectiveMode(scope), nil
	case scope == "" || scope == globalScope:
		return ReadWrite, nil
	}
	return "", errorf(CodeSubjectModeNotSet, "Subject '%s' does not have subject-level mode configured", scope)
}

// SetMode sets a scope's mode, spelled in any case; "" clears it. IMPORT wants
// a scope without active subjects, and cleans it of deleted ones, unless
// forced (registry API 2.8).
func (r *Registry) SetMode(ctx context.Context, scope, mode string, force bool) error {
	scope = canonicalScope(scope)
	if err := checkScope(scope); err != nil {
		return err
	}
	wanted, err := parseMode(mode)
	if err != nil {
		return err
	}
	if wanted == ForwardMode && scope != globalScope {
		return errorf(CodeInvalidMode, "Forward mode only supported on global level")
	}
	_, err = r.submit(ctx, func(st *State) ([]Record, error) {
		key := Key{Kind: kindMode, ID: scope}
		if wanted == "" {
			if st.ownMode(scope) == "" {
				return nil, nil
			}
			return []Record{remove(key)}, nil
		}
		var recs []Record
		if wanted == Import && !force && st.effectiveMode(scope) != Import {
			if recs, err = st.clearForImport(scope); err != nil {
				return nil, err
			}
		}
		return append(recs, put(key, modeFacts{Mode: wanted}, "")), nil
	})
	return err
}

func parseMode(s string) (Mode, error) {
	switch m := Mode(strings.ToUpper(s)); m {
	case "", ReadWrite, ReadOnly, ReadOnlyOverride, Import, ForwardMode:
		return m, nil
	}
	return "", errorf(CodeInvalidMode, "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.")
}

// clearForImport erases the soft-deleted rows of a scope that has no active
// ones.
func (st *State) clearForImport(scope string) ([]Record, error) {
	var rows []*version
	for _, s := range st.inScope(scope) {
		if s.latest() != nil {
			return nil, errorf(CodeOperationNotPermitted, "Cannot import since found existing subjects")
		}
		rows = append(rows, s.versions...)
	}
	for _, v := range rows {
		if st.referenced(v, false, "") {
			return nil, referenceExists(v)
		}
	}
	return st.eraseRows(rows), nil
}

// inScope lists the subjects a scope covers: itself, its context, or all.
func (st *State) inScope(scope string) []*subject {
	if scope != "" && scope != globalScope && !isContextScope(scope) {
		if s := st.subject(scope); s != nil {
			return []*subject{s}
		}
		return nil
	}
	if scope == "" || scope == globalScope {
		scope = wildcardPrefix
	}
	var out []*subject
	st.scan(scope, func(s *subject) bool {
		out = append(out, s)
		return true
	})
	return out
}

// DeleteMode removes a scope's own mode, and those of its subjects too when
// recursive, and returns the mode as it was.
func (r *Registry) DeleteMode(ctx context.Context, scope string, recursive bool) (Mode, error) {
	scope = canonicalScope(scope)
	var old Mode
	_, err := r.submit(ctx, func(st *State) ([]Record, error) {
		old = st.ownMode(scope)
		if old == "" && scope != "" && !recursive {
			return nil, subjectNotFound(scope)
		}
		var recs []Record
		if old != "" {
			recs = append(recs, remove(Key{Kind: kindMode, ID: scope}))
		}
		if recursive {
			recs = append(recs, st.modesBelow(scope)...)
		}
		return recs, nil
	})
	if err == nil && old == "" && scope == "" && !recursive {
		old = ReadWrite
	}
	return old, err
}

// modesBelow removes the modes of everything a scope covers but the scope.
func (st *State) modesBelow(scope string) []Record {
	var recs []Record
	st.modes.Scan(func(name string, _ Mode) bool {
		if name != scope && (scope == "" && !isQualified(name) || scope == globalScope || isContextScope(scope) && strings.HasPrefix(name, scope)) {
			recs = append(recs, remove(Key{Kind: kindMode, ID: name}))
		}
		return true
	})
	return recs
}
