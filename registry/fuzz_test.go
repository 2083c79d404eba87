package registry_test

import (
	"errors"
	"testing"
	"time"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
)

// FuzzApply feeds the state records as a damaged or hostile store might hold
// them: nothing panics, the position advances, and what was read before stays.
func FuzzApply(f *testing.F) {
	for _, seed := range []struct{ kind, id, facts string }{
		{"schema", "s@1", `{"id":1,"type":"AVRO","guid":"095d71cf12556b9d5e330ad575b3df5d","canonical":"1f","normal":"1f","structure":"1f","deriver":1}`},
		{"schema", ":.eu:s@2147483647", `{"id":2147483647,"refs":[{"name":"a","subject":"b","version":-1}]}`},
		{"schema", "s@99999999999999999999", `{}`},
		{"schema", "@", `{"id":-1}`},
		{"deletion", "s@1", `{}`},
		{"context", ".eu", `{"nextId":9007199254740993}`},
		{"config", "", `{"compatibilityLevel":"FULL","defaultRuleSet":{"domainRules":[{"name":"x"}]}}`},
		{"mode", ":.__GLOBAL:", `{"mode":"IMPORT"}`},
		{"mode", "s", `null`},
		{"kek", "k", `{"kmsType":"aws-kms","kmsKeyId":"arn:aws:kms:","kmsProps":{"a":"b"},"shared":true}`},
		{"kek", "", `null`},
		{"dek", "k/AES256_GCM/1/a/b", `{"encryptedKeyMaterial":"bWU=","deleted":true}`},
		{"dek", "k/ROT13/0/", `{}`},
		{"dek", "k/AES256_SIV/99999999999999999999/s", `{}`},
		{"association", "topic/value/a/b", `{"subject":"s","guid":"g","name":"a","namespace":"n","lifecycle":"STRONG"}`},
		{"association", "topic", `{}`},
		{"breach", "s@1", `{"codes":["SLA_WEAKENED"],"passage":"advise","home":"s","contract":{"id":"c","version":"1.0.0","status":"active"},"version":3,"id":9}`},
		{"breach", "a@b@", `{"codes":["CONTRACT_LEVEL_LOWERED"],"level":"FULL"}`},
		{"breach", "", `null`},
		{"horoscope", "", ``},
	} {
		f.Add(seed.kind, seed.id, []byte(seed.facts), uint8(1))
		f.Add(seed.kind, seed.id, []byte(seed.facts), uint8(3))
	}
	f.Fuzz(func(t *testing.T, kind, id string, facts []byte, op uint8) {
		entry := registry.Entry{
			Offset: registry.NewOffset(2, 0),
			Record: registry.Record{Key: registry.Key{Kind: kind, ID: id}, Op: registry.Op(op), Time: time.UnixMilli(1), Facts: facts},
		}
		first := entry
		first.Offset = registry.NewOffset(1, 0)
		st := registry.Replay([]registry.Entry{first, entry})
		if got := st.Head(); got != entry.Offset {
			t.Errorf("head = %s after applying %s", got, entry.Offset)
		}
		_ = st.Dump()
	})
}

// FuzzKeys: whatever names a key, a refusal is a refusal, and what was stored
// is read back, also from the log.
func FuzzKeys(f *testing.F) {
	f.Add("customers", "AWS", "arn:aws:kms:eu-north-1:1:key/2", "orders-value", "AES256_GCM", 1)
	f.Add("_k-1", "azure-kms", "https://v/keys/k", ":.eu:a/b@1", "", 0)
	f.Add("größe", "GcpKMS", "projects/p", ":.:s", "AES256_SIV", 1<<31-1)
	f.Add("k", "hcvault", "http://v", ":.eu", "AES128_GCM", 7)
	f.Add("a/b", "local-kms", "x", "a\nb", "ROT13", -1)
	f.Add("k\xff", "ſ", "\xff", "\xff", "AES256_GCM", 1)
	f.Fuzz(func(t *testing.T, kek, kmsType, keyID, subject, algorithm string, version int) {
		log := memlog.New()
		r := open(t, log)
		refused := new(registry.Error)
		_, err := r.CreateKek(t.Context(), registry.KekRequest{Name: kek, KmsType: kmsType, KmsKeyID: keyID})
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("create key %q: %v", kek, err)
		}
		name := registry.DekName{Kek: kek, Subject: subject, Algorithm: registry.Algorithm(algorithm)}
		made, err := r.CreateDek(t.Context(), registry.DekRequest{DekName: name, Version: version, EncryptedKeyMaterial: "bWU="})
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("create key of %q: %v", subject, err)
			}
			return
		}
		if read, err := r.Dek(name, registry.LatestVersion, false); err != nil || read != made {
			t.Errorf("read %+v, %v; want %+v", read, err, made)
		}
		if got := registry.Replay(entriesOf(t, log)).Dump(); got != r.State().Dump() {
			t.Errorf("replayed:\n%s\nwant\n%s", got, r.State().Dump())
		}
	})
}

// FuzzImport imports any text as any version: what is stored reads back byte
// for byte (printed, where it is a form that clients cannot read), and is
// found again, whether a parser takes it or not.
func FuzzImport(f *testing.F) {
	for _, text := range []string{`"int"`, `{"type":"record"}`, `/* c */ "int"`, "{", "syntax = \"proto3\";\nmessage M {}", "edition = \"2024\";", "CgA=", `{"$ref":"x"}`, `{"a":1,"a":2}`, "\xff"} {
		for _, format := range []string{"AVRO", "JSON", "PROTOBUF"} {
			f.Add("s", 1, 1, format, text)
		}
	}
	f.Fuzz(func(t *testing.T, subject string, number, id int, format, text string) {
		r := open(t, nil)
		v := foreign(subject, number, id, text)
		v.Type = schema.Format(format)
		first := importVersions(t, r, v)[0]
		if first.Outcome == registry.ImportRefused {
			return
		}
		v2, err := r.SchemaByID(t.Context(), id, subject, registry.ReadOptions{})
		if err != nil {
			t.Fatalf("%+v and then %v", first, err)
		}
		if first.Unparsed != "" && v2.Text != text {
			t.Errorf("%q came back as %q", text, v2.Text)
		}
		again := importVersions(t, r, v)[0]
		if again.Outcome != registry.ImportIdentical && v2.Text == text {
			t.Errorf("first %+v, again %+v", first, again)
		}
	})
}
