package registry

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/formats"
)

// reading says which faults of a text are overlooked.
type reading int

const (
	// lenient reads a schema that exists: what it was once accepted with stays.
	lenient reading = iota
	// eager reads leniently what may be asked for strictly next, and makes the
	// strict checks in passing.
	eager
	// strict makes the checks of a new schema.
	strict
)

// readingNew is how a subject's new schemas are read.
func readingNew(config Config) reading {
	if isSet(config.ValidateNewSchemas, true) {
		return strict
	}
	return lenient
}

// sourceKey identifies everything a parser reads, however strictly.
type sourceKey [sha256.Size]byte

func keyOf(src schema.Source) sourceKey {
	h := sha256.New()
	writeField(h, string(src.Format))
	writeField(h, src.Text)
	for _, ref := range src.References {
		writeField(h, ref.Name)
	}
	for _, dep := range src.Dependencies {
		writeField(h, dep.Name)
		writeField(h, dep.Subject)
		writeField(h, fmt.Sprint(dep.Version))
		writeField(h, dep.Text)
	}
	return sourceKey(h.Sum(nil))
}

// writeField writes a string with its length, so that fields cannot run
// together.
func writeField(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	_, _ = io.WriteString(h, s)
}

// understood is a parsed schema with what is derived from it.
type understood struct {
	schema.Parsed
	// same has the GUID of the schema without references, metadata and rules,
	// normalGUID that of its normalised text.
	same       sameness
	normalGUID schema.GUID
	// sound schemas pass the strict checks; of others that is not known.
	sound bool
	size  int
}

func (u *understood) weight() int { return u.size }

// parse understands a schema, or remembers that it did. Faults of the text are
// *schema.Error.
func (r *Registry) parse(ctx context.Context, src schema.Source, how reading) (*understood, error) {
	key := keyOf(src)
	if u, ok := r.parsed.lookup(key); ok && (u.sound || how != strict) {
		return u, nil
	}
	u, err := understandSource(ctx, src, how != lenient)
	if fault := new(schema.Error); how == eager && errors.As(err, &fault) {
		u, err = understandSource(ctx, src, false)
	}
	if err != nil {
		return nil, err
	}
	r.parsed.store(key, u)
	return u, nil
}

// understandSource parses a schema. The strict checks look and change nothing:
// what passes them is understood the same without.
func understandSource(ctx context.Context, src schema.Source, checked bool) (*understood, error) {
	src.Strict = checked
	p, err := formats.Parse(ctx, src)
	if err != nil {
		return nil, err
	}
	return &understood{
		Parsed: p, sound: checked, size: sizeOf(src),
		normalGUID: schema.ContentGUID(p.Normalized(), nil, nil, nil),
		same: sameness{
			GUID:      schema.ContentGUID(p.Canonical(), nil, nil, nil),
			Canonical: digestOf(p.Canonical()),
			Normal:    digestOf(p.Normalized()),
			Structure: digestOf(p.Structure()),
			Docs:      digestOf(p.Documentation()),
		},
	}, nil
}

// parsedWeight is how many bytes a parsed schema keeps for each byte of text;
// measured over the three languages it is between 10 and 30.
const parsedWeight = 20

func sizeOf(src schema.Source) int {
	n := len(src.Text)
	for _, d := range src.Dependencies {
		n += len(d.Text)
	}
	return parsedWeight * n
}

// digestOf is 0 for the empty text and never for another.
func digestOf(text string) digest {
	if text == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(text))
	return max(1, digest(binary.BigEndian.Uint64(sum[:8])))
}

// invalidSchema words a parser's refusal as Confluent words it; the place is
// in the parser's own text.
func invalidSchema(format schema.Format, err error) error {
	if fault := new(schema.Error); errors.As(err, &fault) {
		return &Error{Code: CodeInvalidSchema, Message: fmt.Sprintf("Invalid schema of type %s, details: %s", format, fault.Error()), Err: err}
	}
	return err
}
