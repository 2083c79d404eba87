package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accordhq/accord/registry/client"
)

// A change takes its names as the routes do that change one thing at a time
// (registry API 1.7): the context of the path, and aliases of schemas.
func TestNamesInAChange(t *testing.T) {
	t.Parallel()
	const money = `{"type":"record","name":"Money","doc":"A price in a shop.","fields":[{"name":"cents","type":"long","doc":"Hundredths of the currency."}]}`
	all := func(t *testing.T) string {
		t.Helper()
		backward := "BACKWARD"
		mode := "advise"
		return encode(t, client.ChangeRequest{
			Contracts: []client.ContractFile{{Text: ordersContract}},
			Schemas: []client.SchemaFile{
				{Subject: "orders-value", RegisterRequest: client.RegisterRequest{Schema: documented}},
				{Subject: ":.us:acme.Money", RegisterRequest: client.RegisterRequest{Schema: money}},
			},
			Configs: []client.ScopedConfig{
				{Config: client.ConfigUpdate{Compatibility: client.Set(backward)}},
				{Scope: "orders-value", Config: client.ConfigUpdate{Compatibility: client.Set(backward)}},
			},
			Policies: []client.ScopedPolicy{{Scope: "orders-value", Policy: client.PolicyUpdate{Governance: client.Set(mode)}}},
		})
	}
	for name, c := range map[string]struct {
		target, prefix string
	}{
		"the default context":  {"/accord/v1/changes", ""},
		"named default":        {"/contexts/./accord/v1/changes", ""},
		"a context":            {"/contexts/.eu/accord/v1/changes", ":.eu:"},
		"without its dot":      {"/contexts/eu/accord/v1/changes", ":.eu:"},
		"as a parameter":       {"/accord/v1/changes?context=:.eu:", ":.eu:"},
		"path before all else": {"/contexts/eu/accord/v1/changes?context=:.us:", ":.eu:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, Options{})
			answer := ask[client.ChangeResponse](t, s, http.MethodPost, c.target, all(t), http.StatusOK)
			var got []string
			for _, step := range answer.Steps {
				got = append(got, step.Kind+" "+step.Subject)
			}
			want := []string{
				"policy " + c.prefix + "orders-value", "config " + c.prefix, "config " + c.prefix + "orders-value",
				"schema " + c.prefix + "orders-value", "schema :.us:acme.Money", "contract " + c.prefix + "orders-value",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			contract := ask[client.Contract](t, s, http.MethodGet, "/accord/v1/contracts/"+c.prefix+"orders-value", "", http.StatusOK)
			if contract.Text != ordersContract {
				t.Errorf("the contract is not what was sent: %s", contract.Text)
			}
			if found := ask[[]map[string]any](t, s, http.MethodGet, "/accord/v1/findings", "", http.StatusOK); len(found) > 0 {
				t.Errorf("found %v", found)
			}
		})
	}
}

func TestAliasesInAChange(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	ask[map[string]any](t, s, http.MethodPut, "/config/bestellungen-value", `{"alias":"orders-value"}`, http.StatusOK)
	ask[map[string]any](t, s, http.MethodPut, "/config/:.eu:pedidos-value", `{"alias":"orders-value"}`, http.StatusOK)
	for target, subject := range map[string]string{
		"/accord/v1/changes":             "bestellungen-value",
		"/contexts/eu/accord/v1/changes": "pedidos-value",
	} {
		body := encode(t, client.ChangeRequest{Schemas: []client.SchemaFile{{Subject: subject, RegisterRequest: client.RegisterRequest{Schema: documented}}}})
		answer := ask[client.ChangeResponse](t, s, http.MethodPost, target, body, http.StatusOK)
		if len(answer.Steps) != 1 || !strings.HasSuffix(answer.Steps[0].Subject, "orders-value") {
			t.Errorf("%s: %+v, want a version of what the alias stands for", target, answer.Steps)
		}
	}
	got := ask[[]string](t, s, http.MethodGet, "/subjects", "", http.StatusOK)
	if diff := cmp.Diff([]string{":.eu:orders-value", "orders-value"}, got); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
}

func TestABadContextOfAChange(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	ask[client.ErrorBody](t, s, http.MethodPost, "/accord/v1/changes?context=.eu:orders", `{}`, http.StatusBadRequest)
}

// What a change breaks under advise is answered with 200, and told as long as it
// is so, to those who ask how streams stand and to those who change them.
func TestBreachesAreShown(t *testing.T) {
	t.Parallel()
	s := governed(t, "advise")
	weaker := strings.NewReplacer("value: 5", "value: 60", "version: 1.0.0", "version: 1.0.1").Replace(ordersContract)
	ask[client.ChangeResponse](t, s, http.MethodPost, "/accord/v1/changes", changeBody(t, weaker, ""), http.StatusOK)
	type told struct {
		Code      string
		Tolerated struct{ By, Reason, Author string }
	}
	wantTold := func(found []told) {
		t.Helper()
		if len(found) != 1 || found[0].Code != "SLA_WEAKENED" || found[0].Tolerated.By != "record" || found[0].Tolerated.Author == "" {
			t.Errorf("found %+v, want the weakened service level, by record", found)
		}
	}
	wantTold(ask[[]told](t, s, http.MethodGet, "/accord/v1/findings", "", http.StatusOK))
	coverage := ask[client.CoverageReport](t, s, http.MethodGet, "/accord/v1/coverage", "", http.StatusOK)
	if coverage.Total.Broken != 1 {
		t.Errorf("coverage %+v, want one broken", coverage.Total)
	}
	setGovernance(t, s, "enforce")
	words := strings.NewReplacer("placed in the shop", "placed in the web shop", "version: 1.0.1", "version: 1.0.2").Replace(weaker)
	answer := ask[struct{ Findings []told }](t, s, http.MethodPost, "/accord/v1/changes", changeBody(t, words, ""), http.StatusOK)
	wantTold(answer.Findings)
	major := strings.Replace(words, "version: 1.0.2", "version: 2.0.0", 1)
	ask[client.ChangeResponse](t, s, http.MethodPost, "/accord/v1/changes", changeBody(t, major, ""), http.StatusOK)
	if found := ask[[]told](t, s, http.MethodGet, "/accord/v1/findings", "", http.StatusOK); len(found) > 0 {
		t.Errorf("announced, and still found: %+v", found)
	}
}
