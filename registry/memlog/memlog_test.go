package memlog_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/accordhq/accord/registry"
	"github.com/accordhq/accord/registry/logtest"
	"github.com/accordhq/accord/registry/memlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	logtest.Run(t, func(*testing.T) registry.Log { return memlog.New() })
}

func TestLeaseConformance(t *testing.T) {
	t.Parallel()
	logtest.RunLease(t, func(t *testing.T) (one, other registry.Lease) {
		t.Helper()
		log := memlog.New()
		t.Cleanup(func() { _ = log.Close() })
		return log, log
	})
}
