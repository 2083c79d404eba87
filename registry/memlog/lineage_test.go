package memlog_test

import (
	"testing"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/lineagetest"
	"github.com/accordhq/accord/registry/memlog"
)

func TestLineageConformance(t *testing.T) {
	t.Parallel()
	lineagetest.Run(t, func(*testing.T) lineage.Store { return memlog.NewLineage() })
}
