package registry

import (
	"context"

	"github.com/accordhq/accord/schema"
)

// Fields are the elements of a subject's newest version; none if there is no
// such subject, or if no parser takes its schema.
func (r *Registry) Fields(ctx context.Context, subject string) ([]schema.Field, error) {
	parsed, err := r.latestParsed(ctx, r.state.Load(), canonicalSubject(subject))
	if parsed == nil || err != nil {
		return nil, err
	}
	return parsed.Fields(), nil
}
