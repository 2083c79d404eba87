package avro

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema/jsontree"
)

// CanonicalForm is the parsing canonical form of the specification, for
// fingerprints alone: it drops documentation, defaults, aliases and properties
// (compatibility reference 5.3).
func (s *Schema) CanonicalForm() string {
	f := form{known: map[string]bool{}}
	f.typ(s.Root)
	return f.out.String()
}

// form writes the parsing canonical form.
type form struct {
	out   strings.Builder
	known map[string]bool
}

func (f *form) quoted(s string) { f.out.Write(jsontree.AppendString(nil, s)) }

func (f *form) typ(t *Type) {
	switch t.Kind {
	case Union:
		f.out.WriteByte('[')
		for i, b := range t.Branches {
			if i > 0 {
				f.out.WriteByte(',')
			}
			f.typ(b)
		}
		f.out.WriteByte(']')
	case Array:
		f.out.WriteString(`{"type":"array","items":`)
		f.typ(t.Element)
		f.out.WriteByte('}')
	case Map:
		f.out.WriteString(`{"type":"map","values":`)
		f.typ(t.Element)
		f.out.WriteByte('}')
	case Record, Enum, Fixed:
		f.named(t)
	default:
		f.quoted(t.Kind.String())
	}
}

func (f *form) named(t *Type) {
	full := t.FullName()
	if f.known[full] {
		f.quoted(full)
		return
	}
	f.known[full] = true
	f.out.WriteString(`{"name":`)
	f.quoted(full)
	f.out.WriteString(`,"type":"` + t.Kind.String() + `"`)
	switch t.Kind {
	case Record:
		f.out.WriteString(`,"fields":[`)
		for i, field := range t.Fields {
			if i > 0 {
				f.out.WriteByte(',')
			}
			f.out.WriteString(`{"name":`)
			f.quoted(field.Name)
			f.out.WriteString(`,"type":`)
			f.typ(field.Type)
			f.out.WriteByte('}')
		}
		f.out.WriteByte(']')
	case Enum:
		f.out.WriteString(`,"symbols":[`)
		for i, symbol := range t.Symbols {
			if i > 0 {
				f.out.WriteByte(',')
			}
			f.quoted(symbol)
		}
		f.out.WriteByte(']')
	case Fixed:
		f.out.WriteString(`,"size":` + strconv.Itoa(t.Size))
	}
	f.out.WriteByte('}')
}

// emptyCRC is the CRC-64-AVRO of no bytes at all, and the polynomial.
const emptyCRC = 0xc15d213aa4d7a795

var crcTable = func() (table [256]uint64) {
	for i := range table {
		fp := uint64(i)
		for range 8 {
			fp = fp>>1 ^ emptyCRC&-(fp&1)
		}
		table[i] = fp
	}
	return table
}()

// CRC64 is the CRC-64-AVRO fingerprint of the canonical form.
func (s *Schema) CRC64() uint64 {
	fp := uint64(emptyCRC)
	for _, b := range []byte(s.CanonicalForm()) {
		fp = fp>>8 ^ crcTable[(fp^uint64(b))&0xff]
	}
	return fp
}

// CRC64Bytes is CRC64 as single-object encoding writes it, little-endian.
func (s *Schema) CRC64Bytes() [8]byte {
	return [8]byte(binary.LittleEndian.AppendUint64(nil, s.CRC64()))
}

// MD5 is the MD5 fingerprint of the canonical form.
func (s *Schema) MD5() [md5.Size]byte { return md5.Sum([]byte(s.CanonicalForm())) }

// SHA256 is the SHA-256 fingerprint of the canonical form.
func (s *Schema) SHA256() [sha256.Size]byte { return sha256.Sum256([]byte(s.CanonicalForm())) }
