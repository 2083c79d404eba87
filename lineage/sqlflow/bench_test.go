package sqlflow_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/accordhq/accord/lineage/sqlflow"
)

// BenchmarkAnalyze reads the Flink cases, one script after the other.
func BenchmarkAnalyze(b *testing.B) {
	archive, err := txtar.ParseFile("testdata/cases/flink.txtar")
	if err != nil {
		b.Fatal(err)
	}
	var scripts []string
	size := 0
	for _, f := range archive.Files {
		if !strings.HasSuffix(f.Name, ".want") {
			scripts = append(scripts, string(f.Data))
			size += len(f.Data)
		}
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, sql := range scripts {
			sqlflow.Analyze(sql, sqlflow.Options{})
		}
	}
}
