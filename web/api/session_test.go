package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/accordhq/accord/registry/client"
)

// TestRandomSessions plays random requests over a few subjects and wants of
// every answer that it is documented and no 5xx, and of the whole that lists
// and single reads agree.
func TestRandomSessions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := newServer(t, Options{})
		for range rapid.IntRange(1, 25).Draw(rt, "length") {
			method, target, body := anyRequest(rt)
			rec := s.send(rt, method, target, body, nil)
			if rec.Code >= http.StatusInternalServerError || rt.Failed() {
				rt.Fatalf("%s %s %s: %d %s", method, target, body, rec.Code, rec.Body)
			}
		}
		checkLists(rt, s)
	})
}

var (
	someSubjects = []string{"a", "b", ":.eu:a"}
	someSchemas  = []string{
		`"schema":"\"string\""`,
		`"schema":"\"bytes\""`,
		`"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}"`,
		`"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":\"int\",\"default\":0}]}"`,
		`"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":\"int\"}]}"`,
		`"schema":"{\"type\":\"record\",\"name\":\"U\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}","references":[{"name":"R","subject":"a","version":-1}]`,
		`"schemaType":"JSON","schema":"{\"type\":\"object\"}"`,
		`"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; message M { string a = 1; }"`,
		`"schema":"{}"`,
		`"schema":""`,
	}
	someExtras = []string{
		"", "", "", `,"version":-1`, `,"version":2`, `,"id":3`, `,"id":7,"version":5`,
		`,"metadata":{"properties":{"k":"v"}}`, `,"metadata":{}`, `,"ruleSet":{"domainRules":[{"name":"r","type":"CEL","mode":"READ"}]}`,
		`,"metadata":{"properties":{"confluent:version":"2"}}`,
		`,"schemaTagsToAdd":[{"schemaEntity":{"entityPath":"R.f","entityType":"sr_field"},"tags":["PII"]}]`,
	}
	someConfigs = []string{
		`{"compatibility":"NONE"}`, `{"compatibility":"FULL_TRANSITIVE"}`, `{"compatibility":null,"normalize":true}`,
		`{"compatibilityGroup":"k"}`, `{"defaultMetadata":{"properties":{"k":"d"}}}`, `{}`,
	}
	someModes = []string{`{"mode":"READONLY"}`, `{"mode":"IMPORT"}`, `{"mode":"READWRITE"}`, `{"mode":null}`, `{"mode":"FORWARD"}`}
)

// anyRequest draws a request that has a fair chance to succeed.
func anyRequest(rt *rapid.T) (method, target, body string) {
	pick := func(label string, from []string) string { return rapid.SampledFrom(from).Draw(rt, label) }
	subject := pick("subject", someSubjects)
	scope := pick("scope", append([]string{"", "/:.eu:"}, "/"+subject))
	version := pick("version", []string{"1", "2", "latest", "-1"})
	schema := "{" + pick("schema", someSchemas) + pick("extra", someExtras) + "}"
	query := pick("query", []string{"", "", "?normalize=true", "?deleted=true", "?permanent=true", "?force=true", "?verbose=true", "?format=resolved", "?findTags=*"})
	kind := rapid.IntRange(0, 21).Draw(rt, "kind")
	switch kind {
	case 0, 1, 2, 3:
		return http.MethodPost, "/subjects/" + subject + "/versions" + query, schema
	case 4:
		return http.MethodPost, "/subjects/" + subject + query, schema
	case 5:
		return http.MethodPost, "/compatibility/subjects/" + subject + "/versions/" + version + query, schema
	case 6:
		return http.MethodDelete, "/subjects/" + subject + query, ""
	case 7:
		return http.MethodDelete, "/subjects/" + subject + "/versions/" + version + query, ""
	case 8:
		return http.MethodPut, "/config" + scope, pick("config", someConfigs)
	case 13:
		return http.MethodPut, "/config/" + subject, `{"alias":"b"}`
	case 9:
		return http.MethodPut, "/mode" + scope + query, pick("mode", someModes)
	case 10:
		return http.MethodDelete, pick("setting", []string{"/config", "/mode"}) + scope + "?recursive=true", ""
	case 11:
		return http.MethodPost, "/subjects/" + subject + "/versions/" + version + "/tags", `{"tagsToAdd":[{"schemaEntity":{"entityPath":"R","entityType":"sr_record"},"tags":["T"]}]}`
	case 12:
		return http.MethodGet, fmt.Sprintf("/schemas/ids/%d%s", rapid.IntRange(1, 8).Draw(rt, "id"), query), ""
	case 15, 16, 17:
		return anyKeyRequest(rt, subject, version)
	case 18:
		number, id := rapid.IntRange(0, 5).Draw(rt, "number"), rapid.IntRange(0, 8).Draw(rt, "id")
		return http.MethodPost, "/accord/v1/import",
			fmt.Sprintf(`{"versions":[{"subject":%q,"version":%d,"id":%d,%s}]}`, subject, number, id, pick("schema", someSchemas))
	case 19, 20, 21:
		return anyGovernanceRequest(rt, subject, schema)
	default:
		return http.MethodGet, "/subjects/" + subject + "/versions/" + version + query, ""
	}
}

