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

// sourceKey identifies everything a parser reads.
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
	if src.Strict {
		writeField(h, "strict")
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
	same sameness // GUID aside, which also covers metadata and rules
	size int
}

func (u *understood) weight() int { return u.size }

// parse understands a schema, or remembers that it did. Faults of the text are
// *schema.Error.
func (r *Registry) parse(ctx context.Context, src schema.Source) (*understood, error) {
	key := keyOf(src)
	if u, ok := r.parsed.lookup(key); ok {
		return u, nil
	}
	p, err := formats.Parse(ctx, src)
	if err != nil {
		return nil, err
	}
	u := &understood{Parsed: p, size: sizeOf(src), same: sameness{
		Canonical: digestOf(p.Canonical()),
		Normal:    digestOf(p.Normalized()),
		Structure: digestOf(p.Structure()),
		Docs:      digestOf(p.Documentation()),
	}}
	r.parsed.store(key, u)
	return u, nil
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
