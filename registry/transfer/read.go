package transfer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

const (
	// pageSize is how many versions are listed at a time: the most that
	// Confluent's registry gives.
	pageSize = 1000
	// maxVersions stops a list that does not end.
	maxVersions = 10_000_000
)

// content is what a registry holds.
type content struct {
	// contexts hold the highest id where the registry tells it.
	contexts []client.ImportContext
	versions map[versionKey]client.Schema
	// settings are what is set for a scope itself.
	settings map[string]settings
	// holdings are what is kept beside both.
	holdings holdings
}

// sorted returns the versions in order.
func (c *content) sorted() []client.Schema {
	out := make([]client.Schema, 0, len(c.versions))
	for _, k := range slices.SortedFunc(maps.Keys(c.versions), compareKeys) {
		out = append(out, c.versions[k])
	}
	return out
}

// reader reads a registry that may be old, slow, or wrong about itself.
type reader struct {
	*transfer
	*client.Client
	// accord says that the registry is an Accord.
	accord bool
	// hasContexts says that the registry knows contexts.
	hasContexts bool
	// subjects are those the registry lists.
	subjects []string
	// aliases are names that stand for another subject: paths with them lead
	// there.
	aliases map[string]bool
}

func (r *reader) read(ctx context.Context) (*content, error) {
	names, err := r.contextNames(ctx)
	if err != nil {
		return nil, err
	}
	c := &content{}
	if c.versions, err = r.versions(ctx); err != nil {
		return nil, err
	}
	r.choose(c)
	if c.contexts, err = r.contexts(ctx, names, c.versions); err != nil {
		return nil, err
	}
	if c.settings, err = r.settings(ctx, r.scopes(names, c.versions)); err != nil {
		return nil, err
	}
	c.holdings, err = r.holdings(ctx)
	return c, err
}

