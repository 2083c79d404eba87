package client

import "context"

// Contexts lists the contexts whose name starts with prefix, "." first.
func (c *Client) Contexts(ctx context.Context, prefix string) ([]string, error) {
	var names []string
	err := c.json(ctx, get(query{}.text("contextPrefix", prefix), "contexts"), &names)
	return names, err
}

// DeleteContext removes a context (".eu") without subjects.
func (c *Client) DeleteContext(ctx context.Context, name string) error {
	return c.json(ctx, remove(nil, "contexts", name), nil)
}

// ServerVersion reads which version of Confluent's API the server speaks.
func (c *Client) ServerVersion(ctx context.Context) (ServerVersion, error) {
	var v ServerVersion
	err := c.json(ctx, get(nil, "v1", "metadata", "version"), &v)
	return v, err
}

// ServerID reads which clusters the server belongs to.
func (c *Client) ServerID(ctx context.Context) (ServerID, error) {
	var id ServerID
	err := c.json(ctx, get(nil, "v1", "metadata", "id"), &id)
	return id, err
}

// MasterAvailable reports whether the node that answers can have writes made.
// Only Karapace and Accord know.
func (c *Client) MasterAvailable(ctx context.Context) (bool, error) {
	var out MasterAvailable
	err := c.json(ctx, get(nil, "master_available"), &out)
	return out.MasterAvailable, err
}
