package transfer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// holdings reads what a registry keeps beside schemas and settings: keys and
// associations of whoever has them, the rest of an Accord.
func (r *reader) holdings(ctx context.Context) (holdings, error) {
	out := holdings{}
	reads := []func(context.Context, holdings) error{r.keys, r.associations}
	if r.accord {
		reads = append(reads, r.contracts, r.exceptions)
	}
	for _, read := range reads {
		if err := read(ctx, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// forbidden reports whether a registry keeps something from whoever imports:
// keys may be nobody's business who may read schemas.
func forbidden(err error) bool {
	var refused *client.Error
	return errors.As(err, &refused) && (refused.Status == http.StatusUnauthorized || refused.Status == http.StatusForbidden)
}

// absent reports whether a registry does not have what was asked for, or does
// not give it. An error about the registry as a whole is returned, others are
// noted.
func (r *reader) absent(ctx context.Context, what string, err error) (bool, error) {
	if err == nil || fatal(ctx, err) && !forbidden(err) {
		return false, err
	}
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Status != http.StatusNotFound && refused.Status != http.StatusMethodNotAllowed {
		r.limited("the source does not tell its %s: %v", what, err)
	}
	return true, nil
}

func (r *reader) contracts(ctx context.Context, into holdings) error {
	listed, err := r.Contracts(ctx)
	if gone, err := r.absent(ctx, "contracts", err); gone || err != nil {
		return err
	}
	listed = slices.DeleteFunc(listed, func(c client.Contract) bool { return !r.selected(c.Subject) })
	return each(ctx, r.Parallel, listed, func(ctx context.Context, c client.Contract) error {
		found, err := r.Contract(ctx, c.Subject)
		h := holding{holdingKey: holdingKey{contracts, c.Subject, ""}, value: found}
		return r.keep(ctx, into, h, err)
	})
}

// keep adds what was read one by one; what is listed and not given is noted.
func (r *reader) keep(ctx context.Context, into holdings, h holding, err error) error {
	if fatal(ctx, err) && !forbidden(err) {
		return err
	}
	if err != nil {
		f := h.about()
		f.Code, f.Severity, f.Message = codeUnreadable, finding.Error, fmt.Sprintf("the source lists it and does not give it: %v", err)
		r.note(f)
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	into.add(h)
	return nil
}

func (r *reader) exceptions(ctx context.Context, into holdings) error {
	all, err := r.Exceptions(ctx, "")
	if gone, err := r.absent(ctx, "exceptions", err); gone || err != nil {
		return err
	}
	for _, e := range all {
		if r.selected(e.Subject) {
			into.add(holding{holdingKey: holdingKey{exceptions, e.Subject, e.ID}, order: e.Timestamp, value: e})
		}
	}
	return nil
}

// associations reads those of all topics of all clusters.
func (r *reader) associations(ctx context.Context, into holdings) error {
	const all = "-"
	for offset := 0; offset < maxVersions; {
		page, err := r.AssociationsOfResource(ctx, all, all, client.AssociationsOptions{Offset: offset, Limit: pageSize})
		if gone, err := r.absent(ctx, "associations", err); gone || err != nil {
			return err
		}
		fresh := false
		for _, a := range page {
			label := fmt.Sprintf("%s of %s in %s, id %s", a.AssociationType, a.ResourceName, a.ResourceNamespace, a.ResourceID)
			key := holdingKey{associations, a.Subject, label}
			if _, twice := into[key]; !twice && r.selected(a.Subject) {
				into.add(holding{holdingKey: key, order: a.UpdateTimestamp, value: a})
				fresh = true
			}
		}
		if len(page) < pageSize || !fresh && len(r.Prefixes) == 0 {
			return nil
		}
		offset += len(page)
	}
	return nil
}

// algorithms are those that a data encryption key can be for (registry API 1.8).
var algorithms = []string{"AES128_GCM", "AES256_GCM", "AES256_SIV"}

// keys reads key encryption keys with all that they wrap. Where only some
// subjects are asked for, only keys that have to do with them.
func (r *reader) keys(ctx context.Context, into holdings) error {
	var names []string
	for offset := 0; offset < maxVersions; {
		page, err := r.Keks(ctx, client.KeksOptions{Deleted: true, Offset: offset, Limit: pageSize})
		if gone, err := r.absent(ctx, "keys", err); gone || err != nil {
			return err
		}
		known := len(names)
		for _, name := range page {
			if !slices.Contains(names[:known], name) {
				names = append(names, name)
			}
		}
		if len(page) < pageSize || len(names) == known {
			break
		}
		offset += len(page)
	}
	step := r.progress("Reading keys", len(names))
	return each(ctx, r.Parallel, names, func(ctx context.Context, name string) error {
		defer step(1)
		return r.key(ctx, into, name)
	})
}

// key reads one key encryption key and those that it wraps.
func (r *reader) key(ctx context.Context, into holdings, name string) error {
	subjects, err := r.DekSubjects(ctx, name, true)
	if err != nil {
		return r.keep(ctx, into, holding{holdingKey: holdingKey{keks, "", name}}, err)
	}
	wanted := slices.DeleteFunc(subjects, func(s string) bool { return !r.selected(s) })
	if len(r.Prefixes) > 0 && len(wanted) == 0 {
		return nil
	}
	kek, err := r.Kek(ctx, name, true)
	if err := r.keep(ctx, into, holding{holdingKey: holdingKey{keks, "", name}, value: kek}, err); err != nil {
		return err
	}
	for _, subject := range wanted {
		for _, algorithm := range algorithms {
			if err := r.wrapped(ctx, into, client.DekName{Kek: name, Subject: subject, Algorithm: algorithm}); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrapped reads the versions of a data encryption key. A key in the clear, which
// servers with access to the KMS give, stays where it is.
func (r *reader) wrapped(ctx context.Context, into holdings, name client.DekName) error {
	versions, err := r.DekVersions(ctx, name, true)
	if client.NotFound(err) {
		return nil
	}
	if err != nil {
		return r.keep(ctx, into, holding{holdingKey: holdingKey{deks, name.Subject, name.Kek + " " + name.Algorithm}}, err)
	}
	for _, version := range versions {
		dek, err := r.Dek(ctx, name, version, true)
		dek.KeyMaterial = ""
		key := holdingKey{deks, name.Subject, fmt.Sprintf("%s %s version %d", name.Kek, name.Algorithm, version)}
		if err := r.keep(ctx, into, holding{holdingKey: key, value: dek}, err); err != nil {
			return err
		}
	}
	return nil
}
