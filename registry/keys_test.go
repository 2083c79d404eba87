package registry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/memlog"
)

const awsKey = "arn:aws:kms:eu-north-1:111122223333:key/1234abcd"

// createKek adds a key encryption key that clients wrap with.
func createKek(t *testing.T, r *registry.Registry, name string) registry.Kek {
	t.Helper()
	k, err := r.CreateKek(t.Context(), registry.KekRequest{Name: name, KmsType: "AWS", KmsKeyID: awsKey})
	if err != nil {
		t.Fatalf("create key %s: %v", name, err)
	}
	return k
}

func dekOf(kek, subject string, version int, material string) registry.DekRequest {
	return registry.DekRequest{DekName: registry.DekName{Kek: kek, Subject: subject}, Version: version, EncryptedKeyMaterial: material}
}

func createDek(t *testing.T, r *registry.Registry, req registry.DekRequest) registry.Dek {
	t.Helper()
	d, err := r.CreateDek(t.Context(), req)
	if err != nil {
		t.Fatalf("create key of %s: %v", req.Subject, err)
	}
	return d
}

func TestKekRoundTrip(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	made, err := r.CreateKek(t.Context(), registry.KekRequest{
		Name: "customers", KmsType: "Aws-KMS", KmsKeyID: awsKey, Doc: "fields of customers",
		KmsProps: map[string]string{"region": "eu-north-1", "secret.access.key": "hunter2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := registry.Kek{
		Name: "customers", KmsType: "aws-kms", KmsKeyID: awsKey, Doc: "fields of customers",
		KmsProps: map[string]string{"region": "eu-north-1"},
	}
	if diff := cmp.Diff(want, made, cmpopts.IgnoreFields(registry.Kek{}, "Time")); diff != "" || made.Time.IsZero() {
		t.Errorf("created at %s (-want +got):\n%s", made.Time, diff)
	}
	read, err := r.Kek("customers", false)
	if diff := cmp.Diff(made, read); err != nil || diff != "" {
		t.Errorf("read: %v\n%s", err, diff)
	}
}

// A credential that a client sends along reaches neither answers nor the log.
func TestCredentialsAreNotStored(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	props := map[string]string{"page": "1"}
	for _, name := range []string{
		"token.id", "approle.secret.id", "ssl.keystore.password", "secret.access.key", "client.secret", "private.key", "secret",
	} {
		props[name] = "hunter2"
	}
	_, err := r.CreateKek(t.Context(), registry.KekRequest{Name: "k", KmsType: "local-kms", KmsKeyID: "id", KmsProps: props})
	if err != nil {
		t.Fatal(err)
	}
	props["page"] = "2"
	k, err := r.UpdateKek(t.Context(), "k", registry.KekUpdate{KmsProps: props})
	if diff := cmp.Diff(map[string]string{"page": "2"}, k.KmsProps); err != nil || diff != "" {
		t.Errorf("updated: %v\n%s", err, diff)
	}
	if entries := entriesOf(t, log); len(entries) != 2 || strings.Contains(fmt.Sprint(text(entries)), "hunter2") {
		t.Errorf("the log holds %s", text(entries))
	}
}

func entriesOf(t *testing.T, log registry.Log) []registry.Entry {
	t.Helper()
	var entries []registry.Entry
	for e, err := range log.Read(t.Context(), registry.Offset{}) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

func text(entries []registry.Entry) (all []string) {
	for _, e := range entries {
		all = append(all, string(e.Facts)+string(e.Body))
	}
	return all
}

func TestKekRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 8<<10+1)
	good := registry.KekRequest{Name: "k", KmsType: "aws-kms", KmsKeyID: awsKey}
	for name, change := range map[string]func(*registry.KekRequest){
		"no name":                   func(r *registry.KekRequest) { r.Name = "" },
		"name begins with a digit":  func(r *registry.KekRequest) { r.Name = "1k" },
		"name begins with a hyphen": func(r *registry.KekRequest) { r.Name = "-k" },
		"name with a dot":           func(r *registry.KekRequest) { r.Name = "k.k" },
		"name with a slash":         func(r *registry.KekRequest) { r.Name = "k/k" },
		"name too long":             func(r *registry.KekRequest) { r.Name = strings.Repeat("ö", 257) },
		"no type":                   func(r *registry.KekRequest) { r.KmsType = "" },
		"no key id":                 func(r *registry.KekRequest) { r.KmsKeyID = "" },
		"AWS key id":                func(r *registry.KekRequest) { r.KmsKeyID = "1234abcd" },
		"AWS key id of a bucket":    func(r *registry.KekRequest) { r.KmsKeyID = "arn:aws:s3:::bucket" },
		"Azure key id":              func(r *registry.KekRequest) { r.KmsType, r.KmsKeyID = "AzureKms", "http://vault/keys/k" },
		"Google key id":             func(r *registry.KekRequest) { r.KmsType, r.KmsKeyID = "GCP", "p/k" },
		"Vault key id":              func(r *registry.KekRequest) { r.KmsType, r.KmsKeyID = "hcvault", "vault:8200" },
		"key id too long":           func(r *registry.KekRequest) { r.KmsType, r.KmsKeyID = "own", long },
		"doc too long":              func(r *registry.KekRequest) { r.Doc = long },
		"properties too long":       func(r *registry.KekRequest) { r.KmsProps = map[string]string{"a": long} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, nil)
			req := good
			change(&req)
			_, err := r.CreateKek(t.Context(), req)
			wantCode(t, err, registry.CodeInvalidKey)
			if names := r.Keks(registry.KekFilter{Deleted: true}); len(names) != 0 {
				t.Errorf("stored %v", names)
			}
		})
	}
}

