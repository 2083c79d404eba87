package lineagetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/accordhq/accord/lineage"
)

var listConditions = []condition{
	{"list selects by kind, scope and time", listSelects},
	{"list pages without gap or repetition", listPages},
}

func listSelects(t *testing.T, s lineage.Store) {
	mustPut(t, s,
		run("b", "job1", 30, ""), run("a", "job1", 20, ""), run("c", "job1", 30, ""), run("d", "job2", 10, ""), run("e", "", 40, ""),
		lineage.Fact{Kind: lineage.KindRunIO, Key: "x", Scope: "job1", Last: at(20)},
	)
	for _, tt := range []struct {
		name string
		q    lineage.Query
		want []string
	}{
		{"all by key", lineage.Query{}, []string{"a", "b", "c", "d", "e"}},
		{"all, newest first", lineage.Query{Newest: true}, []string{"e", "b", "c", "a", "d"}},
		{"a scope", lineage.Query{Scope: "job1"}, []string{"a", "b", "c"}},
		{"a scope, newest first", lineage.Query{Scope: "job1", Newest: true}, []string{"b", "c", "a"}},
		{"an unknown scope", lineage.Query{Scope: "job"}, []string{}},
		{"since, inclusive", lineage.Query{Since: at(20)}, []string{"a", "b", "c", "e"}},
		{"before, exclusive", lineage.Query{Before: at(30)}, []string{"a", "d"}},
		{"a scope in an interval", lineage.Query{Scope: "job1", Since: at(20), Before: at(30)}, []string{"a"}},
		{"an empty interval", lineage.Query{Since: at(30), Before: at(30)}, []string{}},
		{"times finer than a store's", lineage.Query{Since: at(20).Add(1), Before: at(30).Add(1)}, []string{"b", "c"}},
		{"times in another zone", lineage.Query{Since: at(20).In(time.FixedZone("east", 7200))}, []string{"a", "b", "c", "e"}},
		{"limit", lineage.Query{Limit: 2}, []string{"a", "b"}},
		{"offset", lineage.Query{Offset: 3}, []string{"d", "e"}},
		{"offset and limit", lineage.Query{Offset: 1, Limit: 2, Newest: true}, []string{"b", "c"}},
		{"offset beyond", lineage.Query{Offset: 9, Limit: 2}, []string{}},
		{"limit beyond", lineage.Query{Limit: 9}, []string{"a", "b", "c", "d", "e"}},
	} {
		same(t, tt.name, tt.want, keys(mustList(t, s, lineage.KindRun, tt.q)))
	}
}

func listPages(t *testing.T, s lineage.Store) {
	const n = 25
	for i := range n {
		mustPut(t, s, run(fmt.Sprintf("%02d", i), "s", i/3, ""))
	}
	for _, newest := range []bool{false, true} {
		want := mustList(t, s, lineage.KindRun, lineage.Query{Scope: "s", Newest: newest})
		var got []lineage.Fact
		for offset := 0; offset < n; offset += 4 {
			got = append(got, mustList(t, s, lineage.KindRun, lineage.Query{Scope: "s", Newest: newest, Offset: offset, Limit: 4})...)
		}
		same(t, "the pages", want, got)
	}
}
