package client_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
)

// TestLineageRequests pins what each method about lineage sends.
func TestLineageRequests(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 14, 0, 0, 5000, time.FixedZone("", 2*3600))
	scope := client.LineageScope{
		AsOf: at, Evidence: []lineage.Evidence{lineage.Reported, lineage.Observed}, MinConfidence: 0.75, Stale: true, Ended: true, Depth: 3, Limit: 4,
	}
	const scoped = "asOf=2026-06-01T12%3A00%3A00.000005Z&depth=3&ended=true&evidence=reported&evidence=observed"
	const after = "&limit=4&minConfidence=0.75"
	orders := client.Place{Subject: "orders-value", Field: "key.id"}
	job := client.Place{Kind: lineage.JobNode, Namespace: "flink", Name: "a b"}
	tests := map[string]struct {
		call func(context.Context, *client.Client) error
		// reply is the body answered.
		reply, want string
	}{
		"Lineage": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Lineage(ctx, orders, lineage.Upstream, scope)
			return err
		}, `{}`, "GET /accord/v1/lineage?" + scoped + "&field=key.id" + after + "&stale=true&subject=orders-value&way=upstream"},
		"Lineage both ways": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Lineage(ctx, job, "", client.LineageScope{})
			return err
		}, `{}`, "GET /accord/v1/lineage?kind=job&name=a+b&namespace=flink"},
		"LineagePath": {func(ctx context.Context, c *client.Client) error {
			_, err := c.LineagePath(ctx, orders, job, client.LineageScope{Depth: 2})
			return err
		}, `{}`, "GET /accord/v1/lineage/path?depth=2&fromField=key.id&fromSubject=orders-value&toKind=job&toName=a+b&toNamespace=flink"},
		"SearchLineage": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SearchLineage(ctx, "or&d", lineage.DatasetNode, 5)
			return err
		}, `{}`, "GET /accord/v1/lineage/nodes?kind=dataset&limit=5&q=or%26d"},
		"LineageGaps": {func(ctx context.Context, c *client.Client) error {
			_, err := c.LineageGaps(ctx, "kafka://b", 10, 20)
			return err
		}, `{}`, "GET /accord/v1/lineage/gaps?limit=20&namespace=kafka%3A%2F%2Fb&offset=10"},
		"LineageStats": {func(ctx context.Context, c *client.Client) error {
			_, err := c.LineageStats(ctx)
			return err
		}, `{}`, "GET /accord/v1/lineage/stats"},
		"Impact": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Impact(ctx, client.ImpactRequest{Subject: "s", Fields: []string{"a", "b"}}, client.LineageScope{Limit: 1})
			return err
		}, `{}`, `POST /accord/v1/impact?limit=1 {"subject":"s","fields":["a","b"]}`},
		"LineageAliases": {func(ctx context.Context, c *client.Client) error {
			_, err := c.LineageAliases(ctx)
			return err
		}, `[]`, "GET /accord/v1/lineage/aliases"},
		"LineageRules": {func(ctx context.Context, c *client.Client) error {
			_, err := c.LineageRules(ctx)
			return err
		}, `[]`, "GET /accord/v1/lineage/rules"},
		"SendEvents": {func(ctx context.Context, c *client.Client) error {
			_, err := c.SendEvents(ctx, [][]byte{[]byte(`{"a":1}`), []byte(`{}`)})
			return err
		}, `{}`, `POST /api/v1/lineage/batch [{"a":1},{}]`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got string
			c := connect(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = strings.TrimSpace(r.Method + " " + r.URL.RequestURI() + " " + string(body))
				answer(200, tt.reply)(w, r)
			})
			if err := tt.call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

// Aliases and rules are sent and read in the same form.
func TestLineageIsDeclared(t *testing.T) {
	t.Parallel()
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer(200, string(body))(w, r)
	})
	alias := lineage.Alias{Kind: lineage.DatasetNode, From: lineage.ID{Namespace: "a", Name: "b"}, To: lineage.ID{Namespace: "c", Name: "d"}, Note: "n", Ended: true}
	if got, err := c.SetLineageAlias(t.Context(), alias); err != nil || got != alias {
		t.Errorf("alias %+v (%v)", got, err)
	}
	rule := lineage.Rule{Pattern: "a.*", Owner: "Risk", Tool: true, Hidden: true}
	if got, err := c.SetLineageRule(t.Context(), rule); err != nil || got != rule {
		t.Errorf("rule %+v (%v)", got, err)
	}
}

// Many facts, and large ones, take several calls, and arrive as they were.
func TestObserveInParts(t *testing.T) {
	t.Parallel()
	seen := lineage.At(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
	var facts []lineage.Fact
	for i := range client.MaxObservations + 1 {
		facts = append(facts, lineage.NodeFact{Node: lineage.Dataset("n", string(rune('a'+i))), Interval: seen}.Fact())
	}
	large := json.RawMessage(`"` + strings.Repeat("x", 3<<20) + `"`)
	for _, name := range []string{"one", "two", "three"} {
		entity := lineage.Entity{Kind: lineage.JobEntity, ID: lineage.ID{Namespace: "n", Name: "j"}}
		facts = append(facts, lineage.Facet{Entity: entity, Facet: name, Body: large, Interval: seen}.Fact())
	}
	var got []lineage.Fact
	var sizes []int
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		var body []client.Observation
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		for _, o := range body {
			got = append(got, o.Fact())
		}
		sizes = append(sizes, len(body))
		w.WriteHeader(http.StatusNoContent)
	})
	if err := c.Observe(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(facts, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{client.MaxObservations, 3, 1}, sizes); diff != "" {
		t.Errorf("facts of each call (-want +got):\n%s", diff)
	}
	if err := c.Observe(t.Context(), []lineage.Fact{{Kind: lineage.KindNode, Key: "{"}}); err == nil {
		t.Error("a fact without a key was sent")
	}
}