func TestKeyIDsOfEveryKMS(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	for i, c := range []struct{ kmsType, id, want string }{
		{"aws", awsKey, "aws-kms"},
		{"AWS-KMS", "arn:aws-us-gov:kms:us-gov-west-1:1:key/2", "aws-kms"},
		{"azure-key-vault", "https://v.vault.azure.net/keys/k/1", "azure-kms"},
		{"gcpKms", "projects/p/locations/l/keyRings/r/cryptoKeys/k", "gcp-kms"},
		{"hcvault", "http://127.0.0.1:8200/transit/keys/k", "hcvault"},
		{"local-kms", "anything", "local-kms"},
	} {
		k, err := r.CreateKek(t.Context(), registry.KekRequest{Name: fmt.Sprint("_", i), KmsType: c.kmsType, KmsKeyID: c.id})
		if err != nil || k.KmsType != c.want {
			t.Errorf("%s %s: type %q, %v; want %q", c.kmsType, c.id, k.KmsType, err, c.want)
		}
	}
}

func TestAKekIsUndeletedByItsTwin(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	createKek(t, r, "k")
	twin := registry.KekRequest{Name: "k", KmsType: "aws-kms", KmsKeyID: awsKey}
	_, err := r.CreateKek(ctx, twin)
	wantCode(t, err, registry.CodeKeyExists)
	if err := errors.Join(r.DeleteKek(ctx, "k", false), r.DeleteKek(ctx, "k", false)); err != nil {
		t.Fatalf("deleting twice: %v", err)
	}
	other := twin
	other.Doc = "something else"
	_, err = r.CreateKek(ctx, other)
	wantCode(t, err, registry.CodeKeyExists)
	_, err = r.UpdateKek(ctx, "k", registry.KekUpdate{})
	wantCode(t, err, registry.CodeKeyNotFound)
	if k, err := r.CreateKek(ctx, twin); err != nil || k.Deleted {
		t.Errorf("undeleted: %+v, %v", k, err)
	}
	twin.Deleted = true // schema linking creates keys as deleted as the original is
	if k, err := r.CreateKek(ctx, twin); err != nil || !k.Deleted {
		t.Errorf("deleted by a twin: %+v, %v", k, err)
	}
}

