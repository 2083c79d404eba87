package protobuf

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/genproto/googleapis/type/calendarperiod"
	"google.golang.org/genproto/googleapis/type/color"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/datetime"
	"google.golang.org/genproto/googleapis/type/dayofweek"
	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/genproto/googleapis/type/expr"
	"google.golang.org/genproto/googleapis/type/fraction"
	"google.golang.org/genproto/googleapis/type/interval"
	"google.golang.org/genproto/googleapis/type/latlng"
	"google.golang.org/genproto/googleapis/type/localized_text"
	"google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/genproto/googleapis/type/month"
	"google.golang.org/genproto/googleapis/type/phone_number"
	"google.golang.org/genproto/googleapis/type/postaladdress"
	"google.golang.org/genproto/googleapis/type/quaternion"
	"google.golang.org/genproto/googleapis/type/timeofday"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Confluent's own imports, written here from the published field numbers.
//
//go:embed builtin/confluent
var confluentFiles embed.FS

const metaImport = "confluent/meta.proto"

// confluentImports lists the embedded files, an imported one before its
// importer.
var confluentImports = []string{
	metaImport,
	"confluent/type/decimal.proto",
	"confluent/types/decimal.proto",
}

// languageImports are the files every Protobuf compiler brings along.
var languageImports = []string{
	"google/protobuf/any.proto",
	"google/protobuf/api.proto",
	"google/protobuf/compiler/plugin.proto",
	"google/protobuf/cpp_features.proto",
	"google/protobuf/descriptor.proto",
	"google/protobuf/duration.proto",
	"google/protobuf/empty.proto",
	"google/protobuf/field_mask.proto",
	"google/protobuf/go_features.proto",
	"google/protobuf/java_features.proto",
	"google/protobuf/source_context.proto",
	"google/protobuf/struct.proto",
	"google/protobuf/timestamp.proto",
	"google/protobuf/type.proto",
	"google/protobuf/wrappers.proto",
}

// googleTypes are the files under google/type.
var googleTypes = []protoreflect.FileDescriptor{
	calendarperiod.File_google_type_calendar_period_proto,
	color.File_google_type_color_proto,
	date.File_google_type_date_proto,
	datetime.File_google_type_datetime_proto,
	dayofweek.File_google_type_dayofweek_proto,
	decimal.File_google_type_decimal_proto,
	expr.File_google_type_expr_proto,
	fraction.File_google_type_fraction_proto,
	interval.File_google_type_interval_proto,
	latlng.File_google_type_latlng_proto,
	localized_text.File_google_type_localized_text_proto,
	money.File_google_type_money_proto,
	month.File_google_type_month_proto,
	phone_number.File_google_type_phone_number_proto,
	postaladdress.File_google_type_postal_address_proto,
	quaternion.File_google_type_quaternion_proto,
	timeofday.File_google_type_timeofday_proto,
}

// builtins are the imports that need no reference, compiled once per process
// by import path: google/protobuf, google/type and Confluent's own. The files
// are immutable, so every Parse shares them.
var builtins = sync.OnceValue(func() map[string]linker.File {
	files := map[string]linker.File{}
	for _, path := range languageImports {
		files[path] = must(languageFile(path))
	}
	for _, fd := range googleTypes {
		files[fd.Path()] = must(linker.NewFileRecursive(fd))
	}
	for _, path := range confluentImports {
		files[path] = must(confluentFile(path, files))
	}
	return files
})

// must is for files that are part of this program: the tests load every one,
// so an error here is a broken build.
func must(f linker.File, err error) linker.File {
	if err != nil {
		panic(fmt.Sprintf("built-in Protobuf file: %v", err))
	}
	return f
}

func languageFile(path string) (linker.File, error) {
	none := protocompile.ResolverFunc(func(path string) (protocompile.SearchResult, error) {
		return protocompile.SearchResult{}, fmt.Errorf("no built-in file %s", path)
	})
	found, err := protocompile.WithStandardImports(none).FindFileByPath(path)
	if err != nil {
		return nil, err
	}
	return linker.NewFileRecursive(found.Desc)
}

// confluentFile compiles an embedded file and rebuilds it as a plain
// descriptor, which lets go of the syntax tree.
func confluentFile(path string, files map[string]linker.File) (linker.File, error) {
	text, err := confluentFiles.ReadFile("builtin/" + path)
	if err != nil {
		return nil, err
	}
	c := newCompiler(context.Background(), nil, func(path string) linker.File { return files[path] })
	u, err := c.compileText(path, string(text))
	if err != nil {
		return nil, err
	}
	data, err := proto.Marshal(u.linked.FileDescriptorProto())
	if err != nil {
		return nil, err
	}
	var fdp descriptorpb.FileDescriptorProto
	if err := proto.Unmarshal(data, &fdp); err != nil {
		return nil, err
	}
	fd, err := protodesc.NewFile(&fdp, fileSet(files))
	if err != nil {
		return nil, err
	}
	return linker.NewFileRecursive(fd)
}

// fileSet resolves imports and names among files, as protodesc wants it.
type fileSet map[string]linker.File

func (s fileSet) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	return s.all().AsResolver().FindFileByPath(path)
}

func (s fileSet) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	return s.all().AsResolver().FindDescriptorByName(name)
}

func (s fileSet) all() linker.Files {
	var all linker.Files
	for _, f := range s {
		all = append(all, f)
	}
	return all
}

// builtinFile returns the built-in file of an import path, nil if there is
// none.
func builtinFile(path string) linker.File { return builtins()[path] }

// alwaysBuiltin says that a built-in file is never taken from a reference. The files
// under google/protobuf are fixed by the language and known to the compiler;
// registering them as references, as some clients do, adds nothing. Any other
// path a client supplies a reference for is taken from there, as Confluent
// takes it.
func alwaysBuiltin(path string) bool {
	return strings.HasPrefix(path, "google/protobuf/")
}

// BuiltinImports lists, sorted, the import paths that need no reference
// (registry API 2.6).
func BuiltinImports() []string {
	var paths []string
	for path := range builtins() {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}
