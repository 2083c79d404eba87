package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/accordhq/accord/registry/client"
)

// TestConcurrentAssociations lets 24 clients create a topic's association at
// once, each with an id of its own: one gets the subject, and it has one
// version.
func TestConcurrentAssociations(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	statuses := make([]int, 24)
	var wait sync.WaitGroup
	for i := range statuses {
		wait.Go(func() {
			body := fmt.Sprintf(`{"resourceName":"orders","resourceNamespace":"lkc-1","resourceId":"t%d","associations":[{"schema":{"schema":"\"string\""}}]}`, i)
			statuses[i] = s.send(t, http.MethodPost, "/associations", body, nil).Code
		})
	}
	wait.Wait()
	won := 0
	for _, status := range statuses {
		switch status {
		case http.StatusOK:
			won++
		case http.StatusConflict:
		default:
			t.Errorf("status %d, want 200 or 409", status)
		}
	}
	if won != 1 {
		t.Errorf("%d clients won, want 1", won)
	}
	if got := ask[[]int](t, s, http.MethodGet, "/subjects/:.lkc-1:orders-value/versions", "", http.StatusOK); len(got) != 1 {
		t.Errorf("versions are %v", got)
	}
	if got := ask[[]client.Association](t, s, http.MethodGet, "/associations/resources/-/-", "", http.StatusOK); len(got) != 1 {
		t.Errorf("associations are %+v", got)
	}
}

// TestHostileAssociations: whatever the body, the answer is a 4xx with a
// reason, and nothing is written.
func TestHostileAssociations(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	const resource = `"resourceName":"n","resourceNamespace":"n","resourceId":"i"`
	change := func(fields string) string { return `{` + resource + `,"associations":[{` + fields + `}]}` }
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"nothing":              {``, 422},
		"null":                 {`null`, 422},
		"not JSON":             {`{"resourceName"`, 400},
		"array":                {`[]`, 400},
		"number for a name":    {`{"resourceName":7}`, 400},
		"object for a list":    {`{` + resource + `,"associations":{}}`, 400},
		"null in the list":     {`{` + resource + `,"associations":[null]}`, 409},
		"no associations":      {`{` + resource + `}`, 422},
		"text for frozen":      {change(`"frozen":"true"`), 400},
		"version beyond int32": {change(`"schema":{"schema":"\"int\"","version":99999999999}`), 400},
		"id that is no number": {change(`"schema":{"schema":"\"int\"","id":"x"}`), 400},
		"empty schema":         {change(`"schema":{}`), 422},
		"schema of no type":    {change(`"schema":{"schema":"{}","schemaType":"XML"}`), 422},
		"rules without a name": {change(`"schema":{"schema":"\"int\"","ruleSet":{"domainRules":[{}]}}`), 422},
		"empty subject":        {change(`"subject":""`), 422},
		"reserved subject":     {change(`"subject":"__EMPTY"`), 422},
		"control in a name":    {`{"resourceName":"a\u0000","resourceNamespace":"n","resourceId":"i","associations":[{}]}`, 422},
		"slash in a name":      {`{"resourceName":"../..","resourceNamespace":"n","resourceId":"i","associations":[{}]}`, 422},
		"deep nesting":         {change(`"schema":{"metadata":{"tags":` + strings.Repeat(`[`, 5000) + strings.Repeat(`]`, 5000) + `}}`), 400},
		"many sides":           {`{` + resource + `,"associations":[` + strings.Repeat(`{"subject":"s"},`, 20000) + `{}]}`, 422},
	} {
		for _, target := range []string{"/associations", "/associations?dryRun=true"} {
			rec := s.send(t, http.MethodPost, target, c.body, nil)
			var body client.ErrorBody
			if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil || rec.Code != c.status || body.Message == "" {
				t.Errorf("%s: %d %.300s, want status %d and a reason", name, rec.Code, rec.Body, c.status)
			}
		}
	}
	many := `{"requests":[` + strings.TrimSuffix(strings.Repeat(`{},`, maxBatchRequests+1), ",") + `]}`
	for _, target := range []string{"/associations:batchGet", "/associations:batchMutate"} {
		for _, body := range []string{many, `{}`, `{"requests":null}`, `{"requests":{}}`, `[]`, `{"requests":[7]}`} {
			rec := s.send(t, http.MethodPost, target, body, nil)
			if rec.Code != http.StatusBadRequest && rec.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s %.40s: %d %.300s", target, body, rec.Code, rec.Body)
			}
		}
	}
	if got := ask[[]string](t, s, http.MethodGet, "/subjects?deleted=true", "", http.StatusOK); len(got) != 0 {
		t.Errorf("subjects are %v", got)
	}
}

// TestAssociationPages: a page holds no more than is configured.
func TestAssociationPages(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{MaxListed: 2})
	ask[any](t, s, http.MethodPost, "/subjects/shared/versions", `{"schema":"\"string\""}`, http.StatusOK)
	for i := range 3 {
		body := fmt.Sprintf(`{"resourceName":"t%d","resourceNamespace":"n","resourceId":"%d","associations":[{"subject":"shared"}]}`, i, i)
		ask[any](t, s, http.MethodPost, "/associations", body, http.StatusOK)
	}
	for query, want := range map[string]int{"": 2, "?limit=1": 1, "?limit=9": 2, "?offset=2": 1, "?offset=9": 0, "?associationType=key": 0} {
		if got := ask[[]client.Association](t, s, http.MethodGet, "/associations/subjects/shared"+query, "", http.StatusOK); len(got) != want {
			t.Errorf("%s lists %d, want %d", query, len(got), want)
		}
	}
}

// TestSeveralNamespaces: a topic's name alone may mean two of them, and a
// batch says so.
func TestSeveralNamespaces(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	for _, namespace := range []string{"lkc-1", "lkc-2"} {
		body := fmt.Sprintf(`{"resourceName":"orders","resourceNamespace":%q,"resourceId":%q,"associations":[{"schema":{"schema":"\"string\""}}]}`, namespace, namespace)
		ask[any](t, s, http.MethodPost, "/associations", body, http.StatusOK)
	}
	body := `{"requests":[{"resourceName":"orders"},{"resourceName":"orders","resourceNamespace":"lkc-2"}]}`
	got := ask[client.AssociationBatchResponse](t, s, http.MethodPost, "/associations:batchGet", body, http.StatusMultiStatus)
	if got.Results[0].Error == nil || got.Results[0].Error.ErrorCode != client.CodeInvalidAssociation {
		t.Errorf("without a namespace: %+v", got.Results[0])
	}
	if got.Results[1].Result == nil || got.Results[1].Result.ResourceID != "lkc-2" {
		t.Errorf("with one: %+v", got.Results[1])
	}
}
