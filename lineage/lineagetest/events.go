package lineagetest

import (
	"testing"

	"github.com/accordhq/accord/lineage"
)

var eventsConditions = []condition{
	{"events come by their own time, with the total", eventsByTime},
}

func eventsByTime(t *testing.T, s lineage.Store) {
	// By time: b, then a and d in the order of recording, then c.
	mustRecord(t, s, event("a", 20), event("b", 10), event("c", 30), event("d", 20))
	for _, tt := range []struct {
		name  string
		q     lineage.EventQuery
		want  []string
		total int
	}{
		{"all", lineage.EventQuery{}, []string{"b", "a", "d", "c"}, 4},
		{"newest first", lineage.EventQuery{Newest: true}, []string{"c", "d", "a", "b"}, 4},
		{"after, inclusive", lineage.EventQuery{After: at(20)}, []string{"a", "d", "c"}, 3},
		{"before, exclusive", lineage.EventQuery{Before: at(20)}, []string{"b"}, 1},
		{"between", lineage.EventQuery{After: at(15), Before: at(25)}, []string{"a", "d"}, 2},
		{"times finer than a store's", lineage.EventQuery{After: at(10).Add(1), Before: at(20).Add(1)}, []string{"a", "d"}, 2},
		{"none", lineage.EventQuery{After: at(40)}, []string{}, 0},
		{"limit", lineage.EventQuery{Limit: 2}, []string{"b", "a"}, 4},
		{"offset", lineage.EventQuery{Offset: 3}, []string{"c"}, 4},
		{"a page of a part", lineage.EventQuery{After: at(20), Offset: 1, Limit: 1, Newest: true}, []string{"d"}, 3},
		{"beyond", lineage.EventQuery{Offset: 4, Limit: 1}, []string{}, 4},
	} {
		found, total, err := s.Events(bounded(t), tt.q)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		got := make([]lineage.Event, len(found))
		for i, e := range found {
			got[i] = e.Event
			same(t, tt.name+": the event", event(string(e.Body), map[string]int{"a": 20, "b": 10, "c": 30, "d": 20}[string(e.Body)]), e.Event)
		}
		same(t, tt.name, tt.want, bodies(got))
		if total != tt.total {
			t.Errorf("%s: of %d, want %d", tt.name, total, tt.total)
		}
	}
}
