// Franz-go drives a registry with package sr of franz-go and its Serde. It
// takes the URL of an empty registry whose level is NONE, runs in
// testdata/clients and prints its cases in the Test Anything Protocol. Every
// method of the client is called by a test of package web.
package main

import (
	"context"
	"errors"
	"os"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/accordhq/accord/testdata/clients/go/shop"
	"github.com/accordhq/accord/testdata/clients/go/tap"
)

func main() {
	s := &suite{url: os.Args[1], ctx: context.Background()}
	s.Client = s.at(s.url)
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
	s.avro()
	s.json()
	s.protobuf()
	s.Done()
}

type suite struct {
	tap.Suite
	*sr.Client
	ctx context.Context
	url string
}

func (s *suite) at(url string) *sr.Client {
	return tap.Must(sr.NewClient(sr.URLs(url)))
}

// refused ends the running case unless the registry answered with the code.
func refused(code int, err error) {
	var answer *sr.ResponseError
	if !errors.As(err, &answer) || answer.ErrorCode != code {
		tap.Failf("error %v, want error_code %d", err, code)
	}
}

// refusal is the error of a call that should not answer anything else.
func refusal[V any](_ V, err error) error { return err }

// schema is a schema as the client sends it.
func schema(f shop.Format, name string) sr.Schema {
	types := map[shop.Format]sr.SchemaType{shop.Avro: sr.TypeAvro, shop.JSON: sr.TypeJSON, shop.Protobuf: sr.TypeProtobuf}
	return sr.Schema{Schema: f.Text(name), Type: types[f]}
}