func TestUpdateKekChangesWhatItNames(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	before := createKek(t, r, "k")
	doc, shared := "why", true
	k, err := r.UpdateKek(ctx, "k", registry.KekUpdate{KmsProps: map[string]string{"a": "b"}, Doc: &doc, Shared: &shared})
	if err != nil || k.Doc != doc || !k.Shared || k.KmsProps["a"] != "b" || k.KmsKeyID != before.KmsKeyID {
		t.Fatalf("updated: %+v, %v", k, err)
	}
	head := r.Stats().Head
	if same, err := r.UpdateKek(ctx, "k", registry.KekUpdate{Doc: &doc}); err != nil || !cmp.Equal(k, same) || r.Stats().Head != head {
		t.Errorf("a change to what it is: %+v, %v, head %s", same, err, r.Stats().Head)
	}
	doc = ""
	k, err = r.UpdateKek(ctx, "k", registry.KekUpdate{KmsProps: map[string]string{}, Doc: &doc})
	if err != nil || k.Doc != "" || len(k.KmsProps) != 0 || !k.Shared {
		t.Errorf("cleared: %+v, %v", k, err)
	}
	_, err = r.UpdateKek(ctx, "k", registry.KekUpdate{TestSharing: true})
	wantCode(t, err, registry.CodeDekGenerationForbidden)
}

func TestDekVersions(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	createKek(t, r, "k")
	first := createDek(t, r, dekOf("k", ":.:s", 0, "bWU="))
	if first.Version != 1 || first.Subject != "s" || first.Algorithm != registry.AES256GCM || first.Time.IsZero() {
		t.Errorf("created %+v", first)
	}
	createDek(t, r, dekOf("k", "s", 7, "bWU="))
	siv := dekOf("k", "s", 3, "bWU=")
	siv.Algorithm = registry.AES256SIV
	createDek(t, r, siv)
	name := registry.DekName{Kek: "k", Subject: "s"}
	if got, err := r.DekVersions(name, false); err != nil || !cmp.Equal(got, []int{1, 7}) {
		t.Errorf("versions = %v, %v", got, err)
	}
	if d, err := r.Dek(name, registry.LatestVersion, false); err != nil || d.Version != 7 {
		t.Errorf("latest = %+v, %v", d, err)
	}
	if err := r.DeleteDek(t.Context(), name, registry.LatestVersion, false); err != nil {
		t.Fatal(err)
	}
	if d, err := r.Dek(name, registry.LatestVersion, false); err != nil || d.Version != 1 {
		t.Errorf("latest active = %+v, %v", d, err)
	}
	if d, err := r.Dek(name, registry.LatestVersion, true); err != nil || d.Version != 7 || !d.Deleted {
		t.Errorf("latest of all = %+v, %v", d, err)
	}
	if got, err := r.DekVersions(registry.DekName{Kek: "k", Subject: "other"}, true); err != nil || len(got) != 0 {
		t.Errorf("versions of no key = %v, %v", got, err)
	}
	if got, err := r.DekSubjects("k", false); err != nil || !cmp.Equal(got, []string{"s"}) {
		t.Errorf("subjects = %v, %v", got, err)
	}
}

