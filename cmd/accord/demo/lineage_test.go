package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/lineage/openlineage"
	"github.com/accordhq/accord/registry/memlog"
	"github.com/accordhq/accord/schema"
)

// now is when the demo is loaded in tests.
var now = time.Date(2026, 11, 21, 9, 41, 7, 0, time.UTC)

const lumiharju = "kafka://kafka.lumiharju.example:9092"

func TestObserve(t *testing.T) {
	t.Parallel()
	g := graphOf(t, observed(t))
	if n := g.Stats().Malformed; n != 0 {
		t.Errorf("%d facts are malformed", n)
	}
	for _, topic := range topics(t) {
		if len(g.Topics(topic)) != 1 {
			t.Errorf("topic %s is the datasets %v, want one", topic, g.Topics(topic))
		}
	}

	scope := lineage.Scope{Now: now}
	if !g.Watch(lumiharju, scope).Proven {
		t.Errorf("the cluster was not watched all the time: %+v", g.Watch(lumiharju, scope))
	}
	listing := lineage.Listing{Namespace: lumiharju, Scope: scope}
	orphans, _ := g.Orphans(listing)
	unproduced, _ := g.Unproduced(listing)
	undocumented, _ := g.UndocumentedProducers(listing)
	for what, tt := range map[string]struct{ got, want []string }{
		"nobody reads":     {namesOf(orphans, func(s lineage.Stream) string { return s.Name }), []string{"stores.footfall", "workshop.repairs"}},
		"nobody makes":     {namesOf(unproduced, func(s lineage.Stream) string { return s.Name }), []string{"marketing.newsletter-consents", "rental.bookings", "web.searches"}},
		"nobody documents": {namesOf(undocumented, func(p lineage.Producer) string { return p.Name }), []string{"carrier-gateway", "van-tracker"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	bikes, _ := g.Orphans(lineage.Listing{Namespace: "kafka://kafka.pohjataht.example:9092", Scope: scope})
	if len(bikes) > 0 || g.Watch("kafka://kafka.pohjataht.example:9092", scope).Proven {
		t.Errorf("the bicycle shop's cluster is watched, or its sales are not read: %v", bikes)
	}
}

// TestWhoBreaks asks the question that the demo is there for.
func TestWhoBreaks(t *testing.T) {
	t.Parallel()
	g := graphOf(t, observed(t))
	impact := g.Impact(lineage.Proposal{
		Datasets: []lineage.ID{{Namespace: lumiharju, Name: "shop.orders"}}, Subjects: []string{"shop.orders-value"},
		Fields: []string{"total", "channel"}, Scope: lineage.Scope{Now: now, Stale: true},
	})
	var got []string
	for _, f := range impact.Fields {
		for _, r := range f.Readers {
			got = append(got, fmt.Sprintf("%s: %s (%s) %s", f.Path, r.Job.Name, strings.Join(r.Owners, ", "), r.Knowledge))
		}
	}
	want := []string{
		"total: payment-gateway (Payments) uses",
		"total: sales_orders.append_data.sales_orders (Analytics) uses",
		"total: fraud-scoring (Risk) uses",
		"total: order-mail (Transport) unknown",
		"total: packing-station (Warehouse Pirkkala) unknown",
		"total: returns-desk (Returns Desk) others",
		"total: recommendations_v1.append_data.also_bought (Web Shop) left",
		"total: schema-sampler () unknown",
		"channel: sales_orders.append_data.sales_orders (Analytics) uses",
	}
	if diff := cmp.Diff(want, got[:min(len(got), len(want))]); diff != "" {
		t.Errorf("readers (-want +got):\n%s", diff)
	}
	if !impact.Watch.Proven {
		t.Error("others may read the orders")
	}
}

// TestFieldsExist holds the columns of the landscape to the latest schemas.
func TestFieldsExist(t *testing.T) {
	t.Parallel()
	known := map[string]map[string]bool{}
	for subject, parsed := range latest(t) {
		topic, ok := strings.CutSuffix(subject, "-value")
		if !ok {
			continue
		}
		known[topic] = map[string]bool{"": true}
		for _, f := range parsed.Fields() {
			known[topic][f.Path] = true
		}
	}
	store := observed(t)
	facts, err := store.List(t.Context(), lineage.KindField, lineage.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range facts {
		e, err := lineage.FieldEdgeOf(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range []lineage.Field{e.From, e.To} {
			if paths, ok := known[field.Dataset.Name]; ok && !paths[field.Path] {
				t.Errorf("%s has no field %q, of %s", field.Dataset.Name, field.Path, e.Job)
			}
		}
	}
}

func TestObservingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	store := observed(t)
	var last lineage.Cursor
	for change, err := range store.Changes(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = change.Cursor
	}
	events := func() int {
		_, n, err := store.Events(t.Context(), lineage.EventQuery{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := events()
	if err := Observe(t.Context(), store, now); err != nil {
		t.Fatal(err)
	}
	for change, err := range store.Changes(t.Context(), last) {
		t.Errorf("changed: %s %s, error %v", change.Fact.Kind, change.Fact.Key, err)
	}
	if n := events(); n != before {
		t.Errorf("%d events, then %d", before, n)
	}
}

// observed returns a store with the demo's observations.
func observed(t *testing.T) lineage.Store {
	t.Helper()
	store := memlog.NewLineage()
	if err := Observe(t.Context(), store, now); err != nil {
		t.Fatal(err)
	}
	for recorded, err := range store.Recorded(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e, err := openlineage.Parse(recorded.Body, recorded.Received); err != nil || len(e.Notes) > 0 {
			t.Errorf("event of %s: %v, mended: %q", e.Job, err, e.Notes)
		}
	}
	return store
}

func graphOf(t *testing.T, store lineage.Store) *lineage.Graph {
	t.Helper()
	follower, err := lineage.Follow(t.Context(), store, lineage.FollowOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return follower.Graph()
}

// topics are those of the company's subjects.
func topics(t *testing.T) []string {
	t.Helper()
	all := map[string]bool{}
	for subject := range latest(t) {
		for _, suffix := range []string{"-value", "-key"} {
			if topic, ok := strings.CutSuffix(subject[strings.LastIndex(subject, ":")+1:], suffix); ok {
				all[topic] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// latest are the latest schemas by subject.
func latest(t *testing.T) map[string]schema.Parsed {
	t.Helper()
	m, err := readManifest()
	if err != nil {
		t.Fatal(err)
	}
	versions, all := parseAll(t), map[string]schema.Parsed{}
	for _, s := range m.Subjects {
		all[s.Subject] = versions[fmt.Sprintf("%s %d", s.Subject, len(s.Versions))]
	}
	return all
}

func namesOf[T any](all []T, name func(T) string) []string {
	var names []string
	for _, x := range all {
		names = append(names, name(x))
	}
	return names
}
