package shop

import (
	"context"

	"github.com/bufbuild/protocompile"
	_ "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/confluent" // confluent/meta.proto
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

// Files compiles schemas/protobuf/shop/order.proto and what it imports.
func Files() (protoreflect.FileDescriptor, error) {
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(protocompile.CompositeResolver{
		&protocompile.SourceResolver{ImportPaths: []string{"schemas/protobuf"}},
		protocompile.ResolverFunc(func(path string) (protocompile.SearchResult, error) {
			fd, err := protoregistry.GlobalFiles.FindFileByPath(path)
			return protocompile.SearchResult{Desc: fd}, err
		}),
	})}
	files, err := compiler.Compile(context.Background(), "shop/order.proto")
	if err != nil {
		return nil, err
	}
	return files[0], nil
}

// Message returns the type of a message of shop/order.proto, such as "Order".
func Message(name protoreflect.Name) protoreflect.MessageType {
	file, err := Files()
	if err != nil {
		panic(err)
	}
	return dynamicpb.NewMessageType(file.Messages().ByName(name))
}

// OrderMessage is the record that is sent, as a Protobuf message.
func OrderMessage() protoreflect.ProtoMessage {
	m := Message("Order").New().Interface()
	if err := protojson.Unmarshal(Record("order"), m); err != nil {
		panic(err)
	}
	return m
}
