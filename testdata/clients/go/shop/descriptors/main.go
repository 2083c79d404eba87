// Descriptors prints schemas/protobuf/shop/order.proto and all that it imports
// as a google.protobuf.FileDescriptorSet, for the suites in languages that
// compile no .proto files at run time. It runs in testdata/clients.
package main

import (
	"log"
	"os"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/accordhq/accord/testdata/clients/go/shop"
)

func main() {
	file, err := shop.Files()
	if err != nil {
		log.Fatal(err)
	}
	var set descriptorpb.FileDescriptorSet
	collect(&set, file, map[string]bool{})
	binary, err := proto.Marshal(&set)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(binary); err != nil {
		log.Fatal(err)
	}
}

// collect adds a file after all it imports.
func collect(set *descriptorpb.FileDescriptorSet, file protoreflect.FileDescriptor, seen map[string]bool) {
	if seen[file.Path()] {
		return
	}
	seen[file.Path()] = true
	for i := range file.Imports().Len() {
		collect(set, file.Imports().Get(i).FileDescriptor, seen)
	}
	set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
}
