package client

import "context"

// CheckOptions say how a schema is checked.
type CheckOptions struct {
	// Normalize checks the normalised text.
	Normalize bool
	// Verbose asks for messages that say what is incompatible.
	Verbose bool
}

// CheckHistory asks whether a schema could be the next version of a subject:
// it is compared with as much of the history as the subject's level says. A
// subject that does not exist takes anything.
func (c *Client) CheckHistory(ctx context.Context, subject string, req RegisterRequest, opts CheckOptions) (CompatibilityResult, error) {
	return c.check(ctx, req, opts, "compatibility", "subjects", subjectSegment(subject), "versions")
}

// CheckVersion compares a schema with one version of a subject; see Latest.
func (c *Client) CheckVersion(ctx context.Context, subject string, version int, req RegisterRequest, opts CheckOptions) (CompatibilityResult, error) {
	return c.check(ctx, req, opts, "compatibility", "subjects", subjectSegment(subject), "versions", versionSegment(version))
}

func (c *Client) check(ctx context.Context, req RegisterRequest, opts CheckOptions, path ...string) (CompatibilityResult, error) {
	q := query{}.flag("normalize", opts.Normalize).flag("verbose", opts.Verbose)
	var out CompatibilityResult
	err := c.json(ctx, post(q, req, path...), &out)
	return out, err
}
