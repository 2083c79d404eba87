package logtest_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/memlog"
)

func TestFaulty(t *testing.T) {
	t.Parallel()
	errDisk := errors.New("disk on fire")
	rec := registry.Record{Key: registry.Key{Kind: "k", ID: "mine"}, Op: registry.OpPut, Change: "c"}
	for _, tc := range []struct {
		name   string
		faults []logtest.Fault
		want   []error  // of the appends, one after another, each at the head
		keys   []string // what is in the log then
	}{
		{"none", nil, []error{nil}, []string{"mine"}},
		{"a nil fault passes", []logtest.Fault{nil, logtest.Refuse(errDisk)}, []error{nil, errDisk, nil}, []string{"mine", "mine"}},
		{"refused", []logtest.Fault{logtest.Refuse(errDisk)}, []error{errDisk}, nil},
		{"answer lost", []logtest.Fault{logtest.LoseAnswer(errDisk)}, []error{errDisk}, []string{"mine"}},
		{"overtaken", []logtest.Fault{logtest.Overtake(logtest.Bystander())}, []error{registry.ErrConflict, nil}, []string{"", "mine"}},
		{
			"overtaken twice", slices.Repeat([]logtest.Fault{logtest.Overtake(logtest.Bystander())}, 2),
			[]error{registry.ErrConflict, registry.ErrConflict, nil},
			[]string{"", "", "mine"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			log := logtest.Faulty(memlog.New(), tc.faults...)
			for i, want := range tc.want {
				if _, err := log.Append(t.Context(), head(t, log), rec); !errors.Is(err, want) {
					t.Errorf("append %d: got %v, want %v", i, err, want)
				}
			}
			var keys []string
			for e, err := range log.Read(t.Context(), registry.Offset{}) {
				if err != nil {
					t.Fatal(err)
				}
				keys = append(keys, e.Key.ID)
			}
			if !slices.Equal(keys, tc.keys) {
				t.Errorf("the log holds %q, want %q", keys, tc.keys)
			}
		})
	}
}

func TestFaultyHold(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	log := logtest.Faulty(memlog.New())
	log.Inject(logtest.Hold(release), logtest.Hold(release))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := log.Append(ctx, registry.Offset{}, logtest.Bystander()); !errors.Is(err, context.Canceled) {
		t.Errorf("held with a cancelled context: got %v, want context.Canceled", err)
	}
	done := make(chan error)
	go func() {
		_, err := log.Append(t.Context(), registry.Offset{}, logtest.Bystander())
		done <- err
	}()
	if at := head(t, log); !at.IsZero() {
		t.Errorf("the held record was written at %s", at)
	}
	close(release)
	if err := <-done; err != nil {
		t.Errorf("released append: %v", err)
	}
}

func head(t *testing.T, log registry.Log) (at registry.Offset) {
	t.Helper()
	for e, err := range log.Read(t.Context(), registry.Offset{}) {
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		at = e.Offset
	}
	return at
}