// anyGovernanceRequest draws a request about what streams owe.
func anyGovernanceRequest(rt *rapid.T, subject, schema string) (method, target, body string) {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, label) }
	contract := strings.NewReplacer("\n", `\n`, `"`, `\"`).Replace(pick("contract", ordersContract,
		strings.Replace(ordersContract, "physicalName: orders", "physicalName: a\n    customProperties: [{property: subject, value: a}]", 1),
		strings.Replace(ordersContract, "role: owner", "role: reader", 1), "id: ["))
	prefix := pick("prefix", "", "?subjectPrefix=a", "?subjectPrefix=:.eu:", "?subjectPrefix=:*:b")
	switch rapid.IntRange(0, 8).Draw(rt, "governance request") {
	case 0, 1:
		return http.MethodPut, "/accord/v1/config" + pick("governed", "", "/a", "/:.eu:"), `{"governance":"` + pick("governance", "enforce", "advise", "off") + `"}`
	case 2, 3:
		named := fmt.Sprintf(`{"subject":%q,%s`, subject, strings.TrimPrefix(schema, "{"))
		return http.MethodPost, "/accord/v1/changes", fmt.Sprintf(`{"contracts":[%s],"schemas":[%s],"configs":[%s],"dryRun":%s}`,
			pick("filed", "", `{"text":"`+contract+`"}`), pick("named", "", named), pick("config", "", `{"scope":"a","config":{"compatibility":"NONE"}}`), pick("dry", "true", "false"))
	case 4:
		return http.MethodPut, "/accord/v1/contracts/" + pick("home", "orders-value", subject), `{"text":"` + contract + `"}`
	case 5:
		return pick("verb", http.MethodGet, http.MethodDelete), "/accord/v1/contracts/" + pick("home", "orders-value", subject), ""
	case 6:
		return http.MethodPost, "/accord/v1/exceptions", `{"subject":"` + subject + `","code":"` + pick("code", "DOC_MISSING", "CONTRACT_MISSING", "NONE") +
			`","reason":"r","approver":"ada","expires":"` + pick("expires", "2026-01-01T00:00:09Z", "2030-01-01T00:00:00Z") + `"}`
	case 7:
		return http.MethodPut, "/accord/v1/baseline" + prefix, ""
	default:
		return http.MethodGet, "/accord/v1/" + pick("read", "findings", "coverage", "exceptions", "contracts", "baseline/a") + prefix, ""
	}
}

// anyKeyRequest draws a request for encryption keys.
func anyKeyRequest(rt *rapid.T, subject, version string) (method, target, body string) {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, label) }
	kek := "/dek-registry/v1/keks/k"
	dek := kek + "/deks/" + subject
	query := pick("key query", "", "", "?deleted=True", "?permanent=true", "?algorithm=AES256_SIV", "?rewrap=true", "?testSharing=true", "?offset=1")
	switch rapid.IntRange(0, 6).Draw(rt, "key request") {
	case 0, 1:
		return http.MethodPost, "/dek-registry/v1/keks" + query, `{"name":"k","kmsType":"hcvault","kmsKeyId":"https://v"` +
			pick("kek extra", "", "", `,"shared":true`, `,"deleted":true`, `,"doc":"d"`) + `}`
	case 2, 3:
		return http.MethodPost, dek + query, `{` + pick("material", `"encryptedKeyMaterial":"bWU="`, `"encryptedKeyMaterial":"dHdv"`, `"subject":"x"`) +
			pick("dek extra", "", `,"version":2`, `,"algorithm":"AES256_SIV"`, `,"deleted":true`) + `}`
	case 4:
		return http.MethodDelete, pick("key", kek, dek, dek+"/versions/"+version) + query, ""
	case 5:
		return http.MethodPost, pick("action", kek+"/undelete", kek+"/test", dek+"/undelete", dek+"/versions/"+version+"/undelete") + query, ""
	default:
		return http.MethodGet, pick("read", "/dek-registry/v1/keks", kek, kek+"/deks", dek, dek+"/versions", dek+"/versions/"+version) + query, ""
	}
}

// checkLists reads everything one by one and compares with the listings.
func checkLists(rt *rapid.T, s *server) {
	listed := ask[[]client.ListedSchema](rt, s, http.MethodGet, "/schemas?deleted=true&subjectPrefix=:*:", "", http.StatusOK)
	var single []string
	for _, subject := range ask[[]string](rt, s, http.MethodGet, "/subjects?deleted=true", "", http.StatusOK) {
		if slices.Contains(single, subject) {
			rt.Fatalf("subject %q is listed twice", subject)
		}
		single = append(single, subject)
	}
	for _, v := range listed {
		if !slices.Contains(single, v.Subject) {
			rt.Fatalf("/schemas lists %q, /subjects does not", v.Subject)
		}
		byID := ask[client.SchemaString](rt, s, http.MethodGet, fmt.Sprintf("/schemas/ids/%d?subject=:%s:", v.ID, contextOf(v.Subject)), "", http.StatusOK)
		if byID.GUID != v.GUID || byID.Schema == "" {
			rt.Fatalf("id %d of %s is %+v, listed as %+v", v.ID, v.Subject, byID, v)
		}
		ids := ask[[]client.ContextID](rt, s, http.MethodGet, "/schemas/guids/"+v.GUID.String()+"/ids", "", http.StatusOK)
		if !slices.Contains(ids, client.ContextID{Context: contextOf(v.Subject), ID: v.ID}) {
			rt.Fatalf("GUID %s has ids %v, without %d of %s", v.GUID, ids, v.ID, v.Subject)
		}
	}
}

func contextOf(subject string) string {
	rest, qualified := strings.CutPrefix(subject, ":")
	context, _, _ := strings.Cut(rest, ":")
	if !qualified {
		return "."
	}
	return context
}