func TestDekRefusals(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	ctx := t.Context()
	createKek(t, r, "own")
	_, err := r.CreateKek(ctx, registry.KekRequest{Name: "shared", KmsType: "aws", KmsKeyID: awsKey, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	createDek(t, r, dekOf("own", "s", 1, "b25l"))
	createDek(t, r, dekOf("shared", "s", 1, "b25l"))
	rewrap := dekOf("shared", "s", 1, "dHdv")
	rewrap.Rewrap = true
	for name, c := range map[string]struct {
		req  registry.DekRequest
		want registry.Code
	}{
		"live, identical":            {dekOf("own", "s", 1, "b25l"), registry.CodeKeyExists},
		"live, without material":     {dekOf("own", "s", 1, ""), registry.CodeKeyExists},
		"without material":           {dekOf("own", "t", 1, ""), registry.CodeInvalidKey},
		"shared, without material":   {dekOf("shared", "t", 1, ""), registry.CodeDekGenerationForbidden},
		"shared, rewrapped":          {rewrap, registry.CodeKeyExists},
		"no key encryption key":      {dekOf("none", "s", 1, "b25l"), registry.CodeKeyNotFound},
		"no subject":                 {dekOf("own", "", 1, "b25l"), registry.CodeInvalidKey},
		"subject not UTF-8":          {dekOf("own", "a\xff", 1, "b25l"), registry.CodeInvalidKey},
		"subject with a newline":     {dekOf("own", "a\nb", 1, "b25l"), registry.CodeInvalidKey},
		"material too long":          {dekOf("own", "t", 1, strings.Repeat("A", 8<<10+4)), registry.CodeInvalidKey},
		"name that no key can have":  {dekOf("a b", "s", 1, "b25l"), registry.CodeInvalidKey},
		"version below the first":    {dekOf("own", "t", -1, "b25l"), registry.CodeInvalidVersion},
		"algorithm that is not one":  {registry.DekRequest{DekName: registry.DekName{Kek: "own", Subject: "t", Algorithm: "ROT13"}}, registry.CodeInvalidKey},
		"version beyond 32-bit ints": {dekOf("own", "t", 1<<31, "b25l"), registry.CodeInvalidVersion},
	} {
		if _, err := r.CreateDek(ctx, c.req); err == nil {
			t.Errorf("%s: stored", name)
		} else {
			t.Log(name)
			wantCode(t, err, c.want)
		}
	}
	_, err = r.TestKek("own")
	wantCode(t, err, registry.CodeInvalidKey)
	_, err = r.TestKek("shared")
	wantCode(t, err, registry.CodeDekGenerationForbidden)
}

func TestRewrapReplacesMaterial(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	createKek(t, r, "k")
	createDek(t, r, dekOf("k", "s", 1, "b2xk"))
	req := dekOf("k", "s", 1, "bmV3")
	req.Rewrap = true
	if d := createDek(t, r, req); d.EncryptedKeyMaterial != "bmV3" {
		t.Errorf("rewrapped %+v", d)
	}
}

// A destroyed key leaves its name in the log and nothing else.
func TestADestroyedKeyIsErased(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	r := open(t, log)
	ctx := t.Context()
	createKek(t, r, "k")
	createDek(t, r, dekOf("k", "s", 1, "bWF0ZXJpYWw="))
	name := registry.DekName{Kek: "k", Subject: "s"}
	wantCode(t, r.DeleteKek(ctx, "k", false), registry.CodeKeyReferenced)
	wantCode(t, r.DeleteDeks(ctx, name, true), registry.CodeKeyNotSoftDeleted)
	if err := errors.Join(r.DeleteDeks(ctx, name, false), r.DeleteKek(ctx, "k", false)); err != nil {
		t.Fatal(err)
	}
	wantCode(t, r.DeleteKek(ctx, "k", true), registry.CodeKeyReferenced)
	wantCode(t, r.UndeleteDeks(ctx, name), registry.CodeKeySoftDeleted)
	if err := errors.Join(r.DeleteDeks(ctx, name, true), r.DeleteKek(ctx, "k", true)); err != nil {
		t.Fatal(err)
	}
	wantCode(t, r.DeleteDeks(ctx, name, true), registry.CodeKeyNotFound)
	wantCode(t, r.UndeleteKek(ctx, "k"), registry.CodeKeyNotFound)
	for _, e := range entriesOf(t, log) {
		if len(e.Facts)+len(e.Body) > 0 {
			t.Errorf("entry %s of %v still holds %s%s", e.Offset, e.Key, e.Facts, e.Body)
		}
	}
}

// Keys belong to no context and no mode: as in Confluent's server, a read-only
// subject still gets its keys.
func TestModesDoNotBindKeys(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	if err := r.SetMode(t.Context(), "", "READONLY", false); err != nil {
		t.Fatal(err)
	}
	createKek(t, r, "k")
	createDek(t, r, dekOf("k", "s", 1, "b25l"))
}

func TestKeksBySubject(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	for _, name := range []string{"c", "a", "b", "unused"} {
		createKek(t, r, name)
	}
	createDek(t, r, dekOf("a", "orders-value", 1, "b25l"))
	createDek(t, r, dekOf("b", ":.eu:orders-value", 1, "b25l"))
	createDek(t, r, dekOf("c", "orders-key", 1, "b25l"))
	createDek(t, r, dekOf("c", "orders-value", 1, "b25l"))
	if err := r.DeleteDeks(t.Context(), registry.DekName{Kek: "c", Subject: "orders-value"}, false); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		filter registry.KekFilter
		want   []string
	}{
		{registry.KekFilter{}, []string{"a", "b", "c", "unused"}},
		{registry.KekFilter{SubjectPrefixes: []string{"orders"}}, []string{"a", "c"}},
		{registry.KekFilter{SubjectPrefixes: []string{"orders-value"}}, []string{"a"}},
		{registry.KekFilter{SubjectPrefixes: []string{"orders-value"}, Deleted: true}, []string{"a", "c"}},
		{registry.KekFilter{SubjectPrefixes: []string{":.eu:"}}, []string{"b"}},
		{registry.KekFilter{SubjectPrefixes: []string{":.eu:", "orders-k"}}, []string{"b", "c"}},
		{registry.KekFilter{SubjectPrefixes: []string{":*:orders-value"}}, []string{"a", "b"}},
		{registry.KekFilter{SubjectPrefixes: []string{"none"}}, nil},
	} {
		if diff := cmp.Diff(c.want, r.Keks(c.filter)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.filter, diff)
		}
	}
}

