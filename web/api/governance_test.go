package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/accordhq/accord/contracts/contractstest"
	"github.com/accordhq/accord/registry/client"
	"github.com/accordhq/accord/schema/finding"
)

// What a stream owes, and what takes some of it away.
const (
	ordersContract = contractstest.Orders
	documented     = contractstest.Order
	undocumented   = contractstest.Undocumented
	fieldless      = contractstest.Fieldless
)

// encode prints a body.
func encode(t *testing.T, body any) string {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func schemaBody(t *testing.T, text string) string {
	t.Helper()
	return encode(t, client.RegisterRequest{Schema: text})
}

// changeBody files a contract and registers a schema, "" for none.
func changeBody(t *testing.T, contract, schema string) string {
	t.Helper()
	var c client.ChangeRequest
	if contract != "" {
		c.Contracts = []client.ContractFile{{Name: "orders.odcs.yaml", Text: contract}}
	}
	if schema != "" {
		c.Schemas = []client.SchemaFile{{Subject: "orders-value", Name: "orders.avsc", RegisterRequest: client.RegisterRequest{Schema: schema}}}
	}
	return encode(t, c)
}

func setGovernance(t *testing.T, s *server, mode string) {
	t.Helper()
	ask[client.Policy](t, s, http.MethodPut, "/accord/v1/config", fmt.Sprintf(`{"governance":%q}`, mode), http.StatusOK)
}

// governed is a server with a good stream under a mode.
func governed(t *testing.T, mode string) *server {
	t.Helper()
	s := newServer(t, Options{})
	setGovernance(t, s, "enforce")
	ask[client.ChangeResponse](t, s, http.MethodPost, "/accord/v1/changes", changeBody(t, ordersContract, documented), http.StatusOK)
	setGovernance(t, s, mode)
	return s
}

// Every path that changes what a stream promises passes the gate (design 4):
// what is asked, what is found, and the status where governance is enforced.
func TestPathsByMode(t *testing.T) {
	t.Parallel()
	weaker := strings.Replace(ordersContract, "value: 5", "value: 60", 1)
	ownerless := strings.Replace(ordersContract, "role: owner", "role: reader", 1)
	tag := `{"tagsToAdd":[{"schemaEntity":{"entityPath":"Order.number","entityType":"sr_field"},"tags":["PII"]}],"metadata":{"properties":{"k":"v"}}}`
	for _, c := range []struct {
		name, method, target, body string
		// prepare is sent before, under governance off.
		prepare []string
		// found is the code that refuses under enforce, "" if nothing does.
		found finding.Code
	}{
		{"register an undocumented version", http.MethodPost, "/subjects/orders-value/versions", schemaBody(t, undocumented), nil, "DOC_REMOVED"},
		{"register without a required field", http.MethodPost, "/subjects/orders-value/versions", schemaBody(t, fieldless), nil, "CONTRACT_FIELD_REMOVED"},
		{"register a stream without contract", http.MethodPost, "/subjects/returns-value/versions", schemaBody(t, documented), nil, "CONTRACT_MISSING"},
		{"register undocumented keys", http.MethodPost, "/subjects/orders-key/versions", schemaBody(t, undocumented), nil, "DOC_MISSING"},
		{"register what is there", http.MethodPost, "/subjects/orders-value/versions", schemaBody(t, documented), nil, ""},
		{"register what others refer to", http.MethodPost, "/subjects/acme.Money/versions", schemaBody(t, documented), nil, ""},
		{"register into an internal topic", http.MethodPost, "/subjects/_internal-value/versions", schemaBody(t, undocumented), nil, ""},
		{"register with force", http.MethodPost, "/subjects/orders-value/versions?force=true", schemaBody(t, undocumented), nil, ""},
		{"look up", http.MethodPost, "/subjects/orders-value", schemaBody(t, documented), nil, ""},
		{"check compatibility", http.MethodPost, "/compatibility/subjects/orders-value/versions", schemaBody(t, fieldless), nil, ""},
		{"tag a good version", http.MethodPost, "/subjects/orders-value/versions/latest/tags", tag, nil, ""},
		{
			"tag an undocumented stream", http.MethodPost, "/subjects/old-value/versions/latest/tags", tag,
			[]string{"POST /subjects/old-value/versions " + schemaBody(t, undocumented)},
			"CONTRACT_MISSING",
		},
		{"change to a weaker service level", http.MethodPost, "/accord/v1/changes", changeBody(t, weaker, ""), nil, "SLA_WEAKENED"},
		{"change to a bad schema", http.MethodPost, "/accord/v1/changes", changeBody(t, "", undocumented), nil, "DOC_REMOVED"},
		{"change to what is there", http.MethodPost, "/accord/v1/changes", changeBody(t, ordersContract, documented), nil, ""},
		{"put a contract without owner", http.MethodPut, "/accord/v1/contracts/orders-value", encode(t, client.ContractFile{Text: ownerless}), nil, "OWNER_REMOVED"},
		{"delete the contract", http.MethodDelete, "/accord/v1/contracts/orders-value", "", nil, "CONTRACT_REMOVED"},
		{"delete the subject", http.MethodDelete, "/subjects/orders-value", "", nil, "CONTRACT_STREAM_REMOVED"},
		{"delete the only version", http.MethodDelete, "/subjects/orders-value/versions/1", "", nil, "CONTRACT_STREAM_REMOVED"},
		{
			"delete the version that documents", http.MethodDelete, "/subjects/old-value/versions/2", "",
			[]string{"POST /subjects/old-value/versions " + schemaBody(t, undocumented), "POST /subjects/old-value/versions " + schemaBody(t, documented)},
			"DOC_REMOVED",
		},
		{
			"associate with a new stream", http.MethodPost, "/associations",
			`{"resourceName":"r","resourceNamespace":"n","resourceId":"i","associations":[{"subject":"returns-value","schema":{"schema":"\"int\""}}]}`,
			nil, "CONTRACT_MISSING",
		},
		{
			"dissociate with what is owned", http.MethodDelete, "/associations/resources/i?resourceType=topic&cascadeLifecycle=true", "",
			[]string{`POST /associations {"resourceName":"orders","resourceNamespace":"n","resourceId":"i","associations":[{"subject":"orders-value","lifecycle":"STRONG"}]}`},
			"CONTRACT_STREAM_REMOVED",
		},
		{"relax the level", http.MethodPut, "/config/orders-value", `{"compatibility":"NONE"}`, nil, "CONTRACT_LEVEL_LOWERED"},
		{"relax the level of all", http.MethodPut, "/config", `{"compatibility":"NONE"}`, nil, "CONTRACT_LEVEL_LOWERED"},
		{"raise the level", http.MethodPut, "/config/orders-value", `{"compatibility":"FULL_TRANSITIVE"}`, nil, ""},
		{"relax governance", http.MethodPut, "/accord/v1/config/orders-value", `{"governance":"off"}`, nil, ""},
		{"import", http.MethodPost, "/accord/v1/import", `{"versions":[{"subject":"x-value","version":1,"id":9,"schema":"\"int\""}]}`, nil, ""},
		{
			"register in IMPORT mode", http.MethodPost, "/subjects/in-value/versions", `{"id":9,"version":1,"schema":"\"int\""}`,
			[]string{`PUT /mode/in-value {"mode":"IMPORT"}`},
			"",
		},
	} {
		for _, mode := range []string{"enforce", "advise", "off"} {
			t.Run(c.name+"/"+mode, func(t *testing.T) {
				t.Parallel()
				s := governed(t, "off")
				for _, request := range c.prepare {
					parts := strings.SplitN(request, " ", 3)
					ask[any](t, s, parts[0], parts[1], parts[2], http.StatusOK)
				}
				setGovernance(t, s, mode)
				rec := s.send(t, c.method, c.target, c.body, nil)
				if mode != "enforce" || c.found == "" {
					if rec.Code >= 300 {
						t.Errorf("%d %s, want success", rec.Code, rec.Body)
					}
					return
				}
				wantRefusal(t, rec.Code, rec.Body.Bytes(), c.found)
			})
		}
	}
}

// wantRefusal wants Confluent's body of an error, 42290, with a finding that
// counts, a message that names it and the command that lets it pass.
func wantRefusal(t *testing.T, status int, answer []byte, code finding.Code) {
	t.Helper()
	var body client.ErrorBody
	if err := json.Unmarshal(answer, &body); err != nil {
		t.Fatal(err)
	}
	if status != http.StatusUnprocessableEntity || body.ErrorCode != 42290 {
		t.Errorf("%d %s, want 422 and 42290", status, answer)
	}
	if !slices.ContainsFunc(body.Findings, func(f finding.Finding) bool { return f.Code == code && f.Counts(finding.Error) }) {
		t.Errorf("no %s among the findings of %s", code, answer)
	}
	for _, part := range []string{string(code), "accord config set", "--governance advise"} {
		if !strings.Contains(body.Message, part) {
			t.Errorf("message %q lacks %q", body.Message, part)
		}
	}
}

// An incompatible schema is Confluent's refusal, with the findings of both.
func TestIncompatibleAndUngoverned(t *testing.T) {
	t.Parallel()
	s := governed(t, "enforce")
	got := ask[client.ErrorBody](t, s, http.MethodPost, "/subjects/orders-value/versions", `{"schema":"\"int\""}`, http.StatusConflict)
	if got.ErrorCode != 40901 || !slices.ContainsFunc(got.Findings, func(f finding.Finding) bool { return f.Code == "CONTRACT_FIELD_REMOVED" }) {
		t.Errorf("%+v", got)
	}
}

// What came past the gate is shown, with who did it.
func TestWhatCamePastTheGate(t *testing.T) {
	t.Parallel()
	s := governed(t, "enforce")
	header := http.Header{"Authorization": {"Basic YWRhOng="}} // ada
	for _, request := range []string{
		"POST /subjects/orders-value/versions?force=true " + schemaBody(t, undocumented),
		`POST /accord/v1/import {"versions":[{"subject":"x-value","version":7,"id":9,"schema":"\"int\""}]}`,
		`PUT /mode/in-value {"mode":"IMPORT"}`,
		`POST /subjects/in-value/versions {"id":10,"version":3,"schema":"\"long\""}`,
	} {
		parts := strings.SplitN(request, " ", 3)
		if rec := s.send(t, parts[0], parts[1], parts[2], header); rec.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", request, rec.Code, rec.Body)
		}
	}
	for subject, want := range map[string]finding.Finding{
		"orders-value": {Code: "CONTRACT_FORCED", Path: "version 2"},
		"x-value":      {Code: "CONTRACT_IMPORTED", Path: "version 7"},
		"in-value":     {Code: "CONTRACT_IMPORTED", Path: "version 3"},
	} {
		found := ask[[]finding.Finding](t, s, http.MethodGet, "/accord/v1/findings?subjectPrefix="+subject, "", http.StatusOK)
		i := slices.IndexFunc(found, func(f finding.Finding) bool { return f.Code == want.Code })
		if i < 0 {
			t.Errorf("%s: no %s among %+v", subject, want.Code, found)
			continue
		}
		if f := found[i]; f.Path != want.Path || f.Severity != finding.Warning || !strings.Contains(f.Message, "by unverified:ada") {
			t.Errorf("%s: %+v", subject, f)
		}
	}
	setGovernance(t, s, "off")
	if found := ask[[]finding.Finding](t, s, http.MethodGet, "/accord/v1/findings", "", http.StatusOK); len(found) > 0 {
		t.Errorf("governance is off and finds %+v", found)
	}
}

