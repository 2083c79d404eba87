package registry_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/memlog"
)

// keyModel is what the registry should know of keys, as plain maps: each rule
// of registry API 1.8 once, without state, log or order.
type keyModel struct {
	keks map[string]kekModel
	deks map[dekModelID]dekModel
}

type kekModel struct {
	doc             string
	shared, deleted bool
}

type dekModelID struct {
	registry.DekName
	version int
}

type dekModel struct {
	material string
	deleted  bool
}

const ok registry.Code = ""

func (m keyModel) createKek(name string, k kekModel) registry.Code {
	if old, exists := m.keks[name]; exists {
		twin := old
		twin.deleted = !old.deleted
		if k != twin {
			return registry.CodeKeyExists
		}
	}
	m.keks[name] = k
	return ok
}

func (m keyModel) deleteKek(name string, permanent bool) registry.Code {
	k, exists := m.keks[name]
	if !exists {
		return registry.CodeKeyNotFound
	}
	for id, d := range m.deks {
		if id.Kek == name && (permanent || !d.deleted) {
			return registry.CodeKeyReferenced
		}
	}
	if !permanent {
		k.deleted = true
		m.keks[name] = k
		return ok
	}
	if !k.deleted {
		return registry.CodeKeyNotSoftDeleted
	}
	delete(m.keks, name)
	return ok
}

func (m keyModel) undeleteKek(name string) registry.Code {
	k, exists := m.keks[name]
	if !exists {
		return registry.CodeKeyNotFound
	}
	k.deleted = false
	m.keks[name] = k
	return ok
}

func (m keyModel) createDek(id dekModelID, d dekModel, rewrap bool) registry.Code {
	k, exists := m.keks[id.Kek]
	if !exists || k.deleted && !d.deleted {
		return registry.CodeKeyNotFound
	}
	old, exists := m.deks[id]
	twin := dekModel{material: old.material, deleted: !old.deleted}
	switch {
	case exists && !rewrap && d != twin:
		return registry.CodeKeyExists
	case d.material == "" && k.shared:
		return registry.CodeDekGenerationForbidden
	case d.material == "":
		return registry.CodeInvalidKey
	case exists && k.shared:
		return registry.CodeKeyExists
	}
	m.deks[id] = d
	return ok
}

// versions are those of a name, ascending.
func (m keyModel) versions(name registry.DekName, deleted bool) []int {
	var out []int
	for id, d := range m.deks {
		if id.DekName == name && (deleted || !d.deleted) {
			out = append(out, id.version)
		}
	}
	slices.Sort(out)
	return out
}

// changeDeks deletes or undeletes one version, or all where version is 0.
func (m keyModel) changeDeks(name registry.DekName, version int, how string) registry.Code {
	k, exists := m.keks[name.Kek]
	versions := m.versions(name, true)
	if version > 0 {
		versions = slices.DeleteFunc(versions, func(v int) bool { return v != version })
	}
	if !exists || len(versions) == 0 {
		return registry.CodeKeyNotFound
	}
	if how == "undelete" && k.deleted {
		return registry.CodeKeySoftDeleted
	}
	for _, v := range versions {
		if d := m.deks[dekModelID{name, v}]; how == "destroy" && !d.deleted {
			return registry.CodeKeyNotSoftDeleted
		}
	}
	for _, v := range versions {
		id := dekModelID{name, v}
		if how == "destroy" {
			delete(m.deks, id)
		} else {
			m.deks[id] = dekModel{material: m.deks[id].material, deleted: how == "delete"}
		}
	}
	return ok
}

// keyCommand is one request: what the registry does and what the model says.
type keyCommand struct {
	command
	expect func(keyModel) registry.Code
}

func drawKeyCommand(rt *rapid.T) keyCommand {
	kek := rapid.SampledFrom([]string{"k", "l"}).Draw(rt, "kek")
	deleted := rapid.IntRange(0, 4).Draw(rt, "deleted") == 0
	switch rapid.IntRange(0, 5).Draw(rt, "key command") {
	case 0:
		m := kekModel{doc: rapid.SampledFrom([]string{"", "", "d"}).Draw(rt, "doc"), shared: kek == "l", deleted: deleted}
		return keyCommand{command{"create kek", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.CreateKek(ctx, registry.KekRequest{
				Name: kek, KmsType: "aws", KmsKeyID: awsKey, Doc: m.doc, Shared: m.shared, Deleted: m.deleted,
			})
			return err
		}}, func(km keyModel) registry.Code { return km.createKek(kek, m) }}
	case 1:
		permanent := rapid.Bool().Draw(rt, "permanent")
		return keyCommand{command{"delete kek", func(ctx context.Context, r *registry.Registry) error {
			return r.DeleteKek(ctx, kek, permanent)
		}}, func(km keyModel) registry.Code { return km.deleteKek(kek, permanent) }}
	case 2:
		return keyCommand{command{"undelete kek", func(ctx context.Context, r *registry.Registry) error {
			return r.UndeleteKek(ctx, kek)
		}}, func(km keyModel) registry.Code { return km.undeleteKek(kek) }}
	}
	name := registry.DekName{
		Kek: kek, Subject: rapid.SampledFrom([]string{"s", ":.eu:s"}).Draw(rt, "subject"),
		Algorithm: rapid.SampledFrom([]registry.Algorithm{registry.AES256GCM, registry.AES256SIV}).Draw(rt, "algorithm"),
	}
	return drawDekCommand(rt, name, deleted)
}

