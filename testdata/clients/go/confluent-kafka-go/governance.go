package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"

	"github.com/accordhq/accord/testdata/clients/go/tap"
)

// governance brings a stream that nobody documented or owns.
func (s *suite) governance() {
	const subject = "governed-value"
	parcel := schemaregistry.SchemaInfo{Schema: `{"type":"record","name":"Parcel","fields":[{"name":"weight","type":"int"}]}`, SchemaType: "AVRO"}
	s.Case("governance: enforce refuses and names the gaps", func() {
		s.govern(subject, "enforce")
		err := refusal(s.client().Register(subject, parcel, false))
		refused(42290, err)
		for _, gap := range []string{"CONTRACT_MISSING: ", "DOC_MISSING at weight: ", "accord config set " + subject + " --governance advise"} {
			if !strings.Contains(err.Error(), gap) {
				tap.Failf("%v does not say %q", err, gap)
			}
		}
		refused(40401, refusal(s.client().GetAllVersions(subject)))
	})
	s.Case("governance: advise lets it pass", func() {
		s.govern(subject, "advise")
		tap.Must(s.client().Register(subject, parcel, false))
		tap.Equal("versions", []int{1}, tap.Must(s.client().GetAllVersions(subject)))
	})
}

// govern sets the governance of a subject, of which the client knows nothing.
func (s *suite) govern(subject, mode string) {
	body := strings.NewReader(fmt.Sprintf(`{"governance":%q}`, mode))
	req := tap.Must(http.NewRequest(http.MethodPut, s.url+"/accord/v1/config/"+subject, body))
	req.Header.Set("Content-Type", "application/json")
	answer := tap.Must(http.DefaultClient.Do(req))
	defer answer.Body.Close()
	tap.Equal("status", http.StatusOK, answer.StatusCode)
}
