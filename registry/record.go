package registry

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/accordhq/accord/schema"
)

// Kinds of records. They are stored: never rename.
const (
	// kindSchema holds a version of a subject; the text is the body.
	kindSchema = "schema"
	// kindDeletion marks a version as soft-deleted. A later kindSchema record
	// of the version makes it active again.
	kindDeletion = "deletion"
	kindContext  = "context"
	kindConfig   = "config"
	kindMode     = "mode"
	kindPolicy   = "policy"
	kindContract = "contract"
	// kindException excuses a finding, kindBaseline the old debt of a subject.
	kindException = "exception"
	kindBaseline  = "baseline"
	// kindBreach is a promise that was broken and let pass.
	kindBreach = "breach"
	kindKek    = "kek"
	kindDek    = "dek"
	// kindAssociation ties a side of a resource to a subject.
	kindAssociation = "association"
)

// deriver numbers the code that computes derived facts. A record of an older
// deriver keeps its facts: sameness was decided by them.
const deriver = 1

// schemaFacts are the facts of a kindSchema record: all that memory needs, so
// that start-up parses no schema.
type schemaFacts struct {
	ID         int                `json:"id"`
	Type       schema.Format      `json:"type"`
	References []schema.Reference `json:"refs,omitempty"`
	Metadata   *schema.Metadata   `json:"metadata,omitempty"`
	RuleSet    *schema.RuleSet    `json:"rules,omitempty"`
	// Printed: reads get the canonical print, because clients cannot read the
	// text as it was sent.
	Printed bool `json:"printed,omitempty"`
	// Unparsed: the text was imported although no parser takes it. Reads get
	// it as it is, whatever form they ask for.
	Unparsed bool `json:"unparsed,omitempty"`
	// Registered is when the registry it was imported from stored it, in
	// milliseconds since 1970; 0 for what was registered here, whose time is
	// the record's.
	Registered int64 `json:"registered,omitempty"`
	// Imported and Forced: the version came past the gate, brought from another
	// registry or with force=true. Who did that is the record's actor.
	Imported bool `json:"imported,omitempty"`
	Forced   bool `json:"forced,omitempty"`
	sameness
	Deriver int `json:"deriver"`
}

// sameness is what decides whether two schemas are one (design 3, registry API
// 2.4): digests of the schema's forms, 0 for an empty form.
type sameness struct {
	// GUID covers canonical text, references, metadata and rules.
	GUID schema.GUID `json:"guid"`
	// Canonical and Normal are digests of those texts, Structure of the
	// normal text without documentation, Docs of the documentation alone.
	Canonical digest `json:"canonical"`
	Normal    digest `json:"normal"`
	Structure digest `json:"structure"`
	Docs      digest `json:"docs,omitempty"`
}

type contextFacts struct {
	// NextID is the lowest id never given out in the context.
	NextID int `json:"nextId"`
	// Gone: the context was deleted; its ids stay used.
	Gone bool `json:"gone,omitempty"`
}

type modeFacts struct {
	Mode Mode `json:"mode"`
}

// digest is 64 bits of a hash; it prints as hexadecimal, because JSON readers
// elsewhere round large integers.
type digest uint64

func (d digest) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(d), 16), nil
}

func (d *digest) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 16, 64)
	*d = digest(n)
	return err
}

// versionKey is the key of a version's records: "subject@version".
func versionKey(kind, subject string, version int) Key {
	return Key{Kind: kind, ID: subject + "@" + strconv.Itoa(version)}
}

func parseVersionKey(id string) (subject string, version int, err error) {
	i := strings.LastIndexByte(id, '@')
	if i < 0 {
		return "", 0, fmt.Errorf("version key %q has no @", id)
	}
	version, err = strconv.Atoi(id[i+1:])
	if err != nil || version < 1 {
		return "", 0, fmt.Errorf("version key %q has no version number", id)
	}
	return id[:i], version, nil
}

// put builds a record that sets a key. Facts of our own types always encode.
func put(key Key, facts any, body string) Record {
	encoded, err := json.Marshal(facts)
	if err != nil {
		panic(fmt.Sprintf("registry: facts of %s %q do not encode: %v", key.Kind, key.ID, err))
	}
	return Record{Key: key, Op: OpPut, Facts: encoded, Body: []byte(body)}
}

func remove(key Key) Record { return Record{Key: key, Op: OpDelete} }

func erase(key Key) Record { return Record{Key: key, Op: OpErase} }