// A batch of associations is answered item by item, and none passes by the gate.
func TestBatchesPassTheGate(t *testing.T) {
	t.Parallel()
	s := governed(t, "enforce")
	const resource = `"resourceName":"orders","resourceNamespace":"n","resourceId":"i"`
	ask[any](t, s, http.MethodPost, "/associations", `{`+resource+`,"associations":[{"subject":"orders-value","lifecycle":"STRONG"}]}`, http.StatusOK)
	body := `{"requests":[{` + resource + `,"associations":[{"opType":"DELETE","associationType":"value","cascadeLifecycle":true}]}]}`
	for _, target := range []string{"/associations:batchMutate?dryRun=true", "/associations:batchMutate"} {
		rec := s.send(t, http.MethodPost, target, body, nil)
		if rec.Code != http.StatusMultiStatus || !strings.Contains(rec.Body.String(), "42290") || !strings.Contains(rec.Body.String(), "CONTRACT_STREAM_REMOVED") {
			t.Errorf("%s: %d %s", target, rec.Code, rec.Body)
		}
	}
	setGovernance(t, s, "advise")
	if rec := s.send(t, http.MethodPost, "/associations:batchMutate", body, nil); strings.Contains(rec.Body.String(), "error_code") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// A change that is refused changes nothing; as a dry run it answers 200.
func TestRefusedChanges(t *testing.T) {
	t.Parallel()
	s := governed(t, "enforce")
	body := changeBody(t, strings.Replace(ordersContract, "value: 5", "value: 60", 1), undocumented)
	before := ask[[]client.Contract](t, s, http.MethodGet, "/accord/v1/contracts", "", http.StatusOK)
	refused := ask[client.ErrorBody](t, s, http.MethodPost, "/accord/v1/changes", body, http.StatusUnprocessableEntity)
	dry := ask[client.ChangeResponse](t, s, http.MethodPost, "/accord/v1/changes", `{"dryRun":true,`+body[1:], http.StatusOK)
	if dry.Refused == nil || dry.Refused.ErrorCode != 42290 || dry.Refused.Message != refused.Message || len(dry.Refused.Findings) > 0 {
		t.Errorf("dry run is refused as %+v, the change as %+v", dry.Refused, refused)
	}
	if len(dry.Findings) == 0 || len(dry.Findings) != len(refused.Findings) || len(dry.Steps) != 2 {
		t.Errorf("dry run: %+v", dry)
	}
	for _, f := range refused.Findings {
		if f.Counts(finding.Error) && (f.File == "" || f.Line == 0) {
			t.Errorf("a finding without place: %+v", f)
		}
	}
	after := ask[[]client.Contract](t, s, http.MethodGet, "/accord/v1/contracts", "", http.StatusOK)
	if encode(t, before) != encode(t, after) {
		t.Errorf("contracts were %+v and are %+v", before, after)
	}
	incompatible := ask[client.ErrorBody](t, s, http.MethodPost, "/accord/v1/changes", changeBody(t, "", `"int"`), http.StatusConflict)
	if incompatible.ErrorCode != 40901 || len(incompatible.Findings) == 0 {
		t.Errorf("incompatible: %+v", incompatible)
	}
}

// TestHostileGovernance: whatever the body, the answer is a 4xx with a reason,
// and nothing is written.
func TestHostileGovernance(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	many := `{"contracts":[` + strings.Repeat(`{},`, client.MaxChanged) + `{}]}`
	imported := `{"imported":[` + strings.Repeat(`"a",`, client.MaxImported) + `"a"]}`
	exception := func(change string) string {
		return `{"subject":"s","code":"DOC_MISSING","reason":"r","approver":"ada","expires":"2030-01-01T00:00:00Z",` + change + `}`
	}
	put, post := http.MethodPut+" /accord/v1/contracts/orders-value", http.MethodPost+" /accord/v1/"
	for name, c := range map[string]struct {
		request, body string
		code          int
	}{
		"no change":                 {post + "changes", ``, 422},
		"null":                      {post + "changes", `null`, 422},
		"not JSON":                  {post + "changes", `{"contracts"`, 400},
		"a list":                    {post + "changes", `[]`, 400},
		"not UTF-8":                 {post + "changes", "{\"x\":\"\xff\"}", 400},
		"too many":                  {post + "changes", many, 422},
		"a huge version":            {post + "changes", `{"schemas":[{"subject":"s","schema":"\"int\"","version":3000000000}]}`, 400},
		"no subject":                {post + "changes", `{"schemas":[{"subject":"__GLOBAL","schema":"\"int\""}]}`, 42208},
		"no schema":                 {post + "changes", `{"schemas":[{"subject":"s","schema":"{"}]}`, 42201},
		"no reference":              {post + "changes", `{"schemas":[{"subject":"s","schema":"\"int\"","references":[{"name":"n","subject":"t","version":1}]}]}`, 42201},
		"no level":                  {post + "changes", `{"configs":[{"scope":"s","config":{"compatibility":"SOME"}}]}`, 42203},
		"no governance":             {post + "changes", `{"policies":[{"scope":"s","policy":{"governance":"strict"}}]}`, 42203},
		"no version of the API":     {post + "changes", `{"policies":[{"policy":{"apiVersion":"x"}}]}`, 42203},
		"no contract":               {post + "changes", `{"contracts":[{"text":"id: ["}]}`, 42291},
		"an empty contract":         {post + "changes", `{"contracts":[{}]}`, 42291},
		"a bomb":                    {post + "changes", encode(t, client.ChangeRequest{Contracts: []client.ContractFile{{Text: bomb}}}), 42291},
		"put nothing":               {put, ``, 422},
		"put no contract":           {put, `{"text":"- a"}`, 42291},
		"put another's contract":    {put, encode(t, client.ContractFile{Text: strings.Replace(ordersContract, "physicalName: orders", "physicalName: returns", 1)}), 42291},
		"put a contract of nothing": {put, encode(t, client.ContractFile{Text: "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: draft\n"}), 42291},
		"delete no contract":        {http.MethodDelete + " /accord/v1/contracts/orders-value", ``, 40490},
		"get no contract":           {http.MethodGet + " /accord/v1/contracts/orders-value", ``, 40490},
		"no exception":              {post + "exceptions", `{}`, 42292},
		"an exception of nobody":    {post + "exceptions", exception(`"approver":"unverified: "`), 42292},
		"an exception for ever":     {post + "exceptions", exception(`"expires":"0001-01-01T00:00:00Z"`), 42292},
		"an exception of the past":  {post + "exceptions", exception(`"expires":"2020-01-01T00:00:00Z"`), 42292},
		"an exception of no time":   {post + "exceptions", exception(`"expires":"tomorrow"`), 400},
		"an unknown code":           {post + "exceptions", exception(`"code":"DOC_MISING"`), 42292},
		"all codes":                 {post + "exceptions", exception(`"code":"DOC_*"`), 42292},
		"all subjects":              {post + "exceptions", exception(`"subject":"*"`), 42292},
		"no subject excused":        {post + "exceptions", exception(`"subject":"__GLOBAL"`), 42208},
		"a reason without end":      {post + "exceptions", exception(`"reason":"` + strings.Repeat("r", 5000) + `"`), 42292},
		"delete no exception":       {http.MethodDelete + " /accord/v1/exceptions/x", ``, 40491},
		"too many imported":         {post + "baseline", imported, 422},
		"nothing imported":          {post + "baseline", ``, 422},
		"a page that is none":       {http.MethodGet + " /accord/v1/findings?offset=x", ``, 404},
	} {
		method, target, _ := strings.Cut(c.request, " ")
		rec := s.send(t, method, target, c.body, nil)
		var body client.ErrorBody
		if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil || body.ErrorCode != c.code || body.Message == "" {
			t.Errorf("%s: %d %s, want error_code %d", name, rec.Code, rec.Body, c.code)
		}
	}
	if got := ask[[]client.Exception](t, s, http.MethodGet, "/accord/v1/exceptions", "", http.StatusOK); len(got) > 0 {
		t.Errorf("exceptions: %+v", got)
	}
	if got := ask[[]string](t, s, http.MethodGet, "/subjects", "", http.StatusOK); len(got) > 0 {
		t.Errorf("subjects: %v", got)
	}
}

// bomb grows to 10^9 texts where aliases are followed.
const bomb = `a: &a [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]
h: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g, *g]
`
