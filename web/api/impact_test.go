package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accordhq/accord/registry/client"
)

func TestImpactOfSchemas(t *testing.T) {
	t.Parallel()
	s := observing(t, append(scoring(), group("billing", time.Hour, 1))...)
	put := func(subject, body string) {
		t.Helper()
		ask[client.RegisterResponse](t, s, http.MethodPost, "/subjects/"+subject+"/versions", body, http.StatusOK)
	}
	put("orders-value", `{"schema":"{\"type\":\"record\",\"name\":\"O\",\"fields\":[{\"name\":\"number\",\"type\":\"string\"},{\"name\":\"amount\",\"type\":\"long\"}]}"}`)
	put("scores-value", `{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; message S { string a = 1; int32 score = 2; }"}`)
	put("other-value", `{"schemaType":"JSON","schema":"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"}}}"}`)
	tests := map[string]struct{ body, want string }{
		"Avro": {
			`{"subject":"orders-value","schema":"{\"type\":\"record\",\"name\":\"O\",\"fields\":[{\"name\":\"number\",\"type\":\"string\"}]}"}`,
			"version 1: amount is gone | amount: fraud uses, billing unknown",
		},
		"no change": {
			`{"subject":"orders-value","schema":"{\"type\":\"record\",\"name\":\"O\",\"fields\":[{\"name\":\"number\",\"type\":\"string\"},{\"name\":\"amount\",\"type\":\"long\"}]}"}`,
			"version 1:",
		},
		"Protobuf": {
			`{"subject":"scores-value","schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; message S { string a = 1; }"}`,
			"version 1: score is gone | score:",
		},
		"JSON Schema": {
			`{"subject":"other-value","schemaType":"JSON","schema":"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}"}`,
			"version 1: b is gone | b:",
		},
		"fields": {`{"subject":"orders-value","fields":["number","amount"]}`, "version 0: | number: billing unknown, fraud others | amount: fraud uses, billing unknown"},
		"stream": {`{"subject":"orders-value"}`, "version 0: | : fraud uses, billing uses"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask[client.Impact](t, s, http.MethodPost, "/accord/v1/impact", tt.body, http.StatusOK)
			said := fmt.Sprintf("version %d:", got.Version)
			for _, c := range got.Changes {
				said += fmt.Sprintf(" %s %s", c.Path, c.What)
			}
			for _, f := range got.Fields {
				var readers []string
				for _, r := range f.Readers {
					readers = append(readers, r.Job.Name+" "+string(r.Knowledge))
				}
				said += strings.TrimRight(" | "+f.Path+": "+strings.Join(readers, ", "), " ")
			}
			if said != tt.want {
				t.Errorf("got %s\nwant %s", said, tt.want)
			}
			if got.Complete != (got.Unknown == "") {
				t.Errorf("complete %v, unknown %q", got.Complete, got.Unknown)
			}
		})
	}
	ask[client.ErrorBody](t, s, http.MethodPost, "/accord/v1/impact", `{"subject":"orders-value","schema":"{"}`, http.StatusUnprocessableEntity)
	got := ask[client.Impact](t, s, http.MethodGet, "/accord/v1/impact?subject=orders-value&field=amount&field=number&limit=1&depth=2&evidence=reported", "", http.StatusOK)
	if len(got.Fields) != 2 || len(got.Fields[0].Readers) != 1 {
		t.Errorf("fields: %+v", got.Fields)
	}
}
