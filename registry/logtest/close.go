package logtest

import (
	"errors"
	"sync"
	"testing"

	"github.com/accordhq/accord/registry"
)

var closeConditions = []condition{
	{"close is idempotent and concurrent", closeTwice},
	{"close leaves every method answering ErrClosed", closedMethods},
	{"close under load ends everything in order", closeUnderLoad},
}

// Shutdown comes from several places: a signal, a failed component, a defer.
func closeTwice(t *testing.T, log registry.Log) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := log.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	group.Wait()
	if err := log.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
}

// Callers tell "shutting down" from "broken" by this one error.
func closedMethods(t *testing.T, log registry.Log) {
	at := mustAppend(t, log, registry.Offset{}, put("a", "1"))
	if err := log.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	_, appendErr := log.Append(bounded(t), at, put("b", "2"))
	_, getErr := log.Get(bounded(t), at)
	var readErrs []error
	for _, err := range log.Read(bounded(t), registry.Offset{}) {
		readErrs = append(readErrs, err)
	}
	if len(readErrs) != 1 {
		t.Fatalf("read after close yielded %d items, want one error", len(readErrs))
	}
	for method, err := range map[string]error{
		"Append": appendErr,
		"Get":    getErr,
		"Read":   readErrs[0],
		"Wait":   log.Wait(bounded(t), registry.Offset{}),
	} {
		if !errors.Is(err, registry.ErrClosed) {
			t.Errorf("%s after Close: got %v, want ErrClosed", method, err)
		}
	}
}

// Calls under way when the log closes either finish or say that it is closed:
// no panic, no other error that would be reported as damage.
func closeUnderLoad(t *testing.T, log registry.Log) {
	at := mustAppend(t, log, registry.Offset{}, puts(50)...)
	var group sync.WaitGroup
	for w := range 6 {
		group.Go(func() {
			at := at
			for {
				var err error
				if w%2 == 0 {
					at, err = insist(bounded(t), log, at, put("x", "y"))
				} else {
					for _, err = range log.Read(bounded(t), registry.Offset{}) {
						if err != nil {
							break
						}
					}
				}
				if err != nil {
					if !errors.Is(err, registry.ErrClosed) {
						t.Errorf("got %v, want ErrClosed", err)
					}
					return
				}
			}
		})
	}
	if err := log.Wait(bounded(t), at); err != nil {
		t.Errorf("wait for the load to begin: %v", err)
	}
	if err := log.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	group.Wait()
}
