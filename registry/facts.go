package registry

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/accordhq/accord/schema"
)

// decodeSchemaFacts reads the facts of a kindSchema record. Start-up does little
// else, and most schemas have neither references nor metadata nor rules: their
// facts are read in the very form in which put writes them, at a tenth of what
// encoding/json takes. Anything that looks otherwise is left to that.
func decodeSchemaFacts(text []byte) (schemaFacts, error) {
	if f, ok := plainFacts(text); ok {
		return f, nil
	}
	var f schemaFacts
	err := json.Unmarshal(text, &f)
	return f, err
}

// plainFacts reads facts without optional parts but the documentation's digest
// and what marks an imported version.
func plainFacts(text []byte) (f schemaFacts, ok bool) {
	r := factReader{rest: text}
	f.ID = r.number(`{"id":`)
	f.Type = r.format(`,"type":"`)
	if registered := `","registered":`; bytes.HasPrefix(r.rest, []byte(registered)) {
		f.Registered = int64(r.number(registered))
	} else {
		r.skip(`"`)
	}
	f.Imported = r.skipIf(`,"imported":true`)
	f.GUID = r.guid(`,"guid":"`)
	f.Canonical = r.digest(`","canonical":"`)
	f.Normal = r.digest(`","normal":"`)
	f.Structure = r.digest(`","structure":"`)
	if bytes.HasPrefix(r.rest, []byte(`","docs"`)) {
		f.Docs = r.digest(`","docs":"`)
	}
	f.Deriver = r.number(`","deriver":`)
	return f, !r.failed && string(r.rest) == "}"
}

// factReader takes values off the front of a text. What follows a failure does
// not count.
type factReader struct {
	rest   []byte
	failed bool
}

// until takes the text before the first of the bytes in stop, after a prefix.
func (r *factReader) until(prefix, stop string) []byte {
	rest, ok := bytes.CutPrefix(r.rest, []byte(prefix))
	end := bytes.IndexAny(rest, stop)
	if !ok || end < 0 {
		r.failed = true
		return nil
	}
	r.rest = rest[end:]
	return rest[:end]
}

// skip takes a text off that must be there.
func (r *factReader) skip(text string) {
	if !r.skipIf(text) {
		r.failed = true
	}
}

// skipIf takes a text off if it is there.
func (r *factReader) skipIf(text string) (there bool) {
	r.rest, there = bytes.CutPrefix(r.rest, []byte(text))
	return there
}

func (r *factReader) number(prefix string) int {
	text := string(r.until(prefix, ",}"))
	n, err := strconv.Atoi(text)
	r.failed = r.failed || err != nil || strconv.Itoa(n) != text // JSON has no 007
	return n
}

func (r *factReader) digest(prefix string) digest {
	n, err := strconv.ParseUint(string(r.until(prefix, `"`)), 16, 64)
	r.failed = r.failed || err != nil
	return digest(n)
}

// format takes a language that we know; it costs no memory then.
func (r *factReader) format(prefix string) schema.Format {
	name := r.until(prefix, `"`)
	for _, f := range schema.Formats() {
		if string(name) == string(f) {
			return f
		}
	}
	r.failed = true
	return ""
}

func (r *factReader) guid(prefix string) schema.GUID {
	var g schema.GUID
	var digits [2 * len(g)]byte
	text := r.until(prefix, `"`)
	n := 0
	for _, c := range text {
		if c == '-' {
			continue
		}
		if n < len(digits) {
			digits[n] = c
		}
		n++
	}
	_, err := hex.Decode(g[:], digits[:])
	r.failed = r.failed || err != nil || n != len(digits)
	return g
}
