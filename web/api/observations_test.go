package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/contracts/contractstest"
	"github.com/accordhq/accord/lineage"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/registry/memlog"
)

// What a person says is seen in the next answer, and taken back likewise.
func TestAliasesAndRules(t *testing.T) {
	t.Parallel()
	s := observing(t, scoring()...)
	const elsewhere = "/accord/v1/lineage?namespace=kafka://elsewhere:9092&name=orders"
	ask[client.ErrorBody](t, s, http.MethodGet, elsewhere, "", http.StatusNotFound)
	const alias = `"from":{"namespace":"kafka://elsewhere:9092"},"to":{"namespace":"kafka://broker:9092"}`
	set := ask[lineage.Alias](t, s, http.MethodPut, "/accord/v1/lineage/aliases", "{"+alias+"}", http.StatusOK)
	if set.Kind != lineage.DatasetNode || set.Evidence != lineage.Declared || set.Last.Sub(noon) > time.Second || set.Note == "" {
		t.Errorf("alias set: %+v", set)
	}
	if got := ask[client.Lineage](t, s, http.MethodGet, elsewhere, "", http.StatusOK); reached(got.Downstream) != "fraud scores" {
		t.Errorf("by its other name: %+v", got)
	}
	if all := ask[[]lineage.Alias](t, s, http.MethodGet, "/accord/v1/lineage/aliases", "", http.StatusOK); len(all) != 1 || all[0].Ended {
		t.Errorf("aliases: %+v", all)
	}
	ask[lineage.Alias](t, s, http.MethodPut, "/accord/v1/lineage/aliases", "{"+alias+`,"ended":true,"note":"it moved"}`, http.StatusOK)
	ask[client.ErrorBody](t, s, http.MethodGet, elsewhere, "", http.StatusNotFound)
	if all := ask[[]lineage.Alias](t, s, http.MethodGet, "/accord/v1/lineage/aliases", "", http.StatusOK); len(all) != 1 || !all[0].Ended || all[0].Note != "it moved" {
		t.Errorf("aliases: %+v", all)
	}

	who := func() lineage.Who {
		got := ask[client.Impact](t, s, http.MethodGet, "/accord/v1/impact?subject=orders-value&field=amount", "", http.StatusOK)
		return got.Fields[0].Readers[0].Who
	}
	ask[lineage.Rule](t, s, http.MethodPut, "/accord/v1/lineage/rules", `{"pattern":"flink fr.*","owner":"Fraud","tool":true}`, http.StatusOK)
	if diff := cmp.Diff(lineage.Who{Owners: []string{"Fraud", "Risk"}, Tool: true}, who()); diff != "" {
		t.Errorf("with a rule (-want +got):\n%s", diff)
	}
	if all := ask[[]lineage.Rule](t, s, http.MethodGet, "/accord/v1/lineage/rules", "", http.StatusOK); len(all) != 1 || all[0].By == "" {
		t.Errorf("rules: %+v", all)
	}
	ask[lineage.Rule](t, s, http.MethodPut, "/accord/v1/lineage/rules", `{"pattern":"flink fr.*","ended":true}`, http.StatusOK)
	if all := ask[[]lineage.Rule](t, s, http.MethodGet, "/accord/v1/lineage/rules", "", http.StatusOK); len(all) != 0 {
		t.Errorf("rules taken back: %+v", all)
	}
}

// What a collector elsewhere sends makes the same graph as what it would put.
func TestObservationsTravel(t *testing.T) {
	t.Parallel()
	s := observing(t)
	at := lineage.At(noon.Add(-time.Hour))
	facts := append(scoring(), group("billing", time.Hour, 1),
		lineage.NodeFact{Node: lineage.Dataset(clusterAddress, "quiet"), Interval: at}.Fact(),
		lineage.Through{Job: lineage.ID{Namespace: "flink", Name: "fraud"}, Input: topic("orders"), Output: topic("scores"), Derivation: lineage.Explicit, Evidence: lineage.Reported, Source: "openlineage", Interval: at}.Fact(),
		lineage.Statement{Node: lineage.Job("flink", "fraud"), Source: "openlineage", Grace: time.Hour, Interval: at}.Fact(),
		lineage.Coverage{Source: "kafka", Namespace: clusterAddress, Slot: at.First, Interval: at}.Fact(),
		lineage.Alias{Kind: lineage.DatasetNode, From: lineage.ID{Namespace: "kafka://b2:9092"}, To: lineage.ID{Namespace: clusterAddress}, Evidence: lineage.Observed, Source: "kafka", Interval: at}.Fact())
	var sent []client.Observation
	for _, f := range facts {
		o, err := client.ObservationOf(f)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, o.Fact()); diff != "" {
			t.Errorf("%s does not travel (-want +got):\n%s", f.Kind, diff)
		}
		sent = append(sent, o)
	}
	body, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // once more changes nothing
		if rec := s.send(t, http.MethodPost, "/accord/v1/lineage/observations", string(body), nil); rec.Code != http.StatusNoContent {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
	}
	want := lineage.Build(facts, lineage.Options{}).Stats()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		got := ask[client.LineageStats](t, s, http.MethodGet, "/accord/v1/lineage/stats", "", http.StatusOK)
		diff := cmp.Diff(want, got.Stats)
		if diff == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the graph (-want +got):\n%s", diff)
		}
	}
}