func drawDekCommand(rt *rapid.T, name registry.DekName, deleted bool) keyCommand {
	version := rapid.IntRange(1, 3).Draw(rt, "version")
	if rapid.Bool().Draw(rt, "create dek") {
		d := dekModel{material: rapid.SampledFrom([]string{"", "a", "a", "b"}).Draw(rt, "material"), deleted: deleted}
		rewrap := rapid.IntRange(0, 3).Draw(rt, "rewrap") == 0
		return keyCommand{command{"create dek", func(ctx context.Context, r *registry.Registry) error {
			_, err := r.CreateDek(ctx, registry.DekRequest{
				DekName: name, Version: version, EncryptedKeyMaterial: d.material, Deleted: d.deleted, Rewrap: rewrap,
			})
			return err
		}}, func(km keyModel) registry.Code { return km.createDek(dekModelID{name, version}, d, rewrap) }}
	}
	all := rapid.Bool().Draw(rt, "all versions")
	how := rapid.SampledFrom([]string{"delete", "destroy", "undelete"}).Draw(rt, "how")
	if all {
		version = 0
	}
	return keyCommand{command{how + " dek", func(ctx context.Context, r *registry.Registry) error {
		at := registry.VersionRef{Number: version}
		switch {
		case all && how == "undelete":
			return r.UndeleteDeks(ctx, name)
		case all:
			return r.DeleteDeks(ctx, name, how == "destroy")
		case how == "undelete":
			return r.UndeleteDek(ctx, name, at)
		}
		return r.DeleteDek(ctx, name, at, how == "destroy")
	}}, func(km keyModel) registry.Code { return km.changeDeks(name, version, how) }}
}

// Whatever clients do with keys, registry and model answer alike and end with
// the same keys.
func TestKeysBehaveAsTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r, err := registry.Open(t.Context(), registry.Options{Log: memlog.New(), Now: time.Now})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		m := keyModel{keks: map[string]kekModel{}, deks: map[dekModelID]dekModel{}}
		for i, c := range rapid.SliceOfN(rapid.Custom(drawKeyCommand), 1, 60).Draw(rt, "commands") {
			want := c.expect(m)
			got, err := ok, c.run(t.Context(), r)
			if refused := new(registry.Error); errors.As(err, &refused) {
				got = refused.Code
			} else if err != nil {
				rt.Fatal(err)
			}
			if got != want {
				rt.Fatalf("%d. %s: %q, want %q", i, c.name, got, want)
			}
		}
		checkKeys(rt, r, m)
	})
}

func checkKeys(rt *rapid.T, r *registry.Registry, m keyModel) {
	rt.Helper()
	for _, deleted := range []bool{false, true} {
		var keks []string
		for _, name := range slices.Sorted(maps.Keys(m.keks)) {
			if deleted || !m.keks[name].deleted {
				keks = append(keks, name)
			}
		}
		if diff := cmp.Diff(keks, r.Keks(registry.KekFilter{Deleted: deleted})); diff != "" {
			rt.Errorf("keys, deleted %t (-want +got):\n%s", deleted, diff)
		}
	}
	for id, d := range m.deks {
		got, err := r.Dek(id.DekName, registry.VersionRef{Number: id.version}, true)
		if err != nil || got.EncryptedKeyMaterial != d.material || got.Deleted != d.deleted {
			rt.Errorf("%v = %+v, %v; want %+v", id, got, err, d)
		}
		versions, err := r.DekVersions(id.DekName, true)
		if diff := cmp.Diff(m.versions(id.DekName, true), versions); err != nil || diff != "" {
			rt.Errorf("versions of %v: %v\n%s", id.DekName, err, diff)
		}
		latest, err := r.Dek(id.DekName, registry.LatestVersion, true)
		if err != nil || latest.Version != versions[len(versions)-1] {
			rt.Errorf("latest of %v = %+v, %v", id.DekName, latest, err)
		}
	}
}
