package api

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry/client"
)

// A topic of the graph is told with its subjects and the contract.
func TestLineageNamesTheStream(t *testing.T) {
	t.Parallel()
	s := observing(t, scoring()...)
	register := func(subject, text string) {
		t.Helper()
		ask[map[string]any](t, s, http.MethodPost, "/subjects/"+subject+"/versions", `{"schema":`+text+`}`, http.StatusOK)
	}
	register("orders-value", `"\"string\""`)
	register("orders-key", `"\"long\""`)
	register(":.eu:orders-value", `"\"string\""`)
	register("orders-archive-value", `"\"string\""`)
	const contract = `{"name":"orders.odcs.yaml","text":"apiVersion: v3.1.0\nkind: DataContract\nid: shop.orders\nversion: 1.2.0\nstatus: draft\nschema:\n  - name: Order\n    physicalName: orders\n"}`
	ask[map[string]any](t, s, http.MethodPut, "/accord/v1/contracts/orders-value", contract, http.StatusOK)
	got := ask[client.Lineage](t, s, http.MethodGet, "/accord/v1/lineage?namespace=kafka://broker:9092&name=orders&depth=1", "", http.StatusOK)
	want := []client.Stream{
		{Subject: "orders-value", Version: 1, Contract: "shop.orders", ContractVersion: "1.2.0", Status: "draft"},
		{Subject: "orders-key", Version: 1, Contract: "shop.orders", ContractVersion: "1.2.0", Status: "draft"},
		{Subject: ":.eu:orders-value", Version: 1},
	}
	if diff := cmp.Diff(want, got.Streams); diff != "" {
		t.Errorf("(-want +got): %s", diff)
	}
}

// A name without a context may be that of a subject in another one, here as in
// every read.
func TestImpactFindsSubjectsOfOtherContexts(t *testing.T) {
	t.Parallel()
	s := observing(t, scoring()...)
	const whole = `{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"amount\",\"type\":\"int\"}]}`
	const less = `{\"type\":\"record\",\"name\":\"Order\",\"fields\":[]}`
	ask[map[string]any](t, s, http.MethodPost, "/subjects/:.eu:orders-value/versions", `{"schema":"`+whole+`"}`, http.StatusOK)
	got := ask[client.Impact](t, s, http.MethodPost, "/accord/v1/impact", `{"subject":"orders-value","schema":"`+less+`"}`, http.StatusOK)
	if diff := cmp.Diff([]client.FieldDamage{{Path: "amount", What: "is gone"}}, got.Changes); diff != "" {
		t.Errorf("(-want +got): %s", diff)
	}
}