func TestDekAliases(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	alias, forDeks := "orders", "orders-keys"
	_, err := r.SetConfig(t.Context(), "old", registry.ConfigChange{Set: registry.Config{Alias: &alias}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.SetConfig(t.Context(), ":.eu:old", registry.ConfigChange{Set: registry.Config{Alias: &alias, AliasForDeks: &forDeks}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"old": "orders", ":.eu:old": ":.eu:orders-keys", "orders": "orders", ":.eu:": ":.eu:", ":.us:old": ":.us:old",
	} {
		if got := r.ResolveDekAlias(name); got != want {
			t.Errorf("keys of %s are those of %s, want %s", name, got, want)
		}
	}
}

// Keys go the way of every decision: a failed append leaves nothing, an append
// whose answer was lost is found and not repeated, a conflict is decided again.
func TestKeysAndAFailingStore(t *testing.T) {
	t.Parallel()
	inner := memlog.New()
	log := logtest.Faulty(keepOpen{inner}, logtest.Refuse(errDisk), logtest.LoseAnswer(errDisk), logtest.Overtake(logtest.Bystander()))
	r := open(t, log)
	_, err := r.CreateKek(t.Context(), registry.KekRequest{Name: "k", KmsType: "aws", KmsKeyID: awsKey})
	wantCode(t, err, registry.CodeStoreUnavailable)
	if names := r.Keks(registry.KekFilter{Deleted: true}); len(names) != 0 {
		t.Errorf("keys = %v after a failed write", names)
	}
	createKek(t, r, "k")
	createDek(t, r, dekOf("k", "s", 1, "bWU="))
	if again := open(t, inner); again.State().Dump() != r.State().Dump() {
		t.Errorf("after a restart:\n%s\nwant\n%s", again.State().Dump(), r.State().Dump())
	}
}

// Only one of two writers creates a key; the other is told that it exists.
func TestTwoWritersOfOneKey(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	one, two := open(t, keepOpen{log}), open(t, log)
	createKek(t, one, "k")
	waitFor(t, func() bool { return one.Stats().Head == two.Stats().Head })
	done := make(chan error, 2)
	for i, r := range []*registry.Registry{one, two} {
		go func() {
			_, err := r.CreateDek(t.Context(), dekOf("k", "s", 1, fmt.Sprint("material", i)))
			done <- err
		}()
	}
	a, b := <-done, <-done
	if a != nil {
		a, b = b, a
	}
	if a != nil {
		t.Errorf("both were refused: %v, %v", a, b)
	}
	wantCode(t, b, registry.CodeKeyExists)
}

// The registry stays small: what it holds of keys is bounded.
func TestTooManyKeys(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	recs := make([]registry.Record, 20_000)
	for i := range recs {
		recs[i] = registry.Record{
			Key: registry.Key{Kind: "kek", ID: fmt.Sprint("k", i)}, Op: registry.OpPut, Time: time.UnixMilli(1),
			Facts: []byte(`{"kmsType":"aws-kms","kmsKeyId":"` + awsKey + `"}`),
		}
	}
	if _, err := log.Append(t.Context(), registry.Offset{}, recs...); err != nil {
		t.Fatal(err)
	}
	r := open(t, log)
	req := registry.KekRequest{Name: "further", KmsType: "aws-kms", KmsKeyID: awsKey}
	_, err := r.CreateKek(t.Context(), req)
	wantCode(t, err, registry.CodeTooManyKeys)
	req.Name = "k7"
	if err := r.DeleteKek(t.Context(), req.Name, false); err != nil {
		t.Fatal(err)
	}
	if _, err := r.CreateKek(t.Context(), req); err != nil {
		t.Errorf("undeleting one of them: %v", err)
	}
}
