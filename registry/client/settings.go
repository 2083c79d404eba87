package client

import "context"

// A scope is what a config or mode stands for: "" is the top level, ":.eu:" a
// context, ":.__GLOBAL:" all contexts, anything else a subject.

// Config reads the config of a scope: its own, or with inherited what applies
// to it. A subject or context without a config of its own gives an *Error with
// CodeSubjectLevelNotSet unless inherited.
func (c *Client) Config(ctx context.Context, scope string, inherited bool) (Config, error) {
	var out Config
	err := c.json(ctx, get(query{}.flag("defaultToGlobal", inherited), scopePath(scope, "config")...), &out)
	return out, err
}

// SetConfig changes the config of a scope field by field and returns the whole
// result.
func (c *Client) SetConfig(ctx context.Context, scope string, update ConfigUpdate) (ConfigUpdate, error) {
	var out ConfigUpdate
	err := c.json(ctx, put(nil, update, scopePath(scope, "config")...), &out)
	return out, err
}

// DeleteConfig unsets the config of a scope and returns it as it was.
func (c *Client) DeleteConfig(ctx context.Context, scope string) (Config, error) {
	var out Config
	err := c.json(ctx, remove(nil, scopePath(scope, "config")...), &out)
	return out, err
}

// Policy reads what a scope demands beside its level: its own, or with
// inherited what applies to it, every field set.
func (c *Client) Policy(ctx context.Context, scope string, inherited bool) (Policy, error) {
	var out Policy
	err := c.json(ctx, get(query{}.flag("defaultToGlobal", inherited), scopePath(scope, "accord", "v1", "config")...), &out)
	return out, err
}

// SetPolicy changes the policy of a scope field by field and returns the whole
// result.
func (c *Client) SetPolicy(ctx context.Context, scope string, update PolicyUpdate) (Policy, error) {
	var out Policy
	err := c.json(ctx, put(nil, update, scopePath(scope, "accord", "v1", "config")...), &out)
	return out, err
}

// Mode reads the mode of a scope: its own, or with inherited what applies to
// it. A subject or context without a mode of its own gives an *Error with
// CodeSubjectModeNotSet unless inherited.
func (c *Client) Mode(ctx context.Context, scope string, inherited bool) (string, error) {
	var out Mode
	err := c.json(ctx, get(query{}.flag("defaultToGlobal", inherited), scopePath(scope, "mode")...), &out)
	return out.Mode, err
}

// SetMode sets the mode of a scope. Force sets IMPORT although subjects exist.
func (c *Client) SetMode(ctx context.Context, scope, mode string, force bool) error {
	return c.json(ctx, put(query{}.flag("force", force), Mode{Mode: mode}, scopePath(scope, "mode")...), nil)
}

// DeleteMode unsets the mode of a scope and returns it as it was, "" if none
// was set. Recursive unsets those of the subjects in it too.
func (c *Client) DeleteMode(ctx context.Context, scope string, recursive bool) (string, error) {
	var out Mode
	err := c.json(ctx, remove(query{}.flag("recursive", recursive), scopePath(scope, "mode")...), &out)
	return out.Mode, err
}

// scopePath is where a setting of a scope lies below root.
func scopePath(scope string, root ...string) []string {
	if scope == "" {
		return root
	}
	return append(root, scope)
}
