package registry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/compat"
	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
	"github.com/accordhq/accord/schema/finding"
)

// Whatever users do, three ways to the state agree: applying entries as they
// come, replaying the log, and replaying the log compacted (design 3).
func TestReplayLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		log := memlog.New()
		r, err := registry.Open(ctx, registry.Options{Log: log, Now: time.Now})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		commands := rapid.SliceOfN(rapid.Custom(drawCommand), 1, 40).Draw(rt, "commands")
		highest := map[string]int{}
		for _, c := range commands {
			err := c.run(ctx, r)
			if refused := new(registry.Error); err != nil && !errors.As(err, &refused) {
				rt.Fatalf("%s: %v, want success or a refusal", c.name, err)
			}
			checkInvariants(rt, r, highest)
		}
		var entries []registry.Entry
		for e, err := range log.Read(ctx, registry.Offset{}) {
			if err != nil {
				rt.Fatal(err)
			}
			entries = append(entries, e)
		}
		incremental := r.State().Dump()
		if diff := cmp.Diff(incremental, registry.Replay(entries).Dump()); diff != "" {
			rt.Errorf("replaying the log differs from applying it:\n%s", diff)
		}
		if diff := cmp.Diff(incremental, registry.Replay(registry.Compact(entries)).Dump()); diff != "" {
			rt.Errorf("replaying the compacted log differs:\n%s", diff)
		}
	})
}

// checkInvariants holds after every command: an id is one content, and ids are
// never given twice.
func checkInvariants(rt *rapid.T, r *registry.Registry, highest map[string]int) {
	rt.Helper()
	for _, c := range r.Contexts("") {
		top := r.MaxID(registry.Qualified(c, "s"))
		if top < highest[c] {
			rt.Fatalf("context %s: the highest id fell from %d to %d", c, highest[c], top)
		}
		highest[c] = top
		for id := 1; id <= top; id++ {
			v, err := r.SchemaByID(context.Background(), id, registry.Qualified(c, ""), registry.ReadOptions{})
			if err != nil {
				continue
			}
			for _, other := range r.IDsOfGUID(v.GUID.String()) {
				if other.Context == c && other.ID == id {
					v.ID = 0
				}
			}
			if v.ID != 0 {
				rt.Fatalf("context %s: the GUID of id %d does not lead back to it", c, id)
			}
		}
	}
}

type command struct {
	name string
	run  func(context.Context, *registry.Registry) error
}

func drawCommand(rt *rapid.T) command {
	subject := rapid.SampledFrom([]string{"a", "b", ":.eu:a", ":.eu:c", ":.eu:c-value"}).Draw(rt, "subject")
	number := rapid.IntRange(1, 4).Draw(rt, "version")
	permanent := rapid.Bool().Draw(rt, "permanent")
	switch rapid.IntRange(0, 14).Draw(rt, "kind") {
	case 12, 13, 14:
		return drawKeyCommand(rt).command
	case 0:
		return command{"delete version", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.DeleteVersion(ctx, subject, registry.VersionRef{Number: number}, permanent)
			return err
		}}
	case 1:
		return command{"delete subject", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.DeleteSubject(ctx, subject, permanent)
			return err
		}}
	case 2:
		scope := rapid.SampledFrom([]string{"", subject, ":.eu:"}).Draw(rt, "scope")
		mode := rapid.SampledFrom([]string{"READWRITE", "READONLY", "IMPORT", ""}).Draw(rt, "mode")
		return command{"set mode", func(ctx context.Context, r *registry.Registry) error {
			return r.SetMode(ctx, scope, mode, permanent)
		}}
	case 3:
		group := fmt.Sprint(number)
		return command{"set config", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.SetConfig(ctx, subject, registry.ConfigChange{Set: registry.Config{CompatibilityGroup: &group}, Clear: []string{"alias"}})
			return err
		}}
	case 4:
		return command{"delete context", func(ctx context.Context, r *registry.Registry) error {
			return r.DeleteContext(ctx, ".eu")
		}}
	case 5:
		id := rapid.IntRange(1, 9).Draw(rt, "id")
		return command{"import", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Register(ctx, registry.RegisterRequest{Subject: subject, ID: id, Version: number, Candidate: avro(record("R", fmt.Sprint("f", id)))})
			return err
		}}
	case 6:
		ref := schema.Reference{Name: "R", Subject: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "target"), Version: -1}
		text := `{"type":"record","name":"User","fields":[{"name":"r","type":"R"}]}`
		return command{"register with a reference", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Register(ctx, registry.RegisterRequest{Subject: subject, Candidate: avro(text, ref), Force: true})
			return err
		}}
	case 7, 8:
		return drawAssociation(rt, subject, permanent)
	case 9:
		id := rapid.IntRange(1, 9).Draw(rt, "id")
		v := foreign(subject, number, id, record("R", fmt.Sprint("f", id)))
		v.Deleted = permanent
		return command{"import a batch", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Import(ctx, registry.ImportBatch{
				Contexts: []registry.ImportedContext{{Name: ".eu", MaxID: number}},
				Versions: []registry.Version{v, foreign("c", number, 10+number, `{broken`)},
			})
			return err
		}}
	case 10:
		return drawGovernance(rt, permanent)
	default:
		c := avro(record("R", fmt.Sprint("f", rapid.IntRange(1, 5).Draw(rt, "content"))))
		return command{"register", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.Register(ctx, registry.RegisterRequest{Subject: subject, Candidate: c})
			return err
		}}
	}
}

