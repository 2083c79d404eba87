package sqlstore

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"sync"
)

// packedFrom is the size from which packing a body pays, in bytes.
const packedFrom = 256

// Packer makes the bodies of events small with DEFLATE (RFC 1951). Its zero
// value is ready for use by several goroutines.
type Packer struct {
	writers, readers sync.Pool
}

// Pack returns what to store for a body and whether it is packed, which small
// bodies and those that would grow are not. It is never the caller's memory
// and never nil.
func (p *Packer) Pack(body []byte) (stored []byte, packed bool) {
	if len(body) >= packedFrom {
		if small := p.deflate(body); len(small) < len(body) {
			return small, true
		}
	}
	return append([]byte{}, body...), false
}

func (p *Packer) deflate(body []byte) []byte {
	out := bytes.NewBuffer(make([]byte, 0, len(body)/4))
	w, ok := p.writers.Get().(*flate.Writer)
	if ok {
		w.Reset(out)
	} else {
		w, _ = flate.NewWriter(out, flate.BestSpeed) // fails for unknown levels only
	}
	defer p.writers.Put(w)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// Unpack returns the body of what Pack stored, nil if it is empty.
func (p *Packer) Unpack(stored []byte, packed bool) ([]byte, error) {
	if len(stored) == 0 {
		return nil, nil
	}
	if !packed {
		return stored, nil
	}
	r, ok := p.readers.Get().(io.ReadCloser)
	if !ok {
		r = flate.NewReader(nil)
	}
	defer p.readers.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(stored), nil); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("the body of an event is damaged: %w", err)
	}
	return body, nil
}