// Lineage that cannot be stored or read asks for patience, and is all that does.
func TestLineageUnavailable(t *testing.T) {
	t.Parallel()
	s := observingIn(t, brokenStore{memlog.NewLineage()}, scoring()...)
	const alias = `{"from":{"namespace":"a"},"to":{"namespace":"b"}}`
	const observation = `[{"kind":"node","key":["dataset","a","b"],"firstSeen":"2026-06-01T11:00:00Z","lastSeen":"2026-06-01T11:00:00Z"}]`
	for _, tt := range [][3]string{
		{http.MethodGet, "/accord/v1/lineage/aliases"},
		{http.MethodGet, "/accord/v1/lineage/rules"},
		{http.MethodPut, "/accord/v1/lineage/aliases", alias},
		{http.MethodPost, "/accord/v1/lineage/observations", observation},
	} {
		rec := s.send(t, tt[0], tt[1], tt[2], nil)
		if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" || strings.Contains(rec.Body.String(), "disk") {
			t.Errorf("%s %s: %d %s", tt[0], tt[1], rec.Code, rec.Body)
		}
	}
	ask[client.Lineage](t, s, http.MethodGet, "/accord/v1/lineage?subject=orders-value", "", http.StatusOK)
	ask[client.RegisterResponse](t, s, http.MethodPost, "/subjects/a/versions", `{"schema":"\"string\""}`, http.StatusOK)
}

// brokenStore can be read and followed, but its disk is full after the first write.
type brokenStore struct{ *memlog.Lineage }

var errDiskFull = errors.New("the disk is full")

func (b brokenStore) Put(ctx context.Context, facts []lineage.Fact) error {
	if len(facts) != len(scoring()) {
		return errDiskFull
	}
	return b.Lineage.Put(ctx, facts)
}

func (brokenStore) List(context.Context, lineage.Kind, lineage.Query) ([]lineage.Fact, error) {
	return nil, errDiskFull
}

// A collector elsewhere proves that nobody reads, hour by hour: then a policy may
// let the break of a promise pass, which is shown.
func TestUnreadIsProven(t *testing.T) {
	t.Parallel()
	s := observing(t, lineage.NodeFact{Node: lineage.Dataset(clusterAddress, "orders"), Interval: lineage.At(noon.Add(-time.Hour))}.Fact())
	change := func(contract, schema string, dry bool) client.ChangeResponse {
		t.Helper()
		req := client.ChangeRequest{DryRun: dry, Schemas: []client.SchemaFile{{Subject: "orders-value", RegisterRequest: client.RegisterRequest{Schema: schema}}}}
		if contract != "" {
			req.Contracts = []client.ContractFile{{Name: "orders.odcs.yaml", Text: contract}}
		}
		body, err := json.Marshal(req)
		if err != nil {
			t.Fatal(err)
		}
		return ask[client.ChangeResponse](t, s, http.MethodPost, "/accord/v1/changes", string(body), http.StatusOK)
	}
	change(contractstest.Orders, contractstest.Order, false)
	want(t, s, http.MethodPut, "/accord/v1/config", `{"governance":"enforce","unread":"warn"}`, 200, "")
	judged := func() (refused bool, said string) {
		t.Helper()
		answer := change("", contractstest.Fieldless, true)
		for _, f := range answer.Findings {
			said += fmt.Sprintf("%s %s, ", f.Severity, f.Code)
		}
		return answer.Refused != nil, said
	}
	look := func(from, to int) {
		t.Helper()
		var body []client.Observation
		for i := from; i < to; i++ {
			at := lineage.At(noon.Add(-time.Duration(i) * time.Hour))
			o, err := client.ObservationOf(lineage.Coverage{Source: "kafka", Namespace: clusterAddress, Slot: at.First, Interval: at}.Fact())
			if err != nil {
				t.Fatal(err)
			}
			body = append(body, o)
		}
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		want(t, s, http.MethodPost, "/accord/v1/lineage/observations", string(text), 204, "")
	}
	look(2, 24*31)
	if refused, said := judged(); !refused || !strings.Contains(said, "LINEAGE_UNKNOWN") {
		t.Errorf("with an hour missing: refused %v: %s", refused, said)
	}
	look(0, 2)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		refused, said := judged()
		if !refused && strings.Contains(said, "warning CONTRACT_FIELD_REMOVED") && strings.Contains(said, "info LINEAGE_UNREAD") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("with the whole window watched: refused %v: %s", refused, said)
		}
	}
	want(t, s, http.MethodPut, "/accord/v1/config", `{"unread":"error"}`, 200, "")
	if refused, said := judged(); !refused {
		t.Errorf("without the policy: %s", said)
	}
}
