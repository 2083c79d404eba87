// Confluent-kafka-go drives a registry with the Go client of Confluent and its
// serializers. It takes the URL of an empty registry whose level is NONE, runs
// in testdata/clients and prints its cases in the Test Anything Protocol.
package main

import (
	"errors"
	"os"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rest"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

func main() {
	s := &suite{url: os.Args[1]}
	for _, f := range shop.Formats {
		s.subjects(f)
		s.versions(f)
		s.compatibility(f)
		s.references(f)
		s.contracts(f)
	}
	s.settings()
	s.contexts()
	s.addresses()
	s.associations()
	s.governance()
	s.avro()
	s.avroOlder()
	s.json()
	s.protobuf()
	s.rules()
	s.Done()
}

type suite struct {
	tap.Suite
	url string
}

// client returns a client that remembers nothing yet.
func (s *suite) client() schemaregistry.Client { return clientAt(s.url) }

func clientAt(url string) schemaregistry.Client {
	config := schemaregistry.NewConfig(url)
	config.MaxRetries = 0
	return tap.Must(schemaregistry.NewClient(config))
}

// refused ends the running case unless the registry answered with the code.
func refused(code int, err error) {
	var answer *rest.Error
	if !errors.As(err, &answer) || answer.Code != code {
		tap.Failf("error %v, want error_code %d", err, code)
	}
}

// refusal is the error of a call that should not answer anything else.
func refusal[V any](_ V, err error) error { return err }

// info is a schema as the client sends it.
func info(f shop.Format, name string) schemaregistry.SchemaInfo {
	return schemaregistry.SchemaInfo{Schema: f.Text(name), SchemaType: f.Type}
}