// drawGovernance files a contract or takes it away, breaks what it promises,
// makes an exception, or a baseline of what is there.
func drawGovernance(rt *rapid.T, permanent bool) command {
	version := rapid.IntRange(1, 3).Draw(rt, "contract")
	minutes := rapid.IntRange(3, 8).Draw(rt, "minutes")
	levels := []compat.Level{compat.Backward, compat.Full, compat.None}
	return command{"govern", func(ctx context.Context, r *registry.Registry) error {
		advise := registry.Advise
		_, policy := r.SetPolicy(ctx, "", registry.PolicyChange{Set: registry.Policy{Governance: &advise}})
		if permanent {
			return errors.Join(policy, r.DeleteContract(ctx, "orders-value"))
		}
		text := strings.Replace(goodContract, "version: 1.0.0", fmt.Sprintf("version: %d.0.0", version), 1)
		_, filed := r.Change(ctx, change(text, goodOrder))
		_, weakened := r.Change(ctx, change(strings.Replace(text, "value: 5", fmt.Sprintf("value: %d", minutes), 1), ""))
		lowered := level(levels[minutes%len(levels)])(ctx, r)
		_, excused := r.AddException(ctx, finding.Exemption{
			Subject: "a", Code: "CONTRACT_MISSING", Reason: "a test", Author: "a test", Expires: time.Now().Add(time.Hour),
		})
		_, owing := r.SetBaseline(ctx, "")
		return errors.Join(policy, filed, weakened, lowered, excused, owing)
	}}
}

// drawAssociation makes an association, or takes some away. Topics of the
// namespace "eu" have subjects where other commands work, too.
func drawAssociation(rt *rapid.T, subject string, cascade bool) command {
	resource := registry.Resource{Name: rapid.SampledFrom([]string{"c", "d"}).Draw(rt, "topic"), Namespace: "eu"}
	resource.ID = "id/" + resource.Name
	change := registry.AssociationChange{
		Op:   rapid.SampledFrom([]registry.AssociationOp{"CREATE", "UPSERT", "DELETE"}).Draw(rt, "op"),
		Type: rapid.SampledFrom([]string{"key", "value"}).Draw(rt, "side"), Cascade: cascade,
	}
	if rapid.Bool().Draw(rt, "schema") {
		change.Schema = &registry.RegisterRequest{Candidate: avro(record("R", "f1"))}
	}
	if rapid.Bool().Draw(rt, "elsewhere") {
		change.Subject = &subject
	}
	change.Lifecycle = rapid.SampledFrom([]registry.Lifecycle{"", registry.Strong, registry.Weak}).Draw(rt, "lifecycle")
	return command{"associate", func(ctx context.Context, r *registry.Registry) error {
		_, err := r.Associate(ctx, registry.AssociationRequest{Resource: resource, Changes: []registry.AssociationChange{change}})
		return err
	}}
}

// A record that cannot be understood is passed over and counted; one of an
// unknown kind stops writes unless it may be skipped.
func TestUnknownRecords(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	now := time.UnixMilli(1).UTC()
	at, err := log.Append(t.Context(), registry.Offset{},
		registry.Record{Key: registry.Key{Kind: "schema", ID: "s@1"}, Op: registry.OpPut, Time: now, Facts: []byte("{not json")},
		registry.Record{Key: registry.Key{Kind: "config", ID: "s"}, Op: registry.OpPut, Time: now, Facts: []byte("[]")},
		registry.Record{Key: registry.Key{Kind: "horoscope", ID: "s"}, Op: registry.OpPut, Time: now, Optional: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, log)
	if s := r.Stats(); s.Unreadable != 2 || s.Head != at {
		t.Errorf("stats = %+v, want 2 unreadable records and the head at %s", s, at)
	}
	register(t, r, "s", avro(`"string"`))
	if err := r.Ready(t.Context()); err != nil {
		t.Errorf("ready: %v", err)
	}

	head := r.Stats().Head
	if _, err := log.Append(t.Context(), head, registry.Record{Key: registry.Key{Kind: "treaty"}, Op: registry.OpPut, Time: now}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return r.Stats().Head != head })
	_, err = r.Register(t.Context(), registry.RegisterRequest{Subject: "s2", Candidate: avro(`"string"`)})
	wantCode(t, err, registry.CodeReadOnlyNode)
	if r.Ready(t.Context()) == nil {
		t.Error("a node that cannot write must not be ready")
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("condition not met within 5 seconds")
}

// Two registries on one log: each sees what the other wrote, neither loses a
// write, and no id or version is given twice.
func TestTwoWritersOnOneLog(t *testing.T) {
	t.Parallel()
	log := memlog.New()
	one, two := open(t, keepOpen{log}), open(t, log)
	const each = 30
	done := make(chan error, 2)
	for i, r := range []*registry.Registry{one, two} {
		go func() {
			for n := range each {
				text := record("R", fmt.Sprintf("f%d_%d", i, n))
				if _, err := r.Register(t.Context(), registry.RegisterRequest{Subject: "s", Candidate: avro(text)}); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	waitFor(t, func() bool { return one.Stats().Head == two.Stats().Head })
	if diff := cmp.Diff(one.State().Dump(), two.State().Dump()); diff != "" {
		t.Errorf("the two differ:\n%s", diff)
	}
	versions, err := two.Versions("s", registry.VersionFilter{})
	if err != nil || len(versions) != 2*each || versions[len(versions)-1] != 2*each {
		t.Errorf("versions = %v, %v; want 1 to %d", versions, err, 2*each)
	}
}
