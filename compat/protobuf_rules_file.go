package compat

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// fileDeleted is placed at the import, which the schema itself has unless
// another reference brought the file in.
func fileDeleted(c *protoChange, gone protoreflect.FileDescriptor) []protoBreach {
	b := protoBreach{
		old:     gone,
		message: fmt.Sprintf("the old schema references %q, the new one does not", gone.Path()),
		hint:    "keep the import and the reference; a file that moved needs its old path too",
	}
	main := c.before.files[""]
	for line := range protoList(main.Imports()) {
		if line.Path() == gone.Path() {
			b.old, b.statement = main, "import "+gone.Path()
		}
	}
	return []protoBreach{b}
}

// packagesDeleted finds the packages that none of the new files has.
func packagesDeleted(c *protoChange) []protoBreach {
	var found []protoBreach
	seen := map[protoreflect.FullName]bool{}
	for path, old := range c.before.inOrder() {
		if pkg := old.Package(); !c.after.packages[pkg] && !seen[pkg] {
			seen[pkg] = true
			b := protoBreach{
				old:       old,
				statement: "package",
				message:   fmt.Sprintf("%s is in the old schema and in no file of the new one", packageTitle(pkg)),
				hint:      "keep the package name; types of another package are other types",
			}
			if next := c.after.files[path]; next != nil {
				b.next = next
				b.message += fmt.Sprintf(", whose file has %s", packageTitle(next.Package()))
			}
			found = append(found, b)
		}
	}
	return found
}

func packageTitle(pkg protoreflect.FullName) string {
	if pkg == "" {
		return "no package"
	}
	return "package " + string(pkg)
}

func fileSamePackage(p protoBoth[protoreflect.FileDescriptor]) []protoBreach {
	if p.old.Package() == p.next.Package() {
		return nil
	}
	return p.statement("package", "change the package back; types of another package are other types",
		"the file has %s in the old schema and %s in the new one", packageTitle(p.old.Package()), packageTitle(p.next.Package()))
}

func fileSameSyntax(p protoBoth[protoreflect.FileDescriptor]) []protoBreach {
	old, next := syntaxOf(p.old), syntaxOf(p.next)
	if old == next {
		return nil
	}
	return p.statement("syntax", "keep the syntax; what presence, enums and text mean depends on it",
		"the file is %s in the old schema and %s in the new one", old, next)
}

// syntaxOf names a file's syntax; one that is not written is proto2.
func syntaxOf(f protoreflect.FileDescriptor) string {
	if f.Syntax() != protoreflect.Editions {
		return f.Syntax().String()
	}
	edition := descriptorpb.Edition_EDITION_UNKNOWN
	if compiled, ok := f.(compiledProto); ok {
		edition = compiled.FileDescriptorProto().GetEdition()
	}
	return "edition " + strings.TrimPrefix(edition.String(), "EDITION_")
}

// fileSameOption is the rule that a file keeps an option. One that is not
// written has its default.
func fileSameOption[T comparable](name string, value func(*descriptorpb.FileOptions) T) protoCheck {
	return eachFile(func(p protoBoth[protoreflect.FileDescriptor]) []protoBreach {
		old, next := value(fileOptions(p.old)), value(fileOptions(p.next))
		if old == next {
			return nil
		}
		return p.statement("option "+name, "change the option back; code generated from the file depends on it",
			"option %s is %s in the old schema and %s in the new one", name, optionText(old), optionText(next))
	})
}

func optionText(value any) string {
	if text, ok := value.(string); ok {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprint(value)
}

func fileOptions(f protoreflect.FileDescriptor) *descriptorpb.FileOptions {
	options, _ := f.Options().(*descriptorpb.FileOptions)
	return options
}

// statement is a breach by a statement of the file.
func (p protoBoth[D]) statement(statement, hint, format string, args ...any) []protoBreach {
	breaches := p.breach(hint, format, args...)
	breaches[0].statement = statement
	return breaches
}

func rpcDeleted(s protoBoth[protoreflect.ServiceDescriptor]) []protoBreach {
	kept := map[protoreflect.Name]bool{}
	for m := range protoList(s.next.Methods()) {
		kept[m.Name()] = true
	}
	var found []protoBreach
	for m := range protoList(s.old.Methods()) {
		if !kept[m.Name()] && !s.stop() {
			found = append(found, protoBreach{
				old:     m,
				message: fmt.Sprintf("%s is in the old schema and gone from the new one", protoTitle(m)),
				hint:    "keep the rpc and mark it deprecated: clients call it",
			})
		}
	}
	return found
}

func rpcSameRequest(p protoBoth[protoreflect.MethodDescriptor]) []protoBreach {
	return rpcSameType(p, "takes", p.old.Input(), p.next.Input())
}

func rpcSameResponse(p protoBoth[protoreflect.MethodDescriptor]) []protoBreach {
	return rpcSameType(p, "returns", p.old.Output(), p.next.Output())
}

func rpcSameType(p protoBoth[protoreflect.MethodDescriptor], does string, old, next protoreflect.MessageDescriptor) []protoBreach {
	if p.twin(old, next) {
		return nil
	}
	return p.breach("add an rpc with the new type beside the old one",
		"%s %s %s in the old schema and %s in the new one", protoTitle(p.next), does, old.FullName(), next.FullName())
}

func rpcSameClientStreaming(p protoBoth[protoreflect.MethodDescriptor]) []protoBreach {
	return rpcSameStreaming(p, "client", p.old.IsStreamingClient(), p.next.IsStreamingClient())
}

func rpcSameServerStreaming(p protoBoth[protoreflect.MethodDescriptor]) []protoBreach {
	return rpcSameStreaming(p, "server", p.old.IsStreamingServer(), p.next.IsStreamingServer())
}

func rpcSameStreaming(p protoBoth[protoreflect.MethodDescriptor], side string, old, next bool) []protoBreach {
	if old == next {
		return nil
	}
	sends := map[bool]string{true: "streams", false: "does not stream"}
	return p.breach("add an rpc with the new shape beside the old one",
		"the %s of %s %s in the old schema and %s in the new one", side, protoTitle(p.next), sends[old], sends[next])
}

func rpcSameIdempotency(p protoBoth[protoreflect.MethodDescriptor]) []protoBreach {
	level := func(m protoreflect.MethodDescriptor) descriptorpb.MethodOptions_IdempotencyLevel {
		options, _ := m.Options().(*descriptorpb.MethodOptions)
		return options.GetIdempotencyLevel()
	}
	old, next := level(p.old), level(p.next)
	if old == next {
		return nil
	}
	return p.breach("change idempotency_level back: clients and proxies repeat calls by it",
		"%s is %s in the old schema and %s in the new one", protoTitle(p.next), old, next)
}
