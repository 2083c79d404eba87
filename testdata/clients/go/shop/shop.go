// Package shop holds what the suites send: the schemas and records of an
// invented shop. The files lie in testdata/clients/schemas, where every suite
// finds them from its working directory testdata/clients.
package shop

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Format is a schema language.
type Format struct {
	// Type is its name in the registry API.
	Type     string
	dir, ext string
}

// The formats.
var (
	Avro     = Format{"AVRO", "avro", ".avsc"}
	JSON     = Format{"JSON", "json", ".json"}
	Protobuf = Format{"PROTOBUF", "protobuf", ".proto"}
	Formats  = []Format{Avro, JSON, Protobuf}
)

// Text returns the schema of that name, such as "customer". It panics if there
// is none.
func (f Format) Text(name string) string {
	return read(filepath.Join("schemas", f.dir, name+f.ext))
}

// Reference is how the schema "order" names the schema "money".
func (f Format) Reference() string {
	return map[Format]string{
		Avro:     "shop.Money",
		JSON:     "https://shop.example/money.json",
		Protobuf: "shop/money.proto",
	}[f]
}

// Money and Order are the names of the schemas of which the second refers to
// the first.
func (f Format) Money() string { return f.inPackage("money") }
func (f Format) Order() string { return f.inPackage("order") }

func (f Format) inPackage(name string) string {
	if f == Protobuf {
		return "shop/" + name
	}
	return name
}

// Record is the record of that name in schemas/records.json.
func Record(name string) []byte {
	var records map[string]json.RawMessage
	if err := json.Unmarshal([]byte(read("schemas/records.json")), &records); err != nil {
		panic(err)
	}
	return records[name]
}

func read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(fmt.Sprintf("%v: run the suite in testdata/clients", err))
	}
	return string(text)
}