// fatal reports whether an error is about the registry as a whole and not
// about the thing that was asked for.
func fatal(ctx context.Context, err error) bool {
	var lost *client.UnreachableError
	if ctx.Err() != nil || errors.As(err, &lost) {
		return true
	}
	var refused *client.Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func (r *reader) contextNames(ctx context.Context) ([]string, error) {
	names, err := r.Contexts(ctx, "")
	switch {
	case err == nil:
		r.hasContexts = true
		return names, nil
	case fatal(ctx, err):
		return nil, err
	}
	r.limited("the source does not know contexts: %v", err)
	return []string{"."}, nil
}

// versions reads every version, soft-deleted ones too: the list of all, and
// one by one what that list leaves out.
func (r *reader) versions(ctx context.Context) (map[versionKey]client.Schema, error) {
	names, err := r.Subjects(ctx, client.SubjectsOptions{Deleted: true})
	if err != nil {
		return nil, fmt.Errorf("list the subjects: %w", err)
	}
	r.subjects = names
	prefix := ""
	if r.hasContexts {
		prefix = everywhere
	}
	rows, err := r.list(ctx, prefix)
	switch {
	case fatal(ctx, err):
		return nil, err
	case err != nil:
		r.limited("the source does not list schemas, they are read one by one: %v", err)
	}
	subjects := map[string]map[int]client.Schema{}
	for _, name := range names {
		subjects[name] = map[int]client.Schema{}
	}
	r.aliases = map[string]bool{}
	for _, row := range rows {
		if subjects[row.Subject] == nil {
			subjects[row.Subject] = map[int]client.Schema{}
		}
		subjects[row.Subject][row.Version] = row.Schema
		for _, alias := range row.Aliases {
			r.aliases[alias] = true
		}
	}
	return r.complete(ctx, subjects)
}

// list reads the list of all versions. What it read is returned with an error,
// too.
func (r *reader) list(ctx context.Context, prefix string) ([]client.ListedSchema, error) {
	var rows []client.ListedSchema
	seen := map[versionKey]bool{}
	for offset := 0; len(rows) < maxVersions; {
		page, err := r.SchemasPage(ctx, client.SchemasOptions{Prefix: prefix, Aliases: true, Deleted: true}, offset, pageSize)
		if err != nil {
			return rows, fmt.Errorf("list the schemas: %w", err)
		}
		fresh := false
		for _, row := range page {
			if k := keyOf(row.Schema); !seen[k] {
				seen[k], fresh = true, true
				rows = append(rows, row)
			}
		}
		// Some registries ignore the offset and give the same page for ever.
		if !fresh {
			return rows, nil
		}
		offset += len(page)
	}
	return rows, fmt.Errorf("list the schemas: more than %d versions", maxVersions)
}

// complete asks for each subject's versions, which the list may leave out or
// not know to be deleted.
func (r *reader) complete(ctx context.Context, subjects map[string]map[int]client.Schema) (map[versionKey]client.Schema, error) {
	all := map[versionKey]client.Schema{}
	step := r.progress("Reading subjects", len(subjects))
	err := each(ctx, r.Parallel, slices.Sorted(maps.Keys(subjects)), func(ctx context.Context, name string) error {
		defer step(1)
		rows, err := r.subject(ctx, name, subjects[name])
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, row := range rows {
			if r.sound(row) {
				all[keyOf(row)] = row
			}
		}
		return err
	})
	return all, err
}

// sound reports whether a version has the numbers every version has. The
// caller holds mu.
func (r *reader) sound(s client.Schema) bool {
	const most = 1<<31 - 1
	if s.Version >= 1 && s.Version <= most && s.ID >= 1 && s.ID <= most && s.Schema != "" {
		return true
	}
	k := keyOf(s)
	r.report.Findings = append(r.report.Findings, k.about(codeUnreadable, finding.Error,
		"the source answers id %d, version %d and %d bytes of schema: no registry can hold that", s.ID, s.Version, len(s.Schema)))
	return false
}

// subject returns a subject's versions.
func (r *reader) subject(ctx context.Context, name string, listed map[int]client.Schema) ([]client.Schema, error) {
	rows := slices.Collect(maps.Values(listed))
	if r.aliases[name] {
		return rows, nil // its paths lead to another subject
	}
	numbers, err := r.Versions(ctx, name, client.VersionsOptions{Deleted: true})
	if err != nil {
		if fatal(ctx, err) {
			return rows, err
		}
		r.note(finding.Finding{
			Code: codeUnreadable, Severity: finding.Error, Subject: name,
			Message: fmt.Sprintf("the source lists the subject and not its versions: %v", err),
		})
		return rows, nil
	}
	active, err := r.Versions(ctx, name, client.VersionsOptions{})
	if err != nil && !client.NotFound(err) {
		if fatal(ctx, err) {
			return rows, err
		}
		active = numbers
	}
	for number, row := range listed {
		if !slices.Contains(numbers, number) {
			r.note(keyOf(row).about(codeContradiction, finding.Error, "the source lists the schema and not the version"))
		}
	}
	for _, number := range numbers {
		if _, ok := listed[number]; ok {
			continue
		}
		row, ok, err := r.single(ctx, versionKey{name, number})
		if err != nil {
			return rows, err
		}
		if ok {
			rows = append(rows, row)
		}
	}
	return r.markDeleted(rows, active), nil
}

// markDeleted sets what the versions themselves may not say.
func (r *reader) markDeleted(rows []client.Schema, active []int) []client.Schema {
	for i := range rows {
		gone := !slices.Contains(active, rows[i].Version)
		if d := rows[i].Deleted; d != nil && *d != gone {
			r.note(keyOf(rows[i]).about(codeContradiction, finding.Error,
				"the source says both that the version is soft-deleted and that it is not; it is taken as the version itself says"))
			continue
		}
		rows[i].Deleted = &gone
	}
	return rows
}

// single reads one version. The answer may be about another one.
func (r *reader) single(ctx context.Context, k versionKey) (client.Schema, bool, error) {
	row, err := r.Version(ctx, k.subject, k.version, client.ReadOptions{Deleted: true})
	switch {
	case fatal(ctx, err):
		return row, false, err
	case err != nil:
		r.note(k.about(codeUnreadable, finding.Error, "the source lists the version and does not give it: %v", err))
		return row, false, nil
	case keyOf(row) != k:
		r.note(k.about(codeContradiction, finding.Error, "asked for it, the source answers version %d of '%s'", row.Version, row.Subject))
		return row, false, nil
	}
	return row, true, nil
}

// choose keeps the subjects of the prefixes, and the versions they refer to.
func (r *reader) choose(c *content) {
	if len(r.Prefixes) == 0 {
		return
	}
	chosen := map[versionKey]client.Schema{}
	var add func(k versionKey)
	add = func(k versionKey) {
		s, ok := c.versions[k]
		if _, done := chosen[k]; done || !ok {
			return
		}
		chosen[k] = s
		for _, ref := range s.References {
			add(versionKey{targetOf(k.subject, ref.Subject), ref.Version})
		}
	}
	for k := range c.versions {
		if r.selected(k.subject) {
			add(k)
		}
	}
	c.versions = chosen
	r.limited("only some subjects were asked for: settings of contexts and of the registry as a whole are not imported")
}

func (t *transfer) selected(subject string) bool {
	return len(t.Prefixes) == 0 || slices.ContainsFunc(t.Prefixes, func(p string) bool { return strings.HasPrefix(subject, p) })
}
