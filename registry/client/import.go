package client

import "context"

// ImportRequest is the body of POST /accord/v1/import: content as another
// registry had it. Only Accord takes it.
type ImportRequest struct {
	Contexts []ImportContext `json:"contexts,omitempty"`
	// Versions are stored in the order given: one that refers to another comes
	// after it, in this request or a later one.
	Versions []Schema       `json:"versions,omitempty"`
	Configs  []ImportConfig `json:"configs,omitempty"`
	Policies []ImportPolicy `json:"policies,omitempty"`
	Modes    []ImportMode   `json:"modes,omitempty"`
	// What follows is what an Accord keeps beside schemas and settings. Keks
	// come before the Deks that they wrap.
	Contracts    []Contract    `json:"contracts,omitempty"`
	Exceptions   []Exception   `json:"exceptions,omitempty"`
	Associations []Association `json:"associations,omitempty"`
	Keks         []Kek         `json:"keks,omitempty"`
	Deks         []Dek         `json:"deks,omitempty"`
	// OverwriteSettings replaces configs, policies and modes that differ.
	OverwriteSettings bool `json:"overwriteSettings,omitempty"`
}

// ImportContext is a context (".eu") and the highest id that was given out in
// it, 0 if that is not known.
type ImportContext struct {
	Context string `json:"context"`
	MaxID   int    `json:"maxId,omitempty"`
}

// ImportConfig is the config of a scope.
type ImportConfig struct {
	Scope  string `json:"scope"`
	Config Config `json:"config"`
}

// ImportPolicy is the policy of a scope.
type ImportPolicy struct {
	Scope  string `json:"scope"`
	Policy Policy `json:"policy"`
}

// ImportMode is the mode of a scope.
type ImportMode struct {
	Scope string `json:"scope"`
	Mode  string `json:"mode"`
}

// ImportResponse tells what became of each item, in the order of the request.
type ImportResponse struct {
	Contexts []ImportResult `json:"contexts,omitempty"`
	Versions []ImportResult `json:"versions,omitempty"`
	Configs  []ImportResult `json:"configs,omitempty"`
	Policies []ImportResult `json:"policies,omitempty"`
	Modes    []ImportResult `json:"modes,omitempty"`

	Contracts    []ImportResult `json:"contracts,omitempty"`
	Exceptions   []ImportResult `json:"exceptions,omitempty"`
	Associations []ImportResult `json:"associations,omitempty"`
	Keks         []ImportResult `json:"keks,omitempty"`
	Deks         []ImportResult `json:"deks,omitempty"`
}

// ImportResult is what became of one item.
type ImportResult struct {
	// Outcome is stored, deleted (a version that is soft-deleted now),
	// identical, conflict or refused.
	Outcome string `json:"outcome"`
	// Message says why, for conflicts and refusals.
	Message string `json:"message,omitempty"`
	// Unparsed is the parser's complaint about a text that is kept as it is
	// and cannot be compared with.
	Unparsed string `json:"unparsed,omitempty"`
}

// MaxImported is how many items of each kind one ImportRequest may have.
const MaxImported = 1000

// Import stores content as another registry had it. What is there already is
// left alone, so the call is repeated like a read.
func (c *Client) Import(ctx context.Context, req ImportRequest) (ImportResponse, error) {
	var out ImportResponse
	err := c.json(ctx, post(nil, req, "accord", "v1", "import"), &out)
	return out, err
}
